/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the file is whole, and is what the program's schema steps make: these are run once more, in memory,
 * and the tables and indexes compared by name. (Their text is not: versions of SQLite word it differently.) */
#include "common/base/error.h"
#include "server/store/store-private.h"

/* Runs a pragma whose rows are faults but for a single "ok". */
static gboolean
run (CsDb *db, const char *pragma, int column, const char *what, GPtrArray *faults, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2 (db->handle, pragma, -1, &statement, NULL);

  while (result == SQLITE_OK && (result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      const char *text = (const char *) sqlite3_column_text (statement, column);

      if (g_strcmp0 (text, "ok") != 0)
        g_ptr_array_add (faults, g_strdup_printf ("database: %s %s", what, text));
      result = SQLITE_OK;
    }
  sqlite3_finalize (statement);
  return result == SQLITE_DONE || cs_db_fail (db, pragma, error);
}

/* Adds "table call", "index call_by_agent"... */
static gboolean
list_objects (sqlite3 *handle, GHashTable *names)
{
  sqlite3_stmt *statement = NULL;
  int result = sqlite3_prepare_v2 (handle,
                                   "SELECT type || ' ' || name FROM sqlite_schema"
                                   "  WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~'",
                                   -1, &statement, NULL);

  while (result == SQLITE_OK && (result = sqlite3_step (statement)) == SQLITE_ROW)
    {
      g_hash_table_add (names, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
      result = SQLITE_OK;
    }
  sqlite3_finalize (statement);
  return result == SQLITE_DONE;
}

static gboolean
make_objects (const CsMigration *steps, gsize n, GHashTable *names)
{
  sqlite3 *memory = NULL;
  gboolean made = sqlite3_open (":memory:", &memory) == SQLITE_OK
                  && sqlite3_exec (memory, cs_migrate_schema, NULL, NULL, NULL) == SQLITE_OK;

  for (gsize i = 0; made && i < n; i++)
    made = sqlite3_exec (memory, steps[i].sql, NULL, NULL, NULL) == SQLITE_OK;
  made = made && list_objects (memory, names);
  sqlite3_close (memory);
  return made;
}

static void
add_missing (GHashTable *from, GHashTable *in, const char *what, GPtrArray *faults)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, from);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (in, name))
      g_ptr_array_add (faults, g_strdup_printf ("database: %s %s", (char *) name, what));
}

static gboolean
check_objects (CsDb *db, const CsMigration *steps, gsize n, GPtrArray *faults, GError **error)
{
  g_autoptr (GHashTable) there = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!list_objects (db->handle, there))
    return cs_db_fail (db, "schema", error);
  if (!make_objects (steps, n, wanted))
    return ct_fail (error, CT_ERROR_IO, "the schema steps do not run in memory");
  add_missing (wanted, there, "is missing", faults);
  add_missing (there, wanted, "is not of this program", faults);
  return TRUE;
}

gboolean
cs_store_check (CsDb *db, const CsMigration *steps, gsize n, GPtrArray *faults, GError **error)
{
  if (db->handle == NULL)
    return ct_fail (error, CT_ERROR_IO, "the database could not be opened");
  return run (db, "PRAGMA integrity_check (100)", 0, "integrity:", faults, error)
         && run (db, "PRAGMA foreign_key_check", 0, "a reference leads nowhere in table", faults,
                 error)
         && check_objects (db, steps, n, faults, error);
}
