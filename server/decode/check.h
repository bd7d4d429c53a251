/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libsndfile quietly reads what is left of a WAV file that was cut short. A prompt that ends in the
 * middle of a word is not what the uploader meant: this check finds it and says so. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* TRUE for what is no RIFF/WAVE file, and for streamed ones that give no length. */
gboolean cs_check_wav (int fd, GError **error);

G_END_DECLS
