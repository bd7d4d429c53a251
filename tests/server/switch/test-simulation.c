/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random callers, e-agents, keys, hangups, losses, refusals, money that ends and comes, plans that
 * change, ports that fail: by seed, on a manual clock, so that a failure comes again. After every
 * event what must always hold is checked; at the end nothing may be left. */
#include "fakes.h"

#include <stdlib.h>

#define SEEDS 200
#define EVENTS 2000
#define AGENTS 6
#define CALLERS 12
#define CALLED "+31201234567"
#define OTHER "+31612345678"

typedef struct {
  World *world;
  GRand *random;
  guint64 version;
  gint64 calm_us; /* since then the ports have worked: whoever waits has been seen to */
} Simulation;

static guint
below (Simulation *s, guint n)
{
  return (guint) g_rand_int_range (s->random, 0, (gint32) n);
}

static gboolean
one_in (Simulation *s, guint n)
{
  return below (s, n) == 0;
}

/* A leg that SIP has not closed, of those that @fits; NULL when there is none. */
static FakeLeg *
pick_leg (Simulation *s, gboolean (*fits) (const FakeLeg *))
{
  guint n = world_open_legs (s->world);
  guint start = n > 0 ? below (s, n) : 0;

  for (guint i = 0; i < n; i++)
    {
      FakeLeg *leg = s->world->live->pdata[(start + i) % n];

      if (!leg->over && fits (leg))
        return leg;
    }
  return NULL;
}

static gboolean
is_any (const FakeLeg *leg)
{
  return TRUE;
}

static gboolean
is_ringing (const FakeLeg *leg)
{
  return leg->invited && !leg->answered;
}

static gboolean
is_answered (const FakeLeg *leg)
{
  return leg->answered;
}

static gboolean
is_caller (const FakeLeg *leg)
{
  return leg->incoming;
}

static gboolean
plays (const FakeLeg *leg)
{
  return leg->playing != NULL && leg->times > 0;
}

/* What may happen. */

static void
ring (Simulation *s)
{
  static const char *const callers[] = { "+39061234567", NULL, CALLED, OTHER };

  if (cs_switch_count_calls (s->world->sw) < CALLERS)
    world_rings (s->world, callers[below (s, G_N_ELEMENTS (callers))], CALLED);
  world_pump (s->world);
}

static void
answer_or_not (Simulation *s)
{
  FakeLeg *leg = pick_leg (s, is_ringing);

  if (leg == NULL)
    return;
  if (one_in (s, 4))
    world_sip (s->world, CS_SIP_ENDED, leg->id,
               (CsCause[]){ CS_CAUSE_BUSY, CS_CAUSE_REFUSED, CS_CAUSE_NO_ANSWER,
                            CS_CAUSE_UNREACHABLE }[below (s, 4)]);
  else
    world_answers (s->world, leg->id);
}

static void
hang_up (Simulation *s)
{
  FakeLeg *leg = pick_leg (s, one_in (s, 2) ? is_caller : is_answered);

  if (leg != NULL)
    world_sip (s->world, CS_SIP_ENDED, leg->id, one_in (s, 3) ? CS_CAUSE_LOST : CS_CAUSE_NORMAL);
}

static void
press (Simulation *s)
{
  FakeLeg *leg = pick_leg (s, is_answered);

  if (leg != NULL)
    world_key (s->world, leg->id, one_in (s, 2) ? '1' : "0123456789*#AZ"[below (s, 14)]);
}

static void
play_on (Simulation *s)
{
  FakeLeg *leg = pick_leg (s, plays);

  if (leg != NULL)
    world_played (s->world, leg->id);
}

static void
sound (Simulation *s)
{
  FakeLeg *leg = pick_leg (s, is_answered);

  if (leg != NULL)
    world_media (s->world, one_in (s, 2) ? CS_MEDIA_SILENT : CS_MEDIA_HEARD, leg->id);
}

static void
reoffer (Simulation *s)
{
  FakeLeg *leg = pick_leg (s, is_answered);

  if (leg != NULL)
    world_hold (s->world, leg->id, !leg->held);
}

static void
registration (Simulation *s)
{
  world_register (s->world, AGENT (below (s, AGENTS)), !one_in (s, 6));
}

static void
wish (Simulation *s)
{
  static const CsPresence wishes[]
      = { CS_PRESENCE_AVAILABLE, CS_PRESENCE_AVAILABLE, CS_PRESENCE_PAUSED, CS_PRESENCE_OFFLINE };

  cs_switch_set_presence (s->world->sw, AGENT (below (s, AGENTS)),
                          wishes[below (s, G_N_ELEMENTS (wishes))], "test", NULL);
}

static void
command (Simulation *s)
{
  CtId user = AGENT (below (s, AGENTS));
  CsCallView view = { 0 };
  CtId call = 1;

  if (cs_switch_get_call_of (s->world->sw, user, &view))
    call = view.id;
  cs_call_view_clear (&view);
  switch (below (s, 6))
    {
    case 0:
      cs_switch_finish (s->world->sw, call, user, one_in (s, 4), NULL);
      break;
    case 1:
      cs_switch_hang_up (s->world->sw, call, user, NULL);
      break;
    case 2:
    case 3:
      cs_switch_connect_through (s->world->sw, call, user, OTHER, NULL);
      break;
    case 4:
      cs_switch_cancel_connect (s->world->sw, call, user, NULL);
      break;
    default:
      cs_switch_mask (s->world->sw, call, user, one_in (s, 2), NULL);
    }
}

static void
money (Simulation *s)
{
  if (one_in (s, 3))
    world_purse (s->world, COMPANY, below (s, 200));
  else
    world_top_up (s->world, COMPANY, below (s, 2000));
}

static void
trouble (Simulation *s)
{
  s->world->credit_is_dead = one_in (s, 8);
  s->world->no_media = one_in (s, 8);
  s->world->bad_sdp = one_in (s, 8);
}

static void
replan (Simulation *s)
{
  CsPlan *plan = world_plan (++s->version, 1 + below (s, AGENTS));
  CsPlanLine *line = world_line (plan);

  line->onward_rate = one_in (s, 2) ? 20000 : 0;
  line->max_wait_seconds = one_in (s, 2) ? 60 : 0;
  line->wrap_up_seconds = below (s, 20);
  line->max_misses = below (s, 4);
  line->record = !one_in (s, 4);
  line->emergency = one_in (s, 4);
  line->no_credit.kind = (CsEndKind) below (s, 3);
  line->no_credit.number = g_strdup (OTHER);
  line->no_credit.max_seconds = below (s, 30);
  if (one_in (s, 3))
    line->steps[0].kind = CS_STEP_QUEUE;
  world_set_plan (s->world, plan);
}

static void
junk (Simulation *s)
{
  FakeLeg *leg = pick_leg (s, is_any);
  CsLegId id = leg != NULL && one_in (s, 2) ? leg->id : (CsLegId) below (s, 100000);
  CsMediaEvent media = { .kind = (CsMediaEventKind) below (s, 5),
                         .leg = id,
                         .tag = below (s, 9),
                         .recording = below (s, 9) };
  CsCreditEvent credit = { .kind = (CsCreditEventKind) below (s, 4),
                           .call = id,
                           .generation = below (s, 3),
                           .until_second = 1000 };
  CsSipEvent progress = { .kind = one_in (s, 2) ? CS_SIP_PROGRESS : CS_SIP_CONFIRMED,
                          .leg = id,
                          .sdp = one_in (s, 2) ? (char *) "v=0" : NULL };

  cs_switch_on_media (s->world->sw, &media);
  cs_switch_on_credit (s->world->sw, &credit);
  cs_switch_on_sip (s->world->sw, &progress);
}

static void
wait (Simulation *s)
{
  world_wait (s->world, g_rand_double_range (s->random, 0.0, one_in (s, 10) ? 40.0 : 4.0));
}

static const struct {
  void (*act) (Simulation *);
  guint weight;
} acts[]
    = { { ring, 12 }, { answer_or_not, 14 }, { hang_up, 5 },      { press, 8 }, { play_on, 14 },
        { sound, 4 }, { reoffer, 4 },        { registration, 6 }, { wish, 8 },  { command, 8 },
        { money, 2 }, { trouble, 2 },        { replan, 1 },       { junk, 2 },  { wait, 20 } };

/* What must always hold. */

typedef struct {
  World *world;
  guint n_calls, n_offered, n_talking;
  guint n_hopeful; /* waiting, and nobody has missed them */
} Census;

static void
check_call (const CsCallView *view, gpointer data)
{
  Census *census = data;
  gint64 pay = 0;

  census->n_calls++;
  census->n_hopeful += view->state == CS_CALL_QUEUED && view->misses == 0;
  g_assert_cmpint (view->seconds, <=, view->granted_seconds);
  for (guint i = 0; i < view->n_shares; i++)
    pay += view->shares[i].seconds;
  g_assert_cmpint (pay, <=, view->seconds);
  if (view->state == CS_CALL_OFFERED)
    {
      census->n_offered++;
      g_assert_cmpint (world_presence (census->world, view->agent), ==, CS_PRESENCE_RINGING);
    }
  else if (view->state == CS_CALL_TALKING || view->state == CS_CALL_HELD
           || view->state == CS_CALL_PARKED)
    {
      census->n_talking++;
      g_assert_cmpint (world_presence (census->world, view->agent), ==, CS_PRESENCE_TALKING);
    }
  g_assert_true (view->running
                 == ((view->state == CS_CALL_TALKING || view->state == CS_CALL_HELD)));
  g_assert_true ((view->place > 0)
                 == (view->state == CS_CALL_QUEUED || view->state == CS_CALL_OFFERED));
}

static void
check (Simulation *s)
{
  World *world = s->world;
  Census census = { .world = world };
  guint n_phones[AGENTS] = { 0 };
  guint n_ringing = 0, n_talking = 0, n_free = 0, n_legs = world_open_legs (world);
  gint64 now_us = ct_clock_monotonic_us (world->clock);

  if (world->credit_is_dead || world->no_media)
    s->calm_us = now_us + 6 * G_USEC_PER_SEC;
  cs_switch_each_call (world->sw, CT_ID_NONE, check_call, &census);
  g_assert_cmpuint (census.n_calls, ==, cs_switch_count_calls (world->sw));
  g_assert_cmpuint (world->counts[CS_NOTE_CALL_STARTED] - world->counts[CS_NOTE_CALL_ENDED], ==,
                    census.n_calls);
  g_assert_cmpuint (n_legs, <=, 3 * census.n_calls);
  for (guint i = 0; i < n_legs; i++)
    {
      const FakeLeg *leg = world->live->pdata[i];

      g_assert_true (leg->open && !leg->over); /* both or neither */
      if (leg->invited && leg->target == CS_SIP_TO_USER)
        g_assert_cmpuint (++n_phones[leg->user - AGENT (0)], ==, 1);
    }
  for (guint i = 0; i < AGENTS; i++)
    {
      CsPresenceView view;

      if (!cs_switch_get_presence (world->sw, AGENT (i), &view))
        continue;
      n_ringing += view.presence == CS_PRESENCE_RINGING;
      n_talking += view.presence == CS_PRESENCE_TALKING;
      n_free += view.presence == CS_PRESENCE_AVAILABLE && view.registered
                && cs_plan_find_agent (world->plan, view.user) >= 0;
      cs_presence_view_clear (&view);
    }
  g_assert_cmpuint (n_ringing, ==, census.n_offered);
  g_assert_cmpuint (n_talking, ==, census.n_talking);
  /* Nobody waits while somebody is free: in this plan everybody fits. */
  if (now_us > s->calm_us)
    g_assert_true (n_free == 0 || census.n_hopeful == 0);
}

static void
check_end (Simulation *s)
{
  World *world = s->world;
  GHashTableIter iter;
  gpointer value;

  world->bad_sdp = world->no_media = FALSE;
  if (one_in (s, 2))
    cs_switch_end_all (world->sw);
  for (FakeLeg *leg; (leg = pick_leg (s, is_caller)) != NULL;)
    world_sip (world, CS_SIP_ENDED, leg->id, CS_CAUSE_NORMAL);
  world_wait (world, 120.0);
  check (s);
  g_assert_cmpuint (cs_switch_count_calls (world->sw), ==, 0);
  g_assert_cmpuint (cs_switch_count_waiting (world->sw), ==, 0);
  g_assert_cmpuint (world_open_legs (world), ==, 0);
  g_assert_cmpint (cs_timers_get_next_us (world->timers), ==, G_MAXINT64);
  g_hash_table_iter_init (&iter, world->bills);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_assert_cmpuint (((FakeBill *) value)->settled, ==, 1);
  g_assert_cmpint (world->quality.received, ==, world->n_queued);
  g_assert_cmpuint (world->counts[CS_NOTE_QUALITY], ==, world->n_queued);
}

static guint answered, onward, parked, warned, voicemails;

static void
simulate (guint32 seed)
{
  Simulation s = { .world = world_new (), .random = g_rand_new_with_seed (seed) };
  guint total = 0;

  s.world->keep_notes = FALSE;
  world_purse (s.world, COMPANY, 3000);
  replan (&s);
  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++)
    total += acts[i].weight;
  for (guint e = 0; e < EVENTS; e++)
    {
      guint at = below (&s, total);
      gsize i = 0;

      while (at >= acts[i].weight)
        at -= acts[i++].weight;
      acts[i].act (&s);
      world_pump (s.world);
      check (&s);
    }
  check_end (&s);
  answered += s.world->counts[CS_NOTE_CALL_ANSWERED];
  onward += s.world->counts[CS_NOTE_CALL_ONWARD];
  parked += s.world->counts[CS_NOTE_CALL_PARKED];
  warned += s.world->counts[CS_NOTE_CALL_CREDIT_WARNING];
  voicemails += s.world->counts[CS_NOTE_VOICEMAIL];
  g_rand_free (s.random);
  world_free (s.world);
}

static void
test_simulation (void)
{
  const char *one = g_getenv ("SIMULATION_SEED");

  if (one != NULL)
    {
      simulate ((guint32) strtoul (one, NULL, 10));
      return;
    }
  for (guint32 seed = 1; seed <= SEEDS; seed++)
    {
      g_test_message ("seed %u", seed);
      simulate (seed);
    }
  g_test_message ("answered %u, onward %u, parked %u, warned %u, voicemails %u", answered, onward,
                  parked, warned, voicemails);
  /* It would prove little if it did not get there. */
  g_assert_cmpuint (answered, >, SEEDS * 10);
  g_assert_cmpuint (onward, >, SEEDS);
  g_assert_cmpuint (parked, >, SEEDS);
  g_assert_cmpuint (warned, >, SEEDS);
  g_assert_cmpuint (voicemails, >, SEEDS / 4);
}

static GLogWriterOutput
swallow (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & (G_LOG_FLAG_FATAL | G_LOG_LEVEL_CRITICAL)) != 0)
    return g_log_writer_default (level, fields, n_fields, data);
  return G_LOG_WRITER_HANDLED;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (swallow, NULL, NULL);
  g_test_add_func ("/switch/simulation", test_simulation);
  return g_test_run ();
}
