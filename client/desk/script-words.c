/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/script-words.h"

#include "client/widgets/format.h"

#include <glib/gi18n.h>

char *
cd_dup_complaint (const CtScriptStep *step, const char *value)
{
  if (*value == '\0')
    return g_strdup (_ ("This answer is needed."));
  switch (step->ask)
    {
    case CT_SCRIPT_NUMBER:
      if (step->has_minimum && step->has_maximum)
        {
          g_autofree char *low = cd_format_number (step->minimum, 0);
          g_autofree char *high = cd_format_number (step->maximum, 0);

          /* Translators: two numbers */
          return g_strdup_printf (_ ("This must be a number from %1$s to %2$s."), low, high);
        }
      if (step->has_minimum)
        {
          g_autofree char *low = cd_format_number (step->minimum, 0);

          /* Translators: a number */
          return g_strdup_printf (_ ("This must be a number, at least %s."), low);
        }
      if (step->has_maximum)
        {
          g_autofree char *high = cd_format_number (step->maximum, 0);

          /* Translators: a number */
          return g_strdup_printf (_ ("This must be a number, at most %s."), high);
        }
      return g_strdup (_ ("This must be a number."));
    case CT_SCRIPT_PHONE:
      return g_strdup (_ ("This is not a phone number."));
    case CT_SCRIPT_DATE:
      return g_strdup (_ ("This is not a date."));
    case CT_SCRIPT_EMAIL:
      return g_strdup (_ ("This is not an e-mail address."));
    case CT_SCRIPT_TEXT:
    case CT_SCRIPT_ADDRESS:
    case CT_SCRIPT_SECRET:
    case CT_SCRIPT_CHOICE:
      break;
    }
  if (step->has_maximum && g_utf8_strlen (value, -1) > (glong) step->maximum)
    return g_strdup_printf (ngettext ("This is too long: at most %d character.",
                                      "This is too long: at most %d characters.",
                                      (gulong) step->maximum),
                            (int) step->maximum);
  if (step->has_minimum && g_utf8_strlen (value, -1) < (glong) step->minimum)
    return g_strdup_printf (ngettext ("This is too short: at least %d character.",
                                      "This is too short: at least %d characters.",
                                      (gulong) step->minimum),
                            (int) step->minimum);
  return g_strdup (_ ("This does not have the form that is asked for."));
}

char *
cd_dup_origin (const CtScriptValue *answer, gint64 now_ms)
{
  g_autofree char *day = NULL;

  if (answer == NULL || answer->confirmed)
    return NULL;
  switch (answer->origin)
    {
    case CT_SCRIPT_LAST_CALL:
      if (answer->at_ms == 0)
        return g_strdup (_ ("from the last call"));
      day = cd_format_recent_day (answer->at_ms, now_ms);
      /* Translators: an answer that was given in an earlier call; %s is a day: "12 May", "yesterday" */
      return g_strdup_printf (_ ("from the last call, %s"), day);
    case CT_SCRIPT_KEYED:
      return g_strdup (_ ("keyed by the caller"));
    case CT_SCRIPT_CALLER:
      return g_strdup (_ ("the number that calls"));
    case CT_SCRIPT_TYPED:
      break;
    }
  return NULL;
}
