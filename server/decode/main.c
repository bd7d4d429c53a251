/* SPDX-License-Identifier: GPL-3.0-or-later */
/* centrale-decode: makes one prompt out of one file that a stranger sent, and nothing else. It opens
 * nothing: descriptor 0 is the file, 3 and 4 take the A-law and mu-law samples, 5 a WAV file of the same
 * when called with --wav. Exit status as in sysexits.h: 0 done, 65 (EX_DATAERR) bad data, 75
 * (EX_TEMPFAIL) over a limit, 70 (EX_SOFTWARE) this machine will not do; with one line on standard
 * error. Meant to be run by server/media/prepare.c. */
#include "common/base/error.h"
#include "server/decode/decode.h"
#include "server/decode/loudness.h"
#include "server/decode/sandbox.h"
#include "server/media/g711.h"
#include "server/media/wav.h"
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define INPUT 0
#define OUTPUT_A 3
#define OUTPUT_U 4
#define OUTPUT_WAV 5
#define FRAME 160 /* prompts are filled up to whole 20 ms */

#ifdef __SANITIZE_ADDRESS__
/* The leak check at the end would trace the process, which the filter refuses. */
const char *__asan_default_options (void);
const char *
__asan_default_options (void)
{
  return "detect_leaks=0";
}
#endif

static gboolean
write_all (int fd, const guint8 *bytes, gsize length, GError **error)
{
  while (length > 0)
    {
      gssize n = write (fd, bytes, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return ct_fail (error, CT_ERROR_IO, "cannot write: %s", g_strerror (errno));
      bytes += n;
      length -= (gsize) n;
    }
  return TRUE;
}

static GByteArray *
encode (const GArray *samples, CsLaw law)
{
  guint n = (samples->len + FRAME - 1) / FRAME * FRAME;
  GByteArray *bytes = g_byte_array_sized_new (n);

  g_byte_array_set_size (bytes, n);
  memset (bytes->data, cs_g711_silence (law), n);
  for (guint i = 0; i < samples->len; i++)
    {
      float sample = g_array_index (samples, float, i) * 32767;

      bytes->data[i] = cs_g711_from_linear (law, (gint16) CLAMP (lrintf (sample), -32768, 32767));
    }
  return bytes;
}

static gboolean
write_results (const GArray *samples, gboolean wav, GError **error)
{
  g_autoptr (GByteArray) a = encode (samples, CS_LAW_A);
  g_autoptr (GByteArray) u = encode (samples, CS_LAW_U);
  guint8 header[CS_WAV_HEADER];

  if (!write_all (OUTPUT_A, a->data, a->len, error)
      || !write_all (OUTPUT_U, u->data, u->len, error))
    return FALSE;
  cs_wav_write_header (header, 1, u->len);
  return !wav
         || (write_all (OUTPUT_WAV, header, sizeof header, error)
             && write_all (OUTPUT_WAV, u->data, u->len, error));
}

static gboolean
run (gboolean wav, GError **error)
{
  g_autoptr (GArray) samples = NULL;

  if (!cs_sandbox_enter (error))
    return FALSE;
  samples = cs_decode_fd (INPUT, error);
  if (samples == NULL)
    return FALSE;
  cs_loudness_even ((float *) (void *) samples->data, samples->len, CS_DECODE_RATE);
  return write_results (samples, wav, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean wav = argc == 2 && strcmp (argv[1], "--wav") == 0;

  if (argc > 2 || (argc == 2 && !wav))
    {
      g_printerr ("usage: centrale-decode [--wav], with files on descriptors 0, 3, 4 (and 5)\n");
      return EX_USAGE;
    }
  if (run (wav, &error))
    return EX_OK;
  g_printerr ("%s\n", error->message);
  if (ct_error_is (error, CT_ERROR_INVALID))
    return EX_DATAERR;
  return ct_error_is (error, CT_ERROR_LIMIT) ? EX_TEMPFAIL : EX_SOFTWARE;
}
