/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/base/format.h"

#include "common/base/clock.h"

#include <string.h>

/* ICU writes several kinds of space; which one is its affair. */
static void
assert_text (char *text, const char *expected)
{
  static const char *const spaces[] = { "\xc2\xa0", "\xe2\x80\xaf" };

  for (gsize i = 0; i < G_N_ELEMENTS (spaces); i++)
    {
      g_auto (GStrv) parts = g_strsplit (text, spaces[i], -1);

      g_free (text);
      text = g_strjoinv (" ", parts);
    }
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
test_numbers (void)
{
  assert_text (cs_format_integer ("en", 1234567), "1,234,567");
  assert_text (cs_format_integer ("nl", 1234567), "1.234.567");
  assert_text (cs_format_integer ("fr", 1234567), "1 234 567");
  assert_text (cs_format_integer ("it", -1234567), "-1.234.567");
  assert_text (cs_format_integer ("es", G_MININT64), "-9.223.372.036.854.775.808");
  assert_text (cs_format_percent ("en", 8343), "83.43%");
  assert_text (cs_format_percent ("fr", 10000), "100,00 %");
  assert_text (cs_format_percent ("nl", -5), "-0,05%");
}

static void
test_money (void)
{
  assert_text (cs_format_money ("en", 20000, "EUR"), "€0.02");
  assert_text (cs_format_money ("nl", 1200000, "EUR"), "€ 1,20");
  assert_text (cs_format_money ("nl", -31 * CT_MONEY_UNIT, "EUR"), "€ -31,00");
  assert_text (cs_format_money ("it", 22500, "EUR"), "0,0225 €");
  assert_text (cs_format_money ("fr", 1234567890000, "EUR"), "1 234 567,89 €");
  assert_text (cs_format_money ("es", 1, "EUR"), "0,000001 €");
  assert_text (cs_format_money ("en", 5 * CT_MONEY_UNIT, "JPY"), "JP¥5");
  assert_text (cs_format_money ("en", 5 * CT_MONEY_UNIT, "bad"), "5.00");
  assert_text (cs_format_money ("en", 5 * CT_MONEY_UNIT, NULL), "5.00");
}

static void
test_times (void)
{
  gint64 at;

  g_assert_true (ct_time_parse ("2026-11-21T22:14:00Z", &at));
  assert_text (cs_format_time ("en", "Europe/Amsterdam", at, CS_FORMAT_DATE), "21 November 2026");
  assert_text (cs_format_time ("nl", "Europe/Amsterdam", at, CS_FORMAT_DATE_LONG),
               "zaterdag 21 november 2026");
  assert_text (cs_format_time ("it", "Europe/Rome", at, CS_FORMAT_TIME), "23:14");
  assert_text (cs_format_time ("fr", "Europe/Paris", at, CS_FORMAT_DATE), "21 novembre 2026");
  assert_text (cs_format_time ("es", "Europe/Madrid", at, CS_FORMAT_DATE),
               "21 de noviembre de 2026");
  assert_text (cs_format_time ("en", "America/Toronto", at, CS_FORMAT_DATE_TIME),
               "21 Nov 2026, 17:14");
  assert_text (cs_format_time ("en", "Asia/Tokyo", at, CS_FORMAT_TIME), "07:14");
  assert_text (cs_format_time ("en", "No/Where", at, CS_FORMAT_TIME), "22:14");
  assert_text (cs_format_time ("en", NULL, at, CS_FORMAT_TIME), "22:14");
  assert_text (cs_format_time ("xx", "UTC", at, CS_FORMAT_DATE), "21 November 2026");
  assert_text (cs_format_time (NULL, "UTC", at, CS_FORMAT_DATE), "21 November 2026");
  assert_text (cs_format_time ("a language that is none", "UTC", at, CS_FORMAT_DATE),
               "21 November 2026");
}

static void
test_duration (void)
{
  assert_text (cs_format_duration (0), "0:00");
  assert_text (cs_format_duration (245), "4:05");
  assert_text (cs_format_duration (3729), "1:02:09");
  assert_text (cs_format_duration (-1), "0:00");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/numbers", test_numbers);
  g_test_add_func ("/format/money", test_money);
  g_test_add_func ("/format/times", test_times);
  g_test_add_func ("/format/duration", test_duration);
  return g_test_run ();
}
