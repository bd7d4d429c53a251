/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing in groups, reading beside it, schema steps, backup. */
#include <glib/gstdio.h>

#include "../../tools/tree.h"
#include "gate.h"
#include "server/store/store.h"

static const CsMigration steps[] = {
  { 10, "note",
    "CREATE TABLE note (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES note (id),"
    " word TEXT UNIQUE, body BLOB) STRICT;" },
  { 20, "note-index", "CREATE INDEX note_parent ON note (parent);" },
};

CS_SQL (add_note, "INSERT INTO note (id, parent, word, body) VALUES (?1, ?2, ?3, ?4)");
CS_SQL (get_note, "SELECT id, parent, word, body FROM note WHERE id = ?1");
CS_SQL (count_notes, "SELECT count (*) AS n FROM note");

static int criticals; /* mistakes of the programmer that were logged */

static GLogWriterOutput
count_criticals (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  if (level & G_LOG_LEVEL_CRITICAL)
    g_atomic_int_inc (&criticals);
  return G_LOG_WRITER_HANDLED;
}

typedef struct {
  char *folder;
  char *path;
  CtClock *clock;
  CsStore *store;
} Fixture;

static CsStore *
open_store (Fixture *f, const CsMigration *migrations, gsize n, GError **error)
{
  return cs_store_open (f->path, f->clock, migrations, n, error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("store-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "a.db", NULL);
  f->clock = ct_clock_new_manual (1700000000000);
  f->store = open_store (f, steps, G_N_ELEMENTS (steps), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  cs_store_close (f->store);
  remove_tree (f->folder);
  g_assert_cmpint (criticals, ==, 0);
  ct_clock_unref (f->clock);
  g_free (f->path);
  g_free (f->folder);
}

static gint64
count (CsDb *db)
{
  g_autoptr (CsQuery) query = cs_query (db, &count_notes);

  g_assert_cmpint (cs_query_step (query, NULL), ==, CS_ROW_READY);
  return cs_column_int (query, "n");
}

static gint64
count_in (CsStore *store)
{
  CsDb *db = cs_store_acquire_reader (store);
  gint64 n = count (db);

  cs_store_release_reader (store, db);
  return n;
}

typedef struct {
  gint64 id;
  CtId parent;
  const char *word;
  gboolean fail; /* after having written */
  int runs, hook_ran, hook_freed, answered;
  CtErrorCode answer; /* 999: success */
} Note;

static void
on_committed (gpointer data)
{
  ((Note *) data)->hook_ran++;
}

static void
on_hook_freed (gpointer data)
{
  ((Note *) data)->hook_freed++;
}

static gboolean
add (CsDb *db, gpointer data, GError **error)
{
  Note *note = data;
  g_autoptr (CsQuery) query = cs_query (db, &add_note);

  note->runs++;
  cs_db_after_commit (db, on_committed, note, on_hook_freed);
  cs_bind_int (query, 1, note->id);
  cs_bind_id (query, 2, note->parent);
  cs_bind_text (query, 3, note->word);
  cs_bind_null (query, 4);
  if (!cs_query_run (query, NULL, error))
    return FALSE;
  return !note->fail || ct_fail (error, CT_ERROR_STATE, "changed my mind");
}

static void
on_wrote (const GError *error, gpointer data)
{
  Note *note = data;

  note->answer = error == NULL ? 999 : (CtErrorCode) error->code;
  note->answered++;
}

static void
test_values (Fixture *f, gconstpointer data)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  CsQuery *nested;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) blob = NULL;
  Note note = { .id = 7, .word = "zeven" };

  g_assert_true (cs_store_write (f->store, add, &note, &error));
  {
    g_autoptr (CsQuery) query = cs_query (db, &get_note);

    cs_bind_int (query, 1, 7);
    g_assert_cmpint (cs_query_step (query, &error), ==, CS_ROW_READY);
    g_assert_cmpint (cs_column_int (query, "id"), ==, 7);
    g_assert_cmpint (cs_column_id (query, "parent"), ==, CT_ID_NONE);
    g_assert_true (cs_column_is_null (query, "parent"));
    g_assert_cmpstr (cs_column_text (query, "word"), ==, "zeven");
    blob = cs_column_dup_blob (query, "body");
    g_assert_null (blob);
    /* the same statement within itself */
    nested = cs_query (db, &get_note);
    g_assert_true (nested != query);
    cs_bind_int (nested, 1, 8);
    g_assert_cmpint (cs_query_step (nested, &error), ==, CS_ROW_NONE);
    cs_query_free (nested);
    g_assert_cmpstr (cs_column_text (query, "word"), ==, "zeven");
    g_assert_cmpint (cs_column_int (query, "nothing"), ==, 0);
    g_assert_cmpint (criticals, ==, 1);
    cs_bind_int (query, 9, 1);
    g_assert_cmpint (criticals, ==, 2);
    criticals = 0;
  }
  {
    g_autoptr (CsQuery) query = cs_query (db, &add_note); /* a reader only reads */

    cs_bind_int (query, 1, 1);
    g_assert_false (cs_query_run (query, NULL, &error));
    g_assert_nonnull (error);
  }
  cs_store_release_reader (f->store, db);
}

static gboolean
nothing (CsDb *db, gpointer data, GError **error)
{
  return TRUE;
}

/* A closure that fails undoes only itself; hooks run for those that stand; answers on the loop. */
static void
test_group (Fixture *f, gconstpointer data)
{
  g_autoptr (CsLoop) loop = cs_loop_new_for_context ("test", 1, NULL);
  Gate gate = { 0 };
  Note notes[] = {
    { .id = 1, .word = "a" },
    { .id = 2, .word = "b", .fail = TRUE },
    { .id = 3, .word = "a" },                /* UNIQUE */
    { .id = 4, .word = "d", .parent = 999 }, /* foreign key */
    { .id = 5, .word = "e", .parent = 1 },
  };
  const CtErrorCode expected[] = { 999, CT_ERROR_STATE, CT_ERROR_CONFLICT, CT_ERROR_CONFLICT, 999 };

  close_gate (f->store, &gate);
  for (gsize i = 0; i < G_N_ELEMENTS (notes); i++)
    g_assert_true (cs_store_write_async (f->store, add, &notes[i], loop, on_wrote, NULL, NULL));
  g_assert_cmpuint (cs_store_get_depth (f->store), ==, G_N_ELEMENTS (notes));
  open_gate (&gate);
  g_assert_true (cs_store_write (f->store, nothing, NULL, NULL));
  cs_loop_drain (loop);
  for (gsize i = 0; i < G_N_ELEMENTS (notes); i++)
    {
      g_assert_cmpint (notes[i].answered, ==, 1);
      g_assert_cmpint (notes[i].answer, ==, expected[i]);
      g_assert_cmpint (notes[i].hook_ran, ==, expected[i] == 999);
      g_assert_cmpint (notes[i].hook_freed, ==, notes[i].runs);
    }
  g_assert_cmpint (notes[0].runs, ==,
                   2); /* again, when the second failed: then each in its frame */
  g_assert_cmpint (notes[4].runs, ==, 1);
  g_assert_cmpint (count_in (f->store), ==, 2);
}

static void
test_bound (Fixture *f, gconstpointer data)
{
  Gate gate = { 0 };
  g_autoptr (GError) error = NULL;
  int queued = 0;

  close_gate (f->store, &gate);
  while (cs_store_write_async (f->store, nothing, NULL, NULL, NULL, NULL, &error))
    queued++;
  g_assert_true (ct_error_is (error, CT_ERROR_BUSY));
  g_assert_cmpint (queued, >, 1000);
  g_assert_true (cs_store_write_urgent (f->store, nothing, NULL, NULL, NULL, NULL, NULL));
  open_gate (&gate);
  while (!cs_store_write (f->store, nothing, NULL, NULL))
    g_thread_yield ();
}

static void
test_reopen (Fixture *f, gconstpointer data)
{
  Note notes[3] = { { .id = 1 }, { .id = 2 }, { .id = 3 } };
  GStatBuf info;

  for (int i = 0; i < 3; i++) /* closing commits what was queued */
    cs_store_write_async (f->store, add, &notes[i], NULL, NULL, NULL, NULL);
  cs_store_close (f->store);
  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  f->store = open_store (f, steps, G_N_ELEMENTS (steps), NULL);
  g_assert_cmpint (count_in (f->store), ==, 3);
  g_assert_cmpint (cs_store_get_schema (f->store), ==, 20);
}

static void
expect_refused (Fixture *f, const CsMigration *migrations, gsize n, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (open_store (f, migrations, n, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (g_strstr_len (error->message, -1, word));
}

static void
test_migrations (Fixture *f, gconstpointer data)
{
  const CsMigration edited[] = { { 10, "note", "CREATE TABLE other (a TEXT) STRICT;" }, steps[1] };
  const CsMigration broken[]
      = { steps[0], steps[1], { 30, "bad", "CREATE TABLE x (a TEXT) STRICT; SELECT nonsense;" } };
  const CsMigration dangling[]
      = { steps[0], steps[1], { 30, "bad", "UPDATE note SET parent = 55;" } };
  const CsMigration between[] = { { 5, "early", "CREATE TABLE early (a TEXT) STRICT;" },
                                  steps[0],
                                  { 15, "x", "CREATE TABLE x (a TEXT) STRICT;" },
                                  steps[1] };
  const CsMigration disorder[] = { steps[1], steps[0] };
  Note note = { .id = 1 };

  g_assert_true (cs_store_write (f->store, add, &note, NULL));
  g_clear_pointer (&f->store, cs_store_close);
  expect_refused (f, steps, 1, "newer");
  expect_refused (f, edited, 2, "edited");
  expect_refused (f, broken, 3, "nonsense");
  expect_refused (f, dangling, 3, "refer");
  expect_refused (f, disorder, 2, "order");
  /* nothing was destroyed, the failed step left nothing, a step of another module may come later */
  f->store = open_store (f, between, 4, NULL);
  g_assert_nonnull (f->store);
  g_assert_cmpint (count_in (f->store), ==, 1);
}

static void
test_not_a_database (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&f->store, cs_store_close);
  g_file_set_contents (f->path,
                       "This was never a database, and is long enough to tell so. "
                       "It goes on for more than a header's hundred bytes.........",
                       -1, NULL);
  g_assert_null (open_store (f, steps, 2, &error));
  g_assert_nonnull (error);
}

typedef struct {
  CsStore *store;
  int stop;
  gint64 written;
} Busy;

static gboolean
add_pair (CsDb *db, gpointer data, GError **error)
{
  Busy *busy = data;
  Note first = { .id = 2 * busy->written + 1 };
  Note second = { .id = 2 * busy->written + 2, .parent = first.id };
  Note *pair[] = { &first, &second };

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (CsQuery) query = cs_query (db, &add_note);

      cs_bind_int (query, 1, pair[i]->id);
      cs_bind_id (query, 2, pair[i]->parent);
      if (!cs_query_run (query, NULL, error))
        return FALSE;
    }
  busy->written++;
  return TRUE;
}

static gpointer
keep_writing (gpointer data)
{
  Busy *busy = data;

  while (!g_atomic_int_get (&busy->stop))
    g_assert_true (cs_store_write (busy->store, add_pair, busy, NULL));
  return NULL;
}

/* A copy holds whole transactions only: an even number of rows. */
static void
test_backup (Fixture *f, gconstpointer data)
{
  Busy busy = { .store = f->store };
  GThread *thread = g_thread_new ("busy", keep_writing, &busy);
  g_autofree char *path = g_build_filename (f->folder, "copy.db", NULL);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 5; i++)
    {
      CsStore *copy;
      gint64 n;

      while (count_in (f->store) < 100 * (i + 1))
        g_thread_yield ();
      g_assert_true (cs_store_backup (f->store, path, &error));
      copy = cs_store_open (path, f->clock, steps, G_N_ELEMENTS (steps), &error);
      g_assert_no_error (error);
      n = count_in (copy);
      g_assert_cmpint (n, >=, 100 * (i + 1));
      g_assert_cmpint (n % 2, ==, 0);
      cs_store_close (copy);
    }
  g_atomic_int_set (&busy.stop, 1);
  g_thread_join (thread);
  g_assert_false (cs_store_backup (f->store, "/nonexistent/copy.db", &error));
  g_assert_true (ct_error_is (error, CT_ERROR_IO));
}

static void
test_listing (void)
{
  gsize n;
  const CsSql *const *all = cs_sql_all (&n);
  gboolean found = FALSE;

  g_assert_cmpuint (n, >=, 5); /* ours, and those of the migrations */
  for (gsize i = 0; i < n; i++)
    found = found || all[i] == &get_note;
  g_assert_true (found);
}

/* Somebody's table is found, and that one of ours is gone. */
static void
test_check (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  CsMigration more[G_N_ELEMENTS (steps) + 1];
  CsDb *db = cs_store_acquire_reader (f->store);

  g_assert_true (cs_store_check (db, steps, G_N_ELEMENTS (steps), faults, NULL));
  g_assert_cmpuint (faults->len, ==, 0);
  g_assert_true (cs_store_check (db, steps, 0, faults, NULL));
  g_assert_cmpuint (faults->len, >, 0);
  g_assert_true (g_str_has_suffix (faults->pdata[0], "is not of this program"));
  g_ptr_array_set_size (faults, 0);
  memcpy (more, steps, sizeof steps);
  more[G_N_ELEMENTS (steps)]
      = (CsMigration){ 9000, "more", "CREATE TABLE more (x INTEGER) STRICT;" };
  g_assert_true (cs_store_check (db, more, G_N_ELEMENTS (more), faults, NULL));
  g_assert_cmpuint (faults->len, ==, 1);
  g_assert_cmpstr (faults->pdata[0], ==, "database: table more is missing");
  cs_store_release_reader (f->store, db);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  g_log_set_writer_func (count_criticals, NULL, NULL);
#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/store/values", test_values);
  ADD ("/store/group", test_group);
  ADD ("/store/bound", test_bound);
  ADD ("/store/reopen", test_reopen);
  ADD ("/store/migrations", test_migrations);
  ADD ("/store/not-a-database", test_not_a_database);
  ADD ("/store/backup", test_backup);
  ADD ("/store/check", test_check);
  g_test_add_func ("/store/listing", test_listing);
  return g_test_run ();
}
