/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board of one company: credit and quality, the calls of now with their meters, the calls of today.
 * It shows the last dashboard that was read. Events change it at once where they say enough (a call, a
 * meter, credit); for the rest it asks for a new reading. One timer, that runs only while somebody
 * calls, moves the figures on.
 *
 * Signals: call-opened (CtCall *)              a call was activated
 *          outdated ()                         the figures are to be read anew, soon */
#pragma once

#include "client/session/session.h"
#include "common/records/company.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_BOARD (cd_board_get_type ())
G_DECLARE_FINAL_TYPE (CdBoard, cd_board, CD, BOARD, AdwBin)

/* Kept; once. */
void cd_board_set_session (CdBoard *self, CdSession *session);
/* Takes @dashboard. NULL: nothing of the company that was shown before stays. */
void cd_board_show (CdBoard *self, CtDashboard *dashboard);
/* What is shown; NULL: nothing. */
const CtDashboard *cd_board_get_dashboard (CdBoard *self);

G_END_DECLS
