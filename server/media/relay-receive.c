/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packet path. One packet is read from a socket, checked, listened to, its header rewritten in place
 * just before the payload, and sent from the peer's socket. Phones send one in 20 ms, so more than one
 * seldom waits; then epoll tells of the rest again. Nothing is copied, allocated or locked. */
#include "server/media/relay-private.h"

/* The first valid packets, the losses, the end of a silence. */
static void
note_heard (CsRelay *relay, CsRelayLeg *leg, const CsRtp *rtp, gint64 now_us)
{
  gint ahead = (gint16) (rtp->sequence - leg->heard_sequence);

  if (!leg->heard || leg->heard_ssrc != rtp->ssrc || ahead > 500 || ahead < -500)
    {
      leg->heard_ssrc = rtp->ssrc;
      leg->heard_sequence = rtp->sequence;
    }
  else if (ahead > 0)
    {
      leg->heard_sequence = rtp->sequence;
      if (ahead > 1)
        cs_count (&relay->counters.lost, (guint64) ahead - 1);
    }
  leg->heard = TRUE;
  leg->heard_us = now_us;
  leg->latch.lost = FALSE;
  if (leg->silent)
    {
      leg->silent = FALSE;
      cs_relay_emit (relay, CS_MEDIA_HEARD, leg, 0, 0);
    }
}

static void
hear_keys (CsRelay *relay, CsRelayLeg *leg, const CsRtp *rtp, const guint8 *payload, gint64 now_us)
{
  char keys[2];
  guint n
      = cs_dtmf_read (&leg->dtmf, payload, rtp->length, rtp->timestamp, leg->masked, now_us, keys);

  for (guint i = 0; i < n; i++)
    cs_relay_emit (relay, CS_MEDIA_DTMF, leg, keys[i], 0);
}

/* Rewrites the packet for the peer of @leg and sends it there. What the kernel does not take now is
 * late audio: dropped. */
static void
forward (CsRelay *relay, CsRelayLeg *leg, CsPacketKind kind, CsRtp *rtp, gint64 now_us)
{
  CsRelayLeg *peer = leg->peer;
  const struct sockaddr_in *to = &peer->latch.peer;
  guint8 *payload = relay->packet + rtp->offset;
  guint8 *start = payload - CS_RTP_HEADER;
  gsize length = CS_RTP_HEADER + rtp->length;
  gboolean is_event = kind == CS_PACKET_EVENT;
  CsLaw law = kind == CS_PACKET_A ? CS_LAW_A : CS_LAW_U;
  guint8 payload_type = is_event ? peer->send_event : peer->send[peer->law];
  guint samples = is_event ? cs_dtmf_duration (payload, rtp->length) : rtp->length;

  if (leg->muted || peer->playing || !peer->may_send || to->sin_port == 0
      || payload_type == CS_SDP_NONE || kind == CS_PACKET_NOISE || (is_event && leg->masked)
      || !cs_stream_map (&peer->stream, leg, samples, now_us, rtp))
    {
      cs_stream_skip (&peer->stream, leg, rtp);
      return;
    }
  if (!is_event && law != peer->law)
    cs_g711_translate (law, payload, payload, rtp->length);
  rtp->payload_type = payload_type;
  cs_rtp_write (start, rtp);
  if (peer->recording != NULL && !peer->masked && !is_event)
    cs_recording_put (peer->recording, relay->ring, CS_SIDE_RIGHT, peer->law, rtp->timestamp,
                      payload, rtp->length, now_us);
  if (sendto (peer->pair.rtp, start, length, MSG_DONTWAIT, (const struct sockaddr *) to, sizeof *to)
      > 0)
    {
      cs_count (&relay->counters.packets_out, 1);
      cs_count (&relay->counters.bytes_out, length);
    }
}

/* @length: as it came, though the buffer holds no more than CS_PACKET_MAX of it. */
static void
take (CsRelay *relay, CsRelayLeg *leg, gsize length, const struct sockaddr_in *from, gint64 now_us)
{
  CsPacketKind kind;
  CsRtp rtp;

  if (length > CS_PACKET_MAX || !cs_rtp_parse (relay->packet, length, &rtp)
      || leg->kinds[rtp.payload_type] == CS_PACKET_UNKNOWN)
    {
      cs_count (&relay->counters.malformed, 1);
      return;
    }
  if (!cs_latch_accept (&leg->latch, from))
    {
      cs_count (&relay->counters.strangers, 1);
      return;
    }
  kind = leg->kinds[rtp.payload_type];
  note_heard (relay, leg, &rtp, now_us);
  if (kind == CS_PACKET_EVENT)
    hear_keys (relay, leg, &rtp, relay->packet + rtp.offset, now_us);
  else if (kind != CS_PACKET_NOISE && leg->recording != NULL && !leg->muted && !leg->masked)
    cs_recording_put (leg->recording, relay->ring, CS_SIDE_LEFT,
                      kind == CS_PACKET_A ? CS_LAW_A : CS_LAW_U, rtp.timestamp,
                      relay->packet + rtp.offset, rtp.length, now_us);
  if (leg->peer != NULL && rtp.length > 0)
    forward (relay, leg, kind, &rtp, now_us);
}

void
cs_relay_receive (CsRelay *relay, CsRelayLeg *leg, gint64 now_us)
{
  struct sockaddr_in from;
  socklen_t size = sizeof from;
  ssize_t length = recvfrom (leg->pair.rtp, relay->packet, sizeof relay->packet,
                             MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *) &from, &size);

  if (length < 0)
    return;
  cs_count (&relay->counters.packets_in, 1);
  cs_count (&relay->counters.bytes_in, (guint64) length);
  if (size == sizeof from)
    take (relay, leg, (gsize) length, &from, now_us);
}
