/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gives a target every file of its corpus once: what was found stays found, without clang. */
#include "fuzz.h"

#include <glib.h>

int
main (int argc, char **argv)
{
  g_autoptr (GDir) dir = argc == 2 ? g_dir_open (argv[1], 0, NULL) : NULL;
  const char *name;
  int files = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);
      g_autofree char *data = NULL;
      g_autofree char *exact = NULL;
      gsize size;

      if (!g_file_get_contents (path, &data, &size, NULL))
        return 1;
      exact = g_memdup2 (data, size); /* without the NUL that GLib adds; NULL for nothing */
      LLVMFuzzerTestOneInput ((const uint8_t *) (size > 0 ? exact : ""), size);
      files++;
    }
  return files > 0 ? 0 : 1;
}
