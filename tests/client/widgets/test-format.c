/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people read and type, in the C locale (English of Britain); and colours that can be read. */
#include "client/widgets/band.h"
#include "client/widgets/format.h"

#include <locale.h>

#define MAY_12 G_GINT64_CONSTANT (1778580000000) /* 2026-05-12 10:00 UTC, a Tuesday */
#define DAY (G_GINT64_CONSTANT (86400) * 1000)

static void
check (char *made, const char *wanted)
{
  g_assert_cmpstr (made, ==, wanted);
  g_free (made);
}

static void
test_money (void)
{
  check (cd_format_money (31200000, "EUR"), "€31.20");
  check (cd_format_money (0, NULL), "€0.00");
  check (cd_format_money (-1500000, "EUR"), "-€1.50");
  check (cd_format_rate (22500, "EUR"), "€0.0225");
  check (cd_format_rate (20000, "EUR"), "€0.02");
  check (cd_format_number (1234.5, 1), "1,234.5");
}

static void
test_clock (void)
{
  static const struct {
    gint64 seconds;
    const char *text;
  } cases[] = { { 0, "0:00" },       { 59, "0:59" },      { 83, "1:23" },
                { 3600, "1:00:00" }, { 3723, "1:02:03" }, { -5, "0:00" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    check (cd_format_clock (cases[i].seconds), cases[i].text);
}

static void
test_days (void)
{
  check (cd_format_day (MAY_12, MAY_12 + 30 * DAY), "12 May");
  check (cd_format_day (MAY_12, MAY_12 + 365 * DAY), "12 May 2026");
  check (cd_format_recent_day (MAY_12, MAY_12 + DAY / 4), "today");
  check (cd_format_recent_day (MAY_12, MAY_12 + DAY), "yesterday");
  check (cd_format_recent_day (MAY_12, MAY_12 + 2 * DAY), "12 May");
  check (cd_format_time (MAY_12), "10:00");
  check (cd_format_date_digits ("2026-05-12"), "12/05/2026");
  check (cd_format_date_digits ("soon"), "soon");
  check (cd_format_language ("nl"), "Dutch");
}

static void
test_dates_typed (void)
{
  static const struct {
    const char *typed, *iso;
  } cases[] = {
    { "12/05/2026", "2026-05-12" },
    { "12-5-26", "2026-05-12" },
    { " 12.5.2026 ", "2026-05-12" },
    { "2026-05-12", "2026-05-12" },
    { "13-5", "2026-05-13" }, /* the next one... */
    { "12-5", "2026-05-12" }, /* today counts */
    { "11-5", "2027-05-11" }, /* ...is a year away */
    { "29/2/2028", "2028-02-29" },
    { "29/2/2026", NULL },
    { "31-4", NULL },
    { "12", NULL },
    { "tomorrow", NULL },
    { "1-2-3-4", NULL },
    { "99999-1-1", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    check (cd_parse_date (cases[i].typed, MAY_12), cases[i].iso);
}

/* Whatever colour a company has, its name can be read on it: at least 4.5 to 1 (WCAG AA). */
static void
test_contrast (void)
{
  const GdkRGBA white = { 1, 1, 1, 1 }, black = { 0, 0, 0, 1 };

  g_assert_cmpfloat_with_epsilon (cd_colour_contrast (&white, &black), 21, 0.01);
  for (guint i = 0; i < 4096; i++)
    {
      GdkRGBA colour
          = { (float) (i >> 8) / 15, (float) (i >> 4 & 15) / 15, (float) (i & 15) / 15, 1 };

      g_assert_cmpfloat (
          MAX (cd_colour_contrast (&colour, &white), cd_colour_contrast (&colour, &black)), >=,
          4.5);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C", TRUE);
  g_setenv ("LANGUAGE", "en", TRUE); /* of no country: the dates are those of the C locale */
  g_setenv ("TZ", "UTC", TRUE);
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/money", test_money);
  g_test_add_func ("/format/clock", test_clock);
  g_test_add_func ("/format/days", test_days);
  g_test_add_func ("/format/dates-typed", test_dates_typed);
  g_test_add_func ("/band/contrast", test_contrast);
  return g_test_run ();
}
