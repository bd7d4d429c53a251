/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fakes.h"

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

FakeLeg *
fakes_make_leg (World *world, CsLegId id, gboolean incoming)
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
    leg = fakes_make_leg (world, id, FALSE);
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
media_expect (gpointer self, CsLegId id)
{
  open_leg (self, id)->expected = TRUE;
}

static void
media_mask (gpointer self, CsLegId id, gboolean masked)
{
  FakeLeg *leg = open_leg (self, id);

  leg->masked = masked;
  leg->bared = !masked && leg->recording != 0;
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

/* The plug. */

void
fakes_plug (World *world)
{
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
                        .expect = media_expect,
                        .close = media_close };
  CsCreditPort credit = { .self = world,
                          .reserve = credit_reserve,
                          .renew = credit_renew,
                          .note = credit_note,
                          .reserve_onward = credit_reserve_onward,
                          .settle = credit_settle };
  CsJournal journal = { world, journal_emit };

  world->legs = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, leg_free);
  world->live = g_ptr_array_new ();
  world->sw = cs_switch_new (world->clock, world->timers, &sip, &media, &credit, &journal);
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
fakes_unplug (World *world)
{
  g_queue_clear_full (&world->events, posted_free);
  g_hash_table_unref (world->legs);
  g_ptr_array_unref (world->live);
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
