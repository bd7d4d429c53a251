/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a daily backup is due, and which of two years of them are kept. */
#include "server/app/backup.h"

#include <glib/gstdio.h>
#include <string.h>

#define DAY_MS G_GINT64_CONSTANT (86400000)
#define HOUR_MS (DAY_MS / 24)
#define START_MS (G_GINT64_CONSTANT (20000) * DAY_MS) /* 2024-10-04 */

static void
make (const char *folder, gint64 utc_ms, const char *end)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (utc_ms / 1000);
  g_autofree char *stamp = g_date_time_format (time, "%Y%m%dT%H%M%SZ");
  g_autofree char *name = g_strconcat (stamp, end, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *file = g_build_filename (path, "centrale.db", NULL);

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
}

static guint
count (const char *folder, gboolean empty)
{
  g_autoptr (GDir) list = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (list)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *file = g_build_filename (path, "centrale.db", NULL);

      n++;
      if (empty)
        g_assert_cmpint (g_unlink (file) + g_rmdir (path), ==, 0);
    }
  return n;
}

static void
test_due (void)
{
  g_autofree char *folder = g_dir_make_tmp ("backup-XXXXXX", NULL);

  g_assert_true (cs_backup_is_due (folder, START_MS, 3));
  make (folder, START_MS + 3 * HOUR_MS, "");
  g_assert_false (cs_backup_is_due (folder, START_MS + 3 * HOUR_MS, 3));
  g_assert_false (cs_backup_is_due (folder, START_MS + DAY_MS + 3 * HOUR_MS - 1, 3));
  g_assert_true (cs_backup_is_due (folder, START_MS + DAY_MS + 3 * HOUR_MS, 3));
  g_assert_true (cs_backup_is_due (folder, START_MS + DAY_MS + 20 * HOUR_MS, 3)); /* was down */
  make (folder, START_MS + DAY_MS + 20 * HOUR_MS, ".part");
  g_assert_true (cs_backup_is_due (folder, START_MS + DAY_MS + 20 * HOUR_MS, 3));
  g_assert_true (cs_backup_is_due ("/no/such/folder", START_MS, 3));
  count (folder, TRUE);
  g_rmdir (folder);
}

/* One a day for two years: a week of days, five of weeks, twelve of months at most. */
static void
test_thin (void)
{
  g_autofree char *folder = g_dir_make_tmp ("backup-XXXXXX", NULL);
  guint kept;

  for (guint day = 0; day < 730; day++)
    {
      make (folder, START_MS + day * DAY_MS + 3 * HOUR_MS, "");
      make (folder, START_MS + day * DAY_MS + 3 * HOUR_MS, ".part");
      cs_backup_thin (folder, START_MS + day * DAY_MS + 3 * HOUR_MS);
      kept = count (folder, FALSE);
      g_assert_cmpuint (kept, <=, 7 + 5 + 12 + 2); /* two drafts of the last day */
      g_assert_cmpuint (kept, >=, MIN (day + 1, 7));
    }
  g_assert_cmpuint (kept, >=, 18);
  count (folder, TRUE);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backup/due", test_due);
  g_test_add_func ("/backup/thin", test_thin);
  return g_test_run ();
}
