/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small bar of segments for a sound level or the quality of a line. It is drawn; the screen reader
 * hears it as a meter with a value. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CD_TYPE_LEVEL_METER (cd_level_meter_get_type ())
G_DECLARE_FINAL_TYPE (CdLevelMeter, cd_level_meter, CD, LEVEL_METER, GtkWidget)

/* A level in dBFS, -60 (empty) to 0 (full); -INFINITY is silence. It falls slowly, as ears like it. */
void cd_level_meter_set_level (CdLevelMeter *self, double dbfs);
/* @bars 0..4 of a line, as growing steps. */
void cd_level_meter_set_bars (CdLevelMeter *self, guint bars);

G_END_DECLS
