/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sounds that are computed, so that nobody's rights are in them: the music of a queue, and a beep. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Samples at 8000 Hz, full scale 32767; free with g_free(). */
gint16 *cs_sound_compute_music (guint *n_samples);
gint16 *cs_sound_compute_beep (guint *n_samples);
/* 425 Hz, one second on and four off (ITU-T E.180, most of Europe). */
gint16 *cs_sound_compute_ringing (guint *n_samples);

G_END_DECLS
