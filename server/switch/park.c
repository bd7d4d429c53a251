/* SPDX-License-Identifier: GPL-3.0-or-later */
/* D34: the e-agent was lost in the middle of a call. The caller is told and hears music, the meter
 * stands, and the same e-agent has 30 s to come back: his sound returns, or his phone registers again
 * and is rung. Else the call goes back to the head of the queue, and he into a pause, lest he be
 * offered it again. */
#define G_LOG_DOMAIN "switch"

#include "server/switch/flow.h"

static void
come_back (CsCall *call, const char *why)
{
  call->recalling = FALSE;
  call->agent->has_new_phone = FALSE;
  cs_call_change_state (call, CS_CALL_TALKING, why);
  cs_talk_listen (call);
  cs_leg_bridge (&call->legs[CS_LEG_CALLER], &call->legs[CS_LEG_AGENT]);
  /* First, so that the note tells a meter that runs. */
  cs_meter_start (call, &call->meter, call->agent->user);
  cs_call_note (call, CS_NOTE_CALL_RETURNED);
  cs_talk_on_reoffered (call); /* his phone may hold */
}

static void
recall (CsCall *call)
{
  CsSipTarget target = { .kind = CS_SIP_TO_USER,
                         .user = call->agent->user,
                         .caller = call->caller,
                         .display_name = call->company->name,
                         .call = call->id,
                         .tenant = call->line->tenant };

  call->recalling = cs_leg_originate (&call->legs[CS_LEG_AGENT], &target);
}

void
cs_park_begin (CsCall *call, const char *why)
{
  if (!cs_call_change_state (call, CS_CALL_PARKED, why))
    return;
  cs_meter_stop (call, &call->meter);
  /* Not unmasked: who comes back, or takes over, finds the script in its secret step still (D33). */
  cs_onward_drop (call);
  cs_leg_stop (&call->legs[CS_LEG_AGENT]); /* the ringing of whom he dialled */
  cs_leg_unbridge (&call->legs[CS_LEG_CALLER]);
  cs_call_arm (call, CS_TIMER_PARK, CS_PARK_SECONDS * G_USEC_PER_SEC);
  if (!cs_leg_play_prompt (&call->legs[CS_LEG_CALLER], &call->line->parked, 1))
    cs_talk_listen (call);
  cs_call_note (call, CS_NOTE_CALL_PARKED);
  /* His desk crashed and is back: the leg that fell silent will not be heard again. */
  if (call->legs[CS_LEG_AGENT].silent && call->agent->has_new_phone)
    cs_leg_drop (&call->legs[CS_LEG_AGENT], CS_CAUSE_LOST);
  call->agent->has_new_phone = FALSE;
  /* The connection died, but his phone still counts as there: perhaps it is. */
  if (call->legs[CS_LEG_AGENT].id == CT_ID_NONE && call->agent->registered)
    recall (call);
}

void
cs_park_on_heard (CsCall *call)
{
  if (!call->recalling)
    come_back (call, "the e-agent is heard again");
}

void
cs_park_on_registered (CsCall *call)
{
  CsLeg *leg = &call->legs[CS_LEG_AGENT];

  if (leg->id != CT_ID_NONE && leg->up && !leg->silent)
    {
      come_back (call, "the e-agent's phone is registered again");
      return;
    }
  cs_leg_drop (leg, CS_CAUSE_LOST);
  recall (call);
}

void
cs_park_on_answered (CsCall *call, const char *sdp)
{
  call->recalling = FALSE;
  if (cs_leg_accept (&call->legs[CS_LEG_AGENT], sdp))
    come_back (call, "the e-agent answered again");
}

void
cs_park_on_leg_ended (CsCall *call)
{
  call->recalling = FALSE;
}

void
cs_park_on_timeout (CsCall *call)
{
  CsAgent *agent = call->agent;

  call->recalling = FALSE;
  cs_leg_drop (&call->legs[CS_LEG_AGENT], CS_CAUSE_LOST);
  call->agent = NULL;
  cs_agent_wish (agent, CS_PRESENCE_PAUSED, "lost");
  cs_agent_do (agent, CS_ACTIVITY_NONE, NULL);
  cs_queue_enter (call, TRUE);
}
