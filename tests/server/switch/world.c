/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fakes.h"

#include <string.h>

/* The plan: the company's line greets, announces the recording, asks (1: a number of up to four
 * digits; 2: a language; 3 or nothing: the queue). */

static void
prompt (CsPrompt *to, const char *name)
{
  to->name[CS_LANGUAGE_EN] = g_strdup (name);
}

static void
add_steps (CsPlanLine *line)
{
  line->n_steps = 3;
  line->steps = g_new0 (CsPlanStep, line->n_steps);
  for (guint s = 0; s < line->n_steps; s++)
    for (int k = 0; k < 12; k++)
      line->steps[s].keys[k] = line->steps[s].languages[k] = -1;
  line->steps[0]
      = (CsPlanStep){ .kind = CS_STEP_MENU, .wait_ms = 4000, .tries = 3, .otherwise = -1 };
  for (int k = 0; k < 12; k++)
    line->steps[0].keys[k] = -1;
  line->steps[0].name = g_strdup ("reason");
  line->steps[0].keys[1] = 1;
  line->steps[0].keys[2] = 2;
  line->steps[0].keys[3] = 99;
  prompt (&line->steps[0].prompt, "menu");
  prompt (&line->steps[0].wrong, "wrong");
  line->steps[1].kind = CS_STEP_DIGITS;
  line->steps[1].name = g_strdup ("company-number");
  line->steps[1].min = 2;
  line->steps[1].max = 4;
  line->steps[1].wait_ms = 5000;
  line->steps[1].tries = 2;
  line->steps[1].next = -1;
  line->steps[1].otherwise = -1;
  prompt (&line->steps[1].prompt, "number");
  line->steps[2].kind = CS_STEP_LANGUAGE;
  line->steps[2].languages[4] = CS_LANGUAGE_NL;
  line->steps[2].wait_ms = 3000;
  line->steps[2].tries = 2;
  line->steps[2].next = -1;
  line->steps[2].otherwise = -1;
  prompt (&line->steps[2].prompt, "languages");
}

static CsPlanLine *
make_line (void)
{
  CsPlanLine *line = cs_plan_line_new ();

  line->id = LINE;
  line->tenant = TENANT;
  line->company_index = 0;
  line->number = g_strdup ("+31201234567");
  line->label = g_strdup ("orders");
  line->trunk = TRUNK;
  line->needs.pool = POOL;
  prompt (&line->greeting, "greeting");
  prompt (&line->announcement, "recorded");
  prompt (&line->music, "music");
  prompt (&line->position, "place");
  for (int d = 0; d < 10; d++)
    line->digits[d].name[CS_LANGUAGE_EN] = g_strdup_printf ("digit-%d", d);
  prompt (&line->parked, "parked");
  prompt (&line->press_one, "press-one");
  prompt (&line->closed.prompt, "closed");
  line->no_credit.kind = CS_END_VOICEMAIL;
  prompt (&line->no_credit.prompt, "no-credit");
  add_steps (line);
  return line;
}

CsPlan *
world_plan (guint64 version, guint n_agents)
{
  CsPlan *plan = cs_plan_new (version);
  CsPlanCompany *company = cs_plan_company_new ();

  company->id = COMPANY;
  company->tenant = TENANT;
  company->name = g_strdup ("Bakery");
  g_ptr_array_add (plan->companies, company);
  g_ptr_array_add (plan->lines, make_line ());
  for (guint i = 0; i < n_agents; i++)
    {
      CsPlanAgent *agent = cs_plan_agent_new ();

      agent->id = AGENT (i);
      agent->tenant = TENANT;
      agent->level = 3;
      agent->languages = (1 << CS_LANGUAGE_EN) | (1 << CS_LANGUAGE_NL);
      agent->n_pools = 1;
      agent->pools = g_new (CtId, 1);
      agent->pools[0] = POOL;
      g_ptr_array_add (plan->agents, agent);
    }
  return plan;
}

CsPlanLine *
world_line (CsPlan *plan)
{
  return plan->lines->pdata[0];
}

void
world_set_plan (World *world, CsPlan *plan)
{
  cs_plan_seal (plan);
  cs_switch_set_plan (world->sw, plan);
  g_clear_pointer (&world->plan, cs_plan_unref);
  world->plan = plan;
  world_pump (world);
}

/* The world. */

World *
world_new (void)
{
  World *world = g_new0 (World, 1);

  world->clock = ct_clock_new_manual (G_GINT64_CONSTANT (1763764000000));
  world->timers = cs_timers_new (world->clock, NULL);
  world->bills = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  world->purses = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  world->notes = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_note_free);
  world->keep_notes = TRUE;
  world->next_id = 5000;
  world->trunk = TRUNK;
  fakes_plug (world);
  world_purse (world, COMPANY, 100000);
  return world;
}

void
world_free (World *world)
{
  cs_switch_free (world->sw);
  g_assert_cmpint (cs_timers_get_next_us (world->timers), ==, G_MAXINT64); /* none is left */
  g_assert_cmpuint (world_open_legs (world), ==, 0);
  fakes_unplug (world);
  cs_timers_free (world->timers);
  g_clear_pointer (&world->plan, cs_plan_unref);
  g_hash_table_unref (world->bills);
  g_hash_table_unref (world->purses);
  g_ptr_array_unref (world->notes);
  ct_clock_unref (world->clock);
  g_free (world);
}

void
world_wait (World *world, double seconds)
{
  gint64 end = ct_clock_monotonic_us (world->clock) + (gint64) (seconds * G_USEC_PER_SEC);
  gint64 now;

  while ((now = ct_clock_monotonic_us (world->clock)) < end)
    {
      ct_clock_advance_us (world->clock,
                           CLAMP (cs_timers_get_next_us (world->timers), now, end) - now);
      cs_timers_run (world->timers);
      world_pump (world);
    }
}

/* Events. */

CsLegId
world_rings (World *world, const char *caller, const char *called)
{
  return world_rings_back (world, caller, called, CT_ID_NONE);
}

CsLegId
world_rings_back (World *world, const char *caller, const char *called, CtId from_call)
{
  CsSipEvent event = { .kind = CS_SIP_INCOMING,
                       .leg = world->next_id++,
                       .trunk = world->trunk,
                       .tenant = world->tenant,
                       .from_call = from_call,
                       .caller = (char *) caller,
                       .called = (char *) called,
                       .sip_call_id = (char *) "a@b",
                       .sdp = (char *) "v=0" };

  fakes_make_leg (world, event.leg, TRUE);
  cs_switch_on_sip (world->sw, &event);
  if (world_leg (world, event.leg)->answered)
    world_sip (world, CS_SIP_CONFIRMED, event.leg, CS_CAUSE_NORMAL);
  return event.leg;
}

void
world_sip (World *world, CsSipEventKind kind, CsLegId leg, CsCause cause)
{
  CsSipEvent event = { .kind = kind, .leg = leg, .cause = cause };
  FakeLeg *fake = world_leg (world, leg);

  if (kind == CS_SIP_ENDED && fake != NULL)
    fake->over = TRUE;
  if (kind == CS_SIP_ANSWERED)
    {
      event.sdp = (char *) "v=0";
      fake->answered = TRUE;
    }
  cs_switch_on_sip (world->sw, &event);
  world_pump (world);
}

void
world_answers (World *world, CsLegId leg)
{
  g_assert_cmpint (leg, !=, 0);
  world_sip (world, CS_SIP_ANSWERED, leg, CS_CAUSE_NORMAL);
}

void
world_key (World *world, CsLegId leg, char digit)
{
  CsMediaEvent event = { .kind = CS_MEDIA_DTMF, .leg = leg, .digit = digit };

  cs_switch_on_media (world->sw, &event);
  world_pump (world);
}

void
world_media (World *world, CsMediaEventKind kind, CsLegId leg)
{
  CsMediaEvent event = { .kind = kind, .leg = leg };

  cs_switch_on_media (world->sw, &event);
  world_pump (world);
}

void
world_played (World *world, CsLegId id)
{
  FakeLeg *leg = world_leg (world, id);
  CsMediaEvent event = { .kind = CS_MEDIA_PLAYED, .leg = id, .tag = leg->tag };

  g_assert_nonnull (leg->playing);
  g_assert_cmpuint (leg->times, >, 0);
  g_clear_pointer (&leg->playing, g_free);
  cs_switch_on_media (world->sw, &event);
  world_pump (world);
}

void
world_register (World *world, CtId user, gboolean registered)
{
  CsSipEvent event = { .kind = registered ? CS_SIP_REGISTERED : CS_SIP_UNREGISTERED, .user = user };

  cs_switch_on_sip (world->sw, &event);
  world_pump (world);
}

void
world_hold (World *world, CsLegId leg, gboolean held)
{
  world_leg (world, leg)->held = held;
  world_sip (world, CS_SIP_REOFFER, leg, CS_CAUSE_NORMAL);
}

void
world_ready (World *world, CtId user)
{
  g_autoptr (GError) error = NULL;

  world_register (world, user, TRUE);
  cs_switch_set_presence (world->sw, user, CS_PRESENCE_AVAILABLE, NULL, &error);
  g_assert_no_error (error);
  world_pump (world);
}

void
world_top_up (World *world, CtId company, gint64 seconds)
{
  CsCreditEvent event = { .kind = CS_CREDIT_TOPPED, .company = company };

  *(gint64 *) g_hash_table_lookup (world->purses, &company) += seconds;
  cs_switch_on_credit (world->sw, &event);
  world_pump (world);
}

/* What is. */

CsLegId
world_phone (World *world, CtId user)
{
  for (guint i = world->live->len; i > 0; i--)
    {
      const FakeLeg *leg = world->live->pdata[i - 1];

      if (!leg->over && leg->invited && leg->target == CS_SIP_TO_USER && leg->user == user)
        return leg->id;
    }
  return 0;
}

CsLegId
world_dialled (World *world, const char *number)
{
  for (guint i = world->live->len; i > 0; i--)
    {
      const FakeLeg *leg = world->live->pdata[i - 1];

      if (!leg->over && leg->number != NULL && strcmp (leg->number, number) == 0)
        return leg->id;
    }
  return 0;
}

static void
take_id (const CsCallView *view, gpointer data)
{
  *(CtId *) data = view->id;
}

CtId
world_call (World *world)
{
  CtId id = 0;

  g_assert_cmpuint (cs_switch_count_calls (world->sw), ==, 1);
  cs_switch_each_call (world->sw, TENANT, take_id, &id);
  return id;
}

CsCallState
world_state (World *world, CtId call)
{
  CsCallView view = { .state = CS_CALL_ENDED };
  CsCallState state;

  if (!cs_switch_get_call (world->sw, call, &view))
    return CS_CALL_ENDED;
  state = view.state;
  cs_call_view_clear (&view);
  return state;
}

CsPresence
world_presence (World *world, CtId user)
{
  CsPresenceView view;
  CsPresence presence;

  g_assert_true (cs_switch_get_presence (world->sw, user, &view));
  presence = view.presence;
  cs_presence_view_clear (&view);
  return presence;
}

guint
world_open_legs (World *world)
{
  guint n = 0;

  for (guint i = 0; i < world->live->len; i++)
    {
      FakeLeg *leg = world->live->pdata[i];

      if (leg->open || !leg->over)
        world->live->pdata[n++] = leg;
    }
  g_ptr_array_set_size (world->live, (gint) n);
  return n;
}
