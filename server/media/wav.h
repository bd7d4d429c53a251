/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The head of a WAV file with G.711 mu-law: 58 bytes (fmt with its empty extension, fact, data). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CS_WAV_HEADER 58

/* @samples a channel; they follow the header, one byte each, channels interleaved. */
void cs_wav_write_header (guint8 header[CS_WAV_HEADER], guint channels, guint32 samples);

G_END_DECLS
