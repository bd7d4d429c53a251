/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a company's day begins (D27): also on the days on which clocks change, and change at midnight. */
#include "server/calls/calls-private.h"

static gint64
utc (const char *text)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);

  return g_date_time_to_unix (time) * 1000;
}

static void
test_start (void)
{
  static const struct {
    const char *zone, *now, *start;
  } rows[] = {
    { NULL, "2026-11-22T09:00:00Z", "2026-11-22T00:00:00Z" },
    { "Mars/Olympus", "2026-11-22T09:00:00Z", "2026-11-22T00:00:00Z" },
    { "Europe/Amsterdam", "2026-11-22T23:00:00Z", "2026-11-22T23:00:00Z" },
    { "Europe/Amsterdam", "2026-11-22T22:59:59Z", "2026-11-21T23:00:00Z" },
    { "Europe/Amsterdam", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z" },
    { "Europe/Amsterdam", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z" },
    /* 00:00 to 01:00 comes twice. */
    { "Atlantic/Azores", "2026-10-25T00:30:00Z", "2026-10-25T00:00:00Z" },
    { "Atlantic/Azores", "2026-10-25T01:30:00Z", "2026-10-25T00:00:00Z" },
    /* 00:00 to 01:00 does not come at all. */
    { "America/Santiago", "2026-09-06T12:00:00Z", "2026-09-06T04:00:00Z" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (cs_calls_start_of_day (utc (rows[i].now), rows[i].zone), ==,
                     utc (rows[i].start));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/calls/day/start", test_start);
  return g_test_run ();
}
