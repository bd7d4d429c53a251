/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements. Each is prepared once a connection and kept in a table by the address of its CsSql; a
 * statement that is asked for while it still runs (a nested use) gets a second handle of its own,
 * finalized when freed. Mistakes of the programmer (a parameter or column that is not there) are
 * logged as critical and read as zero; what the database says is kept and told by step or run. */
#define G_LOG_DOMAIN "store"

#include <string.h>

#include "server/store/store-private.h"

struct _CsQuery {
  CsDb *db;
  const CsSql *sql;
  sqlite3_stmt *statement; /* NULL when it could not be prepared */
  char **names;            /* of the columns */
  int n_names;
  int next;      /* the column after the one read last: rows are mostly read in order */
  gboolean kept; /* in the connection's table */
  gboolean in_use;
  gboolean has_row;
  GError *error; /* the first one */
};

static void
query_destroy (gpointer data)
{
  CsQuery *query = data;

  sqlite3_finalize (query->statement);
  g_strfreev (query->names);
  g_clear_error (&query->error);
  g_free (query);
}

static void
prepare (CsQuery *query)
{
  CsDb *db = query->db;

  if (db->handle == NULL)
    {
      ct_fail (&query->error, CT_ERROR_IO, "the database could not be opened");
      return;
    }
  if (sqlite3_prepare_v3 (db->handle, query->sql->text, -1, SQLITE_PREPARE_PERSISTENT,
                          &query->statement, NULL)
      != SQLITE_OK)
    {
      if (sqlite3_errcode (db->handle) == SQLITE_ERROR)
        g_critical ("%s: %s", query->sql->name, sqlite3_errmsg (db->handle));
      cs_db_fail (db, query->sql->name, &query->error);
      return;
    }
  query->n_names = sqlite3_column_count (query->statement);
  query->names = g_new0 (char *, query->n_names + 1);
  for (int i = 0; i < query->n_names; i++)
    query->names[i] = g_strdup (sqlite3_column_name (query->statement, i));
}

CsQuery *
cs_query (CsDb *db, const CsSql *sql)
{
  CsQuery *query;

  if (db->statements == NULL)
    db->statements = g_hash_table_new_full (NULL, NULL, NULL, query_destroy);
  query = g_hash_table_lookup (db->statements, sql);
  if (query != NULL && !query->in_use)
    {
      query->in_use = TRUE;
      return query;
    }
  query = g_new0 (CsQuery, 1);
  query->db = db;
  query->sql = sql;
  query->in_use = TRUE;
  prepare (query);
  query->kept = query->statement != NULL && !g_hash_table_contains (db->statements, sql);
  if (query->kept)
    g_hash_table_insert (db->statements, (gpointer) sql, query);
  return query;
}

void
cs_query_free (CsQuery *query)
{
  if (query == NULL)
    return;
  if (!query->kept)
    {
      query_destroy (query);
      return;
    }
  sqlite3_reset (query->statement);
  sqlite3_clear_bindings (query->statement);
  g_clear_error (&query->error);
  query->has_row = FALSE;
  query->in_use = FALSE;
}

static void
check_bind (CsQuery *query, int position, int result)
{
  if (result == SQLITE_OK)
    return;
  if (result == SQLITE_RANGE || result == SQLITE_MISUSE) /* misuse: it is already running */
    g_critical ("%s has no parameter ?%d to bind now", query->sql->name, position);
  cs_db_fail (query->db, query->sql->name, &query->error);
}

void
cs_bind_int (CsQuery *query, int position, gint64 value)
{
  if (query->statement != NULL)
    check_bind (query, position, sqlite3_bind_int64 (query->statement, position, value));
}

void
cs_bind_null (CsQuery *query, int position)
{
  if (query->statement != NULL)
    check_bind (query, position, sqlite3_bind_null (query->statement, position));
}

void
cs_bind_id (CsQuery *query, int position, CtId id)
{
  if (id == CT_ID_NONE)
    cs_bind_null (query, position);
  else
    cs_bind_int (query, position, id);
}

void
cs_bind_text (CsQuery *query, int position, const char *text)
{
  if (text == NULL)
    cs_bind_null (query, position);
  else if (query->statement != NULL)
    check_bind (query, position,
                sqlite3_bind_text64 (query->statement, position, text, strlen (text),
                                     SQLITE_TRANSIENT, SQLITE_UTF8));
}

void
cs_bind_blob (CsQuery *query, int position, gconstpointer bytes, gsize size)
{
  if (query->statement != NULL) /* an empty blob is not NULL */
    check_bind (query, position,
                sqlite3_bind_blob64 (query->statement, position, size > 0 ? bytes : "", size,
                                     SQLITE_TRANSIENT));
}

CsRowResult
cs_query_step (CsQuery *query, GError **error)
{
  int result;

  query->has_row = FALSE;
  if (query->error == NULL)
    {
      result = sqlite3_step (query->statement);
      if (result == SQLITE_ROW)
        {
          query->has_row = TRUE;
          return CS_ROW_READY;
        }
      if (result == SQLITE_DONE)
        return CS_ROW_NONE;
      cs_db_fail (query->db, query->sql->name, &query->error);
    }
  if (error != NULL && *error == NULL)
    *error = g_error_copy (query->error);
  return CS_ROW_FAILED;
}

gboolean
cs_query_run (CsQuery *query, gint64 *changed, GError **error)
{
  CsRowResult result;

  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    ;
  if (result == CS_ROW_FAILED)
    return FALSE;
  if (changed != NULL)
    *changed = sqlite3_changes64 (query->db->handle);
  return TRUE;
}

/* -1 when there is no such column, or no row. */
static int
find_column (CsQuery *query, const char *name)
{
  if (!query->has_row)
    {
      g_critical ("%s: column %s is read without a row", query->sql->name, name);
      return -1;
    }
  for (int tried = 0, i = query->next; tried < query->n_names; tried++, i++)
    {
      if (i >= query->n_names)
        i = 0;
      if (strcmp (query->names[i], name) == 0)
        {
          query->next = i + 1;
          return i;
        }
    }
  g_critical ("%s has no column %s", query->sql->name, name);
  return -1;
}

gint64
cs_column_int (CsQuery *query, const char *name)
{
  int column = find_column (query, name);

  return column < 0 ? 0 : sqlite3_column_int64 (query->statement, column);
}

CtId
cs_column_id (CsQuery *query, const char *name)
{
  return cs_column_int (query, name); /* NULL reads as 0, which is CT_ID_NONE */
}

const char *
cs_column_text (CsQuery *query, const char *name)
{
  int column = find_column (query, name);

  return column < 0 ? NULL : (const char *) sqlite3_column_text (query->statement, column);
}

char *
cs_column_dup_text (CsQuery *query, const char *name)
{
  return g_strdup (cs_column_text (query, name));
}

GBytes *
cs_column_dup_blob (CsQuery *query, const char *name)
{
  int column = find_column (query, name);
  gconstpointer bytes;

  if (column < 0 || sqlite3_column_type (query->statement, column) == SQLITE_NULL)
    return NULL;
  bytes = sqlite3_column_blob (query->statement, column);
  return g_bytes_new (bytes, sqlite3_column_bytes (query->statement, column));
}

gboolean
cs_column_is_null (CsQuery *query, const char *name)
{
  int column = find_column (query, name);

  return column < 0 || sqlite3_column_type (query->statement, column) == SQLITE_NULL;
}
