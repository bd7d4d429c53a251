/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What counts as an answer, by the kind of question, and the form it is kept in. */
#include "common/script/run.h"
#include "common/script/script-private.h"

#include <stdlib.h>
#include <string.h>

static gboolean
accept_length (const CtScriptStep *step, const char *value, GError **error)
{
  glong length = g_utf8_strlen (value, -1);

  if (length > CT_SCRIPT_MAX_TEXT || (step->has_maximum && (double) length > step->maximum))
    return ct_fail (error, CT_ERROR_INVALID, "the answer is too long");
  if (step->has_minimum && (double) length < step->minimum)
    return ct_fail (error, CT_ERROR_INVALID, "the answer is too short");
  return TRUE;
}

static gboolean
accept_text (const CtScriptStep *step, const char *value, GError **error)
{
  if (!accept_length (step, value, error))
    return FALSE;
  if (step->regex != NULL && !g_regex_match (step->regex, value, 0, NULL))
    return ct_fail (error, CT_ERROR_INVALID, "the answer does not have the form asked for");
  return TRUE;
}

/* "-12", "12.5" or, as most of our callers' countries write it, "12,5"; up to 15 digits. */
static gboolean
accept_number (const CtScriptStep *step, char *value, GError **error)
{
  const char *c = value + (*value == '-' ? 1 : 0);
  gboolean fraction = FALSE;
  gboolean digit_before = FALSE; /* at the last character */
  double number;
  int digits = 0;

  for (; *c != '\0'; c++)
    {
      if (g_ascii_isdigit (*c))
        digits++;
      else if ((*c != '.' && *c != ',') || fraction || !digit_before)
        break;
      else
        fraction = TRUE;
      digit_before = g_ascii_isdigit (*c);
    }
  if (*c != '\0' || !digit_before || digits > 15)
    return ct_fail (error, CT_ERROR_INVALID, "not a number");
  g_strdelimit (value, ",", '.');
  number = g_ascii_strtod (value, NULL);
  if ((step->has_minimum && number < step->minimum)
      || (step->has_maximum && number > step->maximum))
    return ct_fail (error, CT_ERROR_INVALID, "the number is out of range");
  return TRUE;
}

/* "2026-11-21", and nothing else: what people type is turned into it by the desk. */
static gboolean
accept_date (const char *value, GError **error)
{
  static const char form[] = "dddd-dd-dd";
  gboolean good = strlen (value) == strlen (form);

  for (gsize i = 0; good && form[i] != '\0'; i++)
    good = form[i] == 'd' ? g_ascii_isdigit (value[i]) : value[i] == form[i];
  if (!good
      || !g_date_valid_dmy ((GDateDay) atoi (value + 8), (GDateMonth) atoi (value + 5),
                            (GDateYear) atoi (value)))
    return ct_fail (error, CT_ERROR_INVALID, "not a date (YYYY-MM-DD)");
  return TRUE;
}

/* The dot-atom form of RFC 5321 with a domain of letters, digits and hyphens: what every mail server
 * takes. */
static gboolean
is_email (const char *value)
{
  const char *at = strrchr (value, '@');
  const char *label;

  if (at == NULL || at == value || at - value > 64 || strlen (value) > 254 || *value == '.'
      || at[-1] == '.')
    return FALSE;
  for (const char *c = value; c < at; c++)
    if ((!g_ascii_isalnum (*c) && strchr ("!#$%&'*+-/=?^_`{|}~.", *c) == NULL)
        || (c[0] == '.' && c[1] == '.'))
      return FALSE;
  label = at + 1;
  for (const char *c = label;; c++)
    {
      if (*c == '.' || *c == '\0')
        {
          if (c == label || c - label > 63 || *label == '-' || c[-1] == '-')
            return FALSE;
          if (*c == '\0')
            break;
          label = c + 1;
        }
      else if (!g_ascii_isalnum (*c) && *c != '-')
        return FALSE;
    }
  return strchr (at, '.') != NULL;
}

gboolean
ct_script_is_plain_text (const char *value)
{
  if (!g_utf8_validate (value, -1, NULL))
    return FALSE;
  for (const char *c = value; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)) && *c != '\n' && *c != '\t')
      return FALSE;
  return TRUE;
}

static gboolean
accept_kind (const CtScript *script, const CtScriptStep *step, char **value, GError **error)
{
  char *phone;

  switch (step->ask)
    {
    case CT_SCRIPT_TEXT:
    case CT_SCRIPT_ADDRESS:
    case CT_SCRIPT_SECRET:
      return accept_text (step, *value, error);
    case CT_SCRIPT_CHOICE:
      return ct_script_step_find_choice (step, *value) != NULL
             || ct_fail (error, CT_ERROR_INVALID, "not one of the choices");
    case CT_SCRIPT_NUMBER:
      return accept_number (step, *value, error);
    case CT_SCRIPT_DATE:
      return accept_date (*value, error);
    case CT_SCRIPT_EMAIL:
      return is_email (*value) || ct_fail (error, CT_ERROR_INVALID, "not an e-mail address");
    case CT_SCRIPT_PHONE:
      phone = ct_phone_normalise (*value, script->plan);
      if (phone == NULL)
        return ct_fail (error, CT_ERROR_INVALID, "not a phone number");
      g_free (*value);
      *value = phone;
      return TRUE;
    }
  return ct_fail (error, CT_ERROR_INVALID, "an unknown kind of question");
}

gboolean
ct_script_step_accepts (const CtScript *script, const CtScriptStep *step, const char *value,
                        char **normal, GError **error)
{
  g_autofree char *kept = NULL;
  gboolean good;

  if (step->kind != CT_SCRIPT_ASK)
    return ct_fail (error, CT_ERROR_INVALID, "step %s asks nothing", step->id);
  if (!ct_script_is_plain_text (value))
    return ct_fail (error, CT_ERROR_INVALID, "the answer is not plain text");
  if (g_utf8_strlen (value, -1) > CT_SCRIPT_MAX_TEXT) /* it travels as it was typed */
    return ct_fail (error, CT_ERROR_INVALID, "the answer is too long");
  kept = g_strstrip (g_strdup (value));
  if (*kept == '\0')
    good = !step->required || ct_fail (error, CT_ERROR_INVALID, "an answer is required");
  else
    good = accept_kind (script, step, &kept, error);
  if (good && normal != NULL)
    *normal = g_steal_pointer (&kept);
  /* What was asked may be a secret, whose traces in memory are kept short. */
  if (kept != NULL && step->ask == CT_SCRIPT_SECRET)
    explicit_bzero (kept, strlen (kept));
  return good;
}
