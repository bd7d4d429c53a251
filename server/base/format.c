/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers open their formatter for each call: they serve mails and pages, not packets. Times keep theirs,
 * since ICU takes 2 ms to work out a pattern and every call's message says when it was; a format is used
 * by one thread at a time, under the lock. Should ICU refuse (its data is missing), plain text in ISO forms is
 * better than no mail. */
#define G_LOG_DOMAIN "format"

#include "server/base/format.h"

#include "common/base/clock.h"

#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ucurr.h>
#include <unicode/udat.h>
#include <unicode/udatpg.h>
#include <unicode/uloc.h>
#include <unicode/unumberformatter.h>
#include <unicode/ustring.h>

#define TEXT_SIZE 256
#define MAX_FORMATS 256 /* languages x zones x styles */

/* The English of a European house: 21 November 2026, 23:14. */
#define ENGLISH "en_GB"

static const char *
locale_of (const char *language)
{
  char base[ULOC_LANG_CAPACITY];
  UErrorCode status = U_ZERO_ERROR;

  if (language == NULL || strcmp (language, "en") == 0 || strlen (language) > 16)
    return ENGLISH;
  uloc_getLanguage (language, base, sizeof base, &status);
  if (U_FAILURE (status) || status == U_STRING_NOT_TERMINATED_WARNING || *base == '\0')
    return ENGLISH;
  for (int32_t i = 0; i < uloc_countAvailable (); i++)
    if (strcmp (uloc_getAvailable (i), base) == 0)
      return language;
  return ENGLISH;
}

static char *
to_utf8 (const UChar *text, int32_t length)
{
  return g_utf16_to_utf8 (text, length, NULL, NULL, NULL);
}

/* @decimal in the form that @skeleton describes; NULL when ICU cannot. */
static char *
format_number (const char *language, const char *skeleton, const char *decimal)
{
  UErrorCode status = U_ZERO_ERROR;
  g_autofree UChar *wide = g_utf8_to_utf16 (skeleton, -1, NULL, NULL, NULL);
  UNumberFormatter *formatter
      = unumf_openForSkeletonAndLocale (wide, -1, locale_of (language), &status);
  UFormattedNumber *result = unumf_openResult (&status);
  UChar text[TEXT_SIZE];
  int32_t length = 0;

  if (U_SUCCESS (status))
    unumf_formatDecimal (formatter, decimal, -1, result, &status);
  if (U_SUCCESS (status))
    length = unumf_resultToString (result, text, G_N_ELEMENTS (text), &status);
  unumf_closeResult (result);
  unumf_close (formatter);
  if (U_SUCCESS (status))
    return to_utf8 (text, length);
  g_warning ("%s: %s", skeleton, u_errorName (status));
  return NULL;
}

char *
cs_format_integer (const char *language, gint64 value)
{
  g_autofree char *decimal = g_strdup_printf ("%" G_GINT64_FORMAT, value);
  char *text = format_number (language, "", decimal);

  return text != NULL ? text : g_steal_pointer (&decimal);
}

static int32_t
decimals_of (const char *currency)
{
  UErrorCode status = U_ZERO_ERROR;
  UChar wide[4];
  int32_t decimals;

  u_uastrcpy (wide, currency);
  decimals = ucurr_getDefaultFractionDigits (wide, &status);
  return U_SUCCESS (status) ? CLAMP (decimals, 0, 6) : 2;
}

static gboolean
is_currency (const char *text)
{
  return text != NULL && strlen (text) == 3 && g_ascii_isupper (text[0])
         && g_ascii_isupper (text[1]) && g_ascii_isupper (text[2]);
}

char *
cs_format_money (const char *language, CtMoney money, const char *currency)
{
  g_autofree char *decimal = ct_money_to_text (money);
  g_autofree char *skeleton = NULL;
  char *text;
  int32_t own;

  if (!is_currency (currency))
    return g_steal_pointer (&decimal);
  own = decimals_of (currency);
  skeleton = g_strdup_printf ("currency/%s .%.*s%.*s", currency, own, "000000", 6 - own, "######");
  text = format_number (language, skeleton, decimal);
  return text != NULL ? text : g_strdup_printf ("%s %s", currency, decimal);
}

char *
cs_format_percent (const char *language, gint64 hundredths)
{
  guint64 size = hundredths < 0 ? -(guint64) hundredths : (guint64) hundredths;
  g_autofree char *decimal = g_strdup_printf (
      "%s%" G_GUINT64_FORMAT ".%02u", hundredths < 0 ? "-" : "", size / 100, (guint) (size % 100));
  char *text = format_number (language, "percent .00", decimal);

  return text != NULL ? text : g_strconcat (decimal, " %", NULL);
}

/* The words of the zone as ICU wants them; UTC for one that it does not know. */
static int32_t
read_zone (const char *zone, UChar *wide, int32_t capacity)
{
  UErrorCode status = U_ZERO_ERROR;
  UChar asked[64];
  int32_t length;

  if (zone != NULL && *zone != '\0' && strlen (zone) < G_N_ELEMENTS (asked))
    {
      u_uastrcpy (asked, zone);
      length = ucal_getCanonicalTimeZoneID (asked, -1, wide, capacity, NULL, &status);
      if (U_SUCCESS (status))
        return length;
    }
  u_uastrcpy (wide, "UTC");
  return 3;
}

/* How a language writes the parts that @style asks for. */
static int32_t
pattern_of (const char *locale, CsFormatStyle style, UChar *pattern, int32_t capacity,
            UErrorCode *status)
{
  static const char *const skeletons[] = {
    [CS_FORMAT_DATE] = "yMMMMd",
    [CS_FORMAT_DATE_LONG] = "yMMMMEEEEd",
    [CS_FORMAT_TIME] = "Hm",
    [CS_FORMAT_DATE_TIME] = "yMMMdHm",
  };
  UDateTimePatternGenerator *generator = udatpg_open (locale, status);
  UChar skeleton[16];
  int32_t length;

  u_uastrcpy (skeleton, skeletons[style]);
  length = udatpg_getBestPattern (generator, skeleton, -1, pattern, capacity, status);
  udatpg_close (generator);
  return length;
}

static UDateFormat *
open_time_format (const char *locale, const char *zone, CsFormatStyle style, UErrorCode *status)
{
  UChar pattern[64], wide_zone[64];
  int32_t pattern_length = pattern_of (locale, style, pattern, G_N_ELEMENTS (pattern), status);
  int32_t zone_length = read_zone (zone, wide_zone, G_N_ELEMENTS (wide_zone));

  return udat_open (UDAT_PATTERN, UDAT_PATTERN, locale, wide_zone, zone_length, pattern,
                    pattern_length, status);
}

static void
close_time_format (gpointer format)
{
  udat_close (format);
}

/* Called under the lock. NULL when ICU cannot. */
static UDateFormat *
get_time_format (const char *language, const char *zone, CsFormatStyle style, UErrorCode *status)
{
  static GHashTable *formats; /* "language|zone|style" -> UDateFormat */
  g_autofree char *key = g_strdup_printf ("%s|%s|%d", language != NULL ? language : "",
                                          zone != NULL ? zone : "", (int) style);
  UDateFormat *format;

  if (formats == NULL)
    formats = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, close_time_format);
  format = g_hash_table_lookup (formats, key);
  if (format != NULL)
    return format;
  format = open_time_format (locale_of (language), zone, style, status);
  if (U_FAILURE (*status))
    {
      udat_close (format);
      return NULL;
    }
  if (g_hash_table_size (formats) >= MAX_FORMATS)
    g_hash_table_remove_all (formats);
  g_hash_table_insert (formats, g_steal_pointer (&key), format);
  return format;
}

char *
cs_format_time (const char *language, const char *zone, gint64 utc_ms, CsFormatStyle style)
{
  static GMutex lock;
  UErrorCode status = U_ZERO_ERROR;
  UChar text[TEXT_SIZE];
  int32_t length = 0;
  UDateFormat *format;

  g_mutex_lock (&lock);
  format = get_time_format (language, zone, style, &status);
  if (format != NULL)
    length = udat_format (format, (UDate) utc_ms, text, G_N_ELEMENTS (text), NULL, &status);
  g_mutex_unlock (&lock);
  if (U_SUCCESS (status))
    return to_utf8 (text, length);
  g_warning ("a time in %s: %s", locale_of (language), u_errorName (status));
  return ct_time_format (utc_ms);
}

char *
cs_format_duration (gint64 seconds)
{
  gint64 all = MAX (seconds, 0);
  int minutes = (int) (all / 60 % 60);

  if (all >= 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d", all / 3600, minutes,
                            (int) (all % 60));
  return g_strdup_printf ("%d:%02d", minutes, (int) (all % 60));
}
