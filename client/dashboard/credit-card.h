/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a company has to spend, how long it lasts, what a second costs, what today came to. */
#pragma once

#include "common/records/company.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_CREDIT_CARD (cd_credit_card_get_type ())
G_DECLARE_FINAL_TYPE (CdCreditCard, cd_credit_card, CD, CREDIT_CARD, AdwBin)

/* Nothing of @dashboard is kept. */
void cd_credit_card_show (CdCreditCard *self, const CtDashboard *dashboard, guint running,
                          gint64 now_ms);

G_END_DECLS
