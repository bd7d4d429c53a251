/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source is mapped by two constant offsets. They are chosen anew when the source changes or jumps,
 * so that its first packet follows the last one sent by the time that has passed since. */
#include "server/media/stream.h"

#include "server/media/g711.h"

#define JUMP_SEQUENCE 500                   /* more than any burst of losses worth showing */
#define PAUSE_SAMPLES (CS_SAMPLE_RATE / 5)  /* between two frames of our own: ticks stray less */
#define JUMP_TIMESTAMP (2 * CS_SAMPLE_RATE) /* away from what the clock says */

void
cs_stream_init (CsStream *stream)
{
  *stream = (CsStream){ 0 };
  stream->ssrc = g_random_int ();
  stream->sequence = (guint16) (g_random_int () & 0x7fff);
  stream->timestamp = stream->end = g_random_int ();
}

/* Where a packet sent now belongs: after all that was sent, by the time that passed. */
static guint32
timestamp_now (const CsStream *stream, gint64 now_us)
{
  guint32 paced;

  if (stream->sent_us == 0)
    return stream->end;
  paced = stream->timestamp + (guint32) CS_SAMPLES_PER_US (now_us - stream->sent_us);
  return (gint32) (paced - stream->end) > 0 ? paced : stream->end;
}

static void
note_sent (CsStream *stream, const CsRtp *rtp, guint samples, gint64 now_us)
{
  guint32 end = rtp->timestamp + samples;

  if ((gint16) (rtp->sequence - stream->sequence) >= 0)
    stream->sequence = (guint16) (rtp->sequence + 1);
  if (stream->sent_us == 0 || (gint32) (rtp->timestamp - stream->timestamp) >= 0)
    {
      stream->timestamp = rtp->timestamp;
      stream->sent_us = now_us;
    }
  if ((gint32) (end - stream->end) > 0)
    stream->end = end;
}

void
cs_stream_next (CsStream *stream, guint samples, gint64 now_us, CsRtp *rtp)
{
  guint32 paced = timestamp_now (stream, now_us);
  /* After a pause, too: the peer held us meanwhile. */
  gboolean begins
      = !stream->started || stream->source != NULL || paced - stream->end > PAUSE_SAMPLES;

  stream->started = TRUE;
  stream->source = NULL;
  rtp->marker = begins;
  rtp->ssrc = stream->ssrc;
  rtp->sequence = stream->sequence;
  rtp->timestamp = begins ? paced : stream->end;
  note_sent (stream, rtp, samples, now_us);
}

static gboolean
is_new_source (const CsStream *stream, gconstpointer source, gint64 now_us, const CsRtp *rtp)
{
  gint sequences = (gint16) (rtp->sequence - stream->source_sequence);
  gint64 samples = (gint32) (rtp->timestamp - stream->source_timestamp);

  if (!stream->started || stream->source != source || stream->source_ssrc != rtp->ssrc)
    return TRUE;
  if (ABS (sequences) > JUMP_SEQUENCE)
    return TRUE;
  return ABS (samples - CS_SAMPLES_PER_US (now_us - stream->sent_us)) > JUMP_TIMESTAMP;
}

gboolean
cs_stream_map (CsStream *stream, gconstpointer source, guint samples, gint64 now_us, CsRtp *rtp)
{
  if (is_new_source (stream, source, now_us, rtp))
    {
      stream->started = TRUE;
      stream->source = source;
      stream->source_ssrc = rtp->ssrc;
      stream->source_first = stream->source_sequence = rtp->sequence;
      stream->source_timestamp = rtp->timestamp;
      stream->sequence_offset = (guint16) (stream->sequence - rtp->sequence);
      stream->timestamp_offset = timestamp_now (stream, now_us) - rtp->timestamp;
      rtp->marker = TRUE;
    }
  else if ((gint16) (rtp->sequence - stream->source_first) < 0)
    return FALSE;
  if ((gint16) (rtp->sequence - stream->source_sequence) > 0)
    {
      stream->source_sequence = rtp->sequence;
      stream->source_timestamp = rtp->timestamp;
      /* The first packet moves up, so that the comparison above never wraps in a long call. */
      if ((guint16) (rtp->sequence - stream->source_first) > 2 * JUMP_SEQUENCE)
        stream->source_first = (guint16) (rtp->sequence - JUMP_SEQUENCE);
    }
  rtp->ssrc = stream->ssrc;
  rtp->sequence = (guint16) (rtp->sequence + stream->sequence_offset);
  rtp->timestamp += stream->timestamp_offset;
  note_sent (stream, rtp, samples, now_us);
  return TRUE;
}

void
cs_stream_skip (CsStream *stream, gconstpointer source, const CsRtp *rtp)
{
  gint ahead = (gint16) (rtp->sequence - stream->source_sequence);

  if (!stream->started || stream->source != source || stream->source_ssrc != rtp->ssrc)
    return;
  if (ahead <= 0 || ahead > JUMP_SEQUENCE)
    return;
  stream->source_sequence = rtp->sequence;
  stream->sequence_offset--;
}
