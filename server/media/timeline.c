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

void
cs_timeline_put (CsTimeline *timeline, gint64 position, const CsRingSlot *slot)
{
  const guint8 *table = slot->law == CS_LAW_A ? cs_g711_translation (CS_LAW_A) : NULL;
  guint8 *samples = timeline->sides[slot->side].samples;

  for (guint i = 0; i < slot->length; i++)
    {
      gint64 at = position + i;

      if (at >= timeline->base && at < timeline->base + CS_TIMELINE_WINDOW)
        samples[at % CS_TIMELINE_WINDOW] = table != NULL ? table[slot->bytes[i]] : slot->bytes[i];
    }
}

void
cs_timeline_take (CsTimeline *timeline, guint samples, guint8 *bytes)
{
  guint8 silence = cs_g711_silence (CS_LAW_U);

  for (guint i = 0; i < samples; i++)
    {
      guint at = (guint) ((timeline->base + i) % CS_TIMELINE_WINDOW);

      for (int side = 0; side < CS_SIDES; side++)
        {
          bytes[CS_SIDES * i + (guint) side] = timeline->sides[side].samples[at];
          timeline->sides[side].samples[at] = silence;
        }
    }
  timeline->base += samples;
}
