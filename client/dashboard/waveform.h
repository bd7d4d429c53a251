/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording as a drawn wave, the caller above, the e-agent below, that is also its position slider:
 * click or drag, arrow keys (5 s; with Control 1 s), Page Up and Down (30 s), Home, End. To the screen
 * reader it is a slider that tells its time.
 *
 * Signals: seek (gint64 position in ms) */
#pragma once

#include "client/dashboard/peaks.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CD_TYPE_WAVEFORM (cd_waveform_get_type ())
G_DECLARE_FINAL_TYPE (CdWaveform, cd_waveform, CD, WAVEFORM, GtkWidget)

/* Copied. */
void cd_waveform_set_peaks (CdWaveform *self, const CdPeaks *peaks);
void cd_waveform_set_position (CdWaveform *self, gint64 position_ms);

G_END_DECLS
