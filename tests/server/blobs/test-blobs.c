/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files come back as they were put, in any range; whoever touches a sealed file is found out. */
#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#include "../../tools/tree.h"
#include "server/blobs/blobs.h"

#define CHUNK 65536
#define ADA ((CsScope){ .tenant = 501 })
#define BOB ((CsScope){ .tenant = 502 })

typedef struct {
  char *folder, *blob_folder, *path, *key_path;
  CtClock *clock;
  CsStore *store;
  CsBlobs *blobs;
} Fixture;

static CsBlobs *
open_blobs (Fixture *f, GError **error)
{
  return cs_blobs_open (f->blob_folder, f->key_path, error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("blobs-XXXXXX", NULL);
  f->blob_folder = g_build_filename (f->folder, "blobs", NULL);
  f->path = g_build_filename (f->folder, "a.db", NULL);
  f->key_path = g_build_filename (f->folder, "master.key", NULL);
  f->clock = ct_clock_new ();
  f->store = cs_store_open (f->path, f->clock, cs_blobs_migrations, cs_blobs_n_migrations, &error);
  g_assert_no_error (error);
  g_assert_true (cs_blobs_create_master_key (f->key_path, &error));
  f->blobs = open_blobs (f, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  cs_store_close (f->store);
  cs_blobs_free (f->blobs);
  remove_tree (f->folder);
  ct_clock_unref (f->clock);
  g_free (f->folder);
  g_free (f->blob_folder);
  g_free (f->path);
  g_free (f->key_path);
}

static guint8 *
make_bytes (gsize size)
{
  guint8 *bytes = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (i * 31 + (i >> 8) * 7 + (i >> 16));
  return bytes;
}

static CtId
put (Fixture *f, CsScope scope, const guint8 *bytes, gsize size, gint64 retain)
{
  g_autoptr (GError) error = NULL;
  CtId id = CT_ID_NONE;

  cs_blobs_put_bytes (f->blobs, f->store, scope, CS_BLOB_RECORDING, bytes, size, retain, &id,
                      &error);
  g_assert_no_error (error);
  return id;
}

static CsBlob *
open_blob (Fixture *f, CsScope scope, CtId id, GError **error)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  CsBlob *blob = cs_blobs_open_blob (f->blobs, db, scope, id, error);

  cs_store_release_reader (f->store, db);
  return blob;
}

static GPtrArray *
check (Fixture *f, gboolean deep)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  GPtrArray *faults = g_ptr_array_new_with_free_func (g_free);

  g_assert_true (cs_blobs_check (f->blobs, db, deep, faults, NULL));
  cs_store_release_reader (f->store, db);
  return faults;
}

static void
expect_faults (Fixture *f, gboolean deep, guint n)
{
  g_autoptr (GPtrArray) faults = check (f, deep);

  for (guint i = 0; i < faults->len; i++)
    g_test_message ("%s", (char *) g_ptr_array_index (faults, i));
  g_assert_cmpuint (faults->len, ==, n);
}

static char *
only_file (Fixture *f)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  g_autoptr (GPtrArray) files = cs_blobs_list_files (f->blobs, db, NULL);

  cs_store_release_reader (f->store, db);
  g_assert_cmpuint (files->len, ==, 1);
  return g_build_filename (f->blob_folder, g_ptr_array_index (files, 0), NULL);
}

static const gsize sizes[]
    = { 0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17, 20 * CHUNK + 5 };

static void
test_ranges (Fixture *f, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gsize size = sizes[i];
      g_autofree guint8 *bytes = make_bytes (size);
      CtId id = put (f, ADA, bytes, size, 0);
      g_autoptr (CsBlob) blob = open_blob (f, ADA, id, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (cs_blob_get_size (blob), ==, size);
      g_assert_null (cs_blob_read_range (blob, size, 1, &error));
      g_assert_true (ct_error_is (error, CT_ERROR_INVALID));
      for (int r = 0; r < 40 && size > 0; r++)
        {
          gsize at = (gsize) g_test_rand_int_range (0, (gint32) size);
          gsize wanted = (gsize) g_test_rand_int_range (1, 3 * CHUNK);
          g_autoptr (GBytes) range = cs_blob_read_range (blob, at, wanted, NULL);

          g_assert_nonnull (range);
          g_assert_cmpmem (g_bytes_get_data (range, NULL), g_bytes_get_size (range), bytes + at,
                           MIN (wanted, size - at));
        }
    }
  expect_faults (f, TRUE, 0);
}

static void
test_file (Fixture *f, gconstpointer data)
{
  gsize size = 5 * CHUNK + 99;
  g_autofree guint8 *bytes = make_bytes (size);
  g_autofree char *in = g_build_filename (f->folder, "in.wav", NULL);
  g_autofree char *sealed = NULL;
  g_autofree char *raw = NULL;
  g_autoptr (CsBlob) blob = NULL;
  g_autoptr (GBytes) range = NULL;
  g_autoptr (GError) error = NULL;
  gsize n_raw;
  CtId id;

  memcpy (bytes, "A caller says something.", 24);
  g_file_set_contents (in, (char *) bytes, (gssize) size, NULL);
  g_assert_true (cs_blobs_put_file (f->blobs, f->store, ADA, CS_BLOB_RECORDING, in, 0, NULL, NULL,
                                    &id, &error));
  g_assert_no_error (error);
  blob = open_blob (f, ADA, id, NULL);
  range = cs_blob_read_range (blob, 0, G_MAXINT32, &error);
  g_assert_cmpmem (g_bytes_get_data (range, NULL), g_bytes_get_size (range), bytes, size);
  sealed = only_file (f);
  g_assert_true (g_file_get_contents (sealed, &raw, &n_raw, NULL));
  g_assert_null (memmem (raw, n_raw, "A caller says", 13));
  g_assert_false (cs_blobs_put_file (f->blobs, f->store, ADA, CS_BLOB_RECORDING, "/nonexistent", 0,
                                     NULL, NULL, &id, NULL));
}

/* The key outlives the program, another key opens nothing, nor one that others may read. */
static void
test_keys (Fixture *f, gconstpointer data)
{
  CtId id = put (f, ADA, (const guint8 *) "secret", 6, 0);
  g_autoptr (CsBlob) blob = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (cs_blobs_create_master_key (f->key_path, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_CONFLICT));
  g_clear_error (&error);
  g_clear_pointer (&f->blobs, cs_blobs_free);
  f->blobs = open_blobs (f, NULL);
  blob = open_blob (f, ADA, id, &error);
  g_assert_no_error (error);
  g_assert_null (open_blob (f, BOB, id, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_NOT_FOUND));
  g_clear_error (&error);

  g_clear_pointer (&f->blobs, cs_blobs_free);
  g_chmod (f->key_path, 0644);
  g_assert_null (open_blobs (f, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_DENIED));
  g_clear_error (&error);
  g_unlink (f->key_path);
  g_assert_true (cs_blobs_create_master_key (f->key_path, NULL));
  f->blobs = open_blobs (f, NULL);
  g_assert_null (open_blob (f, ADA, id, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_IO));
}

/* Every part of the file: a changed byte anywhere, a cut, an addition, chunks exchanged. */
static void
test_tampering (Fixture *f, gconstpointer data)
{
  gsize size = 2 * CHUNK + 100;
  g_autofree guint8 *bytes = make_bytes (size);
  CtId id = put (f, ADA, bytes, size, 0);
  g_autofree char *path = only_file (f);
  g_autofree char *good = NULL;
  gsize n;
  const gssize spots[] = { 0, 8, 40, 50, 64, 64 + CHUNK, 64 + CHUNK + 16 + 5, -1 };

  g_assert_true (g_file_get_contents (path, &good, &n, NULL));
  expect_faults (f, TRUE, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (spots); i++)
    {
      g_autofree char *bad = g_memdup2 (good, n);

      bad[spots[i] < 0 ? n - 1 : (gsize) spots[i]] ^= 1;
      g_file_set_contents (path, bad, (gssize) n, NULL);
      expect_faults (f, TRUE, 1);
    }
  g_file_set_contents (path, good, (gssize) n - 1, NULL);
  expect_faults (f, FALSE, 1);
  {
    g_autofree char *longer = g_malloc0 (n + 1);

    memcpy (longer, good, n);
    g_file_set_contents (path, longer, (gssize) n + 1, NULL);
    expect_faults (f, FALSE, 1);
  }
  {
    g_autofree char *swapped = g_memdup2 (good, n);

    memcpy (swapped + 64, good + 64 + CHUNK + 16, CHUNK + 16);
    memcpy (swapped + 64 + CHUNK + 16, good + 64, CHUNK + 16);
    g_file_set_contents (path, swapped, (gssize) n, NULL);
    expect_faults (f, TRUE, 1);
  }
  /* A range that does not touch the bad chunk still reads. */
  {
    g_autofree char *bad = g_memdup2 (good, n);
    g_autoptr (CsBlob) blob = NULL;
    g_autoptr (GBytes) range = NULL;

    bad[64 + 10] ^= 1;
    g_file_set_contents (path, bad, (gssize) n, NULL);
    blob = open_blob (f, ADA, id, NULL);
    range = cs_blob_read_range (blob, CHUNK + 3, 10, NULL);
    g_assert_cmpmem (g_bytes_get_data (range, NULL), 10, bytes + CHUNK + 3, 10);
    g_assert_null (cs_blob_read_range (blob, 3, 10, NULL));
  }
  g_file_set_contents (path, good, (gssize) n, NULL);
}

typedef struct {
  Fixture *f;
  CsScope scope;
  CtId id;
  guint64 quota;
  gint64 now_ms;
  guint deleted;
} Act;

static gboolean
run_delete (CsDb *db, gpointer data, GError **error)
{
  Act *a = data;

  return cs_blobs_delete (a->f->blobs, db, a->scope, a->id, error);
}

static gboolean
run_quota (CsDb *db, gpointer data, GError **error)
{
  Act *a = data;

  return cs_blobs_set_quota (db, a->scope, a->quota, error);
}

static gboolean
run_expire (CsDb *db, gpointer data, GError **error)
{
  Act *a = data;
  g_autoptr (GArray) ids = cs_blobs_delete_expired (a->f->blobs, db, a->now_ms, 10, error);

  a->deleted = ids != NULL ? ids->len : 0;
  return ids != NULL;
}

static gboolean
run_delete_and_fail (CsDb *db, gpointer data, GError **error)
{
  return run_delete (db, data, error) && ct_fail (error, CT_ERROR_STATE, "changed my mind");
}

static guint64
used (Fixture *f, CsScope scope)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  guint64 bytes, quota;

  g_assert_true (cs_blobs_get_usage (db, scope, &bytes, &quota, NULL));
  cs_store_release_reader (f->store, db);
  return bytes;
}

/* Two blobs of one content share a file, which goes with the second; tenants share nothing. */
static void
test_sharing (Fixture *f, gconstpointer data)
{
  const guint8 *same = (const guint8 *) "same";
  Act first = { f, ADA, put (f, ADA, same, 4, 0) };
  Act second = { f, ADA, put (f, ADA, same, 4, 0) };
  g_autofree char *path = only_file (f);
  g_autofree char *other = NULL;
  CtId theirs;

  g_assert_cmpint (first.id, !=, second.id);
  g_assert_cmpuint (used (f, ADA), ==, 8);
  g_assert_false (cs_store_write (f->store, run_delete_and_fail, &first, NULL));
  g_assert_false (cs_store_write (f->store, run_delete, &(Act){ f, BOB, first.id }, NULL));
  g_assert_true (cs_store_write (f->store, run_delete, &first, NULL));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  expect_faults (f, TRUE, 0);
  g_assert_true (cs_store_write (f->store, run_delete, &second, NULL));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (used (f, ADA), ==, 0);
  theirs = put (f, BOB, same, 4, 0);
  other = only_file (f);
  g_assert_cmpstr (other, !=, path); /* the name tells nothing across tenants */
  put (f, ADA, same, 4, 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (cs_store_write (f->store, run_delete, &(Act){ f, BOB, theirs }, NULL));
  expect_faults (f, TRUE, 0);
}

static void
test_quota_and_retention (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *bytes = make_bytes (1000);
  g_autoptr (GError) error = NULL;
  Act quota = { f, ADA, .quota = 1500 };
  Act expire = { f, .now_ms = 5000 };
  CtId id;

  g_assert_true (cs_store_write (f->store, run_quota, &quota, NULL));
  put (f, ADA, bytes, 1000, 4000);
  g_assert_false (
      cs_blobs_put_bytes (f->blobs, f->store, ADA, CS_BLOB_LOGO, bytes, 501, 0, &id, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_LIMIT));
  put (f, ADA, bytes, 500, 6000);
  put (f, BOB, bytes, 1000, 0);
  g_assert_true (cs_store_write (f->store, run_expire, &expire, NULL));
  g_assert_cmpuint (expire.deleted, ==, 1);
  g_assert_cmpuint (used (f, ADA), ==, 500);
  put (f, ADA, bytes, 1000, 0);
  expect_faults (f, TRUE, 0);
}

static void
test_orphans (Fixture *f, gconstpointer data)
{
  CtId id = put (f, ADA, (const guint8 *) "one", 3, 0);
  g_autofree char *path = only_file (f);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *stray = g_build_filename (folder, ".part-left", NULL);
  struct utimbuf old = { 1000, 1000 };
  guint removed;

  g_file_set_contents (stray, "half", -1, NULL);
  expect_faults (f, FALSE, 0); /* fresh: a put may be under way */
  g_utime (stray, &old);
  g_utime (path, &old);
  expect_faults (f, FALSE, 1);
  g_assert_true (cs_blobs_sweep (f->blobs, f->store, &removed, NULL));
  g_assert_cmpuint (removed, ==, 1);
  expect_faults (f, TRUE, 0);
  g_unlink (path);
  expect_faults (f, FALSE, 1);
  g_assert_null (open_blob (f, ADA, id, NULL));
  g_assert_true (cs_store_write (f->store, run_delete, &(Act){ f, ADA, id }, NULL));
  expect_faults (f, FALSE, 0);
}

typedef struct {
  Fixture *f;
  CsScope scope;
  const char *purpose;
  guint8 key[32];
  gboolean fail;
} Derive;

static gboolean
run_derive (CsDb *db, gpointer data, GError **error)
{
  Derive *d = data;

  return cs_blobs_derive_key (d->f->blobs, db, d->scope, d->purpose, d->key, error)
         && (!d->fail || ct_fail (error, CT_ERROR_STATE, "changed my mind"));
}

static void
test_derive (Fixture *f, gconstpointer data)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  Derive undone = { f, ADA, "scripts", .fail = TRUE };
  Derive ada = { f, ADA, "scripts" };
  Derive again = { f, ADA, "scripts" };
  Derive other = { f, ADA, "notes" };
  Derive bob = { f, BOB, "scripts" };

  g_assert_false (run_derive (db, &ada, NULL)); /* a reader makes none */
  g_assert_false (cs_store_write (f->store, run_derive, &undone, NULL));
  g_assert_true (cs_store_write (f->store, run_derive, &ada, NULL));
  g_assert_true (cs_store_write (f->store, run_derive, &bob, NULL));
  g_assert_true (run_derive (db, &again, NULL));
  g_assert_true (run_derive (db, &other, NULL));
  cs_store_release_reader (f->store, db);
  g_assert_cmpmem (ada.key, 32, again.key, 32);
  g_assert_cmpint (memcmp (ada.key, undone.key, 32), !=, 0);
  g_assert_cmpint (memcmp (ada.key, other.key, 32), !=, 0);
  g_assert_cmpint (memcmp (ada.key, bob.key, 32), !=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/blobs/ranges", test_ranges);
  ADD ("/blobs/file", test_file);
  ADD ("/blobs/keys", test_keys);
  ADD ("/blobs/derive", test_derive);
  ADD ("/blobs/tampering", test_tampering);
  ADD ("/blobs/sharing", test_sharing);
  ADD ("/blobs/quota-and-retention", test_quota_and_retention);
  ADD ("/blobs/orphans", test_orphans);
  return g_test_run ();
}
