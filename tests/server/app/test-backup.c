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
  /* While the clock was wrong for a moment: no reason for none until that year. */
  make (folder, START_MS + 4000 * DAY_MS, "");
  g_assert_true (cs_backup_is_due (folder, START_MS + DAY_MS + 20 * HOUR_MS, 3));
  make (folder, START_MS + DAY_MS + 19 * HOUR_MS, "");
  g_assert_false (cs_backup_is_due (folder, START_MS + DAY_MS + 20 * HOUR_MS, 3));
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

/* The server ends while one is made: it breaks off, and leaves nothing that looks like one. */
static void
test_cancelled (void)
{
  g_autofree char *folder = g_dir_make_tmp ("backup-XXXXXX", NULL);
  g_autofree char *backups = g_build_filename (folder, "backups", NULL);
  g_autofree char *prompt = g_build_filename (folder, "beep.pcma", NULL);
  g_autofree char *made = NULL;
  g_autoptr (GArray) steps = cs_app_migrations ();
  g_autoptr (CtClock) clock = ct_clock_new ();
  g_autoptr (GCancellable) ending = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  CsPlaces places;
  CsStore *store;
  CsBlobs *blobs;

  cs_places_fill (&places, folder);
  g_assert_cmpint (g_mkdir (places.prompts, 0700), ==, 0);
  g_assert_true (g_file_set_contents (prompt, "x", 1, NULL));
  g_assert_true (cs_blobs_create_master_key (places.master_key, NULL));
  store = cs_store_open (places.database, clock, (const CsMigration *) (gpointer) steps->data,
                         steps->len, NULL);
  blobs = cs_blobs_open (places.blobs, places.master_key, NULL);
  g_cancellable_cancel (ending);
  made = cs_backup_make (&(CsBackupSource){ store, blobs, clock, folder, ending }, backups, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (made);
  g_assert_cmpuint (count (backups, FALSE), ==, 0);
  made = cs_backup_make (&(CsBackupSource){ store, blobs, clock, places.prompts, NULL }, backups,
                         NULL);
  g_assert_nonnull (made);
  g_assert_cmpuint (count (backups, TRUE), ==, 1);
  cs_store_close (store);
  cs_blobs_free (blobs);
  g_rmdir (backups);
  g_unlink (prompt);
  g_unlink (places.database);
  g_unlink (places.master_key);
  g_rmdir (places.prompts);
  g_rmdir (places.blobs);
  cs_places_clear (&places);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backup/due", test_due);
  g_test_add_func ("/backup/thin", test_thin);
  g_test_add_func ("/backup/cancelled", test_cancelled);
  return g_test_run ();
}
