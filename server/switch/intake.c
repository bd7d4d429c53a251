/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first decision about an INVITE. A number that is not ours, a drain, no free port, an offer
 * without a common codec are refused in SIP; all else is answered, because what we have to say (also
 * "we are closed") has to be heard. */
#define G_LOG_DOMAIN "switch"

#include "server/switch/flow.h"

static const CsPlanLine *
find_line (const CsSwitch *self, const CsSipEvent *event)
{
  const CsPlanLine *line
      = self->plan != NULL ? cs_plan_find_line (self->plan, event->called) : NULL;

  /* A tenant's own trunk reaches no other tenant's numbers. */
  if (line != NULL && event->tenant != CT_ID_NONE && event->tenant != line->tenant)
    return NULL;
  if (line != NULL
      && (line->company_index < 0 || (guint) line->company_index >= self->plan->companies->len))
    return NULL;
  return line;
}

static int
judge (CsSwitch *self, const CsSipEvent *event, const CsPlanLine *line)
{
  if (event->trunk == CT_ID_NONE)
    return 403; /* a phone of an e-agent: it is called, it does not call */
  if (line == NULL)
    return 404;
  if (self->draining)
    return 503;
  if (cs_onward_came_back (self, event))
    return 482;
  return 0;
}

void
cs_intake_incoming (CsSwitch *self, const CsSipEvent *event)
{
  const CsPlanLine *line = find_line (self, event);
  int refusal = judge (self, event, line);
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = NULL;
  CsCall *call;

  if (refusal == 0 && !self->media.open (self->media.self, event->leg, &error))
    refusal = 503;
  else if (refusal == 0)
    {
      sdp = self->media.answer (self->media.self, event->leg, event->sdp, &error);
      if (sdp == NULL)
        {
          self->media.close (self->media.self, event->leg);
          refusal = 488;
        }
    }
  if (refusal != 0)
    {
      cs_info (CS_ABOUT (.tenant = line != NULL ? line->tenant : event->tenant),
               "INVITE to %s refused with %d%s%s", event->called, refusal,
               error != NULL ? ": " : "", error != NULL ? error->message : "");
      self->sip.refuse (self->sip.self, event->leg, refusal);
      return;
    }
  call = cs_call_new (self, line, event->caller, event->called);
  call->legs[CS_LEG_CALLER].id = event->leg;
  g_hash_table_insert (self->legs, &call->legs[CS_LEG_CALLER].id, &call->legs[CS_LEG_CALLER]);
  call_info (call, "to %s, Call-ID %s", event->called, event->sip_call_id);
  if (self->sip.belongs != NULL)
    self->sip.belongs (self->sip.self, event->leg, call->id, line->tenant);
  self->sip.answer (self->sip.self, event->leg, sdp);
  cs_call_note (call, CS_NOTE_CALL_STARTED);
}

void
cs_intake_confirmed (CsCall *call)
{
  CsSwitch *self = call->owner;
  const CsPlanLine *line = call->line;
  gint64 now_ms = cs_switch_now_ms (self);
  gboolean noticed = line->notice_until_ms > now_ms;

  if (!line->emergency && (call->company->paused || cs_switch_is_broke (self, call->company->id)))
    cs_path_take (call, &line->no_credit, CS_END_NO_CREDIT, NULL);
  else if (line->hours != NULL && !ct_hours_is_open (line->hours, now_ms))
    cs_path_take (call, &line->closed, CS_END_CLOSED, noticed ? &line->notice : NULL);
  else if (noticed && line->notice_closes)
    cs_path_take (call, &line->closed, CS_END_CLOSED, &line->notice);
  else
    cs_ivr_start (call);
}
