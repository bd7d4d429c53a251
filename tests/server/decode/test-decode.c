/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tone in every kind of file comes out as the same tone; what is broken is named. */
#include "common/base/error.h"
#include "server/decode/check.h"
#include "server/decode/decode.h"
#include "server/decode/loudness.h"
#include "server/decode/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HERTZ 440.0
#define LEVEL 0.25

/* A memory file with @seconds of tone in @format. */
static int
make_sound (int format, int rate, int channels, double seconds, double hertz)
{
  int fd = memfd_create ("sound", MFD_CLOEXEC);
  SF_INFO info = { .format = format, .samplerate = rate, .channels = channels };
  SNDFILE *file = sf_open_fd (fd, SFM_WRITE, &info, 0);
  sf_count_t n = (sf_count_t) (seconds * rate);
  g_autofree float *samples = g_new (float, (gsize) n *(gsize) channels);

  g_assert_nonnull (file);
  for (sf_count_t i = 0; i < n * channels; i++)
    samples[i] = (float) (LEVEL * sin (2 * G_PI * hertz * (double) (i / channels) / rate));
  /* In pieces: libvorbis puts what it is given on its stack. */
  for (sf_count_t at = 0; at < n; at += 4800)
    sf_writef_float (file, samples + at * channels, MIN (4800, n - at));
  sf_close (file);
  lseek (fd, 0, SEEK_SET);
  return fd;
}

/* Amplitude of @hertz in the middle of @samples. */
static double
level (const GArray *samples, double hertz)
{
  guint from = 800, n = samples->len - 1600;
  double re = 0, im = 0;

  for (guint i = 0; i < n; i++)
    {
      double sample = g_array_index (samples, float, from + i);

      re += sample * cos (2 * G_PI * hertz * i / CS_DECODE_RATE);
      im += sample * sin (2 * G_PI * hertz * i / CS_DECODE_RATE);
    }
  return 2 * sqrt (re * re + im * im) / n;
}

static void
test_formats (void)
{
  static const struct {
    const char *name;
    int format, rate, channels;
  } cases[] = {
    { "wav 16 bit", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 2 },
    { "wav 24 bit", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, 48000, 1 },
    { "wav float", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 96000, 1 },
    { "wav mu-law", SF_FORMAT_WAV | SF_FORMAT_ULAW, 8000, 1 },
    { "wav low rate", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 4000, 1 },
    { "flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 22050, 2 },
    { "vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 2 },
    { "opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000, 1 },
    { "mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100, 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SF_INFO info = { .format = cases[i].format,
                       .samplerate = cases[i].rate,
                       .channels = cases[i].channels };
      g_autoptr (GArray) samples = NULL;
      g_autoptr (GError) error = NULL;
      int fd;

      if (!sf_format_check (&info))
        {
          g_test_message ("%s: this libsndfile does not write it", cases[i].name);
          continue;
        }
      fd = make_sound (cases[i].format, cases[i].rate, cases[i].channels, 2, HERTZ);
      samples = cs_decode_fd (fd, &error);
      close (fd);
      g_assert_no_error (error);
      g_test_message ("%s: %u samples, level %.4f", cases[i].name, samples->len,
                      level (samples, HERTZ));
      /* MP3 and Opus add a frame or two at the ends. */
      g_assert_cmpuint (samples->len, >=, 2 * 8000 - 200);
      g_assert_cmpuint (samples->len, <=, 2 * 8000 + 1200);
      g_assert_cmpfloat_with_epsilon (level (samples, HERTZ), LEVEL, LEVEL * 0.03);
      g_assert_cmpfloat_with_epsilon (level (samples, 1000), 0, LEVEL * 0.03);
    }
}

/* What telephones cannot carry does not come back as something else. */
static void
test_no_alias (void)
{
  int fd = make_sound (SF_FORMAT_WAV | SF_FORMAT_PCM_16, 48000, 1, 1, 7000);
  g_autoptr (GArray) samples = cs_decode_fd (fd, NULL);

  close (fd);
  g_assert_cmpfloat_with_epsilon (level (samples, 1000), 0, LEVEL * 0.001);
}

static void
expect_failure (int fd, CtErrorCode code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (cs_decode_fd (fd, &error));
  g_test_message ("%s", error->message);
  g_assert_true (ct_error_is (error, code));
  g_assert_nonnull (strstr (error->message, words));
  close (fd);
}

static int
make_file (const void *bytes, gsize length)
{
  int fd = memfd_create ("file", MFD_CLOEXEC);

  g_assert_cmpint (write (fd, bytes, length), ==, length);
  lseek (fd, 0, SEEK_SET);
  return fd;
}

static void
test_broken (void)
{
  static const guint8 png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13 };
  static const guint8 zip[] = { 'P', 'K', 3, 4, 20, 0, 0, 0, 8, 0 };
  int fd = make_sound (SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 2, HERTZ);

  g_assert_no_errno (ftruncate (fd, 10000));
  expect_failure (fd, CT_ERROR_INVALID, "truncated");
  fd = make_sound (SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 8000, 1, 20, HERTZ);
  g_assert_no_errno (ftruncate (fd, lseek (fd, 0, SEEK_END) / 2));
  lseek (fd, 0, SEEK_SET);
  expect_failure (fd, CT_ERROR_INVALID, "");
  expect_failure (make_file (png, sizeof png), CT_ERROR_INVALID, "not a sound file");
  expect_failure (make_file (zip, sizeof zip), CT_ERROR_INVALID, "not a sound file");
  expect_failure (make_file ("", 0), CT_ERROR_INVALID, "");
  expect_failure (make_sound (SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 0, HERTZ),
                  CT_ERROR_INVALID, "no sound");
  expect_failure (make_sound (SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 8000, 1, 1, HERTZ),
                  CT_ERROR_INVALID, "but not WAV");
  expect_failure (make_sound (SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 8000, 1, 601, HERTZ),
                  CT_ERROR_LIMIT, "10 minutes");
  fd = make_sound (SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1000, 1, 2, HERTZ);
  expect_failure (fd, CT_ERROR_INVALID, "1000 Hz");
}

/* Every kind of file, with bytes changed at random: an error or a sound, never worse. */
static void
test_mutated (void)
{
  static const int formats[]
      = { SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
          SF_FORMAT_OGG | SF_FORMAT_OPUS };
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (guint i = 0; i < G_N_ELEMENTS (formats) * 40; i++)
    {
      int fd = make_sound (formats[i % G_N_ELEMENTS (formats)], 8000, 1, 0.2, HERTZ);
      gint32 size = (gint32) lseek (fd, 0, SEEK_END);
      g_autoptr (GArray) samples = NULL;

      for (int j = 0; j < 5; j++)
        {
          guint8 byte = (guint8) g_rand_int (random);
          gint32 limit = j < 3 ? MIN (size, 100) : size;

          g_assert_cmpint (pwrite (fd, &byte, 1, g_rand_int_range (random, 0, limit)), ==, 1);
        }
      lseek (fd, 0, SEEK_SET);
      samples = cs_decode_fd (fd, NULL);
      close (fd);
    }
}

/* In a child: 0 when all is as it should be, else the number of what is not. */
static int
try_sandbox (int fd)
{
  g_autoptr (GArray) samples = NULL;

  if (!cs_sandbox_enter (NULL))
    return 1;
  samples = cs_decode_fd (fd, NULL);
  if (samples == NULL || samples->len < 9 * CS_DECODE_RATE)
    return 2;
  if (socket (AF_INET, SOCK_DGRAM, 0) != -1 || errno != EPERM)
    return 3;
  if (open ("/dev/null", O_RDONLY) != -1 || errno != EPERM)
    return 4;
  if (fork () != -1 || errno != EPERM)
    return 5;
  if (execl ("/bin/true", "true", NULL) != -1 || errno != EPERM)
    return 6;
  if (mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
    return 7;
  return 0;
}

/* All kinds are decoded within the limits, and nothing else goes there. */
static void
test_sandbox (void)
{
  static const int formats[]
      = { SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
          SF_FORMAT_OGG | SF_FORMAT_OPUS, SF_FORMAT_OGG | SF_FORMAT_VORBIS,
          SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      SF_INFO info = { .format = formats[i], .samplerate = 48000, .channels = 2 };
      int fd, status;
      pid_t pid;

      if (!sf_format_check (&info))
        continue;
      fd = make_sound (formats[i], 48000, 2, 10, HERTZ);
      pid = fork ();
      if (pid == 0)
        {
          _exit (try_sandbox (fd));
        }
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_cmpint (status, ==, 0);
      close (fd);
    }
}

static void
test_streamed_wav (void)
{
  /* As programs write it that cannot seek back: the length is not known. */
  int fd = make_sound (SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 1, 1, HERTZ);
  const guint8 unknown[] = { 0x00, 0xf0, 0xff, 0x7f };
  g_autoptr (GArray) samples = NULL;

  g_assert_cmpint (pwrite (fd, unknown, 4, 40), ==, 4);
  samples = cs_decode_fd (fd, NULL);
  close (fd);
  g_assert_nonnull (samples);
  g_assert_cmpuint (samples->len, >=, 7900);
}

static void
test_loudness (void)
{
  /* Loudness before, and after: near the target, within what one gain may do. */
  static const double levels[][2]
      = { { 0.1 * G_SQRT2, 0.1 }, { 0.9, 0.1 }, { 0.05, 0.1 }, { 0.01, 0.028 }, { 0, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      float samples[16000];

      for (guint j = 0; j < 16000; j++)
        samples[j] = j < 8000 ? 0 : (float) (levels[i][0] * sin (j * 0.3));
      cs_loudness_even (samples, 16000, 8000);
      g_assert_cmpfloat_with_epsilon (cs_loudness_measure (samples, 16000, 8000), levels[i][1],
                                      0.005);
      for (guint j = 0; j < 16000; j++)
        g_assert_cmpfloat (fabsf (samples[j]), <=, 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/decode/formats", test_formats);
  g_test_add_func ("/decode/no-alias", test_no_alias);
  g_test_add_func ("/decode/broken", test_broken);
  g_test_add_func ("/decode/mutated", test_mutated);
  g_test_add_func ("/decode/sandbox", test_sandbox);
  g_test_add_func ("/decode/streamed-wav", test_streamed_wav);
  g_test_add_func ("/decode/loudness", test_loudness);
  return g_test_run ();
}
