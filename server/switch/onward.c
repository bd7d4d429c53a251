/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connect-through (S0-36, D28): the third party's phone rings over the line's trunk while caller and
 * e-agent wait; he hears "press 1" until he does, so that no answering machine gets the caller. Then
 * the e-agent is released, the call's own bill is closed, and the outgoing leg has a bill of its own
 * where the line asks money for it. Anything else brings the caller back to the e-agent. Forwards of
 * an end path use the same leg, without the 1.
 *
 * A number may lead back to ourselves: one of our own is refused before it is dialled; an INVITE that
 * SIP recognises as ours, or that shows the number a leg of ours is just showing while it rings, is
 * refused as a loop. */
#define G_LOG_DOMAIN "switch"

#include "server/switch/flow.h"

static gboolean
is_dialling (const CsCall *call)
{
  return call->onward == CS_ONWARD_DIALLING || call->onward == CS_ONWARD_ASKED;
}

static void
set_phase (CsCall *call, CsOnwardPhase phase)
{
  call->owner->n_dialling -= is_dialling (call);
  call->onward = phase;
  call->owner->n_dialling += is_dialling (call);
}

static gboolean
is_number (const char *number)
{
  gsize length = 0;

  if (number == NULL || number[0] != '+')
    return FALSE;
  for (const char *c = number + 1; *c != '\0'; c++, length++)
    if (!g_ascii_isdigit (*c))
      return FALSE;
  return length >= 4 && length <= 15;
}

gboolean
cs_onward_originate (CsCall *call, const char *number)
{
  CsSwitch *self = call->owner;
  const CsPlanLine *line = call->line;
  CsSipTarget target = { .kind = CS_SIP_TO_TRUNK,
                         .trunk = line->trunk,
                         .number = number,
                         .caller = line->caller_number != NULL ? line->caller_number : line->number,
                         .display_name = call->company->name,
                         .call = call->id,
                         .tenant = call->line->tenant };
  CsMediaItem ringing = { .prompt = CS_PROMPT_RINGING };

  if (!is_number (number) || line->trunk == CT_ID_NONE
      || cs_plan_find_line (self->plan, number) != NULL
      || !cs_leg_originate (&call->legs[CS_LEG_ONWARD], &target))
    return FALSE;
  g_free (call->onward_number);
  call->onward_number = g_strdup (number);
  set_phase (call, CS_ONWARD_DIALLING);
  if (call->path != NULL)
    cs_leg_play (&call->legs[CS_LEG_CALLER], &ringing, 1, 0);
  else
    cs_leg_play (&call->legs[CS_LEG_AGENT], &ringing, 1, 0);
  return TRUE;
}

gboolean
cs_onward_dial (CsCall *call, const char *number, GError **error)
{
  CsSwitch *self = call->owner;

  if (!is_number (number))
    return ct_fail (error, CT_ERROR_INVALID, "not a number in E.164 form");
  if (call->line->trunk == CT_ID_NONE)
    return ct_fail (error, CT_ERROR_STATE, "the line has no trunk to dial over");
  if (cs_plan_find_line (self->plan, number) != NULL)
    return ct_fail (error, CT_ERROR_CONFLICT, "%s is a number of our own", number);
  if (is_dialling (call))
    return ct_fail (error, CT_ERROR_STATE, "already connecting through");
  if (!cs_onward_originate (call, number))
    return ct_fail (error, CT_ERROR_BUSY, "no media port is free");
  call->onward_pressed = FALSE;
  call->onward_failure = CS_CAUSE_NORMAL;
  if (call->line->onward_rate > 0)
    cs_meter_reserve_onward (call);
  cs_call_arm (call, CS_TIMER_ONWARD, CS_ONWARD_RING_SECONDS * G_USEC_PER_SEC);
  cs_talk_listen (call);
  call_info (call, "connecting through to %s", number);
  cs_call_note (call, CS_NOTE_CALL_ONWARD);
  if (call->onward_meter.refused)
    cs_onward_fail (call, CS_CAUSE_REFUSED);
  return TRUE;
}

static void
give_up (CsCall *call, CsOnwardPhase phase)
{
  cs_call_disarm (call, CS_TIMER_ONWARD);
  cs_leg_drop (&call->legs[CS_LEG_ONWARD], CS_CAUSE_CANCELLED);
  cs_meter_close (call, &call->onward_meter);
  set_phase (call, phase);
}

static void
back_to_agent (CsCall *call)
{
  cs_leg_stop (&call->legs[CS_LEG_AGENT]);
  cs_talk_listen (call);
  cs_call_note (call, CS_NOTE_CALL_ONWARD);
}

void
cs_onward_drop (CsCall *call)
{
  if (is_dialling (call))
    give_up (call, CS_ONWARD_NONE);
}

void
cs_onward_cancel (CsCall *call)
{
  if (!is_dialling (call))
    return;
  give_up (call, CS_ONWARD_NONE);
  back_to_agent (call);
}

void
cs_onward_fail (CsCall *call, CsCause cause)
{
  if (!is_dialling (call))
    return;
  if (call->path != NULL)
    {
      cs_path_on_forward_failed (call);
      return;
    }
  call->onward_failure = cause;
  give_up (call, CS_ONWARD_FAILED);
  call_info (call, "connecting through failed");
  back_to_agent (call);
}

static void
ask_for_one (CsCall *call)
{
  CsLeg *leg = &call->legs[CS_LEG_ONWARD];

  set_phase (call, CS_ONWARD_ASKED);
  cs_leg_stop (&call->legs[CS_LEG_AGENT]);
  cs_leg_play_prompt (leg, &call->line->press_one, 0);
  cs_call_arm (call, CS_TIMER_ONWARD, CS_ONWARD_PRESS_SECONDS * G_USEC_PER_SEC);
  cs_call_note (call, CS_NOTE_CALL_ONWARD);
}

static void
connect_up (CsCall *call, const char *why)
{
  CsSwitch *self = call->owner;

  if (!cs_call_change_state (call, CS_CALL_ONWARD, why))
    return;
  cs_leg_stop (&call->legs[CS_LEG_ONWARD]);
  cs_leg_stop (&call->legs[CS_LEG_CALLER]);
  cs_leg_bridge (&call->legs[CS_LEG_CALLER], &call->legs[CS_LEG_ONWARD]);
  set_phase (call, CS_ONWARD_CONNECTED);
  call->onward_since_us = cs_switch_now_us (self);
  cs_call_note (call, CS_NOTE_CALL_ONWARD);
}

static void
hand_over (CsCall *call)
{
  cs_meter_close (call, &call->meter);
  /* The third party was told of no recording. */
  cs_call_record_stop (call);
  cs_talk_unmask (call);
  cs_leg_drop (&call->legs[CS_LEG_AGENT], CS_CAUSE_NORMAL);
  connect_up (call, "connected through");
  cs_call_release_agent (call);
  if (call->onward_meter.bill != CT_ID_NONE)
    cs_meter_start (call, &call->onward_meter, CT_ID_NONE);
}

void
cs_onward_on_key (CsCall *call, char digit)
{
  if (call->onward != CS_ONWARD_ASKED || digit != '1')
    return;
  call->onward_pressed = TRUE;
  if (!call->onward_meter.pending)
    hand_over (call);
}

void
cs_onward_on_credit (CsCall *call)
{
  if (call->onward_meter.refused && is_dialling (call))
    cs_onward_fail (call, CS_CAUSE_REFUSED);
  else if (call->onward == CS_ONWARD_ASKED && call->onward_pressed)
    hand_over (call);
}

void
cs_onward_on_ended (CsCall *call, CsCause cause)
{
  if (is_dialling (call))
    cs_onward_fail (call, cause);
  else if (call->state == CS_CALL_ONWARD)
    cs_call_end (call, CS_END_ONWARD, "the third party hung up");
}

void
cs_onward_on_answered (CsCall *call, const char *sdp)
{
  if (!is_dialling (call))
    return;
  if (!cs_leg_accept (&call->legs[CS_LEG_ONWARD], sdp))
    cs_onward_fail (call, CS_CAUSE_REFUSED);
  else if (call->path != NULL)
    connect_up (call, "forwarded");
  else
    ask_for_one (call);
}

static gboolean
shows (const CsCall *call, const char *number)
{
  const CsPlanLine *line = call->line;

  return is_dialling (call)
         && g_strcmp0 (line->caller_number != NULL ? line->caller_number : line->number, number)
                == 0;
}

gboolean
cs_onward_came_back (CsSwitch *self, const CsSipEvent *event)
{
  CsCall *origin = event->from_call != CT_ID_NONE
                       ? g_hash_table_lookup (self->calls, &event->from_call)
                       : NULL;

  if (event->from_call == CT_ID_NONE && event->caller != NULL && self->n_dialling > 0)
    for (GList *l = self->order.head; l != NULL && origin == NULL; l = l->next)
      if (shows (l->data, event->caller))
        origin = l->data;
  if (origin == NULL)
    return event->from_call != CT_ID_NONE;
  call_info (origin, "its outgoing leg came back to us: a loop");
  cs_onward_fail (origin, CS_CAUSE_REFUSED);
  return TRUE;
}
