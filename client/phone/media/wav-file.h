/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A WAV file of 16-bit mono samples, whole at any moment: its header is brought up to date each second. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CdWavFile CdWavFile;

CdWavFile *cd_wav_file_new (const char *path, guint rate, GError **error);
/* Little-endian samples. A full disk is logged once; the rest is dropped. */
void cd_wav_file_write (CdWavFile *self, const void *samples, gsize size);
void cd_wav_file_close (CdWavFile *self);

G_END_DECLS
