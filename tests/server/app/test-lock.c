/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder has one server, and a file that a crash left behind names none. */
#include "server/app/lock.h"

#include <glib/gstdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/error.h"

/* What another process sees: 0 it may have the lock, 1 we hold it. */
static int
ask_another (const char *path)
{
  pid_t parent = getpid ();
  pid_t child = fork ();
  int status;

  if (child == 0)
    {
      pid_t holder = cs_lock_get_holder (path);
      g_autoptr (GError) error = NULL;
      int fd = cs_lock_take (path, &error);

      if (fd >= 0)
        _exit (holder == 0 ? 0 : 2);
      _exit (holder == parent && ct_error_is (error, CT_ERROR_STATE) ? 1 : 2);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
test_one_server (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("lock-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "centrale.pid", NULL);
  int fd;

  g_assert_cmpint (cs_lock_get_holder (path), ==, 0);
  g_assert_true (g_file_set_contents (path, "1\n", -1, NULL)); /* as a crash leaves it */
  g_assert_cmpint (cs_lock_get_holder (path), ==, 0);
  g_assert_cmpint (ask_another (path), ==, 0);
  fd = cs_lock_take (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ask_another (path), ==, 1);
  close (fd);
  g_assert_cmpint (ask_another (path), ==, 0);
  g_assert_cmpint (cs_lock_take ("/proc/none/x", &error), ==, -1);
  g_assert_true (ct_error_is (error, CT_ERROR_IO));
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lock/one-server", test_one_server);
  return g_test_run ();
}
