/* SPDX-License-Identifier: GPL-3.0-or-later */
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

gboolean
cs_store_check (CsDb *db, GPtrArray *faults, GError **error)
{
  if (db->handle == NULL)
    return ct_fail (error, CT_ERROR_IO, "the database could not be opened");
  return run (db, "PRAGMA integrity_check (100)", 0, "integrity:", faults, error)
         && run (db, "PRAGMA foreign_key_check", 0, "a reference leads nowhere in table", faults,
                 error);
}
