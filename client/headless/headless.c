/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the options to the exit code: sign in, start the agent, run until it is done or told to stop. */
#define G_LOG_DOMAIN "headless"

#include "client/headless/headless.h"

#include "client/headless/options.h"
#include "client/headless/robot.h"
#include "client/phone/sofia/sofia-phone.h"
#include "client/session/keyring.h"

#include <glib-unix.h>
#include <gst/gst.h>
#include <signal.h>

#define GOODBYE_SECONDS 3

typedef struct {
  CdOptions options;
  GMainLoop *loop;
  CtClock *clock;
  CdSession *session;
  CdPhone *phone;
  CdJournal *journal;
  CdAgent *agent;
  CdRobot *robot;
  guint timeout;
  gboolean gone; /* the server has heard the goodbye, or takes too long */
  int status;
} Program;

static void
quit (int status, gpointer data)
{
  Program *program = data;

  program->status = status;
  g_main_loop_quit (program->loop);
}

static gboolean
on_timeout (gpointer data)
{
  Program *program = data;

  program->timeout = 0;
  cd_robot_print ("timeout", NULL);
  quit (CD_HEADLESS_TIMEOUT, data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_signal (gpointer data)
{
  quit (CD_HEADLESS_GOOD, data);
  return G_SOURCE_CONTINUE;
}

static CdPhone *
make_phone (const CdOptions *options)
{
  g_autoptr (CdAudioPolicy) policy = NULL;

  if (options->tone < 0 && options->sink == NULL)
    return cd_sofia_phone_new ();
  policy = cd_audio_policy_new (CD_AUDIO_TEST, MAX (options->tone, 0), options->sink);
  return cd_sofia_phone_new_with_policy (policy);
}

/* Signed in: work begins. */
static void
begin (Program *program)
{
  const CtSession *user = cd_session_get_user (program->session);

  cd_robot_print ("signed-in", "user", user->user_name, "name", user->name, NULL);
  program->agent = cd_agent_new (program->session, program->phone, program->journal);
  program->robot = cd_robot_new (&program->options, program->agent, quit, program);
  cd_agent_start (program->agent);
  cd_agent_set_presence (program->agent, "available", NULL);
}

static void
on_signed_in (GObject *session, GAsyncResult *result, gpointer data)
{
  Program *program = data;
  g_autoptr (CdProblem) problem = NULL;

  if (cd_session_sign_in_finish (CD_SESSION (session), result, &problem, NULL))
    begin (program);
  else
    {
      cd_robot_print ("sign-in-failed", "code", problem->code, "detail", problem->detail, NULL);
      quit (CD_HEADLESS_SIGN_IN, program);
    }
}

static void
sign_in (Program *program)
{
  const CdOptions *options = &program->options;

  cd_session_sign_in_async (program->session, options->domain, options->user, options->password,
                            NULL, on_signed_in, program);
}

static void
on_key (GObject *source, GAsyncResult *result, gpointer data)
{
  Program *program = data;
  g_autoptr (GError) error = NULL;
  guint8 key[CD_KEY_SIZE];

  if (cd_keyring_load_finish (NULL, result, key, &error))
    program->journal = cd_journal_new (program->options.journal, key, program->clock, &error);
  if (program->journal != NULL)
    sign_in (program);
  else
    {
      g_printerr ("centrale-agent: %s\n", error->message);
      quit (CD_HEADLESS_USAGE, program);
    }
}

static void
open_journal (Program *program)
{
  g_autofree char *folder = g_path_get_dirname (program->options.journal);
  g_autoptr (CdKeyring) keyring = cd_keyring_new_file (folder);

  cd_keyring_load_async (keyring, program->options.journal, NULL, on_key, program);
}

static void
on_goodbye (GObject *session, GAsyncResult *result, gpointer data)
{
  ((Program *) data)->gone = TRUE;
}

static gboolean
on_goodbye_late (gpointer data)
{
  ((Program *) data)->gone = TRUE;
  return G_SOURCE_CONTINUE; /* removed by end() */
}

/* Says goodbye, a few seconds at most. */
static void
end (Program *program)
{
  guint late;

  g_clear_pointer (&program->robot, cd_robot_free);
  if (program->agent != NULL)
    cd_agent_stop (program->agent);
  cd_sofia_phone_shut_down (CD_SOFIA_PHONE (program->phone));
  if (!cd_session_is_signed_in (program->session))
    return;
  late = g_timeout_add_seconds (GOODBYE_SECONDS, on_goodbye_late, program);
  cd_session_sign_out_async (program->session, NULL, on_goodbye, program);
  while (!program->gone)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (late);
}

static void
program_clear (Program *program)
{
  g_clear_object (&program->agent);
  g_clear_object (&program->journal);
  g_clear_object (&program->phone);
  g_clear_object (&program->session);
  g_clear_pointer (&program->clock, ct_clock_unref);
  g_clear_pointer (&program->loop, g_main_loop_unref);
  cd_options_clear (&program->options);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Program, program_clear)

static void
run (Program *program)
{
  guint signals[] = { g_unix_signal_add (SIGINT, on_signal, program),
                      g_unix_signal_add (SIGTERM, on_signal, program) };

  if (program->options.timeout > 0)
    program->timeout
        = g_timeout_add_seconds ((guint) program->options.timeout, on_timeout, program);
  program->phone = make_phone (&program->options);
  if (program->options.journal != NULL)
    open_journal (program);
  else
    sign_in (program);
  g_main_loop_run (program->loop);
  end (program);
  g_clear_handle_id (&program->timeout, g_source_remove);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (signals[i]);
}

int
cd_headless_run (int argc, char **argv)
{
  g_auto (Program) program = { 0 };
  g_autoptr (GError) error = NULL;

  if (!cd_options_parse (&program.options, &argc, &argv, &error))
    {
      g_printerr ("centrale-agent: %s\n", error->message);
      return CD_HEADLESS_USAGE;
    }
  if (program.options.log)
    g_setenv ("G_MESSAGES_DEBUG", "agent headless journal phone session", FALSE);
  /* Standard output is for the events. */
  g_log_writer_default_set_use_stderr (TRUE);
  gst_init (&argc, &argv);
  program.loop = g_main_loop_new (NULL, FALSE);
  program.clock = ct_clock_new ();
  program.session
      = cd_session_new (program.options.server, program.options.ca_file, program.clock, &error);
  if (program.session == NULL)
    {
      g_printerr ("centrale-agent: %s\n", error->message);
      return CD_HEADLESS_USAGE;
    }
  run (&program);
  cd_robot_print ("bye", NULL);
  return program.status;
}
