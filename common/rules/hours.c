/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A day has its blocks: of its date, else none when it is a holiday, else of its weekday. A block
 * belongs to the day on which it starts, also after midnight, and is turned into intervals of UTC
 * seconds before anything is compared, so that summer time is dealt with in one place, intervals_of(), by
 * the rule of RFC 5545 (3.3.5): a wall time that comes twice means the first; one that is skipped is
 * read with the offset before the gap. A block that ends in the hour that comes twice is open in both:
 * whoever calls looks at the clock on the wall.
 *
 *   Amsterdam, the night that clocks go forward       02:00 -> 03:00
 *   block 01:00-02:30   |-------------------|         01:00 CET to 03:30 CEST: still 90 minutes
 *   the night that they go back                       03:00 -> 02:00
 *   block 01:00-02:30   |-------------------|  |---|  to 02:30 CEST; again 02:00 CET to 02:30 CET
 */
#include "common/rules/hours.h"

#include "common/base/error.h"

#include <stdio.h>
#include <string.h>

#define DAY_SECONDS 86400
#define DAY_MINUTES 1440
#define HORIZON_DAYS 366
#define EPOCH_JULIAN 719163 /* GDate's number of 1970-01-01 */
/* Keeps Easter plus or minus the offset in Easter's own year. */
#define EASTER_OFFSET_MAXIMUM 80
/* 1900 to 2200, in seconds: outside of it no line is open. */
#define SECONDS_MINIMUM G_GINT64_CONSTANT (-2208988800)
#define SECONDS_MAXIMUM G_GINT64_CONSTANT (7258118400)

typedef struct {
  int from, until; /* minutes since the day's midnight; until > from, perhaps past 1440 */
} Block;

typedef struct {
  gboolean moves; /* with Easter, by `offset` days; else on month and day */
  gboolean julian;
  int offset;
  int month, day;
} Holiday;

typedef struct {
  gint64 from, until; /* UTC seconds */
} Interval;

struct _CtHours {
  gatomicrefcount references;
  GTimeZone *zone;
  GArray *weekdays[7]; /* of Block; Monday first */
  GArray *holidays;    /* of Holiday */
  GHashTable *dates;   /* GDate's day number -> GArray of Block */
};

CtHours *
ct_hours_new (const char *time_zone, GError **error)
{
  static const char allowed[]
      = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  g_autoptr (GTimeZone) zone = NULL;
  CtHours *hours;

  /* Only names: GLib would open any path. */
  if (time_zone != NULL && g_ascii_isalpha (*time_zone)
      && time_zone[strspn (time_zone, allowed)] == '\0')
    zone = g_time_zone_new_identifier (time_zone);
  if (zone == NULL)
    {
      ct_fail (error, CT_ERROR_INVALID, "unknown time zone \"%s\"",
               time_zone != NULL ? time_zone : "");
      return NULL;
    }
  hours = g_new0 (CtHours, 1);
  g_atomic_ref_count_init (&hours->references);
  hours->zone = g_steal_pointer (&zone);
  for (int i = 0; i < 7; i++)
    hours->weekdays[i] = g_array_new (FALSE, FALSE, sizeof (Block));
  hours->holidays = g_array_new (FALSE, FALSE, sizeof (Holiday));
  hours->dates = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
  return hours;
}

CtHours *
ct_hours_ref (CtHours *hours)
{
  g_atomic_ref_count_inc (&hours->references);
  return hours;
}

void
ct_hours_unref (CtHours *hours)
{
  if (!g_atomic_ref_count_dec (&hours->references))
    return;
  g_time_zone_unref (hours->zone);
  for (int i = 0; i < 7; i++)
    g_array_unref (hours->weekdays[i]);
  g_array_unref (hours->holidays);
  g_hash_table_unref (hours->dates);
  g_free (hours);
}

/* Two digits at @text; -1 when they are not. */
static int
two_digits (const char *text)
{
  if (!g_ascii_isdigit (text[0]) || !g_ascii_isdigit (text[1]))
    return -1;
  return (text[0] - '0') * 10 + text[1] - '0';
}

/* "HH:MM" at @text, in minutes; -1 when it is not. "24:00" is allowed here. */
static int
clock_minutes (const char *text)
{
  int hour = two_digits (text);
  int minute = hour >= 0 && text[2] == ':' ? two_digits (text + 3) : -1;

  if (minute < 0 || minute > 59 || hour * 60 + minute > DAY_MINUTES)
    return -1;
  return hour * 60 + minute;
}

static gboolean
parse_block (const char *text, Block *block, GError **error)
{
  if (strlen (text) == strlen ("08:00-12:30") && text[5] == '-')
    {
      block->from = clock_minutes (text);
      block->until = clock_minutes (text + 6);
      if (block->from >= 0 && block->from < DAY_MINUTES && block->until >= 0
          && block->from != block->until)
        {
          if (block->until < block->from)
            block->until += DAY_MINUTES;
          return TRUE;
        }
    }
  return ct_fail (error, CT_ERROR_INVALID, "\"%s\" is no block of hours like 08:00-12:30", text);
}

gboolean
ct_hours_add_block (CtHours *hours, int weekday, const char *block, GError **error)
{
  Block parsed;

  if (weekday < 1 || weekday > 7)
    return ct_fail (error, CT_ERROR_INVALID, "%d is no day of the week (1 is Monday)", weekday);
  if (!parse_block (block, &parsed, error))
    return FALSE;
  g_array_append_val (hours->weekdays[weekday - 1], parsed);
  return TRUE;
}

static gboolean
parse_feast (const char *offset, Holiday *holiday)
{
  gint64 days = 0;

  if (*offset != '\0'
      && ((*offset != '+' && *offset != '-') || !g_ascii_isdigit (offset[1])
          || !g_ascii_string_to_signed (offset + (*offset == '+' ? 1 : 0), 10,
                                        -EASTER_OFFSET_MAXIMUM, EASTER_OFFSET_MAXIMUM, &days,
                                        NULL)))
    return FALSE;
  holiday->moves = TRUE;
  holiday->offset = (int) days;
  return TRUE;
}

static gboolean
parse_month_and_day (const char *text, Holiday *holiday)
{
  if (strlen (text) != strlen ("12-25") || text[2] != '-')
    return FALSE;
  holiday->month = two_digits (text);
  holiday->day = two_digits (text + 3);
  /* 2000 was a leap year, so 29 February passes. */
  return holiday->month > 0 && holiday->day > 0
         && g_date_valid_dmy ((GDateDay) holiday->day, (GDateMonth) holiday->month, 2000);
}

gboolean
ct_hours_add_holiday (CtHours *hours, const char *day, const char *calendar, GError **error)
{
  Holiday holiday = { 0 };
  gboolean good;

  if (calendar != NULL && strcmp (calendar, "gregorian") != 0 && strcmp (calendar, "julian") != 0)
    return ct_fail (error, CT_ERROR_INVALID, "\"%s\" is neither gregorian nor julian", calendar);
  holiday.julian = g_strcmp0 (calendar, "julian") == 0;
  if (g_str_has_prefix (day, "easter"))
    good = parse_feast (day + strlen ("easter"), &holiday);
  else
    good = parse_month_and_day (day, &holiday);
  if (!good)
    return ct_fail (error, CT_ERROR_INVALID, "\"%s\" is no holiday like 12-25 or easter+1", day);
  g_array_append_val (hours->holidays, holiday);
  return TRUE;
}

static gboolean
parse_date (const char *text, guint32 *julian)
{
  GDate date;
  int century, year, month, day;

  if (strlen (text) != strlen ("2026-12-24") || text[4] != '-' || text[7] != '-')
    return FALSE;
  century = two_digits (text);
  year = two_digits (text + 2);
  month = two_digits (text + 5);
  day = two_digits (text + 8);
  if (century < 19 || century > 21 || year < 0 || month < 1 || day < 1
      || !g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) (century * 100 + year)))
    return FALSE;
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay) day, (GDateMonth) month, (GDateYear) (century * 100 + year));
  *julian = g_date_get_julian (&date);
  return TRUE;
}

gboolean
ct_hours_add_date (CtHours *hours, const char *date, const char *blocks, GError **error)
{
  g_autoptr (GArray) parsed = g_array_new (FALSE, FALSE, sizeof (Block));
  g_auto (GStrv) parts = g_strsplit (blocks, ",", -1);
  guint32 julian;

  if (!parse_date (date, &julian))
    return ct_fail (error, CT_ERROR_INVALID, "\"%s\" is no date like 2026-12-24", date);
  for (char **part = parts; *part != NULL; part++)
    {
      Block block;

      if (!parse_block (g_strstrip (*part), &block, error))
        return FALSE;
      g_array_append_val (parsed, block);
    }
  g_hash_table_replace (hours->dates, GUINT_TO_POINTER (julian), g_steal_pointer (&parsed));
  return TRUE;
}

/* Gauss's rule in the form of Meeus, "Astronomical Algorithms", chapter 8. */
void
ct_easter (int year, gboolean julian, int *month, int *day)
{
  int moon, sunday, march; /* the latter counted from March 1st as 1 */

  if (julian)
    {
      moon = (19 * (year % 19) + 15) % 30;
      sunday = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7;
      /* From the Julian calendar's date to ours: 13 days in this century and the last. */
      march = moon + sunday + 22 + year / 100 - year / 400 - 2;
    }
  else
    {
      int century = year / 100;
      int correction = century - (century + 8) / 25 + 1;

      moon = (19 * (year % 19) + century - century / 4 - correction / 3 + 15) % 30;
      sunday = (32 + 2 * (century % 4) + 2 * (year % 100 / 4) - moon - year % 100 % 4) % 7;
      march = moon + sunday + 22 - 7 * ((year % 19 + 11 * moon + 22 * sunday) / 451);
    }
  *month = march <= 31 ? 3 : march <= 61 ? 4 : 5;
  *day = march - (march <= 31 ? 0 : march <= 61 ? 31 : 61);
}

static gboolean
is_holiday (const CtHours *hours, const GDate *date)
{
  for (guint i = 0; i < hours->holidays->len; i++)
    {
      const Holiday *holiday = &g_array_index (hours->holidays, Holiday, i);

      if (holiday->moves)
        {
          GDate feast;
          int month, day;

          ct_easter (g_date_get_year (date), holiday->julian, &month, &day);
          g_date_clear (&feast, 1);
          g_date_set_dmy (&feast, (GDateDay) day, (GDateMonth) month, g_date_get_year (date));
          if ((gint64) g_date_get_julian (&feast) + holiday->offset == g_date_get_julian (date))
            return TRUE;
        }
      else if ((int) g_date_get_month (date) == holiday->month
               && (int) g_date_get_day (date) == holiday->day)
        return TRUE;
    }
  return FALSE;
}

/* NULL for none. */
static const GArray *
blocks_of_day (const CtHours *hours, gint64 julian)
{
  const GArray *blocks = g_hash_table_lookup (hours->dates, GUINT_TO_POINTER ((guint) julian));
  GDate date;

  if (blocks != NULL)
    return blocks;
  g_date_clear (&date, 1);
  g_date_set_julian (&date, (guint32) julian);
  if (is_holiday (hours, &date))
    return NULL;
  return hours->weekdays[g_date_get_weekday (&date) - 1];
}

static gint64
offset_at (const CtHours *hours, gint64 utc)
{
  gint interval = g_time_zone_find_interval (hours->zone, G_TIME_TYPE_UNIVERSAL, utc);

  return g_time_zone_get_offset (hours->zone, interval);
}

/* @local: the wall clock's reading, counted as if it were UTC; when it comes, and when it comes again
 * (else the same). */
static Interval
to_utc (const CtHours *hours, gint64 local)
{
  gint64 before = local - offset_at (hours, local - DAY_SECONDS);
  gint64 after = local - offset_at (hours, local + DAY_SECONDS);
  gboolean before_is = before + offset_at (hours, before) == local;
  gboolean after_is = after + offset_at (hours, after) == local;

  if (before_is && after_is)
    return (Interval){ MIN (before, after), MAX (before, after) };
  return after_is ? (Interval){ after, after } : (Interval){ before, before };
}

/* When the clock was turned, between the two. */
static gint64
turned_at (const CtHours *hours, Interval readings)
{
  gint64 offset = offset_at (hours, readings.until);

  while (readings.until - readings.from > 1)
    {
      gint64 middle = readings.from + (readings.until - readings.from) / 2;

      if (offset_at (hours, middle) == offset)
        readings.until = middle;
      else
        readings.from = middle;
    }
  return readings.until;
}

/* How many @out has: a block that ends in an hour that comes twice has its second part, too. */
static guint
intervals_of (const CtHours *hours, gint64 julian, const Block *block, Interval out[2])
{
  gint64 midnight = (julian - EPOCH_JULIAN) * DAY_SECONDS;
  Interval from = to_utc (hours, midnight + block->from * 60);
  Interval until = to_utc (hours, midnight + block->until * 60);

  out[0] = (Interval){ from.from, until.from };
  if (until.from == until.until)
    return 1;
  out[1] = (Interval){ MAX (from.until, turned_at (hours, until)), until.until };
  return 2;
}

static gint64
julian_at (const CtHours *hours, gint64 utc)
{
  gint64 local = utc + offset_at (hours, utc);
  gint64 days = local / DAY_SECONDS - (local % DAY_SECONDS < 0 ? 1 : 0);

  return days + EPOCH_JULIAN;
}

/* Until when the block lasts that holds @utc; @utc itself when none does. */
static gint64
open_until (const CtHours *hours, gint64 utc)
{
  gint64 today = julian_at (hours, utc);
  gint64 until = utc;

  for (gint64 day = today - 2; day <= today + 1; day++)
    {
      const GArray *blocks = blocks_of_day (hours, day);

      for (guint i = 0; blocks != NULL && i < blocks->len; i++)
        {
          Interval parts[2];
          guint n = intervals_of (hours, day, &g_array_index (blocks, Block, i), parts);

          for (guint j = 0; j < n; j++)
            if (parts[j].from <= utc && utc < parts[j].until)
              until = MAX (until, parts[j].until);
        }
    }
  return until;
}

/* The first block that starts after @utc; G_MAXINT64 when none does. */
static gint64
opens_at (const CtHours *hours, gint64 utc)
{
  gint64 today = julian_at (hours, utc);
  gint64 first = G_MAXINT64;

  /* A day more than the horizon, and a day more than where the first was found: zones shift. */
  for (gint64 day = today - 1, last = today + HORIZON_DAYS + 1; day <= last; day++)
    {
      const GArray *blocks = blocks_of_day (hours, day);

      for (guint i = 0; blocks != NULL && i < blocks->len; i++)
        {
          Interval parts[2];
          guint n = intervals_of (hours, day, &g_array_index (blocks, Block, i), parts);

          for (guint j = 0; j < n; j++)
            if (parts[j].from > utc && parts[j].until > parts[j].from && parts[j].from < first)
              {
                first = parts[j].from;
                last = MIN (last, day + 1);
              }
        }
    }
  return first;
}

static gint64
floor_seconds (gint64 utc_ms)
{
  return utc_ms / 1000 - (utc_ms % 1000 < 0 ? 1 : 0);
}

gboolean
ct_hours_is_open (const CtHours *hours, gint64 utc_ms)
{
  gint64 utc = floor_seconds (utc_ms);

  return utc >= SECONDS_MINIMUM && utc < SECONDS_MAXIMUM && open_until (hours, utc) > utc;
}

gint64
ct_hours_next_change (const CtHours *hours, gint64 utc_ms)
{
  gint64 utc = floor_seconds (utc_ms);
  gint64 horizon = utc + HORIZON_DAYS * DAY_SECONDS;
  gint64 change;

  if (utc < SECONDS_MINIMUM || utc >= SECONDS_MAXIMUM)
    return G_MAXINT64;
  change = open_until (hours, utc);
  if (change == utc)
    change = opens_at (hours, utc);
  else /* blocks that touch or overlap are one */
    for (gint64 next; change <= horizon && (next = open_until (hours, change)) > change;)
      change = next;
  return change <= horizon ? change * 1000 : G_MAXINT64;
}
