/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Beside the script: who calls, what was keyed, what the meter shows, the earlier contacts. */
#pragma once

#include "common/records/call.h"
#include "common/script/run.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_CALLER_PANE (cd_caller_pane_get_type ())
G_DECLARE_FINAL_TYPE (CdCallerPane, cd_caller_pane, CD, CALLER_PANE, AdwBin)

void cd_caller_pane_show (CdCallerPane *self, const CtCall *call, gint64 now_ms);
/* How to behave on this line, what may be done and what not (S0-30); @run may be NULL. */
void cd_caller_pane_show_script (CdCallerPane *self, CtScriptRun *run, const char *language);
/* @metered FALSE: there is no figure yet. */
void cd_caller_pane_tick (CdCallerPane *self, gboolean metered, gint64 seconds, CtMoney cost);

G_END_DECLS
