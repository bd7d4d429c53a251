/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/media/wav.h"

#include <string.h>

#define FORMAT_MULAW 7
#define RATE 8000

static guint8 *
put_text (guint8 *at, const char *text)
{
  memcpy (at, text, strlen (text));
  return at + strlen (text);
}

static guint8 *
put_number (guint8 *at, guint32 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    *at++ = (guint8) (value >> (8 * i));
  return at;
}

void
cs_wav_write_header (guint8 header[CS_WAV_HEADER], guint channels, guint32 samples)
{
  guint32 bytes = samples * channels;
  guint8 *at = header;

  at = put_text (at, "RIFF");
  at = put_number (at, CS_WAV_HEADER - 8 + bytes, 4);
  at = put_text (at, "WAVEfmt ");
  at = put_number (at, 18, 4);
  at = put_number (at, FORMAT_MULAW, 2);
  at = put_number (at, channels, 2);
  at = put_number (at, RATE, 4);
  at = put_number (at, RATE * channels, 4);
  at = put_number (at, channels, 2);
  at = put_number (at, 8, 2);
  at = put_number (at, 0, 2);
  at = put_text (at, "fact");
  at = put_number (at, 4, 4);
  at = put_number (at, samples, 4);
  at = put_text (at, "data");
  at = put_number (at, bytes, 4);
  g_assert (at == header + CS_WAV_HEADER);
}
