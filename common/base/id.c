/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base/id.h"

#include <string.h>

#define EPOCH_2020_MS G_GINT64_CONSTANT (1577836800000)
#define COUNTER_BITS 21
#define COUNTER_MASK ((1u << COUNTER_BITS) - 1)

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

CtId
ct_id_new (CtClock *clock)
{
  static GMutex lock;
  static gint64 last_ms;
  static guint32 counter;
  gint64 now_ms = ct_clock_utc_ms (clock) - EPOCH_2020_MS;
  CtId id;

  g_mutex_lock (&lock);
  if (now_ms > last_ms)
    {
      last_ms = now_ms;
      counter = g_random_int () & (COUNTER_MASK >> 1); /* the upper half is left to count into */
    }
  else if (++counter > COUNTER_MASK)
    {
      last_ms++; /* a clock that stands still or went back: borrow from the future */
      counter = 0;
    }
  id = (last_ms << COUNTER_BITS) | counter;
  g_mutex_unlock (&lock);
  return id;
}

CtId
ct_id_first_at (gint64 utc_ms)
{
  return MAX (utc_ms - EPOCH_2020_MS, 0) << COUNTER_BITS | (utc_ms <= EPOCH_2020_MS ? 1 : 0);
}

CtIdText
ct_id_text (CtId id)
{
  CtIdText out;
  guint64 rest = (guint64) id;

  for (int i = CT_ID_TEXT_LENGTH - 1; i >= 0; i--, rest >>= 5)
    out.text[i] = alphabet[rest & 31];
  out.text[CT_ID_TEXT_LENGTH] = '\0';
  return out;
}

gboolean
ct_id_parse (const char *text, CtId *id)
{
  guint64 value = 0;

  if (text == NULL || strlen (text) != CT_ID_TEXT_LENGTH)
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    {
      const char *found = strchr (alphabet, g_ascii_toupper (*c));

      if (found == NULL || (c == text && found - alphabet > 7))
        return FALSE;
      value = (value << 5) | (guint64) (found - alphabet);
    }
  if (value == 0 || value > G_MAXINT64)
    return FALSE;
  *id = (CtId) value;
  return TRUE;
}
