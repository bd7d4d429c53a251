/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outline of a recording, to draw: how loud each side was in each of n equal parts. It reads the
 * WAV that the server sends, G.711 or 16 bits, one or two channels (left the caller, right the other). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CD_PEAKS_COLUMNS 600

typedef struct {
  guint8 sides[2][CD_PEAKS_COLUMNS]; /* 0 silent..255 full scale, by ear (-48 dB is 0) */
  guint n_sides;
  gint64 length_ms;
} CdPeaks;

/* CT_ERROR_INVALID when @bytes are no such WAV; one that is cut short is read as far as it goes. */
CdPeaks *cd_peaks_new (const guint8 *bytes, gsize size, GError **error);

G_END_DECLS
