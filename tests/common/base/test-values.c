/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small values everything stands on: ids, times, money. */
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/money.h"

#define NOON G_GINT64_CONSTANT (1795262400000) /* 2026-11-21T12:00:00Z */

static void
test_id_order (void)
{
  g_autoptr (CtClock) clock = ct_clock_new_manual (NOON);
  CtId last = 0;

  for (int i = 0; i < 3000000; i++) /* more than one millisecond can count */
    {
      CtId id = ct_id_new (clock);

      g_assert_cmpint (id, >, last);
      last = id;
    }
}

static void
test_id_first (void)
{
  g_autoptr (CtClock) clock = ct_clock_new_manual (NOON);
  CtId id = ct_id_new (clock);

  g_assert_cmpint (ct_id_first_at (NOON - 1), <, ct_id_first_at (NOON));
  g_assert_cmpint (ct_id_first_at (NOON), <=, id);
  g_assert_cmpint (ct_id_first_at (NOON + 1000), >, id);
  g_assert_cmpint (ct_id_first_at (0), ==, 1);
}

static void
test_id_text (void)
{
  static const CtId ids[] = { 1, 31, 32, 0x7fffffffffffffff, 453654564363453636 };
  CtId back;

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_assert_true (ct_id_parse (ct_id_text (ids[i]).text, &back));
      g_assert_cmpint (back, ==, ids[i]);
    }
  g_assert_cmpstr (ct_id_text (33).text, ==, "0000000000011");
  g_assert_true (ct_id_parse ("000000000001a", &back));
  g_assert_cmpint (back, ==, 42);
  g_assert_false (ct_id_parse ("0000000000000", &back)); /* never zero */
  g_assert_false (ct_id_parse ("8000000000000", &back)); /* 64 bits */
  g_assert_false (ct_id_parse ("000000000001U", &back)); /* not in the alphabet */
  g_assert_false (ct_id_parse ("1", &back));
  g_assert_false (ct_id_parse (NULL, &back));
}

static void
test_time (void)
{
  static const struct {
    const char *text;
    gint64 utc_ms;
    gboolean good;
  } cases[] = {
    { "2026-11-21T12:00:00.000Z", NOON, TRUE },
    { "2026-11-21T13:00:00+01:00", NOON, TRUE },
    { "2026-11-21T12:00:00.250Z", NOON + 250, TRUE },
    { "2026-11-21", 0, FALSE },
    { "2026-11-21 12:00:00Z", 0, FALSE },
    { "2026-11-21T25:00:00Z", 0, FALSE },
    { "2026-11-21T12:00:00", 0, FALSE },
    { "0001-01-01T00:00:00+14:00", 0, FALSE },
    { "9999-12-31T23:59:59-14:00", 0, FALSE },
    { "", 0, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 utc_ms = 0;

      g_assert_cmpint (ct_time_parse (cases[i].text, &utc_ms), ==, cases[i].good);
      g_assert_cmpint (utc_ms, ==, cases[i].utc_ms);
    }
  g_autofree char *text = ct_time_format (NOON + 7);
  g_autofree char *before = ct_time_format (-1);
  g_autofree char *early = ct_time_format (G_GINT64_CONSTANT (-45824184000000));
  g_assert_cmpstr (early, ==, "0517-11-21T12:00:00.000Z");
  g_assert_cmpstr (text, ==, "2026-11-21T12:00:00.007Z");
  g_assert_cmpstr (before, ==, "1969-12-31T23:59:59.999Z");
}

static void
test_money (void)
{
  static const struct {
    CtMoney money;
    const char *text;
  } cases[] = { { 0, "0.00" },
                { 20000, "0.02" },
                { 22500, "0.0225" },
                { 1200000, "1.20" },
                { -31200000, "-31.20" },
                { 1, "0.000001" },
                { 72 * CT_MONEY_UNIT, "72.00" } };
  CtMoney back;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = ct_money_to_text (cases[i].money);

      g_assert_cmpstr (text, ==, cases[i].text);
      g_assert_true (ct_money_parse (text, &back));
      g_assert_cmpint (back, ==, cases[i].money);
    }
  g_assert_false (ct_money_parse ("1.0000001", &back));
  g_assert_false (ct_money_parse ("1e3", &back));
  g_assert_false (ct_money_parse ("99999999999999", &back));
  g_assert_false (ct_money_times (CT_MONEY_UNIT, G_MAXINT64, &back));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/id/order", test_id_order);
  g_test_add_func ("/id/first", test_id_first);
  g_test_add_func ("/id/text", test_id_text);
  g_test_add_func ("/time", test_time);
  g_test_add_func ("/money", test_money);
  return g_test_run ();
}
