/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/decode/loudness.h"

#include <math.h>

#define AUDIBLE 1e-6f /* mean square: -60 dB */
#define NEAR 0.1f     /* -10 dB, in squares */
#define MAX_GAIN 4.0f /* +12 dB */
#define MIN_GAIN 0.1f /* -20 dB */
#define KNEE 0.7f     /* above it tops are rounded, towards 1 */

static float
mean_square (const float *samples, guint n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += (double) samples[i] * samples[i];
  return n > 0 ? (float) (sum / n) : 0;
}

/* Mean of the blocks above @gate. */
static float
gated_mean (const float *samples, guint n, guint block, float gate)
{
  double sum = 0;
  guint count = 0;

  for (guint at = 0; at < n; at += block)
    {
      float square = mean_square (samples + at, MIN (block, n - at));

      if (square > gate)
        {
          sum += square;
          count++;
        }
    }
  return count > 0 ? (float) (sum / count) : 0;
}

float
cs_loudness_measure (const float *samples, guint n, guint rate)
{
  guint block = rate * 2 / 5;
  float audible = gated_mean (samples, n, block, AUDIBLE);

  return sqrtf (gated_mean (samples, n, block, MAX (audible * NEAR, AUDIBLE)));
}

static float
round_top (float sample)
{
  float size = fabsf (sample);

  if (size <= KNEE)
    return sample;
  return copysignf (KNEE + (1 - KNEE) * tanhf ((size - KNEE) / (1 - KNEE)), sample);
}

void
cs_loudness_even (float *samples, guint n, guint rate)
{
  float loudness = cs_loudness_measure (samples, n, rate);
  float gain = loudness > 0 ? CLAMP (CS_LOUDNESS_TARGET / loudness, MIN_GAIN, MAX_GAIN) : 1;

  for (guint i = 0; i < n; i++)
    samples[i] = round_top (samples[i] * gain);
}
