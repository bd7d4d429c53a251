/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call from the INVITE to the wrap-up: refusals, IVR, queue, offers, answer, hold, mask, end paths. */
#include "fakes.h"

#define CALLER "+39061234567"
#define CALLED "+31201234567"

static World *
start (guint n_agents)
{
  World *world = world_new ();

  world_set_plan (world, world_plan (1, n_agents));
  return world;
}

/* The caller has rung, heard the greeting, and waits silently through the menu. */
static CsLegId
into_queue (World *world)
{
  CsLegId leg = world_rings (world, CALLER, CALLED);

  world_played (world, leg);
  world_played (world, leg);
  world_wait (world, 4.0);
  return leg;
}

static void
test_refused (void)
{
  World *world = start (1);
  CsSipEvent event = { .kind = CS_SIP_INCOMING, .leg = 1, .called = (char *) CALLED };

  g_assert_cmpint (world_leg (world, world_rings (world, CALLER, "+31209999999"))->refused, ==,
                   404);
  world->no_media = TRUE;
  g_assert_cmpint (world_leg (world, world_rings (world, CALLER, CALLED))->refused, ==, 503);
  world->no_media = FALSE;
  world->bad_sdp = TRUE;
  g_assert_cmpint (world_leg (world, world_rings (world, CALLER, CALLED))->refused, ==, 488);
  world->bad_sdp = FALSE;
  world->tenant = TENANT + 1; /* another tenant's trunk */
  g_assert_cmpint (world_leg (world, world_rings (world, CALLER, CALLED))->refused, ==, 404);
  world->tenant = TENANT;
  world->trunk = CT_ID_NONE; /* an e-agent's phone */
  g_assert_cmpint (world_leg (world, world_rings (world, CALLER, CALLED))->refused, ==, 403);
  world->trunk = TRUNK;
  g_assert_cmpuint (cs_switch_drain (world->sw), ==, 0);
  g_assert_cmpint (world_leg (world, world_rings (world, CALLER, CALLED))->refused, ==, 503);
  g_assert_cmpuint (cs_switch_count_calls (world->sw), ==, 0);
  /* Events of legs nobody knows do nothing. */
  event.kind = CS_SIP_ENDED;
  event.leg = 12345;
  cs_switch_on_sip (world->sw, &event);
  world_free (world);
}

static void
test_whole_call (void)
{
  World *world = start (2);
  CsLegId caller, phone;
  CtId call;
  const CsNote *note;
  CsCallView view;

  world_ready (world, AGENT (0));
  caller = world_rings (world, CALLER, CALLED);
  call = world_call (world);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "greeting+recorded");
  world_played (world, caller);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "menu");
  world_key (world, caller, '1'); /* barge-in */
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "number");
  world_key (world, caller, '7');
  world_key (world, caller, '8');
  g_assert_null (world_leg (world, caller)->playing);
  world_key (world, caller, '#');
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_OFFERED);
  note = world_note (world, CS_NOTE_CALL_OFFERED);
  g_assert_cmpuint (note->call->n_keyed, ==, 2);
  g_assert_cmpstr (note->call->keyed[0].name, ==, "reason");
  g_assert_cmpstr (note->call->keyed[0].value, ==, "1");
  g_assert_cmpstr (note->call->keyed[1].name, ==, "company-number");
  g_assert_cmpstr (note->call->keyed[1].value, ==, "78");
  g_assert_cmpint (note->call->agent, ==, AGENT (0));
  g_assert_cmpuint (note->call->reason.candidates, ==, 1);
  g_assert_cmpuint (note->call->reason.refused[CS_RULE_UNREGISTERED], ==, 1);
  g_assert_cmpuint (note->call->reason.plan_version, ==, 1);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "music");
  phone = world_phone (world, AGENT (0));
  g_assert_cmpint (world_leg (world, phone)->call, ==, call);
  g_assert_cmpint (world_presence (world, AGENT (0)), ==, CS_PRESENCE_RINGING);
  world_wait (world, 3.0);
  world_answers (world, phone);
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_TALKING);
  g_assert_null (world_leg (world, caller)->playing);
  g_assert_cmpint (world_leg (world, caller)->peer, ==, phone);
  g_assert_cmpint (world_leg (world, caller)->recording, !=, 0);
  note = world_note (world, CS_NOTE_QUALITY);
  g_assert_cmpint (note->quality.received, ==, 1);
  g_assert_cmpint (note->quality.early_seconds, ==, 17);
  world_wait (world, 61.9);
  world_sip (world, CS_SIP_ENDED, caller, CS_CAUSE_NORMAL);
  g_assert_cmpint (world_bill (world, call)->seconds, ==, 61);
  g_assert_cmpint (world_bill (world, call)->pay, ==, 61);
  note = world_note (world, CS_NOTE_CALL_ENDED);
  g_assert_cmpint (note->call->cause, ==, CS_END_CALLER);
  g_assert_cmpint (note->call->seconds, ==, 61);
  g_assert_true (note->call->settled);
  g_assert_cmpint (note->call->agent, ==, AGENT (0));
  g_assert_nonnull (world_note (world, CS_NOTE_RECORDED)->path);
  g_assert_true (world_leg (world, phone)->over);
  g_assert_cmpint (world_presence (world, AGENT (0)), ==, CS_PRESENCE_WRAP_UP);
  g_assert_false (cs_switch_finish (world->sw, call + 1, AGENT (0), FALSE, NULL));
  g_assert_true (cs_switch_finish (world->sw, call, AGENT (0), FALSE, NULL));
  g_assert_true (world_note (world, CS_NOTE_WRAP_UP_ENDED)->finished);
  g_assert_cmpint (world_presence (world, AGENT (0)), ==, CS_PRESENCE_AVAILABLE);
  g_assert_false (cs_switch_finish (world->sw, call, AGENT (0), FALSE, NULL));
  g_assert_false (cs_switch_get_call (world->sw, call, &view)); /* done, and forgotten */
  world_free (world);
}

static void
test_wrap_up (void)
{
  World *world = start (1);
  CsLegId caller;
  CtId call;
  CsPresenceView view;

  world_ready (world, AGENT (0));
  caller = into_queue (world);
  call = world_call (world);
  world_answers (world, world_phone (world, AGENT (0)));
  /* Said while talking: what comes after. */
  g_assert_true (cs_switch_set_presence (world->sw, AGENT (0), CS_PRESENCE_PAUSED, "lunch", NULL));
  g_assert_cmpint (world_presence (world, AGENT (0)), ==, CS_PRESENCE_TALKING);
  g_assert_true (cs_switch_hang_up (world->sw, call, AGENT (0), NULL));
  g_assert_true (world_leg (world, caller)->over);
  g_assert_cmpint (world_presence (world, AGENT (0)), ==, CS_PRESENCE_WRAP_UP);
  world_wait (world, 29.9);
  g_assert_cmpint (world_presence (world, AGENT (0)), ==, CS_PRESENCE_WRAP_UP);
  world_wait (world, 0.2);
  g_assert_true (cs_switch_get_presence (world->sw, AGENT (0), &view));
  g_assert_cmpint (view.presence, ==, CS_PRESENCE_PAUSED);
  g_assert_cmpstr (view.reason, ==, "lunch");
  g_assert_cmpint (view.wrap_up_until_ms, ==, 0);
  cs_presence_view_clear (&view);
  g_assert_cmpint (world_note (world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_AGENT);
  world_free (world);
}

static void
test_keys (void)
{
  World *world = start (0);
  CsLegId caller = world_rings (world, CALLER, CALLED);
  CtId call = world_call (world);
  FakeLeg *leg = world_leg (world, caller);

  /* Wrong keys: asked again, at most three times, then the queue. */
  world_played (world, caller);
  for (int i = 0; i < 2; i++)
    {
      world_key (world, caller, '9');
      g_assert_cmpstr (leg->playing, ==, "wrong");
      world_played (world, caller);
      g_assert_cmpstr (leg->playing, ==, "menu");
    }
  world_key (world, caller, '9');
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_QUEUED);
  world_sip (world, CS_SIP_ENDED, caller, CS_CAUSE_NORMAL);

  /* Keys during the greeting wait for it to end; too few digits are asked for again; '*' begins
   * anew; the longest number needs no '#'. */
  caller = world_rings (world, CALLER, CALLED);
  call = world_call (world);
  leg = world_leg (world, caller);
  world_key (world, caller, '1');
  g_assert_cmpstr (leg->playing, ==, "greeting+recorded");
  world_played (world, caller);
  g_assert_cmpstr (leg->playing, ==, "number");
  world_key (world, caller, '5');
  world_wait (world, 5.1);
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_IVR);
  g_assert_cmpstr (leg->playing, ==, "number");
  for (const char *keys = "99*1234"; *keys != '\0'; keys++)
    world_key (world, caller, *keys);
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_QUEUED);
  g_assert_cmpstr (world_note (world, CS_NOTE_CALL_KEYED)->call->keyed[1].value, ==, "1234");
  world_sip (world, CS_SIP_ENDED, caller, CS_CAUSE_NORMAL);

  /* Who knows the way types it all at once, in the greeting. */
  caller = world_rings (world, CALLER, CALLED);
  call = world_call (world);
  for (const char *keys = "1427#"; *keys != '\0'; keys++)
    world_key (world, caller, *keys);
  world_played (world, caller);
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_QUEUED);
  g_assert_cmpstr (world_note (world, CS_NOTE_CALL_KEYED)->call->keyed[1].value, ==, "427");
  world_sip (world, CS_SIP_ENDED, caller, CS_CAUSE_NORMAL);

  /* A language. */
  caller = world_rings (world, CALLER, CALLED);
  world_played (world, caller);
  world_key (world, caller, '2');
  world_key (world, caller, '4');
  g_assert_cmpint (world_note (world, CS_NOTE_CALL_QUEUED)->call->language, ==, CS_LANGUAGE_NL);
  world_free (world);
}

static void
test_place (void)
{
  World *world = start (1);
  CsLegId first = into_queue (world);
  CsLegId second = into_queue (world);

  world_wait (world, 3.1);
  g_assert_cmpstr (world_leg (world, first)->playing, ==, "place+digit-1");
  g_assert_cmpstr (world_leg (world, second)->playing, ==, "place+digit-2");
  world_played (world, second);
  g_assert_cmpstr (world_leg (world, second)->playing, ==, "music");
  /* An offer cuts the announcement. */
  world_ready (world, AGENT (0));
  g_assert_cmpstr (world_leg (world, first)->playing, ==, "music");
  world_answers (world, world_phone (world, AGENT (0)));
  world_wait (world, 46.0);
  g_assert_cmpstr (world_leg (world, second)->playing, ==, "place+digit-1");
  g_assert_cmpuint (cs_switch_count_waiting (world->sw), ==, 1);
  world_free (world);
}

static void
test_abandoned (void)
{
  World *world = start (1);
  CsLegId caller, phone;
  CtId call;

  world_ready (world, AGENT (0));
  caller = into_queue (world);
  call = world_call (world);
  phone = world_phone (world, AGENT (0));
  world_sip (world, CS_SIP_ENDED, caller, CS_CAUSE_NORMAL);
  g_assert_true (world_leg (world, phone)->over);
  g_assert_cmpint (world_leg (world, phone)->hung_up, ==, CS_CAUSE_CANCELLED);
  g_assert_cmpint (world_bill (world, call)->seconds, ==, 0);
  g_assert_cmpuint (world_bill (world, call)->settled, ==, 1);
  g_assert_cmpint (world_presence (world, AGENT (0)), ==, CS_PRESENCE_AVAILABLE);
  g_assert_cmpint (world->quality.unanswered, ==, 1);
  g_assert_cmpint (world_note (world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_ABANDONED);
  /* Glare: his answer crosses. Nobody knows the leg any more. */
  cs_switch_on_sip (world->sw,
                    &(CsSipEvent){ .kind = CS_SIP_ANSWERED, .leg = phone, .sdp = (char *) "v=0" });
  g_assert_cmpint (world_presence (world, AGENT (0)), ==, CS_PRESENCE_AVAILABLE);
  /* In the greeting it is no received call of the queue. */
  world_sip (world, CS_SIP_ENDED, world_rings (world, CALLER, CALLED), CS_CAUSE_NORMAL);
  g_assert_cmpint (world->quality.received, ==, 1);
  world_free (world);
}

static void
test_missed (void)
{
  World *world = start (2);
  CsLegId caller;
  CtId call;

  world_ready (world, AGENT (0));
  world_wait (world, 1.0);
  world_ready (world, AGENT (1));
  caller = into_queue (world);
  call = world_call (world);
  /* Longest idle first; he does not answer; the next; he is busy. */
  g_assert_cmpint (world_phone (world, AGENT (0)), !=, 0);
  world_wait (world, 20.1);
  g_assert_cmpint (world_note (world, CS_NOTE_OFFER_MISSED)->miss, ==, CS_MISS_NO_ANSWER);
  g_assert_cmpint (world_note (world, CS_NOTE_OFFER_MISSED)->user, ==, AGENT (0));
  g_assert_cmpint (world_phone (world, AGENT (0)), ==, 0);
  world_sip (world, CS_SIP_ENDED, world_phone (world, AGENT (1)), CS_CAUSE_BUSY);
  g_assert_cmpint (world_note (world, CS_NOTE_OFFER_MISSED)->miss, ==, CS_MISS_BUSY);
  /* Both missed it and rest; then the first is asked again. One reservation all along. */
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_QUEUED);
  world_wait (world, 5.1);
  g_assert_cmpint (world_phone (world, AGENT (0)), !=, 0);
  for (int i = 0; i < 2; i++)
    {
      world_sip (world, CS_SIP_ENDED, world_phone (world, AGENT (0)), CS_CAUSE_REFUSED);
      if (world_phone (world, AGENT (1)) != 0)
        world_sip (world, CS_SIP_ENDED, world_phone (world, AGENT (1)), CS_CAUSE_UNREACHABLE);
      world_wait (world, 5.1);
    }
  /* Three misses in a row: paused. */
  g_assert_cmpint (world_presence (world, AGENT (0)), ==, CS_PRESENCE_PAUSED);
  g_assert_cmpint (world_state (world, call), !=, CS_CALL_ENDED);
  world_sip (world, CS_SIP_ENDED, caller, CS_CAUSE_NORMAL);
  g_assert_cmpuint (world_bill (world, call)->settled, ==, 1);
  world_free (world);
}

static void
test_misses_in_a_row (void)
{
  World *world = start (1);
  CsLegId caller;

  /* Two misses, an answer, two misses: not three in a row. */
  world_ready (world, AGENT (0));
  for (int round = 0; round < 2; round++)
    {
      caller = into_queue (world);
      for (int i = 0; i < 2; i++)
        {
          world_sip (world, CS_SIP_ENDED, world_phone (world, AGENT (0)), CS_CAUSE_REFUSED);
          world_wait (world, 5.1);
        }
      world_answers (world, world_phone (world, AGENT (0)));
      world_sip (world, CS_SIP_ENDED, caller, CS_CAUSE_NORMAL);
      world_wait (world, 30.1);
    }
  g_assert_cmpint (world_presence (world, AGENT (0)), ==, CS_PRESENCE_AVAILABLE);
  world_free (world);
}

static void
test_declined_by_pause (void)
{
  World *world = start (1);
  CsLegId caller;
  CtId call;
  CsRule rule;
  CsOfferReason reason;

  world_ready (world, AGENT (0));
  caller = into_queue (world);
  call = world_call (world);
  g_assert_true (cs_switch_why (world->sw, call, AGENT (0), &rule, &reason, NULL));
  g_assert_cmpint (rule, ==, CS_RULE_CHOSEN);
  g_assert_true (cs_switch_set_presence (world->sw, AGENT (0), CS_PRESENCE_PAUSED, NULL, NULL));
  g_assert_cmpint (world_phone (world, AGENT (0)), ==, 0);
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_QUEUED);
  g_assert_cmpuint (world->counts[CS_NOTE_OFFER_MISSED], ==, 0);
  /* Available asks for a phone (S1-07). */
  world_register (world, AGENT (0), FALSE);
  g_assert_false (cs_switch_set_presence (world->sw, AGENT (0), CS_PRESENCE_AVAILABLE, NULL, NULL));
  world_ready (world, AGENT (0));
  g_assert_cmpint (world_phone (world, AGENT (0)), !=, 0);
  /* The phone goes while it rings; the wish stays. */
  world_register (world, AGENT (0), FALSE);
  g_assert_cmpint (world_presence (world, AGENT (0)), ==, CS_PRESENCE_AVAILABLE);
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_QUEUED);
  world_sip (world, CS_SIP_ENDED, caller, CS_CAUSE_NORMAL);
  world_free (world);
}

static void
test_hold_and_mask (void)
{
  World *world = start (1);
  CsLegId caller, phone;
  CtId call;

  world_ready (world, AGENT (0));
  caller = into_queue (world);
  call = world_call (world);
  phone = world_phone (world, AGENT (0));
  world_answers (world, phone);
  world_wait (world, 10.0);
  world_hold (world, phone, TRUE);
  g_assert_true (world_leg (world, phone)->reoffer_accepted);
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_HELD);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "music");
  world_media (world, CS_MEDIA_SILENT, phone); /* who holds need not send */
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_HELD);
  world_wait (world, 10.0);
  world_hold (world, phone, FALSE);
  world_media (world, CS_MEDIA_HEARD, phone);
  g_assert_null (world_leg (world, caller)->playing);
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_TALKING);
  g_assert_true (cs_switch_mask (world->sw, call, AGENT (0), TRUE, NULL));
  g_assert_true (world_leg (world, caller)->masked);
  g_assert_true (cs_switch_mask (world->sw, call, AGENT (0), FALSE, NULL));
  g_assert_true (world_leg (world, caller)->masked); /* the margin */
  world_wait (world, 1.1);
  g_assert_false (world_leg (world, caller)->masked);
  g_assert_false (cs_switch_mask (world->sw, call, AGENT (1), TRUE, NULL));
  world->bad_sdp = TRUE;
  world_hold (world, phone, TRUE);
  g_assert_false (world_leg (world, phone)->reoffer_accepted);
  world->bad_sdp = FALSE;
  world_leg (world, phone)->held = FALSE;
  world_sip (world, CS_SIP_ENDED, phone, CS_CAUSE_NORMAL);
  g_assert_cmpint (world_bill (world, call)->seconds, ==, 21); /* held time is billed (D28) */
  g_assert_cmpint (world_note (world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_AGENT);
  g_assert_true (cs_switch_mask (world->sw, call, AGENT (0), TRUE, NULL)); /* in his wrap-up */
  world_free (world);
}

static void
test_not_announced (void)
{
  World *world = start (0);
  CsPlan *plan = world_plan (2, 1);
  CsLegId caller;

  g_clear_pointer (&world_line (plan)->announcement.name[CS_LANGUAGE_EN], g_free);
  world_set_plan (world, plan);
  world_ready (world, AGENT (0));
  caller = into_queue (world);
  world_answers (world, world_phone (world, AGENT (0)));
  g_assert_cmpint (world_leg (world, caller)->recording, ==, 0);
  g_assert_false (world_note (world, CS_NOTE_CALL_ANSWERED)->call->recorded);
  world_free (world);
}

static void
test_closed (void)
{
  World *world = start (0);
  CsPlan *plan = world_plan (2, 0);
  CsPlanLine *line = world_line (plan);
  CsLegId caller;

  line->hours = ct_hours_new ("Europe/Amsterdam", NULL);
  g_assert_nonnull (line->hours);
  world_set_plan (world, plan);
  caller = world_rings (world, CALLER, CALLED);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "closed");
  world_played (world, caller);
  g_assert_true (world_leg (world, caller)->over);
  g_assert_cmpint (world_note (world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_CLOSED);

  /* A notice that closes. */
  plan = world_plan (3, 0);
  line = world_line (plan);
  line->notice.name[0] = g_strdup ("notice");
  line->notice_until_ms = ct_clock_utc_ms (world->clock) + 1000;
  line->notice_closes = TRUE;
  world_set_plan (world, plan);
  caller = world_rings (world, CALLER, CALLED);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "notice+closed");
  world_played (world, caller);
  world_wait (world, 1.1); /* the notice is over */
  caller = world_rings (world, CALLER, CALLED);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "greeting+recorded");
  world_free (world);
}

static void
test_max_wait (void)
{
  World *world = start (0);
  CsPlan *plan = world_plan (2, 1);
  CsLegId caller;
  CtId call;

  world_line (plan)->max_wait_seconds = 30;
  world_set_plan (world, plan);
  caller = into_queue (world);
  world_wait (world, 30.1);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "closed");
  world_sip (world, CS_SIP_ENDED, caller, CS_CAUSE_NORMAL);
  g_assert_cmpint (world_note (world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_NO_AGENT);
  g_assert_cmpint (world->quality.unanswered, ==, 1);
  /* A phone that rings is let ring past the limit; when it is missed, the path follows. */
  caller = into_queue (world);
  call = world_call (world);
  world_wait (world, 25.0);
  world_ready (world, AGENT (0));
  world_wait (world, 10.0);
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_OFFERED);
  world_wait (world, 10.2);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "closed");
  /* Also when the e-agent rather pauses. */
  g_assert_true (cs_switch_set_presence (world->sw, AGENT (0), CS_PRESENCE_PAUSED, NULL, NULL));
  caller = into_queue (world);
  world_wait (world, 25.0);
  world_ready (world, AGENT (0));
  world_wait (world, 10.0);
  g_assert_true (cs_switch_set_presence (world->sw, AGENT (0), CS_PRESENCE_PAUSED, NULL, NULL));
  world_wait (world, 0.1);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "closed");
  world_free (world);
}

static void
test_forward (void)
{
  World *world = start (0);
  CsPlan *plan = world_plan (2, 0);
  CsPlanCompany *company = plan->companies->pdata[0];
  CsPlanLine *line = world_line (plan);
  CsLegId caller, other;

  company->paused = TRUE;
  line->no_credit.kind = CS_END_FORWARD;
  line->no_credit.number = g_strdup ("+31612345678");
  world_set_plan (world, plan);
  caller = world_rings (world, CALLER, CALLED);
  world_played (world, caller);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, CS_PROMPT_RINGING);
  other = world_dialled (world, "+31612345678");
  world_answers (world, other);
  g_assert_cmpint (world_leg (world, caller)->peer, ==, other);
  world_wait (world, 12.5);
  world_sip (world, CS_SIP_ENDED, other, CS_CAUSE_NORMAL);
  g_assert_true (world_leg (world, caller)->over);
  g_assert_cmpint (world_note (world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_NO_CREDIT);
  g_assert_cmpint (world_note (world, CS_NOTE_CALL_ENDED)->call->onward_seconds, ==, 12);
  /* Nobody there. */
  caller = world_rings (world, CALLER, CALLED);
  world_played (world, caller);
  world_wait (world, 46.0);
  g_assert_cmpint (world_note (world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_UNREACHABLE);
  world_free (world);
}

static void
test_plan_swap (void)
{
  World *world = start (1);
  CsLegId caller;
  CtId call;

  world_ready (world, AGENT (0));
  caller = into_queue (world);
  call = world_call (world);
  world_answers (world, world_phone (world, AGENT (0)));
  /* The e-agent is taken out of the plan while he talks: his call goes on, then he is gone. */
  world_set_plan (world, world_plan (2, 0));
  g_assert_cmpint (world_state (world, call), ==, CS_CALL_TALKING);
  world_wait (world, 5.0);
  g_assert_true (cs_switch_hang_up (world->sw, call, AGENT (0), NULL));
  g_assert_true (cs_switch_finish (world->sw, call, AGENT (0), TRUE, NULL));
  g_assert_false (cs_switch_set_presence (world->sw, AGENT (0), CS_PRESENCE_AVAILABLE, NULL, NULL));
  /* A waiting call is judged by the new plan at once. */
  caller = into_queue (world);
  world_register (world, AGENT (1), TRUE);
  world_set_plan (world, world_plan (3, 2));
  g_assert_true (cs_switch_set_presence (world->sw, AGENT (1), CS_PRESENCE_AVAILABLE, NULL, NULL));
  world_pump (world);
  g_assert_cmpint (world_phone (world, AGENT (1)), !=, 0);
  cs_switch_end_all (world->sw);
  world_pump (world);
  g_assert_true (world_leg (world, caller)->over);
  g_assert_cmpint (world_note (world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_RESTART);
  world_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/switch/refused", test_refused);
  g_test_add_func ("/switch/whole-call", test_whole_call);
  g_test_add_func ("/switch/wrap-up", test_wrap_up);
  g_test_add_func ("/switch/keys", test_keys);
  g_test_add_func ("/switch/place", test_place);
  g_test_add_func ("/switch/abandoned", test_abandoned);
  g_test_add_func ("/switch/missed", test_missed);
  g_test_add_func ("/switch/misses-in-a-row", test_misses_in_a_row);
  g_test_add_func ("/switch/declined-by-pause", test_declined_by_pause);
  g_test_add_func ("/switch/hold-and-mask", test_hold_and_mask);
  g_test_add_func ("/switch/not-announced", test_not_announced);
  g_test_add_func ("/switch/closed", test_closed);
  g_test_add_func ("/switch/max-wait", test_max_wait);
  g_test_add_func ("/switch/forward", test_forward);
  g_test_add_func ("/switch/plan-swap", test_plan_swap);
  return g_test_run ();
}
