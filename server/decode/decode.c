/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/decode/decode.h"

#include "common/base/error.h"
#include "server/decode/check.h"
#include "server/decode/mpeg.h"
#include <samplerate.h>
#include <sndfile.h>

#define MAX_CHANNELS 8
#define MIN_RATE 4000
#define MAX_RATE 192000
#define BLOCK 4096 /* frames at a time */

typedef struct {
  SNDFILE *file;
  CsMpeg *mpeg; /* of an MP3; else NULL */
  SF_INFO info;
  SRC_STATE *resampler;
  GArray *samples;
  sf_count_t frames; /* read so far */
  float in[BLOCK * MAX_CHANNELS];
  float mono[BLOCK];
  float out[2 * BLOCK + 64]; /* MIN_RATE doubles */
} Decoder;

static gboolean
is_known (int format)
{
  switch (format & SF_FORMAT_TYPEMASK)
    {
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
    case SF_FORMAT_FLAC:
    case SF_FORMAT_OGG:
    case SF_FORMAT_MPEG:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
open_sound (Decoder *decoder, int fd, GError **error)
{
  SF_INFO *info = &decoder->info;

  decoder->file = sf_open_fd (fd, SFM_READ, info, 0);
  if (decoder->file == NULL)
    return ct_fail (error, CT_ERROR_INVALID, "not a sound file we read (WAV, FLAC, Ogg, MP3): %s",
                    sf_strerror (NULL));
  if (!is_known (info->format))
    return ct_fail (error, CT_ERROR_INVALID, "a sound file, but not WAV, FLAC, Ogg or MP3");
  if (info->channels < 1 || info->channels > MAX_CHANNELS)
    return ct_fail (error, CT_ERROR_INVALID, "%d channels; at most %d are read", info->channels,
                    MAX_CHANNELS);
  if (info->samplerate < MIN_RATE || info->samplerate > MAX_RATE)
    return ct_fail (error, CT_ERROR_INVALID, "a sampling rate of %d Hz", info->samplerate);
  return TRUE;
}

static gboolean
check_length (const Decoder *decoder, sf_count_t frames, GError **error)
{
  if (frames / decoder->info.samplerate < CS_DECODE_SECONDS)
    return TRUE;
  return ct_fail (error, CT_ERROR_LIMIT, "longer than %d minutes", CS_DECODE_SECONDS / 60);
}

/* Resamples @n mono frames; the last call, with @end, empties the filter. */
static gboolean
resample (Decoder *decoder, sf_count_t n, gboolean end, GError **error)
{
  SRC_DATA data = { .data_in = decoder->mono,
                    .input_frames = (long) n,
                    .end_of_input = end,
                    .src_ratio = (double) CS_DECODE_RATE / decoder->info.samplerate };

  do
    {
      int status;

      data.data_out = decoder->out;
      data.output_frames = G_N_ELEMENTS (decoder->out);
      status = src_process (decoder->resampler, &data);
      if (status != 0)
        return ct_fail (error, CT_ERROR_INVALID, "cannot be resampled: %s", src_strerror (status));
      g_array_append_vals (decoder->samples, decoder->out, (guint) data.output_frames_gen);
      data.data_in += data.input_frames_used;
      data.input_frames -= data.input_frames_used;
  } while (data.input_frames > 0 || (end && data.output_frames_gen > 0));
  return TRUE;
}

static void
mix (Decoder *decoder, sf_count_t frames)
{
  int channels = decoder->info.channels;

  for (sf_count_t i = 0; i < frames; i++)
    {
      float sum = 0;

      for (int c = 0; c < channels; c++)
        sum += decoder->in[i * channels + c];
      /* Floating-point files may hold anything, and one NaN would spoil the filter for good. */
      decoder->mono[i] = sum >= -1000 && sum <= 1000 ? sum / (float) channels : 0;
    }
}

static gboolean
is_mpeg (const Decoder *decoder)
{
  return (decoder->info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_MPEG;
}

static sf_count_t
read_block (Decoder *decoder)
{
  return decoder->mpeg != NULL ? (sf_count_t) cs_mpeg_read (decoder->mpeg, decoder->in, BLOCK)
                               : sf_readf_float (decoder->file, decoder->in, BLOCK);
}

static gboolean
read_all (Decoder *decoder, GError **error)
{
  sf_count_t n;

  while ((n = read_block (decoder)) > 0)
    {
      decoder->frames += n;
      if (!check_length (decoder, decoder->frames, error))
        return FALSE;
      mix (decoder, n);
      if (!resample (decoder, n, FALSE, error))
        return FALSE;
    }
  if (sf_error (decoder->file) != SF_ERR_NO_ERROR)
    return ct_fail (error, CT_ERROR_INVALID, "broken after %.1f s: %s",
                    (double) decoder->frames / decoder->info.samplerate,
                    sf_strerror (decoder->file));
  /* Where the header counts frames, the file must hold them. */
  if ((decoder->info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC
      && decoder->frames < decoder->info.frames)
    return ct_fail (error, CT_ERROR_INVALID, "truncated after %.1f s",
                    (double) decoder->frames / decoder->info.samplerate);
  if (decoder->frames == 0)
    return ct_fail (error, CT_ERROR_INVALID, "there is no sound in it");
  return resample (decoder, 0, TRUE, error);
}

static gboolean
decode (Decoder *decoder, int fd, GError **error)
{
  int status;

  if (!cs_check_wav (fd, error) || !open_sound (decoder, fd, error))
    return FALSE;
  if (is_mpeg (decoder)
      && (decoder->mpeg
          = cs_mpeg_open (fd, &decoder->info.samplerate, &decoder->info.channels, error))
             == NULL)
    return FALSE;
  /* Opus only guesses its length; so the count while reading has the last word. */
  if (!is_mpeg (decoder) && decoder->info.frames < SF_COUNT_MAX
      && !check_length (decoder, decoder->info.frames, error))
    return FALSE;
  decoder->resampler = src_new (SRC_SINC_MEDIUM_QUALITY, 1, &status);
  if (decoder->resampler == NULL)
    return ct_fail (error, CT_ERROR_IO, "no resampler: %s", src_strerror (status));
  return read_all (decoder, error);
}

GArray *
cs_decode_fd (int fd, GError **error)
{
  g_autofree Decoder *decoder = g_new0 (Decoder, 1);
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (float));
  gboolean done;

  decoder->samples = samples;
  done = decode (decoder, fd, error);
  g_clear_pointer (&decoder->resampler, src_delete);
  g_clear_pointer (&decoder->mpeg, cs_mpeg_close);
  g_clear_pointer (&decoder->file, sf_close);
  return done ? g_steal_pointer (&samples) : NULL;
}
