/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How fast each address may talk to us: a token bucket an address, made when it first speaks and
 * forgotten when full again. Bounded: when too many addresses speak at once (a flood with forged
 * senders) new ones share one bucket. SIP thread only. */
#pragma once

#include "common/base/clock.h"
#include "server/sip/address.h"

G_BEGIN_DECLS

typedef struct _CsSipSources CsSipSources;

CsSipSources *cs_sip_sources_new (CtClock *clock, guint rate, guint burst);
void cs_sip_sources_free (CsSipSources *sources);
/* Takes @tokens from @address's bucket; FALSE when it has not so many. */
gboolean cs_sip_sources_take (CsSipSources *sources, const CsSipAddress *address, guint tokens);
void cs_sip_sources_sweep (CsSipSources *sources);
guint cs_sip_sources_get_size (CsSipSources *sources);

G_END_DECLS
