/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MP3 to its end. libsndfile stops where it guesses the end to be, and its guess is from the first frames:
 * of a file with a varying bit rate and no index it reads a part only, without a word. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CsMpeg CsMpeg;

/* From the beginning of @fd; CT_ERROR_INVALID. */
CsMpeg *cs_mpeg_open (int fd, int *rate, int *channels, GError **error);
/* Up to @n frames of all channels; 0 at the end. A file broken in the middle ends there. */
gsize cs_mpeg_read (CsMpeg *mpeg, float *frames, gsize n);
void cs_mpeg_close (CsMpeg *mpeg);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsMpeg, cs_mpeg_close)

G_END_DECLS
