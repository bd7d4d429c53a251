/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a script must know of its call, and what a call must know of its script. */
#define G_LOG_DOMAIN "calls"

#include <string.h>

#include "common/base/error.h"
#include "server/calls/routes.h"
#include "server/contacts/contacts.h"
#include "server/tenants/tenants.h"

static GHashTable *
keys_of (GPtrArray *keyed)
{
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; keyed != NULL && i < keyed->len; i++)
    {
      const CtKeyed *key = keyed->pdata[i];

      g_hash_table_insert (keys, g_strdup (key->name), g_strdup (key->value));
    }
  return keys;
}

/* The running call's state is the switch's; an ended one is in the store, and so is one that is being
 * wrapped up. */
static CtCall *
find_any (CsCalls *calls, CsDb *db, CsScope scope, CtId id, GError **error)
{
  CsCallView view = { 0 };
  g_autoptr (CsCallRow) row = NULL;
  CtCall *call = NULL;

  if (cs_calls_find_live (calls, id, &view, NULL))
    {
      if (view.tenant == scope.tenant)
        call = cs_calls_record_of_view (&view);
      cs_call_view_clear (&view);
      if (call != NULL)
        return call;
    }
  row = cs_calls_get (db, scope, id, error);
  call = row != NULL ? cs_calls_record_of_row (db, scope, row, error) : NULL;
  if (call != NULL)
    call->keyed = cs_calls_list_keys (db, scope, id, error);
  return call;
}

gboolean
cs_calls_find_script_call (gpointer data, CsDb *db, CsScope scope, CtId id, CsScriptCall *out,
                           GError **error)
{
  g_autoptr (CtCall) call = find_any (data, db, scope, id, error);

  if (call == NULL
      || !cs_contacts_has_called (db, scope, call->company, call->caller, id, &out->earlier, error))
    return FALSE;
  out->call = id;
  out->company = call->company;
  out->agent = call->agent;
  out->version = call->script_version;
  out->company_name = g_strdup (call->company_name);
  out->client_code = g_strdup (call->client_code);
  out->agent_name = g_strdup (call->agent_name);
  out->language = g_strdup (call->language);
  out->caller = g_strdup (call->caller);
  out->called = g_strdup (call->called);
  out->open = TRUE; /* closed lines lead to no e-agent */
  out->keys = keys_of (call->keyed);
  return TRUE;
}

GPtrArray *
cs_calls_prefill (gpointer data, CsDb *db, CsScope scope, const CsScriptCall *call, GError **error)
{
  return cs_contacts_prefill (db, scope, call->company, call->caller, error);
}

gboolean
cs_calls_on_enter (gpointer data, CtId call, CtId user, GError **error)
{
  return cs_calls_mask (data, call, user, TRUE, error);
}

gboolean
cs_calls_on_leave (gpointer data, CtId call, CtId user, GError **error)
{
  return cs_calls_mask (data, call, user, FALSE, error);
}

gboolean
cs_calls_complete (CsExchange *exchange, CsCalls *calls, CtCall *call, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  g_autoptr (GError) none = NULL;

  if (call->ticket == NULL) /* a running call's; a row's has it */
    call->ticket = cs_scripts_get_ticket (db, principal->scope, call->id, &none);
  if (none != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&none));
      return FALSE;
    }
  if (call->script_version != CT_ID_NONE)
    {
      call->dispositions = cs_scripts_list_dispositions (
          calls->scripts, db, principal->scope, call->script_version, principal->language, error);
      if (call->dispositions == NULL)
        return FALSE;
    }
  call->earlier = cs_contacts_earlier (db, principal->scope, call->company, call->caller, call->id,
                                       20, error);
  return call->earlier != NULL;
}

gboolean
cs_calls_check_disposition (CsExchange *exchange, CsCalls *calls, const CtCall *call,
                            const char *code, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  g_autoptr (GPtrArray) list = NULL;

  if (call->script_version == CT_ID_NONE)
    return TRUE;
  list = cs_scripts_list_dispositions (calls->scripts, cs_exchange_reader (exchange),
                                       principal->scope, call->script_version, principal->language,
                                       error);
  if (list == NULL)
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    if (strcmp (((CtDisposition *) list->pdata[i])->code, code) == 0)
      return TRUE;
  return list->len == 0
         || cs_exchange_fail_at (exchange, "/disposition", "no-such-disposition", error,
                                 "the script has no disposition %s", code);
}

char *
cs_calls_connect_number (CsExchange *exchange, CsCalls *calls, const CtCall *call, const char *step,
                         GError **error)
{
  return cs_scripts_get_connect_number (calls->scripts, cs_exchange_reader (exchange),
                                        cs_exchange_scope (exchange), call->id, step, error);
}
