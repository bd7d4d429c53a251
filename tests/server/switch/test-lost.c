/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People who get lost and people who are fetched: park (D34), silence, connect-through (D28), loops. */
#include "fakes.h"

#define CALLER "+39061234567"
#define CALLED "+31201234567"
#define OTHER "+31612345678"

typedef struct {
  World *world;
  CsLegId caller, phone;
  CtId call;
} Talk;

static Talk
talk (CtMoney onward_rate)
{
  Talk talk = { .world = world_new () };
  CsPlan *plan = world_plan (1, 2);

  world_line (plan)->onward_rate = onward_rate;
  world_set_plan (talk.world, plan);
  world_ready (talk.world, AGENT (0));
  talk.caller = world_rings (talk.world, CALLER, CALLED);
  talk.call = world_call (talk.world);
  world_played (talk.world, talk.caller);
  world_key (talk.world, talk.caller, '3');
  talk.phone = world_phone (talk.world, AGENT (0));
  world_answers (talk.world, talk.phone);
  world_wait (talk.world, 5.0);
  return talk;
}

static const char *
playing (const Talk *t, CsLegId leg)
{
  return world_leg (t->world, leg)->playing;
}

static void
test_silent_and_back (void)
{
  Talk t = talk (0);

  world_media (t.world, CS_MEDIA_SILENT, t.phone);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_PARKED);
  g_assert_cmpstr (playing (&t, t.caller), ==, "parked");
  g_assert_cmpint (world_leg (t.world, t.caller)->peer, ==, 0);
  world_played (t.world, t.caller);
  g_assert_cmpstr (playing (&t, t.caller), ==, "music");
  world_wait (t.world, 20.0);
  world_media (t.world, CS_MEDIA_HEARD, t.phone);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  g_assert_cmpint (world_leg (t.world, t.caller)->peer, ==, t.phone);
  g_assert_true (world_note (t.world, CS_NOTE_CALL_RETURNED)->call->running);
  world_free (t.world);
}

static void
test_new_registration (void)
{
  Talk t = talk (0);
  CsLegId again;

  /* The desk crashed: sound and registration go, then it is back and is rung. */
  world_media (t.world, CS_MEDIA_SILENT, t.phone);
  world_register (t.world, AGENT (0), FALSE);
  world_wait (t.world, 10.0);
  world_register (t.world, AGENT (0), TRUE);
  g_assert_true (world_leg (t.world, t.phone)->over);
  again = world_phone (t.world, AGENT (0));
  g_assert_cmpint (again, !=, 0);
  world_answers (t.world, again);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  g_assert_cmpint (world_leg (t.world, t.caller)->peer, ==, again);
  world_free (t.world);
}

/* The crashed desk is back so soon that its old registration stands and its silence was not noticed. */
static void
test_back_before_silence (void)
{
  Talk t = talk (0);
  CsLegId again;

  world_register (t.world, AGENT (0), TRUE);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  world_wait (t.world, 3.0);
  world_media (t.world, CS_MEDIA_SILENT, t.phone);
  g_assert_true (world_leg (t.world, t.phone)->over);
  again = world_phone (t.world, AGENT (0));
  g_assert_cmpint (again, !=, 0);
  g_assert_cmpint (again, !=, t.phone);
  world_answers (t.world, again);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  g_assert_cmpint (world_leg (t.world, t.caller)->peer, ==, again);
  world_free (t.world);
}

/* The script is in its secret step still when he is back, or when another takes over (D33). */
static void
test_masked_while_lost (void)
{
  Talk t = talk (0);

  g_assert_true (cs_switch_mask (t.world->sw, t.call, AGENT (0), TRUE, NULL));
  world_media (t.world, CS_MEDIA_SILENT, t.phone);
  world_wait (t.world, 5.0);
  g_assert_true (world_leg (t.world, t.caller)->masked);
  world_media (t.world, CS_MEDIA_HEARD, t.phone);
  g_assert_true (world_leg (t.world, t.caller)->masked);
  g_assert_true (world_note (t.world, CS_NOTE_CALL_RETURNED)->call->masked);
  /* He leaves the step while his phone is away. */
  world_media (t.world, CS_MEDIA_SILENT, t.phone);
  g_assert_true (cs_switch_mask (t.world->sw, t.call, AGENT (0), FALSE, NULL));
  world_wait (t.world, 1.1);
  g_assert_false (world_leg (t.world, t.caller)->masked);
  g_assert_true (world_leg (t.world, t.caller)->bared);
  g_assert_true (cs_switch_mask (t.world->sw, t.call, AGENT (0), TRUE, NULL));
  world_wait (t.world, 30.0);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_QUEUED);
  g_assert_true (world_leg (t.world, t.caller)->masked);
  g_assert_false (cs_switch_mask (t.world->sw, t.call, AGENT (0), FALSE, NULL));
  cs_switch_end_all (t.world->sw); /* the recording ends first */
  g_assert_false (world_note (t.world, CS_NOTE_CALL_ENDED)->call->masked);
  g_assert_false (world_leg (t.world, t.caller)->bared);
  world_free (t.world);
}

static void
test_registration_blinks (void)
{
  Talk t = talk (0);

  world_register (t.world, AGENT (0), FALSE);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_PARKED);
  world_register (t.world, AGENT (0), TRUE); /* the leg never went silent */
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  g_assert_cmpint (world_phone (t.world, AGENT (0)), ==, t.phone);
  world_free (t.world);
}

static void
test_returns_on_hold (void)
{
  Talk t = talk (0);

  world_register (t.world, AGENT (0), FALSE);
  world_hold (t.world, t.phone, TRUE);
  world_register (t.world, AGENT (0), TRUE);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_HELD);
  g_assert_cmpstr (playing (&t, t.caller), ==, "music");
  world_hold (t.world, t.phone, FALSE);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  world_free (t.world);
}

static void
test_does_not_return (void)
{
  Talk t = talk (0);
  CsLegId second;

  second = world_rings (t.world, CALLER, CALLED); /* waits longer by now */
  world_played (t.world, second);
  world_key (t.world, second, '3');
  world_sip (t.world, CS_SIP_ENDED, t.phone, CS_CAUSE_LOST);
  g_assert_cmpint (world_phone (t.world, AGENT (0)), !=, 0); /* still registered: rung at once */
  world_wait (t.world, 30.1);
  g_assert_cmpint (world_phone (t.world, AGENT (0)), ==, 0);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_QUEUED);
  g_assert_cmpint (world_presence (t.world, AGENT (0)), ==, CS_PRESENCE_PAUSED);
  world_ready (t.world, AGENT (1)); /* the head of the queue goes first */
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_OFFERED);
  g_assert_cmpuint (t.world->counts[CS_NOTE_CALL_QUEUED], ==, 3);
  world_free (t.world);
}

static void
test_caller_leaves_park (void)
{
  Talk t = talk (0);

  world_media (t.world, CS_MEDIA_SILENT, t.phone);
  world_wait (t.world, 3.0);
  world_sip (t.world, CS_SIP_ENDED, t.caller, CS_CAUSE_NORMAL);
  g_assert_cmpint (world_bill (t.world, t.call)->seconds, ==, 5);
  g_assert_cmpint (world_presence (t.world, AGENT (0)), ==, CS_PRESENCE_WRAP_UP);
  g_assert_true (world_leg (t.world, t.phone)->over);
  world_free (t.world);
}

static void
test_caller_silent (void)
{
  Talk t = talk (0);

  world_media (t.world, CS_MEDIA_SILENT, t.caller);
  world_wait (t.world, 54.0);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  world_media (t.world, CS_MEDIA_HEARD, t.caller);
  world_wait (t.world, 10.0);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  world_media (t.world, CS_MEDIA_SILENT, t.caller);
  world_wait (t.world, 55.1); /* his BYE was lost */
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_ENDED);
  g_assert_cmpint (world_note (t.world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_LOST);
  world_free (t.world);
}

/* No BYE, no sound: a voicemail does not go on to its greatest length. */
static void
test_voicemail_silent (void)
{
  World *world = world_new ();
  CsPlan *plan = world_plan (2, 0);
  CsPlanLine *line = world_line (plan);

  line->hours = ct_hours_new ("Europe/Amsterdam", NULL);
  line->closed.kind = CS_END_VOICEMAIL;
  world_set_plan (world, plan);
  for (int before_beep = 0; before_beep < 2; before_beep++)
    {
      CsLegId caller = world_rings (world, CALLER, CALLED);

      world_played (world, caller);
      if (before_beep)
        world_media (world, CS_MEDIA_SILENT, caller);
      world_played (world, caller);
      g_assert_cmpint (world_leg (world, caller)->recording, !=, 0);
      g_assert_true (world_leg (world, caller)->expected);
      if (!before_beep)
        {
          world_wait (world, 20.0);
          world_media (world, CS_MEDIA_SILENT, caller);
          world_wait (world, 4.9);
          world_media (world, CS_MEDIA_HEARD, caller); /* he only paused */
          world_wait (world, 20.0);
          world_media (world, CS_MEDIA_SILENT, caller);
        }
      world_wait (world, 4.9);
      g_assert_false (world_leg (world, caller)->over);
      world_wait (world, 0.2);
      g_assert_true (world_leg (world, caller)->over);
      g_assert_cmpint (world_note (world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_CLOSED);
    }
  world_free (world);
}

static CsLegId
dial (Talk *t)
{
  g_autoptr (GError) error = NULL;

  cs_switch_connect_through (t->world->sw, t->call, AGENT (0), OTHER, &error);
  g_assert_no_error (error);
  world_pump (t->world);
  return world_dialled (t->world, OTHER);
}

static void
test_connected (void)
{
  Talk t = talk (0);
  CsLegId other = dial (&t);

  g_assert_cmpstr (playing (&t, t.caller), ==, "music");
  g_assert_cmpstr (playing (&t, t.phone), ==, CS_PROMPT_RINGING);
  world_wait (t.world, 3.0);
  world_answers (t.world, other);
  g_assert_cmpstr (playing (&t, other), ==, "press-one");
  world_key (t.world, other, '5');
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  world_wait (t.world, 2.0);
  world_key (t.world, other, '1');
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_ONWARD);
  g_assert_cmpint (world_leg (t.world, t.caller)->peer, ==, other);
  g_assert_null (playing (&t, t.caller));
  g_assert_true (world_leg (t.world, t.phone)->over);
  g_assert_cmpint (world_leg (t.world, t.caller)->recording, ==, 0);
  g_assert_cmpint (world_presence (t.world, AGENT (0)), ==, CS_PRESENCE_WRAP_UP);
  g_assert_cmpint (world_bill (t.world, t.call)->seconds, ==, 10);
  world_wait (t.world, 40.5);
  world_sip (t.world, CS_SIP_ENDED, t.caller, CS_CAUSE_NORMAL);
  g_assert_true (world_leg (t.world, other)->over);
  g_assert_cmpint (world_note (t.world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_ONWARD);
  g_assert_cmpint (world_note (t.world, CS_NOTE_CALL_ENDED)->call->onward_seconds, ==, 40);
  world_free (t.world);
}

static void
test_not_connected (void)
{
  Talk t = talk (0);
  CsLegId other = dial (&t);
  g_autoptr (GError) error = NULL;

  g_assert_false (
      cs_switch_connect_through (t.world->sw, t.call, AGENT (0), OTHER, &error)); /* twice */
  g_assert_true (ct_error_is (error, CT_ERROR_STATE));
  world_sip (t.world, CS_SIP_ENDED, other, CS_CAUSE_BUSY);
  g_assert_cmpint (world_note (t.world, CS_NOTE_CALL_ONWARD)->call->onward, ==, CS_ONWARD_FAILED);
  g_assert_cmpint (world_note (t.world, CS_NOTE_CALL_ONWARD)->call->onward_failure, ==,
                   CS_CAUSE_BUSY);
  g_assert_null (playing (&t, t.caller));
  g_assert_cmpint (world_leg (t.world, t.caller)->peer, ==, t.phone);
  other = dial (&t);
  world_answers (t.world, other); /* an answering machine */
  world_wait (t.world, 20.1);
  g_assert_true (world_leg (t.world, other)->over);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  other = dial (&t);
  g_assert_true (cs_switch_cancel_connect (t.world->sw, t.call, AGENT (0), NULL));
  g_assert_true (world_leg (t.world, other)->over);
  g_assert_false (cs_switch_cancel_connect (t.world->sw, t.call, AGENT (0), NULL));
  other = dial (&t);
  world_media (t.world, CS_MEDIA_SILENT, t.phone); /* the e-agent is lost meanwhile */
  g_assert_true (world_leg (t.world, other)->over);
  world_sip (t.world, CS_SIP_ENDED, t.caller, CS_CAUSE_NORMAL);
  world_free (t.world);
}

/* Lost while the third party's phone rings: back, he hears the caller, not the ringing. */
static void
test_lost_while_dialling (void)
{
  Talk t = talk (0);

  dial (&t);
  world_media (t.world, CS_MEDIA_SILENT, t.phone);
  world_media (t.world, CS_MEDIA_HEARD, t.phone);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  g_assert_null (playing (&t, t.phone));
  g_assert_null (playing (&t, t.caller));
  world_free (t.world);
}

/* He puts the caller on hold and sends nothing: no reason to end the call. */
static void
test_third_party_holds (void)
{
  Talk t = talk (0);
  CsLegId other = dial (&t);

  world_answers (t.world, other);
  world_key (t.world, other, '1');
  world_hold (t.world, other, TRUE);
  world_media (t.world, CS_MEDIA_SILENT, other);
  world_wait (t.world, 200.0);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_ONWARD);
  world_hold (t.world, other, FALSE); /* his BYE is lost */
  world_wait (t.world, 61.0);
  g_assert_cmpint (world_note (t.world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_ONWARD);
  world_free (t.world);
}

/* Whose silence it was is gone: the caller hears the no-credit path to its end. */
static void
test_third_party_silent (void)
{
  Talk t = talk (5000);
  CsLegId other;

  world_purse (t.world, COMPANY, 5);
  other = dial (&t);
  world_answers (t.world, other);
  world_key (t.world, other, '1'); /* 5 + 25 seconds */
  world_wait (t.world, 10.0);
  world_media (t.world, CS_MEDIA_SILENT, other);
  world_wait (t.world, 21.0);
  g_assert_cmpstr (playing (&t, t.caller), ==, "no-credit");
  world_wait (t.world, 60.0);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_IVR);
  world_free (t.world);
}

static void
test_bad_numbers (void)
{
  static const struct {
    const char *number;
    CtErrorCode code;
  } cases[] = { { NULL, CT_ERROR_INVALID },
                { "", CT_ERROR_INVALID },
                { "112", CT_ERROR_INVALID },
                { "+31x", CT_ERROR_INVALID },
                { "+3161234567890123", CT_ERROR_INVALID },
                { CALLED, CT_ERROR_CONFLICT } };
  Talk t = talk (0);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (
          cs_switch_connect_through (t.world->sw, t.call, AGENT (0), cases[i].number, &error));
      g_assert_true (ct_error_is (error, cases[i].code));
    }
  world_free (t.world);
}

static void
test_loop (void)
{
  Talk t = talk (0);
  CsLegId other = dial (&t);
  CsLegId back;

  /* By the number we show: the third party forwards to us. */
  back = world_rings (t.world, CALLED, CALLED);
  g_assert_cmpint (world_leg (t.world, back)->refused, ==, 482);
  g_assert_true (world_leg (t.world, other)->over);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  /* A stranger who merely shows it, while nobody dials, is let in. */
  back = world_rings (t.world, CALLED, CALLED);
  g_assert_true (world_leg (t.world, back)->answered);
  world_sip (t.world, CS_SIP_ENDED, back, CS_CAUSE_NORMAL);
  /* By the mark that SIP recognised. */
  other = dial (&t);
  back = world_rings_back (t.world, OTHER, CALLED, t.call);
  g_assert_cmpint (world_leg (t.world, back)->refused, ==, 482);
  g_assert_true (world_leg (t.world, other)->over);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  world_free (t.world);
}

static void
test_onward_bill (void)
{
  Talk t = talk (5000);
  CsLegId other;
  gint64 before;
  GHashTableIter iter;
  gpointer value;

  world_purse (t.world, COMPANY, 45);
  other = dial (&t);
  world_answers (t.world, other);
  before = world_bill (t.world, t.call)->granted;
  g_assert_cmpint (before, ==, 30);
  world_key (t.world, other, '1');
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_ONWARD);
  /* 45 + 25 of the first bill came back: 70 s, then the no-credit path. */
  world_wait (t.world, 69.9);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_ONWARD);
  world_wait (t.world, 0.2);
  g_assert_cmpstr (playing (&t, t.caller), ==, "no-credit");
  g_assert_true (world_leg (t.world, other)->over);
  g_hash_table_iter_init (&iter, t.world->bills);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const FakeBill *bill = value;

      g_assert_cmpuint (bill->settled, ==, 1);
      g_assert_cmpint (bill->seconds, ==, bill->onward ? 70 : 5);
      g_assert_cmpint (bill->pay, ==, bill->onward ? 0 : 5);
    }
  world_free (t.world);
}

static void
test_onward_refused (void)
{
  Talk t = talk (5000);
  CsLegId other;

  world_purse (t.world, COMPANY, 0);
  g_assert_true (cs_switch_connect_through (t.world->sw, t.call, AGENT (0), OTHER, NULL));
  other = world_dialled (t.world, OTHER);
  world_pump (t.world); /* credit says no while it rings */
  g_assert_true (world_leg (t.world, other)->over);
  g_assert_cmpint (world_state (t.world, t.call), ==, CS_CALL_TALKING);
  g_assert_cmpint (world_note (t.world, CS_NOTE_CALL_ONWARD)->call->onward, ==, CS_ONWARD_FAILED);
  world_free (t.world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/lost/silent-and-back", test_silent_and_back);
  g_test_add_func ("/lost/new-registration", test_new_registration);
  g_test_add_func ("/lost/back-before-silence", test_back_before_silence);
  g_test_add_func ("/lost/masked-while-lost", test_masked_while_lost);
  g_test_add_func ("/lost/registration-blinks", test_registration_blinks);
  g_test_add_func ("/lost/returns-on-hold", test_returns_on_hold);
  g_test_add_func ("/lost/does-not-return", test_does_not_return);
  g_test_add_func ("/lost/caller-leaves-park", test_caller_leaves_park);
  g_test_add_func ("/lost/caller-silent", test_caller_silent);
  g_test_add_func ("/lost/voicemail-silent", test_voicemail_silent);
  g_test_add_func ("/onward/connected", test_connected);
  g_test_add_func ("/onward/not-connected", test_not_connected);
  g_test_add_func ("/onward/lost-while-dialling", test_lost_while_dialling);
  g_test_add_func ("/onward/third-party-holds", test_third_party_holds);
  g_test_add_func ("/onward/third-party-silent", test_third_party_silent);
  g_test_add_func ("/onward/bad-numbers", test_bad_numbers);
  g_test_add_func ("/onward/loop", test_loop);
  g_test_add_func ("/onward/bill", test_onward_bill);
  g_test_add_func ("/onward/refused", test_onward_refused);
  return g_test_run ();
}
