/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where events and commands come in and find their call. Every entry ends in cs_switch_rest(): only
 * there are calls offered and freed, so that no stage has to fear for the call in its hands. */
#define G_LOG_DOMAIN "switch"

#include "server/switch/switch.h"

#include "server/switch/flow.h"

#define BROKE_SECONDS 60 /* a refusal of credit is asked about again after so long */

CsSwitch *
cs_switch_new (CtClock *clock, CsTimers *timers, const CsSipPort *sip, const CsMediaPort *media,
               const CsCreditPort *credit, const CsJournal *journal)
{
  CsSwitch *self = g_new0 (CsSwitch, 1);

  self->clock = clock;
  self->timers = timers;
  self->sip = *sip;
  self->media = *media;
  self->credit = *credit;
  self->journal = *journal;
  self->calls = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->legs = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->recordings = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->bills = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->agents = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, cs_agent_free);
  self->waiting = g_sequence_new (NULL);
  self->line_queues = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                             (GDestroyNotify) g_sequence_free);
  self->fresh = g_ptr_array_new ();
  self->broke = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->reap = g_ptr_array_new ();
  self->tickets = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_ticket_free);
  return self;
}

void
cs_switch_free (CsSwitch *self)
{
  cs_switch_end_all (self);
  g_hash_table_unref (self->agents);
  for (GList *l = self->order.head; l != NULL; l = l->next)
    cs_call_free (l->data);
  g_queue_clear (&self->order);
  g_hash_table_unref (self->calls);
  g_hash_table_unref (self->legs);
  g_hash_table_unref (self->recordings);
  g_hash_table_unref (self->bills);
  g_sequence_free (self->waiting);
  g_hash_table_unref (self->line_queues);
  g_ptr_array_unref (self->fresh);
  g_hash_table_unref (self->broke);
  g_ptr_array_unref (self->reap);
  g_ptr_array_unref (self->tickets);
  g_clear_pointer (&self->eligibility, cs_eligibility_free);
  g_clear_pointer (&self->plan, cs_plan_unref);
  g_free (self);
}

static void
reap (CsSwitch *self)
{
  for (guint i = 0; i < self->reap->len; i++)
    {
      CsCall *call = self->reap->pdata[i];

      call->reaping = FALSE;
      if (!cs_call_is_done (call))
        continue;
      g_hash_table_remove (self->calls, &call->id);
      if (call->recording != CT_ID_NONE)
        g_hash_table_remove (self->recordings, &call->recording);
      if (call->voicemail != CT_ID_NONE)
        g_hash_table_remove (self->recordings, &call->voicemail);
      if (call->studio.recording != CT_ID_NONE)
        g_hash_table_remove (self->recordings, &call->studio.recording);
      g_queue_delete_link (&self->order, call->link);
      cs_call_free (call);
    }
  g_ptr_array_set_size (self->reap, 0);
}

void
cs_switch_reap_later (CsCall *call)
{
  if (!call->reaping)
    g_ptr_array_add (call->owner->reap, call);
  call->reaping = TRUE;
}

void
cs_switch_rest (CsSwitch *self)
{
  cs_queue_dispatch (self);
  reap (self);
}

/* D17: nobody is recorded without being told. */
static void
warn_of_silent_recording (const CsPlan *plan)
{
  for (guint i = 0; i < plan->lines->len; i++)
    {
      const CsPlanLine *line = plan->lines->pdata[i];

      if (line->record
          && cs_prompt_in (&line->announcement, line->language, line->language) == NULL)
        cs_warning (CS_ABOUT (.tenant = line->tenant),
                    "line %s has no announcement: its calls are not recorded", line->number);
    }
}

void
cs_switch_set_plan (CsSwitch *self, CsPlan *plan)
{
  CsPlan *old = self->plan;

  self->plan = cs_plan_ref (plan);
  g_clear_pointer (&self->eligibility, cs_eligibility_free);
  self->eligibility = cs_eligibility_new (plan);
  g_clear_pointer (&old, cs_plan_unref);
  for (GList *l = self->order.head; l != NULL; l = l->next)
    ((CsCall *) l->data)->need = NULL;
  cs_agents_replan (self);
  g_info ("plan %" G_GUINT64_FORMAT ": %u lines, %u e-agents", plan->version, plan->lines->len,
          plan->agents->len);
  warn_of_silent_recording (plan);
  self->dispatch_wanted = TRUE;
  cs_switch_rest (self);
}

gboolean
cs_switch_is_broke (CsSwitch *self, CtId company)
{
  const gint64 *until_us = g_hash_table_lookup (self->broke, &company);

  return until_us != NULL && *until_us > cs_switch_now_us (self);
}

void
cs_switch_set_broke (CsSwitch *self, CtId company, gboolean broke)
{
  gint64 until_us = cs_switch_now_us (self) + BROKE_SECONDS * G_USEC_PER_SEC;

  if (broke)
    g_hash_table_replace (self->broke, g_memdup2 (&company, sizeof company),
                          g_memdup2 (&until_us, sizeof until_us));
  else
    g_hash_table_remove (self->broke, &company);
}

/* SIP. */

static void
on_registration (CsSwitch *self, CtId user, gboolean registered)
{
  CsAgent *agent = cs_agent_get (self, user);
  CsCall *call = agent->call;

  cs_agent_set_registered (agent, registered);
  if (call == NULL || call->agent != agent)
    return;
  if (registered && call->state == CS_CALL_PARKED)
    cs_park_on_registered (call);
  else if (registered && (call->state == CS_CALL_TALKING || call->state == CS_CALL_HELD))
    agent->has_new_phone = TRUE;
  else if (!registered && call->state == CS_CALL_OFFERED)
    cs_offer_missed (call, CS_MISS_UNREACHABLE);
  else if (!registered && (call->state == CS_CALL_TALKING || call->state == CS_CALL_HELD))
    cs_park_begin (call, "the e-agent's phone is gone");
}

static void
on_confirmed (CsCall *call, CsLeg *leg, const char *sdp)
{
  gboolean first = leg->role == CS_LEG_CALLER && !leg->up;
  CsLegRole role = leg->role;

  if (!leg->up && role != CS_LEG_CALLER)
    return;
  if (sdp != NULL && sdp[0] != '\0' && !cs_leg_accept (leg, sdp))
    {
      if (role == CS_LEG_CALLER)
        cs_call_end (call, CS_END_LOST, "the caller's answer is no use");
      else if (role == CS_LEG_AGENT)
        cs_talk_on_agent_ended (call, CS_CAUSE_LOST);
      else
        cs_onward_on_ended (call, CS_CAUSE_LOST);
      return;
    }
  leg->up = TRUE;
  if (first)
    cs_intake_confirmed (call);
  else if (role == CS_LEG_AGENT)
    cs_talk_on_reoffered (call);
}

static void
on_answered (CsCall *call, CsLeg *leg, const char *sdp)
{
  if (leg->up)
    return;
  if (leg->role == CS_LEG_ONWARD)
    cs_onward_on_answered (call, sdp);
  else if (leg->role == CS_LEG_AGENT && call->state == CS_CALL_OFFERED)
    cs_offer_on_answered (call, sdp);
  else if (leg->role == CS_LEG_AGENT && call->state == CS_CALL_PARKED)
    cs_park_on_answered (call, sdp);
}

static void
on_caller_ended (CsCall *call, CsCause cause)
{
  if (call->state == CS_CALL_ONWARD)
    cs_call_end (call, CS_END_ONWARD, "the caller hung up");
  else if (call->answered_ms == 0)
    cs_call_end (call, CS_END_ABANDONED, "the caller hung up before an answer");
  else
    cs_call_end (call, cause == CS_CAUSE_LOST ? CS_END_LOST : CS_END_CALLER, "the caller hung up");
}

static void
on_ended (CsCall *call, CsLeg *leg, CsCause cause)
{
  CsLegRole role = leg->role;

  cs_leg_forget (leg);
  if (role == CS_LEG_CALLER)
    on_caller_ended (call, cause);
  else if (role == CS_LEG_ONWARD)
    cs_onward_on_ended (call, cause);
  else if (call->state == CS_CALL_OFFERED)
    cs_offer_on_ended (call, cause);
  else if (call->state == CS_CALL_PARKED)
    cs_park_on_leg_ended (call);
  else if (call->state == CS_CALL_TALKING || call->state == CS_CALL_HELD)
    cs_talk_on_agent_ended (call, cause);
}

static void
on_key (CsCall *call, CsLeg *leg, char digit)
{
  if (leg->role == CS_LEG_ONWARD)
    cs_onward_on_key (call, digit);
  else if (leg->role == CS_LEG_CALLER && leg->up && cs_studio_on_key (call, digit))
    return;
  else if (leg->role != CS_LEG_CALLER || call->state != CS_CALL_IVR || !leg->up)
    return;
  else if (call->path != NULL)
    cs_path_on_key (call, digit);
  else
    cs_ivr_on_key (call, digit);
}

static void
on_leg_event (CsLeg *leg, const CsSipEvent *event)
{
  CsCall *call = leg->call;

  switch (event->kind)
    {
    case CS_SIP_CONFIRMED:
      on_confirmed (call, leg, event->sdp);
      break;
    case CS_SIP_ANSWERED:
      on_answered (call, leg, event->sdp);
      break;
    case CS_SIP_REOFFER:
      cs_leg_reanswer (leg, event->sdp);
      if (leg->role == CS_LEG_AGENT)
        cs_talk_on_reoffered (call);
      break;
    case CS_SIP_DTMF:
      on_key (call, leg, event->digit);
      break;
    case CS_SIP_ENDED:
      on_ended (call, leg, event->cause);
      break;
    case CS_SIP_PROGRESS: /* the caller hears ours, never a stranger's early media */
    case CS_SIP_INCOMING:
    case CS_SIP_REGISTERED:
    case CS_SIP_UNREGISTERED:
    default:
      break;
    }
}

void
cs_switch_on_sip (CsSwitch *self, const CsSipEvent *event)
{
  CsLeg *leg = g_hash_table_lookup (self->legs, &event->leg);

  if (event->kind == CS_SIP_REGISTERED || event->kind == CS_SIP_UNREGISTERED)
    on_registration (self, event->user, event->kind == CS_SIP_REGISTERED);
  else if (event->kind == CS_SIP_INCOMING && leg == NULL)
    cs_intake_incoming (self, event);
  else if (leg != NULL)
    on_leg_event (leg, event);
  cs_switch_rest (self);
}

/* Media. */

static void
on_played (CsCall *call, CsLeg *leg, guint tag)
{
  if (leg->role != CS_LEG_CALLER || tag != leg->tag)
    return;
  if (cs_studio_on_played (call))
    return;
  if (call->state == CS_CALL_IVR && call->path != NULL)
    cs_path_on_played (call);
  else if (call->state == CS_CALL_IVR)
    cs_ivr_on_played (call);
  else if (call->state == CS_CALL_QUEUED || call->state == CS_CALL_OFFERED)
    cs_queue_on_played (call);
  else if (call->state == CS_CALL_PARKED)
    cs_talk_listen (call);
}

static void
on_silent (CsCall *call, CsLeg *leg)
{
  leg->silent = TRUE;
  if (leg->role != CS_LEG_AGENT)
    {
      call_info (call, "no sound from the %s",
                 leg->role == CS_LEG_CALLER ? "caller" : "third party");
      if (leg->role == CS_LEG_CALLER || call->state == CS_CALL_ONWARD)
        cs_call_await_sound (call);
    }
  else if (call->state == CS_CALL_TALKING && !cs_leg_is_held (leg))
    cs_park_begin (call, "no sound from the e-agent");
}

static void
on_heard (CsCall *call, CsLeg *leg)
{
  leg->silent = FALSE;
  if (leg->role == CS_LEG_AGENT && call->state == CS_CALL_PARKED)
    cs_park_on_heard (call);
  else if (leg->role != CS_LEG_AGENT && !call->legs[CS_LEG_CALLER].silent
           && !call->legs[CS_LEG_ONWARD].silent)
    cs_call_disarm (call, CS_TIMER_SILENCE);
}

static void
on_recorded (CsSwitch *self, const CsMediaEvent *event)
{
  CsCall *call = g_hash_table_lookup (self->recordings, &event->recording);
  CsNote note = { .recording = event->recording, .path = event->path, .samples = event->samples };

  if (call == NULL)
    return;
  note.kind = event->recording == call->voicemail ? CS_NOTE_VOICEMAIL : CS_NOTE_RECORDED;
  g_hash_table_remove (self->recordings, &event->recording);
  call->open_recordings -= call->open_recordings > 0;
  if (event->path == NULL)
    call_warning (call, "a recording failed");
  if (cs_studio_on_recorded (call, event))
    {
      cs_switch_reap_later (call);
      return;
    }
  cs_call_note_with (call, &note);
  cs_switch_reap_later (call);
}

void
cs_switch_on_media (CsSwitch *self, const CsMediaEvent *event)
{
  CsLeg *leg = g_hash_table_lookup (self->legs, &event->leg);

  if (event->kind == CS_MEDIA_RECORDED)
    on_recorded (self, event);
  else if (leg == NULL)
    return;
  else if (event->kind == CS_MEDIA_DTMF)
    on_key (leg->call, leg, event->digit);
  else if (event->kind == CS_MEDIA_PLAYED)
    on_played (leg->call, leg, event->tag);
  else if (event->kind == CS_MEDIA_SILENT)
    on_silent (leg->call, leg);
  else if (event->kind == CS_MEDIA_HEARD)
    on_heard (leg->call, leg);
  cs_switch_rest (self);
}

/* Credit. */

static void
on_topped (CsSwitch *self, CtId company)
{
  GList *next;

  cs_switch_set_broke (self, company, FALSE);
  for (GList *l = self->order.head; l != NULL; l = next)
    {
      CsCall *call = l->data;

      next = l->next;
      if (call->company->id != company || call->state == CS_CALL_ENDED)
        continue;
      cs_meter_on_topped (call, &call->meter);
      cs_meter_on_topped (call, &call->onward_meter);
    }
}

/* What the call held and did not use is there for others again; a refused one (it is then on its no-credit
 * path) held nothing. */
static void
on_settled (CsSwitch *self, CtId company, const CsCall *call)
{
  if (call == NULL || call->meter.granted > 0)
    cs_switch_set_broke (self, company, FALSE);
}

void
cs_switch_on_credit (CsSwitch *self, const CsCreditEvent *event)
{
  CsCall *call = g_hash_table_lookup (self->calls, &event->call);
  CsCall *onward = g_hash_table_lookup (self->bills, &event->call);

  if (event->kind == CS_CREDIT_TOPPED)
    on_topped (self, event->company);
  else if (event->kind == CS_CREDIT_SETTLED)
    on_settled (self, event->company, call);
  else if (call != NULL && cs_meter_on_credit (call, &call->meter, event))
    {
      if (call->meter.granted > 0)
        cs_offer_on_granted (call);
      else
        cs_offer_on_refused (call);
    }
  else if (onward != NULL && cs_meter_on_credit (onward, &onward->onward_meter, event))
    cs_onward_on_credit (onward);
  cs_switch_rest (self);
}

guint
cs_switch_drain (CsSwitch *self)
{
  self->draining = TRUE;
  return self->n_running;
}

void
cs_switch_end_all (CsSwitch *self)
{
  for (GList *l = self->order.head; l != NULL; l = l->next)
    cs_call_end (l->data, CS_END_RESTART, "the server stops");
  cs_switch_rest (self);
}
