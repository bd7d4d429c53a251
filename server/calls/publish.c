/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people hear of a note: an event to the e-agent, to the company's dashboard, to the tenant's staff,
 * each with the fields that he may see. */
#include "common/wire/record-json.h"
#include "server/calls/calls-private.h"

static void
publish_json (CsCalls *calls, CtId tenant, const char *kind, CtId whom, const char *type,
              const char *json)
{
  g_autofree char *topic = g_strdup_printf ("%s:%s", kind, ct_id_text (whom).text);

  cs_hub_publish (calls->config.hub, tenant, topic, type, json);
}

static void
publish (CsCalls *calls, CtId tenant, const char *kind, CtId whom, const char *type,
         gconstpointer record, gboolean staff)
{
  g_autofree char *json = ct_record_to_json (record, staff ? CT_WIRE_STAFF : 0);

  publish_json (calls, tenant, kind, whom, type, json);
}

static void
publish_call (CsCalls *calls, const CsNote *note)
{
  const CsCallView *view = note->call;
  g_autoptr (CtCall) call = cs_calls_record_of_view (view);
  g_autofree char *json = NULL;

  if (note->kind == CS_NOTE_CALL_METER || note->kind == CS_NOTE_CALL_CREDIT_WARNING)
    {
      g_autoptr (CtMeter) meter = ct_meter_new ();

      meter->call = view->id;
      meter->seconds = call->seconds;
      meter->cost = call->cost;
      meter->metered_at = view->metered_ms;
      meter->warn_seconds = view->warn_seconds;
      publish (calls, view->tenant, "company", view->company->id, "meter", meter, FALSE);
      if (view->agent != CT_ID_NONE)
        publish (calls, view->tenant, "user", view->agent, "meter", meter, TRUE);
      return;
    }
  json = ct_record_to_json (call, CT_WIRE_STAFF);
  /* Who missed the offer must stop showing it. */
  if (note->kind == CS_NOTE_OFFER_MISSED)
    publish_json (calls, view->tenant, "user", note->user, "call", json);
  if (view->agent != CT_ID_NONE
      && (note->kind != CS_NOTE_OFFER_MISSED || view->agent != note->user))
    publish_json (calls, view->tenant, "user", view->agent, "call", json);
  publish_json (calls, view->tenant, "tenant", view->tenant, "call", json);
  publish (calls, view->tenant, "company", view->company->id, "call", call, FALSE);
}

static void
publish_presence (CsCalls *calls, const CsPresenceView *view)
{
  g_autoptr (CtPresence) presence = cs_calls_record_of_presence (view);
  g_autofree char *json = ct_record_to_json (presence, CT_WIRE_STAFF);

  publish_json (calls, view->tenant, "user", view->user, "presence", json);
  publish_json (calls, view->tenant, "tenant", view->tenant, "presence", json);
}

static void
publish_dashboard (CsCalls *calls, CtId tenant, CtId company)
{
  g_autofree char *topic = g_strdup_printf ("company:%s", ct_id_text (company).text);

  cs_hub_publish (calls->config.hub, tenant, topic, "dashboard", "{}");
}

void
cs_calls_publish (CsCalls *calls, const CsNote *note)
{
  if (!cs_hub_is_heard (calls->config.hub,
                        note->call != NULL ? note->call->tenant : note->presence->tenant))
    return;
  cs_calls_waiting_moved (calls, note);
  switch (note->kind)
    {
    case CS_NOTE_PRESENCE_CHANGED:
      publish_presence (calls, note->presence);
      break;
    case CS_NOTE_RECORDED:
    case CS_NOTE_VOICEMAIL:
      break;
    case CS_NOTE_QUALITY:
      publish_dashboard (calls, note->call->tenant, note->call->company->id);
      break;
    default:
      publish_call (calls, note);
      break;
    }
}
