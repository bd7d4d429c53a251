/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A prompt recorded by calling in (D35): the code is heard wherever star means nothing else, and nowhere
 * while none is out; the take is played back, kept, made anew, dropped; guessing voids the code; and an
 * ordinary caller notices nothing of it. */
#include <string.h>

#include "fakes.h"

#define CALLER "+39061234567"
#define CALLED "+31201234567"
#define CODE "481207"

typedef struct {
  World *world;
  guint prepared, kept, dropped_takes, dropped_sounds;
  CtId call, ticket;
} Fixture;

static void
prepare (gpointer self, CtId call, CtId ticket, const char *path)
{
  Fixture *f = self;

  g_assert_cmpstr (path, ==, "/spool/x.wav");
  f->prepared++;
  f->call = call;
  f->ticket = ticket;
}

static void
keep (gpointer self, CtId call, CtId ticket, const char *sound)
{
  g_assert_cmpstr (sound, ==, "take");
  ((Fixture *) self)->kept++;
}

static void
drop (gpointer self, const char *path, const char *sound)
{
  Fixture *f = self;

  f->dropped_takes += path != NULL;
  f->dropped_sounds += sound != NULL;
}

static void
open_ticket (Fixture *f, const char *code, CtId user)
{
  static const char *const names[CS_STUDIO_PROMPTS]
      = { "speak", "review", "choose", "kept", "empty", "failed" };
  CsTicket *ticket = cs_ticket_new ();

  ticket->id = 9000 + user;
  ticket->line = LINE;
  ticket->user = user;
  ticket->expires_us = ct_clock_monotonic_us (f->world->clock) + 300 * G_USEC_PER_SEC;
  memcpy (ticket->code, code, CS_STUDIO_CODE);
  for (int i = 0; i < CS_STUDIO_PROMPTS; i++)
    ticket->prompts[i] = g_strdup (names[i]);
  g_assert_true (cs_switch_open_studio (f->world->sw, ticket, NULL));
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  const CsStudioPort port = { f, prepare, keep, drop };

  f->world = world_new ();
  world_set_plan (f->world, world_plan (1, 1));
  cs_switch_set_studio (f->world->sw, &port);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  world_free (f->world);
}

static void
dial (Fixture *f, CsLegId leg, const char *keys)
{
  for (; *keys != '\0'; keys++)
    world_key (f->world, leg, *keys);
}

static const char *
heard (Fixture *f, CsLegId leg)
{
  return world_leg (f->world, leg)->playing;
}

static void
take (Fixture *f, CsLegId leg)
{
  g_assert_cmpstr (heard (f, leg), ==, "speak+tone-beep");
  world_played (f->world, leg);
  g_assert_cmpint (world_leg (f->world, leg)->recording, !=, 0);
  world_key (f->world, leg, '#');
  g_assert_cmpint (world_leg (f->world, leg)->recording, ==, 0);
  cs_switch_on_take (f->world->sw, f->call, "take");
  world_pump (f->world);
  g_assert_cmpstr (heard (f, leg), ==, "review+take+silence+choose");
}

static void
test_whole (Fixture *f, gconstpointer unused)
{
  CsLegId leg;

  open_ticket (f, CODE, 1);
  leg = world_rings (f->world, CALLER, CALLED);
  dial (f, leg, "*48120");
  g_assert_cmpstr (heard (f, leg), ==, "greeting+recorded"); /* it goes on */
  dial (f, leg, "7");
  take (f, leg);
  g_assert_cmpint (f->ticket, ==, 9001);
  dial (f, leg, "2");
  g_assert_cmpuint (f->dropped_sounds, ==, 1);
  take (f, leg);
  world_played (f->world, leg);
  world_wait (f->world, 15.1); /* asked once more */
  g_assert_cmpstr (heard (f, leg), ==, "review+take+silence+choose");
  dial (f, leg, "1");
  g_assert_cmpuint (f->kept, ==, 1);
  cs_switch_on_kept (f->world->sw, f->call, TRUE);
  world_pump (f->world);
  g_assert_cmpstr (heard (f, leg), ==, "kept");
  world_played (f->world, leg);
  g_assert_true (world_leg (f->world, leg)->over);
  g_assert_cmpint (world_note (f->world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_STUDIO);
  g_assert_cmpuint (f->dropped_sounds, ==, 1);
  g_assert_cmpuint (f->dropped_takes, ==, 0);
  g_assert_cmpuint (f->world->counts[CS_NOTE_RECORDED], ==, 0);
  g_assert_cmpuint (f->world->counts[CS_NOTE_QUALITY], ==, 0);
  /* Once only. */
  leg = world_rings (f->world, CALLER, CALLED);
  dial (f, leg, "*" CODE);
  g_assert_cmpstr (heard (f, leg), ==, "greeting+recorded");
}

/* In the menu, in the queue, in the message of a closed line. */
static void
test_places (Fixture *f, gconstpointer unused)
{
  CsPlan *plan;
  CsLegId leg;

  open_ticket (f, CODE, 1);
  leg = world_rings (f->world, CALLER, CALLED);
  world_played (f->world, leg);
  dial (f, leg, "*" CODE);
  g_assert_cmpstr (heard (f, leg), ==, "speak+tone-beep");
  world_sip (f->world, CS_SIP_ENDED, leg, CS_CAUSE_NORMAL);

  open_ticket (f, CODE, 1);
  leg = world_rings (f->world, CALLER, CALLED);
  world_played (f->world, leg);
  world_played (f->world, leg);
  world_wait (f->world, 4.0);
  g_assert_cmpint (world_state (f->world, world_call (f->world)), ==, CS_CALL_QUEUED);
  dial (f, leg, "*48");
  world_wait (f->world, 3.0);
  dial (f, leg, "1207");
  g_assert_cmpstr (heard (f, leg), ==, "speak+tone-beep");
  world_sip (f->world, CS_SIP_ENDED, leg, CS_CAUSE_NORMAL);
  g_assert_cmpuint (f->world->counts[CS_NOTE_QUALITY], ==, 0);

  open_ticket (f, CODE, 1);
  plan = world_plan (2, 1);
  world_line (plan)->hours = ct_hours_new ("Europe/Amsterdam", NULL);
  world_set_plan (f->world, plan);
  leg = world_rings (f->world, CALLER, CALLED);
  g_assert_cmpstr (heard (f, leg), ==, "closed");
  dial (f, leg, "*");
  g_assert_null (heard (f, leg));
  world_wait (f->world, 6.1); /* no code after all: the message again */
  g_assert_cmpstr (heard (f, leg), ==, "closed");
  dial (f, leg, "*" CODE);
  take (f, leg);
  world_sip (f->world, CS_SIP_ENDED, leg, CS_CAUSE_NORMAL);
  g_assert_cmpuint (f->dropped_sounds, ==, 1);
  g_assert_cmpint (world_note (f->world, CS_NOTE_CALL_ENDED)->call->cause, ==, CS_END_STUDIO);
}

static void
test_ordinary (Fixture *f, gconstpointer unused)
{
  CsLegId leg = world_rings (f->world, CALLER, CALLED);

  /* No code is out: star is a wrong key of the menu. */
  world_played (f->world, leg);
  dial (f, leg, "*");
  g_assert_cmpstr (heard (f, leg), ==, "wrong");
  world_sip (f->world, CS_SIP_ENDED, leg, CS_CAUSE_NORMAL);
  /* One is out: star and silence lead on, and a number may be typed anew. */
  open_ticket (f, CODE, 1);
  leg = world_rings (f->world, CALLER, CALLED);
  world_played (f->world, leg);
  dial (f, leg, "*");
  world_wait (f->world, 6.1);
  g_assert_cmpint (world_state (f->world, world_call (f->world)), ==, CS_CALL_QUEUED);
  world_sip (f->world, CS_SIP_ENDED, leg, CS_CAUSE_NORMAL);
  leg = world_rings (f->world, CALLER, CALLED);
  world_played (f->world, leg);
  dial (f, leg, "1");
  g_assert_cmpstr (heard (f, leg), ==, "number");
  dial (f, leg, "9*78#");
  g_assert_cmpint (world_state (f->world, world_call (f->world)), ==, CS_CALL_QUEUED);
  g_assert_cmpstr (world_note (f->world, CS_NOTE_CALL_KEYED)->call->keyed[1].value, ==, "78");
}

static void
test_guessing (Fixture *f, gconstpointer unused)
{
  CsLegId leg;

  open_ticket (f, CODE, 1);
  for (int i = 0; i < CS_STUDIO_TRIES; i++)
    {
      leg = world_rings (f->world, CALLER, CALLED);
      dial (f, leg, "*111111");
      g_assert_cmpstr (heard (f, leg), ==, "greeting+recorded");
      world_sip (f->world, CS_SIP_ENDED, leg, CS_CAUSE_NORMAL);
    }
  leg = world_rings (f->world, CALLER, CALLED);
  dial (f, leg, "*" CODE);
  g_assert_cmpstr (heard (f, leg), ==, "greeting+recorded");
  world_sip (f->world, CS_SIP_ENDED, leg, CS_CAUSE_NORMAL);
  /* A new one of the same person voids the old; time does too. */
  open_ticket (f, CODE, 1);
  open_ticket (f, "222222", 1);
  open_ticket (f, "333333", 2);
  leg = world_rings (f->world, CALLER, CALLED);
  dial (f, leg, "*" CODE);
  g_assert_cmpstr (heard (f, leg), ==, "greeting+recorded");
  dial (f, leg, "*333333");
  g_assert_cmpstr (heard (f, leg), ==, "speak+tone-beep");
  world_sip (f->world, CS_SIP_ENDED, leg, CS_CAUSE_NORMAL);
  world_wait (f->world, 301);
  leg = world_rings (f->world, CALLER, CALLED);
  dial (f, leg, "*222222");
  g_assert_cmpstr (heard (f, leg), ==, "greeting+recorded");
}

static void
test_endings (Fixture *f, gconstpointer unused)
{
  CsLegId leg;
  CtId call;

  /* He hangs up while he speaks, while it is prepared, while it is kept. */
  for (int phase = 0; phase < 3; phase++)
    {
      open_ticket (f, CODE, 1);
      leg = world_rings (f->world, CALLER, CALLED);
      call = world_call (f->world);
      dial (f, leg, "*" CODE);
      world_played (f->world, leg);
      if (phase > 0)
        dial (f, leg, "#");
      if (phase > 1)
        {
          cs_switch_on_take (f->world->sw, call, "take");
          dial (f, leg, "1");
        }
      world_sip (f->world, CS_SIP_ENDED, leg, CS_CAUSE_NORMAL);
      cs_switch_on_take (f->world->sw, call, phase == 1 ? "take" : NULL);
      cs_switch_on_kept (f->world->sw, call, TRUE);
      world_pump (f->world);
      g_assert_cmpuint (f->dropped_takes, ==, 1);
      g_assert_cmpuint (f->dropped_sounds, ==, phase > 0 ? 1 : 0);
      g_assert_cmpuint (cs_switch_count_calls (f->world->sw), ==, 0);
    }
  g_assert_cmpuint (f->kept, ==, 1);
  /* Nothing could be made of it; it could not be kept; he chooses nothing. */
  open_ticket (f, CODE, 1);
  leg = world_rings (f->world, CALLER, CALLED);
  call = world_call (f->world);
  dial (f, leg, "*" CODE);
  world_played (f->world, leg);
  world_wait (f->world, CS_STUDIO_MAX_SECONDS + 1); /* as long as may be */
  g_assert_cmpuint (f->prepared, ==, 3);
  cs_switch_on_take (f->world->sw, call, NULL);
  world_pump (f->world);
  g_assert_cmpstr (heard (f, leg), ==, "empty+speak+tone-beep");
  world_played (f->world, leg);
  dial (f, leg, "#");
  cs_switch_on_take (f->world->sw, call, "take");
  dial (f, leg, "1");
  cs_switch_on_kept (f->world->sw, call, FALSE);
  world_pump (f->world);
  g_assert_cmpstr (heard (f, leg), ==, "failed");
  world_played (f->world, leg);
  g_assert_true (world_leg (f->world, leg)->over);
  g_assert_cmpuint (world_open_legs (f->world), ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*function) (Fixture *f, gconstpointer unused);
  } tests[] = {
    { "/switch-studio/whole", test_whole },       { "/switch-studio/places", test_places },
    { "/switch-studio/ordinary", test_ordinary }, { "/switch-studio/guessing", test_guessing },
    { "/switch-studio/endings", test_endings },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].function, tear_down);
  return g_test_run ();
}
