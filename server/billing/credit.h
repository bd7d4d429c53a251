/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real credit port (server/ports/credit-port.h): each request of the switch becomes a closure for
 * the writer, each answer an event out of it. Running calls are written through (running_call), so
 * that after a crash cs_credit_recover() settles them at their last written second (D3).
 *
 * When the disk fails or stays silent a running call goes on, on paper, for up to ten minutes and as
 * far as the credit last known reaches; it is posted as soon as the disk answers. A new call is
 * refused meanwhile. */
#pragma once

#include "server/billing/billing.h"
#include "server/ports/credit-port.h"

G_BEGIN_DECLS

typedef struct _CsCredit CsCredit;

/* @sink runs on the writer's thread (or, for an answer on paper, on the switch's own). Watches @billing
 * for top-ups. Free it after the switch has stopped and before the store closes; waits for what
 * the writer holds. */
CsCredit *cs_credit_new (CsStore *store, CsBilling *billing, CsCreditSink sink, gpointer data);
void cs_credit_free (CsCredit *credit);
CsCreditPort *cs_credit_get_port (CsCredit *credit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsCredit, cs_credit_free)

/* Settlements that the disk has not taken yet; tries them again. Call it every few seconds on
 * the switch's loop, and before the store closes. Returns how many there were. */
guint cs_credit_retry (CsCredit *credit);

/* At start, before the first call: settles what a crash left open. Idempotent. @settled (may be NULL)
 * counts. */
gboolean cs_credit_recover (CsStore *store, CsBilling *billing, guint *settled, GError **error);

G_END_DECLS
