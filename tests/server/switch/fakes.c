/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fakes.h"

#include <string.h>

typedef struct {
  CsSipEvent *sip;
  CsMediaEvent *media;
  CsCreditEvent *credit;
} Posted;

static void
post (World *world, CsSipEvent *sip, CsMediaEvent *media, CsCreditEvent *credit)
{
  Posted *posted = g_new (Posted, 1);

  *posted = (Posted){ sip, media, credit };
  g_queue_push_tail (&world->events, posted);
}

FakeLeg *
world_leg (World *world, CsLegId leg)
{
  return g_hash_table_lookup (world->legs, &leg);
}

static FakeLeg *
make_leg (World *world, CsLegId id, gboolean incoming)
{
  FakeLeg *leg = g_new0 (FakeLeg, 1);

  leg->id = id;
  leg->incoming = incoming;
  g_hash_table_insert (world->legs, &leg->id, leg);
  g_ptr_array_add (world->live, leg);
  return leg;
}

static void
leg_free (gpointer data)
{
  FakeLeg *leg = data;

  g_free (leg->number);
  g_free (leg->playing);
  g_free (leg);
}

/* SIP. */

static FakeLeg *
live (World *world, CsLegId id)
{
  FakeLeg *leg = world_leg (world, id);

  g_assert_nonnull (leg);
  g_assert_false (leg->over);
  return leg;
}

static void
sip_ring (gpointer self, CsLegId id)
{
  live (self, id);
}

static void
sip_answer (gpointer self, CsLegId id, const char *sdp)
{
  FakeLeg *leg = live (self, id);

  g_assert_true (leg->incoming && !leg->answered);
  g_assert_nonnull (sdp);
  leg->answered = TRUE;
}

static void
sip_refuse (gpointer self, CsLegId id, int status)
{
  FakeLeg *leg = live (self, id);

  g_assert_true (leg->incoming && !leg->answered);
  g_assert_false (leg->open);
  leg->refused = status;
  leg->over = TRUE;
}

static void
sip_originate (gpointer self, CsLegId id, const CsSipTarget *target, const char *sdp)
{
  FakeLeg *leg = world_leg (self, id); /* media made it */

  g_assert_true (leg != NULL && !leg->invited && !leg->incoming);
  g_assert_nonnull (sdp);
  leg->invited = TRUE;
  leg->target = target->kind;
  leg->user = target->user;
  leg->number = g_strdup (target->number);
  leg->call = target->call;
  g_assert_true (target->kind == CS_SIP_TO_USER || target->trunk != CT_ID_NONE);
}

static void
sip_reanswer (gpointer self, CsLegId id, const char *sdp)
{
  live (self, id)->reoffer_accepted = sdp != NULL;
}

static void
sip_hang_up (gpointer self, CsLegId id, CsCause cause)
{
  FakeLeg *leg = live (self, id);

  leg->over = TRUE;
  leg->hung_up = cause;
}

/* Media. */

static FakeLeg *
open_leg (World *world, CsLegId id)
{
  FakeLeg *leg = world_leg (world, id);

  g_assert_nonnull (leg);
  g_assert_true (leg->open);
  return leg;
}

static gboolean
media_open (gpointer self, CsLegId id, GError **error)
{
  World *world = self;
  FakeLeg *leg = world_leg (world, id);

  if (world->no_media)
    return ct_fail (error, CT_ERROR_LIMIT, "no port");
  if (leg == NULL)
    leg = make_leg (world, id, FALSE);
  g_assert_false (leg->open);
  leg->open = TRUE;
  return TRUE;
}

static char *
media_offer (gpointer self, CsLegId id, CsMediaDirection direction)
{
  open_leg (self, id);
  return g_strdup ("offer");
}

static char *
media_answer (gpointer self, CsLegId id, const char *sdp, GError **error)
{
  World *world = self;

  open_leg (world, id);
  if (world->bad_sdp)
    {
      ct_fail (error, CT_ERROR_INVALID, "no common codec");
      return NULL;
    }
  return g_strdup ("answer");
}

static gboolean
media_accept (gpointer self, CsLegId id, const char *sdp, GError **error)
{
  World *world = self;

  open_leg (world, id);
  return !world->bad_sdp || ct_fail (error, CT_ERROR_INVALID, "no common codec");
}

static gboolean
media_is_held (gpointer self, CsLegId id)
{
  return open_leg (self, id)->held;
}

static void
media_play (gpointer self, CsLegId id, const CsMediaItem *items, guint n_items, guint times,
            guint tag)
{
  FakeLeg *leg = open_leg (self, id);
  g_autoptr (GString) names = g_string_new (NULL);

  g_assert_cmpuint (n_items, >, 0);
  for (guint i = 0; i < n_items; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? "+" : "",
                            items[i].prompt != NULL ? items[i].prompt : "silence");
  g_free (leg->playing);
  leg->playing = g_strdup (names->str);
  leg->times = times;
  leg->tag = tag;
}

static void
media_stop (gpointer self, CsLegId id)
{
  g_clear_pointer (&open_leg (self, id)->playing, g_free);
}

static void
media_unbridge (gpointer self, CsLegId id)
{
  FakeLeg *leg = open_leg (self, id);
  FakeLeg *peer = leg->peer != 0 ? world_leg (self, leg->peer) : NULL;

  if (peer != NULL)
    peer->peer = 0;
  leg->peer = 0;
}

static void
media_bridge (gpointer self, CsLegId a, CsLegId b)
{
  media_unbridge (self, a);
  media_unbridge (self, b);
  open_leg (self, a)->peer = b;
  open_leg (self, b)->peer = a;
}

static void
media_mute (gpointer self, CsLegId id, gboolean muted)
{
  open_leg (self, id);
}

static void
media_record (gpointer self, CsLegId id, CtId recording)
{
  FakeLeg *leg = open_leg (self, id);

  g_assert_cmpint (leg->recording, ==, 0);
  leg->recording = recording;
}

static void
media_mask (gpointer self, CsLegId id, gboolean masked)
{
  open_leg (self, id)->masked = masked;
}

static void
media_record_stop (gpointer self, CsLegId id)
{
  FakeLeg *leg = open_leg (self, id);
  CsMediaEvent *event;

  if (leg->recording == 0)
    return;
  event = g_new0 (CsMediaEvent, 1);
  *event = (CsMediaEvent){ .kind = CS_MEDIA_RECORDED,
                           .leg = id,
                           .recording = leg->recording,
                           .path = g_strdup ("/spool/x.wav"),
                           .samples = 8000 };
  leg->recording = 0;
  post (self, NULL, event, NULL);
}

static void
media_close (gpointer self, CsLegId id)
{
  media_record_stop (self, id);
  g_assert_cmpint (open_leg (self, id)->peer, ==, 0);
  open_leg (self, id)->open = FALSE;
}

/* Credit: 30 s at a time out of the company's purse. */

static gint64 *
purse (World *world, CtId company)
{
  return g_hash_table_lookup (world->purses, &company);
}

void
world_purse (World *world, CtId company, gint64 seconds)
{
  g_hash_table_replace (world->purses, g_memdup2 (&company, sizeof company),
                        g_memdup2 (&seconds, sizeof seconds));
}

static void
grant (World *world, FakeBill *bill, guint generation)
{
  gint64 *left = purse (world, bill->company);
  gint64 block = MIN (CS_CREDIT_BLOCK_SECONDS, *left);
  CsCreditEvent *event = g_new0 (CsCreditEvent, 1);

  bill->generation = generation;
  *left -= block;
  bill->granted += block;
  *event = (CsCreditEvent){ .kind = block > 0 ? CS_CREDIT_GRANTED : CS_CREDIT_REFUSED,
                            .call = bill->id,
                            .company = bill->company,
                            .generation = generation,
                            .until_second = bill->granted,
                            .last = *left == 0 };
  if (!world->credit_is_dead)
    post (world, NULL, NULL, event);
  else
    g_free (event);
}

FakeBill *
world_bill (World *world, CtId call)
{
  return g_hash_table_lookup (world->bills, &call);
}

static FakeBill *
make_bill (World *world, CtId id, CtId company)
{
  FakeBill *bill = g_new0 (FakeBill, 1);

  g_assert_null (world_bill (world, id));
  bill->id = id;
  bill->company = company;
  g_hash_table_insert (world->bills, &bill->id, bill);
  return bill;
}

static void
credit_reserve (gpointer self, CtId call, CtId tenant, CtId company, gboolean emergency,
                guint generation)
{
  grant (self, make_bill (self, call, company), generation);
}

static void
credit_reserve_onward (gpointer self, CtId onward, CtId call, CtId tenant, CtId company,
                       CtMoney rate, guint generation)
{
  FakeBill *bill = make_bill (self, onward, company);

  g_assert_cmpint (rate, >, 0);
  bill->onward = TRUE;
  grant (self, bill, generation);
}

static void
credit_renew (gpointer self, CtId call, guint generation, gint64 until_second)
{
  FakeBill *bill = world_bill (self, call);

  g_assert_cmpuint (bill->settled, ==, 0);
  g_assert_cmpint (until_second, <=, bill->granted);
  grant (self, bill, generation);
}

static gint64
add_up (const CsCreditShare *shares, guint n)
{
  gint64 sum = 0;

  for (guint i = 0; i < n; i++)
    sum += shares[i].seconds;
  return sum;
}

static void
credit_note (gpointer self, CtId call, gint64 seconds, const CsCreditShare *shares, guint n_shares)
{
  FakeBill *bill = world_bill (self, call);

  g_assert_cmpuint (bill->settled, ==, 0);
  g_assert_cmpint (seconds, >=, bill->noted);
  g_assert_cmpint (seconds, <=, bill->granted);
  g_assert_cmpint (add_up (shares, n_shares), <=, seconds);
  bill->noted = seconds;
}

static void
credit_settle (gpointer self, CtId call, gint64 seconds, const CsCreditShare *shares,
               guint n_shares)
{
  World *world = self;
  FakeBill *bill = world_bill (world, call);

  g_assert_cmpuint (bill->settled++, ==, 0);
  g_assert_cmpint (seconds, >=, bill->noted);
  g_assert_cmpint (seconds, <=, bill->granted);
  bill->seconds = seconds;
  bill->pay = add_up (shares, n_shares);
  g_assert_cmpint (bill->pay, <=, seconds);
  *purse (world, bill->company) += bill->granted - seconds;
}

void
world_top_up (World *world, CtId company, gint64 seconds)
{
  CsCreditEvent event = { .kind = CS_CREDIT_TOPPED, .company = company };

  *purse (world, company) += seconds;
  cs_switch_on_credit (world->sw, &event);
  world_pump (world);
}

/* Journal. */

static void
journal_emit (gpointer self, const CsNote *note)
{
  World *world = self;

  world->counts[note->kind]++;
  /* A call comes back to the queue only after an answer. */
  world->n_queued += note->kind == CS_NOTE_CALL_QUEUED && note->call->answered_ms == 0;
  if (note->kind == CS_NOTE_QUALITY)
    {
      world->quality.settings = note->quality.settings;
      g_assert_true (ct_quality_add (&world->quality, &note->quality));
    }
  if (world->keep_notes)
    g_ptr_array_add (world->notes, cs_note_copy (note));
}

const CsNote *
world_note (World *world, CsNoteKind kind)
{
  for (guint i = world->notes->len; i > 0; i--)
    if (((CsNote *) world->notes->pdata[i - 1])->kind == kind)
      return world->notes->pdata[i - 1];
  return NULL;
}

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
  CsSipPort sip
      = { world, sip_ring, sip_answer, sip_refuse, sip_originate, sip_reanswer, sip_hang_up };
  CsMediaPort media = { .self = world,
                        .open = media_open,
                        .offer = media_offer,
                        .answer = media_answer,
                        .accept = media_accept,
                        .is_held = media_is_held,
                        .play = media_play,
                        .stop = media_stop,
                        .bridge = media_bridge,
                        .unbridge = media_unbridge,
                        .mute = media_mute,
                        .record = media_record,
                        .mask = media_mask,
                        .record_stop = media_record_stop,
                        .close = media_close };
  CsCreditPort credit = { .self = world,
                          .reserve = credit_reserve,
                          .renew = credit_renew,
                          .note = credit_note,
                          .reserve_onward = credit_reserve_onward,
                          .settle = credit_settle };
  CsJournal journal = { world, journal_emit };

  world->clock = ct_clock_new_manual (G_GINT64_CONSTANT (1763764000000));
  world->timers = cs_timers_new (world->clock, NULL);
  world->legs = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, leg_free);
  world->live = g_ptr_array_new ();
  world->bills = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  world->purses = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  world->notes = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_note_free);
  world->keep_notes = TRUE;
  world->next_id = 5000;
  world->sw = cs_switch_new (world->clock, world->timers, &sip, &media, &credit, &journal);
  world_purse (world, COMPANY, 100000);
  return world;
}

static void
posted_free (gpointer data)
{
  Posted *posted = data;

  g_clear_pointer (&posted->sip, cs_sip_event_free);
  g_clear_pointer (&posted->media, cs_media_event_free);
  g_free (posted->credit);
  g_free (posted);
}

void
world_free (World *world)
{
  cs_switch_free (world->sw);
  g_assert_cmpint (cs_timers_get_next_us (world->timers), ==, G_MAXINT64); /* none is left */
  g_assert_cmpuint (world_open_legs (world), ==, 0);
  g_queue_clear_full (&world->events, posted_free);
  cs_timers_free (world->timers);
  g_clear_pointer (&world->plan, cs_plan_unref);
  g_hash_table_unref (world->legs);
  g_ptr_array_unref (world->live);
  g_hash_table_unref (world->bills);
  g_hash_table_unref (world->purses);
  g_ptr_array_unref (world->notes);
  ct_clock_unref (world->clock);
  g_free (world);
}

void
world_pump (World *world)
{
  Posted *posted;

  while ((posted = g_queue_pop_head (&world->events)) != NULL)
    {
      if (posted->sip != NULL)
        cs_switch_on_sip (world->sw, posted->sip);
      if (posted->media != NULL)
        cs_switch_on_media (world->sw, posted->media);
      if (posted->credit != NULL)
        cs_switch_on_credit (world->sw, posted->credit);
      posted_free (posted);
    }
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
                       .trunk = TRUNK,
                       .from_call = from_call,
                       .caller = (char *) caller,
                       .called = (char *) called,
                       .sip_call_id = (char *) "a@b",
                       .sdp = (char *) "v=0" };

  make_leg (world, event.leg, TRUE);
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
