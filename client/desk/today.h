/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The e-agent's day so far: his calls of today, newest first, and what he earned. Read anew when asked;
 * what the server does not tell stays as it was.
 *
 * Signals: earned-changed () */
#pragma once

#include "client/session/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_TODAY (cd_today_get_type ())
G_DECLARE_FINAL_TYPE (CdToday, cd_today, CD, TODAY, AdwBin)

/* Once; @session is kept. */
void cd_today_set_session (CdToday *self, CdSession *session);
void cd_today_refresh (CdToday *self);
/* "€ 31.20"; NULL before the first answer. Caller frees. */
char *cd_today_dup_earned (CdToday *self);

G_END_DECLS
