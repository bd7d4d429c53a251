/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICU does what the locale decides; it is told the process's locale, which it would guess otherwise. */
#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>
#include <unicode/udat.h>
#include <unicode/udatpg.h>
#include <unicode/uldnames.h>
#include <unicode/uloc.h>
#include <unicode/unum.h>
#include <unicode/ustring.h>

#define MAX_TEXT 128

/* "nl_NL", out of "nl_NL.UTF-8"; the C locale is British. */
static const char *
or_british (const char *locale)
{
  return locale == NULL || strcmp (locale, "C") == 0 || strcmp (locale, "POSIX") == 0
                 || g_str_has_prefix (locale, "C.")
             ? "en_GB"
             : locale;
}

static const char *
get_locale (int category)
{
  static char kept[ULOC_FULLNAME_CAPACITY];

  g_strlcpy (kept, or_british (setlocale (category, NULL)), sizeof kept);
  kept[strcspn (kept, ".@")] = '\0';
  return kept;
}

/* For words: the language of all other words on the screen, as it is written where the user lives. "en_NL"
 * writes 22 November 2026, 17:40. */
static const char *
get_words_locale (void)
{
  static char kept[ULOC_FULLNAME_CAPACITY];
  const char *country = strchr (get_locale (LC_TIME), '_');

  g_strlcpy (kept, or_british (g_get_language_names ()[0]), sizeof kept);
  kept[strcspn (kept, country != NULL ? "_.@" : ".@")] = '\0';
  if (country != NULL)
    g_strlcat (kept, country, sizeof kept);
  return kept;
}

static char *
to_utf8 (const UChar *text, int32_t length)
{
  return g_utf16_to_utf8 ((const gunichar2 *) text, length, NULL, NULL, NULL);
}

static char *
format_currency (CtMoney money, const char *currency, int most_decimals)
{
  UErrorCode status = U_ZERO_ERROR;
  UNumberFormat *format
      = unum_open (UNUM_CURRENCY, NULL, 0, get_locale (LC_MONETARY), NULL, &status);
  UChar code[4], text[MAX_TEXT];
  char *made = NULL;
  int32_t length;

  if (U_SUCCESS (status))
    {
      u_uastrncpy (code, currency != NULL ? currency : "EUR", 4);
      unum_setTextAttribute (format, UNUM_CURRENCY_CODE, code, 3, &status);
      unum_setAttribute (format, UNUM_MIN_FRACTION_DIGITS, 2);
      unum_setAttribute (format, UNUM_MAX_FRACTION_DIGITS, most_decimals);
      length = unum_formatDouble (format, (double) money / CT_MONEY_UNIT, text, MAX_TEXT, NULL,
                                  &status);
      if (U_SUCCESS (status) && length <= MAX_TEXT)
        made = to_utf8 (text, length);
      unum_close (format);
    }
  if (made == NULL)
    {
      g_autofree char *plain = ct_money_to_text (money);

      made = g_strconcat (currency != NULL ? currency : "EUR", " ", plain, NULL);
    }
  return made;
}

char *
cd_format_money (CtMoney money, const char *currency)
{
  return format_currency (money, currency, 2);
}

char *
cd_format_rate (CtMoney money, const char *currency)
{
  return format_currency (money, currency, 6);
}

char *
cd_format_number (double number, guint decimals)
{
  UErrorCode status = U_ZERO_ERROR;
  UNumberFormat *format = unum_open (UNUM_DECIMAL, NULL, 0, get_locale (LC_NUMERIC), NULL, &status);
  UChar text[MAX_TEXT];
  char *made = NULL;
  int32_t length;

  if (U_SUCCESS (status))
    {
      unum_setAttribute (format, UNUM_FRACTION_DIGITS, (int32_t) decimals);
      length = unum_formatDouble (format, number, text, MAX_TEXT, NULL, &status);
      if (U_SUCCESS (status) && length <= MAX_TEXT)
        made = to_utf8 (text, length);
      unum_close (format);
    }
  return made != NULL ? made : g_strdup_printf ("%.*f", (int) decimals, number);
}

char *
cd_format_clock (gint64 seconds)
{
  gint64 left = MAX (seconds, 0);

  if (left >= 3600)
    return g_strdup_printf ("%d:%02d:%02d", (int) (left / 3600), (int) (left / 60 % 60),
                            (int) (left % 60));
  return g_strdup_printf ("%d:%02d", (int) (left / 60), (int) (left % 60));
}

static char *
format_skeleton (gint64 utc_ms, const char *skeleton)
{
  UErrorCode status = U_ZERO_ERROR;
  UDateTimePatternGenerator *generator = udatpg_open (get_words_locale (), &status);
  UChar wanted[MAX_TEXT], pattern[MAX_TEXT], text[MAX_TEXT];
  UDateFormat *format = NULL;
  char *made = NULL;
  int32_t length;

  u_uastrncpy (wanted, skeleton, MAX_TEXT);
  length = udatpg_getBestPattern (generator, wanted, -1, pattern, MAX_TEXT, &status);
  format = udat_open (UDAT_PATTERN, UDAT_PATTERN, get_words_locale (), NULL, 0, pattern, length,
                      &status);
  length = udat_format (format, (UDate) utc_ms, text, MAX_TEXT, NULL, &status);
  if (U_SUCCESS (status) && length <= MAX_TEXT)
    made = to_utf8 (text, length);
  udat_close (format);
  udatpg_close (generator);
  return made != NULL ? made : g_strdup ("");
}

char *
cd_format_time (gint64 utc_ms)
{
  return format_skeleton (utc_ms, "jm");
}

static GDateTime *
local_time (gint64 utc_ms)
{
  return g_date_time_new_from_unix_local (utc_ms / 1000);
}

char *
cd_format_day (gint64 utc_ms, gint64 now_ms)
{
  g_autoptr (GDateTime) day = local_time (utc_ms);
  g_autoptr (GDateTime) now = local_time (now_ms);

  return format_skeleton (
      utc_ms, g_date_time_get_year (day) == g_date_time_get_year (now) ? "dMMMM" : "dMMMMy");
}

/* Days since a fixed one, by the local calendar. */
static guint32
day_number (gint64 utc_ms)
{
  g_autoptr (GDateTime) time = local_time (utc_ms);
  GDate date;

  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay) g_date_time_get_day_of_month (time),
                  (GDateMonth) g_date_time_get_month (time),
                  (GDateYear) g_date_time_get_year (time));
  return g_date_get_julian (&date);
}

char *
cd_format_recent_day (gint64 utc_ms, gint64 now_ms)
{
  guint32 day = day_number (utc_ms), today = day_number (now_ms);

  if (day == today)
    /* Translators: a day, within a sentence: "the last call, today" */
    return g_strdup (C_ ("day", "today"));
  if (day + 1 == today)
    return g_strdup (C_ ("day", "yesterday"));
  return cd_format_day (utc_ms, now_ms);
}

/* Noon of a date written YYYY-MM-DD. */
static gboolean
parse_iso (const char *iso, gint64 *utc_ms)
{
  g_autofree char *text = g_strconcat (iso, "T12:00:00", NULL);
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_autoptr (GDateTime) time
      = strlen (iso) == 10 ? g_date_time_new_from_iso8601 (text, zone) : NULL;

  if (time == NULL)
    return FALSE;
  *utc_ms = g_date_time_to_unix (time) * 1000;
  return TRUE;
}

char *
cd_format_date_digits (const char *iso)
{
  gint64 at;

  return parse_iso (iso, &at) ? format_skeleton (at, "ddMMyyyy") : g_strdup (iso);
}

/* TRUE where the month is written before the day. */
static gboolean
is_month_first (void)
{
  UErrorCode status = U_ZERO_ERROR;
  UDateTimePatternGenerator *generator = udatpg_open (get_words_locale (), &status);
  UChar wanted[8], pattern[MAX_TEXT];
  int32_t length;
  g_autofree char *text = NULL;

  u_uastrncpy (wanted, "dMMy", 8);
  length = udatpg_getBestPattern (generator, wanted, -1, pattern, MAX_TEXT, &status);
  if (U_SUCCESS (status))
    text = to_utf8 (pattern, length);
  udatpg_close (generator);
  return text != NULL && strchr (text, 'M') != NULL && strchr (text, 'd') != NULL
         && strchr (text, 'M') < strchr (text, 'd');
}

/* Up to three numbers with one of "-/. " between. */
static guint
split_numbers (const char *text, int numbers[3])
{
  guint n = 0;

  while (*text != '\0' && n < 3)
    {
      char *end;
      guint64 number;

      if (!g_ascii_isdigit (*text))
        return 0;
      number = g_ascii_strtoull (text, &end, 10);
      if (number > 9999)
        return 0;
      numbers[n++] = (int) number;
      text = end;
      if (*text != '\0' && strchr ("-/. ", *text) == NULL)
        return 0;
      while (*text != '\0' && strchr ("-/. ", *text) != NULL)
        text++;
    }
  return *text == '\0' ? n : 0;
}

static char *
make_iso (int year, int month, int day)
{
  if (year < 1 || month < 1 || day < 1
      || !g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year))
    return NULL;
  return g_strdup_printf ("%04d-%02d-%02d", year, month, day);
}

char *
cd_parse_date (const char *text, gint64 now_ms)
{
  int numbers[3];
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  guint n = split_numbers (trimmed, numbers);
  gboolean month_first = is_month_first ();
  g_autoptr (GDateTime) now = local_time (now_ms);
  int day, month, year;

  if (n < 2)
    return NULL;
  if (n == 3 && numbers[0] > 31)
    return make_iso (numbers[0], numbers[1], numbers[2]);
  day = numbers[month_first ? 1 : 0];
  month = numbers[month_first ? 0 : 1];
  year = n == 3 ? numbers[2] : g_date_time_get_year (now);
  if (year < 100)
    year += 2000;
  if (n == 2
      && (month < g_date_time_get_month (now)
          || (month == g_date_time_get_month (now) && day < g_date_time_get_day_of_month (now))))
    year++;
  return make_iso (year, month, day);
}

char *
cd_format_language (const char *code)
{
  UDisplayContext context = UDISPCTX_CAPITALIZATION_FOR_UI_LIST_OR_MENU;
  UErrorCode status = U_ZERO_ERROR;
  ULocaleDisplayNames *names = uldn_openForContext (get_words_locale (), &context, 1, &status);
  UChar text[MAX_TEXT];
  int32_t length = uldn_languageDisplayName (names, code, text, MAX_TEXT, &status);
  gboolean good = U_SUCCESS (status) && length <= MAX_TEXT;

  uldn_close (names);
  return good ? to_utf8 (text, length) : g_strdup (code);
}
