/* SPDX-License-Identifier: GPL-3.0-or-later */
/* As much SDP (RFC 4566, RFC 3264) as a desk phone needs: one audio stream of PCMA or PCMU at 8 kHz with
 * telephone-event (RFC 4733). Other streams of an offer are answered with port 0, as they must be. The
 * peer's text is not trusted: lengths and counts are bounded, unknown lines are skipped. */
#pragma once

#include "common/base/error.h"

G_BEGIN_DECLS

#define CD_CODEC_NONE (-1)
#define CD_CODEC_PCMU 0
#define CD_CODEC_PCMA 8

typedef enum {
  CD_SDP_SEND_RECEIVE,
  CD_SDP_SEND_ONLY,
  CD_SDP_RECEIVE_ONLY,
  CD_SDP_INACTIVE,
} CdSdpDirection;

typedef struct {
  char address[64]; /* of the audio stream, numeric */
  guint16 port;
  int codec;                /* the first of the peer's that we speak */
  int event;                /* payload type of telephone-event, -1: none */
  CdSdpDirection direction; /* as the peer wrote it; SEND_ONLY for the old hold (0.0.0.0) */
  char *streams[8];         /* the m= lines in order, NULL where the audio is */
  guint n_streams;
} CdSdp;

/* CT_ERROR_INVALID: malformed, or no audio that we speak. */
gboolean cd_sdp_parse (const char *text, CdSdp *sdp, GError **error);
void cd_sdp_clear (CdSdp *sdp);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CdSdp, cd_sdp_clear)

/* @peer NULL: an offer, with both codecs; else the answer to it. */
char *cd_sdp_write (const char *address, guint16 port, guint64 session, guint version,
                    CdSdpDirection direction, const CdSdp *peer);
/* The direction that answers the peer's, when we would like @own. */
CdSdpDirection cd_sdp_answer_direction (CdSdpDirection peer, CdSdpDirection own);

G_END_DECLS
