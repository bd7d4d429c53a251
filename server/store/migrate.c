/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schema steps: each runs once, in a transaction of its own, and leaves its number and the hash of its
 * text in schema_step. Before anything runs, what was applied is compared with what the program
 * knows: a step that the program does not have (a newer schema) or has otherwise (edited after it
 * landed) ends the start and changes nothing. Steps run in order of number; a module numbers within
 * its own hundred, so a step may come after one with a greater number of another module. */
#define G_LOG_DOMAIN "store"

#include <string.h>

#include "server/store/store-private.h"

const char cs_migrate_schema[]
    = "CREATE TABLE IF NOT EXISTS schema_step (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
      " checksum TEXT NOT NULL, applied_ms INTEGER NOT NULL) STRICT";

CS_SQL (list_steps, "SELECT number, name, checksum FROM schema_step ORDER BY number");
CS_SQL (add_step, "INSERT INTO schema_step (number, name, checksum, applied_ms)"
                  " VALUES (?1, ?2, ?3, ?4)");

/* Not an UPDATE to what is there already: SQLite sees that, and writes nothing. */
CS_SQL (try_step, "INSERT INTO schema_step (number, name, checksum, applied_ms)"
                  " VALUES (-1, '', '', 0)");
CS_SQL (take_back_step, "DELETE FROM schema_step WHERE number = -1");

gboolean
cs_store_try_disk (CsDb *db, gpointer unused, GError **error)
{
  g_autoptr (CsQuery) insert = cs_query (db, &try_step);
  g_autoptr (CsQuery) take_back = cs_query (db, &take_back_step);

  return cs_query_run (insert, NULL, error) && cs_query_run (take_back, NULL, error);
}

static char *
checksum (const CsMigration *step)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, step->sql, -1);
}

static const CsMigration *
find_step (const CsMigration *steps, gsize n, gint64 number)
{
  for (gsize i = 0; i < n; i++)
    if (steps[i].number == number)
      return &steps[i];
  return NULL;
}

/* Fills @done (number -> itself) with what the database has, and refuses what the program cannot read. */
static gboolean
compare (CsDb *db, const CsMigration *steps, gsize n, GHashTable *done, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_steps);
  CsRowResult result;

  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      gint64 number = cs_column_int (query, "number");
      const CsMigration *step = find_step (steps, n, number);
      g_autofree char *known = step != NULL ? checksum (step) : NULL;

      if (step == NULL)
        return ct_fail (error, CT_ERROR_STATE,
                        "the database has schema step %" G_GINT64_FORMAT
                        " (%s), which this program does not know: it was written by a newer one",
                        number, cs_column_text (query, "name"));
      if (g_strcmp0 (known, cs_column_text (query, "checksum")) != 0)
        return ct_fail (error, CT_ERROR_STATE,
                        "schema step %d (%s) is not what was applied to this database: a step that "
                        "has landed must not be edited",
                        step->number, step->name);
      g_hash_table_add (done, GINT_TO_POINTER (step->number));
    }
  return result == CS_ROW_NONE;
}

static gboolean
record (CsDb *db, const CsMigration *step, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_step);
  g_autofree char *sum = checksum (step);

  cs_bind_int (query, 1, step->number);
  cs_bind_text (query, 2, step->name);
  cs_bind_text (query, 3, sum);
  cs_bind_int (query, 4, ct_clock_utc_ms (cs_db_get_clock (db)));
  return cs_query_run (query, NULL, error);
}

/* A step that rebuilds a table leaves dangling references for a moment, so they are checked at its end. */
static gboolean
check_references (CsDb *db, GError **error)
{
  static const CsSql dangling = { "dangling", "SELECT \"table\" AS child FROM"
                                              " pragma_foreign_key_check" };
  g_autoptr (CsQuery) query = cs_query (db, &dangling);
  CsRowResult result = cs_query_step (query, error);

  if (result == CS_ROW_READY)
    return ct_fail (error, CT_ERROR_STATE, "rows of %s refer to rows that are gone",
                    cs_column_text (query, "child"));
  return result == CS_ROW_NONE;
}

static gboolean
apply (CsDb *db, const CsMigration *step, GError **error)
{
  if (cs_db_exec (db, "BEGIN IMMEDIATE", error))
    {
      if (cs_db_exec (db, step->sql, error) && check_references (db, error)
          && record (db, step, error) && cs_db_exec (db, "COMMIT", error))
        {
          g_info ("applied schema step %d (%s)", step->number, step->name);
          return TRUE;
        }
      if (!sqlite3_get_autocommit (db->handle))
        cs_db_exec (db, "ROLLBACK", NULL);
    }
  g_prefix_error (error, "schema step %d (%s): ", step->number, step->name);
  return FALSE;
}

static gboolean
run_steps (CsDb *db, const CsMigration *steps, gsize n, GHashTable *done, GError **error)
{
  for (gsize i = 0; i < n; i++)
    if (!g_hash_table_contains (done, GINT_TO_POINTER (steps[i].number))
        && !apply (db, &steps[i], error))
      return FALSE;
  return TRUE;
}

gboolean
cs_migrate (CsDb *db, const CsMigration *steps, gsize n, int *schema, GError **error)
{
  g_autoptr (GHashTable) done = g_hash_table_new (NULL, NULL);
  gboolean applied;

  for (gsize i = 0; i < n; i++)
    if (steps[i].number <= (i == 0 ? 0 : steps[i - 1].number))
      return ct_fail (error, CT_ERROR_INVALID, "schema step %d (%s) is out of order",
                      steps[i].number, steps[i].name);
  if (!cs_db_exec (db, cs_migrate_schema, error) || !compare (db, steps, n, done, error)
      || !cs_db_exec (db, "PRAGMA foreign_keys=OFF", error))
    return FALSE;
  applied = run_steps (db, steps, n, done, error);
  if (!cs_db_exec (db, "PRAGMA foreign_keys=ON", applied ? error : NULL) || !applied)
    return FALSE;
  *schema = n > 0 ? steps[n - 1].number : 0;
  return TRUE;
}
