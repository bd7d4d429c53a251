/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the prompts that people made for a line. A place has at most one row in force in each language;
 * `version` counts up over all rows of a place, so that who edits can say what he saw. */
#define G_LOG_DOMAIN "tenants"

#include <string.h>

#include "common/base/error.h"
#include "server/tenants/prompts.h"
#include "server/tenants/tenants-store.h"

void
cs_line_free (CsLine *line)
{
  if (line != NULL)
    ct_line_spec_free (line->spec);
  g_free (line);
}

void
cs_line_prompt_row_free (gpointer data)
{
  CsLinePromptRow *row = data;

  g_free (row->place);
  g_free (row->origin);
  g_free (row->by);
  g_free (row->media);
  g_free (row);
}

/* Lines */

static CsLine *
line_of (CsDb *db, CsLineRow *row, GError **error)
{
  CsScope scope = cs_scope_tenant (row->tenant);
  g_autoptr (CsCompany) company = cs_tenants_get_company (db, scope, row->company, error);
  const char *language = row->spec->language;
  CsLine *line;

  if (company == NULL)
    return NULL;
  line = g_new0 (CsLine, 1);
  line->id = row->id;
  line->tenant = row->tenant;
  line->company = row->company;
  line->language
      = (CsLanguage) MAX (cs_language_parse (language != NULL ? language : company->language), 0);
  line->spec = g_steal_pointer (&row->spec);
  return line;
}

GPtrArray *
cs_tenants_list_company_lines (CsDb *db, CsScope scope, CtId company, GError **error)
{
  g_autoptr (GPtrArray) rows = cs_tenants_list_lines (db, scope, error);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_line_free);

  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < rows->len; i++)
    {
      CsLineRow *row = rows->pdata[i];
      CsLine *line;

      if (company != CT_ID_NONE && row->company != company)
        continue;
      line = line_of (db, row, error);
      if (line == NULL)
        return NULL;
      g_ptr_array_add (lines, line);
    }
  return g_steal_pointer (&lines);
}

CsLine *
cs_tenants_get_line (CsDb *db, CsScope scope, CtId id, GError **error)
{
  g_autoptr (GPtrArray) rows = cs_tenants_list_lines (db, scope, error);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    if (((CsLineRow *) rows->pdata[i])->id == id)
      return line_of (db, rows->pdata[i], error);
  if (rows != NULL)
    ct_fail (error, CT_ERROR_NOT_FOUND, "no such line");
  return NULL;
}

/* What the file gives */

CS_SQL (list_given, "SELECT id, key, language, media, spoken FROM prompt WHERE tenant = ?1"
                    "  ORDER BY id");

static void
given_free (gpointer data)
{
  CsGivenPrompt *given = data;

  for (int i = 0; i < CS_LANGUAGES; i++)
    {
      g_free (given->media[i]);
      g_free (given->spoken[i]);
    }
  g_free (given);
}

GHashTable *
cs_tenants_list_given_prompts (CsDb *db, CsScope scope, GError **error)
{
  g_autoptr (GHashTable) all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, given_free);
  g_autoptr (CsQuery) query = cs_query (db, &list_given);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      const char *key = cs_column_text (query, "key");
      int language = cs_language_parse (cs_column_text (query, "language"));
      CsGivenPrompt *given = g_hash_table_lookup (all, key);

      if (language < 0)
        continue;
      if (given == NULL)
        {
          given = g_new0 (CsGivenPrompt, 1);
          g_hash_table_insert (all, g_strdup (key), given);
        }
      given->media[language] = cs_column_dup_text (query, "media");
      given->spoken[language] = cs_column_dup_text (query, "spoken");
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&all) : NULL;
}

/* What people made */

CS_SQL (list_live, "SELECT line_prompt.id, line, place, line_prompt.language, version, origin,"
                   "  person.name, at, media, samples FROM line_prompt"
                   "  JOIN person ON person.id = line_prompt.person"
                   "  WHERE (line_prompt.tenant = ?1 OR ?1 IS NULL) AND (line = ?2 OR ?2 IS NULL)"
                   "  AND removed IS NULL ORDER BY line, line_prompt.id");
CS_SQL (list_old, "SELECT line_prompt.id, line, place, line_prompt.language, version, origin,"
                  "  person.name, at, media, samples FROM line_prompt"
                  "  JOIN person ON person.id = line_prompt.person"
                  "  WHERE line_prompt.tenant = ?1 AND line = ?2 AND removed > ?3"
                  "  ORDER BY removed DESC, line_prompt.id DESC");
CS_SQL (find_version, "SELECT version FROM line_prompt WHERE tenant = ?1 AND line = ?2"
                      "  AND place = ?3 AND language = ?4 AND removed IS NULL");
CS_SQL (next_version, "SELECT COALESCE (MAX (version), 0) + 1 AS version FROM line_prompt"
                      "  WHERE tenant = ?1 AND line = ?2 AND place = ?3 AND language = ?4");
CS_SQL (put, "INSERT INTO line_prompt (id, tenant, line, place, language, version, origin, person,"
             "  at, media, samples)"
             "  SELECT ?1, tenant, id, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM line"
             "  WHERE tenant = ?2 AND id = ?3");
CS_SQL (remove_live, "UPDATE line_prompt SET removed = ?5 WHERE tenant = ?1 AND line = ?2"
                     "  AND place = ?3 AND language = ?4 AND removed IS NULL");
CS_SQL (find_old, "SELECT id FROM line_prompt WHERE tenant = ?1 AND line = ?2 AND place = ?3"
                  "  AND language = ?4 AND removed > ?5 ORDER BY removed DESC, id DESC LIMIT 1");
CS_SQL (revive,
        "UPDATE line_prompt SET removed = NULL, version = ?3 WHERE tenant = ?1 AND id = ?2");
CS_SQL (forget, "DELETE FROM line_prompt WHERE removed <= ?1");
CS_SQL (list_sounds, "SELECT id, media FROM prompt UNION ALL SELECT id, media FROM line_prompt"
                     "  ORDER BY id");

static GPtrArray *
read_rows (CsQuery *query, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (cs_line_prompt_row_free);
  CsRowResult result;

  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CsLinePromptRow *row = g_new0 (CsLinePromptRow, 1);

      g_ptr_array_add (rows, row);
      row->line = cs_column_id (query, "line");
      row->place = cs_column_dup_text (query, "place");
      row->language = cs_language_parse (cs_column_text (query, "language"));
      row->version = cs_column_int (query, "version");
      row->origin = cs_column_dup_text (query, "origin");
      row->by = cs_column_dup_text (query, "name");
      row->at_ms = cs_column_int (query, "at");
      row->media = cs_column_dup_text (query, "media");
      row->samples = cs_column_int (query, "samples");
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&rows) : NULL;
}

GPtrArray *
cs_tenants_list_line_prompts (CsDb *db, CsScope scope, CtId line, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_live);

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, line);
  return read_rows (query, error);
}

GPtrArray *
cs_tenants_list_old_prompts (CsDb *db, CsScope scope, CtId line, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_old);

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, line);
  cs_bind_int (query, 3, ct_clock_utc_ms (cs_db_get_clock (db)) - CS_PROMPT_UNDO_MS);
  return read_rows (query, error);
}

/* Who, where: the parameters that all statements about one place begin with. */
static CsQuery *
query_place (CsDb *db, const CsSql *sql, CsScope scope, CtId line, const char *place,
             const char *language)
{
  CsQuery *query = cs_query (db, sql);

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, line);
  cs_bind_text (query, 3, place);
  cs_bind_text (query, 4, language);
  return query;
}

gboolean
cs_tenants_get_prompt_version (CsDb *db, CsScope scope, CtId line, const char *place,
                               const char *language, gint64 *version, GError **error)
{
  g_autoptr (CsQuery) query = query_place (db, &find_version, scope, line, place, language);
  CsRowResult result = cs_query_step (query, error);

  if (result != CS_ROW_FAILED)
    *version = result == CS_ROW_READY ? cs_column_int (query, "version") : 0;
  return result != CS_ROW_FAILED;
}

static gboolean
match (CsDb *db, CsScope scope, CtId line, const char *place, const char *language, gint64 seen,
       gint64 *next, GError **error)
{
  g_autoptr (CsQuery) query = query_place (db, &next_version, scope, line, place, language);
  gint64 version;

  if (!cs_tenants_get_prompt_version (db, scope, line, place, language, &version, error)
      || cs_query_step (query, error) != CS_ROW_READY)
    return FALSE;
  *next = cs_column_int (query, "version");
  return version == seen || ct_fail (error, CT_ERROR_CONFLICT, "somebody else has changed it");
}

static gboolean
take_away (CsDb *db, CsScope scope, CtId line, const char *place, const char *language,
           gint64 *changed, GError **error)
{
  g_autoptr (CsQuery) query = query_place (db, &remove_live, scope, line, place, language);

  cs_bind_int (query, 5, ct_clock_utc_ms (cs_db_get_clock (db)));
  return cs_query_run (query, changed, error);
}

gboolean
cs_tenants_put_line_prompt (CsDb *db, CsScope scope, const CsLinePromptRow *row, CtId person,
                            gint64 version, GError **error)
{
  const char *language = cs_language_code ((CsLanguage) row->language);
  CtClock *clock = cs_db_get_clock (db);
  g_autoptr (CsQuery) query = cs_query (db, &put);
  gint64 changed, next;

  if (!match (db, scope, row->line, row->place, language, version, &next, error)
      || !take_away (db, scope, row->line, row->place, language, &changed, error))
    return FALSE;
  cs_bind_id (query, 1, ct_id_new (clock));
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, row->line);
  cs_bind_text (query, 4, row->place);
  cs_bind_text (query, 5, language);
  cs_bind_int (query, 6, next);
  cs_bind_text (query, 7, row->origin);
  cs_bind_id (query, 8, person);
  cs_bind_int (query, 9, ct_clock_utc_ms (clock));
  cs_bind_text (query, 10, row->media);
  cs_bind_int (query, 11, row->samples);
  return cs_query_run (query, &changed, error)
         && (changed == 1 || ct_fail (error, CT_ERROR_NOT_FOUND, "no such line"));
}

gboolean
cs_tenants_remove_line_prompt (CsDb *db, CsScope scope, CtId line, const char *place,
                               const char *language, gint64 version, GError **error)
{
  gint64 changed, next;

  return match (db, scope, line, place, language, version, &next, error)
         && take_away (db, scope, line, place, language, &changed, error)
         && (changed == 1 || ct_fail (error, CT_ERROR_NOT_FOUND, "nobody recorded this prompt"));
}

gboolean
cs_tenants_restore_line_prompt (CsDb *db, CsScope scope, CtId line, const char *place,
                                const char *language, gint64 version, GError **error)
{
  g_autoptr (CsQuery) find = query_place (db, &find_old, scope, line, place, language);
  g_autoptr (CsQuery) query = cs_query (db, &revive);
  gint64 changed, next;
  CsRowResult result;
  CtId old;

  if (!match (db, scope, line, place, language, version, &next, error))
    return FALSE;
  cs_bind_int (find, 5, ct_clock_utc_ms (cs_db_get_clock (db)) - CS_PROMPT_UNDO_MS);
  result = cs_query_step (find, error);
  if (result == CS_ROW_NONE)
    ct_fail (error, CT_ERROR_NOT_FOUND, "there is no sound to bring back");
  if (result != CS_ROW_READY)
    return FALSE;
  old = cs_column_id (find, "id");
  if (!take_away (db, scope, line, place, language, &changed, error))
    return FALSE;
  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, old);
  cs_bind_int (query, 3, next);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_tenants_forget_old_prompts (CsDb *db, CsScope scope, gint64 before_ms, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &forget);

  cs_bind_int (query, 1, before_ms);
  return cs_query_run (query, NULL, error);
}

GHashTable *
cs_tenants_list_sounds (CsDb *db, CsScope scope, GError **error)
{
  g_autoptr (GHashTable) sounds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (CsQuery) query = cs_query (db, &list_sounds);
  CsRowResult result;

  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    g_hash_table_add (sounds, cs_column_dup_text (query, "media"));
  return result == CS_ROW_NONE ? g_steal_pointer (&sounds) : NULL;
}
