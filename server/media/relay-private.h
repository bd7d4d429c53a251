/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The relay thread's own state, for relay.c (loop and orders), relay-receive.c (packets that come) and
 * relay-tick.c (every 20 ms). Only that thread touches it, but for what is marked atomic. */
#pragma once

#include "server/media/dtmf.h"
#include "server/media/latch.h"
#include "server/media/relay.h"
#include "server/media/rtp.h"
#include "server/media/stream.h"
#include <sys/socket.h>

G_BEGIN_DECLS

#define CS_PACKET_MAX 1500 /* longer ones are no telephone audio */
#define CS_FRAME 160       /* samples a tick */
#define CS_TICK_US (20 * 1000)

typedef enum {
  CS_PACKET_UNKNOWN, /* nobody agreed on that payload type */
  CS_PACKET_A,
  CS_PACKET_U,
  CS_PACKET_EVENT,
  CS_PACKET_NOISE, /* comfort noise (RFC 3389), which some send unasked: a sign of life, no more */
} CsPacketKind;

struct _CsRelayLeg {
  CsLegId id;
  CsSocketPair pair;
  CsRelay *owner; /* atomic: the relay that has it, NULL on the way */
  guint index;    /* in the owner's legs */

  CsLatch latch;
  gboolean may_send, expects;
  CsLaw law;
  guint8 send[CS_LAWS];
  guint8 send_event;
  guint8 kinds[128]; /* CsPacketKind by payload type */

  CsRelayLeg *peer; /* bridged with */
  gboolean muted, masked;
  CsPlay *play; /* NULL or over: nothing plays */
  gboolean playing;
  CsStream stream; /* what it is sent */
  CsRecording *recording;

  CsDtmf dtmf;
  guint32 heard_ssrc;
  guint16 heard_sequence; /* highest */
  gboolean heard;         /* RTP came at least once */
  gboolean asked;         /* RTP should come, also where none came yet */
  gboolean silent;        /* told so */
  gint64 heard_us;        /* latest, or when it was last expected to begin */
};

/* Written by the relay thread alone, read by any. */
typedef struct {
  guint64 packets_in, packets_out, bytes_in, bytes_out, lost, strangers, malformed, late_ticks;
} CsRelayCounters;

struct _CsRelay {
  CsRelayShared shared;
  CsRing *ring;
  GThread *thread;
  int epoll, timer, bell;
  gboolean stop;    /* atomic */
  gboolean ticking; /* atomic: it will look at its inbox soon, unasked */

  CsStack inbox, done;
  GQueue waiting; /* orders whose leg is still on its way here */
  GPtrArray *legs;
  gint64 tick_us; /* when the next is due */
  guint ticks;
  CsRelayCounters counters;

  guint8 packet[CS_PACKET_MAX]; /* the one at hand */
};

static inline void
cs_count (guint64 *counter, guint64 by)
{
  __atomic_store_n (counter, *counter + by, __ATOMIC_RELAXED);
}

/* relay-receive.c: the first packet that waits in @leg's socket. */
void cs_relay_receive (CsRelay *relay, CsRelayLeg *leg, gint64 now_us);

/* relay-tick.c */
void cs_relay_tick (CsRelay *relay, gint64 now_us);

/* relay.c */
void
cs_relay_emit (CsRelay *relay, CsMediaEventKind kind, const CsRelayLeg *leg, char digit, guint tag);

G_END_DECLS
