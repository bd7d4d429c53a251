/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phones and presence over a restart. Every few seconds the registered contacts are written when they
 * changed; at the start they are given back to SIP. Who was at work is read from the presence log, and is
 * at work again as soon as his phone is known. */
#define G_LOG_DOMAIN "app"

#include <string.h>

#include "common/base/error.h"
#include "server/app/app-private.h"
#include "server/calls/calls-store.h"
#include "server/tenants/registrations.h"
#include "server/tenants/tenants-store.h"

#define RESUME_US (180 * G_USEC_PER_SEC) /* a phone that is not back by then stays away */

static GPtrArray *
to_rows (GPtrArray *bindings)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (cs_registration_free);

  for (guint i = 0; i < bindings->len; i++)
    {
      const CsSipBinding *binding = bindings->pdata[i];
      CsRegistration *row = g_new0 (CsRegistration, 1);

      row->device = binding->device;
      row->contact = g_strdup (binding->contact);
      row->flow = g_strdup (binding->flow);
      row->call_id = g_strdup (binding->call_id);
      row->cseq = binding->cseq;
      row->user_agent = g_strdup (binding->user_agent);
      row->expires_ms = binding->expires_ms;
      g_ptr_array_add (rows, row);
    }
  return rows;
}

static GPtrArray *
to_bindings (const GPtrArray *rows)
{
  GPtrArray *bindings = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_sip_binding_free);

  for (guint i = 0; i < rows->len; i++)
    {
      const CsRegistration *row = rows->pdata[i];
      CsSipBinding *binding = g_new0 (CsSipBinding, 1);

      binding->device = row->device;
      binding->user = row->user;
      binding->tenant = row->tenant;
      binding->sip_user = g_strdup (row->sip_user);
      binding->contact = g_strdup (row->contact);
      binding->flow = g_strdup (row->flow);
      binding->call_id = g_strdup (row->call_id);
      binding->cseq = row->cseq;
      binding->user_agent = g_strdup (row->user_agent);
      binding->expires_ms = row->expires_ms;
      g_ptr_array_add (bindings, binding);
    }
  return bindings;
}

static gboolean
write_bindings (CsDb *db, gpointer data, GError **error)
{
  return cs_tenants_set_registrations (db, cs_scope_system (), data, error);
}

/* Order does not matter, so that equal sets have equal sums. */
static guint
sum_of (GPtrArray *bindings)
{
  guint sum = bindings->len;

  for (guint i = 0; i < bindings->len; i++)
    {
      const CsSipBinding *binding = bindings->pdata[i];

      sum += g_str_hash (binding->contact) ^ g_str_hash (binding->flow)
             ^ g_int64_hash (&binding->expires_ms) ^ binding->cseq;
    }
  return sum;
}

void
cs_app_save_bindings (CsApp *app)
{
  g_autoptr (GPtrArray) bindings = cs_sip_dump_bindings (app->sip);
  guint sum = sum_of (bindings);

  if (sum == app->bindings_sum)
    return;
  if (cs_store_write_async (app->store, write_bindings, to_rows (bindings), NULL, NULL,
                            (GDestroyNotify) g_ptr_array_unref, NULL))
    app->bindings_sum = sum;
}

static gboolean
find_working (CsApp *app, CsDb *db, GError **error)
{
  g_autoptr (GPtrArray) agents = cs_tenants_list_agents (db, cs_scope_system (), G_MAXUINT, error);

  for (guint i = 0; agents != NULL && i < agents->len; i++)
    {
      const CsAgentRow *agent = agents->pdata[i];
      gboolean working;

      if (!cs_calls_was_working (db, cs_scope_tenant (agent->tenant), agent->id, &working, error))
        return FALSE;
      if (working)
        g_hash_table_add (app->resuming, g_memdup2 (&agent->id, sizeof agent->id));
    }
  return agents != NULL;
}

gboolean
cs_app_restore_bindings (CsApp *app, GError **error)
{
  CsDb *db = cs_store_acquire_reader (app->store);
  g_autoptr (GPtrArray) rows = cs_tenants_list_registrations (db, cs_scope_system (), error);
  gboolean good = rows != NULL && find_working (app, db, error);

  cs_store_release_reader (app->store, db);
  if (!good)
    return FALSE;
  app->resume_until_us = ct_clock_monotonic_us (app->clock) + RESUME_US;
  cs_sip_restore_bindings (app->sip, to_bindings (rows));
  return TRUE;
}

void
cs_app_resume (CsApp *app, CtId user)
{
  if (g_hash_table_remove (app->resuming, &user)
      && ct_clock_monotonic_us (app->clock) < app->resume_until_us)
    cs_switch_set_presence (app->self, user, CS_PRESENCE_AVAILABLE, NULL, NULL);
}
