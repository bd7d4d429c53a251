/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A running call: who calls, who answers, what it is doing, its seconds and its cost. */
#pragma once

#include "common/records/call.h"
#include "common/records/company.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CD_TYPE_LIVE_ROW (cd_live_row_get_type ())
G_DECLARE_FINAL_TYPE (CdLiveRow, cd_live_row, CD, LIVE_ROW, GtkListBoxRow)

/* @people: the e-agents of all rows stand below each other. */
CdLiveRow *cd_live_row_new (const char *currency, GtkSizeGroup *people);
/* Copied. */
void cd_live_row_set_call (CdLiveRow *self, const CtCall *call);
const CtCall *cd_live_row_get_call (CdLiveRow *self);
void cd_live_row_apply_meter (CdLiveRow *self, const CtMeter *meter);
/* Once a second: the figures as of @now_ms. */
void cd_live_row_tick (CdLiveRow *self, gint64 now_ms);

G_END_DECLS
