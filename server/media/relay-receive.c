/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packet path. A batch is read from one socket; each packet is checked, listened to, and its
 * header rewritten in place just before the payload; what remains goes out of the peer's socket with
 * one call. Nothing is copied, allocated or locked. */
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

/* Rewrites the packet for the peer of @leg and puts it into the out batch; FALSE: not to be sent. */
static gboolean
forward (CsRelay *relay, CsRelayLeg *leg, CsPacketKind kind, CsRtp *rtp, guint8 *packet, guint slot,
         gint64 now_us)
{
  CsRelayLeg *peer = leg->peer;
  guint8 *payload = packet + rtp->offset;
  guint8 *start = payload - CS_RTP_HEADER;
  gboolean is_event = kind == CS_PACKET_EVENT;
  CsLaw law = kind == CS_PACKET_A ? CS_LAW_A : CS_LAW_U;
  guint8 payload_type = is_event ? peer->send_event : peer->send[peer->law];
  guint samples = is_event ? cs_dtmf_duration (payload, rtp->length) : rtp->length;

  if (leg->muted || peer->playing || !peer->may_send || peer->latch.peer.sin_port == 0
      || payload_type == CS_SDP_NONE || kind == CS_PACKET_NOISE || (is_event && leg->masked)
      || !cs_stream_map (&peer->stream, leg, samples, now_us, rtp))
    {
      cs_stream_skip (&peer->stream, leg, rtp);
      return FALSE;
    }
  if (!is_event && law != peer->law)
    {
      const guint8 *table = cs_g711_translation (law);

      for (guint i = 0; i < rtp->length; i++)
        payload[i] = table[payload[i]];
    }
  rtp->payload_type = payload_type;
  cs_rtp_write (start, rtp);
  if (peer->recording != NULL && !peer->masked && !is_event)
    cs_recording_put (peer->recording, relay->ring, CS_SIDE_RIGHT, peer->law, rtp->timestamp,
                      payload, rtp->length, now_us);
  relay->out_parts[slot] = (struct iovec){ start, CS_RTP_HEADER + rtp->length };
  relay->out[slot].msg_hdr.msg_name = &peer->latch.peer;
  return TRUE;
}

/* One packet. TRUE when it was put into the out batch at @slot. */
static gboolean
take (CsRelay *relay, CsRelayLeg *leg, guint in, guint slot, gint64 now_us)
{
  guint8 *packet = relay->packets[in];
  CsPacketKind kind;
  CsRtp rtp;

  if ((relay->in[in].msg_hdr.msg_flags & MSG_TRUNC)
      || !cs_rtp_parse (packet, relay->in[in].msg_len, &rtp)
      || leg->kinds[rtp.payload_type] == CS_PACKET_UNKNOWN)
    {
      cs_count (&relay->counters.malformed, 1);
      return FALSE;
    }
  if (!cs_latch_accept (&leg->latch, &relay->from[in]))
    {
      cs_count (&relay->counters.strangers, 1);
      return FALSE;
    }
  kind = leg->kinds[rtp.payload_type];
  note_heard (relay, leg, &rtp, now_us);
  if (kind == CS_PACKET_EVENT)
    hear_keys (relay, leg, &rtp, packet + rtp.offset, now_us);
  else if (kind != CS_PACKET_NOISE && leg->recording != NULL && !leg->muted && !leg->masked)
    cs_recording_put (leg->recording, relay->ring, CS_SIDE_LEFT,
                      kind == CS_PACKET_A ? CS_LAW_A : CS_LAW_U, rtp.timestamp, packet + rtp.offset,
                      rtp.length, now_us);
  return leg->peer != NULL && rtp.length > 0
         && forward (relay, leg, kind, &rtp, packet, slot, now_us);
}

void
cs_relay_receive (CsRelay *relay, CsRelayLeg *leg, gint64 now_us)
{
  int n = recvmmsg (leg->pair.rtp, relay->in, CS_BATCH, MSG_DONTWAIT, NULL);
  guint64 bytes_in = 0, bytes_out = 0;
  guint out = 0;
  int sent;

  for (int i = 0; i < n; i++)
    {
      bytes_in += relay->in[i].msg_len;
      if (relay->in[i].msg_hdr.msg_namelen == sizeof (struct sockaddr_in)
          && take (relay, leg, (guint) i, out, now_us))
        bytes_out += relay->out_parts[out++].iov_len;
      relay->in[i].msg_hdr.msg_namelen = sizeof (struct sockaddr_in);
      relay->in[i].msg_hdr.msg_flags = 0;
    }
  if (n <= 0)
    return;
  cs_count (&relay->counters.packets_in, (guint64) n);
  cs_count (&relay->counters.bytes_in, bytes_in);
  if (out == 0)
    return;
  /* What the kernel does not take now is late audio: dropped. */
  sent = sendmmsg (leg->peer->pair.rtp, relay->out, out, MSG_DONTWAIT);
  if (sent > 0)
    {
      cs_count (&relay->counters.packets_out, (guint64) sent);
      cs_count (&relay->counters.bytes_out, bytes_out);
    }
}
