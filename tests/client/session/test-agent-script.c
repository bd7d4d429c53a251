/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script of the e-agent's call: commands, what overtakes them, what a crash leaves. */
#include "agent-fixture.h"

#include <string.h>

static const char *
current_step (Fixture *f)
{
  CtScriptRun *run = cd_agent_get_run (f->agent);

  return run != NULL ? ct_script_run_current (run)->id : "none";
}

static void
start_script (Fixture *f)
{
  talk (f);
  WAIT_UNTIL (cd_agent_get_run (f->agent) != NULL);
}

static void
test_script (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  start_script (f);
  g_assert_cmpstr (current_step (f), ==, "hello");
  g_assert_true (cd_agent_script (f->agent, "go", "hello", NULL, NULL, &error));
  g_assert_cmpstr (current_step (f), ==, "name");
  g_assert_false (cd_agent_script (f->agent, "go", "name", NULL, NULL, &error)); /* required */
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_true (cd_agent_script (f->agent, "answer", "name", "Zoe", NULL, &error));
  g_assert_true (cd_agent_script (f->agent, "go", "name", NULL, NULL, &error));
  g_assert_cmpstr (current_step (f), ==, "bye");
  /* The server's answers come with its ticket; its older numbers do not move us back. */
  set_script_state (
      f, "POST", 3, "bye",
      ",\"ticket\":\"0427-00118\",\"passed\":[\"hello\",\"name\"],\"answers\":"
      "[{\"step\":\"name\",\"value\":\"Zoe\",\"origin\":\"typed\",\"confirmed\":true}]");
  WAIT_UNTIL (cd_journal_get_waiting (f->journal) == 0);
  g_assert_cmpstr (current_step (f), ==, "bye");
  g_assert_cmpuint (count_asked (f, "POST " SCRIPT_PATH), ==, 3);
  g_assert_cmpstr (ct_script_run_fact (cd_agent_get_run (f->agent), "ticket"), ==, "0427-00118");
}

static void
test_script_refused (Fixture *f, gconstpointer data)
{
  start_script (f);
  desk_server_set (f->server, "POST", SCRIPT_PATH, 409, "{\"code\":\"state\",\"status\":409}");
  g_assert_true (cd_agent_script (f->agent, "go", "hello", NULL, NULL, NULL));
  WAIT_UNTIL (f->problems->len > 0 && strcmp (current_step (f), "hello") == 0);
  g_assert_cmpstr (f->problems->str, ==, "script:state ");
}

/* The desk crashes in the middle of a cut; what was typed is there again and goes out later. */
static void
test_crash (Fixture *f, gconstpointer data)
{
  start_script (f);
  f->server->status = 503;
  g_assert_true (cd_agent_script (f->agent, "go", "hello", NULL, NULL, NULL));
  g_assert_true (cd_agent_script (f->agent, "answer", "name", "Zoe", NULL, NULL));
  WAIT_UNTIL (has_asked (f, "POST " SCRIPT_PATH));
  g_clear_object (&f->agent);
  make_agent (f);
  g_assert_cmpstr (CALL_STATE (f), ==, "talking");
  g_assert_cmpstr (current_step (f), ==, "name");
  g_assert_cmpstr (ct_script_run_answer (cd_agent_get_run (f->agent), "name")->value, ==, "Zoe");
  g_assert_true (cd_agent_script (f->agent, "go", "name", NULL, NULL, NULL));
  f->server->status = 0;
  set_script_state (
      f, "POST", 3, "bye",
      ",\"passed\":[\"hello\",\"name\"],\"answers\":"
      "[{\"step\":\"name\",\"value\":\"Zoe\",\"origin\":\"typed\",\"confirmed\":true}]");
  WAIT_UNTIL (cd_journal_get_waiting (f->journal) == 0);
  g_assert_cmpstr (current_step (f), ==, "bye");
}

/* What a crash left of a call that is over meanwhile goes from the disk too, with the secrets in it. */
static void
test_crash_over (Fixture *f, gconstpointer data)
{
  start_script (f);
  g_clear_object (&f->agent);
  desk_server_set (f->server, "GET", "/api/v1/me/call", 204, NULL);
  make_agent (f);
  g_assert_cmpstr (CALL_STATE (f), ==, "talking");
  WAIT_FOR_STATE (f, "none");
  g_assert_null (cd_journal_load_snapshot (f->journal, "call", NULL));
}

/* A server that is busy for a moment is asked again; no reset is needed for it. */
static void
test_busy (Fixture *f, gconstpointer data)
{
  static const char *const paths[]
      = { "/api/v1/me/call", SCRIPT_PATH, "/api/v1/scripts/versions/000000000002A" };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    desk_server_set (f->server, "GET", paths[i], 503, NULL);
  send_call (f, "talking", ANSWERED);
  WAIT_FOR_STATE (f, "talking");
  WAIT_UNTIL (has_asked (f, "GET /api/v1/me/call") && has_asked (f, "GET " SCRIPT_PATH)
              && has_asked (f, "GET /api/v1/scripts/versions"));
  set_call (f, "talking", ANSWERED ",\"ticket\":\"0427-1\"");
  set_script_state (f, "GET", 0, "hello", "");
  desk_server_set (f->server, "GET", "/api/v1/scripts/versions/000000000002A", 200, document);
  WAIT_UNTIL (cd_agent_get_run (f->agent) != NULL && cd_agent_get_call (f->agent)->ticket != NULL);
}

/* The state of the script was asked for before a command, and comes after the command's own answer. */
static void
test_script_overtaken (Fixture *f, gconstpointer data)
{
  start_script (f);
  f->server->slow = SCRIPT_PATH;
  g_signal_emit_by_name (f->session, "reset");
  WAIT_UNTIL (f->server->held != NULL);
  f->server->slow = NULL;
  set_script_state (f, "GET", 1, "name", ",\"passed\":[\"hello\"]");
  set_script_state (f, "POST", 1, "name", ",\"passed\":[\"hello\"]");
  g_assert_true (cd_agent_script (f->agent, "go", "hello", NULL, NULL, NULL));
  WAIT_UNTIL (cd_journal_get_waiting (f->journal) == 0);
  desk_server_release (f->server);
  WAIT_UNTIL (count_asked (f, "GET " SCRIPT_PATH) == 3);
  g_assert_cmpstr (current_step (f), ==, "name");
}

/* One call ends and the next begins while the first one's script is still being asked for. */
static void
test_script_of_next (Fixture *f, gconstpointer data)
{
  g_autofree char *first = call_json ("offered", "");
  g_autofree char *next = call_json ("talking", ANSWERED);

  memcpy (strstr (next, CALL_ID), "000000000009A", 13);
  desk_server_set (f->server, "GET", "/api/v1/calls/000000000009A/script", 200,
                   "{\"call\":\"000000000009A\",\"version\":\"000000000002A\",\"number\":0,"
                   "\"step\":\"hello\",\"complete\":false}");
  f->server->slow = SCRIPT_PATH;
  send_call (f, "talking", ANSWERED);
  WAIT_UNTIL (f->server->held != NULL);
  f->server->slow = NULL;
  desk_server_set (f->server, "GET", "/api/v1/me/call", 200, next);
  desk_server_event (f->server, "call", "user:" ME, next);
  WAIT_UNTIL (count_asked (f, "GET /api/v1/me/call") >= 3);
  desk_server_release (f->server);
  WAIT_UNTIL (cd_agent_get_run (f->agent) != NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/agent/script", test_script);
  ADD ("/agent/script-refused", test_script_refused);
  ADD ("/agent/crash", test_crash);
  ADD ("/agent/crash/over", test_crash_over);
  ADD ("/agent/busy", test_busy);
  ADD ("/agent/script-overtaken", test_script_overtaken);
  ADD ("/agent/script-of-next", test_script_of_next);
  return g_test_run ();
}
