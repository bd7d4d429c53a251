/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls of today as a table, the newest first. Rows that did not change stay as they are, so that
 * nothing jumps under the pointer.
 *
 * Signals: opened (CtCall *)                   a row was activated */
#pragma once

#include "client/dashboard/outcomes.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_CALL_LIST (cd_call_list_get_type ())
G_DECLARE_FINAL_TYPE (CdCallList, cd_call_list, CD, CALL_LIST, AdwBin)

/* Kept; once. */
void cd_call_list_set_outcomes (CdCallList *self, CdOutcomes *outcomes);
/* @calls: CtCall, copied; may be NULL. */
void cd_call_list_set_calls (CdCallList *self, GPtrArray *calls, const char *currency);

G_END_DECLS
