/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call to one e-agent's phone. Credit comes first: until the first block is reserved he is only
 * asked for (nobody else gets him), his phone does not ring. A block is kept over re-offers. What goes
 * wrong at his side is a miss: the next one is asked, and who misses too often is paused. */
#define G_LOG_DOMAIN "switch"

#include "server/switch/flow.h"

#define RESERVE_SECONDS 5 /* credit does not answer: no new paid calls */
#define REST_SECONDS 5    /* who missed is not asked for the same call before */
#define RETRY_SECONDS 1   /* no media port: try again */

static void
let_go (CsCall *call)
{
  CsAgent *agent = call->agent;

  call->agent = NULL;
  cs_agent_do (agent, CS_ACTIVITY_NONE, NULL);
  /* Others may have been free all the while. */
  g_ptr_array_add (call->owner->fresh, call);
  /* The longest wait may have passed while the phone rang. */
  if (call->line->max_wait_seconds > 0)
    cs_call_arm_at (call, CS_TIMER_MAX_WAIT,
                    call->queued_us + (gint64) call->line->max_wait_seconds * G_USEC_PER_SEC);
}

static void
rest (CsCall *call, CtId user)
{
  CsMissed missed = { user, cs_switch_now_us (call->owner) + REST_SECONDS * G_USEC_PER_SEC };

  for (guint i = 0; i < call->missed->len; i++)
    if (g_array_index (call->missed, CsMissed, i).user == user)
      {
        g_array_index (call->missed, CsMissed, i) = missed;
        return;
      }
  g_array_append_val (call->missed, missed);
}

static void
ring (CsCall *call)
{
  CsSwitch *self = call->owner;
  CsSipTarget target = { .kind = CS_SIP_TO_USER,
                         .user = call->agent->user,
                         .caller = call->caller,
                         .display_name = call->company->name,
                         .call = call->id,
                         .tenant = call->line->tenant };

  if (!cs_leg_originate (&call->legs[CS_LEG_AGENT], &target))
    {
      let_go (call);
      cs_call_arm (call, CS_TIMER_RETRY, RETRY_SECONDS * G_USEC_PER_SEC);
      return;
    }
  call->offered_ms = cs_switch_now_ms (self);
  cs_meter_prepare (call, &call->meter);
  cs_call_change_state (call, CS_CALL_OFFERED, "a phone rings");
  cs_call_arm (call, CS_TIMER_RING, (gint64) MAX (call->line->ring_seconds, 1) * G_USEC_PER_SEC);
  if (call->saying_place)
    cs_queue_on_played (call);
  cs_agent_do (call->agent, CS_ACTIVITY_RINGING, call);
  cs_call_note (call, CS_NOTE_CALL_OFFERED);
}

void
cs_offer_make (CsCall *call, CsAgent *agent)
{
  call->agent = agent;
  cs_agent_do (agent, CS_ACTIVITY_ASKED, call);
  if (call->meter.bill == CT_ID_NONE)
    {
      cs_meter_reserve (call);
      cs_call_arm (call, CS_TIMER_RESERVE, RESERVE_SECONDS * G_USEC_PER_SEC);
    }
  else if (call->meter.granted > 0)
    ring (call);
}

void
cs_offer_on_granted (CsCall *call)
{
  cs_call_disarm (call, CS_TIMER_RESERVE);
  if (call->state == CS_CALL_QUEUED && call->agent != NULL)
    ring (call);
}

void
cs_offer_on_refused (CsCall *call)
{
  if (call->state != CS_CALL_QUEUED && call->state != CS_CALL_OFFERED)
    return;
  cs_switch_set_broke (call->owner, call->company->id, TRUE);
  cs_path_take (call, &call->line->no_credit, CS_END_NO_CREDIT, NULL);
}

void
cs_offer_on_no_credit_answer (CsCall *call)
{
  call_warning (call, "credit does not answer");
  cs_path_take (call, &call->line->closed, CS_END_CLOSED, NULL);
}

void
cs_offer_cancel (CsCall *call)
{
  if (call->agent == NULL)
    return;
  cs_leg_drop (&call->legs[CS_LEG_AGENT], CS_CAUSE_CANCELLED);
  if (call->state == CS_CALL_OFFERED)
    cs_call_change_state (call, CS_CALL_QUEUED, "offer cancelled");
  let_go (call);
}

void
cs_offer_missed (CsCall *call, CsMiss miss)
{
  CsAgent *agent = call->agent;
  const CsPlanLine *line = call->line;
  CsNote note = { .kind = CS_NOTE_OFFER_MISSED, .user = agent->user, .miss = miss };

  cs_leg_drop (&call->legs[CS_LEG_AGENT], CS_CAUSE_CANCELLED);
  rest (call, agent->user);
  call->misses++;
  agent->misses++;
  cs_call_change_state (call, CS_CALL_QUEUED, "missed");
  cs_call_note_with (call, &note);
  if (line->max_misses > 0 && agent->misses >= line->max_misses)
    {
      agent->misses = 0;
      cs_agent_wish (agent, CS_PRESENCE_PAUSED, "missed");
    }
  let_go (call);
}

void
cs_offer_on_ended (CsCall *call, CsCause cause)
{
  switch (cause)
    {
    case CS_CAUSE_BUSY:
      cs_offer_missed (call, CS_MISS_BUSY);
      break;
    case CS_CAUSE_NO_ANSWER:
      cs_offer_missed (call, CS_MISS_NO_ANSWER);
      break;
    case CS_CAUSE_UNREACHABLE:
    case CS_CAUSE_LOST:
      cs_offer_missed (call, CS_MISS_UNREACHABLE);
      break;
    case CS_CAUSE_NORMAL:
    case CS_CAUSE_CANCELLED:
    case CS_CAUSE_REFUSED:
    default:
      cs_offer_missed (call, CS_MISS_REFUSED);
    }
}

void
cs_offer_on_answered (CsCall *call, const char *sdp)
{
  if (cs_leg_accept (&call->legs[CS_LEG_AGENT], sdp))
    cs_talk_begin (call);
  else
    cs_offer_missed (call, CS_MISS_UNREACHABLE);
}
