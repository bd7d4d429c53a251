/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/sounds/sound-file.h"

#include "common/base/error.h"

#include <errno.h>
#include <fcntl.h>

int
cd_sound_file_open (char **path, GError **error)
{
  g_autofree char *made = g_build_filename (g_get_user_runtime_dir (), "centrale-XXXXXX.wav", NULL);
  int file;

  g_mkdir_with_parents (g_get_user_runtime_dir (), 0700);
  file = g_mkstemp_full (made, O_RDWR | O_CLOEXEC, 0600);
  if (file < 0)
    ct_fail (error, CT_ERROR_IO, "%s: %s", made, g_strerror (errno));
  else
    *path = g_steal_pointer (&made);
  return file;
}
