/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/sync.h"

#include "common/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

gboolean
cs_sync_path (const char *path, GError **error)
{
  int file = open (path, O_RDONLY | O_CLOEXEC);
  gboolean synced = file >= 0 && fsync (file) == 0;
  int saved = errno;

  if (file >= 0)
    close (file);
  return synced || ct_fail (error, CT_ERROR_IO, "%s: %s", path, g_strerror (saved));
}
