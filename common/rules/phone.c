/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phone numbers in the forms of trunks and people. The dial plans are facts of ITU-T E.164 and the
 * national numbering plans; the grouping for display follows each country's own habit where the table
 * has one, and threes elsewhere. */
#include "common/rules/phone.h"

#include <string.h>

#define DIGITS_MINIMUM 7
#define DIGITS_MAXIMUM 15
/* A number that lacks "+" but names its country has at least this many digits after the code. */
#define NATIONAL_MINIMUM 8

typedef struct {
  char country[3];
  CtDialPlan plan;
  const char *groups; /* sizes of the groups of a national number of that length; "" for threes */
} Country;

static const Country countries[] = {
  { "AR", { "54", "0", "00" }, "" },      { "AT", { "43", "0", "00" }, "" },
  { "AU", { "61", "0", "0011" }, "144" }, { "BE", { "32", "0", "00" }, "3222" },
  { "BG", { "359", "0", "00" }, "" },     { "BR", { "55", "0", "00" }, "254" },
  { "CA", { "1", "1", "011" }, "" },      { "CH", { "41", "0", "00" }, "2322" },
  { "CL", { "56", "", "00" }, "144" },    { "CN", { "86", "0", "00" }, "" },
  { "CO", { "57", "", "00" }, "" },       { "CW", { "599", "", "00" }, "" },
  { "CY", { "357", "", "00" }, "" },      { "CZ", { "420", "", "00" }, "" },
  { "DE", { "49", "0", "00" }, "" },      { "DK", { "45", "", "00" }, "2222" },
  { "DZ", { "213", "0", "00" }, "" },     { "EE", { "372", "", "00" }, "" },
  { "ES", { "34", "", "00" }, "" },       { "FI", { "358", "0", "00" }, "" },
  { "FR", { "33", "0", "00" }, "12222" }, { "GB", { "44", "0", "00" }, "244" },
  { "GR", { "30", "", "00" }, "" },       { "HR", { "385", "0", "00" }, "" },
  { "HU", { "36", "06", "00" }, "" },     { "IE", { "353", "0", "00" }, "234" },
  { "IL", { "972", "0", "00" }, "" },     { "IN", { "91", "0", "00" }, "55" },
  { "IS", { "354", "", "00" }, "" },      { "IT", { "39", "", "00" }, "" },
  { "JP", { "81", "0", "010" }, "" },     { "LI", { "423", "", "00" }, "" },
  { "LT", { "370", "0", "00" }, "" },     { "LU", { "352", "", "00" }, "" },
  { "LV", { "371", "", "00" }, "" },      { "MA", { "212", "0", "00" }, "" },
  { "MC", { "377", "", "00" }, "2222" },  { "MT", { "356", "", "00" }, "" },
  { "MX", { "52", "", "00" }, "244" },    { "NL", { "31", "0", "00" }, "2322" },
  { "NO", { "47", "", "00" }, "2222" },   { "NZ", { "64", "0", "00" }, "" },
  { "PE", { "51", "0", "00" }, "" },      { "PL", { "48", "", "00" }, "" },
  { "PT", { "351", "", "00" }, "" },      { "RO", { "40", "0", "00" }, "" },
  { "RS", { "381", "0", "00" }, "" },     { "SE", { "46", "0", "00" }, "" },
  { "SI", { "386", "0", "00" }, "" },     { "SK", { "421", "0", "00" }, "" },
  { "SM", { "378", "", "00" }, "" },      { "SN", { "221", "", "00" }, "2322" },
  { "SR", { "597", "", "00" }, "" },      { "TN", { "216", "", "00" }, "" },
  { "TR", { "90", "0", "00" }, "" },      { "UA", { "380", "0", "00" }, "" },
  { "US", { "1", "1", "011" }, "" },      { "ZA", { "27", "0", "00" }, "" },
};

/* Where the length of a number says too little: by what its national number begins with; the longest
 * beginning that fits the size counts. */
static const struct {
  const char *code;
  const char *begins;
  const char *groups;
} habits[] = {
  { "31", "6", "144" },   { "31", "1", "333" },   { "31", "10", "2322" }, { "31", "13", "2322" },
  { "31", "15", "2322" }, { "31", "2", "333" },   { "31", "20", "2322" }, { "31", "23", "2322" },
  { "31", "24", "2322" }, { "31", "26", "2322" }, { "31", "3", "2322" },  { "31", "31", "333" },
  { "31", "32", "333" },  { "31", "34", "333" },  { "31", "4", "2322" },  { "31", "41", "333" },
  { "31", "47", "333" },  { "31", "48", "333" },  { "31", "49", "333" },  { "31", "51", "333" },
  { "31", "52", "333" },  { "31", "54", "333" },  { "31", "56", "333" },  { "31", "57", "333" },
  { "31", "59", "333" },  { "31", "8", "2322" },  { "31", "9", "333" },   { "32", "", "2222" },
  { "32", "2", "1322" },  { "32", "3", "1322" },  { "32", "4", "1322" },  { "32", "9", "1322" },
  { "32", "4", "3222" },  { "39", "02", "244" },  { "39", "06", "244" },  { "39", "02", "234" },
  { "39", "06", "234" },  { "39", "3", "334" },   { "44", "1", "46" },    { "44", "7", "46" },
};

const CtDialPlan *
ct_dial_plan_find (const char *country)
{
  for (gsize i = 0; country != NULL && i < G_N_ELEMENTS (countries); i++)
    if (g_ascii_strcasecmp (country, countries[i].country) == 0)
      return &countries[i].plan;
  return NULL;
}

const CtDialPlan *
ct_dial_plan_find_code (const char *country_code)
{
  for (gsize i = 0; country_code != NULL && i < G_N_ELEMENTS (countries); i++)
    if (strcmp (country_code, countries[i].plan.country_code) == 0)
      return &countries[i].plan;
  return NULL;
}

/* The user part of a SIP or tel URI, with or without <>, else the text itself, trimmed. @host gets
 * what follows the "@", or "". */
static char *
user_part (const char *text, char **host)
{
  const char *open = strchr (text, '<');
  const char *start = open != NULL ? open + 1 : text;
  g_autofree char *part = g_strstrip (g_strndup (start, strcspn (start, ">")));
  const char *user = part;
  const char *at;

  if (g_ascii_strncasecmp (user, "sip:", 4) == 0 || g_ascii_strncasecmp (user, "tel:", 4) == 0)
    user += 4;
  else if (g_ascii_strncasecmp (user, "sips:", 5) == 0)
    user += 5;
  at = strchr (user, '@');
  *host = g_strndup (at != NULL ? at + 1 : "", at != NULL ? strcspn (at + 1, ":;?") : 0);
  return g_strndup (user, strcspn (user, "@;?:"));
}

static gboolean
is_separator (gunichar c)
{
  return g_unichar_isspace (c) || (c >= 0x2010 && c <= 0x2015)
         || (c < 128 && strchr ("-./()", (int) c));
}

/* Digits and a leading "+", without what people put between them; NULL when there is anything else. */
static char *
bare_number (const char *user)
{
  g_autoptr (GString) bare = g_string_new (NULL);

  if (!g_utf8_validate (user, -1, NULL))
    return NULL;
  for (; *user != '\0'; user = g_utf8_next_char (user))
    {
      gboolean foreign
          = bare->len > 0 && (bare->str[0] == '+' || g_str_has_prefix (bare->str, "00"));

      if (foreign && g_str_has_prefix (user, "(0)"))
        user += 2; /* "+31 (0)20": the zero is not dialled from abroad */
      else if (g_ascii_isdigit (*user) || (*user == '+' && bare->len == 0))
        g_string_append_c (bare, *user);
      else if (!is_separator (g_utf8_get_char (user)))
        return NULL;
      if (bare->len > 3 * DIGITS_MAXIMUM)
        return NULL;
    }
  return g_string_free (g_steal_pointer (&bare), FALSE);
}

/* What @number is after @prefix; NULL when it does not start so. */
static const char *
after (const char *number, const char *prefix)
{
  return g_str_has_prefix (number, prefix) ? number + strlen (prefix) : NULL;
}

/* "+" and the country's code in front of a number as it is dialled inside it; NULL when it is none. */
static char *
from_national (const char *number, const CtDialPlan *plan)
{
  gboolean north_america = strcmp (plan->country_code, "1") == 0;
  const char *rest;

  if (north_america && strlen (number) == 10)
    return g_strconcat ("+1", number, NULL);
  if (*plan->trunk == '\0')
    return g_strconcat ("+", plan->country_code, number, NULL);
  rest = after (number, plan->trunk);
  if (north_america)
    return rest != NULL && strlen (rest) == 10 ? g_strconcat ("+1", rest, NULL) : NULL;
  if (rest != NULL)
    return g_strconcat ("+", plan->country_code, rest, NULL);
  /* Trunks like to leave out the "+". */
  rest = after (number, plan->country_code);
  if (rest != NULL && strlen (rest) >= NATIONAL_MINIMUM)
    return g_strconcat ("+", number, NULL);
  return NULL;
}

char *
ct_phone_normalise (const char *text, const CtDialPlan *plan)
{
  g_autofree char *host = NULL;
  g_autofree char *user = text != NULL ? user_part (text, &host) : NULL;
  g_autofree char *bare = user != NULL ? bare_number (user) : NULL;
  g_autofree char *number = NULL;
  const char *foreign = NULL;

  if (bare == NULL || *bare == '\0')
    return NULL;
  if (plan != NULL && *bare != '+')
    foreign = after (bare, plan->international);
  if (foreign == NULL && (plan == NULL || *plan->trunk == '0' || *plan->trunk == '\0'))
    foreign = after (bare, "00"); /* no country's code or area begins with it */
  if (*bare == '+')
    number = g_strdup (bare);
  else if (foreign != NULL)
    number = g_strconcat ("+", foreign, NULL);
  else if (plan != NULL)
    number = from_national (bare, plan);
  return ct_phone_is_e164 (number) ? g_steal_pointer (&number) : NULL;
}

gboolean
ct_phone_is_e164 (const char *text)
{
  gsize digits;

  if (text == NULL || text[0] != '+' || text[1] == '0')
    return FALSE;
  digits = strspn (text + 1, "0123456789");
  return text[1 + digits] == '\0' && digits >= DIGITS_MINIMUM && digits <= DIGITS_MAXIMUM;
}

gboolean
ct_phone_begins_with (const char *number, char *const *prefixes)
{
  for (guint i = 0; prefixes != NULL && prefixes[i] != NULL; i++)
    if (g_str_has_prefix (number, prefixes[i]))
      return TRUE;
  return FALSE;
}

gboolean
ct_phone_is_withheld (const char *text)
{
  static const char *const words[]
      = { "anonymous", "restricted", "unavailable", "private",       "withheld",       "unknown",
          "blocked",   "nobody",     "no number",   "not available", "number withheld" };
  g_autofree char *host = NULL;
  g_autofree char *user = NULL;

  if (text == NULL)
    return TRUE;
  user = user_part (text, &host);
  if (g_ascii_strcasecmp (host, "anonymous.invalid") == 0)
    return TRUE; /* RFC 3323 */
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (user, words[i]) == 0)
      return TRUE;
  /* Nothing, or only zeros and signs: "0", "+", "-", "0000000000". */
  return user[strspn (user, "0+-*# ")] == '\0';
}

/* How many digits the country's code has (ITU-T E.164: the zones 1 and 7, a list of twos, else three). */
static gsize
code_length (const char *digits)
{
  static const char twos[]
      = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 "
        "56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 ";
  char two[] = { ' ', digits[0], digits[1], ' ', '\0' };

  if (digits[0] == '1' || digits[0] == '7')
    return 1;
  return strstr (twos, two) != NULL ? 2 : 3;
}

static gsize
sum_of (const char *groups)
{
  gsize sum = 0;

  for (; *groups != '\0'; groups++)
    sum += (gsize) (*groups - '0');
  return sum;
}

static const char *
find_habit (const char *code, gsize code_size, const char *national)
{
  const char *found = NULL;
  gsize longest = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (habits); i++)
    if (strlen (habits[i].code) == code_size && strncmp (habits[i].code, code, code_size) == 0
        && g_str_has_prefix (national, habits[i].begins)
        && sum_of (habits[i].groups) == strlen (national)
        && (found == NULL || strlen (habits[i].begins) > longest))
      {
        found = habits[i].groups;
        longest = strlen (habits[i].begins);
      }
  return found;
}

static const char *
groups_of (const char *code, gsize code_size)
{
  static const char *const threes[] = { "",   "1",   "2",   "3",   "4",   "32",   "33",  "34",
                                        "44", "333", "334", "344", "444", "3334", "3344" };
  const char *national = code + code_size;
  gsize national_size = strlen (national);
  const char *habit = find_habit (code, code_size, national);

  if (habit != NULL)
    return habit;
  for (gsize i = 0; i < G_N_ELEMENTS (countries); i++)
    if (strlen (countries[i].plan.country_code) == code_size
        && strncmp (countries[i].plan.country_code, code, code_size) == 0
        && *countries[i].groups != '\0' && sum_of (countries[i].groups) == national_size)
      return countries[i].groups;
  return threes[MIN (national_size, G_N_ELEMENTS (threes) - 1)];
}

char *
ct_phone_pretty (const char *number)
{
  g_autoptr (GString) pretty = NULL;
  const char *digits;
  gsize size;

  if (!ct_phone_is_e164 (number))
    return g_strdup (number != NULL ? number : "");
  digits = number + 1;
  if (digits[0] == '1' && strlen (digits) == 11)
    return g_strdup_printf ("%.3s-%.3s-%s", digits + 1, digits + 4, digits + 7);
  size = code_length (digits);
  pretty = g_string_new ("+");
  g_string_append_len (pretty, digits, (gssize) size);
  digits += size;
  for (const char *group = groups_of (digits - size, size); *group != '\0'; group++)
    {
      g_string_append_c (pretty, ' ');
      g_string_append_len (pretty, digits, *group - '0');
      digits += *group - '0';
    }
  g_string_append (pretty, digits);
  return g_string_free (g_steal_pointer (&pretty), FALSE);
}
