/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "session"

#include "client/session/problem.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

G_DEFINE_BOXED_TYPE (CdProblem, cd_problem, ct_problem_copy, ct_problem_free)

static const char *
code_of_error (const GError *error)
{
  if (error->domain == G_TLS_ERROR)
    return "untrusted";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return "cancelled";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return "timeout";
  if (error->domain == CT_ERROR)
    return "protocol";
  return "offline";
}

CdProblem *
cd_problem_new_from_error (const GError *error)
{
  return ct_problem_new (0, code_of_error (error), "%s", error->message);
}

gboolean
cd_problem_is_passing (const CdProblem *problem)
{
  switch (problem->status)
    {
    case 0:
    case 408: /* it did not come whole in time */
    case 425: /* too early */
    case 429: /* too often */
      return TRUE;
    case 409:
      /* The server still works on the same command, whose line broke. */
      return g_strcmp0 (problem->code, "key-in-use") == 0;
    default:
      return problem->status >= 500;
    }
}

/* The codes that an e-agent or a company owner may meet, and what to say to them. */
static const struct {
  const char *code;
  const char *text;
} texts[] = {
  { "offline", N_ ("The server cannot be reached. Check the network.") },
  { "timeout", N_ ("The server does not answer. Try again in a moment.") },
  { "untrusted", N_ ("The server's certificate is not trusted, so nothing was sent.") },
  { "cancelled", N_ ("It was cancelled.") },
  { "protocol", N_ ("The server answered something this version does not understand.") },
  { "sign-in-refused", N_ ("Domain, user or password is not right.") },
  { "too-many-tries", N_ ("Too many tries. Wait a minute, then try again.") },
  { "unauthentic", N_ ("You have been signed out. Sign in again.") },
  { "denied", N_ ("You may not do this.") },
  { "not-found", N_ ("It is no longer there.") },
  { "version-differs", N_ ("Somebody changed it in the meantime.") },
  { "not-a-sound", N_ ("This is not a sound that can be used: WAV, Opus and MP3 are.") },
  { "sound-not-readable", N_ ("This is not a sound that can be used: WAV, Opus and MP3 are.") },
  { "sound-too-long", N_ ("The sound is too long: ten minutes at most.") },
  { "too-big", N_ ("The file is too big.") },
  { "conflict", N_ ("Somebody changed it in the meantime.") },
  { "state", N_ ("This is not possible now.") },
  { "limit", N_ ("This is too much at once.") },
  { "credit", N_ ("The company's credit does not allow it.") },
  { "busy", N_ ("The server is busy. Try again in a moment.") },
  { "invalid", N_ ("The server did not accept it.") },
};

const char *
cd_problem_text (const CdProblem *problem)
{
  const char *fallback = ct_error_code_name (ct_problem_error_code (problem));

  for (guint turn = 0; turn < 2; turn++)
    {
      const char *code = turn == 0 ? problem->code : fallback;

      for (gsize i = 0; code != NULL && i < G_N_ELEMENTS (texts); i++)
        if (strcmp (texts[i].code, code) == 0)
          return g_dgettext (GETTEXT_PACKAGE, texts[i].text);
    }
  return g_dgettext (GETTEXT_PACKAGE, N_ ("The server could not do it."));
}
