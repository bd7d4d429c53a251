/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offer and answer of one leg (RFC 3264), in memory only: what we last said, what the peer last said,
 * and the agreement that follows, which the relay is then told. */
#pragma once

#include "server/media/sdp.h"
#include "server/ports/media-port.h"

G_BEGIN_DECLS

/* What the relay needs to know of it. */
typedef struct {
  struct sockaddr_in peer; /* sin_addr 0: keep the one before */
  gboolean may_send;       /* the peer wants to hear us */
  gboolean expects;        /* the peer should be sending: silence is a loss */
  CsLaw law;               /* to send */
  guint8 send[CS_LAWS];    /* payload types to send with, and for keys; CS_SDP_NONE */
  guint8 send_event;
  guint8 take[CS_LAWS]; /* payload types that may come besides */
  guint8 take_event;
} CsAgreement;

typedef struct {
  struct sockaddr_in local;
  guint64 session; /* o= */
  guint version;
  CsMediaDirection wish; /* ours */
  CsSdp remote;          /* what the peer said last; n_media 0: nothing yet */
  guint8 law[CS_LAWS];   /* payload types we announced */
  guint8 event;
} CsNegotiation;

void cs_negotiation_init (CsNegotiation *negotiation, const struct sockaddr_in *local);
char *cs_negotiation_offer (CsNegotiation *negotiation, CsMediaDirection wish);
/* On TRUE @answer (to free) and @agreement are set; on FALSE nothing has changed. */
gboolean cs_negotiation_answer (CsNegotiation *negotiation, const char *offer, char **answer,
                                CsAgreement *agreement, GError **error);
gboolean cs_negotiation_accept (CsNegotiation *negotiation, const char *answer,
                                CsAgreement *agreement, GError **error);
gboolean cs_negotiation_is_held (const CsNegotiation *negotiation);

G_END_DECLS
