/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/media/timeline.h"

#include <string.h>

void
cs_timeline_init (CsTimeline *timeline, gint64 start_us)
{
  timeline->start_us = start_us;
  timeline->base = 0;
  for (int side = 0; side < CS_SIDES; side++)
    {
      timeline->sides[side].known = FALSE;
      memset (timeline->sides[side].samples, cs_g711_silence (CS_LAW_U), CS_TIMELINE_WINDOW);
    }
}

gint64
cs_timeline_place (CsTimeline *timeline, const CsRingSlot *slot)
{
  gint64 arrived = cs_timeline_position (timeline, slot->time_us);
  gint64 position, late;

  if (timeline->sides[slot->side].known)
    {
      position = timeline->sides[slot->side].position
                 + (gint32) (slot->timestamp - timeline->sides[slot->side].timestamp);
      late = arrived - position;
      if (late > CS_TIMELINE_LATE || late < -CS_TIMELINE_EARLY)
        position = arrived;
    }
  else
    position = arrived;
  timeline->sides[slot->side].known = TRUE;
  timeline->sides[slot->side].timestamp = slot->timestamp;
  timeline->sides[slot->side].position = position;
  return position;
}

/* How many of @samples from @position on lie in one piece in the ring. */
static guint
piece (gint64 position, gint64 samples)
{
  return (guint) MIN (samples, CS_TIMELINE_WINDOW - position % CS_TIMELINE_WINDOW);
}

void
cs_timeline_put (CsTimeline *timeline, gint64 position, const CsRingSlot *slot)
{
  gint64 at = MAX (position, timeline->base);
  gint64 end = MIN (position + slot->length, timeline->base + CS_TIMELINE_WINDOW);

  while (at < end)
    {
      guint n = piece (at, end - at);
      guint8 *to = timeline->sides[slot->side].samples + at % CS_TIMELINE_WINDOW;
      const guint8 *from = slot->bytes + (at - position);

      if (slot->law == CS_LAW_A)
        cs_g711_translate (CS_LAW_A, from, to, n);
      else
        memcpy (to, from, n);
      at += n;
    }
}

void
cs_timeline_take (CsTimeline *timeline, guint samples, guint8 *bytes)
{
  gint64 end = timeline->base + samples;

  while (timeline->base < end)
    {
      guint n = piece (timeline->base, end - timeline->base);

      for (int side = 0; side < CS_SIDES; side++)
        {
          guint8 *from = timeline->sides[side].samples + timeline->base % CS_TIMELINE_WINDOW;

          for (guint i = 0; i < n; i++)
            bytes[CS_SIDES * i + (guint) side] = from[i];
          memset (from, cs_g711_silence (CS_LAW_U), n);
        }
      bytes += CS_SIDES * n;
      timeline->base += n;
    }
}
