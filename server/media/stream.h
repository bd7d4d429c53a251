/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a leg is sent, as one continuous RTP stream (RFC 3550): prompts, one peer, then another come
 * from different sources with numbers of their own, the leg sees one SSRC, a sequence without holes of
 * our making, and a timestamp that keeps pace with the clock. Losses and gaps of the source stay
 * visible. A new source begins with the marker bit. */
#pragma once

#include "server/media/rtp.h"

G_BEGIN_DECLS

typedef struct {
  guint32 ssrc;
  guint16 sequence;  /* of the next packet of our own, one above the highest sent */
  guint32 timestamp; /* of the latest packet sent */
  guint32 end;       /* first sample after all that was sent */
  gint64 sent_us;    /* when the latest was sent, 0: nothing yet */

  gconstpointer source; /* who the mapping below is for, NULL: our own play */
  guint32 source_ssrc;
  guint16 source_first, source_sequence; /* first and highest number of this source */
  guint32 source_timestamp;              /* of the highest */
  guint16 sequence_offset;
  guint32 timestamp_offset;
  gboolean started; /* `source` is valid */
} CsStream;

/* Random numbers to start from, as RFC 3550 wants them. */
void cs_stream_init (CsStream *stream);

/* The next packet of our own sound, @samples long: fills sequence, timestamp, marker, ssrc. */
void cs_stream_next (CsStream *stream, guint samples, gint64 now_us, CsRtp *rtp);

/* Rewrites the header fields of a packet of @source, @samples long (the duration so far, for a
 * telephone event). FALSE: too late to be sent, it belongs before the source's first packet. */
gboolean
cs_stream_map (CsStream *stream, gconstpointer source, guint samples, gint64 now_us, CsRtp *rtp);

/* A packet of @source that is not sent on: closes the hole in the numbers. */
void cs_stream_skip (CsStream *stream, gconstpointer source, const CsRtp *rtp);

G_END_DECLS
