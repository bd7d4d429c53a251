/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk shows between calls: what the e-agent waits for, and what he can do next. */
#pragma once

#include "client/desk/today.h"
#include "client/phone/phone.h"
#include "common/records/presence.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_IDLE_PAGE (cd_idle_page_get_type ())
G_DECLARE_FINAL_TYPE (CdIdlePage, cd_idle_page, CD, IDLE_PAGE, AdwBin)

/* @presence NULL: not known yet. */
void cd_idle_page_show (CdIdlePage *self, const CtPresence *presence, CdPhone *phone,
                        gboolean online, gboolean taken);

/* The day so far, below. */
CdToday *cd_idle_page_get_today (CdIdlePage *self);

G_END_DECLS
