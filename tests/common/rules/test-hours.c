/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/rules/hours.h"

#include "common/base/clock.h"
#include "common/base/error.h"

static gint64
at (const char *text)
{
  gint64 utc_ms;

  g_assert_true (ct_time_parse (text, &utc_ms));
  return utc_ms;
}

typedef struct {
  const char *time;
  gboolean open;
  const char *next; /* NULL: none within a year */
} Case;

static void
check (const CtHours *hours, const Case *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      gint64 next = ct_hours_next_change (hours, at (cases[i].time));
      g_autofree char *next_text = next != G_MAXINT64 ? ct_time_format (next) : NULL;

      g_test_message ("%s", cases[i].time);
      g_assert_cmpint (ct_hours_is_open (hours, at (cases[i].time)), ==, cases[i].open);
      g_assert_cmpstr (next_text, ==, cases[i].next);
    }
}

static CtHours *
hours_new (const char *zone, const char *const *blocks)
{
  CtHours *hours = ct_hours_new (zone, NULL);

  g_assert_nonnull (hours);
  for (; blocks[0] != NULL; blocks++) /* "1 08:00-12:30" */
    g_assert_true (ct_hours_add_block (hours, blocks[0][0] - '0', blocks[0] + 2, NULL));
  return hours;
}

/* A bakery in Amsterdam; in November the clock there is an hour ahead of UTC. */
static void
test_week (void)
{
  static const char *const blocks[] = { "1 08:00-12:30", "1 13:00-18:00", "6 08:00-13:00", NULL };
  static const Case cases[] = {
    { "2026-11-23T06:59:59Z", FALSE, "2026-11-23T07:00:00.000Z" },
    { "2026-11-23T07:00:00Z", TRUE, "2026-11-23T11:30:00.000Z" },
    { "2026-11-23T11:29:59.999Z", TRUE, "2026-11-23T11:30:00.000Z" },
    { "2026-11-23T11:30:00Z", FALSE, "2026-11-23T12:00:00.000Z" },
    { "2026-11-23T17:00:00Z", FALSE, "2026-11-28T07:00:00.000Z" },
    { "2026-11-28T12:00:00Z", FALSE, "2026-11-30T07:00:00.000Z" },
    { "2026-07-06T06:00:00Z", TRUE, "2026-07-06T10:30:00.000Z" }, /* summer: two hours */
  };
  g_autoptr (CtHours) hours = hours_new ("Europe/Amsterdam", blocks);

  check (hours, cases, G_N_ELEMENTS (cases));
}

static void
test_midnight (void)
{
  static const char *const blocks[]
      = { "5 22:00-02:00", "6 00:00-24:00", "7 00:00-01:00", "3 23:00-24:00", NULL };
  static const Case cases[] = {
    { "2026-11-20T21:59:00Z", FALSE, "2026-11-20T22:00:00.000Z" },
    /* Friday night, all Saturday, an hour of Sunday: one stretch. */
    { "2026-11-20T22:00:00Z", TRUE, "2026-11-22T01:00:00.000Z" },
    { "2026-11-21T01:30:00Z", TRUE, "2026-11-22T01:00:00.000Z" },
    { "2026-11-22T01:00:00Z", FALSE, "2026-11-25T23:00:00.000Z" },
    { "2026-11-25T23:30:00Z", TRUE, "2026-11-26T00:00:00.000Z" },
  };
  g_autoptr (CtHours) hours = hours_new ("UTC", blocks);

  check (hours, cases, G_N_ELEMENTS (cases));
}

/* 2026-03-29 02:00 CET becomes 03:00 CEST; 2026-10-25 03:00 CEST becomes 02:00 CET. */
static void
test_summer_time (void)
{
  static const char *const blocks[] = { "7 01:00-02:30", NULL };
  static const Case cases[] = {
    { "2026-03-29T00:00:00Z", TRUE, "2026-03-29T01:30:00.000Z" }, /* to 03:30 on the wall */
    { "2026-03-29T01:30:00Z", FALSE, "2026-04-04T23:00:00.000Z" },
    { "2026-10-24T23:00:00Z", TRUE, "2026-10-25T00:30:00.000Z" },  /* to the first 02:30 */
    { "2026-10-25T00:30:00Z", FALSE, "2026-10-25T01:00:00.000Z" }, /* to the second 02:00 */
    { "2026-10-25T01:15:00Z", TRUE, "2026-10-25T01:30:00.000Z" },  /* the second 02:15 */
    { "2026-10-25T01:30:00Z", FALSE, "2026-11-01T00:00:00.000Z" },
  };
  static const char *const night[] = { "7 02:15-02:45", "1 09:00-10:00", NULL };
  static const Case night_cases[] = {
    { "2026-03-29T01:14:59Z", FALSE, "2026-03-29T01:15:00.000Z" }, /* 03:15 to 03:45 on the wall */
    { "2026-03-29T01:15:00Z", TRUE, "2026-03-29T01:45:00.000Z" },
    { "2026-10-25T00:15:00Z", TRUE, "2026-10-25T00:45:00.000Z" },
    { "2026-10-25T00:45:00Z", FALSE, "2026-10-25T01:15:00.000Z" }, /* and again */
    { "2026-10-25T01:20:00Z", TRUE, "2026-10-25T01:45:00.000Z" },
    { "2026-10-25T01:45:00Z", FALSE, "2026-10-26T08:00:00.000Z" },
  };
  static const char *const over[] = { "6 22:00-06:00", NULL };
  static const Case over_cases[] = {
    { "2026-03-28T21:00:00Z", TRUE, "2026-03-29T04:00:00.000Z" }, /* seven hours */
    { "2026-10-24T20:00:00Z", TRUE, "2026-10-25T05:00:00.000Z" }, /* nine hours */
  };
  static const char *const gone[] = { "7 02:30-03:00", NULL }; /* empty on that day */
  static const Case gone_cases[] = {
    { "2026-03-29T00:59:00Z", FALSE, "2026-04-05T00:30:00.000Z" },
  };
  static const char *const whole[] = { "7 02:00-03:00", NULL }; /* two hours on that day */
  static const Case whole_cases[] = {
    { "2026-10-25T00:00:00Z", TRUE, "2026-10-25T02:00:00.000Z" },
    { "2026-10-25T02:00:00Z", FALSE, "2026-11-01T01:00:00.000Z" },
  };
  static const char *const late[] = { "7 02:30-05:00", NULL }; /* once open it stays so */
  static const Case late_cases[] = {
    { "2026-10-25T00:30:00Z", TRUE, "2026-10-25T04:00:00.000Z" },
    { "2026-03-29T00:59:00Z", FALSE, "2026-03-29T01:30:00.000Z" },
  };
  g_autoptr (CtHours) whole_hours = hours_new ("Europe/Amsterdam", whole);
  g_autoptr (CtHours) late_hours = hours_new ("Europe/Amsterdam", late);
  g_autoptr (CtHours) hours = hours_new ("Europe/Amsterdam", blocks);
  g_autoptr (CtHours) night_hours = hours_new ("Europe/Amsterdam", night);
  g_autoptr (CtHours) over_hours = hours_new ("Europe/Amsterdam", over);
  g_autoptr (CtHours) gone_hours = hours_new ("Europe/Amsterdam", gone);

  check (hours, cases, G_N_ELEMENTS (cases));
  check (night_hours, night_cases, G_N_ELEMENTS (night_cases));
  check (over_hours, over_cases, G_N_ELEMENTS (over_cases));
  check (gone_hours, gone_cases, G_N_ELEMENTS (gone_cases));
  check (whole_hours, whole_cases, G_N_ELEMENTS (whole_cases));
  check (late_hours, late_cases, G_N_ELEMENTS (late_cases));
}

/* Where the gap is at midnight (Santiago) and where it is half an hour (Lord Howe). */
static void
test_odd_zones (void)
{
  static const char *const blocks[] = { "7 00:00-24:00", NULL };
  static const Case santiago[] = {
    { "2026-09-06T03:59:59Z", FALSE, "2026-09-06T04:00:00.000Z" },
    { "2026-09-06T04:00:00Z", TRUE, "2026-09-07T03:00:00.000Z" },
  };
  static const Case lord_howe[] = {
    { "2026-10-03T13:30:00Z", TRUE, "2026-10-04T13:00:00.000Z" }, /* 23 hours and a half */
  };
  g_autoptr (CtHours) far = hours_new ("America/Santiago", blocks);
  g_autoptr (CtHours) farther = hours_new ("Australia/Lord_Howe", blocks);

  check (far, santiago, G_N_ELEMENTS (santiago));
  check (farther, lord_howe, G_N_ELEMENTS (lord_howe));
}

static void
test_holidays (void)
{
  static const char *const blocks[] = { "1 08:00-17:00",
                                        "2 08:00-17:00",
                                        "3 08:00-17:00",
                                        "4 08:00-17:00",
                                        "5 08:00-17:00",
                                        "6 22:00-02:00",
                                        NULL };
  static const Case cases[] = {
    { "2026-04-03T10:00:00Z", FALSE, "2026-04-04T22:00:00.000Z" }, /* Good Friday */
    { "2026-04-06T10:00:00Z", FALSE, "2026-04-07T08:00:00.000Z" }, /* Easter Monday */
    { "2026-12-25T10:00:00Z", FALSE, "2026-12-26T22:00:00.000Z" },
    { "2026-12-24T10:00:00Z", TRUE, "2026-12-24T14:00:00.000Z" },
    { "2026-12-24T15:30:00Z", FALSE, "2026-12-24T16:00:00.000Z" },
    { "2026-05-14T10:00:00Z", TRUE, "2026-05-14T12:00:00.000Z" },  /* a date beats a holiday */
    { "2026-08-15T01:00:00Z", FALSE, "2026-08-17T08:00:00.000Z" }, /* a Saturday, closed */
    { "2026-11-01T01:00:00Z", TRUE, "2026-11-01T02:00:00.000Z" },  /* the night before goes on */
  };
  g_autoptr (CtHours) hours = hours_new ("UTC", blocks);

  g_assert_true (ct_hours_add_holiday (hours, "easter-2", NULL, NULL));
  g_assert_true (ct_hours_add_holiday (hours, "easter+1", "gregorian", NULL));
  g_assert_true (ct_hours_add_holiday (hours, "easter+39", NULL, NULL));
  g_assert_true (ct_hours_add_holiday (hours, "12-25", NULL, NULL));
  g_assert_true (ct_hours_add_holiday (hours, "08-15", NULL, NULL));
  g_assert_true (ct_hours_add_holiday (hours, "11-01", NULL, NULL));
  g_assert_true (ct_hours_add_date (hours, "2026-12-24", "08:00-14:00, 16:00-18:00", NULL));
  g_assert_true (ct_hours_add_date (hours, "2026-05-14", "09:00-12:00", NULL));
  g_assert_true (ct_hours_add_date (hours, "2026-04-07", "08:00-17:00", NULL));
  check (hours, cases, G_N_ELEMENTS (cases));
}

static void
test_never_and_always (void)
{
  static const char *const always[]
      = { "1 00:00-24:00", "2 00:00-24:00", "3 00:00-24:00", "4 00:00-24:00",
          "5 00:00-24:00", "6 00:00-24:00", "7 00:00-24:00", NULL };
  static const char *const never[] = { NULL };
  static const Case open = { "2026-11-23T06:59:59Z", TRUE, NULL };
  static const Case shut = { "2026-11-23T06:59:59Z", FALSE, NULL };
  g_autoptr (CtHours) a = hours_new ("Europe/Rome", always);
  g_autoptr (CtHours) n = hours_new ("Europe/Rome", never);

  check (a, &open, 1);
  check (n, &shut, 1);
  g_assert_false (ct_hours_is_open (a, G_MAXINT64));
  g_assert_false (ct_hours_is_open (a, G_MININT64));
  g_assert_cmpint (ct_hours_next_change (a, G_MAXINT64), ==, G_MAXINT64);
}

static void
test_refused (void)
{
  static const char *const zones[]
      = { "", "Nowhere/City", "../../../etc/passwd", "/etc/localtime", "+01:00", NULL };
  static const char *const blocks[] = { "",
                                        "8:00-12:00",
                                        "08:00",
                                        "08:00-08:00",
                                        "24:00-02:00",
                                        "08:60-12:00",
                                        "08:00-25:00",
                                        "08:00-24:01",
                                        "08.00-12.00",
                                        "08:00-12:000",
                                        "aa:00-12:00" };
  static const char *const holidays[]
      = { "",        "13-01",   "02-30",     "00-10",     "1-1",
          "easter1", "easter+", "easter+-1", "easter+81", "eastern" };
  static const char *const dates[] = { "", "2026-02-29", "2026-2-28", "26-02-28", "2026-13-01" };
  g_autoptr (CtHours) hours = ct_hours_new ("UTC", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (zones); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ct_hours_new (zones[i], &error));
      g_assert_error (error, CT_ERROR, CT_ERROR_INVALID);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (ct_hours_add_block (hours, 1, blocks[i], &error));
      g_assert_error (error, CT_ERROR, CT_ERROR_INVALID);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (holidays); i++)
    g_assert_false (ct_hours_add_holiday (hours, holidays[i], NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (dates); i++)
    g_assert_false (ct_hours_add_date (hours, dates[i], "", NULL));
  g_assert_false (ct_hours_add_holiday (hours, "easter", "martian", NULL));
  g_assert_false (ct_hours_add_block (hours, 0, "08:00-12:00", NULL));
  g_assert_false (ct_hours_add_block (hours, 8, "08:00-12:00", NULL));
  g_assert_false (ct_hours_add_date (hours, "2026-12-24", "08:00-14:00,x", NULL));
}

static void
test_easter (void)
{
  static const struct {
    int year;
    gboolean julian;
    int month, day;
  } cases[] = {
    { 2024, FALSE, 3, 31 }, { 2025, FALSE, 4, 20 }, { 2026, FALSE, 4, 5 },  { 2027, FALSE, 3, 28 },
    { 2038, FALSE, 4, 25 }, { 1943, FALSE, 4, 25 }, { 2008, FALSE, 3, 23 }, { 2000, FALSE, 4, 23 },
    { 1954, FALSE, 4, 18 }, { 1981, FALSE, 4, 19 }, { 2076, FALSE, 4, 19 }, { 2285, FALSE, 3, 22 },
    { 2024, TRUE, 5, 5 },   { 2025, TRUE, 4, 20 },  { 2026, TRUE, 4, 12 },  { 2027, TRUE, 5, 2 },
    { 2010, TRUE, 4, 4 },   { 2013, TRUE, 5, 5 },   { 2030, TRUE, 4, 28 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int month, day;

      ct_easter (cases[i].year, cases[i].julian, &month, &day);
      g_assert_cmpint (month, ==, cases[i].month);
      g_assert_cmpint (day, ==, cases[i].day);
    }
  for (int year = 1900; year < 2200; year++)
    for (int julian = 0; julian < 2; julian++)
      {
        g_autoptr (GDate) date = NULL;
        int month, day;

        ct_easter (year, julian, &month, &day);
        date = g_date_new_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year);
        g_assert_cmpint (g_date_get_weekday (date), ==, G_DATE_SUNDAY);
      }
}

/* Walking from change to change flips the state each time, and nothing flips between. */
static void
test_walk (void)
{
  static const char *const blocks[] = { "1 08:00-12:30", "2 22:00-02:00", "3 02:00-03:00",
                                        "6 23:30-02:30", "7 02:15-24:00", NULL };
  g_autoptr (CtHours) hours = hours_new ("Europe/Madrid", blocks);
  gint64 now = at ("2026-01-01T00:00:00Z");

  while (now < at ("2027-01-01T00:00:00Z"))
    {
      gboolean open = ct_hours_is_open (hours, now);
      gint64 next = ct_hours_next_change (hours, now);

      g_assert_cmpint (next, >, now);
      g_assert_cmpint (ct_hours_is_open (hours, next), ==, !open);
      for (gint64 t = now; t < next; t += 900 * 1000)
        g_assert_cmpint (ct_hours_is_open (hours, t), ==, open);
      now = next;
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hours/week", test_week);
  g_test_add_func ("/hours/midnight", test_midnight);
  g_test_add_func ("/hours/summer-time", test_summer_time);
  g_test_add_func ("/hours/odd-zones", test_odd_zones);
  g_test_add_func ("/hours/holidays", test_holidays);
  g_test_add_func ("/hours/never-and-always", test_never_and_always);
  g_test_add_func ("/hours/refused", test_refused);
  g_test_add_func ("/hours/easter", test_easter);
  g_test_add_func ("/hours/walk", test_walk);
  return g_test_run ();
}
