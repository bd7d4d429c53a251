/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registered phones, written through so that a restart still knows them: SIP keeps the truth, this is
 * its copy of some seconds ago. */
#define G_LOG_DOMAIN "tenants"

#include "common/base/error.h"
#include "server/tenants/registrations.h"

CS_SQL (list_registrations,
        "SELECT r.device, r.contact, r.flow, r.call_id, r.cseq, r.user_agent, r.expires,"
        "  d.sip_user, d.person, d.tenant FROM registration r JOIN device d ON d.id = r.device"
        "  WHERE d.tenant = ?1 OR ?1 IS NULL ORDER BY r.device, r.contact");
CS_SQL (put_registration,
        "INSERT INTO registration (device, contact, flow, call_id, cseq, user_agent, expires)"
        "  SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM device WHERE id = ?1"
        "  ON CONFLICT (device, contact) DO UPDATE SET flow = excluded.flow,"
        "  call_id = excluded.call_id, cseq = excluded.cseq, user_agent = excluded.user_agent,"
        "  expires = excluded.expires");
CS_SQL (drop_registrations, "DELETE FROM registration");

void
cs_registration_free (gpointer data)
{
  CsRegistration *row = data;

  g_free (row->sip_user);
  g_free (row->contact);
  g_free (row->flow);
  g_free (row->call_id);
  g_free (row->user_agent);
  g_free (row);
}

GPtrArray *
cs_tenants_list_registrations (CsDb *db, CsScope scope, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (cs_registration_free);
  g_autoptr (CsQuery) query = cs_query (db, &list_registrations);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CsRegistration *row = g_new0 (CsRegistration, 1);

      row->device = cs_column_id (query, "device");
      row->user = cs_column_id (query, "person");
      row->tenant = cs_column_id (query, "tenant");
      row->sip_user = cs_column_dup_text (query, "sip_user");
      row->contact = cs_column_dup_text (query, "contact");
      row->flow = cs_column_dup_text (query, "flow");
      row->call_id = cs_column_dup_text (query, "call_id");
      row->cseq = (guint32) cs_column_int (query, "cseq");
      row->user_agent = cs_column_dup_text (query, "user_agent");
      row->expires_ms = cs_column_int (query, "expires");
      g_ptr_array_add (list, row);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

static gboolean
put (CsDb *db, const CsRegistration *row, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_registration);

  cs_bind_id (query, 1, row->device);
  cs_bind_text (query, 2, row->contact);
  cs_bind_text (query, 3, row->flow);
  cs_bind_text (query, 4, row->call_id);
  cs_bind_int (query, 5, row->cseq);
  cs_bind_text (query, 6, row->user_agent);
  cs_bind_int (query, 7, row->expires_ms);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_tenants_set_registrations (CsDb *db, CsScope scope, const GPtrArray *rows, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &drop_registrations);

  g_assert (scope.tenant == CT_ID_NONE);
  if (!cs_query_run (query, NULL, error))
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    if (!put (db, rows->pdata[i], error))
      return FALSE;
  return TRUE;
}
