/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/media/dtmf.h"

#define QUIET_US (200 * 1000)
#define END_BIT 0x80
#define PAYLOAD 4

static const char names[] = "0123456789*#ABCD";

static char
finish (CsDtmf *dtmf)
{
  if (!dtmf->known || dtmf->done)
    return 0;
  dtmf->done = TRUE;
  return dtmf->masked ? 0 : dtmf->key;
}

guint
cs_dtmf_read (CsDtmf *dtmf, const guint8 *payload, gsize length, guint32 timestamp, gboolean masked,
              gint64 now_us, char keys[2])
{
  guint n = 0;
  char key;

  if (length < PAYLOAD || payload[0] >= sizeof names - 1)
    return 0;
  if (dtmf->known && (gint32) (timestamp - dtmf->timestamp) < 0)
    {
      /* Older than the latest key: a stray copy, unless the numbers began anew long after. */
      if (now_us - dtmf->seen_us < QUIET_US)
        return 0;
    }
  if (!dtmf->known || timestamp != dtmf->timestamp)
    {
      if ((key = finish (dtmf)) != 0)
        keys[n++] = key;
      *dtmf = (CsDtmf){ .known = TRUE, .timestamp = timestamp, .key = names[payload[0]] };
    }
  dtmf->seen_us = now_us;
  dtmf->masked |= masked;
  if ((payload[1] & END_BIT) && (key = finish (dtmf)) != 0)
    keys[n++] = key;
  return n;
}

char
cs_dtmf_expire (CsDtmf *dtmf, gboolean masked, gint64 now_us)
{
  if (!dtmf->known || dtmf->done)
    return 0;
  dtmf->masked |= masked;
  return now_us - dtmf->seen_us >= QUIET_US ? finish (dtmf) : 0;
}

guint
cs_dtmf_duration (const guint8 *payload, gsize length)
{
  return length < PAYLOAD ? 0 : ((guint) payload[2] << 8) | payload[3];
}
