/* SPDX-License-Identifier: GPL-3.0-or-later */
/* State, timers, view and end of a call. The stages are elsewhere (flow.h). */
#define G_LOG_DOMAIN "switch"

#include "server/switch/call.h"

#include "server/switch/flow.h"

#define S(state) (1u << CS_CALL_##state)
#define CLOSING_SECONDS 60      /* a recording that does not close by then is given up */
#define MEDIA_SILENCE_SECONDS 5 /* media has waited so long already when it reports silence */

/* From which state one may go to which. An end path is played in IVR. */
static const guint edges[CS_CALL_STATES] = {
  [CS_CALL_IVR] = S (QUEUED) | S (ONWARD) | S (ENDED),
  [CS_CALL_QUEUED] = S (OFFERED) | S (IVR) | S (ENDED),
  [CS_CALL_OFFERED] = S (QUEUED) | S (TALKING) | S (IVR) | S (ENDED),
  [CS_CALL_TALKING] = S (HELD) | S (PARKED) | S (ONWARD) | S (IVR) | S (ENDED),
  [CS_CALL_HELD] = S (TALKING) | S (PARKED) | S (ONWARD) | S (IVR) | S (ENDED),
  [CS_CALL_PARKED] = S (TALKING) | S (QUEUED) | S (IVR) | S (ENDED),
  [CS_CALL_ONWARD] = S (IVR) | S (ENDED),
  [CS_CALL_ENDED] = 0,
};

#define ANY_RUNNING (~S (ENDED))
#define WAITING (S (QUEUED) | S (OFFERED))
#define WITH_AGENT (S (TALKING) | S (HELD))

/* In which states a timer may run; entering any other stops it. */
static const guint timer_states[CS_CALL_TIMERS] = {
  [CS_TIMER_STEP] = S (IVR),      [CS_TIMER_RESERVE] = S (QUEUED),
  [CS_TIMER_RETRY] = S (QUEUED),  [CS_TIMER_RING] = S (OFFERED),
  [CS_TIMER_PLACE] = WAITING,     [CS_TIMER_MAX_WAIT] = WAITING,
  [CS_TIMER_PARK] = S (PARKED),   [CS_TIMER_METER] = WITH_AGENT | S (ONWARD),
  [CS_TIMER_ONWARD] = WITH_AGENT, [CS_TIMER_SILENCE] = ANY_RUNNING,
  [CS_TIMER_LOST] = S (TALKING),  [CS_TIMER_UNMASK] = ANY_RUNNING,
  [CS_TIMER_CLOSING] = S (ENDED),
};

void
cs_call_await_sound (CsCall *call)
{
  gboolean voicemail = call->path != NULL && call->ivr.phase == CS_IVR_PATH_RECORD;
  int seconds = voicemail ? CS_VOICEMAIL_SILENT_SECONDS : CS_CALLER_SILENT_SECONDS;

  cs_call_arm (call, CS_TIMER_SILENCE, (gint64) (seconds - MEDIA_SILENCE_SECONDS) * G_USEC_PER_SEC);
}

/* Who holds us need not send; a dead dialog is SIP's to find. */
static gboolean
is_gone (const CsLeg *leg)
{
  return leg->silent && !cs_leg_is_held (leg);
}

static void
on_silence_timeout (CsCall *call)
{
  const CsLeg *caller = &call->legs[CS_LEG_CALLER];
  const CsLeg *third = &call->legs[CS_LEG_ONWARD];
  gboolean onward
      = call->state == CS_CALL_ONWARD; /* else the third party's silence means nothing */

  if (is_gone (caller) || (onward && is_gone (third)))
    cs_call_end (call, onward ? CS_END_ONWARD : CS_END_LOST, "no sound came for too long");
  else if (caller->silent || (onward && third->silent))
    cs_call_arm (call, CS_TIMER_SILENCE, CS_CALLER_SILENT_SECONDS * G_USEC_PER_SEC);
}

static void
on_lost_timeout (CsCall *call)
{
  if (call->legs[CS_LEG_AGENT].silent)
    cs_park_begin (call, "e-agent silent after the hold");
}

static void
on_ring_timeout (CsCall *call)
{
  cs_offer_missed (call, CS_MISS_NO_ANSWER);
}

static void
on_onward_timeout (CsCall *call)
{
  cs_onward_fail (call, CS_CAUSE_NO_ANSWER);
}

static void
on_retry (CsCall *call)
{
  g_ptr_array_add (call->owner->fresh, call);
}

static void
on_closing_timeout (CsCall *call)
{
  call_warning (call, "the recording did not close");
  call->open_recordings = 0;
  cs_switch_reap_later (call);
}

static void
on_step_timeout (CsCall *call)
{
  if (cs_studio_on_timeout (call))
    return;
  if (call->path != NULL)
    cs_path_on_timeout (call);
  else
    cs_ivr_on_silence (call);
}

static void (*const timer_functions[CS_CALL_TIMERS]) (CsCall *) = {
  [CS_TIMER_STEP] = on_step_timeout,
  [CS_TIMER_RESERVE] = cs_offer_on_no_credit_answer,
  [CS_TIMER_RETRY] = on_retry,
  [CS_TIMER_RING] = on_ring_timeout,
  [CS_TIMER_PLACE] = cs_queue_say_place,
  [CS_TIMER_MAX_WAIT] = cs_queue_on_max_wait,
  [CS_TIMER_PARK] = cs_park_on_timeout,
  [CS_TIMER_METER] = cs_meter_on_due,
  [CS_TIMER_ONWARD] = on_onward_timeout,
  [CS_TIMER_SILENCE] = on_silence_timeout,
  [CS_TIMER_LOST] = on_lost_timeout,
  [CS_TIMER_UNMASK] = cs_talk_unmask,
  [CS_TIMER_CLOSING] = on_closing_timeout,
};

static void
on_timer (gpointer data)
{
  CsCallTimer *timer = data;
  CsSwitch *self = timer->call->owner;

  timer->handle = 0;
  timer_functions[timer->kind](timer->call);
  cs_switch_rest (self);
}

void
cs_call_arm_at (CsCall *call, CsCallTimerKind kind, gint64 due_us)
{
  CsTimers *timers = call->owner->timers;
  CsCallTimer *timer = &call->timers[kind];

  cs_timers_cancel (timers, &timer->handle);
  timer->handle = cs_timers_add (timers, due_us, on_timer, timer);
}

void
cs_call_arm (CsCall *call, CsCallTimerKind kind, gint64 delay_us)
{
  cs_call_arm_at (call, kind, cs_switch_now_us (call->owner) + delay_us);
}

void
cs_call_disarm (CsCall *call, CsCallTimerKind kind)
{
  cs_timers_cancel (call->owner->timers, &call->timers[kind].handle);
}

static void
keyed_clear (gpointer data)
{
  CsKeyed *keyed = data;

  g_free (keyed->name);
  g_free (keyed->value);
}

CsCall *
cs_call_new (CsSwitch *owner, const CsPlanLine *line, const char *caller, const char *called)
{
  CsCall *call = g_new0 (CsCall, 1);

  call->owner = owner;
  call->id = ct_id_new (owner->clock);
  call->plan = cs_plan_ref (owner->plan);
  call->line = line;
  call->company = owner->plan->companies->pdata[line->company_index];
  call->caller = g_strdup (caller);
  call->called = g_strdup (called);
  call->language = line->language;
  call->keyed = g_array_new (FALSE, FALSE, sizeof (CsKeyed));
  g_array_set_clear_func (call->keyed, keyed_clear);
  call->missed = g_array_new (FALSE, FALSE, sizeof (CsMissed));
  call->started_ms = cs_switch_now_ms (owner);
  for (int i = 0; i < CS_LEGS; i++)
    call->legs[i] = (CsLeg){ .role = (CsLegRole) i, .call = call };
  for (int i = 0; i < CS_CALL_TIMERS; i++)
    call->timers[i] = (CsCallTimer){ .kind = (CsCallTimerKind) i, .call = call };
  g_hash_table_insert (owner->calls, &call->id, call);
  g_queue_push_tail (&owner->order, call);
  call->link = owner->order.tail;
  owner->n_running++;
  return call;
}

void
cs_call_free (CsCall *call)
{
  for (int i = 0; i < CS_CALL_TIMERS; i++)
    cs_call_disarm (call, (CsCallTimerKind) i);
  cs_meter_clear (&call->meter);
  cs_meter_clear (&call->onward_meter);
  cs_verdict_clear (&call->verdict);
  cs_studio_clear (call);
  g_array_unref (call->keyed);
  g_array_unref (call->missed);
  g_free (call->onward_number);
  g_free (call->caller);
  g_free (call->called);
  cs_plan_unref (call->plan);
  g_free (call);
}

gboolean
cs_call_is_done (const CsCall *call)
{
  return call->state == CS_CALL_ENDED && call->open_recordings == 0 && call->wrap_ups == 0;
}

gboolean
cs_call_change_state (CsCall *call, CsCallState state, const char *why)
{
  CsCallState old = call->state;

  if ((edges[old] & (1u << state)) == 0)
    {
      call_warning (call, "refused: %s to %s (%s)", cs_call_state_name (old),
                    cs_call_state_name (state), why);
      return FALSE;
    }
  call->state = state;
  for (int i = 0; i < CS_CALL_TIMERS; i++)
    if ((timer_states[i] & (1u << state)) == 0)
      cs_call_disarm (call, (CsCallTimerKind) i);
  call_info (call, "%s to %s: %s", cs_call_state_name (old), cs_call_state_name (state), why);
  return TRUE;
}

/* The end. */

void
cs_call_release_agent (CsCall *call)
{
  CsAgent *agent = call->agent;

  if (agent == NULL)
    return;
  call->agent = NULL;
  if (agent->activity == CS_ACTIVITY_TALKING)
    cs_agent_start_wrap_up (agent, call, call->line->wrap_up_seconds);
  else
    cs_agent_do (agent, CS_ACTIVITY_NONE, NULL);
}

void
cs_call_leave_people (CsCall *call)
{
  if (call->state == CS_CALL_OFFERED || call->state == CS_CALL_QUEUED)
    cs_offer_cancel (call);
  cs_queue_end_wait (call, FALSE);
  cs_queue_leave (call);
  cs_meter_close (call, &call->meter);
  cs_onward_drop (call);
  cs_meter_close (call, &call->onward_meter);
  cs_leg_drop (&call->legs[CS_LEG_ONWARD], CS_CAUSE_NORMAL);
  cs_leg_drop (&call->legs[CS_LEG_AGENT], CS_CAUSE_NORMAL);
  cs_call_record_stop (call);
  cs_talk_unmask (call); /* only now: not a packet of the secret is recorded */
  if (call->onward_since_us != 0)
    {
      call->onward_us += cs_switch_now_us (call->owner) - call->onward_since_us;
      call->onward_since_us = 0;
    }
}

void
cs_call_end (CsCall *call, CsEndCause cause, const char *why)
{
  CsSwitch *self = call->owner;

  if (call->state == CS_CALL_ENDED)
    return;
  if (call->path == NULL || cause == CS_END_RESTART || cause == CS_END_UNREACHABLE)
    call->cause = cause;
  if (call->studio.ticket != NULL && cause != CS_END_RESTART)
    call->cause = CS_END_STUDIO;
  cs_call_leave_people (call);
  cs_leg_drop (&call->legs[CS_LEG_CALLER], CS_CAUSE_NORMAL);
  cs_call_change_state (call, CS_CALL_ENDED, why);
  call->ended_ms = cs_switch_now_ms (self);
  self->n_running--;
  cs_studio_on_ended (call);
  cs_call_note (call, CS_NOTE_CALL_ENDED);
  cs_call_release_agent (call);
  if (call->open_recordings > 0)
    cs_call_arm (call, CS_TIMER_CLOSING, CLOSING_SECONDS * G_USEC_PER_SEC);
  cs_switch_reap_later (call);
}

/* Recordings. */

static CtId
start_recording (CsCall *call)
{
  CsSwitch *self = call->owner;
  CtId id = ct_id_new (self->clock);

  g_hash_table_insert (self->recordings, g_memdup2 (&id, sizeof id), call);
  call->open_recordings++;
  self->media.record (self->media.self, call->legs[CS_LEG_CALLER].id, id);
  return id;
}

void
cs_call_record (CsCall *call)
{
  if (call->path != NULL)
    call->voicemail = start_recording (call);
  else if (call->recording == CT_ID_NONE && call->announced)
    call->recording = start_recording (call);
}

CtId
cs_call_record_take (CsCall *call)
{
  return start_recording (call);
}

void
cs_call_record_stop (CsCall *call)
{
  CsSwitch *self = call->owner;

  if (call->open_recordings > 0 && call->legs[CS_LEG_CALLER].id != CT_ID_NONE)
    self->media.record_stop (self->media.self, call->legs[CS_LEG_CALLER].id);
}

/* Telling. */

void
cs_call_key (CsCall *call, const char *name, const char *value)
{
  CsKeyed keyed = { g_strdup (name != NULL ? name : "key"), g_strdup (value) };

  if (call->keyed->len >= 32) /* as many as a record carries */
    g_array_remove_index (call->keyed, 0);
  g_array_append_val (call->keyed, keyed);
  cs_call_note (call, CS_NOTE_CALL_KEYED);
}

static gint64
get_waited_us (const CsCall *call)
{
  if (call->wait_over || call->first_queued_us == 0)
    return call->waited_us;
  return cs_switch_now_us (call->owner) - call->first_queued_us;
}

static void
view_bill (CsCall *call, CsCallView *view, GArray *shares)
{
  gint64 used_us = cs_meter_get_used_us (call, &call->meter);
  gint64 onward_us = call->onward_us;

  if (call->onward_since_us != 0)
    onward_us += cs_switch_now_us (call->owner) - call->onward_since_us;
  cs_meter_get_shares (call, &call->meter, shares);
  view->seconds = used_us / G_USEC_PER_SEC;
  view->granted_seconds = call->meter.granted;
  view->warn_seconds = call->meter.warned > 0 ? MAX (call->meter.granted - view->seconds, 1) : 0;
  view->running = call->meter.since_us != 0;
  view->metered_ms = cs_switch_now_ms (call->owner) - used_us % G_USEC_PER_SEC / 1000;
  view->settled = call->meter.settled;
  view->shares = (CsCreditShare *) shares->data;
  view->n_shares = shares->len;
  view->onward_seconds = onward_us / G_USEC_PER_SEC;
}

void
cs_call_view (CsCall *call, CsCallView *view, GArray *shares)
{
  *view = (CsCallView){
    .id = call->id,
    .state = call->state,
    .plan = call->plan,
    .line = call->line,
    .company = call->company,
    .tenant = call->line->tenant,
    .caller = call->caller,
    .called = call->called,
    .language = call->language,
    .keyed = (CsKeyed *) call->keyed->data,
    .n_keyed = call->keyed->len,
    .place = cs_queue_get_place (call),
    .started_ms = call->started_ms,
    .queued_ms = call->queued_ms,
    .offered_ms = call->offered_ms,
    .answered_ms = call->answered_ms,
    .ended_ms = call->ended_ms,
    .waited_us = get_waited_us (call),
    .agent = call->agent != NULL && call->agent->activity != CS_ACTIVITY_ASKED ? call->agent->user
                                                                               : call->last_agent,
    .reason = call->verdict.reason,
    .misses = call->misses,
    .onward = call->onward,
    .onward_number = call->onward_number,
    .onward_failure = call->onward_failure,
    .masked = call->masked,
    .recorded = call->recording != CT_ID_NONE,
    .recording = call->recording,
    .voicemail = call->voicemail,
    .cause = call->cause,
    .wrap_up_seconds = call->line->wrap_up_seconds,
  };
  view_bill (call, view, shares);
}

void
cs_call_note_with (CsCall *call, CsNote *note)
{
  CsSwitch *self = call->owner;
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (CsCreditShare));
  CsCallView view;

  cs_call_view (call, &view, shares);
  note->at_ms = cs_switch_now_ms (self);
  note->call = &view;
  self->journal.emit (self->journal.self, note);
  note->call = NULL;
}

void
cs_call_note (CsCall *call, CsNoteKind kind)
{
  CsNote note = { .kind = kind };

  cs_call_note_with (call, &note);
}
