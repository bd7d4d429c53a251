/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The e-agent's work on a fake phone, a scripted server and a clock that the test moves. */
#include "client/phone/fake/fake-phone.h"
#include "client/session/agent.h"
#include "desk-server.h"

#include <string.h>

#define NOON G_GINT64_CONSTANT (1795262400000) /* 2026-11-21T12:00:00Z */
#define ME "000000000000A"
#define CALL_ID "000000000001A"
#define SCRIPT_PATH "/api/v1/calls/" CALL_ID "/script"

static const guint8 key[32] = "0123456789abcdef0123456789abcde";

typedef struct {
  DeskServer *server;
  CtClock *clock;
  CdSession *session;
  CdPhone *phone;
  CdJournal *journal;
  CdAgent *agent;
  GString *problems;
  gboolean signed_in;
} Fixture;

static const char document[]
    = "{\"id\":\"000000000002A\",\"script\":\"000000000002B\",\"name\":\"Orders\",\"version\":3,"
      "\"company\":\"000000000000B\",\"body\":{\"languages\":[\"en\"],\"difficulty\":1,"
      "\"start\":\"hello\",\"dispositions\":[{\"code\":\"order\",\"label\":{\"en\":\"Order\"}}],"
      "\"steps\":{"
      "\"hello\":{\"kind\":\"say\",\"say\":{\"en\":\"Hello\"},\"next\":\"name\"},"
      "\"name\":{\"kind\":\"ask\",\"ask\":\"text\",\"required\":true,"
      "\"say\":{\"en\":\"Name?\"},\"next\":\"bye\"},"
      "\"bye\":{\"kind\":\"end\",\"say\":{\"en\":\"Bye\"},\"disposition\":\"order\"}}}}";

static char *
call_json (const char *state, const char *more)
{
  return g_strdup_printf ("{\"id\":\"" CALL_ID "\",\"state\":\"%s\",\"company\":\"000000000000B\","
                          "\"company_name\":\"Jansen\",\"language\":\"nl\",\"rate\":20000,"
                          "\"agent\":\"" ME "\",\"script_version\":\"000000000002A\","
                          "\"started\":\"2026-11-21T11:59:00.000Z\"%s}",
                          state, more);
}

static void
set_call (Fixture *f, const char *state, const char *more)
{
  g_autofree char *json = call_json (state, more);

  desk_server_set (f->server, "GET", "/api/v1/me/call", 200, json);
}

static void
send_call (Fixture *f, const char *state, const char *more)
{
  g_autofree char *json = call_json (state, more);

  desk_server_event (f->server, "call", "user:" ME, json);
}

static void
set_presence (Fixture *f, const char *method, const char *state, const char *more)
{
  g_autofree char *json
      = g_strdup_printf ("{\"user\":\"" ME "\",\"state\":\"%s\",\"registered\":true,"
                         "\"since\":\"2026-11-21T11:00:00.000Z\"%s}",
                         state, more);

  if (method != NULL)
    desk_server_set (f->server, method, "/api/v1/me/presence", 200, json);
  else
    desk_server_event (f->server, "presence", "user:" ME, json);
}

static void
set_script_state (Fixture *f, const char *method, gint64 number, const char *step, const char *more)
{
  g_autofree char *json = g_strdup_printf (
      "{\"call\":\"" CALL_ID "\",\"version\":\"000000000002A\",\"number\":%d,\"step\":\"%s\","
      "\"complete\":false%s}",
      (int) number, step, more);

  desk_server_set (f->server, method, SCRIPT_PATH, 200, json);
}

static void
on_problem (CdAgent *agent, const CdProblem *problem, const char *doing, Fixture *f)
{
  g_string_append_printf (f->problems, "%s:%s ", doing, problem->code);
}

static void
on_signed_in (GObject *session, GAsyncResult *result, gpointer data)
{
  ((Fixture *) data)->signed_in
      = cd_session_sign_in_finish (CD_SESSION (session), result, NULL, NULL);
}

static void
make_agent (Fixture *f)
{
  f->agent = cd_agent_new (f->session, f->phone, f->journal);
  g_signal_connect (f->agent, "problem", G_CALLBACK (on_problem), f);
  cd_agent_start (f->agent);
}

static gboolean
has_asked (Fixture *f, const char *what)
{
  for (guint i = 0; i < f->server->asked->len; i++)
    if (g_str_has_prefix (f->server->asked->pdata[i], what))
      return TRUE;
  return FALSE;
}

static guint
count_asked (Fixture *f, const char *what)
{
  guint count = 0;

  for (guint i = 0; i < f->server->asked->len; i++)
    count += g_str_has_prefix (f->server->asked->pdata[i], what);
  return count;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->server = desk_server_new (NULL);
  f->clock = ct_clock_new_manual (NOON);
  f->session = cd_session_new (f->server->url, NULL, f->clock, NULL);
  f->phone = cd_fake_phone_new ();
  f->journal = cd_journal_new (":memory:", key, f->clock, NULL);
  f->problems = g_string_new (NULL);
  desk_server_set (f->server, "POST", "/api/v1/me/device", 201,
                   "{\"sip_user\":\"zoe\",\"secret\":\"s\",\"realm\":\"calls.example\","
                   "\"host\":\"127.0.0.1\",\"port\":5060,\"transport\":\"udp\","
                   "\"expires_seconds\":120}");
  desk_server_set (f->server, "GET", "/api/v1/me/call", 204, NULL);
  desk_server_set (f->server, "GET", "/api/v1/scripts/versions/000000000002A", 200, document);
  desk_server_set (f->server, "POST", "/api/v1/calls/" CALL_ID "/finish", 204, NULL);
  desk_server_set (f->server, "GET", "/api/v1/me/presence", 200,
                   "{\"user\":\"" ME "\",\"state\":\"offline\",\"registered\":false,"
                   "\"since\":\"2026-11-21T11:00:00.000Z\"}");
  set_presence (f, "PUT", "available", "");
  set_script_state (f, "GET", 0, "hello", "");
  set_script_state (f, "POST", 1, "name", "");
  cd_session_sign_in_async (f->session, "calls.example", "zoe", "secret", NULL, on_signed_in, f);
  WAIT_UNTIL (f->signed_in && cd_session_get_connection (f->session) == CD_CONNECTION_ONLINE);
  make_agent (f);
  WAIT_UNTIL (cd_agent_get_presence (f->agent) != NULL && has_asked (f, "GET /api/v1/me/call"));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->agent);
  g_object_unref (f->journal);
  g_object_unref (f->phone);
  g_object_unref (f->session);
  desk_server_free (f->server);
  ct_clock_unref (f->clock);
  g_string_free (f->problems, TRUE);
}

#define CALL_STATE(f)                                                                              \
  (cd_agent_get_call ((f)->agent) != NULL ? cd_agent_get_call ((f)->agent)->state : "none")
#define WAIT_FOR_STATE(f, state) WAIT_UNTIL (strcmp (CALL_STATE (f), state) == 0)

static void
test_presence (Fixture *f, gconstpointer data)
{
  /* Available is told when the server knows the phone, and not before. */
  cd_agent_set_presence (f->agent, "available", NULL);
  set_presence (f, NULL, "offline", "");
  WAIT_UNTIL (strcmp (cd_agent_get_presence (f->agent)->state, "available") == 0);
  g_assert_cmpuint (count_asked (f, "PUT /api/v1/me/presence"), ==, 1);

  cd_agent_set_presence (f->agent, "paused", "lunch");
  WAIT_UNTIL (has_asked (f, "PUT /api/v1/me/presence {\"state\":\"paused\",\"reason\":\"lunch\"}"));
  /* A server that says both yes and no is asked three times. */
  desk_server_set (f->server, "PUT", "/api/v1/me/presence", 409,
                   "{\"code\":\"state\",\"status\":409}");
  set_presence (f, "GET", "paused", "");
  cd_agent_set_presence (f->agent, "available", NULL);
  WAIT_UNTIL (f->problems->len > 0);
  g_assert_cmpstr (f->problems->str, ==, "presence:state ");
  g_assert_cmpuint (count_asked (f, "PUT /api/v1/me/presence {\"state\":\"available\"}"), ==, 4);
}

/* An early click: the registration that the server knew was replaced by a new one that is on its way. The
 * wish is kept, nobody is bothered, and it is told when the phone is there. */
static void
test_early_click (Fixture *f, gconstpointer data)
{
  desk_server_set (f->server, "PUT", "/api/v1/me/presence", 409,
                   "{\"code\":\"state\",\"status\":409}");
  set_presence (f, NULL, "offline", ""); /* with the phone of before */
  WAIT_UNTIL (cd_agent_get_presence (f->agent)->registered);
  cd_agent_set_presence (f->agent, "available", NULL);
  WAIT_UNTIL (!cd_agent_get_presence (f->agent)->registered
              && count_asked (f, "GET /api/v1/me/presence") == 2);
  g_assert_cmpuint (count_asked (f, "PUT /api/v1/me/presence"), ==, 1);
  set_presence (f, "PUT", "available", "");
  set_presence (f, NULL, "offline", "");
  WAIT_UNTIL (strcmp (cd_agent_get_presence (f->agent)->state, "available") == 0);
  g_assert_cmpuint (f->problems->len, ==, 0);
}

/* Another desk of the same user has the phone now; this one leaves it there, and takes it back when its user
 * wants to work here. */
static void
test_taken (Fixture *f, gconstpointer data)
{
  static const char device[]
      = "{\"serial\":\"%s\",\"sip_user\":\"zoe\",\"secret\":\"s\",\"realm\":\"calls.example\","
        "\"host\":\"127.0.0.1\",\"port\":5060,\"transport\":\"udp\",\"expires_seconds\":120}";
  g_autofree char *first = g_strdup_printf (device, "000000000004A");
  g_autofree char *third = g_strdup_printf (device, "000000000004C");

  desk_server_set (f->server, "POST", "/api/v1/me/device", 201, first);
  cd_agent_stop (f->agent);
  cd_agent_start (f->agent);
  WAIT_UNTIL (count_asked (f, "POST /api/v1/me/device") == 2 && cd_phone_get_registered (f->phone));
  set_presence (f, NULL, "offline", "");
  WAIT_UNTIL (cd_agent_get_presence (f->agent)->registered);
  set_presence (f, "GET", "available", ""); /* the server knows, whenever it is asked */
  cd_agent_set_presence (f->agent, "available", NULL);
  WAIT_UNTIL (strcmp (cd_agent_get_presence (f->agent)->state, "available") == 0);
  desk_server_event (f->server, "device", "user:" ME, "{\"serial\":\"000000000004A\"}");
  desk_server_event (f->server, "device", "user:" ME, "{\"serial\":\"000000000004B\"}");
  WAIT_UNTIL (cd_agent_is_taken (f->agent));
  g_assert_false (cd_phone_get_registered (f->phone));
  /* What the other desk does is not contradicted. */
  set_presence (f, "GET", "offline", "");
  set_presence (f, NULL, "offline", "");
  WAIT_UNTIL (strcmp (cd_agent_get_presence (f->agent)->state, "offline") == 0);
  g_assert_cmpuint (count_asked (f, "PUT /api/v1/me/presence {\"state\":\"available\"}"), ==, 1);
  desk_server_set (f->server, "POST", "/api/v1/me/device", 201, third);
  set_presence (f, "GET", "available", "");
  cd_agent_set_presence (f->agent, "available", NULL);
  WAIT_UNTIL (cd_phone_get_registered (f->phone)
              && strcmp (cd_agent_get_presence (f->agent)->state, "available") == 0);
  g_assert_false (cd_agent_is_taken (f->agent));
}

/* What an event tells counts, though an answer that was made before it comes after it. */
static void
test_presence_overtaken (Fixture *f, gconstpointer data)
{
  f->server->slow = "/api/v1/me/presence";
  desk_server_cut (f->server, 1001);
  WAIT_UNTIL (f->server->held != NULL);
  f->server->slow = NULL;
  set_presence (f, NULL, "offline", "");
  WAIT_UNTIL (cd_agent_get_presence (f->agent)->registered);
  set_presence (f, "GET", "offline", "");
  desk_server_release (f->server);
  WAIT_UNTIL (count_asked (f, "GET /api/v1/me/presence") == 3);
  g_assert_true (cd_agent_get_presence (f->agent)->registered);
}

/* The server was restarted and thinks that we are offline. */
static void
test_told_again (Fixture *f, gconstpointer data)
{
  cd_agent_set_presence (f->agent, "available", NULL);
  set_presence (f, NULL, "offline", ""); /* with a phone */
  WAIT_UNTIL (strcmp (cd_agent_get_presence (f->agent)->state, "available") == 0);
  set_presence (f, NULL, "offline", "");
  WAIT_UNTIL (count_asked (f, "PUT /api/v1/me/presence") == 2);
  /* A pause that it decided stands. */
  WAIT_UNTIL (strcmp (cd_agent_get_presence (f->agent)->state, "available") == 0);
  set_presence (f, NULL, "paused", "");
  WAIT_UNTIL (strcmp (cd_agent_get_presence (f->agent)->state, "paused") == 0);
  set_presence (f, NULL, "offline", "");
  WAIT_UNTIL (count_asked (f, "PUT /api/v1/me/presence") == 3);
  g_assert_cmpstr (f->server->asked->pdata[f->server->asked->len - 1], ==,
                   "PUT /api/v1/me/presence {\"state\":\"paused\"}");
}

#define ANSWERED ",\"answered\":\"2026-11-21T11:59:50.000Z\""

static void
talk (Fixture *f)
{
  set_call (f, "talking",
            ANSWERED ",\"seconds\":10,\"cost\":200000,\"earlier\":[{\"call\":"
                     "\"0000000000001\",\"at\":\"2026-01-01T00:00:00.000Z\"}],"
                     "\"dispositions\":[{\"code\":\"order\",\"label\":\"Order\"}]");
  send_call (f, "offered", "");
  WAIT_FOR_STATE (f, "talking");
}

static void
test_call (Fixture *f, gconstpointer data)
{
  const CtCall *call;

  talk (f); /* the event says offered; what is asked for then says more */
  call = cd_agent_get_call (f->agent);
  g_assert_cmpuint (call->earlier->len, ==, 1);
  send_call (f, "held", ANSWERED);
  WAIT_FOR_STATE (f, "held");
  call = cd_agent_get_call (f->agent);
  g_assert_cmpuint (call->earlier->len, ==, 1); /* kept: the event does not tell */
  g_assert_cmpuint (call->dispositions->len, ==, 1);

  send_call (f, "ended", ANSWERED);
  WAIT_FOR_STATE (f, "ended");
  desk_server_set (f->server, "GET", "/api/v1/me/call", 204, NULL);
  cd_agent_finish (f->agent, "order", "well done", FALSE);
  g_assert_null (cd_agent_get_call (f->agent));
  WAIT_UNTIL (cd_journal_get_waiting (f->journal) == 0);
  g_assert_true (has_asked (f, "POST /api/v1/calls/" CALL_ID
                               "/finish {\"disposition\":\"order\",\"note\":\"well done\"}"));
}

/* An answer that an event has overtaken on the way does not take the call back to what it was. */
static void
test_overtaken (Fixture *f, gconstpointer data)
{
  set_call (f, "offered", "");
  f->server->slow = "/api/v1/me/call";
  send_call (f, "offered", "");
  WAIT_UNTIL (f->server->held != NULL);
  send_call (f, "talking", ANSWERED);
  WAIT_FOR_STATE (f, "talking");
  set_call (f, "talking", ANSWERED ",\"ticket\":\"0427-1\"");
  desk_server_release (f->server);
  WAIT_UNTIL (cd_agent_get_call (f->agent)->ticket != NULL);
  g_assert_cmpstr (CALL_STATE (f), ==, "talking");
  g_assert_cmpuint (count_asked (f, "GET /api/v1/me/call"), >=, 3);
}

/* Offered to us, then to another; calls of others. */
static void
test_missed (Fixture *f, gconstpointer data)
{
  g_autofree char *json = call_json ("offered", "");
  g_autofree char *other = NULL;

  set_call (f, "offered", "");
  send_call (f, "offered", "");
  WAIT_FOR_STATE (f, "offered");
  memcpy (strstr (json, ME), "000000000000z", 13);
  other = g_strdup (json);
  memcpy (strstr (other, CALL_ID), "000000000009A", 13);
  desk_server_event (f->server, "call", "tenant:000000000000t", other);
  desk_server_event (f->server, "call", "tenant:000000000000t", json);
  WAIT_FOR_STATE (f, "none");
}

static void
test_meter (Fixture *f, gconstpointer data)
{
  gint64 seconds;
  CtMoney cost;

  g_assert_false (cd_agent_get_meter (f->agent, &seconds, &cost));
  talk (f);
  g_assert_true (cd_agent_get_meter (f->agent, &seconds, &cost));
  g_assert_cmpint (seconds, ==, 10);
  desk_server_event (f->server, "meter", "user:" ME,
                     "{\"call\":\"" CALL_ID "\",\"seconds\":12,\"cost\":240000,"
                     "\"metered_at\":\"2026-11-21T12:00:00.000Z\"}");
  WAIT_UNTIL (cd_agent_get_meter (f->agent, &seconds, &cost) && seconds == 12);
  ct_clock_advance_us (f->clock, 2999999); /* completed seconds only, D2 */
  cd_agent_get_meter (f->agent, &seconds, &cost);
  g_assert_cmpint (seconds, ==, 14);
  g_assert_cmpint (cost, ==, 280000);

  send_call (f, "ended", ANSWERED ",\"seconds\":15,\"cost\":300000");
  set_presence (f, NULL, "wrap_up",
                ",\"call\":\"" CALL_ID "\",\"wrap_up_until\":\"2099-01-01T00:00:00.000Z\"");
  WAIT_UNTIL (cd_agent_get_wrap_up_left (f->agent) > 0);
  ct_clock_advance_us (f->clock, 5000000);
  cd_agent_get_meter (f->agent, &seconds, &cost);
  g_assert_cmpint (seconds, ==, 15);

  /* It ran out: the call goes, a note can still be sent. */
  set_presence (f, NULL, "available", "");
  WAIT_FOR_STATE (f, "none");
  g_assert_cmpint (cd_agent_get_wrap_up_left (f->agent), ==, -1);
  cd_agent_finish (f->agent, "order", "late", FALSE);
  WAIT_UNTIL (has_asked (f, "POST /api/v1/calls/" CALL_ID "/finish"));
}

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

static void
ring (Fixture *f)
{
  CtId id;

  WAIT_UNTIL (cd_phone_get_registered (f->phone));
  ct_id_parse (CALL_ID, &id);
  set_call (f, "offered", "");
  cd_fake_phone_ring (CD_FAKE_PHONE (f->phone), id, "Jansen", NULL);
  WAIT_FOR_STATE (f, "offered");
}

/* Before any event of the call. */
static void
test_ring_first (Fixture *f, gconstpointer data)
{
  ring (f);
  g_assert_true (cd_agent_answer (f->agent));
  g_assert_cmpint (cd_phone_get_state (f->phone), ==, CD_PHONE_TALKING);
}

static void
lose_call (Fixture *f)
{
  desk_server_set (f->server, "GET", "/api/v1/me/call", 204, NULL);
  g_signal_emit_by_name (f->session, "reset");
  WAIT_UNTIL (!cd_phone_has_call (f->phone));
  g_assert_null (cd_agent_get_call (f->agent));
}

/* The server crashed in the call: it knows nothing of it any more, and its phone never says good-bye. */
static void
test_lost (Fixture *f, gconstpointer data)
{
  CtId id;

  WAIT_UNTIL (cd_phone_get_registered (f->phone));
  ct_id_parse (CALL_ID, &id);
  cd_fake_phone_ring (CD_FAKE_PHONE (f->phone), id, "Jansen", NULL);
  g_assert_true (cd_agent_answer (f->agent));
  talk (f);
  g_assert_cmpint (cd_phone_get_state (f->phone), ==, CD_PHONE_TALKING);
  lose_call (f);
}

/* It crashed as the phone rang: nobody will ever cancel that. */
static void
test_lost_ringing (Fixture *f, gconstpointer data)
{
  ring (f);
  g_assert_cmpint (cd_phone_get_state (f->phone), ==, CD_PHONE_RINGING);
  lose_call (f);
}

static void
test_stop (Fixture *f, gconstpointer data)
{
  WAIT_UNTIL (cd_phone_get_registered (f->phone));
  cd_agent_stop (f->agent);
  g_assert_cmpint (cd_phone_get_state (f->phone), ==, CD_PHONE_OFFLINE);
  WAIT_UNTIL (has_asked (f, "PUT /api/v1/me/presence {\"state\":\"offline\"}"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/agent/presence", test_presence);
  ADD ("/agent/early-click", test_early_click);
  ADD ("/agent/taken", test_taken);
  ADD ("/agent/presence-overtaken", test_presence_overtaken);
  ADD ("/agent/told-again", test_told_again);
  ADD ("/agent/call", test_call);
  ADD ("/agent/overtaken", test_overtaken);
  ADD ("/agent/missed", test_missed);
  ADD ("/agent/meter", test_meter);
  ADD ("/agent/script", test_script);
  ADD ("/agent/script-refused", test_script_refused);
  ADD ("/agent/crash", test_crash);
  ADD ("/agent/ring-first", test_ring_first);
  ADD ("/agent/lost", test_lost);
  ADD ("/agent/lost/ringing", test_lost_ringing);
  ADD ("/agent/stop", test_stop);
  return g_test_run ();
}
