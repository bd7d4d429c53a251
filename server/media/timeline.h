/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sliding window of a recording: two sides of mu-law samples, placed by RTP time and bounded by the
 * clock, taken out interleaved once they are too old to change. No I/O. */
#pragma once

#include "server/media/ring.h"

G_BEGIN_DECLS

#define CS_TIMELINE_WINDOW 32768 /* samples held at most: 4 s */
#define CS_TIMELINE_LATE 2400    /* how much later than its place a packet may come: 300 ms */
#define CS_TIMELINE_EARLY 1600   /* and how much sooner: 200 ms */

typedef struct {
  gint64 start_us;
  gint64 base; /* position of the oldest sample in the window */
  struct {
    gboolean known;
    guint32 timestamp;                  /* this timestamp... */
    gint64 position;                    /* ...is at this position */
    guint8 samples[CS_TIMELINE_WINDOW]; /* a ring: position modulo the window */
  } sides[CS_SIDES];
} CsTimeline;

void cs_timeline_init (CsTimeline *timeline, gint64 start_us);

/* Position of a moment, in samples since the start. */
static inline gint64
cs_timeline_position (const CsTimeline *timeline, gint64 time_us)
{
  return CS_SAMPLES_PER_US (time_us - timeline->start_us);
}

/* Where the samples of @slot belong. */
gint64 cs_timeline_place (CsTimeline *timeline, const CsRingSlot *slot);
/* Writes them there; what is before the window is lost, the caller has made room behind. */
void cs_timeline_put (CsTimeline *timeline, gint64 position, const CsRingSlot *slot);
/* Takes the oldest @samples, at most the window, as 2 * @samples interleaved bytes. */
void cs_timeline_take (CsTimeline *timeline, guint samples, guint8 *bytes);

G_END_DECLS
