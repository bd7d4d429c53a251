/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base/clock.h"

#include <stdatomic.h>
#include <string.h>

struct _CtClock {
  gatomicrefcount references;
  gboolean manual;
  gint64 start_utc_ms;
  _Atomic gint64 moved_us; /* manual: how far since the start */
};

CtClock *
ct_clock_new (void)
{
  CtClock *clock = g_new0 (CtClock, 1);

  g_atomic_ref_count_init (&clock->references);
  return clock;
}

CtClock *
ct_clock_new_manual (gint64 utc_ms)
{
  CtClock *clock = ct_clock_new ();

  clock->manual = TRUE;
  clock->start_utc_ms = utc_ms;
  return clock;
}

CtClock *
ct_clock_ref (CtClock *clock)
{
  g_atomic_ref_count_inc (&clock->references);
  return clock;
}

void
ct_clock_unref (CtClock *clock)
{
  if (g_atomic_ref_count_dec (&clock->references))
    g_free (clock);
}

gint64
ct_clock_monotonic_us (CtClock *clock)
{
  if (clock->manual)
    return G_TIME_SPAN_HOUR + atomic_load (&clock->moved_us);
  return g_get_monotonic_time ();
}

gint64
ct_clock_utc_ms (CtClock *clock)
{
  if (clock->manual)
    return clock->start_utc_ms + atomic_load (&clock->moved_us) / 1000;
  return g_get_real_time () / 1000;
}

void
ct_clock_advance_us (CtClock *clock, gint64 us)
{
  g_return_if_fail (clock->manual && us >= 0);
  atomic_fetch_add (&clock->moved_us, us);
}

gboolean
ct_clock_is_manual (CtClock *clock)
{
  return clock->manual;
}

char *
ct_time_format (gint64 utc_ms)
{
  gint64 seconds = utc_ms / 1000 - (utc_ms % 1000 < 0 ? 1 : 0);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

  if (time == NULL)
    return g_strdup ("0001-01-01T00:00:00.000Z");
  /* Not g_date_time_format(), whose %Y writes the year 517 with three digits. */
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", g_date_time_get_year (time),
                          g_date_time_get_month (time), g_date_time_get_day_of_month (time),
                          g_date_time_get_hour (time), g_date_time_get_minute (time),
                          g_date_time_get_second (time), (int) (utc_ms - seconds * 1000));
}

gboolean
ct_time_parse (const char *text, gint64 *utc_ms)
{
  g_autoptr (GDateTime) time = NULL;
  g_autoptr (GDateTime) utc = NULL;

  /* GLib also reads bare dates and local times; a time that travels must name its offset. */
  if (text == NULL || strlen (text) < 20 || text[10] != 'T')
    return FALSE;
  time = g_date_time_new_from_iso8601 (text, NULL);
  utc = time != NULL ? g_date_time_to_utc (time) : NULL;
  if (utc == NULL)
    return FALSE; /* the offset may have led out of the years 1 to 9999 */
  *utc_ms = g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
  return TRUE;
}
