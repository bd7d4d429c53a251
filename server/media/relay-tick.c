/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every 20 ms: one frame to each leg that something is played to; now and then, who fell silent. */
#include "server/media/relay-private.h"

#define CHECK_TICKS 10 /* silence and lost key ends are looked at this often */

static void
send_frame (CsRelay *relay, CsRelayLeg *leg, guint8 *packet, gint64 now_us)
{
  struct sockaddr_in *to = &leg->latch.peer;
  CsRtp rtp = { .payload_type = leg->send[leg->law] };
  gsize length = CS_RTP_HEADER + CS_FRAME;

  if (!leg->may_send || to->sin_port == 0 || rtp.payload_type == CS_SDP_NONE)
    return;
  cs_stream_next (&leg->stream, CS_FRAME, now_us, &rtp);
  cs_rtp_write (packet, &rtp);
  if (leg->recording != NULL && !leg->masked)
    cs_recording_put (leg->recording, relay->ring, CS_SIDE_RIGHT, leg->law, rtp.timestamp,
                      packet + CS_RTP_HEADER, CS_FRAME, now_us);
  if (sendto (leg->pair.rtp, packet, length, MSG_DONTWAIT, (struct sockaddr *) to, sizeof *to) > 0)
    {
      cs_count (&relay->counters.packets_out, 1);
      cs_count (&relay->counters.bytes_out, length);
    }
}

/* Time passes for a play even while the peer does not hear us. */
static void
play_frame (CsRelay *relay, CsRelayLeg *leg, gint64 now_us)
{
  guint8 packet[CS_RTP_HEADER + CS_FRAME];

  if (cs_play_read (leg->play, leg->law, packet + CS_RTP_HEADER, CS_FRAME))
    send_frame (relay, leg, packet, now_us);
  if (cs_play_is_over (leg->play))
    {
      leg->playing = FALSE;
      cs_relay_emit (relay, CS_MEDIA_PLAYED, leg, 0, cs_play_get_tag (leg->play));
    }
}

static void
check_leg (CsRelay *relay, CsRelayLeg *leg, gint64 now_us)
{
  char key = cs_dtmf_expire (&leg->dtmf, leg->masked, now_us);

  if (key != 0)
    cs_relay_emit (relay, CS_MEDIA_DTMF, leg, key, 0);
  if ((leg->heard || leg->asked) && leg->expects && !leg->silent
      && now_us - leg->heard_us >= relay->shared.silence_us)
    {
      leg->silent = TRUE;
      leg->latch.lost = TRUE;
      cs_relay_emit (relay, CS_MEDIA_SILENT, leg, 0, 0);
    }
}

void
cs_relay_tick (CsRelay *relay, gint64 now_us)
{
  gboolean check = ++relay->ticks % CHECK_TICKS == 0;

  for (guint i = 0; i < relay->legs->len; i++)
    {
      CsRelayLeg *leg = g_ptr_array_index (relay->legs, i);

      if (leg->playing)
        play_frame (relay, leg, now_us);
      if (check)
        check_leg (relay, leg, now_us);
    }
}
