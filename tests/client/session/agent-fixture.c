/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent-fixture.h"

#include <string.h>

static const guint8 key[32] = "0123456789abcdef0123456789abcde";

const char document[]
    = "{\"id\":\"000000000002A\",\"script\":\"000000000002B\",\"name\":\"Orders\",\"version\":3,"
      "\"company\":\"000000000000B\",\"body\":{\"languages\":[\"en\"],\"difficulty\":1,"
      "\"start\":\"hello\",\"dispositions\":[{\"code\":\"order\",\"label\":{\"en\":\"Order\"}}],"
      "\"steps\":{"
      "\"hello\":{\"kind\":\"say\",\"say\":{\"en\":\"Hello\"},\"next\":\"name\"},"
      "\"name\":{\"kind\":\"ask\",\"ask\":\"text\",\"required\":true,"
      "\"say\":{\"en\":\"Name?\"},\"next\":\"bye\"},"
      "\"bye\":{\"kind\":\"end\",\"say\":{\"en\":\"Bye\"},\"disposition\":\"order\"}}}}";

char *
call_json (const char *state, const char *more)
{
  return g_strdup_printf ("{\"id\":\"" CALL_ID "\",\"state\":\"%s\",\"company\":\"000000000000B\","
                          "\"company_name\":\"Jansen\",\"language\":\"nl\",\"rate\":20000,"
                          "\"agent\":\"" ME "\",\"script_version\":\"000000000002A\","
                          "\"started\":\"2026-11-21T11:59:00.000Z\"%s}",
                          state, more);
}

void
set_call (Fixture *f, const char *state, const char *more)
{
  g_autofree char *json = call_json (state, more);

  desk_server_set (f->server, "GET", "/api/v1/me/call", 200, json);
}

void
send_call (Fixture *f, const char *state, const char *more)
{
  g_autofree char *json = call_json (state, more);

  desk_server_event (f->server, "call", "user:" ME, json);
}

void
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

void
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

void
make_agent (Fixture *f)
{
  f->agent = cd_agent_new (f->session, f->phone, f->journal);
  g_signal_connect (f->agent, "problem", G_CALLBACK (on_problem), f);
  cd_agent_start (f->agent);
}

gboolean
has_asked (Fixture *f, const char *what)
{
  for (guint i = 0; i < f->server->asked->len; i++)
    if (g_str_has_prefix (f->server->asked->pdata[i], what))
      return TRUE;
  return FALSE;
}

guint
count_asked (Fixture *f, const char *what)
{
  guint count = 0;

  for (guint i = 0; i < f->server->asked->len; i++)
    count += g_str_has_prefix (f->server->asked->pdata[i], what);
  return count;
}

void
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

void
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

void
talk (Fixture *f)
{
  set_call (f, "talking",
            ANSWERED ",\"seconds\":10,\"cost\":200000,\"earlier\":[{\"call\":"
                     "\"0000000000001\",\"at\":\"2026-01-01T00:00:00.000Z\"}],"
                     "\"dispositions\":[{\"code\":\"order\",\"label\":\"Order\"}]");
  send_call (f, "offered", "");
  WAIT_FOR_STATE (f, "talking");
}
