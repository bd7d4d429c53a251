/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long a choice takes: 5,000 e-agents of all kinds, 1,000 calls of 100 lines waiting. Measured is
 * the whole event at the switch, not the bare choice: somebody becomes available (the walk over the
 * queue, the choice, the offer), and a call arrives while everybody is free and nobody fits the 1,000.
 * At most 200 us at the 99th percentile. The ports do nothing. A calibration loop, which only
 * multiplies, stands beside the figures: compare runs by it, never machines by the clock. The time is the
 * thread's own, without what other programs take of a shared machine. */
#include "server/switch/switch.h"

#include <stdlib.h>
#include <time.h>

#define N_AGENTS 5000
#define N_LINES 100
#define N_WAITING 1000
#define N_SAMPLES 20000
#define LIMIT_US 200.0

#define TENANT 1
#define COMPANY 2
#define TRUNK 3
#define POOL(n) (100 + (n))
#define N_POOLS 40
#define SKILL(n) (200 + (n))
#define N_SKILLS 20
#define BADGE(n) (300 + (n))
#define N_BADGES 10
#define NOBODYS_POOL 999
#define AGENT(n) (10000 + (n))

typedef struct {
  CsSwitch *sw;
  CtClock *clock;
  GRand *random;
  CsLegId next_leg;
  CtId reserved; /* the last call that asked for credit */
  guint generation;
  CtId rung; /* the user rung last */
} Bench;

/* Ports that do nothing. */

static void
sip_leg (gpointer self, CsLegId leg)
{
}

static void
sip_answer (gpointer self, CsLegId leg, const char *sdp)
{
}

static void
sip_refuse (gpointer self, CsLegId leg, int status)
{
  g_error ("a call was refused with %d", status);
}

static void
sip_originate (gpointer self, CsLegId leg, const CsSipTarget *target, const char *sdp)
{
  ((Bench *) self)->rung = target->user;
}

static void
sip_hang_up (gpointer self, CsLegId leg, CsCause cause)
{
}

static gboolean
media_open (gpointer self, CsLegId leg, GError **error)
{
  return TRUE;
}

static char *
media_offer (gpointer self, CsLegId leg, CsMediaDirection direction)
{
  return g_strdup ("v=0");
}

static char *
media_answer (gpointer self, CsLegId leg, const char *sdp, GError **error)
{
  return g_strdup ("v=0");
}

static gboolean
media_accept (gpointer self, CsLegId leg, const char *sdp, GError **error)
{
  return TRUE;
}

static gboolean
media_is_held (gpointer self, CsLegId leg)
{
  return FALSE;
}

static void
media_play (gpointer self, CsLegId leg, const CsMediaItem *items, guint n, guint times, guint tag)
{
}

static void
media_leg (gpointer self, CsLegId leg)
{
}

static void
media_bridge (gpointer self, CsLegId a, CsLegId b)
{
}

static void
media_flag (gpointer self, CsLegId leg, gboolean on)
{
}

static void
media_record (gpointer self, CsLegId leg, CtId recording)
{
}

static void
credit_reserve (gpointer self, CtId call, CtId tenant, CtId company, gboolean emergency,
                guint generation)
{
  Bench *bench = self;

  bench->reserved = call;
  bench->generation = generation;
}

static void
credit_renew (gpointer self, CtId call, guint generation, gint64 until_second)
{
}

static void
credit_settle (gpointer self, CtId call, gint64 seconds, const CsCreditShare *shares, guint n)
{
}

static void
emit (gpointer self, const CsNote *note)
{
  cs_note_free (cs_note_copy (note)); /* as the real one must */
}

/* The plan. */

static CtId
any (Bench *bench, CtId first, guint n)
{
  return first + g_rand_int_range (bench->random, 0, (gint32) n);
}

static CsPlanAgent *
make_agent (Bench *bench, guint i)
{
  CsPlanAgent *agent = cs_plan_agent_new ();

  agent->id = AGENT (i);
  agent->tenant = TENANT;
  agent->level = (guint) any (bench, 1, 5);
  agent->languages = (guint) any (bench, 1, 31);
  agent->n_pools = 8;
  agent->pools = g_new (CtId, 8);
  agent->n_skills = 6;
  agent->skills = g_new (CtId, 6);
  for (int p = 0; p < 8; p++)
    agent->pools[p] = any (bench, POOL (0), N_POOLS);
  for (int k = 0; k < 6; k++)
    agent->skills[k] = any (bench, SKILL (0), N_SKILLS);
  agent->n_badges = 3;
  agent->badges = g_new (CsPlanBadge, 3);
  for (int b = 0; b < 3; b++)
    agent->badges[b]
        = (CsPlanBadge){ any (bench, BADGE (0), N_BADGES), (guint) any (bench, 1, 5), G_MAXINT64 };
  return agent;
}

static CsPlanLine *
make_line (Bench *bench, guint i, gboolean nobodys)
{
  CsPlanLine *line = cs_plan_line_new ();

  line->id = 1000 + i;
  line->tenant = TENANT;
  line->company_index = 0;
  line->record = FALSE;
  line->number = g_strdup_printf ("+3120%07u", i);
  line->language = (CsLanguage) any (bench, 0, CS_LANGUAGES);
  line->needs.pool = nobodys ? NOBODYS_POOL : any (bench, POOL (0), N_POOLS);
  line->needs.n_skills = 1;
  line->needs.skills = g_new (CtId, 1);
  line->needs.skills[0] = any (bench, SKILL (0), N_SKILLS);
  line->needs.badge = i % 2 == 0 ? any (bench, BADGE (0), N_BADGES) : CT_ID_NONE;
  line->needs.difficulty = (guint) any (bench, 1, 3);
  line->priority = i % 3;
  return line;
}

/* Lines from N_LINES on have the same needs, but for a pool that nobody is in. */
static CsPlan *
make_plan (Bench *bench)
{
  CsPlan *plan = cs_plan_new (1);
  CsPlanCompany *company = cs_plan_company_new ();

  company->id = COMPANY;
  company->tenant = TENANT;
  g_ptr_array_add (plan->companies, company);
  for (guint i = 0; i < 2 * N_LINES; i++)
    g_ptr_array_add (plan->lines, make_line (bench, i, i >= N_LINES));
  for (guint i = 0; i < N_AGENTS; i++)
    g_ptr_array_add (plan->agents, make_agent (bench, i));
  cs_plan_seal (plan);
  return plan;
}

/* Events. */

static CsLegId
ring (Bench *bench, guint line)
{
  g_autofree char *called = g_strdup_printf ("+3120%07u", line);
  CsSipEvent event = { .kind = CS_SIP_INCOMING,
                       .leg = bench->next_leg++,
                       .trunk = TRUNK,
                       .called = called,
                       .sdp = (char *) "v=0" };

  cs_switch_on_sip (bench->sw, &event);
  return event.leg;
}

static void
leg_event (Bench *bench, CsSipEventKind kind, CsLegId leg)
{
  CsSipEvent event = { .kind = kind, .leg = leg };

  cs_switch_on_sip (bench->sw, &event);
}

static void
grant (Bench *bench)
{
  CsCreditEvent event = { .kind = CS_CREDIT_GRANTED,
                          .call = bench->reserved,
                          .generation = bench->generation,
                          .until_second = 30 };

  bench->reserved = CT_ID_NONE;
  cs_switch_on_credit (bench->sw, &event);
}

static void
set_presence (Bench *bench, CtId user, CsPresence presence)
{
  g_autoptr (GError) error = NULL;

  if (!cs_switch_set_presence (bench->sw, user, presence, NULL, &error))
    g_error ("%s", error->message);
}

static void
fill_queue (Bench *bench, guint first_line)
{
  for (guint i = 0; i < N_WAITING; i++)
    {
      leg_event (bench, CS_SIP_CONFIRMED, ring (bench, first_line + i % N_LINES));
      ct_clock_advance_us (bench->clock, 1000);
    }
  g_assert_cmpuint (cs_switch_count_waiting (bench->sw), ==, N_WAITING);
}

/* Figures. */

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static gboolean
report (const char *what, double *us, guint n)
{
  double p99;

  qsort (us, n, sizeof *us, compare);
  p99 = us[n * 99 / 100];
  g_print ("%-44s median %6.1f us, 99 %% %6.1f us, longest %7.1f us\n", what, us[n / 2], p99,
           us[n - 1]);
  return p99 <= LIMIT_US;
}

static double
now_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

static void
calibrate (void)
{
  double start = now_us ();
  volatile guint64 x = 88172645463325252;

  for (guint i = 0; i < 10000000; i++)
    x = x * 6364136223846793005 + 1442695040888963407;
  g_print ("calibration: 10 million multiplications in %.1f ms\n", (now_us () - start) / 1000);
}

static gboolean
bench_freed (Bench *bench, double *us)
{
  guint n = 0;

  for (guint i = 0; n < N_SAMPLES; i++)
    {
      CtId user = AGENT (any (bench, 0, N_AGENTS));
      double start = now_us ();

      bench->rung = CT_ID_NONE;
      set_presence (bench, user, CS_PRESENCE_AVAILABLE);
      if (bench->reserved != CT_ID_NONE)
        grant (bench);
      us[n++] = now_us () - start;
      set_presence (bench, user, CS_PRESENCE_PAUSED);
      ct_clock_advance_us (bench->clock, 1000);
    }
  return report ("one e-agent free, 1,000 calls wait:", us, n);
}

static gboolean
bench_arrived (Bench *bench, double *us)
{
  for (guint i = 0; i < N_SAMPLES; i++)
    {
      CsLegId leg = ring (bench, i % N_LINES);
      double start = now_us ();

      leg_event (bench, CS_SIP_CONFIRMED, leg);
      if (bench->reserved != CT_ID_NONE)
        grant (bench);
      us[i] = now_us () - start;
      leg_event (bench, CS_SIP_ENDED, leg);
      ct_clock_advance_us (bench->clock, 1000);
    }
  return report ("one call comes, 5,000 e-agents free:", us, N_SAMPLES);
}

static GLogWriterOutput
swallow (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  return (level & G_LOG_LEVEL_MASK) <= G_LOG_LEVEL_WARNING
             ? g_log_writer_default (level, fields, n_fields, data)
             : G_LOG_WRITER_HANDLED;
}

static gboolean
run (gboolean all_free)
{
  Bench bench = { .next_leg = 1, .random = g_rand_new_with_seed (7) };
  g_autofree double *us = g_new (double, N_SAMPLES);
  CsSipPort sip
      = { &bench, sip_leg, sip_answer, sip_refuse, sip_originate, sip_answer, sip_hang_up };
  CsMediaPort media
      = { &bench,     media_open, media_offer,  media_answer, media_accept, media_is_held,
          media_play, media_leg,  media_bridge, media_leg,    media_flag,   media_record,
          media_flag, media_leg,  media_leg,    media_leg };
  CsCreditPort credit = {
    .self = &bench, .reserve = credit_reserve, .renew = credit_renew, .settle = credit_settle
  };
  CsJournal journal = { &bench, emit };
  CsTimers *timers;
  CsPlan *plan;
  gboolean good;

  bench.clock = ct_clock_new_manual (G_GINT64_CONSTANT (1763764000000));
  timers = cs_timers_new (bench.clock, NULL);
  bench.sw = cs_switch_new (bench.clock, timers, &sip, &media, &credit, &journal);
  plan = make_plan (&bench);
  cs_switch_set_plan (bench.sw, plan);
  fill_queue (&bench, all_free ? N_LINES : 0);
  for (guint i = 0; i < N_AGENTS; i++)
    {
      CsSipEvent event = { .kind = CS_SIP_REGISTERED, .user = AGENT (i) };

      cs_switch_on_sip (bench.sw, &event);
      if (all_free)
        set_presence (&bench, AGENT (i), CS_PRESENCE_AVAILABLE);
      ct_clock_advance_us (bench.clock, 1000);
    }
  good = all_free ? bench_arrived (&bench, us) : bench_freed (&bench, us);
  cs_switch_free (bench.sw);
  cs_timers_free (timers);
  cs_plan_unref (plan);
  ct_clock_unref (bench.clock);
  g_rand_free (bench.random);
  return good;
}

int
main (void)
{
  gboolean good;

  g_log_set_writer_func (swallow, NULL, NULL);
  calibrate ();
  good = run (FALSE);
  good = run (TRUE) && good;
  calibrate ();
  if (!good)
    g_print ("a choice took more than %.0f us\n", LIMIT_US);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
