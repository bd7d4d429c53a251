/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/decode/check.h"

#include "common/base/error.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD 8 /* of a chunk: name and size */
#define STREAMED                                                                                   \
  0x7ff00000 /* sizes from here on are placeholders of programs that could not seek */
#define MAX_CHUNKS 1000

static guint32
read_u32 (const guint8 *at)
{
  return at[0] | ((guint32) at[1] << 8) | ((guint32) at[2] << 16) | ((guint32) at[3] << 24);
}

gboolean
cs_check_wav (int fd, GError **error)
{
  guint8 head[12];
  struct stat status;
  gint64 at = sizeof head;

  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    return ct_fail (error, CT_ERROR_INVALID, "not a file");
  if (pread (fd, head, sizeof head, 0) != sizeof head || memcmp (head, "RIFF", 4) != 0
      || memcmp (head + 8, "WAVE", 4) != 0)
    return TRUE;
  for (int i = 0; i < MAX_CHUNKS && pread (fd, head, HEAD, at) == HEAD; i++)
    {
      guint32 size = read_u32 (head + 4);

      if (memcmp (head, "data", 4) == 0)
        {
          gint64 there = status.st_size - at - HEAD;

          if (size == 0 || size >= STREAMED || size <= there)
            return TRUE;
          return ct_fail (error, CT_ERROR_INVALID,
                          "truncated: the header promises %u bytes of sound, %" G_GINT64_FORMAT
                          " are there",
                          size, there);
        }
      at += HEAD + (gint64) size + (size & 1);
    }
  return ct_fail (error, CT_ERROR_INVALID, "a WAV file without sound");
}
