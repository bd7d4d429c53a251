/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figure is a sum of fractions: per set of settings U/1, T/(L-R) and k*E/M. Several settings have
 * several denominators, whose product soon passes 64 and then 128 bits; since the last digit must be
 * right (99.99 is not 100.00), they are summed in numbers as wide as needed, and the one division is
 * done by comparing. Wide numbers are little-endian arrays of 32-bit limbs; only what is used here. */
#include "common/rules/quality.h"

#define LIMIT_MAXIMUM 86400
#define DENOMINATOR_MAXIMUM 10000
#define WHOLE 10000 /* hundredths of a percent */

static GArray *
wide_new (guint64 value)
{
  GArray *wide = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 limbs[] = { (guint32) value, (guint32) (value >> 32) };

  return g_array_append_vals (wide, limbs, G_N_ELEMENTS (limbs));
}

static guint32
limb (const GArray *wide, guint index)
{
  return index < wide->len ? g_array_index (wide, guint32, index) : 0;
}

static GArray *
wide_times (const GArray *wide, guint64 factor)
{
  GArray *product = g_array_sized_new (FALSE, FALSE, sizeof (guint32), wide->len + 2);
  unsigned __int128 carry = 0;

  for (guint i = 0; i < wide->len || carry > 0; i++)
    {
      guint32 low;

      carry += (unsigned __int128) limb (wide, i) * factor;
      low = (guint32) carry;
      g_array_append_val (product, low);
      carry >>= 32;
    }
  return product;
}

static GArray *
wide_add (const GArray *a, const GArray *b)
{
  GArray *sum = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint64 carry = 0;

  for (guint i = 0; i < MAX (a->len, b->len) || carry > 0; i++)
    {
      guint32 low;

      carry += (guint64) limb (a, i) + limb (b, i);
      low = (guint32) carry;
      g_array_append_val (sum, low);
      carry >>= 32;
    }
  return sum;
}

static int
wide_compare (const GArray *a, const GArray *b)
{
  for (guint i = MAX (a->len, b->len); i-- > 0;)
    if (limb (a, i) != limb (b, i))
      return limb (a, i) < limb (b, i) ? -1 : 1;
  return 0;
}

/* numerator / denominator, growing by one fraction at a time. */
typedef struct {
  GArray *numerator, *denominator;
} Sum;

static void
sum_init (Sum *sum)
{
  sum->numerator = wide_new (0);
  sum->denominator = wide_new (1);
}

static void
sum_clear (Sum *sum)
{
  g_array_unref (sum->numerator);
  g_array_unref (sum->denominator);
}

static guint64
greatest_divisor (guint64 a, guint64 b)
{
  while (b != 0)
    {
      guint64 rest = a % b;

      a = b;
      b = rest;
    }
  return a;
}

/* Adds a*b/c. */
static void
sum_add (Sum *sum, guint64 a, guint64 b, guint64 c)
{
  guint64 divisor = greatest_divisor (b, c);
  g_autoptr (GArray) crossed = NULL;
  g_autoptr (GArray) more = NULL;
  g_autoptr (GArray) most = NULL;
  GArray *old;

  if (a == 0 || b == 0)
    return;
  b /= divisor;
  c /= divisor;
  divisor = greatest_divisor (a, c);
  a /= divisor;
  c /= divisor;
  crossed = wide_times (sum->numerator, c);
  more = wide_times (sum->denominator, a);
  most = wide_times (more, b);
  old = sum->numerator;
  sum->numerator = wide_add (crossed, most);
  g_array_unref (old);
  old = sum->denominator;
  sum->denominator = wide_times (old, c);
  g_array_unref (old);
}

/* @sum's share in @n calls, or with @left what it leaves of them, in hundredths of a percent: the
 * greatest q for which q/WHOLE is not more than that, found by halving. */
static gint
truncated_share (const Sum *sum, guint64 n, gboolean left)
{
  g_autoptr (GArray) lost = wide_times (sum->numerator, WHOLE);
  g_autoptr (GArray) calls = wide_times (sum->denominator, n);
  g_autoptr (GArray) all = wide_times (calls, WHOLE);
  gint low = 0, high = WHOLE;

  while (low < high)
    {
      gint middle = (low + high + 1) / 2;
      g_autoptr (GArray) part = wide_times (calls, (guint64) middle);
      g_autoptr (GArray) with_lost = wide_add (part, lost);

      if (left ? wide_compare (with_lost, all) <= 0 : wide_compare (part, lost) <= 0)
        low = middle;
      else
        high = middle - 1;
    }
  return low;
}

gboolean
ct_quality_settings_are_valid (const CtQualitySettings *settings)
{
  return settings->reference >= 0 && settings->reference < settings->limit
         && settings->limit <= LIMIT_MAXIMUM && settings->early_numerator > 0
         && settings->early_numerator < settings->early_denominator
         && settings->early_denominator <= DENOMINATOR_MAXIMUM;
}

void
ct_quality_count (CtQualityCounts *counts, gint64 waited_us, gboolean answered)
{
  gint64 waited = MAX (waited_us, 0) / G_USEC_PER_SEC;
  gint64 late = waited - counts->settings.reference;

  counts->received++;
  if (answered)
    {
      counts->answered++;
      counts->waited_seconds += waited;
    }
  if (!answered || waited >= counts->settings.limit)
    {
      counts->unanswered++;
      counts->beyond_limit += answered ? 1 : 0;
      return;
    }
  counts->late_seconds += MAX (late, 0);
  counts->early_seconds += MAX (-late, 0);
  counts->within_reference += late <= 0 ? 1 : 0;
}

gboolean
ct_quality_add (CtQualityCounts *sum, const CtQualityCounts *more)
{
  const CtQualitySettings *a = &sum->settings;
  const CtQualitySettings *b = &more->settings;

  if (a->reference != b->reference || a->limit != b->limit
      || a->early_numerator * b->early_denominator != b->early_numerator * a->early_denominator)
    return FALSE;
  sum->received += more->received;
  sum->unanswered += more->unanswered;
  sum->late_seconds += more->late_seconds;
  sum->early_seconds += more->early_seconds;
  sum->beyond_limit += more->beyond_limit;
  sum->within_reference += more->within_reference;
  sum->answered += more->answered;
  sum->waited_seconds += more->waited_seconds;
  return TRUE;
}

/* Intervals of the same settings become one, so that the denominators stay few. */
static GArray *
by_settings (const CtQualityCounts *counts, gsize n_counts)
{
  GArray *merged = g_array_new (FALSE, FALSE, sizeof (CtQualityCounts));

  for (gsize i = 0; i < n_counts; i++)
    {
      gboolean added = FALSE;

      if (counts[i].received <= 0 || !ct_quality_settings_are_valid (&counts[i].settings))
        continue;
      for (guint j = 0; j < merged->len && !added; j++)
        added = ct_quality_add (&g_array_index (merged, CtQualityCounts, j), &counts[i]);
      if (!added)
        g_array_append_val (merged, counts[i]);
    }
  return merged;
}

static void
sum_losses (const CtQualityCounts *counts, Sum *unanswered, Sum *late, Sum *early, Sum *all)
{
  const CtQualitySettings *s = &counts->settings;
  guint64 span = (guint64) (s->limit - s->reference);
  guint64 early_span = MAX ((guint64) s->reference, span) * (guint64) s->early_denominator;
  guint64 weight = (guint64) s->early_numerator;

  sum_add (unanswered, (guint64) counts->unanswered, 1, 1);
  sum_add (late, (guint64) counts->late_seconds, 1, span);
  sum_add (early, (guint64) counts->early_seconds, weight, early_span);
  sum_add (all, (guint64) counts->unanswered, 1, 1);
  sum_add (all, (guint64) counts->late_seconds, 1, span);
  sum_add (all, (guint64) counts->early_seconds, weight, early_span);
}

CtQualityFigure
ct_quality_figure (const CtQualityCounts *counts, gsize n_counts)
{
  g_autoptr (GArray) merged = by_settings (counts, n_counts);
  CtQualityFigure figure = { FALSE, 0, 0, 0, 0 };
  Sum unanswered, late, early, all;
  guint64 n = 0;

  if (merged->len == 0)
    return figure;
  sum_init (&unanswered);
  sum_init (&late);
  sum_init (&early);
  sum_init (&all);
  for (guint i = 0; i < merged->len; i++)
    {
      const CtQualityCounts *part = &g_array_index (merged, CtQualityCounts, i);

      n += (guint64) part->received;
      sum_losses (part, &unanswered, &late, &early, &all);
    }
  figure.defined = TRUE;
  figure.quality = truncated_share (&all, n, TRUE);
  figure.lost_unanswered = truncated_share (&unanswered, n, FALSE);
  figure.lost_late = truncated_share (&late, n, FALSE);
  figure.lost_early = truncated_share (&early, n, FALSE);
  sum_clear (&unanswered);
  sum_clear (&late);
  sum_clear (&early);
  sum_clear (&all);
  return figure;
}
