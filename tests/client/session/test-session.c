/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing in, calls, problems and events against a real HTTP server. */
#include "client/session/session.h"
#include "desk-server.h"

#include <string.h>

typedef struct {
  DeskServer *server;
  CtClock *clock;
  CdSession *session;
  GString *heard; /* signals, in order */
  /* of the last call */
  gboolean done, good;
  gpointer reply;
  CdProblem *problem;
} Fixture;

static void
on_call_changed (CdSession *session, CtCall *call, Fixture *f)
{
  g_string_append_printf (f->heard, "call:%s ", call->company_name);
}

static void
on_meter (CdSession *session, CtMeter *meter, Fixture *f)
{
  g_string_append_printf (f->heard, "meter:%d ", (int) meter->seconds);
}

static void
on_dashboard_changed (CdSession *session, const char *company, Fixture *f)
{
  g_string_append_printf (f->heard, "dashboard:%s ", company);
}

static void
on_reset (CdSession *session, Fixture *f)
{
  g_string_append (f->heard, "reset ");
}

static void
on_signed_out (CdSession *session, Fixture *f)
{
  g_string_append (f->heard, "signed-out ");
}

static void
make_session (Fixture *f, const char *ca_file)
{
  g_autoptr (GError) error = NULL;

  f->session = cd_session_new (f->server->url, ca_file, f->clock, &error);
  g_assert_no_error (error);
  g_signal_connect (f->session, "call-changed", G_CALLBACK (on_call_changed), f);
  g_signal_connect (f->session, "meter", G_CALLBACK (on_meter), f);
  g_signal_connect (f->session, "dashboard-changed", G_CALLBACK (on_dashboard_changed), f);
  g_signal_connect (f->session, "reset", G_CALLBACK (on_reset), f);
  g_signal_connect (f->session, "signed-out", G_CALLBACK (on_signed_out), f);
}

static void
set_up (Fixture *f, gconstpointer certificate)
{
  g_autofree char *path
      = certificate != NULL ? g_test_build_filename (G_TEST_DIST, certificate, NULL) : NULL;

  f->server = desk_server_new (path);
  f->clock = ct_clock_new ();
  f->heard = g_string_new (NULL);
  if (certificate == NULL)
    make_session (f, NULL);
}

static void
forget_call (Fixture *f)
{
  f->done = f->good = FALSE;
  g_clear_pointer (&f->reply, ct_record_free);
  g_clear_pointer (&f->problem, ct_problem_free);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  forget_call (f);
  g_clear_object (&f->session);
  desk_server_free (f->server);
  ct_clock_unref (f->clock);
  g_string_free (f->heard, TRUE);
}

static void
on_signed_in (GObject *session, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;

  f->good = cd_session_sign_in_finish (CD_SESSION (session), result, &f->problem, NULL);
  f->done = TRUE;
}

static void
sign_in (Fixture *f)
{
  forget_call (f);
  cd_session_sign_in_async (f->session, "calls.example", "zoe", "secret", NULL, on_signed_in, f);
  WAIT_UNTIL (f->done);
}

static void
on_called (GObject *session, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;

  f->good = cd_session_call_finish (CD_SESSION (session), result, &f->reply, &f->problem, NULL);
  f->done = TRUE;
}

static void
call (Fixture *f, const char *method, const char *path, gconstpointer request,
      const CtRecordType *type)
{
  forget_call (f);
  cd_session_call_async (f->session, method, path, request, type, NULL, on_called, f);
  WAIT_UNTIL (f->done);
}

static void
test_sign_in (Fixture *f, gconstpointer data)
{
  sign_in (f);
  g_assert_true (f->good);
  g_assert_cmpstr (cd_session_get_user (f->session)->name, ==, "Zoe");
  g_assert_null (cd_session_get_user (f->session)->token);
  g_assert_true (cd_session_has_role (f->session, "e_agent"));
  g_assert_true (cd_session_may (f->session, "answer"));
  g_assert_false (cd_session_may (f->session, "manage_money"));
  WAIT_UNTIL (cd_session_get_connection (f->session) == CD_CONNECTION_ONLINE);
  g_assert_cmpstr (f->heard->str, ==, "reset ");
  g_assert_cmpstr (f->server->hellos->pdata[0], ==, "{}");

  cd_session_sign_out_async (f->session, NULL, NULL, NULL);
  g_assert_false (cd_session_is_signed_in (f->session));
  g_assert_cmpint (cd_session_get_connection (f->session), ==, CD_CONNECTION_OFFLINE);
  WAIT_UNTIL (f->server->asked->len == 1);
  g_assert_cmpstr (f->server->asked->pdata[0], ==, "DELETE /api/v1/sessions/current");
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  desk_server_set (f->server, "POST", "/api/v1/sessions", 401,
                   "{\"code\":\"sign-in-refused\",\"status\":401}");
  sign_in (f);
  g_assert_false (f->good);
  g_assert_cmpstr (f->problem->code, ==, "sign-in-refused");
  g_assert_nonnull (strstr (cd_problem_text (f->problem), "password"));
  g_assert_cmpstr (f->heard->str, ==, "");

  soup_server_disconnect (f->server->soup);
  sign_in (f);
  g_assert_cmpstr (f->problem->code, ==, "offline");
  g_assert_true (cd_problem_is_passing (f->problem));
}

static void
test_calls (Fixture *f, gconstpointer data)
{
  g_autoptr (CtPresenceChange) change = ct_presence_change_new ();

  sign_in (f);
  change->state = g_strdup ("available");
  desk_server_set (f->server, "PUT", "/api/v1/me/presence", 200,
                   "{\"user\":\"000000000000a\",\"state\":\"available\","
                   "\"since\":\"2026-11-21T12:00:00.000Z\",\"registered\":true}");
  call (f, "PUT", "/api/v1/me/presence", change, &ct_presence_type);
  g_assert_true (f->good);
  g_assert_cmpstr (((CtPresence *) f->reply)->state, ==, "available");
  g_assert_cmpstr (f->server->asked->pdata[0], ==,
                   "PUT /api/v1/me/presence {\"state\":\"available\"}");

  desk_server_set (f->server, "GET", "/api/v1/me/call", 204, NULL);
  call (f, "GET", "/api/v1/me/call", NULL, &ct_call_type);
  g_assert_true (f->good);
  g_assert_null (f->reply);

  desk_server_set (f->server, "POST", "/api/v1/me/device", 422,
                   "{\"code\":\"too-long\",\"status\":422,\"pointer\":\"/x\","
                   "\"detail\":\"too long\"}");
  call (f, "POST", "/api/v1/me/device", NULL, &ct_device_type);
  g_assert_false (f->good);
  g_assert_cmpstr (f->problem->code, ==, "too-long");
  g_assert_cmpstr (f->problem->pointer, ==, "/x");
  g_assert_false (cd_problem_is_passing (f->problem));
  g_assert_cmpuint (strlen (f->server->keys->pdata[2]), >, 10); /* a POST has its key */

  desk_server_set (f->server, "GET", "/api/v1/me/call", 200, "{\"id\":[[[");
  call (f, "GET", "/api/v1/me/call", NULL, &ct_call_type);
  g_assert_cmpstr (f->problem->code, ==, "protocol");
  call (f, "GET", "//elsewhere.example/", NULL, NULL);
  g_assert_cmpstr (f->problem->code, ==, "protocol");

  f->server->status = 401;
  call (f, "GET", "/api/v1/me/call", NULL, &ct_call_type);
  g_assert_cmpuint (f->problem->status, ==, 401);
  g_assert_false (cd_session_is_signed_in (f->session));
  g_assert_nonnull (strstr (f->heard->str, "signed-out"));
}

static void
on_listed (GObject *session, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;
  gint64 next = 0;
  g_autoptr (GPtrArray) list
      = cd_session_list_finish (CD_SESSION (session), result, &next, NULL, NULL);

  g_assert_nonnull (list);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpint (((CtCredit *) list->pdata[1])->credit, ==, 5);
  g_assert_cmpint (next, ==, 17);
  f->done = TRUE;
}

static void
on_downloaded (GObject *session, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;
  guint64 total = 0;
  g_autoptr (GBytes) bytes
      = cd_session_download_finish (CD_SESSION (session), result, &total, NULL, NULL);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "cde", 3);
  g_assert_cmpuint (total, ==, 10);
  f->done = TRUE;
}

static void
test_lists_and_bytes (Fixture *f, gconstpointer data)
{
#define CREDIT(n)                                                                                  \
  "{\"company\":\"000000000000b\",\"credit\":" #n                                                  \
  ",\"reserved\":0,\"at\":\"2026-11-21T12:00:00.000Z\"}"
  sign_in (f);
  desk_server_set (f->server, "GET", "/api/v1/x", 200,
                   "{\"items\":[" CREDIT (4) "," CREDIT (5) "],\"next\":\"17\"}");
  f->done = FALSE;
  cd_session_list_async (f->session, "/api/v1/x?limit=2", &ct_credit_type, NULL, on_listed, f);
  WAIT_UNTIL (f->done);
  desk_server_set (f->server, "GET", "/api/v1/y", 200, "abcdefghij");
  f->done = FALSE;
  cd_session_download_async (f->session, "/api/v1/y", 2, 3, NULL, on_downloaded, f);
  WAIT_UNTIL (f->done);
}

#define CALL                                                                                       \
  "{\"id\":\"000000000001a\",\"state\":\"offered\",\"company\":\"000000000000b\","                 \
  "\"company_name\":\"Jansen\",\"language\":\"nl\",\"started\":\"2026-11-21T12:00:00.000Z\"}"
#define METER(n)                                                                                   \
  "{\"call\":\"000000000001a\",\"seconds\":" #n                                                    \
  ",\"cost\":1,\"metered_at\":\"2026-11-21T12:00:00.000Z\"}"

static void
test_events (Fixture *f, gconstpointer data)
{
  sign_in (f);
  WAIT_UNTIL (f->heard->len > 0);
  desk_server_event (f->server, "call", "user:000000000000a", CALL);
  desk_server_event (f->server, "meter", "user:000000000000a", METER (7));
  desk_server_event (f->server, "meter", "user:000000000000a", "{\"seconds\":\"many\"}");
  desk_server_event (f->server, "news", "tenant:000000000000c", "null");
  desk_server_event (f->server, "dashboard", "company:000000000000b", "{}");
  WAIT_UNTIL (strstr (f->heard->str, "dashboard") != NULL);
  g_assert_cmpstr (f->heard->str, ==, "reset call:Jansen meter:7 dashboard:000000000000b ");

  /* A cut: we say where we were, and go on from there. */
  g_string_truncate (f->heard, 0);
  f->server->greeting = "resumed";
  desk_server_cut (f->server, SOUP_WEBSOCKET_CLOSE_GOING_AWAY);
  WAIT_UNTIL (cd_session_get_connection (f->session) == CD_CONNECTION_RECONNECTING);
  WAIT_UNTIL (cd_session_get_connection (f->session) == CD_CONNECTION_ONLINE);
  g_assert_cmpstr (f->server->hellos->pdata[1], ==, "{\"resume\":{\"epoch\":\"e1\",\"number\":5}}");
  f->server->number = 4; /* one that we have seen comes again */
  desk_server_event (f->server, "meter", "user:000000000000a", METER (7));
  desk_server_event (f->server, "meter", "user:000000000000a", METER (8));
  WAIT_UNTIL (f->heard->len > 0);
  g_assert_cmpstr (f->heard->str, ==, "meter:8 ");

  desk_server_cut (f->server, 4401);
  WAIT_UNTIL (!cd_session_is_signed_in (f->session));
}

/* A broken or hostile server: what is no event ends the line, or is passed over; never the desk. */
static void
test_bad_events (Fixture *f, gconstpointer data)
{
  static const char *const bad[]
      = { "{\"type\":5}",
          "{\"type\":\"call\",\"topic\":7,\"epoch\":[],\"number\":\"x\",\"body\":4}",
          "{\"type\":\"dashboard\",\"topic\":{},\"number\":null}",
          "{\"type\":null,\"topic\":null}",
          "[]",
          "7" };

  sign_in (f);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      WAIT_UNTIL (cd_session_get_connection (f->session) == CD_CONNECTION_ONLINE);
      g_string_truncate (f->heard, 0);
      soup_websocket_connection_send_text (f->server->socket, bad[i]);
      f->server->number = 100 + (guint) i * 10; /* what has no number may have taken any */
      desk_server_event (f->server, "meter", "user:000000000000a", METER (9));
      WAIT_UNTIL (f->heard->len > 0);
    }
}

static void
on_idle_called (GObject *session, GAsyncResult *result, gpointer data)
{
  cd_session_call_finish (CD_SESSION (session), result, NULL, NULL, NULL);
  *(gboolean *) data = TRUE;
}

/* The answer to a request of the session before says nothing of this one. */
static void
test_late_refusal (Fixture *f, gconstpointer data)
{
  gboolean answered = FALSE;

  sign_in (f);
  desk_server_set (f->server, "GET", "/api/v1/me/call", 401, NULL);
  f->server->slow = "/api/v1/me/call";
  cd_session_call_async (f->session, "GET", "/api/v1/me/call", NULL, NULL, NULL, on_idle_called,
                         &answered);
  WAIT_UNTIL (f->server->held != NULL);
  sign_in (f);
  desk_server_release (f->server);
  WAIT_UNTIL (answered);
  g_assert_true (cd_session_is_signed_in (f->session));
}

static void
test_trust (Fixture *f, gconstpointer certificate)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, certificate, NULL);

  make_session (f, NULL);
  sign_in (f);
  g_assert_false (f->good);
  g_assert_cmpstr (f->problem->code, ==, "untrusted");
  g_clear_object (&f->session);

  make_session (f, path);
  sign_in (f);
  g_assert_true (f->good);
  WAIT_UNTIL (cd_session_get_connection (f->session) == CD_CONNECTION_ONLINE);
}

static void
test_addresses (void)
{
  static const char *const bad[] = { "http://calls.example",
                                     "https://calls.example/path",
                                     "ftp://calls.example",
                                     "calls.example",
                                     "https://user@calls.example",
                                     "https://",
                                     "" };
  static const char *const good[]
      = { "https://calls.example", "https://calls.example:8443/", "http://127.0.0.1:8080",
          "http://[::1]:8080", "https://[2001:db8::1]" };
  g_autoptr (CtClock) clock = ct_clock_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (cd_session_new (bad[i], NULL, clock, &error));
      g_assert_true (ct_error_is (error, CT_ERROR_INVALID));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (CdSession) session = cd_session_new (good[i], NULL, clock, NULL);

      g_assert_nonnull (session);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL); /* warnings are part of it */
#define ADD(path, data, function) g_test_add (path, Fixture, data, set_up, function, tear_down)
  ADD ("/session/sign-in", NULL, test_sign_in);
  ADD ("/session/refused", NULL, test_refused);
  ADD ("/session/calls", NULL, test_calls);
  ADD ("/session/lists-and-bytes", NULL, test_lists_and_bytes);
  ADD ("/session/events", NULL, test_events);
  ADD ("/session/trust", "tests/client/session/server.pem", test_trust);
  ADD ("/session/bad-events", NULL, test_bad_events);
  ADD ("/session/late-refusal", NULL, test_late_refusal);
  g_test_add_func ("/session/addresses", test_addresses);
  return g_test_run ();
}
