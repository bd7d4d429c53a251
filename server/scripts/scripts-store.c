/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "scripts"

#include "server/scripts/scripts-store.h"

/* Versions */

void
cs_version_row_free (CsVersionRow *row)
{
  g_free (row->name);
  g_free (row->body);
  g_free (row->hash);
  g_free (row);
}

#define VERSION_COLUMNS                                                                            \
  "v.id AS id, v.script AS script, s.company AS company, v.number AS number,"                      \
  "  v.difficulty AS difficulty, v.name AS name, v.body AS body, v.hash AS hash"                   \
  "  FROM script_version AS v JOIN script AS s ON s.id = v.script "

CS_SQL (get_version, "SELECT " VERSION_COLUMNS "WHERE v.id = ?1 AND (v.tenant = ?2 OR ?2 IS NULL)");
CS_SQL (get_live, "SELECT " VERSION_COLUMNS
                  "WHERE s.id = ?1 AND (s.tenant = ?2 OR ?2 IS NULL) AND v.id = s.live");

static CsVersionRow *
read_version (CsDb *db, const CsSql *sql, CsScope scope, CtId id, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, sql);
  CsVersionRow *row;
  CsRowResult result;

  cs_bind_id (query, 1, id);
  cs_bind_id (query, 2, scope.tenant);
  result = cs_query_step (query, error);
  if (result == CS_ROW_NONE)
    ct_fail (error, CT_ERROR_NOT_FOUND, "no script %s", ct_id_text (id).text);
  if (result != CS_ROW_READY)
    return NULL;
  row = g_new0 (CsVersionRow, 1);
  row->id = cs_column_id (query, "id");
  row->script = cs_column_id (query, "script");
  row->company = cs_column_id (query, "company");
  row->number = cs_column_int (query, "number");
  row->difficulty = (guint) cs_column_int (query, "difficulty");
  row->name = cs_column_dup_text (query, "name");
  row->body = cs_column_dup_text (query, "body");
  row->hash = cs_column_dup_text (query, "hash");
  return row;
}

CsVersionRow *
cs_scripts_get_row (CsDb *db, CsScope scope, CtId version, GError **error)
{
  return read_version (db, &get_version, scope, version, error);
}

CsVersionRow *
cs_scripts_get_live_row (CsDb *db, CsScope scope, CtId script, GError **error)
{
  return read_version (db, &get_live, scope, script, error);
}

CS_SQL (put_script, "INSERT INTO script (id, tenant, company, key, name, created)"
                    "  VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (tenant, company, key)"
                    "  DO UPDATE SET name = excluded.name RETURNING id");

gboolean
cs_scripts_put_script (CsDb *db, CsScope scope, CtId company, const char *key, const char *name,
                       CtId *id, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_script);

  cs_bind_id (query, 1, ct_id_new (cs_db_get_clock (db)));
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, company);
  cs_bind_text (query, 4, key);
  cs_bind_text (query, 5, name);
  cs_bind_int (query, 6, ct_clock_utc_ms (cs_db_get_clock (db)));
  if (cs_query_step (query, error) != CS_ROW_READY)
    return FALSE;
  *id = cs_column_id (query, "id");
  return cs_query_run (query, NULL, error);
}

CS_SQL (add_version, "INSERT INTO script_version"
                     "  (id, tenant, script, number, name, difficulty, body, hash, created)"
                     "  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");

gboolean
cs_scripts_add_version (CsDb *db, CsScope scope, CsVersionRow *row, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_version);

  row->id = ct_id_new (cs_db_get_clock (db));
  cs_bind_id (query, 1, row->id);
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, row->script);
  cs_bind_int (query, 4, row->number);
  cs_bind_text (query, 5, row->name);
  cs_bind_int (query, 6, row->difficulty);
  cs_bind_text (query, 7, row->body);
  cs_bind_text (query, 8, row->hash);
  cs_bind_int (query, 9, ct_clock_utc_ms (cs_db_get_clock (db)));
  return cs_query_run (query, NULL, error);
}

CS_SQL (set_live, "UPDATE script SET live = ?2 WHERE id = ?1 AND tenant = ?3");

gboolean
cs_scripts_set_live (CsDb *db, CsScope scope, CtId script, CtId version, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &set_live);

  cs_bind_id (query, 1, script);
  cs_bind_id (query, 2, version);
  cs_bind_id (query, 3, scope.tenant);
  return cs_query_run (query, NULL, error);
}

/* Runs */

void
cs_run_row_free (CsRunRow *row)
{
  g_free (row->facts);
  g_free (row);
}

CS_SQL (get_run, "SELECT call, company, version, facts, number FROM call_script"
                 "  WHERE call = ?1 AND (tenant = ?2 OR ?2 IS NULL)");

CsRunRow *
cs_scripts_get_run (CsDb *db, CsScope scope, CtId call, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_run);
  CsRunRow *row;

  cs_bind_id (query, 1, call);
  cs_bind_id (query, 2, scope.tenant);
  if (cs_query_step (query, error) != CS_ROW_READY)
    return NULL;
  row = g_new0 (CsRunRow, 1);
  row->call = cs_column_id (query, "call");
  row->company = cs_column_id (query, "company");
  row->version = cs_column_id (query, "version");
  row->facts = cs_column_dup_text (query, "facts");
  row->number = cs_column_int (query, "number");
  return row;
}

CS_SQL (add_run, "INSERT INTO call_script (call, tenant, company, version, facts, number, started)"
                 "  VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)");

gboolean
cs_scripts_add_run (CsDb *db, CsScope scope, const CsRunRow *row, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_run);

  cs_bind_id (query, 1, row->call);
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, row->company);
  cs_bind_id (query, 4, row->version);
  cs_bind_text (query, 5, row->facts);
  cs_bind_int (query, 6, ct_clock_utc_ms (cs_db_get_clock (db)));
  return cs_query_run (query, NULL, error);
}

CS_SQL (set_number, "UPDATE call_script SET number = ?2 WHERE call = ?1 AND tenant = ?3");

gboolean
cs_scripts_set_number (CsDb *db, CsScope scope, CtId call, gint64 number, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &set_number);

  cs_bind_id (query, 1, call);
  cs_bind_int (query, 2, number);
  cs_bind_id (query, 3, scope.tenant);
  return cs_query_run (query, NULL, error);
}

CS_SQL (add_prefill, "INSERT INTO call_prefill (call, step, value, at) VALUES (?1, ?2, ?3, ?4)");
CS_SQL (list_prefill, "SELECT step, value, at FROM call_prefill WHERE call = ?1 ORDER BY step");

gboolean
cs_scripts_add_prefill (CsDb *db, CtId call, const char *step, const char *value, gint64 at_ms,
                        GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_prefill);

  cs_bind_id (query, 1, call);
  cs_bind_text (query, 2, step);
  cs_bind_text (query, 3, value);
  cs_bind_int (query, 4, at_ms);
  return cs_query_run (query, NULL, error);
}

GPtrArray *
cs_scripts_list_prefill (CsDb *db, CtId call, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_prefill);
  g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func (ct_record_free);
  CsRowResult result;

  cs_bind_id (query, 1, call);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CtScriptAnswer *answer = ct_script_answer_new ();

      answer->step = cs_column_dup_text (query, "step");
      answer->value = cs_column_dup_text (query, "value");
      answer->at = cs_column_int (query, "at");
      g_ptr_array_add (answers, answer);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&answers) : NULL;
}

/* Commands */

CS_SQL (add_command,
        "INSERT INTO call_command (call, number, kind, step, value, reason, person, at)"
        "  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
CS_SQL (list_commands, "SELECT number, kind, step, value, reason, person, at FROM call_command"
                       "  WHERE call = ?1 ORDER BY number");

gboolean
cs_scripts_add_command (CsDb *db, CtId call, const CtScriptCommand *command, const char *value,
                        CtId person, gint64 at_ms, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_command);

  cs_bind_id (query, 1, call);
  cs_bind_int (query, 2, command->number);
  cs_bind_text (query, 3, command->kind);
  cs_bind_text (query, 4, command->step);
  cs_bind_text (query, 5, value);
  cs_bind_text (query, 6, command->reason);
  cs_bind_id (query, 7, person);
  cs_bind_int (query, 8, at_ms);
  return cs_query_run (query, NULL, error);
}

static void
command_row_free (gpointer data)
{
  CsCommandRow *row = data;

  ct_script_command_free (row->command);
  g_free (row);
}

GPtrArray *
cs_scripts_list_commands (CsDb *db, CtId call, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_commands);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (command_row_free);
  CsRowResult result;

  cs_bind_id (query, 1, call);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CsCommandRow *row = g_new0 (CsCommandRow, 1);

      row->command = ct_script_command_new ();
      row->command->number = cs_column_int (query, "number");
      row->command->kind = cs_column_dup_text (query, "kind");
      row->command->step = cs_column_dup_text (query, "step");
      row->command->value = cs_column_dup_text (query, "value");
      row->command->reason = cs_column_dup_text (query, "reason");
      row->person = cs_column_id (query, "person");
      row->at_ms = cs_column_int (query, "at");
      g_ptr_array_add (rows, row);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&rows) : NULL;
}

/* Answers */

CS_SQL (put_answer, "INSERT INTO call_answer (call, step, value, sealed, person, at)"
                    "  VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (call, step) DO UPDATE SET"
                    "  value = excluded.value, sealed = excluded.sealed, person = excluded.person,"
                    "  at = excluded.at");
CS_SQL (list_sealed, "SELECT step, sealed, at FROM call_answer WHERE call = ?1"
                     "  AND (person = ?2 OR ?2 IS NULL) AND sealed IS NOT NULL ORDER BY step");

gboolean
cs_scripts_put_answer (CsDb *db, CtId call, const char *step, const char *value, GBytes *sealed,
                       CtId person, gint64 at_ms, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_answer);

  cs_bind_id (query, 1, call);
  cs_bind_text (query, 2, step);
  cs_bind_text (query, 3, value);
  if (sealed != NULL)
    cs_bind_blob (query, 4, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
  else
    cs_bind_null (query, 4);
  cs_bind_id (query, 5, person);
  cs_bind_int (query, 6, at_ms);
  return cs_query_run (query, NULL, error);
}

static void
sealed_row_free (gpointer data)
{
  CsSealedRow *row = data;

  g_free (row->step);
  g_bytes_unref (row->sealed);
  g_free (row);
}

GPtrArray *
cs_scripts_list_sealed (CsDb *db, CtId call, CtId person, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_sealed);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (sealed_row_free);
  CsRowResult result;

  cs_bind_id (query, 1, call);
  cs_bind_id (query, 2, person);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CsSealedRow *row = g_new0 (CsSealedRow, 1);

      row->step = cs_column_dup_text (query, "step");
      row->sealed = cs_column_dup_blob (query, "sealed");
      row->at_ms = cs_column_int (query, "at");
      g_ptr_array_add (rows, row);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&rows) : NULL;
}

CS_SQL (add_secret_read, "INSERT INTO secret_read (id, tenant, call, step, person, at)"
                         "  VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

gboolean
cs_scripts_add_secret_read (CsDb *db, CsScope scope, CtId call, const char *step, CtId person,
                            GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_secret_read);
  CtClock *clock = cs_db_get_clock (db);

  cs_bind_id (query, 1, ct_id_new (clock));
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, call);
  cs_bind_text (query, 4, step);
  cs_bind_id (query, 5, person);
  cs_bind_int (query, 6, ct_clock_utc_ms (clock));
  return cs_query_run (query, NULL, error);
}

CS_SQL (add_reveal, "INSERT INTO reveal (call, number, tenant, person, step, reason, at)"
                    "  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");

gboolean
cs_scripts_add_reveal (CsDb *db, CsScope scope, CtId call, const CtScriptCommand *command,
                       CtId person, gint64 at_ms, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_reveal);

  cs_bind_id (query, 1, call);
  cs_bind_int (query, 2, command->number);
  cs_bind_id (query, 3, scope.tenant);
  cs_bind_id (query, 4, person);
  cs_bind_text (query, 5, command->step);
  cs_bind_text (query, 6, command->reason);
  cs_bind_int (query, 7, at_ms);
  return cs_query_run (query, NULL, error);
}

/* Tickets */

CS_SQL (count_ticket, "INSERT INTO ticket_counter (company, tenant, last) VALUES (?1, ?2, 1)"
                      "  ON CONFLICT (company) DO UPDATE SET last = ticket_counter.last + 1"
                      "  RETURNING last");
CS_SQL (add_ticket, "INSERT INTO ticket (call, tenant, company, number, created)"
                    "  VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (tenant, number) DO NOTHING");
CS_SQL (get_ticket, "SELECT number FROM ticket WHERE call = ?1 AND (tenant = ?2 OR ?2 IS NULL)");

gboolean
cs_scripts_count_ticket (CsDb *db, CsScope scope, CtId company, gint64 *count, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &count_ticket);

  cs_bind_id (query, 1, company);
  cs_bind_id (query, 2, scope.tenant);
  if (cs_query_step (query, error) != CS_ROW_READY)
    return FALSE;
  *count = cs_column_int (query, "last");
  return cs_query_run (query, NULL, error);
}

gboolean
cs_scripts_add_ticket (CsDb *db, CsScope scope, CtId company, CtId call, const char *number,
                       gboolean *added, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_ticket);
  gint64 changed = 0;

  cs_bind_id (query, 1, call);
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, company);
  cs_bind_text (query, 4, number);
  cs_bind_int (query, 5, ct_clock_utc_ms (cs_db_get_clock (db)));
  if (!cs_query_run (query, &changed, error))
    return FALSE;
  *added = changed == 1;
  return TRUE;
}

char *
cs_scripts_get_ticket (CsDb *db, CsScope scope, CtId call, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_ticket);

  cs_bind_id (query, 1, call);
  cs_bind_id (query, 2, scope.tenant);
  return cs_query_step (query, error) == CS_ROW_READY ? cs_column_dup_text (query, "number") : NULL;
}
