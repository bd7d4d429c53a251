/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop of a relay thread: sockets, the 20 ms timer and the inbox in one epoll; and the orders. */
#define G_LOG_DOMAIN "media"
#include "server/media/relay-private.h"

#include "common/base/error.h"
#include "server/base/bell.h"
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define EVENTS 128
#define COMFORT_NOISE 13
#define MAX_CATCH_UP 5 /* ticks; later ones than that are left out */

void
cs_relay_emit (CsRelay *relay, CsMediaEventKind kind, const CsRelayLeg *leg, char digit, guint tag)
{
  CsMediaEvent *event = g_new0 (CsMediaEvent, 1);

  event->kind = kind;
  event->leg = leg->id;
  event->digit = digit;
  event->tag = tag;
  relay->shared.sink (event, relay->shared.data);
}

CsRelayLeg *
cs_relay_leg_new (CsLegId id, const CsSocketPair *pair)
{
  CsRelayLeg *leg = g_new0 (CsRelayLeg, 1);

  leg->id = id;
  leg->pair = *pair;
  leg->send_event = CS_SDP_NONE;
  memset (leg->send, CS_SDP_NONE, sizeof leg->send);
  cs_stream_init (&leg->stream);
  return leg;
}

const CsSocketPair *
cs_relay_leg_get_pair (const CsRelayLeg *leg)
{
  return &leg->pair;
}

void
cs_relay_leg_free (CsRelayLeg *leg)
{
  g_clear_pointer (&leg->play, cs_play_free);
  g_free (leg);
}

static void
unbridge (CsRelayLeg *leg)
{
  if (leg->peer == NULL)
    return;
  leg->peer->peer = NULL;
  leg->peer = NULL;
}

static void
bridge (CsRelayLeg *leg, CsRelayLeg *other)
{
  unbridge (leg);
  unbridge (other);
  leg->peer = other;
  other->peer = leg;
}

/* Ticks are wanted while there are legs; an idle server sleeps. */
static void
set_ticking (CsRelay *relay, gboolean ticking, gint64 now_us)
{
  const struct timespec period = { 0, ticking ? CS_TICK_US * 1000 : 0 };
  const struct itimerspec every = { period, period };

  g_atomic_int_set (&relay->ticking, ticking);
  relay->tick_us = now_us + CS_TICK_US;
  timerfd_settime (relay->timer, 0, &every, NULL);
}

static void
add (CsRelay *relay, CsRelayLeg *leg, gint64 now_us)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = leg };

  if (!relay->ticking)
    set_ticking (relay, TRUE, now_us);
  leg->index = relay->legs->len;
  g_ptr_array_add (relay->legs, leg);
  g_atomic_pointer_set (&leg->owner, relay);
  if (epoll_ctl (relay->epoll, EPOLL_CTL_ADD, leg->pair.rtp, &event) != 0)
    g_warning ("a leg cannot be listened to: %s", g_strerror (errno));
}

static void
drop (CsRelay *relay, CsRelayLeg *leg)
{
  CsRelayLeg *last = g_ptr_array_index (relay->legs, relay->legs->len - 1);

  unbridge (leg);
  epoll_ctl (relay->epoll, EPOLL_CTL_DEL, leg->pair.rtp, NULL);
  g_ptr_array_remove_index_fast (relay->legs, leg->index);
  last->index = leg->index;
  g_atomic_pointer_set (&leg->owner, NULL);
}

static void
set_kind (CsRelayLeg *leg, guint8 payload_type, CsPacketKind kind)
{
  if (payload_type != CS_SDP_NONE && leg->kinds[payload_type] == CS_PACKET_UNKNOWN)
    leg->kinds[payload_type] = kind;
}

/* Payload types are taken by our numbers and by the peer's: there are phones that mix them up. */
static void
apply_agreement (CsRelayLeg *leg, const CsAgreement *agreement, gint64 now_us)
{
  if (agreement->peer.sin_addr.s_addr != 0)
    cs_latch_announce (&leg->latch, &agreement->peer);
  leg->may_send = agreement->may_send;
  leg->expects = agreement->expects;
  leg->law = agreement->law;
  memcpy (leg->send, agreement->send, sizeof leg->send);
  leg->send_event = agreement->send_event;
  memset (leg->kinds, CS_PACKET_UNKNOWN, sizeof leg->kinds);
  for (int law = 0; law < CS_LAWS; law++)
    {
      set_kind (leg, agreement->take[law], law == CS_LAW_A ? CS_PACKET_A : CS_PACKET_U);
      set_kind (leg, agreement->send[law], law == CS_LAW_A ? CS_PACKET_A : CS_PACKET_U);
    }
  set_kind (leg, agreement->take_event, CS_PACKET_EVENT);
  set_kind (leg, agreement->send_event, CS_PACKET_EVENT);
  set_kind (leg, COMFORT_NOISE, CS_PACKET_NOISE);
  leg->heard_us = now_us;
}

static void
play (CsRelay *relay, CsRelayLeg *leg, CsOrder *order)
{
  CsPlay *before = leg->play;

  leg->play = order->play;
  order->play = before;
  leg->playing = leg->play != NULL && !cs_play_is_over (leg->play);
  /* What was to last for ever and is not there has no end either: told of it, one would play it again. */
  if (leg->play != NULL && !leg->playing && !cs_play_is_endless (leg->play))
    cs_relay_emit (relay, CS_MEDIA_PLAYED, leg, 0, cs_play_get_tag (leg->play));
}

static void
record (CsRelayLeg *leg, CsRecording *recording, gint64 now_us)
{
  if (leg->recording != NULL)
    cs_recording_stop (leg->recording, now_us);
  leg->recording = recording;
  if (recording != NULL)
    cs_recording_start (recording, now_us);
}

/* FALSE: the order went on to another relay, and does not come back from here. */
static gboolean
carry_out (CsRelay *relay, CsOrder *order, gint64 now_us)
{
  CsRelayLeg *leg = order->leg;

  switch (order->kind)
    {
    case CS_ORDER_ADD:
      add (relay, leg, now_us);
      break;
    case CS_ORDER_MOVE:
      drop (relay, leg);
      order->kind = CS_ORDER_ADD;
      cs_relay_post (order->destination, order);
      return FALSE;
    case CS_ORDER_AGREE:
      apply_agreement (leg, &order->agreement, now_us);
      break;
    case CS_ORDER_PLAY:
      play (relay, leg, order);
      break;
    case CS_ORDER_BRIDGE:
      if (order->other != NULL)
        bridge (leg, order->other);
      else
        unbridge (leg);
      break;
    case CS_ORDER_MUTE:
      leg->muted = order->on;
      break;
    case CS_ORDER_RECORD:
      record (leg, order->recording, now_us);
      break;
    case CS_ORDER_MASK:
      leg->masked = order->on;
      break;
    case CS_ORDER_EXPECT:
      leg->asked = TRUE;
      if (!leg->heard)
        leg->heard_us = now_us;
      break;
    case CS_ORDER_CLOSE:
      record (leg, NULL, now_us);
      drop (relay, leg);
      break;
    }
  return TRUE;
}

static gboolean
is_here (CsRelay *relay, CsRelayLeg *leg)
{
  return leg == NULL || g_atomic_pointer_get (&leg->owner) == relay;
}

static gboolean
mentions (const CsOrder *order, const CsRelayLeg *leg)
{
  return leg != NULL && (order->leg == leg || order->other == leg);
}

/* An order waits when a leg of it is not here yet, or when an earlier one about that leg waits. */
static gboolean
must_wait (CsRelay *relay, const CsOrder *order, GList *until)
{
  if (order->kind == CS_ORDER_ADD)
    return FALSE;
  for (GList *i = relay->waiting.head; i != until; i = i->next)
    if (mentions (i->data, order->leg) || mentions (i->data, order->other))
      return TRUE;
  return !is_here (relay, order->leg) || !is_here (relay, order->other);
}

static void
finish (CsRelay *relay, CsOrder *order, gint64 now_us)
{
  if (carry_out (relay, order, now_us))
    cs_stack_push (&relay->done, &order->node);
}

static void
retry_waiting (CsRelay *relay, gint64 now_us)
{
  GList *i = relay->waiting.head;

  while (i != NULL)
    {
      GList *next = i->next;
      CsOrder *order = i->data;

      if (!must_wait (relay, order, i))
        {
          g_queue_delete_link (&relay->waiting, i);
          finish (relay, order, now_us);
        }
      i = next;
    }
}

/* FALSE: there were none. */
static gboolean
take_orders (CsRelay *relay, gint64 now_us)
{
  CsStackNode *node = cs_stack_take (&relay->inbox);
  gboolean any = node != NULL;

  while (node != NULL)
    {
      CsOrder *order = (CsOrder *) node;
      gboolean arrives = order->kind == CS_ORDER_ADD;

      node = node->next;
      if (must_wait (relay, order, NULL))
        g_queue_push_tail (&relay->waiting, order);
      else
        finish (relay, order, now_us);
      if (arrives && relay->waiting.length > 0)
        retry_waiting (relay, now_us);
    }
  return any;
}

/* Takes what there is, and rests when the last leg went. Whoever posted while the ticks ended either saw
 * that and rings, or is seen here. */
static gboolean
follow_orders (CsRelay *relay, gint64 now_us)
{
  gboolean any = take_orders (relay, now_us);

  if (!relay->ticking || relay->legs->len > 0)
    return any;
  set_ticking (relay, FALSE, now_us);
  return take_orders (relay, now_us) || any;
}

/* A relay at work looks at its orders before the next packet and the next tick, so before it does anything
 * that they change; to wake it costs both sides a change of threads. */
void
cs_relay_post (CsRelay *relay, CsOrder *order)
{
  if (cs_stack_push (&relay->inbox, &order->node) && !g_atomic_int_get (&relay->ticking))
    cs_bell_ring (relay->bell);
}

CsOrder *
cs_relay_collect (CsRelay *relay)
{
  return (CsOrder *) cs_stack_take (&relay->done);
}

static void
run_ticks (CsRelay *relay, gint64 now_us)
{
  for (int i = 0; i < MAX_CATCH_UP && now_us >= relay->tick_us; i++)
    {
      cs_relay_tick (relay, now_us);
      relay->tick_us += CS_TICK_US;
      if (i > 0)
        cs_count (&relay->counters.late_ticks, 1);
    }
  if (now_us >= relay->tick_us)
    relay->tick_us = now_us + CS_TICK_US;
}

/* Before the orders are looked at: a ring that comes later is for one that they do not hold yet. */
static void
silence_bell (CsRelay *relay, const struct epoll_event *events, int n)
{
  for (int i = 0; i < n; i++)
    if (events[i].data.ptr == &relay->bell)
      cs_bell_silence (relay->bell);
}

void
cs_relay_step (CsRelay *relay, int timeout_ms)
{
  struct epoll_event events[EVENTS];
  int n = epoll_wait (relay->epoll, events, EVENTS, timeout_ms);
  gint64 now_us = ct_clock_monotonic_us (relay->shared.clock);
  guint64 expirations;

  silence_bell (relay, events, n);
  /* An order may take away a leg that an event points to: they are asked for again. */
  if (follow_orders (relay, now_us))
    n = epoll_wait (relay->epoll, events, EVENTS, 0);
  for (int i = 0; i < n; i++)
    {
      if (events[i].data.ptr == &relay->bell)
        continue;
      if (events[i].data.ptr != &relay->timer)
        cs_relay_receive (relay, events[i].data.ptr, now_us);
      else if (read (relay->timer, &expirations, sizeof expirations) < 0 && errno != EAGAIN)
        g_warning ("the relay's timer cannot be read: %s", g_strerror (errno));
    }
  if (now_us >= relay->tick_us && relay->legs->len > 0)
    run_ticks (relay, now_us);
}

static gpointer
run (gpointer data)
{
  CsRelay *relay = data;

  while (!g_atomic_int_get (&relay->stop))
    cs_relay_step (relay, -1);
  return NULL;
}

static gboolean
watch (CsRelay *relay, int *fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = fd };

  return *fd >= 0 && epoll_ctl (relay->epoll, EPOLL_CTL_ADD, *fd, &event) == 0;
}

CsRelay *
cs_relay_new (const CsRelayShared *shared, CsRing *ring, const char *name, GError **error)
{
  CsRelay *relay = g_new0 (CsRelay, 1);

  relay->shared = *shared;
  ct_clock_ref (shared->clock);
  relay->ring = ring;
  relay->legs = g_ptr_array_new ();
  g_queue_init (&relay->waiting);
  relay->tick_us = ct_clock_monotonic_us (shared->clock) + CS_TICK_US;
  relay->epoll = epoll_create1 (EPOLL_CLOEXEC);
  relay->bell = cs_bell_new ();
  relay->timer = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (relay->epoll < 0 || !watch (relay, &relay->bell) || !watch (relay, &relay->timer))
    {
      ct_fail (error, CT_ERROR_IO, "cannot make a relay thread: %s", g_strerror (errno));
      cs_relay_free (relay);
      return NULL;
    }
  if (!ct_clock_is_manual (shared->clock))
    relay->thread = g_thread_new (name, run, relay);
  return relay;
}

void
cs_relay_stop (CsRelay *relay)
{
  if (relay->thread == NULL)
    return;
  g_atomic_int_set (&relay->stop, TRUE);
  cs_bell_ring (relay->bell);
  g_thread_join (g_steal_pointer (&relay->thread));
}

void
cs_relay_free (CsRelay *relay)
{
  int fds[] = { relay->epoll, relay->bell, relay->timer };

  cs_relay_stop (relay);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    if (fds[i] >= 0)
      close (fds[i]);
  g_ptr_array_unref (relay->legs);
  g_queue_clear (&relay->waiting);
  ct_clock_unref (relay->shared.clock);
  g_free (relay);
}

void
cs_relay_add_counters (CsRelay *relay, CsMediaCounters *counters)
{
  const struct {
    guint64 *to;
    const guint64 *from;
  } all[] = {
    { &counters->packets_in, &relay->counters.packets_in },
    { &counters->packets_out, &relay->counters.packets_out },
    { &counters->bytes_in, &relay->counters.bytes_in },
    { &counters->bytes_out, &relay->counters.bytes_out },
    { &counters->lost, &relay->counters.lost },
    { &counters->strangers, &relay->counters.strangers },
    { &counters->malformed, &relay->counters.malformed },
    { &counters->late_ticks, &relay->counters.late_ticks },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    *all[i].to += __atomic_load_n (all[i].from, __ATOMIC_RELAXED);
}
