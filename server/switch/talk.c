/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Caller and e-agent together: the answer, hold by the phone's re-INVITE, masking (D33), and what the
 * caller hears when he does not hear people. */
#define G_LOG_DOMAIN "switch"

#include "server/switch/flow.h"

#define LOST_SECONDS 5

void
cs_talk_listen (CsCall *call)
{
  CsLeg *caller = &call->legs[CS_LEG_CALLER];
  gboolean alone = call->state != CS_CALL_TALKING || call->onward == CS_ONWARD_DIALLING
                   || call->onward == CS_ONWARD_ASKED;

  if (!alone || !cs_leg_play_prompt (caller, &call->line->music, 0))
    cs_leg_stop (caller);
}

void
cs_talk_begin (CsCall *call)
{
  CsSwitch *self = call->owner;
  CsAgent *agent = call->agent;

  cs_queue_leave (call);
  cs_call_change_state (call, CS_CALL_TALKING, "answered");
  agent->misses = 0;
  call->last_agent = agent->user;
  if (call->answered_ms == 0)
    call->answered_ms = cs_switch_now_ms (self);
  cs_talk_listen (call);
  cs_leg_bridge (&call->legs[CS_LEG_CALLER], &call->legs[CS_LEG_AGENT]);
  cs_call_record (call);
  cs_agent_do (agent, CS_ACTIVITY_TALKING, call);
  /* First, so that the note tells a meter that runs. */
  cs_meter_start (call, &call->meter, agent->user);
  cs_call_note (call, CS_NOTE_CALL_ANSWERED);
  cs_queue_end_wait (call, TRUE);
}

/* The e-agent's phone holds by a re-offer; held time is billed (D28). */
void
cs_talk_on_reoffered (CsCall *call)
{
  CsLeg *leg = &call->legs[CS_LEG_AGENT];
  gboolean held = cs_leg_is_held (leg);

  if (call->state == CS_CALL_TALKING && held)
    {
      cs_call_change_state (call, CS_CALL_HELD, "held by the e-agent");
      cs_talk_listen (call);
      cs_call_note (call, CS_NOTE_CALL_HELD);
    }
  else if (call->state == CS_CALL_HELD && !held)
    {
      cs_call_change_state (call, CS_CALL_TALKING, "resumed");
      cs_talk_listen (call);
      cs_call_note (call, CS_NOTE_CALL_RESUMED);
      if (leg->silent)
        cs_call_arm (call, CS_TIMER_LOST, LOST_SECONDS * G_USEC_PER_SEC);
    }
}

void
cs_talk_on_agent_ended (CsCall *call, CsCause cause)
{
  if (cause == CS_CAUSE_NORMAL)
    cs_call_end (call, CS_END_AGENT, "the e-agent hung up");
  else
    cs_park_begin (call, "the e-agent's leg was lost");
}

void
cs_talk_unmask (CsCall *call)
{
  CsSwitch *self = call->owner;

  cs_call_disarm (call, CS_TIMER_UNMASK);
  if (!call->masked)
    return;
  call->masked = FALSE;
  if (call->legs[CS_LEG_CALLER].id != CT_ID_NONE)
    self->media.mask (self->media.self, call->legs[CS_LEG_CALLER].id, FALSE);
  cs_call_note (call, CS_NOTE_CALL_MASKED);
}
