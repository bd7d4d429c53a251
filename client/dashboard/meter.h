/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a running call has come to at a moment: the server says seconds and cost as of `metered_at`, and
 * while the meter runs the clock adds the rest, in completed seconds (D2). So the figures tick each
 * second without the network, and never run ahead of the bill. */
#pragma once

#include "common/records/call.h"
#include "common/records/company.h"

G_BEGIN_DECLS

/* @now_ms: UTC by the server's clock. */
gint64 cd_meter_seconds (const CtCall *call, gint64 now_ms);
CtMoney cd_meter_cost (const CtCall *call, gint64 now_ms);
/* What the caller has waited for an answer until now, or waited in all. */
gint64 cd_meter_waited (const CtCall *call, gint64 now_ms);
/* Takes over what the event `meter` says. Nothing but the figures changes. */
void cd_meter_apply (CtCall *call, const CtMeter *meter);

G_END_DECLS
