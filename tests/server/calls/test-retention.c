/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording goes when its days are over, its call then has none, and `check` finds calls and recordings
 * that do not name each other. */
#include <string.h>

#include "../../tools/tree.h"
#include "server/calls/calls-store.h"
#include "server/calls/calls.h"

#define NOW G_GINT64_CONSTANT (1795262400000)
#define DAY_MS G_GINT64_CONSTANT (86400000)
#define TENANT 501
#define RECORDING 77

typedef struct {
  char *folder;
  CtClock *clock;
  CsStore *store;
  CsBlobs *blobs;
  CtId blob;
} Fixture;

CS_SQL (add_call, "INSERT INTO call (id, tenant, company, line, called, language, state, started,"
                  "  waited_us, seconds, onward_seconds, rate, pay_rate, plan_version, recording)"
                  "  VALUES (?1, ?2, 1, 1, '+3225550123', 'nl', 'ended', 1, 0, 0, 0, 0, 0, 1, ?3)");

static gboolean
write_call (CsDb *db, gpointer data, GError **error)
{
  const Fixture *f = data;
  g_autoptr (CsQuery) query = cs_query (db, &add_call);

  cs_bind_id (query, 1, 9);
  cs_bind_id (query, 2, TENANT);
  cs_bind_id (query, 3, RECORDING);
  return cs_query_run (query, NULL, error)
         && cs_calls_set_recording (db, cs_scope_tenant (TENANT), RECORDING, f->blob, 8000, FALSE,
                                    error);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (CsMigration));
  g_autofree char *database = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *key = NULL;
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("retention-XXXXXX", NULL);
  database = g_build_filename (f->folder, "a.db", NULL);
  folder = g_build_filename (f->folder, "blobs", NULL);
  key = g_build_filename (f->folder, "master.key", NULL);
  f->clock = ct_clock_new_manual (NOW);
  g_array_append_vals (steps, cs_calls_migrations, cs_calls_n_migrations);
  g_array_append_vals (steps, cs_blobs_migrations, cs_blobs_n_migrations);
  f->store = cs_store_open (database, f->clock, (CsMigration *) (gpointer) steps->data, steps->len,
                            &error);
  g_assert_no_error (error);
  g_assert_true (cs_blobs_create_master_key (key, &error));
  f->blobs = cs_blobs_open (folder, key, &error);
  g_assert_no_error (error);
  g_assert_true (cs_blobs_put_bytes (f->blobs, f->store, cs_scope_tenant (TENANT),
                                     CS_BLOB_RECORDING, "sound", 5, NOW + DAY_MS, &f->blob,
                                     &error));
  g_assert_true (cs_store_write (f->store, write_call, f, &error));
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  cs_store_close (f->store);
  cs_blobs_free (f->blobs);
  ct_clock_unref (f->clock);
  remove_tree (f->folder);
  g_free (f->folder);
}

static void
expire (Fixture *f)
{
  CsCallsConfig config = { .clock = f->clock, .store = f->store, .blobs = f->blobs };
  g_autoptr (CsCalls) calls = cs_calls_new (&config);

  cs_calls_expire (calls); /* done when `calls` is freed */
}

static CtId
blob_of_call (Fixture *f)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  g_autoptr (CsCallRow) row = cs_calls_find_recording (db, cs_scope_system (), RECORDING, NULL);
  CtId blob = row->blob;

  cs_store_release_reader (f->store, db);
  return blob;
}

static guint
count_faults (Fixture *f)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  g_assert_true (cs_calls_check (db, faults, &error));
  g_assert_no_error (error);
  cs_store_release_reader (f->store, db);
  return faults->len;
}

static void
test_expire (Fixture *f, gconstpointer unused)
{
  CsBlobInfo info;
  CsDb *db;

  expire (f);
  g_assert_cmpint (blob_of_call (f), ==, f->blob);
  ct_clock_advance_us (f->clock, DAY_MS * 1000);
  expire (f);
  g_assert_cmpint (blob_of_call (f), ==, CT_ID_NONE);
  db = cs_store_acquire_reader (f->store);
  g_assert_false (cs_blobs_get_info (db, cs_scope_system (), f->blob, &info, NULL));
  cs_store_release_reader (f->store, db);
  g_assert_cmpuint (count_faults (f), ==, 0);
}

static gboolean
drop (CsDb *db, gpointer data, GError **error)
{
  return cs_calls_drop_recording (db, ((Fixture *) data)->blob, error);
}

static gboolean
delete_blob (CsDb *db, gpointer data, GError **error)
{
  Fixture *f = data;

  return cs_blobs_delete (f->blobs, db, cs_scope_system (), f->blob, error);
}

static void
test_check (Fixture *f, gconstpointer unused)
{
  g_assert_cmpuint (count_faults (f), ==, 0);
  g_assert_true (cs_store_write (f->store, delete_blob, f, NULL));
  g_assert_cmpuint (count_faults (f), ==, 1);
}

static void
test_callless (Fixture *f, gconstpointer unused)
{
  g_assert_true (cs_store_write (f->store, drop, f, NULL));
  g_assert_cmpuint (count_faults (f), ==, 0); /* its call may come yet */
  ct_clock_advance_us (f->clock, 2 * G_TIME_SPAN_HOUR);
  g_assert_cmpuint (count_faults (f), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/retention/expire", Fixture, NULL, set_up, test_expire, tear_down);
  g_test_add ("/retention/soundless", Fixture, NULL, set_up, test_check, tear_down);
  g_test_add ("/retention/callless", Fixture, NULL, set_up, test_callless, tear_down);
  return g_test_run ();
}
