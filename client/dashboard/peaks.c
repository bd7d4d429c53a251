/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/dashboard/peaks.h"

#include "common/base/error.h"

#include <math.h>
#include <string.h>

enum { PCM = 1, ALAW = 6, MULAW = 7 };

#define FLOOR_DB 48.0
#define FULL_SCALE 32768.0

typedef struct {
  guint format, channels, rate, sample_bytes;
  const guint8 *data;
  gsize size;
} Wav;

static guint32
number_at (const guint8 *bytes, guint n)
{
  guint32 number = 0;

  for (guint i = n; i > 0; i--)
    number = number << 8 | bytes[i - 1];
  return number;
}

static gboolean
read_format (const guint8 *chunk, gsize size, Wav *wav)
{
  if (size < 16)
    return FALSE;
  wav->format = number_at (chunk, 2);
  wav->channels = number_at (chunk + 2, 2);
  wav->rate = number_at (chunk + 4, 4);
  wav->sample_bytes = wav->format == PCM ? 2 : 1;
  return (wav->format == PCM || wav->format == ALAW || wav->format == MULAW)
         && number_at (chunk + 14, 2) == wav->sample_bytes * 8 && wav->channels >= 1
         && wav->channels <= 2 && wav->rate >= 4000 && wav->rate <= 192000;
}

/* Walks the chunks of a RIFF file (Multimedia Programming Interface 1.0, 1991). */
static gboolean
read_chunks (const guint8 *bytes, gsize size, Wav *wav)
{
  gsize at = 12;

  if (size < at || memcmp (bytes, "RIFF", 4) != 0 || memcmp (bytes + 8, "WAVE", 4) != 0)
    return FALSE;
  while (size - at >= 8)
    {
      gsize length = number_at (bytes + at + 4, 4);
      gsize there = MIN (length, size - at - 8);
      const guint8 *chunk = bytes + at + 8;

      if (memcmp (bytes + at, "fmt ", 4) == 0 && !read_format (chunk, there, wav))
        return FALSE;
      if (memcmp (bytes + at, "data", 4) == 0)
        {
          wav->data = chunk;
          wav->size = there;
          return wav->channels != 0;
        }
      if (length + (length & 1) > size - at - 8)
        return FALSE;
      at += 8 + length + (length & 1);
    }
  return FALSE;
}

/* Size of a sample by ITU-T G.711, without its sign. */
static guint
size_of_sample (const Wav *wav, const guint8 *sample)
{
  guint code, exponent;

  if (wav->format == PCM)
    return (guint) ABS ((gint16) number_at (sample, 2));
  code = wav->format == ALAW ? *sample ^ 0x55u : ~*sample & 0xffu;
  exponent = code >> 4 & 7;
  code &= 15;
  if (wav->format == MULAW)
    return (((code << 3) + 0x84) << exponent) - 0x84;
  return exponent == 0 ? (code << 4) + 8 : ((code << 4) + 0x108) << (exponent - 1);
}

static guint8
height_of (guint size)
{
  double db = size > 0 ? 20 * log10 (size / FULL_SCALE) : -FLOOR_DB;

  return (guint8) lrint (CLAMP (1 + db / FLOOR_DB, 0, 1) * 255);
}

CdPeaks *
cd_peaks_new (const guint8 *bytes, gsize size, GError **error)
{
  Wav wav = { 0 };
  CdPeaks *self;
  gsize frame, frames;

  if (!read_chunks (bytes, size, &wav))
    {
      ct_fail (error, CT_ERROR_INVALID, "not a recording that can be drawn");
      return NULL;
    }
  self = g_new0 (CdPeaks, 1);
  frame = wav.channels * wav.sample_bytes;
  frames = wav.size / frame;
  self->n_sides = wav.channels;
  self->length_ms = (gint64) (frames * 1000 / wav.rate);
  for (gsize column = 0; column < CD_PEAKS_COLUMNS; column++)
    {
      gsize end = frames * (column + 1) / CD_PEAKS_COLUMNS;
      guint most[2] = { 0, 0 };

      for (gsize i = frames * column / CD_PEAKS_COLUMNS; i < end; i++)
        for (guint side = 0; side < wav.channels; side++)
          most[side] = MAX (most[side],
                            size_of_sample (&wav, wav.data + i * frame + side * wav.sample_bytes));
      for (guint side = 0; side < wav.channels; side++)
        self->sides[side][column] = height_of (most[side]);
    }
  return self;
}
