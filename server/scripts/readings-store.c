/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who was shown protected data of a call (B07): two logs, read as one. A page goes on after a place: the
 * how-manieth of the whole, since the two have no common id. */
#define G_LOG_DOMAIN "scripts"

#include "server/scripts/scripts-private.h"

CS_SQL (list_readings,
        "SELECT 'reveal' AS kind, at, number AS place, person, step, reason FROM reveal"
        "  WHERE call = ?1 AND (tenant = ?2 OR ?2 IS NULL)"
        "  UNION ALL SELECT 'secret' AS kind, at, id AS place, person, step, NULL AS reason"
        "  FROM secret_read WHERE call = ?1 AND (tenant = ?2 OR ?2 IS NULL)"
        "  ORDER BY at, kind, place LIMIT ?3 OFFSET ?4");

static CtReading *
reading_of (CsQuery *query)
{
  CtReading *reading = ct_reading_new ();

  reading->kind = cs_column_dup_text (query, "kind");
  reading->at = cs_column_int (query, "at");
  reading->person = cs_column_id (query, "person");
  reading->step = cs_column_dup_text (query, "step");
  reading->reason = cs_column_dup_text (query, "reason");
  return reading;
}

/* The steps' labels, where the version can still be read. */
static void
label (CsScripts *scripts, CsDb *db, CsScope scope, CtId call, const char *language,
       GPtrArray *list)
{
  g_autoptr (CsRunRow) run = list->len > 0 ? cs_scripts_get_run (db, scope, call, NULL) : NULL;
  g_autoptr (CtScript) script
      = run != NULL ? cs_scripts_get_version (scripts, db, scope, run->version, NULL) : NULL;

  for (guint i = 0; script != NULL && i < list->len; i++)
    {
      CtReading *reading = g_ptr_array_index (list, i);
      const CtScriptStep *step = ct_script_find (script, reading->step);

      if (step != NULL)
        reading->label = g_strdup (ct_script_text_in (script, &step->label, language));
    }
}

GPtrArray *
cs_scripts_list_readings (CsScripts *scripts, CsDb *db, CsScope scope, CtId call,
                          const char *language, gint64 after, guint limit, gint64 *next,
                          GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_readings);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (ct_record_free);
  CsRowResult result;

  cs_bind_id (query, 1, call);
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_int (query, 3, limit);
  cs_bind_int (query, 4, after);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    g_ptr_array_add (list, reading_of (query));
  if (result != CS_ROW_NONE)
    return NULL;
  label (scripts, db, scope, call, language, list);
  *next = list->len == limit ? after + limit : 0;
  return g_steal_pointer (&list);
}
