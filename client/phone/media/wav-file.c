/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "phone"

#include "client/phone/media/wav-file.h"

#include "common/base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct _CdWavFile {
  FILE *file;
  guint rate;
  guint32 size, written_size; /* of the samples: now, and as the header says */
  gboolean failed;
};

static void
put_32 (guint8 *bytes, guint32 value)
{
  for (guint i = 0; i < 4; i++)
    bytes[i] = value >> (8 * i);
}

static gboolean
write_header (CdWavFile *self)
{
  guint8 header[44] = "RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0........\x02\0\x10\0data....";

  put_32 (header + 4, 36 + self->size);
  put_32 (header + 24, self->rate);
  put_32 (header + 28, self->rate * 2);
  put_32 (header + 40, self->size);
  self->written_size = self->size;
  return fseek (self->file, 0, SEEK_SET) == 0 && fwrite (header, sizeof header, 1, self->file) == 1
         && fseek (self->file, 0, SEEK_END) == 0 && fflush (self->file) == 0;
}

CdWavFile *
cd_wav_file_new (const char *path, guint rate, GError **error)
{
  FILE *file = fopen (path, "wbe");
  CdWavFile *self;

  if (file == NULL)
    {
      ct_fail (error, CT_ERROR_IO, "%s: %s", path, g_strerror (errno));
      return NULL;
    }
  self = g_new0 (CdWavFile, 1);
  self->file = file;
  self->rate = rate;
  self->failed = !write_header (self);
  return self;
}

void
cd_wav_file_write (CdWavFile *self, const void *samples, gsize size)
{
  if (self->failed || size > G_MAXINT32 - self->size)
    return;
  self->failed = fwrite (samples, 1, size, self->file) != size;
  self->size += (guint32) size;
  if (self->size - self->written_size >= self->rate * 2)
    self->failed = !write_header (self) || self->failed;
  if (self->failed)
    g_warning ("sound file: %s", g_strerror (errno));
}

void
cd_wav_file_close (CdWavFile *self)
{
  if (self == NULL)
    return;
  if (!self->failed)
    write_header (self);
  fclose (self->file);
  g_free (self);
}
