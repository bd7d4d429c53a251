/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The routes. A run is the e-agent's who is on the call: nobody else moves it or sees it here. A command is
 * safe to send again, so a desk that lost the answer simply repeats it; masking (D33) is ordered again
 * too, and until it is done an `enter` is not answered, so the desk does not let a secret be typed. */
#define G_LOG_DOMAIN "scripts"

#include <string.h>

#include "server/scripts/scripts-private.h"

static gboolean
get_version (CsExchange *exchange, gpointer module, GError **error)
{
  g_autoptr (CsVersionRow) row
      = cs_scripts_get_row (cs_exchange_reader (exchange), cs_exchange_scope (exchange),
                            cs_exchange_id (exchange, "id"), error);
  CtScriptDocument *document;

  if (row == NULL)
    return FALSE;
  document = ct_script_document_new ();
  document->id = row->id;
  document->script = row->script;
  document->name = g_steal_pointer (&row->name);
  document->version = row->number;
  document->company = row->company;
  document->body = g_steal_pointer (&row->body);
  cs_exchange_reply (exchange, document);
  return TRUE;
}

/* The call, if it is the caller's of this route. */
static gboolean
find_my_call (CsExchange *exchange, CsScripts *scripts, CsScriptCall *call, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);

  if (!scripts->hands.find_call (scripts->hands.data, cs_exchange_reader (exchange),
                                 principal->scope, cs_exchange_id (exchange, "id"), call, error))
    return FALSE;
  if (call->agent != principal->user)
    return ct_fail (error, CT_ERROR_DENIED, "not your call");
  if (call->version == CT_ID_NONE)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "this call has no script");
  return TRUE;
}

/* What a write closure of this file needs. */
typedef struct {
  CsScripts *scripts;
  CsScope scope;
  CtId user;
  const CsScriptCall *call;
  GPtrArray *prefill;
  const CtScriptCommand *command; /* NULL: only begin */
  CtScriptRun *run;               /* out */
} Write;

static gboolean
write_run (CsDb *db, gpointer data, GError **error)
{
  Write *write = data;

  g_clear_pointer (&write->run, ct_script_run_free);
  return cs_scripts_begin_run (write->scripts, db, write->scope, write->call, write->prefill, error)
         && (write->command == NULL
             || cs_scripts_apply (write->scripts, db, write->scope, write->call, write->user,
                                  write->command, &write->run, error));
}

/* Runs the closure above; begins the run when @command is its first. */
static gboolean
run_write (CsExchange *exchange, CsScripts *scripts, const CsScriptCall *call,
           const CtScriptCommand *command, CtScriptRun **run, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  g_autoptr (GPtrArray) prefill
      = scripts->hands.prefill (scripts->hands.data, db, principal->scope, call, error);
  Write write = { scripts, principal->scope, principal->user, call, prefill, command, NULL };

  if (prefill == NULL)
    return FALSE;
  if (!cs_store_write (cs_exchange_store (exchange), write_run, &write, error))
    {
      g_clear_pointer (&write.run, ct_script_run_free);
      return FALSE;
    }
  *run = write.run;
  return TRUE;
}

static CtScriptState *
state_of (const CsScriptCall *call, const CtScriptRun *run)
{
  CtScriptState *state = ct_script_run_to_state (run, FALSE);

  state->call = call->call;
  state->version = call->version;
  return state;
}

static gboolean
get_state (CsExchange *exchange, gpointer module, GError **error)
{
  CsScripts *scripts = module;
  CsDb *db = cs_exchange_reader (exchange);
  CsScope scope = cs_exchange_scope (exchange);
  g_auto (CsScriptCall) call = { 0 };
  g_autoptr (CtScriptState) state = NULL;
  g_autoptr (CtScriptRun) run = NULL;
  g_autoptr (GError) failed = NULL;

  if (!find_my_call (exchange, scripts, &call, error))
    return FALSE;
  run = cs_scripts_load_run (scripts, db, scope, call.call, &failed);
  if (run == NULL && failed == NULL)
    {
      if (!run_write (exchange, scripts, &call, NULL, &run, error))
        return FALSE;
      run = cs_scripts_load_run (scripts, db, scope, call.call, &failed);
    }
  if (run == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  state = state_of (&call, run);
  /* Who typed a secret sees it again, and nobody else. */
  if (!cs_scripts_open_secrets (scripts, db, scope, call.agent, state, error))
    return FALSE;
  cs_exchange_reply (exchange, g_steal_pointer (&state));
  return TRUE;
}

/* Masks, or not any more, as the state after @command asks. */
static gboolean
order_mask (CsScripts *scripts, const CtScriptCommand *command, CtId call, CtId user,
            const CtScriptRun *run, GError **error)
{
  const CsScriptsHands *hands = &scripts->hands;

  if (strcmp (command->kind, "answer") == 0 || strcmp (command->kind, "reveal") == 0)
    return TRUE;
  return ct_script_run_entered (run) != NULL ? hands->on_enter (hands->data, call, user, error)
                                             : hands->on_leave (hands->data, call, user, error);
}

static gboolean
post_command (CsExchange *exchange, gpointer module, GError **error)
{
  CsScripts *scripts = module;
  const CtScriptCommand *command = cs_exchange_body (exchange);
  g_auto (CsScriptCall) call = { 0 };
  g_autoptr (CtScriptRun) run = NULL;
  g_autoptr (GError) refused = NULL;

  if (!find_my_call (exchange, scripts, &call, error))
    return FALSE;
  if (!run_write (exchange, scripts, &call, command, &run, &refused))
    {
      if (ct_error_is (refused, CT_ERROR_INVALID) && strcmp (command->kind, "answer") == 0)
        return cs_exchange_fail_at (exchange, "/value", "answer-invalid", error, "%s",
                                    refused->message);
      g_propagate_error (error, g_steal_pointer (&refused));
      return FALSE;
    }
  if (!order_mask (scripts, command, call.call, call.agent, run, error))
    return FALSE;
  cs_exchange_reply (exchange, state_of (&call, run));
  return TRUE;
}

static const CsRoute routes[] = {
  { "GET", "/api/v1/scripts/versions/{id}", CS_ALLOW_ANSWER, NULL, &ct_script_document_type, 0,
    get_version, "One version of a call script" },
  { "GET", "/api/v1/calls/{id}/script", CS_ALLOW_ANSWER, NULL, &ct_script_state_type, 0, get_state,
    "Where my call stands in its script" },
  { "POST", "/api/v1/calls/{id}/script", CS_ALLOW_ANSWER, &ct_script_command_type,
    &ct_script_state_type, 0, post_command,
    "The next numbered command of my call's script; safe to send again" },
  { "GET", "/api/v1/calls/{id}/secrets", CS_ALLOW_SEE_CALLS, NULL, &ct_script_answer_type,
    CS_ROUTE_PAGED, cs_scripts_get_secrets,
    "Secrets of a call that its script shows to my role; each reading is kept" },
};

const CsModule cs_scripts_module
    = { "scripts", cs_scripts_migrations, 2, routes, G_N_ELEMENTS (routes) };
