/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words. Plain lines of "label: value" that read well in any mail program and that a program can take
 * apart; a value of several lines is indented. */
#include "server/messages/word.h"

#include <string.h>

#include "common/base/text.h"
#include "common/rules/phone.h"
#include "server/base/format.h"

static char *
caller_of (const CsCallMessage *message)
{
  if (message->caller == NULL)
    return g_strdup (ct_text (message->language, "a withheld number"));
  return ct_phone_pretty (message->caller);
}

char *
cs_message_subject (const CsCallMessage *message)
{
  g_autofree char *caller = caller_of (message);
  g_autofree char *what = NULL;

  if (message->disposition != NULL)
    /* Translators: subject of a mail: what the call was about, then who called. */
    what = g_strdup_printf (ct_text (message->language, "%s, call from %s"), message->disposition,
                            caller);
  else
    /* Translators: subject of a mail; %s is a phone number, or "a withheld number". */
    what = g_strdup_printf (ct_text (message->language, "Call from %s"), caller);
  return message->ticket != NULL ? g_strdup_printf ("[%s] %s", message->ticket, what)
                                 : g_steal_pointer (&what);
}

/* "Label: value"; nothing for an empty value. */
static void
append_line (GString *out, const char *label, const char *value)
{
  g_auto (GStrv) lines = NULL;

  if (value == NULL || *value == '\0')
    return;
  lines = g_strsplit (value, "\n", -1);
  g_string_append_printf (out, "%s: %s\n", label, lines[0]);
  for (guint i = 1; lines[i] != NULL; i++)
    g_string_append_printf (out, "    %s\n", lines[i]);
}

static void
append_call (GString *out, const CsCallMessage *message)
{
  const char *language = message->language;
  g_autofree char *caller = caller_of (message);
  g_autofree char *when
      = cs_format_time (language, message->time_zone, message->at_ms, CS_FORMAT_DATE_TIME);
  g_autofree char *duration = cs_format_duration (message->seconds);

  append_line (out, ct_text (language, "Ticket number"), message->ticket);
  append_line (out, ct_text (language, "Caller"), caller);
  append_line (out, ct_text (language, "Time of the call"), when);
  append_line (out, ct_text (language, "Length of the call"),
               message->seconds > 0 ? duration : NULL);
  append_line (out, ct_text (language, "Line called"), message->line_label);
  append_line (out, ct_text (language, "Answered by"), message->agent_name);
  append_line (out, ct_text (language, "Outcome"), message->disposition);
}

static void
append_gathered (GString *out, const CsCallMessage *message)
{
  if (message->n_lines == 0)
    return;
  g_string_append_printf (out, "\n%s\n\n", ct_text (message->language, "What was noted"));
  for (guint i = 0; i < message->n_lines; i++)
    append_line (out, message->lines[i].label,
                 message->lines[i].secret
                     ? ct_text (message->language, "taken down, and kept sealed")
                     : message->lines[i].value);
}

char *
cs_message_body (const CsCallMessage *message)
{
  GString *out = g_string_new (NULL);

  /* Translators: first line of a mail; %s is the company that was called. */
  g_string_append_printf (out, ct_text (message->language, "A call for %s was answered."),
                          message->company_name);
  g_string_append (out, "\n\n");
  append_call (out, message);
  append_gathered (out, message);
  if (message->note != NULL && *message->note != '\0')
    g_string_append_printf (out, "\n%s\n\n%s\n", ct_text (message->language, "Note of the agent"),
                            message->note);
  return g_string_free (out, FALSE);
}
