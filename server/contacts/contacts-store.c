/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/contacts/contacts-store.h"

CS_SQL (put_call,
        "INSERT INTO contact_call"
        "  (call, tenant, company, caller, at, disposition, ticket, note, agent_name)"
        "  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (call) DO UPDATE SET"
        "  disposition = excluded.disposition, ticket = excluded.ticket, note = excluded.note,"
        "  agent_name = excluded.agent_name");
CS_SQL (drop_answers, "DELETE FROM contact_answer WHERE call = ?1");
CS_SQL (add_answer, "INSERT INTO contact_answer (call, step, value, at) VALUES (?1, ?2, ?3, ?4)");

gboolean
cs_contacts_put_call (CsDb *db, CsScope scope, const CsContactCall *call, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_call);

  cs_bind_id (query, 1, call->call);
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, call->company);
  cs_bind_text (query, 4, call->caller);
  cs_bind_int (query, 5, call->at_ms);
  cs_bind_text (query, 6, call->disposition);
  cs_bind_text (query, 7, call->ticket);
  cs_bind_text (query, 8, call->note);
  cs_bind_text (query, 9, call->agent_name);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_contacts_drop_answers (CsDb *db, CtId call, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &drop_answers);

  cs_bind_id (query, 1, call);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_contacts_add_answer (CsDb *db, CtId call, const CtScriptAnswer *answer, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_answer);

  cs_bind_id (query, 1, call);
  cs_bind_text (query, 2, answer->step);
  cs_bind_text (query, 3, answer->value);
  cs_bind_int (query, 4, answer->at);
  return cs_query_run (query, NULL, error);
}

CS_SQL (list_answers,
        "SELECT step, value, at FROM contact_answer WHERE call ="
        "  (SELECT c.call FROM contact_call AS c WHERE c.tenant = ?1 AND c.company = ?2"
        "   AND c.caller = ?3 AND EXISTS (SELECT 1 FROM contact_answer AS a WHERE a.call = c.call)"
        "   ORDER BY c.at DESC, c.call DESC LIMIT 1)"
        "  ORDER BY step");

GPtrArray *
cs_contacts_list_answers (CsDb *db, CsScope scope, CtId company, const char *caller, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_answers);
  g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func (ct_record_free);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, company);
  cs_bind_text (query, 3, caller);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CtScriptAnswer *answer = ct_script_answer_new ();

      answer->step = cs_column_dup_text (query, "step");
      answer->value = cs_column_dup_text (query, "value");
      answer->origin = g_strdup ("last_call");
      answer->at = cs_column_int (query, "at");
      g_ptr_array_add (answers, answer);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&answers) : NULL;
}

CS_SQL (list_earlier, "SELECT call, at, disposition, ticket, note, agent_name FROM contact_call"
                      "  WHERE tenant = ?1 AND company = ?2 AND caller = ?3"
                      "  AND (call < ?4 OR ?4 IS NULL) ORDER BY at DESC, call DESC LIMIT ?5");

GPtrArray *
cs_contacts_earlier (CsDb *db, CsScope scope, CtId company, const char *caller, CtId before_call,
                     guint limit, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_earlier);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (ct_record_free);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, company);
  cs_bind_text (query, 3, caller); /* NULL equals nothing */
  cs_bind_id (query, 4, before_call);
  cs_bind_int (query, 5, limit);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CtEarlier *earlier = ct_earlier_new ();

      earlier->call = cs_column_id (query, "call");
      earlier->at = cs_column_int (query, "at");
      earlier->disposition = cs_column_dup_text (query, "disposition");
      earlier->ticket = cs_column_dup_text (query, "ticket");
      earlier->note = cs_column_dup_text (query, "note");
      earlier->agent_name = cs_column_dup_text (query, "agent_name");
      g_ptr_array_add (list, earlier);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

CS_SQL (add_shared, "INSERT INTO shared_number (tenant, caller) VALUES (?1, ?2)"
                    "  ON CONFLICT (tenant, caller) DO NOTHING");
CS_SQL (drop_shared, "DELETE FROM shared_number WHERE tenant = ?1 AND caller = ?2");
CS_SQL (get_shared, "SELECT caller FROM shared_number WHERE tenant = ?1 AND caller = ?2");

gboolean
cs_contacts_set_shared (CsDb *db, CsScope scope, const char *number, gboolean shared,
                        GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, shared ? &add_shared : &drop_shared);

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_text (query, 2, number);
  return cs_query_run (query, NULL, error);
}

CS_SQL (clear_shared, "DELETE FROM shared_number WHERE tenant = ?1");

gboolean
cs_contacts_replace_shared (CsDb *db, CsScope scope, const char *const *numbers, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &clear_shared);

  cs_bind_id (query, 1, scope.tenant);
  if (!cs_query_run (query, NULL, error))
    return FALSE;
  for (; *numbers != NULL; numbers++)
    if (!cs_contacts_set_shared (db, scope, *numbers, TRUE, error))
      return FALSE;
  return TRUE;
}

gboolean
cs_contacts_is_shared (CsDb *db, CsScope scope, const char *number, gboolean *shared,
                       GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_shared);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_text (query, 2, number);
  result = cs_query_step (query, error);
  if (result == CS_ROW_FAILED)
    return FALSE;
  *shared = result == CS_ROW_READY;
  return TRUE;
}
