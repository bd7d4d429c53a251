/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The WebSocket of events: who hears what, resuming, resets, slow clients, ends. */
#include "fixture.h"

#include <string.h>

/* A client that reads in a context of its own, when the test says so. */
typedef struct {
  GMainContext *context;
  SoupSession *session;
  SoupWebsocketConnection *connection;
  GQueue messages; /* char* */
  gboolean closed;
  gushort code;
  guint status; /* when there was no connection */
} Listener;

static void
on_message (SoupWebsocketConnection *connection, SoupWebsocketDataType type, GBytes *message,
            gpointer data)
{
  Listener *listener = data;

  g_queue_push_tail (&listener->messages,
                     g_strndup (g_bytes_get_data (message, NULL), g_bytes_get_size (message)));
}

static void
on_error (SoupWebsocketConnection *connection, GError *error, gpointer data)
{
  g_test_message ("error: %s", error->message);
}

static void
on_closed (SoupWebsocketConnection *connection, gpointer data)
{
  Listener *listener = data;

  listener->closed = TRUE;
  listener->code = soup_websocket_connection_get_close_code (connection);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Listener *listener = data;
  g_autoptr (GError) error = NULL;

  listener->connection
      = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);
  if (listener->connection == NULL)
    listener->closed = TRUE;
}

static Listener *
listener_new (Fixture *fixture, const char *token)
{
  Listener *listener = g_new0 (Listener, 1);
  g_autofree char *address
      = g_strdup_printf ("ws://127.0.0.1:%u/api/v1/events", cs_http_get_port (fixture->http));
  g_autoptr (SoupMessage) message = soup_message_new ("GET", address);

  listener->context = g_main_context_new ();
  g_main_context_push_thread_default (listener->context);
  listener->session = soup_session_new ();
  g_queue_init (&listener->messages);
  if (token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                    bearer);
    }
  soup_session_websocket_connect_async (listener->session, message, NULL, NULL, G_PRIORITY_DEFAULT,
                                        NULL, on_connected, listener);
  while (listener->connection == NULL && !listener->closed)
    g_main_context_iteration (listener->context, TRUE);
  if (listener->connection != NULL)
    {
      g_signal_connect (listener->connection, "message", G_CALLBACK (on_message), listener);
      g_signal_connect (listener->connection, "error", G_CALLBACK (on_error), listener);
      g_signal_connect (listener->connection, "closed", G_CALLBACK (on_closed), listener);
    }
  listener->status = soup_message_get_status (message);
  g_main_context_pop_thread_default (listener->context);
  return listener;
}

static void
listener_free (Listener *listener)
{
  g_main_context_push_thread_default (listener->context);
  if (listener->connection != NULL)
    g_signal_handlers_disconnect_by_data (listener->connection, listener);
  g_clear_object (&listener->connection);
  soup_session_abort (listener->session);
  g_object_unref (listener->session);
  while (g_main_context_iteration (listener->context, FALSE))
    ;
  g_main_context_pop_thread_default (listener->context);
  g_main_context_unref (listener->context);
  g_queue_clear_full (&listener->messages, g_free);
  g_free (listener);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listener, listener_free)

static void
say (Listener *listener, const char *text)
{
  g_main_context_push_thread_default (listener->context);
  soup_websocket_connection_send_text (listener->connection, text);
  g_main_context_pop_thread_default (listener->context);
}

/* The next message, waited for; NULL when the connection is closed before it. */
static JsonObject *
next (Listener *listener)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_main_context_push_thread_default (listener->context);
  while (listener->messages.length == 0 && !listener->closed)
    g_main_context_iteration (listener->context, TRUE);
  g_main_context_pop_thread_default (listener->context);
  text = g_queue_pop_head (&listener->messages);
  if (text == NULL)
    return NULL;
  g_test_message ("heard %s", text);
  node = json_from_string (text, NULL);
  return json_object_ref (json_node_get_object (node));
}

static void
expect_greeting (Listener *listener, const char *type, char **epoch, gint64 *number)
{
  g_autoptr (JsonObject) object = next (listener);

  g_assert_nonnull (object);
  g_assert_cmpstr (json_object_get_string_member (object, "type"), ==, type);
  g_free (*epoch);
  *epoch = g_strdup (json_object_get_string_member (object, "epoch"));
  *number = json_object_get_int_member (object, "number");
}

static void
expect_event (Listener *listener, const char *type, gint64 number)
{
  g_autoptr (JsonObject) object = next (listener);

  g_assert_nonnull (object);
  g_assert_cmpstr (json_object_get_string_member (object, "type"), ==, type);
  g_assert_cmpint (json_object_get_int_member (object, "number"), ==, number);
}

static void
expect_close (Listener *listener, gushort code)
{
  g_autoptr (JsonObject) object = NULL;

  while ((object = next (listener)) != NULL)
    g_clear_pointer (&object, json_object_unref);
  g_assert_cmpuint (listener->code, ==, code);
}

static void
publish (Fixture *fixture, const char *kind, CtId id, const char *type)
{
  g_autofree char *topic = g_strconcat (kind, ":", ct_id_text (id).text, NULL);

  cs_hub_publish (cs_http_get_hub (fixture->http), TENANT, topic, type, "{\"a\":1}");
}

static void
test_topics (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *anna_token = NULL;
  g_autofree char *bas_token = NULL;
  g_autofree char *carla_token = NULL;
  g_autofree char *epoch = NULL;
  gint64 number;

  fixture_start (fixture);
  anna_token = sign_in_as (fixture, "anna");
  bas_token = sign_in_as (fixture, "bas");
  carla_token = sign_in_as (fixture, "carla");
  {
    g_autoptr (Listener) anna = listener_new (fixture, anna_token);
    g_autoptr (Listener) bas = listener_new (fixture, bas_token);
    g_autoptr (Listener) carla = listener_new (fixture, NULL);
    g_autofree char *hello = g_strdup_printf ("{\"token\":\"%s\"}", carla_token);

    say (anna, "{}");
    say (bas, "{}");
    say (carla, hello);
    expect_greeting (anna, "reset", &epoch, &number);
    expect_greeting (bas, "reset", &epoch, &number);
    expect_greeting (carla, "reset", &epoch, &number);
    g_assert_cmpint (number, ==, 0);
    publish (fixture, "user", ANNA, "call");         /* 1: anna */
    publish (fixture, "company", COMPANY, "credit"); /* 2: carla, and bas, who may see companies */
    publish (fixture, "company", COMPANY + 1, "credit"); /* 3: bas */
    publish (fixture, "tenant", TENANT, "presence");     /* 4: bas, who sees all */
    publish (fixture, "user", CARLA, "last");            /* 5 */
    publish (fixture, "user", BAS, "last");              /* 6 */
    publish (fixture, "user", ANNA, "last");             /* 7 */
    cs_hub_publish (cs_http_get_hub (fixture->http), TENANT + 1, "user:000000000000B", "alien",
                    NULL);                  /* another tenant's user of anna's number */
    publish (fixture, "user", ANNA, "end"); /* 9 */
    expect_event (anna, "call", 1);
    expect_event (anna, "last", 7);
    expect_event (anna, "end", 9);
    expect_event (bas, "credit", 2);
    expect_event (bas, "credit", 3);
    expect_event (bas, "presence", 4);
    expect_event (bas, "last", 6);
    expect_event (carla, "credit", 2);
    expect_event (carla, "last", 5);
  }
}

static void
test_resume (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;
  g_autofree char *epoch = NULL;
  g_autofree char *hello = NULL;
  gint64 number;

  fixture->config.event_ring = 1000;
  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  {
    g_autoptr (Listener) before = listener_new (fixture, token);

    say (before, "{}");
    expect_greeting (before, "reset", &epoch, &number);
    publish (fixture, "user", ANNA, "one");
    expect_event (before, "one", 1);
  }
  /* More than a socket may be behind: catching up is not slowness. */
  for (int i = 0; i < 900; i++)
    publish (fixture, "user", i % 2 == 0 ? ANNA : BAS, "missed");
  hello = g_strdup_printf ("{\"resume\":{\"epoch\":\"%s\",\"number\":1}}", epoch);
  {
    g_autoptr (Listener) after = listener_new (fixture, token);

    say (after, hello);
    expect_greeting (after, "resumed", &epoch, &number);
    for (int i = 0; i < 900; i += 2)
      expect_event (after, "missed", 2 + i);
    publish (fixture, "user", ANNA, "live");
    expect_event (after, "live", 902);
  }
  /* Number 1 falls out of the ring, but nothing after it: still resumable; then no more. */
  for (int i = 0; i < 99; i++)
    publish (fixture, "user", BAS, "other");
  {
    g_autoptr (Listener) still = listener_new (fixture, token);

    say (still, hello);
    expect_greeting (still, "resumed", &epoch, &number);
  }
  publish (fixture, "user", BAS, "other");
  {
    g_autoptr (Listener) late = listener_new (fixture, token);

    say (late, hello);
    expect_greeting (late, "reset", &epoch, &number);
    g_assert_cmpint (number, ==, 1002);
  }
  {
    g_autoptr (Listener) stranger = listener_new (fixture, token);

    say (stranger, "{\"resume\":{\"epoch\":\"0123456789abcdef\",\"number\":1000}}");
    expect_greeting (stranger, "reset", &epoch, &number);
  }
}

/* A client that does not read is closed, and costs nobody else anything. */
static void
test_slow_client (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;
  g_autofree char *epoch = NULL;
  g_autofree char *filler = g_strnfill (4000, 'x');
  g_autofree char *body = g_strdup_printf ("\"%s\"", filler);
  g_autofree char *topic = g_strconcat ("user:", ct_id_text (ANNA).text, NULL);
  gint64 number;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  {
    g_autoptr (Listener) slow = listener_new (fixture, token);
    g_autoptr (Listener) quick = listener_new (fixture, token);
    int heard = 0;

    say (slow, "{}");
    say (quick, "{}");
    expect_greeting (slow, "reset", &epoch, &number);
    expect_greeting (quick, "reset", &epoch, &number);
    for (int i = 1; i <= 5000; i++)
      {
        cs_hub_publish (cs_http_get_hub (fixture->http), TENANT, topic, "big", body);
        if (i % 50 == 0)
          for (; heard < i; heard++)
            expect_event (quick, "big", heard + 1);
      }
    g_assert_cmpint (heard, ==, 5000);
    g_assert_false (quick->closed);
    expect_close (slow, 4013);
  }
}

static void
test_refusals (void)
{
  static const struct {
    const char *hello;
    gushort code;
  } cases[] = {
    { "{\"token\":\"nonsense\"}", 4401 },
    { "{\"token\":7}", 4401 },
    { "{}", 4401 },
    { "[]", 1008 },
    { "{\"resume\":7}", 1008 },
    { "{\"resume\":{\"epoch\":\"x\"}}", 1008 },
    { "nonsense", 1008 },
  };
  g_autoptr (Fixture) fixture = fixture_new (NULL);

  fixture_start (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Listener) listener = listener_new (fixture, NULL);

      say (listener, cases[i].hello);
      expect_close (listener, cases[i].code);
    }
  {
    g_autoptr (Listener) refused = listener_new (fixture, "nonsense");

    g_assert_null (refused->connection);
    g_assert_cmpuint (refused->status, ==, 401);
  }
}

static void
test_ends (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *epoch = NULL;
  gint64 number;

  fixture->config.max_sockets_per_user = 2;
  fixture_start (fixture);
  {
    g_autofree char *token = sign_in_as (fixture, "anna");
    g_autoptr (Listener) first = listener_new (fixture, token);
    g_autoptr (Listener) second = listener_new (fixture, token);
    g_autoptr (Listener) third = NULL;

    say (first, "{}");
    expect_greeting (first, "reset", &epoch, &number);
    say (second, "{}");
    expect_greeting (second, "reset", &epoch, &number);
    third = listener_new (fixture, token);
    say (third, "{}");
    expect_greeting (third, "reset", &epoch, &number);
    expect_close (first, 4409);
    {
      g_autoptr (Answer) out
          = ask (fixture, "DELETE", "/api/v1/sessions/current", token, NULL, NULL);

      g_assert_cmpuint (out->status, ==, 204);
    }
    expect_close (second, 4401);
    expect_close (third, 4401);
  }
  {
    g_autofree char *token = sign_in_as (fixture, "anna");
    g_autoptr (Listener) listener = listener_new (fixture, token);

    say (listener, "{}");
    expect_greeting (listener, "reset", &epoch, &number);
    cs_http_forget_user (fixture->http, TENANT, ANNA, TRUE);
    expect_close (listener, 4401);
  }
  {
    g_autofree char *token = sign_in_as (fixture, "anna");
    g_autofree char *other_token = sign_in_as (fixture, "bas");
    g_autoptr (Listener) listener = listener_new (fixture, token);
    g_autoptr (Listener) other = listener_new (fixture, other_token);

    say (listener, "{}");
    expect_greeting (listener, "reset", &epoch, &number);
    say (other, "{}");
    expect_greeting (other, "reset", &epoch, &number);
    fixture->anna_disabled = TRUE;
    cs_http_forget_users (fixture->http);
    expect_close (listener, 4401);
    publish (fixture, "user", BAS, "call");
    expect_event (other, "call", number + 1);
    fixture->anna_disabled = FALSE;
  }
  {
    g_autofree char *token = sign_in_as (fixture, "anna");
    g_autoptr (Listener) listener = listener_new (fixture, token);

    say (listener, "{}");
    expect_greeting (listener, "reset", &epoch, &number);
    cs_http_stop (fixture->http, 5);
    expect_close (listener, 1001);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/socket/topics", test_topics);
  g_test_add_func ("/http/socket/resume", test_resume);
  g_test_add_func ("/http/socket/slow-client", test_slow_client);
  g_test_add_func ("/http/socket/refusals", test_refusals);
  g_test_add_func ("/http/socket/ends", test_ends);
  return g_test_run ();
}
