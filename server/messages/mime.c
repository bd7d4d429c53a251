/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/messages/mime.h"

#include <string.h>

#include "common/rules/mail-address.h"

#define LINE_LENGTH 76 /* RFC 2045 section 6.7 */
#define WORD_BYTES                                                                                 \
  39 /* of UTF-8 in an encoded word: 52 letters, the frame 12, "Subject: " before it */

static const char hex[] = "0123456789ABCDEF";

/* Control characters out: nothing may end the field early. */
static char *
clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  char *c;

  for (c = valid; *c != '\0'; c++)
    if ((guchar) *c < 0x20 || *c == 0x7f)
      *c = ' ';
  return g_steal_pointer (&valid);
}

static gboolean
is_plain (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if ((guchar) *c >= 0x7f || (c[0] == '=' && c[1] == '?'))
      return FALSE;
  return TRUE;
}

/* Bytes of @text that fit into one encoded word, whole characters. */
static gsize
word_size (const char *text)
{
  const char *end = text;

  while (*end != '\0' && g_utf8_next_char (end) - text <= WORD_BYTES)
    end = g_utf8_next_char (end);
  return end - text;
}

/* @text as encoded words, each on a line of its own after the first. */
static void
append_encoded (GString *out, const char *text)
{
  gsize size;

  for (const char *at = text; *at != '\0'; at += size)
    {
      g_autofree char *word = NULL;

      size = word_size (at);
      word = g_base64_encode ((const guchar *) at, size);
      g_string_append_printf (out, "%s=?UTF-8?B?%s?=", at == text ? "" : "\r\n ", word);
    }
}

/* Plain text, folded at spaces where it would be long. */
static void
append_folded (GString *out, const char *text, gsize column)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      gsize length = strlen (words[i]);

      if (i > 0 && column + 1 + length > LINE_LENGTH && length > 0)
        {
          g_string_append (out, "\r\n");
          column = 0;
        }
      if (i > 0)
        g_string_append_c (out, ' ');
      g_string_append (out, words[i]);
      column += length + 1;
    }
}

/* Folding a word longer than any line would break RFC 5322's 998: such text travels encoded. */
static gboolean
has_long_word (const char *text)
{
  gsize run = 0;

  for (; *text != '\0'; text++)
    {
      run = *text == ' ' ? 0 : run + 1;
      if (run > LINE_LENGTH)
        return TRUE;
    }
  return FALSE;
}

static void
append_text_field (GString *out, const char *name, const char *text)
{
  g_autofree char *value = clean (text);

  g_string_append_printf (out, "%s: ", name);
  if (is_plain (value) && !has_long_word (value))
    append_folded (out, value, strlen (name) + 2);
  else
    append_encoded (out, value);
  g_string_append (out, "\r\n");
}

/* "Name <a@b>", the name as a quoted string or encoded. */
static void
append_from (GString *out, const char *mailbox)
{
  g_autofree char *address = ct_mail_address (mailbox);
  const char *open = strrchr (mailbox, '<');
  g_autofree char *raw = g_strndup (mailbox, open != NULL ? open - mailbox : 0);
  g_autofree char *name = g_strstrip (clean (raw));

  g_string_append (out, "From: ");
  if (*name != '\0' && is_plain (name) && strlen (name) <= LINE_LENGTH)
    {
      g_strdelimit (name, "\"\\", '\'');
      g_string_append_printf (out, "\"%s\" ", name);
    }
  else if (*name != '\0')
    {
      append_encoded (out, name);
      g_string_append (out, "\r\n ");
    }
  g_string_append_printf (out, "<%s>\r\n", address != NULL ? address : "");
}

static void
append_to (GString *out, const char *const *recipients)
{
  guint n = 0;

  g_string_append (out, "To: ");
  for (guint i = 0; recipients[i] != NULL; i++)
    {
      g_autofree char *address = ct_mail_address (recipients[i]);

      if (address != NULL)
        g_string_append_printf (out, "%s<%s>", n++ > 0 ? ",\r\n " : "", address);
    }
  g_string_append (out, n > 0 ? "\r\n" : "undisclosed-recipients:;\r\n");
}

/* RFC 5322 section 3.3; in English whatever the locale. */
static void
append_date (GString *out, gint64 date_ms)
{
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *const months[]
      = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (date_ms / 1000);

  g_string_append_printf (
      out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n",
      days[g_date_time_get_day_of_week (date) - 1], g_date_time_get_day_of_month (date),
      months[g_date_time_get_month (date) - 1], g_date_time_get_year (date),
      g_date_time_get_hour (date), g_date_time_get_minute (date), g_date_time_get_second (date));
}

/* RFC 2045 section 6.7. A space or tab at a line's end is encoded, lines are broken softly. */
static void
append_quoted_printable (GString *out, const char *body)
{
  gsize column = 0;

  for (const char *c = body; *c != '\0'; c++)
    {
      gboolean last = c[1] == '\n' || c[1] == '\0';
      gboolean plain
          = (*c >= '!' && *c <= '~' && *c != '=') || ((*c == ' ' || *c == '\t') && !last);

      if (*c == '\r')
        continue;
      if (*c == '\n')
        {
          g_string_append (out, "\r\n");
          column = 0;
          continue;
        }
      if (column + (plain ? 1 : 3) > LINE_LENGTH - 1)
        {
          g_string_append (out, "=\r\n");
          column = 0;
        }
      if (plain)
        g_string_append_c (out, *c);
      else
        {
          const char encoded[] = { '=', hex[(guchar) *c >> 4], hex[(guchar) *c & 15], '\0' };

          g_string_append (out, encoded);
        }
      column += plain ? 1 : 3;
    }
  if (column > 0)
    g_string_append (out, "\r\n");
}

char *
cs_mime_compose (const CsMail *mail)
{
  GString *out = g_string_new (NULL);
  g_autofree char *message_id = clean (mail->message_id); /* one word: never folded nor encoded */

  append_from (out, mail->from);
  append_to (out, mail->recipients);
  append_text_field (out, "Subject", mail->subject);
  append_date (out, mail->date_ms);
  g_string_append_printf (out, "Message-ID: %s\r\n", message_id);
  append_text_field (out, "Content-Language", mail->language);
  g_string_append (out, "MIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=UTF-8\r\n"
                        "Content-Transfer-Encoding: quoted-printable\r\n"
                        "Auto-Submitted: auto-generated\r\n"
                        "\r\n");
  append_quoted_printable (out, mail->body);
  return g_string_free (out, FALSE);
}
