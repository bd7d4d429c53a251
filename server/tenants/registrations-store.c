/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registered phones, written through so that a restart still knows them: SIP keeps the truth, this is
 * its copy of some seconds ago. */
#define G_LOG_DOMAIN "tenants"

#include <string.h>

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
CS_SQL (drop_registration, "DELETE FROM registration WHERE device = ?1 AND contact = ?2");

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

static gboolean
drop (CsDb *db, const CsRegistration *row, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &drop_registration);

  cs_bind_id (query, 1, row->device);
  cs_bind_text (query, 2, row->contact);
  return cs_query_run (query, NULL, error);
}

/* The key of the table. */
static guint
key_hash (gconstpointer key)
{
  const CsRegistration *row = key;

  return g_int64_hash (&row->device) ^ g_str_hash (row->contact);
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const CsRegistration *one = a, *other = b;

  return one->device == other->device && strcmp (one->contact, other->contact) == 0;
}

static gboolean
is_same (const CsRegistration *one, const CsRegistration *other)
{
  return one->cseq == other->cseq && one->expires_ms == other->expires_ms
         && strcmp (one->flow, other->flow) == 0 && strcmp (one->call_id, other->call_id) == 0
         && g_strcmp0 (one->user_agent, other->user_agent) == 0;
}

gboolean
cs_tenants_set_registrations (CsDb *db, CsScope scope, const GPtrArray *rows, GError **error)
{
  g_autoptr (GPtrArray) old = cs_tenants_list_registrations (db, scope, error);
  g_autoptr (GHashTable) gone = g_hash_table_new (key_hash, key_equal);
  GHashTableIter iter;
  gpointer row;

  g_assert (scope.tenant == CT_ID_NONE);
  if (old == NULL)
    return FALSE;
  for (guint i = 0; i < old->len; i++)
    g_hash_table_add (gone, old->pdata[i]);
  for (guint i = 0; i < rows->len; i++)
    {
      const CsRegistration *there = g_hash_table_lookup (gone, rows->pdata[i]);
      gboolean known = there != NULL && is_same (there, rows->pdata[i]);

      g_hash_table_remove (gone, rows->pdata[i]);
      if (!known && !put (db, rows->pdata[i], error))
        return FALSE;
    }
  g_hash_table_iter_init (&iter, gone);
  while (g_hash_table_iter_next (&iter, &row, NULL))
    if (!drop (db, row, error))
      return FALSE;
  return TRUE;
}
