/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SDP (RFC 8866) as far as a telephone call needs it: a small strict reader of what strangers send,
 * and a writer of ours. Everything is bounded and nothing is resolved or allocated while reading. Only
 * one audio line over RTP/AVP with PCMA or PCMU is used; the other media lines are remembered so that
 * an answer can decline them one by one (RFC 3264 section 6). ICE, crypto and rtcp-mux are ignored:
 * declining them is the answer's silence. */
#pragma once

#include "server/media/g711.h"
#include <netinet/in.h>

G_BEGIN_DECLS

#define CS_SDP_MAX_BYTES 65536
#define CS_SDP_MAX_MEDIA 32
#define CS_SDP_NONE 0xff /* no payload type */

typedef enum {
  CS_SDP_SENDRECV,
  CS_SDP_SENDONLY,
  CS_SDP_RECVONLY,
  CS_SDP_INACTIVE,
} CsSdpDirection;

/* An m= line, as it is repeated when declined. */
typedef struct {
  char media[16];
  char protocol[32];
  char format[32]; /* the first */
} CsSdpMedia;

/* The audio side of one party. */
typedef struct {
  struct sockaddr_in address; /* sin_addr 0: held the old way (c=0.0.0.0) */
  gboolean ipv6;              /* the address is IPv6, and not in `address` */
  CsSdpDirection direction;
  guint8 law[CS_LAWS]; /* payload types, CS_SDP_NONE when not offered */
  guint8 event;        /* telephone-event/8000, or CS_SDP_NONE */
  CsLaw first;         /* the law listed first */
} CsSdpAudio;

typedef struct {
  CsSdpMedia media[CS_SDP_MAX_MEDIA];
  guint n_media;
  int audio_index; /* of the media line that `audio` is; -1: none is of use to us */
  CsSdpAudio audio;
} CsSdp;

/* CT_ERROR_INVALID with the line number when malformed, CT_ERROR_LIMIT when too big. Well-formed
 * without useful audio is TRUE with audio_index -1. */
gboolean cs_sdp_parse (const char *text, gsize length, CsSdp *sdp, GError **error);

/* Our side. @audio's laws and event are written in our order: PCMA, PCMU, telephone-event. @session
 * and @version make the o= line. Caller frees. */
char *cs_sdp_write (const CsSdp *sdp, guint64 session, guint version);

G_END_DECLS
