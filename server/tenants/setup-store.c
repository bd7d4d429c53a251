/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of what telephony is set up with: trunks, prompts, lines, devices. A trunk and a line keep their
 * specification as the validated record's JSON; what is looked up by is a column of its own. */
#define G_LOG_DOMAIN "tenants"

#include <string.h>

#include "common/base/error.h"
#include "common/wire/record-json.h"
#include "server/tenants/tenants-store.h"

#define MAX_SPEC (256 * 1024)

void
cs_trunk_free (CsTrunk *trunk)
{
  g_free (trunk->key);
  ct_trunk_spec_free (trunk->spec);
  g_free (trunk);
}

void
cs_device_free (CsDevice *device)
{
  g_free (device->sip_user);
  g_free (device->ha1);
  g_free (device);
}

void
cs_line_row_free (gpointer row)
{
  ct_line_spec_free (((CsLineRow *) row)->spec);
  g_free (row);
}

void
cs_prompt_row_free (gpointer row)
{
  g_free (((CsPromptRow *) row)->key);
  g_free (((CsPromptRow *) row)->media);
  g_free (row);
}

static gpointer
spec_of (CsQuery *query, const CtRecordType *type, GError **error)
{
  const char *text = cs_column_text (query, "spec");
  g_autoptr (CtProblem) problem = NULL;
  gpointer spec
      = ct_record_from_bytes (type, text, strlen (text), MAX_SPEC, CT_WIRE_REPLY, &problem);

  if (spec == NULL)
    ct_fail (error, CT_ERROR_INVALID, "stored %s %s: %s", type->name,
             ct_id_text (cs_column_id (query, "id")).text, problem->detail);
  return spec;
}

/* Trunks */

CS_SQL (list_trunks, "SELECT id, tenant, key, spec FROM trunk"
                     "  WHERE tenant = ?1 OR ?1 IS NULL ORDER BY id");
CS_SQL (find_trunk, "SELECT id FROM trunk WHERE tenant = ?1 AND key = ?2");
CS_SQL (put_trunk, "INSERT INTO trunk (id, tenant, key, spec) VALUES (?1, ?2, ?3, ?4)"
                   "  ON CONFLICT (tenant, key) DO UPDATE SET spec = excluded.spec");

GPtrArray *
cs_tenants_list_trunks (CsDb *db, CsScope scope, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_trunk_free);
  g_autoptr (CsQuery) query = cs_query (db, &list_trunks);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CsTrunk *trunk = g_new0 (CsTrunk, 1);

      g_ptr_array_add (list, trunk);
      trunk->id = cs_column_id (query, "id");
      trunk->tenant = cs_column_id (query, "tenant");
      trunk->key = cs_column_dup_text (query, "key");
      trunk->spec = spec_of (query, &ct_trunk_spec_type, error);
      if (trunk->spec == NULL)
        return NULL;
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

CtId
cs_tenants_find_trunk (CsDb *db, CsScope scope, const char *key, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_trunk);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_text (query, 2, key);
  result = cs_query_step (query, error);
  if (result == CS_ROW_NONE)
    ct_fail (error, CT_ERROR_NOT_FOUND, "no trunk %s", key);
  return result == CS_ROW_READY ? cs_column_id (query, "id") : CT_ID_NONE;
}

gboolean
cs_tenants_put_trunk (CsDb *db, CsScope scope, const CtTrunkSpec *spec, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_trunk);
  g_autofree char *text = ct_record_to_json (spec, CT_WIRE_STAFF);

  cs_bind_id (query, 1, ct_id_new (cs_db_get_clock (db)));
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_text (query, 3, spec->key);
  cs_bind_text (query, 4, text);
  return cs_query_run (query, NULL, error);
}

/* Prompts */

CS_SQL (list_prompts, "SELECT id, tenant, key, language, media FROM prompt"
                      "  WHERE tenant = ?1 OR ?1 IS NULL ORDER BY id");
CS_SQL (put_prompt, "INSERT INTO prompt (id, tenant, key, language, media, spoken)"
                    "  VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (tenant, key, language)"
                    "  DO UPDATE SET media = excluded.media, spoken = excluded.spoken");

GPtrArray *
cs_tenants_list_prompts (CsDb *db, CsScope scope, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (cs_prompt_row_free);
  g_autoptr (CsQuery) query = cs_query (db, &list_prompts);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CsPromptRow *row = g_new0 (CsPromptRow, 1);

      row->tenant = cs_column_id (query, "tenant");
      row->key = cs_column_dup_text (query, "key");
      row->language = cs_language_parse (cs_column_text (query, "language"));
      row->media = cs_column_dup_text (query, "media");
      g_ptr_array_add (list, row);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

gboolean
cs_tenants_put_prompt (CsDb *db, CsScope scope, const char *key, const char *language,
                       const char *media, const char *spoken, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_prompt);

  cs_bind_id (query, 1, ct_id_new (cs_db_get_clock (db)));
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_text (query, 3, key);
  cs_bind_text (query, 4, language);
  cs_bind_text (query, 5, media);
  cs_bind_text (query, 6, spoken);
  return cs_query_run (query, NULL, error);
}

/* Lines */

CS_SQL (list_lines, "SELECT id, tenant, company, script, spec FROM line"
                    "  WHERE tenant = ?1 OR ?1 IS NULL ORDER BY id");
CS_SQL (find_number, "SELECT tenant FROM line WHERE number = ?1 AND (tenant = ?2 OR ?2 IS NULL)");
CS_SQL (put_line, "INSERT INTO line (id, tenant, company, number, script, spec)"
                  "  VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (number)"
                  "  DO UPDATE SET company = excluded.company, script = excluded.script,"
                  "  spec = excluded.spec WHERE line.tenant = excluded.tenant");

GPtrArray *
cs_tenants_list_lines (CsDb *db, CsScope scope, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (cs_line_row_free);
  g_autoptr (CsQuery) query = cs_query (db, &list_lines);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CsLineRow *row = g_new0 (CsLineRow, 1);

      g_ptr_array_add (list, row);
      row->id = cs_column_id (query, "id");
      row->tenant = cs_column_id (query, "tenant");
      row->company = cs_column_id (query, "company");
      row->script = cs_column_id (query, "script");
      row->spec = spec_of (query, &ct_line_spec_type, error);
      if (row->spec == NULL)
        return NULL;
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

CtId
cs_tenants_find_number (CsDb *db, CsScope scope, const char *number, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_number);

  cs_bind_text (query, 1, number);
  cs_bind_id (query, 2, scope.tenant);
  return cs_query_step (query, error) == CS_ROW_READY ? cs_column_id (query, "tenant") : CT_ID_NONE;
}

gboolean
cs_tenants_put_line (CsDb *db, CsScope scope, CtId company, CtId script, const CtLineSpec *spec,
                     GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_line);
  g_autofree char *text = ct_record_to_json (spec, CT_WIRE_STAFF);
  gint64 changed;

  cs_bind_id (query, 1, ct_id_new (cs_db_get_clock (db)));
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, company);
  cs_bind_text (query, 4, spec->number);
  cs_bind_id (query, 5, script);
  cs_bind_text (query, 6, text);
  if (!cs_query_run (query, &changed, error))
    return FALSE;
  return changed == 1
         || ct_fail (error, CT_ERROR_CONFLICT, "%s is already in use on this server (D13)",
                     spec->number);
}

/* Devices */

CS_SQL (list_devices, "SELECT device.id, device.tenant, device.person, sip_user, ha1 FROM device"
                      "  JOIN person ON person.id = device.person"
                      "  WHERE (device.tenant = ?1 OR ?1 IS NULL) AND person.disabled = 0"
                      "  ORDER BY device.id");
CS_SQL (put_device,
        "INSERT INTO device (id, tenant, person, label, sip_user, ha1, created)"
        "  SELECT ?1, tenant, id, ?4, ?5, ?6, ?7 FROM person WHERE id = ?3 AND tenant = ?2"
        "  ON CONFLICT (person, label) DO UPDATE SET sip_user = excluded.sip_user,"
        "  ha1 = excluded.ha1, created = excluded.created");

GPtrArray *
cs_tenants_list_devices (CsDb *db, CsScope scope, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_device_free);
  g_autoptr (CsQuery) query = cs_query (db, &list_devices);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CsDevice *device = g_new0 (CsDevice, 1);

      device->id = cs_column_id (query, "id");
      device->tenant = cs_column_id (query, "tenant");
      device->user = cs_column_id (query, "person");
      device->sip_user = cs_column_dup_text (query, "sip_user");
      device->ha1 = cs_column_dup_text (query, "ha1");
      g_ptr_array_add (list, device);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

gboolean
cs_tenants_put_device (CsDb *db, CsScope scope, CtId user, const char *label, const char *sip_user,
                       const char *ha1, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_device);
  CtClock *clock = cs_db_get_clock (db);
  gint64 changed;

  cs_bind_id (query, 1, ct_id_new (clock));
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, user);
  cs_bind_text (query, 4, label);
  cs_bind_text (query, 5, sip_user);
  cs_bind_text (query, 6, ha1);
  cs_bind_int (query, 7, ct_clock_utc_ms (clock));
  if (!cs_query_run (query, &changed, error))
    return FALSE;
  return changed == 1 || ct_fail (error, CT_ERROR_NOT_FOUND, "no such user");
}
