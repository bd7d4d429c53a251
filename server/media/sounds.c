/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The music is eight bars of 2.5 s: broken chords, plucked softly, over a held chord that swells and a
 * low root. It is written round a circle of 20 s, so that what rings at the end sounds on at the
 * beginning and the loop has no seam. Everything stays between 130 and 1600 Hz, where telephones are
 * kind. */
#include "server/media/sounds.h"

#include <math.h>

#define RATE 8000
#define BARS 8
#define NOTES 8 /* a bar */
#define NOTE_SAMPLES 2500
#define BAR_SAMPLES (NOTES * NOTE_SAMPLES)
#define MUSIC_SAMPLES (BARS * BAR_SAMPLES)
#define RING_SAMPLES (RATE * 2) /* a plucked note is heard this long */
#define PLUCK 0.13
#define HELD 0.022
#define ROOT 0.06

/* Chords by note number (60 is the middle C): root, third, fifth, one more. */
static const guint8 chords[BARS][4] = {
  { 60, 64, 67, 71 }, { 57, 60, 64, 67 }, { 53, 57, 60, 64 }, { 55, 59, 62, 65 },
  { 60, 64, 67, 74 }, { 52, 59, 64, 67 }, { 53, 57, 60, 67 }, { 55, 60, 62, 65 },
};

/* Which of the chord's notes, and how many octaves up: up and down again. */
static const struct {
  guint8 note, octave;
} pattern[NOTES]
    = { { 0, 0 }, { 2, 0 }, { 0, 1 }, { 1, 1 }, { 2, 1 }, { 1, 1 }, { 3, 0 }, { 2, 0 } };

static double
hertz_of (guint note)
{
  return 440 * pow (2, ((double) note - 69) / 12);
}

static double
wave (double hertz, guint at)
{
  return sin (2 * G_PI * hertz * at / RATE);
}

static void
pluck (float *music, guint start, guint note)
{
  double hertz = hertz_of (note);

  for (guint i = 0; i < RING_SAMPLES; i++)
    {
      double attack = MIN (1.0, i / 40.0), release = 1 - (double) i / RING_SAMPLES;
      double sound = wave (hertz, i) + 0.35 * exp (-(double) i / 1600) * wave (2 * hertz, i)
                     + 0.12 * exp (-(double) i / 600) * wave (3 * hertz, i);

      music[(start + i) % MUSIC_SAMPLES]
          += (float) (PLUCK * attack * release * exp (-(double) i / 4500) * sound);
    }
}

/* Swells over the bar and half into its neighbours, so that chords flow into each other. */
static void
hold (float *music, guint bar, guint note, double level)
{
  double hertz = hertz_of (note);
  guint length = 2 * BAR_SAMPLES, start = bar * BAR_SAMPLES + MUSIC_SAMPLES - BAR_SAMPLES / 2;

  for (guint i = 0; i < length; i++)
    {
      double swell = sin (G_PI * i / length);

      music[(start + i) % MUSIC_SAMPLES] += (float) (level * swell * swell * wave (hertz, i));
    }
}

static gint16 *
to_samples (const float *sound, guint n)
{
  gint16 *samples = g_new (gint16, n);

  for (guint i = 0; i < n; i++)
    samples[i] = (gint16) CLAMP (lrintf (sound[i] * 32767), -32768, 32767);
  return samples;
}

gint16 *
cs_sound_compute_music (guint *n_samples)
{
  g_autofree float *music = g_new0 (float, MUSIC_SAMPLES);

  for (guint bar = 0; bar < BARS; bar++)
    {
      for (guint i = 0; i < NOTES; i++)
        pluck (music, bar * BAR_SAMPLES + i * NOTE_SAMPLES,
               chords[bar][pattern[i].note] + 12u * pattern[i].octave);
      for (guint i = 0; i < 4; i++)
        hold (music, bar, chords[bar][i], HELD);
      hold (music, bar, chords[bar][0] - (chords[bar][0] >= 60 ? 12u : 0u), ROOT);
    }
  *n_samples = MUSIC_SAMPLES;
  return to_samples (music, MUSIC_SAMPLES);
}

/* A tone with soft edges, then silence. */
static gint16 *
compute_tone (double hertz, guint on, guint off, guint *n_samples)
{
  const guint fade = RATE / 100;
  g_autofree float *tone = g_new0 (float, on + off);

  for (guint i = 0; i < on; i++)
    tone[i] = (float) (0.2 * MIN (1.0, (double) MIN (i, on - i) / fade) * wave (hertz, i));
  *n_samples = on + off;
  return to_samples (tone, on + off);
}

gint16 *
cs_sound_compute_beep (guint *n_samples)
{
  return compute_tone (1000, RATE * 2 / 5, 0, n_samples);
}

gint16 *
cs_sound_compute_ringing (guint *n_samples)
{
  return compute_tone (425, RATE, 4 * RATE, n_samples);
}
