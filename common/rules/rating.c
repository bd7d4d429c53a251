/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/rules/rating.h"

#include "common/base/error.h"

static int
compare_starts (gconstpointer a, gconstpointer b)
{
  const CtAttendance *x = a;
  const CtAttendance *y = b;

  return (x->from_us > y->from_us) - (x->from_us < y->from_us);
}

/* Stays that took time, in order of their start; those that start together keep their order. */
static GArray *
sorted (const CtAttendance *stays, gsize n_stays)
{
  GArray *array = g_array_new (FALSE, FALSE, sizeof (CtAttendance));

  for (gsize i = 0; i < n_stays; i++)
    if (stays[i].until_us > stays[i].from_us)
      g_array_append_val (array, stays[i]);
  g_array_sort (array, compare_starts); /* a stable sort */
  return array;
}

gint64
ct_rating_seconds (const CtAttendance *stays, gsize n_stays)
{
  g_autoptr (GArray) array = sorted (stays, n_stays);
  gint64 covered_until = G_MININT64;
  gint64 us = 0;

  for (guint i = 0; i < array->len; i++)
    {
      const CtAttendance *stay = &g_array_index (array, CtAttendance, i);

      if (stay->until_us > covered_until)
        {
          us += stay->until_us - MAX (stay->from_us, covered_until);
          covered_until = stay->until_us;
        }
    }
  return us / G_USEC_PER_SEC;
}

/* Stays of the same e-agent that touch or overlap become one: he has been there since the first. */
static GArray *
joined (const CtAttendance *stays, gsize n_stays)
{
  g_autoptr (GArray) in_order = sorted (stays, n_stays);
  GArray *out = g_array_new (FALSE, FALSE, sizeof (CtAttendance));

  for (guint i = 0; i < in_order->len; i++)
    {
      const CtAttendance *stay = &g_array_index (in_order, CtAttendance, i);
      CtAttendance *earlier = NULL;

      for (guint j = 0; j < out->len && earlier == NULL; j++)
        {
          CtAttendance *candidate = &g_array_index (out, CtAttendance, j);

          if (candidate->agent == stay->agent && candidate->until_us >= stay->from_us)
            earlier = candidate;
        }
      if (earlier != NULL)
        earlier->until_us = MAX (earlier->until_us, stay->until_us);
      else
        g_array_append_val (out, *stay);
    }
  return out;
}

/* Sums of microseconds until the end. */
typedef struct {
  CtId agent;
  gint64 there_us;
  gint64 led_us;
} Tally;

static Tally *
tally_of (GArray *tallies, CtId agent)
{
  Tally fresh = { agent, 0, 0 };

  for (guint i = 0; i < tallies->len; i++)
    if (g_array_index (tallies, Tally, i).agent == agent)
      return &g_array_index (tallies, Tally, i);
  g_array_append_val (tallies, fresh);
  return &g_array_index (tallies, Tally, tallies->len - 1);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const gint64 *x = a;
  const gint64 *y = b;

  return (*x > *y) - (*x < *y);
}

/* All starts and ends: between two neighbours nobody comes or goes. */
static GArray *
boundaries (const GArray *stays)
{
  GArray *times = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < stays->len; i++)
    {
      const CtAttendance *stay = &g_array_index (stays, CtAttendance, i);

      g_array_append_val (times, stay->from_us);
      g_array_append_val (times, stay->until_us);
    }
  g_array_sort (times, compare_times);
  return times;
}

static GArray *
tally_stays (const GArray *stays)
{
  GArray *tallies = g_array_new (FALSE, FALSE, sizeof (Tally));
  g_autoptr (GArray) times = boundaries (stays);

  for (guint i = 0; i < stays->len; i++)
    {
      const CtAttendance *stay = &g_array_index (stays, CtAttendance, i);

      tally_of (tallies, stay->agent)->there_us += stay->until_us - stay->from_us;
    }
  for (guint t = 0; t + 1 < times->len; t++)
    {
      gint64 from = g_array_index (times, gint64, t);
      gint64 until = g_array_index (times, gint64, t + 1);

      /* The stays are in order of their start, so the first one that is there leads. */
      for (guint i = 0; i < stays->len && until > from; i++)
        {
          const CtAttendance *stay = &g_array_index (stays, CtAttendance, i);

          if (stay->from_us <= from && until <= stay->until_us)
            {
              tally_of (tallies, stay->agent)->led_us += until - from;
              break;
            }
        }
    }
  return tallies;
}

GArray *
ct_rating_parts (const CtAttendance *stays, gsize n_stays)
{
  g_autoptr (GArray) apart = joined (stays, n_stays);
  g_autoptr (GArray) tallies = tally_stays (apart);
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (CtAgentPart));

  for (guint i = 0; i < tallies->len; i++)
    {
      const Tally *tally = &g_array_index (tallies, Tally, i);
      CtAgentPart part
          = { tally->agent, tally->there_us / G_USEC_PER_SEC, tally->led_us / G_USEC_PER_SEC, 0 };

      part.consulted = part.seconds - part.led;
      g_array_append_val (parts, part);
    }
  return parts;
}

gboolean
ct_rating_cost (CtMoney rate, gint64 seconds, CtMoney *cost, GError **error)
{
  CtMoney product;

  if (rate < 0 || seconds < 0)
    return ct_fail (error, CT_ERROR_INVALID, "a negative rate or duration has no cost");
  if (!ct_money_times (rate, seconds, &product))
    return ct_fail (error, CT_ERROR_LIMIT, "the cost does not fit");
  *cost = product;
  return TRUE;
}

gint64
ct_rating_affordable (CtMoney rate, CtMoney money)
{
  if (rate <= 0)
    return G_MAXINT64;
  return money > 0 ? money / rate : 0;
}
