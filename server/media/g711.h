/* SPDX-License-Identifier: GPL-3.0-or-later */
/* G.711: the two laws, to and from 16-bit samples, and from one to the other by table (ITU-T G.711,
 * by way of the linear value). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  CS_LAW_A,
  CS_LAW_U,
  CS_LAWS,
} CsLaw;

#define CS_SAMPLE_RATE 8000
#define CS_SAMPLES_PER_US(us) ((us) / 125)

static inline guint8
cs_g711_silence (CsLaw law)
{
  return law == CS_LAW_A ? 0xd5 : 0xff;
}

gint16 cs_g711_to_linear (CsLaw law, guint8 code);
guint8 cs_g711_from_linear (CsLaw law, gint16 sample);

/* 256 bytes: table[code in @from] is the code in the other law. The first call computes it; never
 * fails, any thread. */
const guint8 *cs_g711_translation (CsLaw from);
/* @n codes of @from into codes of the other law; @to may be @codes. */
void cs_g711_translate (CsLaw from, const guint8 *codes, guint8 *to, guint n);

G_END_DECLS
