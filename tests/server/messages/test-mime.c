/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mail keeps to RFC 5322, 2045 and 2047 whatever stands in its fields. */
#include "server/messages/mime.h"

#include <string.h>

#define NOON G_GINT64_CONSTANT (1795262400000) /* 2026-11-21T12:00:00Z */

static char *
compose (const char *from, const char *to, const char *subject, const char *body)
{
  const char *const recipients[] = { to, NULL };
  const CsMail mail = { from, recipients, subject, body, "nl", "<1@host.test>", NOON };

  return cs_mime_compose (&mail);
}

/* Every line ends with CRLF, is short, and the head is ASCII. */
static void
assert_sound (const char *mail)
{
  g_auto (GStrv) lines = g_strsplit (mail, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_assert_null (strpbrk (lines[i], "\r\n"));
      g_assert_cmpuint (strlen (lines[i]), <=, 78);
      for (const char *c = lines[i]; *c != '\0'; c++)
        g_assert_true (g_ascii_isprint (*c) || *c == '\t');
    }
  g_assert_true (g_str_has_suffix (mail, "\r\n"));
}

static void
test_plain (void)
{
  g_autofree char *mail = compose ("Centrale <calls@north.example>", "bakery@example.org",
                                   "[0427-00118] Call", "Name: Jan\n\n.\nBye\n");

  assert_sound (mail);
  g_assert_cmpstr (mail, ==,
                   "From: \"Centrale\" <calls@north.example>\r\n"
                   "To: <bakery@example.org>\r\n"
                   "Subject: [0427-00118] Call\r\n"
                   "Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
                   "Message-ID: <1@host.test>\r\n"
                   "Content-Language: nl\r\n"
                   "MIME-Version: 1.0\r\n"
                   "Content-Type: text/plain; charset=UTF-8\r\n"
                   "Content-Transfer-Encoding: quoted-printable\r\n"
                   "Auto-Submitted: auto-generated\r\n"
                   "\r\n"
                   "Name: Jan\r\n\r\n.\r\nBye\r\n");
}

static void
test_encoded (void)
{
  g_autofree char *mail = compose (
      "Café Überall <calls@north.example>", "bakery@example.org",
      "Een heel erg lang onderwerp met één é en nog een é, zodat er meer dan één woord nodig is 🍞",
      "Prijs: 3 € = duur \nregel met tab\t\n"
      "een hele lange regel die gebroken moet worden omdat hij langer is dan zesenzeventig tekens");

  assert_sound (mail);
  g_assert_nonnull (strstr (mail, "From: =?UTF-8?B?Q2Fmw6kgw5xiZXJhbGw=?=\r\n <calls@north"));
  g_assert_nonnull (strstr (mail, "?=\r\n =?UTF-8?B?"));
  g_assert_nonnull (strstr (mail, "Prijs: 3 =E2=82=AC =3D duur=20\r\nregel met tab=09\r\n"));
  g_assert_nonnull (strstr (mail, "=\r\n"));
}

/* What a caller says cannot become a header. */
static void
test_injection (void)
{
  g_autofree char *mail
      = compose ("Evil\r\nBcc: x@example.org <calls@north.example>", "a@example.org",
                 "Hello\r\nBcc: victim@example.org\r\n\r\nbody", "From here\n");
  g_autofree char *odd = compose ("calls@north.example", "a@example.org>\r\nBcc: <b@example.org",
                                  "=?UTF-8?B?not?=", "\xff\xfe invalid");

  assert_sound (mail);
  g_assert_null (strstr (mail, "\r\nBcc"));
  assert_sound (odd);
  g_assert_null (strstr (odd, "\r\nBcc"));
  g_assert_nonnull (strstr (odd, "Subject: =?UTF-8?B?PT9VVEYtOD9CP25vdD89?="));
}

static void
test_long_word (void)
{
  g_autofree char *word = g_strnfill (3000, 'x');
  g_autofree char *mail = compose ("calls@north.example", "a@example.org", word, word);

  assert_sound (mail);
}

/* An identifier is found again by its letters: it is never encoded, however long our host's name. */
static void
test_long_id (void)
{
  g_autofree char *host = g_strnfill (63, 'h');
  g_autofree char *id = g_strdup_printf ("<0123456789abcd@%s.example.org>", host);
  g_autofree char *field = g_strdup_printf ("\r\nMessage-ID: %s\r\n", id);
  const char *const recipients[] = { "a@example.org", NULL };
  const CsMail long_one = { "calls@north.example", recipients, "Hello", "Body", "nl", id, NOON };
  g_autofree char *mail = cs_mime_compose (&long_one);

  g_assert_nonnull (strstr (mail, field));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mime/plain", test_plain);
  g_test_add_func ("/mime/encoded", test_encoded);
  g_test_add_func ("/mime/injection", test_injection);
  g_test_add_func ("/mime/long-word", test_long_word);
  g_test_add_func ("/mime/long-id", test_long_id);
  return g_test_run ();
}
