/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A relay thread and the orders it takes. An order is made by the switch, carried out by the thread
 * and then handed back with what it replaced (an old play, a closed leg), so that the thread neither
 * allocates nor frees. Legs of a bridge must be on one thread: the second is moved when they are not.
 * Orders that reach the new home before the leg does wait there for it. */
#pragma once

#include "common/base/clock.h"
#include "server/media/media.h"
#include "server/media/negotiation.h"
#include "server/media/play.h"
#include "server/media/recorder.h"
#include "server/media/sockets.h"
#include "server/media/stack.h"

G_BEGIN_DECLS

typedef struct _CsRelay CsRelay;
typedef struct _CsRelayLeg CsRelayLeg;

typedef enum {
  CS_ORDER_ADD,    /* a new leg, or one that arrives from another relay */
  CS_ORDER_MOVE,   /* leave for `destination`: it becomes an ADD there */
  CS_ORDER_AGREE,  /* `agreement` */
  CS_ORDER_PLAY,   /* `play`, NULL to stop; comes back with the play before */
  CS_ORDER_BRIDGE, /* with `other`, NULL: unbridge */
  CS_ORDER_MUTE,   /* `on` */
  CS_ORDER_RECORD, /* `recording`, NULL to stop */
  CS_ORDER_MASK,   /* `on` */
  CS_ORDER_EXPECT,
  CS_ORDER_CLOSE, /* comes back with everything the leg had */
} CsOrderKind;

typedef struct {
  CsStackNode node;
  CsOrderKind kind;
  CsRelayLeg *leg;
  CsRelayLeg *other;
  CsRelay *destination;
  CsAgreement agreement;
  CsPlay *play;
  CsRecording *recording;
  gboolean on;
} CsOrder;

/* What is common to all relays of a CsMedia. */
typedef struct {
  CtClock *clock;
  CsMediaSink sink;
  gpointer data;
  gint64 silence_us;
} CsRelayShared;

/* @ring is the recorder's. With a manual clock the thread is not started; see cs_relay_step(). */
CsRelay *cs_relay_new (const CsRelayShared *shared, CsRing *ring, const char *name, GError **error);
/* Ends the thread; all legs must have been closed and collected. */
void cs_relay_stop (CsRelay *relay);
void cs_relay_free (CsRelay *relay);

/* Takes @order: carried out before the next packet or tick, at once when there are no legs. */
void cs_relay_post (CsRelay *relay, CsOrder *order);
/* Orders that were carried out, to free, linked by node.next. */
CsOrder *cs_relay_collect (CsRelay *relay);
/* One round of the loop, waiting up to @timeout_ms for something to do (-1: for ever). */
void cs_relay_step (CsRelay *relay, int timeout_ms);

/* Adds to what is there. */
void cs_relay_add_counters (CsRelay *relay, CsMediaCounters *counters);

/* A leg before its ADD and after its CLOSE belongs to the switch. */
CsRelayLeg *cs_relay_leg_new (CsLegId id, const CsSocketPair *pair);
const CsSocketPair *cs_relay_leg_get_pair (const CsRelayLeg *leg);
void cs_relay_leg_free (CsRelayLeg *leg);

G_END_DECLS
