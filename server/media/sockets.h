/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The port range and the pairs of sockets out of it: RTP on an even port, RTCP on the next. RTCP is
 * not used: its socket only keeps the port ours and drops what comes, in the kernel. A pair that its
 * call is done with rests for two seconds, so that late packets do not reach the next call, and is used
 * again: to open four sockets costs more than to switch the call. */
#pragma once

#include <netinet/in.h>

#include "common/base/clock.h"

G_BEGIN_DECLS

typedef struct _CsSockets CsSockets;

typedef struct {
  int rtp, rtcp;
  guint16 port; /* of RTP */
} CsSocketPair;

CsSockets *cs_sockets_new (CtClock *clock, struct in_addr address, guint16 port_min,
                           guint16 port_max, GError **error);
void cs_sockets_free (CsSockets *sockets);
/* CT_ERROR_LIMIT when no pair is free. */
gboolean cs_sockets_open (CsSockets *sockets, CsSocketPair *pair, GError **error);
void cs_sockets_close (CsSockets *sockets, const CsSocketPair *pair);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsSockets, cs_sockets_free)

G_END_DECLS
