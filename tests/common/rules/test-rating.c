/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/rules/rating.h"

#include "common/base/error.h"

/* Times in tenths of a second. */
#define STAY(agent, from, until)                                                                   \
  {                                                                                                \
    agent, (from) *G_GINT64_CONSTANT (100000), (until) *G_GINT64_CONSTANT (100000)                 \
  }

static const struct {
  const char *name;
  CtAttendance stays[5];
  gint64 seconds;
  CtAgentPart parts[3]; /* in the order in which they came */
} cases[] = {
  { "nobody", { { 0, 0, 0 } }, 0, { { 0 } } },
  { "one", { STAY (1, 5, 134) }, 12, { { 1, 12, 12, 0 } } },
  { "truncated", { STAY (1, 0, 19) }, 1, { { 1, 1, 1, 0 } } },
  /* Handed over: 10.9 s and 9.6 s are 20 s for the bill, 10 and 9 for the two. */
  { "transfer",
    { STAY (1, 0, 109), STAY (2, 109, 205) },
    20,
    { { 1, 10, 10, 0 }, { 2, 9, 9, 0 } } },
  /* Consulted, then alone: of Bram's 12.6 s Anna led 6.7. */
  { "consult", { STAY (1, 0, 127), STAY (2, 60, 186) }, 18, { { 1, 12, 12, 0 }, { 2, 12, 5, 7 } } },
  { "consult only",
    { STAY (1, 0, 300), STAY (2, 100, 200) },
    30,
    { { 1, 30, 30, 0 }, { 2, 10, 0, 10 } } },
  /* Parked in between: not billed. The parts of seconds add up before they are cut. */
  { "parked", { STAY (1, 0, 55), STAY (1, 100, 155) }, 11, { { 1, 11, 11, 0 } } },
  { "hold, resume",
    { STAY (1, 0, 50), STAY (1, 50, 100), STAY (2, 40, 100) },
    10,
    { { 1, 10, 10, 0 }, { 2, 6, 0, 6 } } },
  { "overlap of one", { STAY (1, 0, 60), STAY (1, 30, 90) }, 9, { { 1, 9, 9, 0 } } },
  { "out of order",
    { STAY (2, 100, 200), STAY (1, 0, 100) },
    20,
    { { 1, 10, 10, 0 }, { 2, 10, 10, 0 } } },
  { "backwards", { STAY (1, 100, 50), STAY (2, 0, 30) }, 3, { { 2, 3, 3, 0 } } },
  { "comes back",
    { STAY (1, 0, 50), STAY (2, 30, 100), STAY (1, 70, 120) },
    12,
    { { 1, 10, 7, 3 }, { 2, 7, 5, 2 } } },
};

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize n = G_N_ELEMENTS (cases[i].stays);
      g_autoptr (GArray) parts = ct_rating_parts (cases[i].stays, n);

      g_test_message ("%s", cases[i].name);
      g_assert_cmpint (ct_rating_seconds (cases[i].stays, n), ==, cases[i].seconds);
      for (guint j = 0; j < parts->len; j++)
        {
          const CtAgentPart *part = &g_array_index (parts, CtAgentPart, j);

          g_assert_cmpint (part->agent, ==, cases[i].parts[j].agent);
          g_assert_cmpint (part->seconds, ==, cases[i].parts[j].seconds);
          g_assert_cmpint (part->led, ==, cases[i].parts[j].led);
          g_assert_cmpint (part->consulted, ==, cases[i].parts[j].consulted);
        }
      g_assert_cmpint (cases[i].parts[parts->len].agent, ==, 0); /* that were all */
    }
}

/* D28: pay out of the bill never exceeds the bill's seconds. */
static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (28);

  for (int round = 0; round < 20000; round++)
    {
      CtAttendance stays[8];
      gsize n = (gsize) g_rand_int_range (random, 0, 9);
      g_autoptr (GArray) parts = NULL;
      gint64 bill, led = 0;

      for (gsize i = 0; i < n; i++)
        {
          stays[i].agent = g_rand_int_range (random, 1, 4);
          stays[i].from_us = g_rand_int_range (random, 0, 60000000);
          stays[i].until_us = stays[i].from_us + g_rand_int_range (random, -1000000, 30000000);
        }
      bill = ct_rating_seconds (stays, n);
      parts = ct_rating_parts (stays, n);
      for (guint i = 0; i < parts->len; i++)
        {
          const CtAgentPart *part = &g_array_index (parts, CtAgentPart, i);

          g_assert_cmpint (part->led, >=, 0);
          g_assert_cmpint (part->consulted, >=, 0);
          g_assert_cmpint (part->led + part->consulted, ==, part->seconds);
          g_assert_cmpint (part->seconds, <=, bill);
          led += part->led;
        }
      g_assert_cmpint (led, <=, bill);
      /* What truncation keeps back is less than a second each. */
      g_assert_cmpint (bill - led, <=, parts->len);
    }
}

static void
test_cost (void)
{
  g_autoptr (GError) error = NULL;
  CtMoney cost = -1;

  g_assert_true (ct_rating_cost (20000, 60, &cost, NULL));
  g_assert_cmpint (cost, ==, 1200000); /* EUR 1.20 a minute (D1) */
  g_assert_true (ct_rating_cost (0, 60, &cost, NULL));
  g_assert_cmpint (cost, ==, 0);
  g_assert_false (ct_rating_cost (G_MAXINT64 / 2, 3, &cost, &error));
  g_assert_error (error, CT_ERROR, CT_ERROR_LIMIT);
  g_assert_cmpint (cost, ==, 0);
  g_assert_false (ct_rating_cost (-1, 3, &cost, NULL));
  g_assert_false (ct_rating_cost (1, -3, &cost, NULL));
  g_assert_cmpint (ct_rating_affordable (20000, 1219999), ==, 60);
  g_assert_cmpint (ct_rating_affordable (20000, 0), ==, 0);
  g_assert_cmpint (ct_rating_affordable (20000, -5000000), ==, 0);
  g_assert_cmpint (ct_rating_affordable (0, 0), ==, G_MAXINT64);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rating/cases", test_cases);
  g_test_add_func ("/rating/random", test_random);
  g_test_add_func ("/rating/cost", test_cost);
  return g_test_run ();
}
