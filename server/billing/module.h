/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What billing brings to the server: routes and schema. The handlers' module pointer is a CsBilling. */
#pragma once

#include "server/billing/billing.h"
#include "server/http/route.h"

G_BEGIN_DECLS

extern const CsModule cs_billing_module;

/* A CsBillingWatch, with the CsHub as its data: the event `credit` (a CtCredit, all that GET says) under
 * "company:ID". */
void cs_billing_publish (const CsBalanceChange *change, gpointer hub);

G_END_DECLS
