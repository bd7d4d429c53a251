/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The e-agent's work: presence, call, meter, wrap-up. */
#include "agent-fixture.h"

#include <string.h>

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
count_tick (CdAgent *agent, guint *ticks)
{
  ++*ticks;
}

static gboolean
on_while (gpointer over)
{
  *(gboolean *) over = TRUE;
  return G_SOURCE_REMOVE;
}

/* The wrap-up is over and the line cut, so that nobody says so: there is nothing left to count. */
static void
test_tick_ends (Fixture *f, gconstpointer data)
{
  guint ticks = 0;
  gboolean over = FALSE;

  g_signal_connect (f->agent, "tick", G_CALLBACK (count_tick), &ticks);
  set_presence (f, NULL, "wrap_up",
                ",\"call\":\"" CALL_ID "\",\"wrap_up_until\":\"2020-01-01T00:00:00.000Z\"");
  WAIT_UNTIL (cd_agent_get_wrap_up_left (f->agent) == 0);
  g_timeout_add (200, on_while, &over);
  WAIT_UNTIL (over);
  g_assert_cmpuint (ticks, <=, 1);
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
  ADD ("/agent/tick-ends", test_tick_ends);
  ADD ("/agent/ring-first", test_ring_first);
  ADD ("/agent/lost", test_lost);
  ADD ("/agent/lost/ringing", test_lost_ringing);
  ADD ("/agent/stop", test_stop);
  return g_test_run ();
}
