/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The RTP header (RFC 3550 section 5.1), read strictly and written short: what leaves us has no
 * contributing sources, extension or padding. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CS_RTP_HEADER 12

typedef struct {
  guint8 payload_type;
  gboolean marker;
  guint16 sequence;
  guint32 timestamp;
  guint32 ssrc;
  guint offset; /* of the payload, at least CS_RTP_HEADER */
  guint length; /* of the payload, padding taken off */
} CsRtp;

static inline guint32
cs_rtp_read_u32 (const guint8 *at)
{
  return ((guint32) at[0] << 24) | ((guint32) at[1] << 16) | ((guint32) at[2] << 8) | at[3];
}

static inline gboolean
cs_rtp_parse (const guint8 *data, gsize length, CsRtp *rtp)
{
  guint offset, padding = 0;

  if (length < CS_RTP_HEADER || (data[0] & 0xc0) != 0x80)
    return FALSE;
  offset = CS_RTP_HEADER + 4 * (data[0] & 0x0f);
  if (data[0] & 0x10)
    {
      if (offset + 4 > length)
        return FALSE;
      offset += 4 + 4 * (((guint) data[offset + 2] << 8) | data[offset + 3]);
    }
  if (offset > length)
    return FALSE;
  if (data[0] & 0x20)
    padding = data[length - 1];
  if ((data[0] & 0x20) && (padding == 0 || padding > length - offset))
    return FALSE;
  rtp->payload_type = data[1] & 0x7f;
  rtp->marker = (data[1] & 0x80) != 0;
  rtp->sequence = (guint16) ((data[2] << 8) | data[3]);
  rtp->timestamp = cs_rtp_read_u32 (data + 4);
  rtp->ssrc = cs_rtp_read_u32 (data + 8);
  rtp->offset = offset;
  rtp->length = (guint) length - offset - padding;
  return TRUE;
}

/* Writes a plain header from @rtp's payload_type, marker, sequence, timestamp and ssrc. */
static inline void
cs_rtp_write (guint8 *at, const CsRtp *rtp)
{
  at[0] = 0x80;
  at[1] = (guint8) (rtp->payload_type | (rtp->marker ? 0x80 : 0));
  at[2] = (guint8) (rtp->sequence >> 8);
  at[3] = (guint8) rtp->sequence;
  for (int i = 0; i < 4; i++)
    {
      at[4 + i] = (guint8) (rtp->timestamp >> (24 - 8 * i));
      at[8 + i] = (guint8) (rtp->ssrc >> (24 - 8 * i));
    }
}

G_END_DECLS
