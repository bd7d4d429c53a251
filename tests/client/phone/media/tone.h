/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures a tone in a WAV file that a test phone heard (Goertzel's algorithm over 200 ms windows). */
#pragma once

#include <glib.h>
#include <math.h>
#include <string.h>

/* The share of a window's energy that is at @hz, 0..1, where it is highest (a busy machine drops a packet
 * here and there); and how loud that window is in dBFS. Still windows do not count. */
static inline double
tone_share (const char *path, double hz, double *dbfs)
{
  g_autofree char *bytes = NULL;
  gsize size = 0, n = 0, window = 1600;
  const gint16 *samples;
  double best = 0, best_power = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_cmpuint (size, >=, 44);
  samples = (const gint16 *) (bytes + 44);
  n = (size - 44) / 2;
  for (gsize start = 0; start + window <= n; start += window)
    {
      double w = 2 * cos (2 * G_PI * hz / 8000), s1 = 0, s2 = 0, power = 0, share;

      for (gsize i = 0; i < window; i++)
        {
          double s0 = samples[start + i] + w * s1 - s2;

          s2 = s1;
          s1 = s0;
          power += (double) samples[start + i] * samples[start + i];
        }
      power /= window;
      share = 2 * (s1 * s1 + s2 * s2 - w * s1 * s2) / ((double) window * window) / MAX (power, 1);
      if (power > 1e6 && share > best)
        {
          best_power = power;
          best = share;
        }
    }
  *dbfs = 10 * log10 ((best_power + 1e-9) / (32768.0 * 32768.0));
  return best;
}
