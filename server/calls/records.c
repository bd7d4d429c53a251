/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Views of the switch and rows of the store, as they travel. */
#define G_LOG_DOMAIN "calls"

#include "common/base/error.h"
#include "server/calls/calls-private.h"
#include "server/tenants/tenants.h"

static GHashTable *
words_of (const CsPlanText *text)
{
  GHashTable *words;

  if (text == NULL)
    return NULL;
  words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (int i = 0; i < CS_LANGUAGES; i++)
    if (text->text[i] != NULL)
      g_hash_table_insert (words, g_strdup (cs_language_code ((CsLanguage) i)),
                           g_strdup (text->text[i]));
  return words;
}

CtKeyed *
cs_calls_keyed_of_view (const CsCallView *view, guint place)
{
  const CsKeyed *entry = &view->keyed[place];
  CtKeyed *keyed = ct_keyed_new ();

  keyed->name = g_strdup (entry->name);
  keyed->value = g_strdup (entry->value);
  keyed->label = words_of (cs_plan_find_label (view->line, entry->name));
  keyed->meaning = words_of (cs_plan_find_meaning (view->line, entry->name, entry->value));
  return keyed;
}

static GPtrArray *
keyed_of (const CsCallView *view)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (ct_record_free);

  for (guint i = 0; i < view->n_keyed; i++)
    g_ptr_array_add (list, cs_calls_keyed_of_view (view, i));
  return list;
}

static GPtrArray *
refusals_of (const CsOfferReason *reason)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (ct_record_free);

  /* How many work for other tenants is nobody's business here (S1-04). */
  for (int rule = CS_RULE_TENANT + 1; rule < CS_RULES; rule++)
    if (reason->refused[rule] > 0)
      {
        CtRefusal *refusal = ct_refusal_new ();

        refusal->rule = g_strdup (cs_rule_name ((CsRule) rule));
        refusal->count = reason->refused[rule];
        g_ptr_array_add (list, refusal);
      }
  return list;
}

static CtWhy *
why_of (const CsCallView *view)
{
  CtWhy *why;

  if (view->reason.winner == CT_ID_NONE)
    return NULL;
  why = ct_why_new ();
  why->call = view->id;
  why->user = view->reason.winner;
  why->rule = g_strdup (cs_rule_name (CS_RULE_CHOSEN));
  why->at = view->reason.at_ms;
  why->idle_seconds = view->reason.idle_seconds;
  why->candidates = view->reason.candidates;
  why->plan_version = (gint64) view->reason.plan_version;
  why->refused = refusals_of (&view->reason);
  return why;
}

static const char *
agent_name (const CsPlan *plan, CtId user)
{
  int index = cs_plan_find_agent (plan, user);

  return index >= 0 ? ((CsPlanAgent *) plan->agents->pdata[index])->name : NULL;
}

static const char *
onward_name (CsOnwardPhase phase)
{
  static const char *const names[] = { "none", "dialling", "asked", "connected", "failed" };

  return names[phase];
}

static gint64
share_of (const CsCallView *view, CtId user)
{
  for (guint i = 0; i < view->n_shares; i++)
    if (view->shares[i].user == user)
      return view->shares[i].seconds;
  return 0;
}

CtCall *
cs_calls_record_of_view (const CsCallView *view)
{
  CtCall *call = ct_call_new ();

  call->id = view->id;
  call->state = g_strdup (cs_call_state_name (view->state));
  call->company = view->company->id;
  call->company_name = g_strdup (view->company->name);
  call->colour = g_strdup (view->company->colour);
  call->client_code = g_strdup (view->company->client_code);
  call->line = view->line->id;
  call->line_label = g_strdup (view->line->label);
  call->called = g_strdup (view->called);
  call->caller = g_strdup (view->caller);
  call->language = g_strdup (cs_language_code (view->language));
  call->keyed = keyed_of (view);
  call->started = view->started_ms;
  call->queued = view->queued_ms;
  call->offered = view->offered_ms;
  call->answered = view->answered_ms;
  call->ended = view->ended_ms;
  call->waited_seconds = view->waited_us / G_USEC_PER_SEC;
  call->place = view->place;
  call->agent = view->agent;
  call->agent_name = g_strdup (agent_name (view->plan, view->agent));
  call->seconds = view->seconds;
  call->currency = view->company->currency[0] != '\0' ? g_strdup (view->company->currency) : NULL;
  call->rate = view->company->rate;
  if (!ct_money_times (call->rate, call->seconds, &call->cost))
    call->cost = 0;
  if (!ct_money_times (view->company->pay_rate, share_of (view, view->agent), &call->pay))
    call->pay = 0;
  /* The desk ticks on from here only while the meter runs. */
  call->metered_at = view->running ? view->metered_ms : 0;
  call->settled = view->settled;
  call->warn_seconds = view->warn_seconds;
  call->script = view->line->script;
  call->script_version = view->line->script_version;
  call->recorded = view->recorded;
  call->cause = view->state == CS_CALL_ENDED ? g_strdup (cs_end_cause_name (view->cause)) : NULL;
  call->onward = g_strdup (onward_name (view->onward));
  call->onward_rate = view->line->onward_rate;
  call->masked = view->masked;
  call->wrap_up_seconds = view->wrap_up_seconds;
  call->why = why_of (view);
  return call;
}

/* What the ledger and the scripts know of it. */
static gboolean
fill_from_others (CsDb *db, CsScope scope, const CsCallRow *row, CtCall *call, GError **error)
{
  g_autoptr (GError) failed = NULL;
  CsTariff tariff;

  if (cs_billing_get_tariff (db, scope, row->company, &tariff, &failed))
    call->currency = g_strdup (tariff.currency);
  else if (ct_error_is (failed, CT_ERROR_NOT_FOUND))
    g_clear_error (&failed);
  if (failed == NULL && row->answered != 0)
    cs_billing_get_pay (db, scope, row->id, row->agent, 0, &call->pay, &failed);
  if (failed == NULL)
    call->ticket = cs_scripts_get_ticket (db, scope, row->id, &failed);
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

CtCall *
cs_calls_record_of_row (CsDb *db, CsScope scope, const CsCallRow *row, GError **error)
{
  g_autoptr (CsCompany) company = cs_tenants_get_company (db, scope, row->company, error);
  g_autoptr (CsUser) agent
      = row->agent != CT_ID_NONE ? cs_tenants_get_user (db, scope, row->agent, NULL) : NULL;
  g_autoptr (CtCall) call = NULL;

  if (company == NULL)
    return NULL;
  call = ct_call_new ();
  if (!fill_from_others (db, scope, row, call, error))
    return NULL;
  call->id = row->id;
  call->state = g_strdup (row->state);
  call->company = row->company;
  call->company_name = g_strdup (company->name);
  call->colour = g_strdup (company->colour);
  call->client_code = g_strdup (company->client_code);
  call->line = row->line;
  call->line_label = g_strdup (row->line_label);
  call->called = g_strdup (row->called);
  call->caller = g_strdup (row->caller);
  call->language = g_strdup (row->language);
  call->started = row->started;
  call->queued = row->queued;
  call->offered = row->offered;
  call->answered = row->answered;
  call->ended = row->ended;
  call->waited_seconds = row->waited_us / G_USEC_PER_SEC;
  call->agent = row->agent;
  call->agent_name = agent != NULL ? g_strdup (agent->name) : NULL;
  call->seconds = row->seconds;
  call->rate = row->rate;
  if (!ct_money_times (row->rate, row->seconds, &call->cost))
    call->cost = 0;
  call->settled = row->ended != 0;
  call->script = row->script;
  call->script_version = row->script_version;
  call->disposition = g_strdup (row->disposition);
  call->note = g_strdup (row->note);
  call->recorded = row->blob != CT_ID_NONE || row->voicemail_blob != CT_ID_NONE;
  call->recording_ms = row->blob != CT_ID_NONE ? row->recording_samples / 8 : 0;
  call->voicemail_ms = row->voicemail_blob != CT_ID_NONE ? row->voicemail_samples / 8 : 0;
  call->cause = g_strdup (row->cause);
  return g_steal_pointer (&call);
}

CtPresence *
cs_calls_record_of_presence (const CsPresenceView *view)
{
  CtPresence *presence = ct_presence_new ();

  presence->user = view->user;
  presence->state = g_strdup (cs_presence_name (view->presence));
  presence->reason = g_strdup (view->reason);
  if (view->wish != view->presence)
    presence->wish = g_strdup (cs_presence_name (view->wish));
  presence->since = view->since_ms;
  presence->call = view->call;
  presence->registered = view->registered;
  presence->wrap_up_until = view->wrap_up_until_ms;
  return presence;
}
