/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys out of telephone events (RFC 4733): a key is a run of packets with one timestamp, the last of
 * them sent three times with the end bit. Each key is told once: at its first end packet, or when the
 * next key or 200 ms of quiet show that the end was lost. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gboolean known; /* an event was seen; its timestamp follows */
  gboolean done;  /* told already, or to be kept quiet */
  gboolean masked;
  guint32 timestamp;
  char key;
  gint64 seen_us;
} CsDtmf;

/* Reads the payload of an event packet. Stores the keys that it completes, none to two, in @keys and
 * returns how many. While @masked, and for a key that overlaps a masked time, none is told. */
guint cs_dtmf_read (CsDtmf *dtmf, const guint8 *payload, gsize length, guint32 timestamp,
                    gboolean masked, gint64 now_us, char keys[2]);
/* To be called now and then: the key whose end was lost, or 0. */
char cs_dtmf_expire (CsDtmf *dtmf, gboolean masked, gint64 now_us);

/* Duration so far of an event payload, in samples. */
guint cs_dtmf_duration (const guint8 *payload, gsize length);

G_END_DECLS
