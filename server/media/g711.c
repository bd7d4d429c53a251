/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A code is sign, three bits of exponent, four of mantissa; the laws differ in the bias below the
 * first segment and in which bits travel inverted. Samples are compared on the 14-bit (mu) and 13-bit
 * (A) scales of the standard, left-justified in 16 bits. */
#include "server/media/g711.h"

#define MU_BIAS 132
#define MU_CLIP (32767 - MU_BIAS)
#define A_INVERTED 0x55

static gint16
mu_to_linear (guint8 code)
{
  int value;

  code = (guint8) ~code;
  value = ((((code & 0x0f) << 3) + MU_BIAS) << ((code >> 4) & 7)) - MU_BIAS;
  return (gint16) (code & 0x80 ? -value : value);
}

static guint8
mu_from_linear (int sample)
{
  guint8 sign = sample < 0 ? 0x80 : 0;
  int size = MIN (ABS (sample), MU_CLIP) + MU_BIAS;
  int exponent = g_bit_nth_msf ((gulong) size, -1) - 7;

  return (guint8) ~(sign | (exponent << 4) | ((size >> (exponent + 3)) & 0x0f));
}

static gint16
a_to_linear (guint8 code)
{
  int exponent, value;

  code ^= A_INVERTED;
  exponent = (code >> 4) & 7;
  value = ((code & 0x0f) << 4) + 8;
  if (exponent > 0)
    value = (value + 0x100) << (exponent - 1);
  return (gint16) (code & 0x80 ? value : -value);
}

static guint8
a_from_linear (int sample)
{
  guint8 sign = sample >= 0 ? 0x80 : 0;
  int size = sample >= 0 ? sample : -sample - 1;
  int exponent = size < 256 ? 0 : g_bit_nth_msf ((gulong) size, -1) - 7;
  int mantissa = (size >> (exponent == 0 ? 4 : exponent + 3)) & 0x0f;

  return (guint8) ((sign | (exponent << 4) | mantissa) ^ A_INVERTED);
}

gint16
cs_g711_to_linear (CsLaw law, guint8 code)
{
  return law == CS_LAW_A ? a_to_linear (code) : mu_to_linear (code);
}

guint8
cs_g711_from_linear (CsLaw law, gint16 sample)
{
  return law == CS_LAW_A ? a_from_linear (sample) : mu_from_linear (sample);
}

const guint8 *
cs_g711_translation (CsLaw from)
{
  static guint8 tables[CS_LAWS][256];
  static gsize computed;

  if (g_once_init_enter (&computed))
    {
      for (int code = 0; code < 256; code++)
        {
          tables[CS_LAW_A][code] = mu_from_linear (a_to_linear ((guint8) code));
          tables[CS_LAW_U][code] = a_from_linear (mu_to_linear ((guint8) code));
        }
      g_once_init_leave (&computed, 1);
    }
  return tables[from];
}

void
cs_g711_translate (CsLaw from, const guint8 *codes, guint8 *to, guint n)
{
  const guint8 *table = cs_g711_translation (from);

  for (guint i = 0; i < n; i++)
    to[i] = table[codes[i]];
}
