/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every database that a landed version left behind (tests/db) opens with today's program, which brings it
 * up to date, loses nothing that was in it and finds no fault. The files are kept for ever. */
#include <gio/gio.h>
#include <glib/gstdio.h>

#include "server/app/app-private.h"
#include "server/tenants/tenants-store.h"

static void
test_database (gconstpointer data)
{
  const char *path = data;
  g_autofree char *folder = g_dir_make_tmp ("old-XXXXXX", NULL);
  g_autofree char *copy = g_build_filename (folder, "centrale.db", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (GArray) migrations = cs_app_migrations ();
  g_autoptr (CtClock) clock = ct_clock_new ();
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (GError) error = NULL;
  CsStore *store;
  CsDb *db;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (copy, bytes, (gssize) size, NULL));
  store = cs_store_open (copy, clock, (const CsMigration *) (gpointer) migrations->data,
                         migrations->len, &error);
  g_assert_no_error (error);
  db = cs_store_acquire_reader (store);
  g_assert_true (cs_store_check (db, (const CsMigration *) (gpointer) migrations->data,
                                 migrations->len, faults, NULL));
  g_assert_true (cs_ledger_check (db, faults, NULL));
  for (guint i = 0; i < faults->len; i++)
    g_test_message ("%s", (char *) faults->pdata[i]);
  g_assert_cmpuint (faults->len, ==, 0);
  lines = cs_tenants_list_lines (db, cs_scope_system (), NULL);
  g_assert_cmpuint (lines->len, ==, 3); /* the practice call centres */
  cs_store_release_reader (store, db);
  cs_store_close (store);
  for (const char *const *left = (const char *const[]){ "", "-wal", "-shm", NULL }; *left != NULL;
       left++)
    {
      g_autofree char *file = g_strconcat (copy, *left, NULL);

      g_unlink (file);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_autoptr (GDir) folder = NULL;
  g_autofree char *path = NULL;
  const char *name;

  g_test_init (&argc, &argv, NULL);
  path = g_test_build_filename (G_TEST_DIST, "tests", "db", NULL);
  folder = g_dir_open (path, 0, NULL);
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_suffix (name, ".db"))
      {
        g_autofree char *test = g_strdup_printf ("/old-databases/%s", name);

        g_test_add_data_func_full (test, g_build_filename (path, name, NULL), test_database,
                                   g_free);
      }
  return g_test_run ();
}
