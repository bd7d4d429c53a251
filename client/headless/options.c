/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "headless"

#include "client/headless/options.h"

#include "common/base/error.h"

#include <string.h>

static gboolean
read_password (CdOptions *options, const char *path, GError **error)
{
  if (path == NULL)
    return ct_fail (error, CT_ERROR_INVALID, "--password-file is missing");
  if (!g_file_get_contents (path, &options->password, NULL, error))
    return FALSE;
  g_strchomp (options->password);
  return TRUE;
}

static gboolean
check (CdOptions *options, const char *script, GError **error)
{
  const struct {
    const char *name, *value;
  } needed[] = { { "--server", options->server },
                 { "--domain", options->domain },
                 { "--user", options->user } };

  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    if (needed[i].value == NULL)
      return ct_fail (error, CT_ERROR_INVALID, "%s is missing", needed[i].name);
  if (script != NULL && strcmp (script, "auto") != 0 && strcmp (script, "none") != 0)
    return ct_fail (error, CT_ERROR_INVALID, "--script is auto or none");
  for (char **answer = options->answers; answer != NULL && *answer != NULL; answer++)
    if (strchr (*answer, '=') == NULL)
      return ct_fail (error, CT_ERROR_INVALID, "--answer is STEP=VALUE");
  options->walk = g_strcmp0 (script, "none") != 0;
  return TRUE;
}

gboolean
cd_options_parse (CdOptions *options, int *argc, char ***argv, GError **error)
{
  g_autofree char *password_file = NULL;
  g_autofree char *script = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new ("- an e-agent without a window");
  const GOptionEntry entries[] = {
    { "server", 0, 0, G_OPTION_ARG_STRING, &options->server, "Where the server is", "URL" },
    { "ca", 0, 0, G_OPTION_ARG_FILENAME, &options->ca_file, "Trust this authority only", "FILE" },
    { "domain", 0, 0, G_OPTION_ARG_STRING, &options->domain, "Domain of the call centre", "NAME" },
    { "user", 0, 0, G_OPTION_ARG_STRING, &options->user, "Who signs in", "NAME" },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &password_file, "His password", "FILE" },
    { "journal", 0, 0, G_OPTION_ARG_FILENAME, &options->journal,
      "Keep what is not sent yet here (key beside it)", "FILE" },
    { "answer-after", 0, 0, G_OPTION_ARG_DOUBLE, &options->answer_after,
      "Seconds that the phone rings (0)", "SECONDS" },
    { "talk", 0, 0, G_OPTION_ARG_DOUBLE, &options->talk,
      "Hang up after so long (until the caller ends)", "SECONDS" },
    { "hold", 0, 0, G_OPTION_ARG_DOUBLE, &options->hold, "Hold the caller for so long (not)",
      "SECONDS" },
    { "script", 0, 0, G_OPTION_ARG_STRING, &script, "Walk the script: auto (default) or none",
      "HOW" },
    { "answer", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->answers, "What to answer in a step",
      "STEP=VALUE" },
    { "disposition", 0, 0, G_OPTION_ARG_STRING, &options->disposition,
      "How to close calls (what the script suggests)", "CODE" },
    { "note", 0, 0, G_OPTION_ARG_STRING, &options->note, "Note of each call", "TEXT" },
    { "calls", 0, 0, G_OPTION_ARG_INT, &options->calls, "Quit after so many (never)", "N" },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options->timeout, "Give up after so long (never)",
      "SECONDS" },
    { "tone", 0, 0, G_OPTION_ARG_DOUBLE, &options->tone,
      "Say this tone instead of using a sound device; 0: silence", "HZ" },
    { "sink", 0, 0, G_OPTION_ARG_FILENAME, &options->sink, "Write what is heard into a WAV file",
      "FILE" },
    { "log", 0, 0, G_OPTION_ARG_NONE, &options->log, "Log to standard error", NULL },
    { NULL },
  };

  options->talk = options->hold = options->tone = -1;
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error) && check (options, script, error)
         && read_password (options, password_file, error);
}

void
cd_options_clear (CdOptions *options)
{
  g_free (options->server);
  g_free (options->ca_file);
  g_free (options->domain);
  g_free (options->user);
  g_free (options->password);
  g_free (options->journal);
  g_strfreev (options->answers);
  g_free (options->disposition);
  g_free (options->note);
  g_free (options->sink);
  memset (options, 0, sizeof *options);
}

const char *
cd_options_get_answer (const CdOptions *options, const char *step)
{
  gsize length = strlen (step);

  for (char **answer = options->answers; answer != NULL && *answer != NULL; answer++)
    if (strncmp (*answer, step, length) == 0 && (*answer)[length] == '=')
      return *answer + length + 1;
  return NULL;
}
