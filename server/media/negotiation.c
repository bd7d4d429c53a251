/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/media/negotiation.h"

#include "common/base/error.h"
#include <string.h>

#define OUR_EVENT 101

void
cs_negotiation_init (CsNegotiation *negotiation, const struct sockaddr_in *local)
{
  *negotiation = (CsNegotiation){
    .local = *local,
    .session = ((guint64) (g_random_int () & 0x7fffffff) << 16) | (g_random_int () & 0xffff),
    .law = { [CS_LAW_A] = 8, [CS_LAW_U] = 0 },
    .event = OUR_EVENT,
    .remote = { .audio_index = -1 },
  };
}

static gboolean
read_peer (const char *text, CsSdp *sdp, GError **error)
{
  if (!cs_sdp_parse (text, strlen (text), sdp, error))
    return FALSE;
  if (sdp->audio_index < 0)
    return ct_fail (error, CT_ERROR_INVALID, "no audio with PCMA or PCMU over RTP/AVP");
  if (sdp->audio.ipv6)
    return ct_fail (error, CT_ERROR_INVALID, "audio over IPv6, which this server does not bind");
  return TRUE;
}

static gboolean
has_old_hold (const CsSdpAudio *audio)
{
  return audio->address.sin_addr.s_addr == 0;
}

static gboolean
peer_hears (const CsSdpAudio *audio)
{
  return !has_old_hold (audio)
         && (audio->direction == CS_SDP_SENDRECV || audio->direction == CS_SDP_RECVONLY);
}

static gboolean
peer_speaks (const CsSdpAudio *audio)
{
  return !has_old_hold (audio)
         && (audio->direction == CS_SDP_SENDRECV || audio->direction == CS_SDP_SENDONLY);
}

static CsSdpDirection
direction_of (gboolean sends, gboolean receives)
{
  if (sends)
    return receives ? CS_SDP_SENDRECV : CS_SDP_SENDONLY;
  return receives ? CS_SDP_RECVONLY : CS_SDP_INACTIVE;
}

static void
agree (const CsNegotiation *negotiation, CsAgreement *agreement)
{
  const CsSdpAudio *audio = &negotiation->remote.audio;

  *agreement = (CsAgreement){
    .peer = audio->address,
    .may_send = peer_hears (audio) && negotiation->wish != CS_MEDIA_INACTIVE,
    .expects = peer_speaks (audio) && negotiation->wish == CS_MEDIA_SEND_RECEIVE,
    .law = audio->law[CS_LAW_A] != CS_SDP_NONE ? CS_LAW_A : CS_LAW_U,
    .send_event = audio->event,
    .take_event = negotiation->event,
  };
  memcpy (agreement->send, audio->law, sizeof agreement->send);
  memcpy (agreement->take, negotiation->law, sizeof agreement->take);
}

/* Our side with @direction; @shape gives the media lines to keep (RFC 3264 section 8). */
static char *
write_ours (CsNegotiation *negotiation, const CsSdp *shape, CsSdpDirection direction)
{
  CsSdp ours = *shape;

  if (ours.n_media == 0)
    {
      ours.n_media = 1;
      ours.audio_index = 0;
    }
  ours.audio = (CsSdpAudio){
    .address = negotiation->local,
    .direction = direction,
    .event = negotiation->event,
  };
  memcpy (ours.audio.law, negotiation->law, sizeof ours.audio.law);
  return cs_sdp_write (&ours, negotiation->session, ++negotiation->version);
}

char *
cs_negotiation_offer (CsNegotiation *negotiation, CsMediaDirection wish)
{
  gboolean sends = wish != CS_MEDIA_INACTIVE;
  static const guint8 all[CS_LAWS] = { [CS_LAW_A] = 8, [CS_LAW_U] = 0 };

  negotiation->wish = wish;
  /* Both laws are offered again, by the numbers the peer knows them by. */
  for (int law = 0; law < CS_LAWS; law++)
    if (negotiation->law[law] == CS_SDP_NONE)
      negotiation->law[law] = all[law];
  if (negotiation->event == CS_SDP_NONE)
    negotiation->event = OUR_EVENT;
  return write_ours (negotiation, &negotiation->remote,
                     direction_of (sends, wish == CS_MEDIA_SEND_RECEIVE));
}

gboolean
cs_negotiation_answer (CsNegotiation *negotiation, const char *offer, char **answer,
                       CsAgreement *agreement, GError **error)
{
  g_autofree CsSdp *sdp = g_new (CsSdp, 1);
  const CsSdpAudio *audio = &sdp->audio;
  gboolean sends, receives;

  if (!read_peer (offer, sdp, error))
    return FALSE;
  negotiation->remote = *sdp;
  memcpy (negotiation->law, audio->law, sizeof negotiation->law);
  negotiation->event = audio->event;
  sends = negotiation->wish != CS_MEDIA_INACTIVE && peer_hears (audio);
  receives = negotiation->wish == CS_MEDIA_SEND_RECEIVE && peer_speaks (audio);
  agree (negotiation, agreement);
  *answer = write_ours (negotiation, sdp, direction_of (sends, receives));
  return TRUE;
}

gboolean
cs_negotiation_accept (CsNegotiation *negotiation, const char *answer, CsAgreement *agreement,
                       GError **error)
{
  g_autofree CsSdp *sdp = g_new (CsSdp, 1);

  if (!read_peer (answer, sdp, error))
    return FALSE;
  negotiation->remote = *sdp;
  agree (negotiation, agreement);
  return TRUE;
}

/* The peer holds us when it does not want to hear us although we offered to speak. */
gboolean
cs_negotiation_is_held (const CsNegotiation *negotiation)
{
  return negotiation->remote.n_media > 0 && negotiation->wish != CS_MEDIA_INACTIVE
         && !peer_hears (&negotiation->remote.audio);
}
