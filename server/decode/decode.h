/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sound file in, telephone samples out: mono, 8000 Hz, of even loudness. WAV, FLAC, Ogg (Opus, Vorbis)
 * and MP3, by libsndfile; resampled by libsamplerate. CT_ERROR_INVALID: not such a file, or a broken
 * one; CT_ERROR_LIMIT: longer than CS_DECODE_SECONDS. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CS_DECODE_RATE 8000
#define CS_DECODE_SECONDS 600

/* Reads @fd, which must be seekable and stays open; an array of float, or NULL. */
GArray *cs_decode_fd (int fd, GError **error);

G_END_DECLS
