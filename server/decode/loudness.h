/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brings a prompt to the loudness of the others, gently: one gain for the whole, found on what is not
 * silence, at most 12 dB up or 20 dB down, and rounded tops instead of clipped ones. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CS_LOUDNESS_TARGET 0.1f /* RMS of what is spoken: -20 dB full scale */

/* RMS of the 400 ms blocks that are within 10 dB of the mean of all audible ones (the idea of ITU-R
 * BS.1770's gates); 0 for silence. */
float cs_loudness_measure (const float *samples, guint n, guint rate);
void cs_loudness_even (float *samples, guint n, guint rate);

G_END_DECLS
