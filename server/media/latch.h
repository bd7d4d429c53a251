/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose packets a leg takes, and where it sends: symmetric RTP with as little trust as works behind
 * NAT. The SDP announces an address; until a first valid packet came we send there. The first packet
 * from the announced host (any port), or from anywhere when the announced address is private and so
 * cannot be the true one, is learned; then the leg is locked to exactly that address and strangers
 * are ignored. A new announcement (re-offer) unlocks; a lost peer may come back from another port of
 * the same host (a NAT that forgot). */
#pragma once

#include <glib.h>
#include <netinet/in.h>

G_BEGIN_DECLS

typedef struct {
  struct sockaddr_in announced; /* sin_port 0: nothing announced yet */
  struct sockaddr_in peer;      /* where to send; sin_port 0: nowhere */
  gboolean locked;
  gboolean lost; /* set by the owner after the silence limit, cleared by a packet */
} CsLatch;

void cs_latch_announce (CsLatch *latch, const struct sockaddr_in *address);

/* For a packet that is valid otherwise. */
gboolean cs_latch_accept (CsLatch *latch, const struct sockaddr_in *from);

G_END_DECLS
