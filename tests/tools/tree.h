/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Away with a test's own folder, and all that is in it. */
#pragma once

#include <glib/gstdio.h>

static inline void
remove_tree (const char *path)
{
  /* What a link names is somebody else's. */
  g_autoptr (GDir) folder
      = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}
