/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/dashboard/meter.h"

static gint64
seconds_between (gint64 from_ms, gint64 to_ms)
{
  return MAX (to_ms - from_ms, 0) / 1000;
}

gint64
cd_meter_seconds (const CtCall *call, gint64 now_ms)
{
  gint64 more = call->metered_at != 0 ? seconds_between (call->metered_at, now_ms) : 0;

  return call->seconds + more;
}

CtMoney
cd_meter_cost (const CtCall *call, gint64 now_ms)
{
  gint64 more = cd_meter_seconds (call, now_ms) - call->seconds;
  CtMoney cost;

  if (!ct_money_times (call->rate, more, &cost) || !ct_money_add (call->cost, cost, &cost))
    return call->cost;
  return cost;
}

gint64
cd_meter_waited (const CtCall *call, gint64 now_ms)
{
  if (call->answered != 0 || call->ended != 0 || call->queued == 0)
    return call->waited_seconds;
  return MAX (call->waited_seconds, seconds_between (call->queued, now_ms));
}

void
cd_meter_apply (CtCall *call, const CtMeter *meter)
{
  call->seconds = meter->seconds;
  call->cost = meter->cost;
  call->metered_at = meter->metered_at;
  call->warn_seconds = meter->warn_seconds;
}
