/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seconds and credit (D2, D3, D28, D29): truncation, renewal, warning, the last paid second, top-up. */
#include "fakes.h"

#define CALLER "+39061234567"
#define CALLED "+31201234567"

typedef struct {
  World *world;
  CsLegId caller, phone;
  CtId call;
} Talk;

/* A call that has just been answered; @purse seconds can be paid. */
static Talk
talk (gint64 purse)
{
  Talk talk = { .world = world_new () };

  world_set_plan (talk.world, world_plan (1, 2));
  world_purse (talk.world, COMPANY, purse);
  world_ready (talk.world, AGENT (0));
  talk.caller = world_rings (talk.world, CALLER, CALLED);
  talk.call = world_call (talk.world);
  world_played (talk.world, talk.caller);
  world_key (talk.world, talk.caller, '3');
  talk.phone = world_phone (talk.world, AGENT (0));
  world_answers (talk.world, talk.phone);
  g_assert_cmpint (world_state (talk.world, talk.call), ==, CS_CALL_TALKING);
  return talk;
}

static void
test_truncated (void)
{
  static const struct {
    double talked;
    gint64 seconds;
  } cases[] = { { 0.0, 0 }, { 0.999, 0 }, { 1.0, 1 }, { 29.9999, 29 }, { 30.0, 30 }, { 95.5, 95 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Talk t = talk (1000);

      world_wait (t.world, cases[i].talked);
      world_sip (t.world, CS_SIP_ENDED, t.caller, CS_CAUSE_NORMAL);
      g_assert_cmpint (world_bill (t.world, t.call)->seconds, ==, cases[i].seconds);
      g_assert_cmpint (world_bill (t.world, t.call)->pay, ==, cases[i].seconds);
      world_free (t.world);
    }
}

static void
test_renewed (void)
{
  Talk t = talk (1000);
  FakeBill *bill = world_bill (t.world, t.call);
  CsCallView view;

  g_assert_cmpint (bill->granted, ==, 30);
  world_wait (t.world, 19.9);
  g_assert_cmpint (bill->granted, ==, 30);
  world_wait (t.world, 0.2); /* 10 s remain */
  g_assert_cmpint (bill->granted, ==, 60);
  g_assert_cmpint (bill->noted, ==, 20);
  g_assert_true (cs_switch_get_call (t.world->sw, t.call, &view));
  g_assert_cmpint (view.seconds, ==, 20);
  g_assert_true (view.running);
  g_assert_cmpint (ct_clock_utc_ms (t.world->clock) - view.metered_ms, ==, 100);
  g_assert_cmpuint (view.n_shares, ==, 1);
  g_assert_cmpint (view.shares[0].user, ==, AGENT (0));
  g_assert_cmpint (view.shares[0].seconds, ==, 20);
  cs_call_view_clear (&view);
  world_free (t.world); /* ends the call, and settles it */
}

static void
test_warned (void)
{
  Talk t = talk (50);
  const CsNote *note;

  world_wait (t.world, 19.9);
  g_assert_null (world_note (t.world, CS_NOTE_CALL_CREDIT_WARNING));
  world_wait (t.world, 0.2); /* renewed to 50, the last: 30 s are left */
  note = world_note (t.world, CS_NOTE_CALL_CREDIT_WARNING);
  g_assert_nonnull (note);
  g_assert_cmpint (note->call->warn_seconds, ==, 30);
  /* Topped up: the warning is lifted, the call goes on. */
  world_wait (t.world, 5.0);
  world_top_up (t.world, COMPANY, 500);
  note = world_note (t.world, CS_NOTE_CALL_CREDIT_WARNING);
  g_assert_cmpint (note->call->warn_seconds, ==, 0);
  world_wait (t.world, 100.0);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  g_assert_cmpuint (t.world->counts[CS_NOTE_CALL_CREDIT_WARNING], ==, 2);
  world_free (t.world);
}

static void
test_last_second (void)
{
  Talk t = talk (37);
  FakeLeg *caller = world_leg (t.world, t.caller);
  const CsNote *note;

  world_wait (t.world, 36.9);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  world_wait (t.world, 0.2);
  /* No-credit path: message, beep, voicemail; the e-agent wraps up; the bill is final. */
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_IVR);
  g_assert_cmpstr (caller->playing, ==, "no-credit");
  g_assert_true (world_leg (t.world, t.phone)->over);
  g_assert_cmpint (world_presence (t.world, AGENT (0)), ==, CS_PRESENCE_WRAP_UP);
  g_assert_cmpint (world_bill (t.world, t.call)->seconds, ==, 37);
  note = world_note (t.world, CS_NOTE_CALL_PATH);
  g_assert_cmpint (note->call->cause, ==, CS_END_NO_CREDIT);
  g_assert_true (note->call->settled);
  world_played (t.world, t.caller);
  g_assert_cmpstr (caller->playing, ==, CS_PROMPT_BEEP);
  world_played (t.world, t.caller);
  g_assert_cmpint (caller->recording, !=, 0);
  world_wait (t.world, 8.0);
  world_key (t.world, t.caller, '#');
  g_assert_true (caller->over);
  note = world_note (t.world, CS_NOTE_VOICEMAIL);
  g_assert_nonnull (note);
  g_assert_cmpint (note->call->cause, ==, CS_END_NO_CREDIT);
  g_assert_cmpuint (t.world->counts[CS_NOTE_RECORDED], ==, 1);
  world_free (t.world);
}

static void
test_top_up_in_time (void)
{
  Talk t = talk (30);

  world_wait (t.world, 25.0); /* refused at 20 */
  world_top_up (t.world, COMPANY, 7);
  world_wait (t.world, 10.0);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  world_wait (t.world, 2.1);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_IVR);
  g_assert_cmpint (world_bill (t.world, t.call)->seconds, ==, 37);
  world_free (t.world);
}

/* Another call of the company held the rest, and gives it back after the renewal was refused. */
static void
test_given_back (void)
{
  Talk t = talk (30);

  world_wait (t.world, 25.0); /* refused at 20 */
  world_purse (t.world, COMPANY, 7);
  world_wait (t.world, 11.9);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  world_wait (t.world, 0.2);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_IVR);
  g_assert_cmpint (world_bill (t.world, t.call)->seconds, ==, 37);
  world_free (t.world);
}

static void
test_credit_slow (void)
{
  Talk t = talk (1000);

  /* No answer to the renewal: never above what was granted. */
  t.world->credit_is_dead = TRUE;
  world_wait (t.world, 29.9);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  world_wait (t.world, 0.2);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_IVR);
  g_assert_cmpint (world_bill (t.world, t.call)->seconds, ==, 30);
  world_free (t.world);
}

static void
test_late_timer (void)
{
  Talk t = talk (1000);

  /* The loop slept through the end of the block: the house pays, not the company. */
  ct_clock_advance_us (t.world->clock, 50 * G_USEC_PER_SEC);
  cs_timers_run (t.world->timers);
  world_pump (t.world);
  world_sip (t.world, CS_SIP_ENDED, t.caller, CS_CAUSE_NORMAL);
  g_assert_cmpint (world_bill (t.world, t.call)->seconds, ==, 30);
  g_assert_cmpint (world_bill (t.world, t.call)->pay, ==, 30);
  world_free (t.world);
}

static void
settled (World *world, CtId call)
{
  CsCreditEvent event = { .kind = CS_CREDIT_SETTLED, .call = call, .company = COMPANY };

  cs_switch_on_credit (world->sw, &event);
}

static void
test_refused_at_offer (void)
{
  World *world = world_new ();
  CsLegId caller;
  CtId call;

  world_set_plan (world, world_plan (1, 1));
  world_purse (world, COMPANY, 0);
  world_ready (world, AGENT (0));
  caller = world_rings (world, CALLER, CALLED);
  call = world_call (world);
  world_played (world, caller);
  world_key (world, caller, '3');
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "no-credit");
  g_assert_cmpuint (world->counts[CS_NOTE_CALL_OFFERED], ==, 0);
  g_assert_cmpint (world_presence (world, AGENT (0)), ==, CS_PRESENCE_AVAILABLE);
  g_assert_cmpuint (world_bill (world, call)->settled, ==, 1);
  settled (world, call); /* it held nothing: that changes nothing */
  world_sip (world, CS_SIP_ENDED, caller, CS_CAUSE_NORMAL);
  g_assert_cmpint (world->quality.unanswered, ==, 1);
  /* The next one hears so at once, until money comes. */
  caller = world_rings (world, CALLER, CALLED);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "no-credit");
  world_sip (world, CS_SIP_ENDED, caller, CS_CAUSE_NORMAL);
  caller = world_rings (world, CALLER, CALLED);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "no-credit");
  world_top_up (world, COMPANY, 100);
  caller = world_rings (world, CALLER, CALLED);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "greeting+recorded");
  /* Or until a call that held the rest ends. */
  world_sip (world, CS_SIP_ENDED, caller, CS_CAUSE_NORMAL);
  world_purse (world, COMPANY, 0);
  caller = world_rings (world, CALLER, CALLED);
  world_played (world, caller);
  world_key (world, caller, '3');
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "no-credit");
  settled (world, ct_id_new (world->clock));
  caller = world_rings (world, CALLER, CALLED);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "greeting+recorded");
  world_free (world);
}

static void
test_no_answer_from_credit (void)
{
  World *world = world_new ();
  CsLegId caller;

  world_set_plan (world, world_plan (1, 1));
  world->credit_is_dead = TRUE;
  world_ready (world, AGENT (0));
  caller = world_rings (world, CALLER, CALLED);
  world_played (world, caller);
  world_key (world, caller, '3');
  g_assert_cmpint (world_phone (world, AGENT (0)), ==, 0); /* not before the money */
  world_wait (world, 5.1);
  g_assert_cmpstr (world_leg (world, caller)->playing, ==, "closed");
  world_free (world);
}

static void
test_parked_is_free (void)
{
  Talk t = talk (1000);

  world_wait (t.world, 10.6);
  world_media (t.world, CS_MEDIA_SILENT, t.phone);
  world_wait (t.world, 12.0);
  world_media (t.world, CS_MEDIA_HEARD, t.phone);
  world_wait (t.world, 10.6); /* truncated once, not at each stretch */
  world_sip (t.world, CS_SIP_ENDED, t.caller, CS_CAUSE_NORMAL);
  g_assert_cmpint (world_bill (t.world, t.call)->seconds, ==, 21);
  g_assert_cmpint (world_bill (t.world, t.call)->pay, ==, 21);
  world_free (t.world);
}

static void
test_two_agents (void)
{
  Talk t = talk (1000);
  const CsNote *note;

  world_wait (t.world, 10.6);
  world_register (t.world, AGENT (0), FALSE);
  world_wait (t.world, 30.1);
  world_ready (t.world, AGENT (1));
  world_answers (t.world, world_phone (t.world, AGENT (1)));
  world_wait (t.world, 10.6);
  world_sip (t.world, CS_SIP_ENDED, t.caller, CS_CAUSE_NORMAL);
  note = world_note (t.world, CS_NOTE_CALL_ENDED);
  g_assert_cmpint (note->call->seconds, ==, 21);
  g_assert_cmpuint (note->call->n_shares, ==, 2);
  g_assert_cmpint (note->call->shares[0].seconds, ==, 10);
  g_assert_cmpint (note->call->shares[1].seconds, ==, 10);
  g_assert_cmpint (world_bill (t.world, t.call)->pay, ==, 20); /* never more than the bill */
  g_assert_cmpint (t.world->quality.received, ==, 1);
  world_free (t.world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/bill/truncated", test_truncated);
  g_test_add_func ("/bill/renewed", test_renewed);
  g_test_add_func ("/bill/warned", test_warned);
  g_test_add_func ("/bill/last-second", test_last_second);
  g_test_add_func ("/bill/top-up-in-time", test_top_up_in_time);
  g_test_add_func ("/bill/credit-slow", test_credit_slow);
  g_test_add_func ("/bill/late-timer", test_late_timer);
  g_test_add_func ("/bill/given-back", test_given_back);
  g_test_add_func ("/bill/refused-at-offer", test_refused_at_offer);
  g_test_add_func ("/bill/no-answer-from-credit", test_no_answer_from_credit);
  g_test_add_func ("/bill/parked-is-free", test_parked_is_free);
  g_test_add_func ("/bill/two-agents", test_two_agents);
  return g_test_run ();
}
