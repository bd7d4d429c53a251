/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a conversation costs and what its e-agents earn, in seconds (D2, D28). Times are monotonic
 * microseconds; an attendance is one e-agent's stay with the caller, held time included. Parked time
 * and ringing are simply not in the list.
 *
 *   anna   |-------------------|                  12.7 s
 *   bram               |-------------------|      12.6 s   consulted while both are there
 *   bill   |---------------------------------|    union, truncated once
 */
#pragma once

#include "common/base/id.h"
#include "common/base/money.h"

G_BEGIN_DECLS

typedef struct {
  CtId agent;
  gint64 from_us, until_us; /* until <= from counts as nothing */
} CtAttendance;

/* Completed seconds in which at least one e-agent was with the caller: the union, truncated once. */
gint64 ct_rating_seconds (const CtAttendance *stays, gsize n_stays);

/* One e-agent's part. While several are there, the one who has been there longest leads; the others
 * are consulted, and the tenant pays them unless the tariff says otherwise. The led seconds of all
 * never sum above the bill's; nobody's seconds exceed the bill's. */
typedef struct {
  CtId agent;
  gint64 seconds;   /* all of his time, truncated */
  gint64 led;       /* paid out of the bill */
  gint64 consulted; /* seconds - led */
} CtAgentPart;

/* In the order in which they came. The caller frees it with g_array_unref(). */
GArray *ct_rating_parts (const CtAttendance *stays, gsize n_stays);

/* rate x seconds; FALSE (CT_ERROR_LIMIT) when it does not fit, CT_ERROR_INVALID when one is negative. */
gboolean ct_rating_cost (CtMoney rate, gint64 seconds, CtMoney *cost, GError **error);
/* How many whole seconds @money buys at @rate; G_MAXINT64 at rate 0, 0 for money below 0. */
gint64 ct_rating_affordable (CtMoney rate, CtMoney money);

G_END_DECLS
