/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outline of a recording, and files that are none. */
#include "client/dashboard/peaks.h"

#include "common/base/error.h"

#include <string.h>

static void
put (GByteArray *to, guint32 number, guint n)
{
  for (guint i = 0; i < n; i++)
    g_byte_array_append (to, &(guint8){ (guint8) (number >> (8 * i)) }, 1);
}

static GByteArray *
wav_new (guint format, guint channels, guint bits, const guint8 *data, guint32 size)
{
  GByteArray *wav = g_byte_array_new ();

  g_byte_array_append (wav, (const guint8 *) "RIFF", 4);
  put (wav, 36 + size, 4);
  g_byte_array_append (wav, (const guint8 *) "WAVEfmt ", 8);
  put (wav, 16, 4);
  put (wav, format, 2);
  put (wav, channels, 2);
  put (wav, 8000, 4);
  put (wav, 8000 * channels * bits / 8, 4);
  put (wav, channels * bits / 8, 2);
  put (wav, bits, 2);
  g_byte_array_append (wav, (const guint8 *) "data", 4);
  put (wav, size, 4);
  g_byte_array_append (wav, data, size);
  return wav;
}

/* Left is silent, then loud; right the other way round; in mu-law 0xff is silence, 0x80 full. */
static void
test_two_sides (void)
{
  guint8 data[2 * 12000];
  g_autoptr (GByteArray) wav = NULL;
  g_autofree CdPeaks *peaks = NULL;

  for (gsize i = 0; i < 12000; i++)
    {
      data[2 * i] = i < 6000 ? 0xff : 0x80;
      data[2 * i + 1] = i < 6000 ? 0x80 : 0xff;
    }
  wav = wav_new (7, 2, 8, data, sizeof data);
  peaks = cd_peaks_new (wav->data, wav->len, NULL);
  g_assert_nonnull (peaks);
  g_assert_cmpint (peaks->length_ms, ==, 1500);
  g_assert_cmpuint (peaks->n_sides, ==, 2);
  g_assert_cmpuint (peaks->sides[0][0], ==, 0);
  g_assert_cmpuint (peaks->sides[1][0], >, 250);
  g_assert_cmpuint (peaks->sides[0][CD_PEAKS_COLUMNS - 1], >, 250);
  g_assert_cmpuint (peaks->sides[1][CD_PEAKS_COLUMNS - 1], ==, 0);
}

static void
test_formats (void)
{
  static const guint8 pcm[] = { 0x00, 0x80, 0xff, 0x7f }; /* -32768, 32767 */
  static const guint8 alaw[] = { 0xaa, 0x2a };            /* the loudest of both signs */
  g_autoptr (GByteArray) a = wav_new (1, 1, 16, pcm, sizeof pcm);
  g_autoptr (GByteArray) b = wav_new (6, 1, 8, alaw, sizeof alaw);
  g_autofree CdPeaks *of_a = cd_peaks_new (a->data, a->len, NULL);
  g_autofree CdPeaks *of_b = cd_peaks_new (b->data, b->len, NULL);

  g_assert_cmpuint (of_a->sides[0][CD_PEAKS_COLUMNS - 1], ==, 255);
  g_assert_cmpuint (of_b->sides[0][CD_PEAKS_COLUMNS - 1], >, 250);
}

static void
test_empty (void)
{
  g_autoptr (GByteArray) wav = wav_new (7, 2, 8, (const guint8 *) "", 0);
  g_autofree CdPeaks *peaks = cd_peaks_new (wav->data, wav->len, NULL);

  g_assert_cmpint (peaks->length_ms, ==, 0);
}

/* Cut anywhere, or with any byte changed: an error or an outline, never a crash. */
static void
test_broken (void)
{
  static const guint8 data[] = { 0x80, 0x80, 0xff, 0xff };
  g_autoptr (GByteArray) wav = wav_new (7, 2, 8, data, sizeof data);

  for (guint size = 0; size < wav->len; size++)
    {
      g_autofree guint8 *cut = g_memdup2 (wav->data, size);
      g_autofree CdPeaks *peaks = cd_peaks_new (cut, size, NULL);

      g_assert_true (peaks == NULL || size >= 44);
    }
  for (guint i = 0; i < 44; i++)
    for (guint value = 0; value < 256; value += 17)
      {
        g_autofree guint8 *changed = g_memdup2 (wav->data, wav->len);
        g_autofree CdPeaks *peaks = NULL;

        changed[i] = (guint8) value;
        peaks = cd_peaks_new (changed, wav->len, NULL);
      }
}

static void
test_refused (void)
{
  g_autoptr (GByteArray) wav = wav_new (85, 1, 8, (const guint8 *) "x", 1); /* MP3 */
  g_autoptr (GError) error = NULL;

  g_assert_null (cd_peaks_new (wav->data, wav->len, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_INVALID));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peaks/two-sides", test_two_sides);
  g_test_add_func ("/peaks/formats", test_formats);
  g_test_add_func ("/peaks/empty", test_empty);
  g_test_add_func ("/peaks/broken", test_broken);
  g_test_add_func ("/peaks/refused", test_refused);
  return g_test_run ();
}
