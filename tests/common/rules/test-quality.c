/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Service quality: the worked examples, and seeded random cases against the definition per call. */
#include "common/rules/quality.h"

/* Calls of one wait, in seconds; -1: never answered. */
typedef struct {
  gint64 calls;
  gint64 waited;
} Waits;

static CtQualityCounts
counts_of (CtQualitySettings settings, const Waits *waits, gsize n_waits)
{
  CtQualityCounts counts = { .settings = settings };

  for (gsize i = 0; i < n_waits; i++)
    for (gint64 j = 0; j < waits[i].calls; j++)
      ct_quality_count (&counts, MAX (waits[i].waited, 0) * G_USEC_PER_SEC, waits[i].waited >= 0);
  return counts;
}

static const struct {
  int number;
  Waits waits[4];
  gint64 reference, limit;
  gint64 unanswered, late, early; /* U, T, E; -1: the table does not say */
  gint quality;
} examples[] = {
  { 1, { { 10, 20 } }, 20, 60, 0, 0, 0, 10000 },
  { 2, { { 9, 20 }, { 1, -1 } }, 20, 60, 1, 0, 0, 9000 },
  { 3, { { 8, 20 }, { 2, -1 } }, 20, 60, 2, 0, 0, 8000 },
  { 4, { { 10, 30 } }, 20, 60, 0, 100, 0, 7500 },
  { 5, { { 10, 10 } }, 20, 60, 0, 0, 100, 9375 },
  { 6, { { 10, 0 } }, 20, 60, 0, 0, 200, 8750 },
  { 7, { { 10, 40 } }, 20, 60, 0, 200, 0, 5000 },
  { 8, { { 10, 59 } }, 20, 60, 0, 390, 0, 250 },
  { 9, { { 10, 60 } }, 20, 60, 10, 0, 0, 0 },
  { 10, { { 1, 0 }, { 1, 40 } }, 20, 60, 0, 20, 20, 6875 },
  { 11, { { 12, 20 }, { 3, 10 }, { 3, 35 }, { 2, -1 } }, 20, 60, 2, 45, 30, 8343 },
  { 12, { { 1, 55 } }, 60, 70, -1, -1, -1, 9791 },
  { 12, { { 1, 65 } }, 60, 70, -1, -1, -1, 5000 },
  { 12, { { 1, 0 } }, 60, 70, -1, -1, -1, 7500 },
  { 13, { { 1, 0 } }, 5, 120, -1, -1, -1, 9891 },
  { 13, { { 1, 10 } }, 5, 120, -1, -1, -1, 9565 },
  { 14, { { 999999, 20 }, { 1, 19 } }, 20, 60, 0, 0, 1, 9999 },
  { 15, { { 5, -1 } }, 20, 60, 5, 0, 0, 0 },
};

static void
test_examples (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (examples); i++)
    {
      CtQualityCounts counts
          = counts_of ((CtQualitySettings){ examples[i].reference, examples[i].limit, 1, 4 },
                       examples[i].waits, G_N_ELEMENTS (examples[i].waits));
      CtQualityFigure figure = ct_quality_figure (&counts, 1);

      g_test_message ("example %d", examples[i].number);
      g_assert_true (figure.defined);
      g_assert_cmpint (figure.quality, ==, examples[i].quality);
      if (examples[i].late >= 0)
        {
          g_assert_cmpint (counts.unanswered, ==, examples[i].unanswered);
          g_assert_cmpint (counts.late_seconds, ==, examples[i].late);
          g_assert_cmpint (counts.early_seconds, ==, examples[i].early);
        }
    }
}

/* Example 16. */
static void
test_no_calls (void)
{
  CtQualityCounts none = { .settings = CT_QUALITY_DEFAULT_SETTINGS };

  g_assert_false (ct_quality_figure (&none, 1).defined);
  g_assert_false (ct_quality_figure (NULL, 0).defined);
}

static void
test_beside (void)
{
  static const Waits waits[] = { { 3, 10 }, { 2, 20 }, { 4, 30 }, { 1, 60 }, { 2, 75 }, { 5, -1 } };
  CtQualityCounts counts = counts_of (CT_QUALITY_DEFAULT_SETTINGS, waits, G_N_ELEMENTS (waits));
  CtQualityFigure figure = ct_quality_figure (&counts, 1);

  g_assert_cmpint (counts.received, ==, 17);
  g_assert_cmpint (counts.answered, ==, 12);
  g_assert_cmpint (counts.beyond_limit, ==, 3);
  g_assert_cmpint (counts.unanswered, ==, 8);
  g_assert_cmpint (counts.within_reference, ==, 5);
  g_assert_cmpint (counts.waited_seconds, ==, 30 + 40 + 120 + 60 + 150);
  g_assert_cmpint (figure.lost_unanswered, ==, 4705); /* 8/17 */
  g_assert_cmpint (figure.lost_late, ==, 588);        /* 40/40/17 */
  g_assert_cmpint (figure.lost_early, ==, 110);       /* 30/160/17 */
}

/* A wait of 20.999 s is 20 s; the limit is reached at 60.000 s. */
static void
test_whole_seconds (void)
{
  CtQualityCounts counts = { .settings = CT_QUALITY_DEFAULT_SETTINGS };

  ct_quality_count (&counts, 20999999, TRUE);
  ct_quality_count (&counts, 59999999, TRUE);
  ct_quality_count (&counts, -5, TRUE); /* a clock never goes back, but nothing may break */
  g_assert_cmpint (counts.late_seconds, ==, 39);
  g_assert_cmpint (counts.early_seconds, ==, 20);
  g_assert_cmpint (counts.unanswered, ==, 0);
  ct_quality_count (&counts, 60000000, TRUE);
  g_assert_cmpint (counts.unanswered, ==, 1);
}

static void
test_settings (void)
{
  static const CtQualitySettings bad[]
      = { { 60, 60, 1, 4 }, { -1, 60, 1, 4 }, { 20, 86401, 1, 4 },    { 20, 60, 0, 4 },
          { 20, 60, 4, 4 }, { 20, 60, 1, 0 }, { 20, 60, 1, 1000000 }, { 0, 0, 1, 4 } };
  CtQualitySettings edge = { 0, 1, 9999, 10000 };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (ct_quality_settings_are_valid (&bad[i]));
  g_assert_true (ct_quality_settings_are_valid (&edge));
}

/* Half the calls under one setting at 1/3 lost, half under another at 2/3: exactly 50.00 remains, and a
 * sum that is all but whole does not become 100.00. */
static void
test_mixed_exactly (void)
{
  CtQualityCounts parts[] = {
    { { 0, 3, 1, 4 }, .received = 1, .late_seconds = 1 },
    { { 0, 6, 1, 4 }, .received = 1, .late_seconds = 4 },
  };
  CtQualityCounts many[40];

  g_assert_cmpint (ct_quality_figure (parts, 2).quality, ==, 5000);
  for (gsize i = 0; i < G_N_ELEMENTS (many); i++) /* denominators that share nothing */
    many[i] = (CtQualityCounts){ { 0, 80000 + (gint64) i * 101, 1, 9973 }, .received = 1000000000 };
  g_assert_cmpint (ct_quality_figure (many, G_N_ELEMENTS (many)).quality, ==, 10000);
  many[7].late_seconds = 1;
  g_assert_cmpint (ct_quality_figure (many, G_N_ELEMENTS (many)).quality, ==, 9999);
  for (gsize i = 0; i < G_N_ELEMENTS (many); i++) /* each loses exactly a half: 50.00, not 49.99 */
    {
      gint64 span = many[i].settings.limit;

      many[i].late_seconds = many[i].received / 2 * span;
    }
  g_assert_cmpint (ct_quality_figure (many, G_N_ELEMENTS (many)).quality, ==, 5000);
  g_assert_cmpint (ct_quality_figure (many, G_N_ELEMENTS (many)).lost_late, ==, 5000);
  many[39].late_seconds++;
  g_assert_cmpint (ct_quality_figure (many, G_N_ELEMENTS (many)).quality, ==, 4999);
}

/* The score of a call by its definition, times (L-R) * M * the denominator of k. */
static gint64
scaled_score (const CtQualitySettings *s, gint64 waited, gint64 *scale)
{
  gint64 span = s->limit - s->reference;
  gint64 m = MAX (s->reference, span);

  *scale = span * m * s->early_denominator;
  if (waited < 0 || waited >= s->limit)
    return 0;
  if (waited >= s->reference)
    return *scale - (waited - s->reference) * m * s->early_denominator;
  return *scale - s->early_numerator * (s->reference - waited) * span;
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20261121);

  for (int round = 0; round < 20000; round++)
    {
      CtQualityCounts halves[4] = { 0 };
      __int128 sums[2] = { 0, 0 };
      gint64 scales[2] = { 1, 1 };
      gboolean exact = TRUE;
      gint64 n = 0;
      CtQualityFigure figure;
      __int128 expected;

      for (int h = 0; h < 4; h++) /* two settings, two intervals each */
        if (h % 2 == 0)
          {
            gint64 reference = g_rand_int_range (random, 0, 100);
            gint64 numerator = g_rand_int_range (random, 1, 20);

            halves[h].settings
                = (CtQualitySettings){ reference, reference + g_rand_int_range (random, 1, 100),
                                       numerator, numerator + g_rand_int_range (random, 1, 20) };
          }
        else
          halves[h].settings = halves[h - 1].settings;
      for (int call = g_rand_int_range (random, 1, 30); call > 0; call--, n++)
        {
          int h = g_rand_int_range (random, 0, 4);
          gint64 waited = g_rand_boolean (random) ? halves[h].settings.reference
                                                  : g_rand_int_range (random, -1, 220);

          ct_quality_count (&halves[h], MAX (waited, 0) * G_USEC_PER_SEC, waited >= 0);
          sums[h / 2] += scaled_score (&halves[h].settings, waited, &scales[h / 2]);
          exact = exact && waited == halves[h].settings.reference;
        }
      figure = ct_quality_figure (halves, 4);
      expected = (sums[0] * scales[1] + sums[1] * scales[0]) * 10000
                 / ((__int128) scales[0] * scales[1] * n);
      g_assert_cmpint (figure.quality, ==, (gint) expected);
      g_assert_cmpint (figure.quality == 10000, ==, exact);
      /* Each loss is truncated by itself, so together they may lack up to three hundredths. */
      g_assert_cmpint (figure.quality + figure.lost_unanswered + figure.lost_late
                           + figure.lost_early,
                       <=, 10000);
      g_assert_cmpint (
          figure.quality + figure.lost_unanswered + figure.lost_late + figure.lost_early, >=, 9997);
    }
}

/* The sentences of the definition: worse when unanswered (D), when later (E), when earlier (F), and
 * early costs less than late. */
static void
test_order (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (8);

  for (int round = 0; round < 5000; round++)
    {
      gint64 r = g_rand_int_range (random, 1, 60);
      CtQualitySettings s = { r, r + g_rand_int_range (random, 2, 90), 1, 4 };
      gint64 d = g_rand_int_range (random, 1, (gint32) r + 1);
      Waits early = { 1, r - d }, late = { 1, r + d }, later = { 1, r + d + 1 }, lost = { 1, -1 };
      CtQualityCounts e = counts_of (s, &early, 1), l = counts_of (s, &late, 1);
      CtQualityCounts ll = counts_of (s, &later, 1), u = counts_of (s, &lost, 1);

      g_assert_cmpint (ct_quality_figure (&e, 1).quality, <, 10000);
      g_assert_cmpint (ct_quality_figure (&e, 1).quality, >, ct_quality_figure (&l, 1).quality);
      g_assert_cmpint (ct_quality_figure (&l, 1).quality, >=, ct_quality_figure (&ll, 1).quality);
      g_assert_cmpint (ct_quality_figure (&e, 1).quality, >, ct_quality_figure (&u, 1).quality);
    }
}

static void
test_add (void)
{
  static const Waits morning[] = { { 5, 20 }, { 1, 50 } };
  static const Waits evening[] = { { 2, 5 }, { 3, -1 } };
  CtQualityCounts sum = counts_of (CT_QUALITY_DEFAULT_SETTINGS, morning, 2);
  CtQualityCounts more = counts_of (CT_QUALITY_DEFAULT_SETTINGS, evening, 2);
  CtQualityCounts both[] = { sum, more };
  CtQualityCounts other = { .settings = { 10, 60, 1, 4 } };
  CtQualityCounts same = { .settings = { 20, 60, 2, 8 } };

  g_assert_true (ct_quality_add (&sum, &more));
  g_assert_cmpint (sum.received, ==, 11);
  g_assert_cmpint (ct_quality_figure (&sum, 1).quality, ==, ct_quality_figure (both, 2).quality);
  g_assert_false (ct_quality_add (&sum, &other));
  g_assert_true (ct_quality_add (&sum, &same));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quality/examples", test_examples);
  g_test_add_func ("/quality/no-calls", test_no_calls);
  g_test_add_func ("/quality/beside", test_beside);
  g_test_add_func ("/quality/whole-seconds", test_whole_seconds);
  g_test_add_func ("/quality/settings", test_settings);
  g_test_add_func ("/quality/mixed-exactly", test_mixed_exactly);
  g_test_add_func ("/quality/random", test_random);
  g_test_add_func ("/quality/order", test_order);
  g_test_add_func ("/quality/add", test_add);
  return g_test_run ();
}
