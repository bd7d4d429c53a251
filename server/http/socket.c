/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A socket copies references to its events out of the tenant's ring into a queue of its own and hands
 * them to libsoup a little at a time, because libsoup queues without bound for a client that does not
 * read. How much it still holds it does not say; so after WINDOW bytes we wait until the TCP socket
 * takes more, with a source of lower priority than libsoup's: it runs only when libsoup has nothing
 * left to write. While a client catches up after a resume, its queue is filled only as it empties;
 * later, a queue beyond the limit means that the client is too slow. */
#define G_LOG_DOMAIN "http"
#include "server/http/socket.h"

#include "server/http/exchange-private.h"
#include "server/http/look.h"

#include <string.h>

#define HELLO_SECONDS 10
#define CLOSE_SECONDS 5 /* between our goodbye and cutting the line */
#define PING_SECONDS 25
#define DEAD_SECONDS 80 /* without a pong */
#define LOOK_SECONDS 60 /* between looks at the session */
#define MAX_MESSAGE 4096
#define WINDOW (64 * 1024)
#define CATCH_UP 64 /* events queued while catching up */
#define PRIORITY_AFTER_LIBSOUP (G_PRIORITY_DEFAULT + 10)

typedef struct {
  guint64 id;
  CsWebSockets *sockets;
  SoupWebsocketConnection *connection;
  CsPeer *peer;
  CsSession *session; /* NULL before there is one */
  gint64 opened_us, heard_us, looked_us;
  gint64 closing_us; /* 0: open */
  gboolean asked;    /* a worker looks at a token or session */
  gboolean greeted;  /* the first message has come and was answered */
  char *resume_epoch;
  guint64 resume_number;

  guint64 number; /* the last event looked at */
  gboolean live;  /* has caught up */
  GQueue events;  /* CsEvent* */
  gsize queued;   /* their bytes */
  gsize handed;   /* bytes given to libsoup since the TCP socket last took more */
  GSource *writable;
} Socket;

struct _CsWebSockets {
  CsHttp *http;
  GHashTable *sockets; /* &socket->id -> Socket* */
  guint64 last_id;
  CsMetric *slow;
};

static gint64
now_us (CsWebSockets *sockets)
{
  return ct_clock_monotonic_us (sockets->http->clock);
}

static void
clear_writable (Socket *socket)
{
  if (socket->writable == NULL)
    return;
  g_source_destroy (socket->writable);
  g_clear_pointer (&socket->writable, g_source_unref);
}

static void
clear_events (Socket *socket)
{
  CsEvent *event;

  while ((event = g_queue_pop_head (&socket->events)) != NULL)
    cs_event_unref (event);
  socket->queued = 0;
}

static void
socket_free (gpointer data)
{
  Socket *socket = data;

  clear_writable (socket);
  clear_events (socket);
  g_signal_handlers_disconnect_by_data (socket->connection, socket);
  g_object_unref (socket->connection);
  g_clear_pointer (&socket->peer, cs_peer_unref);
  g_clear_pointer (&socket->session, cs_session_unref);
  g_free (socket->resume_epoch);
  g_free (socket);
}

CsWebSockets *
cs_web_sockets_new (CsHttp *http)
{
  CsWebSockets *sockets = g_new0 (CsWebSockets, 1);

  sockets->http = http;
  sockets->sockets = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, socket_free);
  sockets->slow = cs_metric_counter ("centrale_http_slow_sockets_total",
                                     "WebSockets closed because the client did not keep up");
  return sockets;
}

void
cs_web_sockets_free (CsWebSockets *sockets)
{
  g_hash_table_unref (sockets->sockets);
  g_free (sockets);
}

guint
cs_web_sockets_get_count (CsWebSockets *sockets)
{
  return g_hash_table_size (sockets->sockets);
}

/* Neither side has said goodbye. */
static gboolean
is_open (Socket *socket)
{
  return socket->closing_us == 0
         && soup_websocket_connection_get_state (socket->connection) == SOUP_WEBSOCKET_STATE_OPEN;
}

static void
say_goodbye (Socket *socket, gushort code, const char *why)
{
  if (socket->closing_us != 0)
    return;
  g_debug ("Socket %" G_GUINT64_FORMAT " closes: %u %s", socket->id, code, why);
  socket->closing_us = now_us (socket->sockets);
  clear_writable (socket);
  clear_events (socket);
  if (soup_websocket_connection_get_state (socket->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (socket->connection, code, why);
}

static void pump (Socket *socket);

static gboolean
on_writable (GSocket *tcp, GIOCondition condition, gpointer data)
{
  Socket *socket = data;

  socket->handed = 0;
  g_clear_pointer (&socket->writable, g_source_unref);
  pump (socket);
  return G_SOURCE_REMOVE;
}

static void
wait_until_writable (Socket *socket)
{
  if (socket->writable != NULL || socket->peer == NULL || !is_open (socket))
    return;
  socket->writable = g_socket_create_source (cs_peer_get_socket (socket->peer), G_IO_OUT, NULL);
  g_source_set_priority (socket->writable, PRIORITY_AFTER_LIBSOUP);
  g_source_set_callback (socket->writable, G_SOURCE_FUNC (on_writable), socket, NULL);
  g_source_attach (socket->writable, g_main_context_get_thread_default ());
}

/* Out of the ring into the queue: all there is, or, while catching up, no more than can go soon.
 * FALSE when the client is too slow. */
static gboolean
fill (Socket *socket)
{
  const CsHttpConfig *config = &socket->sockets->http->config;
  guint64 before;
  int n;

  do
    {
      CsEvent *events[CATCH_UP];

      if (!socket->live && socket->events.length >= CATCH_UP)
        return TRUE;
      before = socket->number;
      n = cs_hub_read (socket->sockets->http->hub, &socket->session->principal, &socket->number,
                       events, CATCH_UP);
      for (int i = 0; i < n; i++)
        {
          g_queue_push_tail (&socket->events, events[i]);
          socket->queued += events[i]->size;
        }
      if (n < 0
          || (socket->live
              && (socket->events.length > config->socket_queue
                  || socket->queued > config->socket_queue_bytes)))
        return FALSE;
  } while (socket->number != before);
  socket->live = TRUE;
  return TRUE;
}

static void
hand_over (Socket *socket)
{
  /* libsoup writes at once what it can, so each send may find that the client is gone. */
  while (socket->events.length > 0 && socket->handed < WINDOW && is_open (socket))
    {
      CsEvent *event = g_queue_pop_head (&socket->events);

      soup_websocket_connection_send_text (socket->connection, event->text);
      socket->handed += event->size;
      socket->queued -= event->size;
      cs_event_unref (event);
    }
}

static void
pump (Socket *socket)
{
  if (!socket->greeted || !is_open (socket))
    return;
  /* What can go goes first, so that a burst is not taken for slowness. */
  do
    {
      hand_over (socket);
      if (!is_open (socket))
        return;
      if (!fill (socket))
        {
          cs_metric_add (socket->sockets->slow, 1);
          say_goodbye (socket, CS_SOCKET_SLOW, "too slow");
          return;
        }
  } while (socket->events.length > 0 && socket->handed < WINDOW);
  if (socket->handed >= WINDOW)
    wait_until_writable (socket);
}

void
cs_web_sockets_pump (CsWebSockets *sockets)
{
  g_autoptr (GList) all = g_hash_table_get_values (sockets->sockets);

  for (GList *each = all; each != NULL; each = each->next)
    pump (each->data);
}

/* A user's sockets beyond the limit: the oldest one goes. */
static void
make_room (CsWebSockets *sockets, CtId user)
{
  Socket *oldest = NULL;
  guint count = 0;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, sockets->sockets);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Socket *socket = value;

      if (socket->session == NULL || socket->closing_us != 0
          || socket->session->principal.user != user)
        continue;
      count++;
      if (oldest == NULL || socket->id < oldest->id)
        oldest = socket;
    }
  if (count > sockets->http->config.max_sockets_per_user)
    say_goodbye (oldest, CS_SOCKET_TOO_MANY, "too many sockets");
}

/* There is a session and a first message. */
static void
greet (Socket *socket)
{
  CsHub *hub = socket->sockets->http->hub;
  CtId tenant = socket->session->principal.scope.tenant;
  gboolean resumed
      = socket->resume_epoch != NULL
        && cs_hub_can_resume (hub, tenant, socket->resume_epoch, socket->resume_number);
  g_autofree char *text = NULL;

  cs_hub_listen (hub, tenant);
  socket->number = resumed ? socket->resume_number : cs_hub_get_number (hub);
  text = g_strdup_printf ("{\"type\":\"%s\",\"epoch\":\"%s\",\"number\":%" G_GUINT64_FORMAT "}",
                          resumed ? "resumed" : "reset", cs_hub_get_epoch (hub), socket->number);
  soup_websocket_connection_send_text (socket->connection, text);
  socket->greeted = TRUE;
  make_room (socket->sockets, socket->session->principal.user);
  pump (socket);
}

static void
on_looked (CsHttp *http, const CsLook *look)
{
  CsWebSockets *sockets = http->sockets;
  Socket *socket = sockets != NULL ? g_hash_table_lookup (sockets->sockets, &look->socket) : NULL;

  if (socket == NULL || !is_open (socket))
    return;
  socket->asked = FALSE;
  socket->looked_us = now_us (socket->sockets);
  if (look->found == NULL && look->unsure && socket->session != NULL)
    return; /* the database is away; the next look will tell */
  if (look->found == NULL)
    {
      if (look->unsure)
        say_goodbye (socket, CS_SOCKET_SLOW, "try again");
      else
        say_goodbye (socket, CS_SOCKET_SIGNED_OUT, "signed out");
      return;
    }
  g_clear_pointer (&socket->session, cs_session_unref);
  socket->session = cs_session_ref (look->found);
  if (!socket->greeted)
    greet (socket);
}

static void
look_at (CsLooks *looks, Socket *socket, const char *token)
{
  socket->asked = TRUE;
  cs_looks_add (looks, socket->id, token, socket->session);
}

static void
ask (Socket *socket, const char *token)
{
  CsLooks *looks = cs_looks_new (socket->sockets->http, on_looked);

  look_at (looks, socket, token);
  cs_looks_start (looks);
}

static gboolean
read_resume (Socket *socket, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "resume");
  JsonObject *resume;
  gint64 number;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  resume = json_node_get_object (node);
  number = json_object_get_int_member_with_default (resume, "number", -1);
  socket->resume_epoch
      = g_strdup (json_object_get_string_member_with_default (resume, "epoch", NULL));
  socket->resume_number = (guint64) number;
  return number >= 0 && socket->resume_epoch != NULL;
}

/* The first message; there is only one. */
static void
on_message (SoupWebsocketConnection *connection, SoupWebsocketDataType type, GBytes *message,
            gpointer data)
{
  Socket *socket = data;
  gsize size;
  const char *bytes = g_bytes_get_data (message, &size);
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;
  const char *token;

  if (!is_open (socket))
    return;
  if (type == SOUP_WEBSOCKET_DATA_TEXT && !socket->greeted && !socket->asked)
    node = ct_json_parse (bytes, size, MAX_MESSAGE, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      say_goodbye (socket, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "not expected");
      return;
    }
  object = json_node_get_object (node);
  token = json_object_has_member (object, "token")
              ? json_object_get_string_member_with_default (object, "token", "")
              : NULL;
  if (!read_resume (socket, object))
    say_goodbye (socket, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "not a resume");
  else if (socket->session != NULL)
    greet (socket);
  else if (token != NULL)
    ask (socket, token);
  else
    say_goodbye (socket, CS_SOCKET_SIGNED_OUT, "no token");
}

static void
on_pong (SoupWebsocketConnection *connection, GBytes *message, gpointer data)
{
  Socket *socket = data;

  socket->heard_us = now_us (socket->sockets);
}

typedef struct {
  CsHttp *http;
  guint64 socket;
} Gone;

static void
remove_gone (gpointer data)
{
  Gone *gone = data;

  if (gone->http->sockets != NULL)
    g_hash_table_remove (gone->http->sockets->sockets, &gone->socket);
}

/* Can be said in the middle of our own sending: the socket goes later. */
static void
on_closed (SoupWebsocketConnection *connection, gpointer data)
{
  Socket *socket = data;
  Gone *gone = g_new (Gone, 1);

  *gone = (Gone){ socket->sockets->http, socket->id };
  clear_writable (socket);
  cs_post_urgent (gone->http->loop, remove_gone, gone, g_free);
}

static void
add (CsWebSockets *sockets, GIOStream *stream, SoupServerMessage *message, CsExchange *exchange)
{
  Socket *socket = g_new0 (Socket, 1);

  socket->id = ++sockets->last_id;
  socket->sockets = sockets;
  socket->connection
      = soup_websocket_connection_new (stream, soup_server_message_get_uri (message),
                                       SOUP_WEBSOCKET_CONNECTION_SERVER, NULL, NULL, NULL);
  socket->peer = exchange->peer != NULL ? cs_peer_ref (exchange->peer) : NULL;
  socket->session = exchange->session != NULL ? cs_session_ref (exchange->session) : NULL;
  socket->opened_us = socket->heard_us = socket->looked_us = now_us (sockets);
  g_queue_init (&socket->events);
  soup_websocket_connection_set_max_incoming_payload_size (socket->connection, MAX_MESSAGE);
  soup_websocket_connection_set_keepalive_interval (socket->connection, PING_SECONDS);
  g_signal_connect (socket->connection, "message", G_CALLBACK (on_message), socket);
  g_signal_connect (socket->connection, "pong", G_CALLBACK (on_pong), socket);
  g_signal_connect (socket->connection, "closed", G_CALLBACK (on_closed), socket);
  g_hash_table_insert (sockets->sockets, &socket->id, socket);
}

static void
on_wrote_informational (SoupServerMessage *message, gpointer data)
{
  CsExchange *exchange = data;
  CsHttp *http = exchange->http;
  g_autoptr (SoupServerMessage) kept = g_object_ref (message);
  g_autoptr (GIOStream) stream = NULL;

  if (exchange->gone)
    return;
  stream = soup_server_message_steal_connection (message);
  if (stream != NULL)
    add (http->sockets, stream, message, exchange);
  cs_http_finish (http, message);
}

void
cs_socket_upgrade (CsExchange *exchange)
{
  SoupServerMessage *message = exchange->message;
  g_autoptr (GError) error = NULL;

  if (exchange->http->draining)
    cs_exchange_reply_later (exchange, 503, "stopping", 2);
  else if (!soup_websocket_server_check_handshake (message, NULL, NULL, NULL, &error))
    {
      cs_exchange_reply_problem (
          exchange, ct_problem_new (426, "upgrade-required", "connect with a WebSocket"));
      cs_exchange_set_header (exchange, "Upgrade", "websocket");
    }
  else if (soup_websocket_server_process_handshake (message, NULL, NULL, NULL, NULL))
    g_signal_connect (message, "wrote-informational", G_CALLBACK (on_wrote_informational),
                      exchange);
  else
    cs_exchange_reply_problem (exchange, ct_problem_new (400, "bad-handshake", "no handshake"));
}

static void
sweep_one (Socket *socket, gint64 now)
{
  if (socket->closing_us != 0)
    {
      if (now - socket->closing_us > CLOSE_SECONDS * G_USEC_PER_SEC && socket->peer != NULL)
        cs_peer_shut (socket->peer);
    }
  else if (now - socket->heard_us > DEAD_SECONDS * G_USEC_PER_SEC && socket->peer != NULL)
    cs_peer_shut (socket->peer);
  else if (!socket->greeted)
    {
      if (now - socket->opened_us > HELLO_SECONDS * G_USEC_PER_SEC)
        say_goodbye (socket, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "said nothing");
    }
  else if (!socket->asked && now - socket->looked_us > LOOK_SECONDS * G_USEC_PER_SEC)
    ask (socket, NULL);
}

void
cs_web_sockets_sweep (CsWebSockets *sockets)
{
  g_autoptr (GList) all = g_hash_table_get_values (sockets->sockets);
  gint64 now = now_us (sockets);

  for (GList *each = all; each != NULL; each = each->next)
    sweep_one (each->data, now);
}

void
cs_web_sockets_end_session (CsWebSockets *sockets, CtId session)
{
  g_autoptr (GList) all = g_hash_table_get_values (sockets->sockets);

  for (GList *each = all; each != NULL; each = each->next)
    {
      Socket *socket = each->data;

      if (socket->session != NULL && socket->session->stored.id == session)
        say_goodbye (socket, CS_SOCKET_SIGNED_OUT, "signed out");
    }
}

void
cs_web_sockets_recheck (CsWebSockets *sockets, CtId tenant, CtId user)
{
  CsLooks *looks = cs_looks_new (sockets->http, on_looked);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, sockets->sockets);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Socket *socket = value;

      if (socket->session != NULL
          && (user == CT_ID_NONE
              || (socket->session->principal.user == user
                  && socket->session->principal.scope.tenant == tenant)))
        look_at (looks, socket, NULL);
    }
  cs_looks_start (looks);
}

void
cs_web_sockets_close_all (CsWebSockets *sockets)
{
  g_autoptr (GList) all = g_hash_table_get_values (sockets->sockets);

  for (GList *each = all; each != NULL; each = each->next)
    say_goodbye (each->data, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "the server stops");
}
