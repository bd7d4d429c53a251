/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "media"
#include "server/media/mend.h"

#include "server/media/wav.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHANNELS 2
#define PART ".wav.part"
#define MAX_BYTES (G_MAXUINT32 - CS_WAV_HEADER)

/* The header is written first with no samples in it: this gives it what is there. */
static gboolean
correct (int fd)
{
  guint8 header[CS_WAV_HEADER];
  struct stat status;
  guint32 samples;

  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    return FALSE;
  samples = (guint32) ((MIN (status.st_size, MAX_BYTES) - CS_WAV_HEADER) / CHANNELS);
  cs_wav_write_header (header, CHANNELS, samples);
  return ftruncate (fd, CS_WAV_HEADER + (gint64) samples * CHANNELS) == 0
         && pwrite (fd, header, sizeof header, 0) == sizeof header && fsync (fd) == 0;
}

static gboolean
mend (int folder, const char *part)
{
  g_autofree char *whole = g_strndup (part, strlen (part) - strlen (".part"));
  int fd = openat (folder, part, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  struct stat status;
  gboolean done;

  if (fd < 0)
    return FALSE;
  /* It had not begun. */
  if (fstat (fd, &status) == 0 && status.st_size <= CS_WAV_HEADER)
    {
      close (fd);
      return unlinkat (folder, part, 0) == 0;
    }
  done = correct (fd) && renameat (folder, part, folder, whole) == 0;
  close (fd);
  return done;
}

guint
cs_recordings_mend (const char *spool)
{
  g_autoptr (GDir) entries = g_dir_open (spool, 0, NULL);
  int folder = open (spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const char *entry;
  guint n = 0;

  while (entries != NULL && folder >= 0 && (entry = g_dir_read_name (entries)) != NULL)
    {
      if (!g_str_has_suffix (entry, PART))
        continue;
      if (mend (folder, entry))
        n++;
      else
        g_warning ("the recording %s cannot be mended: %s", entry, g_strerror (errno));
    }
  if (folder >= 0)
    close (folder);
  if (n > 0)
    g_info ("%u recordings of the last run were mended", n);
  return n;
}
