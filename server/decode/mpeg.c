/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/decode/mpeg.h"

#include "common/base/error.h"
#include <mpg123.h>
#include <unistd.h>

struct _CsMpeg {
  mpg123_handle *handle;
  gsize frame_size; /* bytes, all channels */
};

/* Nothing but the first rate and number of channels: a file that changes them half-way is converted. */
static gboolean
fix_format (CsMpeg *mpeg, int *rate, int *channels)
{
  long found_rate;
  int encoding;

  if (mpg123_getformat (mpeg->handle, &found_rate, channels, &encoding) != MPG123_OK
      || *channels < 1 || *channels > 2 || found_rate <= 0)
    return FALSE;
  *rate = (int) found_rate;
  mpg123_format_none (mpeg->handle);
  return mpg123_format (mpeg->handle, found_rate, *channels == 2 ? MPG123_STEREO : MPG123_MONO,
                        MPG123_ENC_FLOAT_32)
         == MPG123_OK;
}

CsMpeg *
cs_mpeg_open (int fd, int *rate, int *channels, GError **error)
{
  g_autoptr (CsMpeg) mpeg = g_new0 (CsMpeg, 1);

  mpeg->handle = mpg123_new (NULL, NULL);
  if (mpeg->handle == NULL
      || mpg123_param (mpeg->handle, MPG123_ADD_FLAGS, MPG123_FORCE_FLOAT | MPG123_QUIET, 0)
             != MPG123_OK
      || lseek (fd, 0, SEEK_SET) != 0 || mpg123_open_fd (mpeg->handle, fd) != MPG123_OK
      || !fix_format (mpeg, rate, channels))
    {
      ct_fail (error, CT_ERROR_INVALID, "not an MP3 that we read");
      return NULL;
    }
  mpeg->frame_size = (gsize) *channels * sizeof (float);
  return g_steal_pointer (&mpeg);
}

gsize
cs_mpeg_read (CsMpeg *mpeg, float *frames, gsize n)
{
  size_t bytes = 0;
  int status;

  do
    status = mpg123_read (mpeg->handle, (unsigned char *) frames, n * mpeg->frame_size, &bytes);
  while (status == MPG123_NEW_FORMAT && bytes == 0);
  return status == MPG123_OK || status == MPG123_DONE || status == MPG123_NEW_FORMAT
             ? bytes / mpeg->frame_size
             : 0;
}

void
cs_mpeg_close (CsMpeg *mpeg)
{
  if (mpeg->handle != NULL)
    mpg123_delete (mpeg->handle);
  g_free (mpeg);
}
