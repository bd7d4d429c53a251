/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The WebSocket of events. We say once where we stopped; the server answers "resumed" and goes on from
 * there, or "reset": then everybody reads anew. A cut is healed with pauses of 1 s doubled up to 30 s
 * (and a random quarter), at once when the network comes back. A line on which neither event nor pong
 * came for 40 s is taken for dead. */
#define G_LOG_DOMAIN "session"

#include "client/session/session-private.h"
#include "common/wire/record-json.h"

#include <string.h>

#define MAX_MESSAGE (1024 * 1024)
#define PING_SECONDS 15
#define DEAD_SECONDS 40
#define WATCH_SECONDS 10
#define FIRST_RETRY_SECONDS 1
#define LAST_RETRY_SECONDS 30
/* The server's own close codes. */
#define CLOSE_SIGNED_OUT 4401
#define CLOSE_TOO_MANY 4409

/* Event types whose body is a record, and the signal they become. */
static const struct {
  const char *type;
  const CtRecordType *record;
  CdSessionSignal signal;
} typed[] = {
  { "call", &ct_call_type, CD_SIGNAL_CALL_CHANGED },
  { "presence", &ct_presence_type, CD_SIGNAL_PRESENCE_CHANGED },
  { "meter", &ct_meter_type, CD_SIGNAL_METER },
  { "credit", &ct_credit_type, CD_SIGNAL_CREDIT },
  { "waiting", &ct_waiting_type, CD_SIGNAL_WAITING },
};

static void connect_now (CdSession *self);

static gboolean
on_retry (gpointer data)
{
  CdSession *self = data;

  self->retry = 0;
  connect_now (self);
  return G_SOURCE_REMOVE;
}

static void
drop_socket (CdSession *self)
{
  g_autoptr (SoupWebsocketConnection) socket = g_steal_pointer (&self->socket);

  g_clear_handle_id (&self->watchdog, g_source_remove);
  if (socket == NULL)
    return;
  g_signal_handlers_disconnect_by_data (socket, self);
  if (soup_websocket_connection_get_state (socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

static void
reconnect (CdSession *self, const char *why)
{
  guint ms;

  drop_socket (self);
  if (self->token == NULL || self->retry != 0)
    return;
  self->retry_seconds = CLAMP (self->retry_seconds * 2, FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS);
  ms = self->retry_seconds * 1000;
  g_info ("events: %s, again in %u s", why, self->retry_seconds);
  self->retry
      = g_timeout_add (ms + (guint) g_random_int_range (0, (gint32) (ms / 4)), on_retry, self);
  cd_session_set_connection (self, CD_CONNECTION_RECONNECTING);
}

static void
on_network_changed (GNetworkMonitor *monitor, gboolean available, CdSession *self)
{
  if (!available || self->retry == 0)
    return;
  g_clear_handle_id (&self->retry, g_source_remove);
  self->retry_seconds = 0;
  connect_now (self);
}

/* What the server says */

static void
on_greeted (CdSession *self, JsonObject *object, gboolean resumed)
{
  const char *epoch = cd_session_json_text (object, "epoch");

  self->retry_seconds = 0;
  if (!resumed)
    {
      g_free (self->epoch);
      self->epoch = g_strdup (epoch);
      self->number = (guint64) cd_session_json_number (object, "number");
    }
  cd_session_set_connection (self, CD_CONNECTION_ONLINE);
  if (!resumed)
    g_signal_emit (self, cd_session_signals[CD_SIGNAL_RESET], 0);
}

static void
emit_typed (CdSession *self, const char *type, const char *topic, JsonNode *body)
{
  if (strcmp (type, "dashboard") == 0)
    {
      if (g_str_has_prefix (topic, "company:"))
        g_signal_emit (self, cd_session_signals[CD_SIGNAL_DASHBOARD_CHANGED], 0,
                       topic + strlen ("company:"));
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      g_autoptr (CdProblem) problem = NULL;
      gpointer record;

      if (strcmp (type, typed[i].type) != 0)
        continue;
      record = ct_record_from_json (typed[i].record, body, CT_WIRE_REPLY, &problem);
      if (record == NULL)
        {
          g_warning ("event %s not understood: %s", type, problem->detail);
          return;
        }
      g_signal_emit (self, cd_session_signals[typed[i].signal], 0, record);
      ct_record_free (record);
    }
}

static void
take_event (CdSession *self, JsonObject *object, const char *type)
{
  const char *topic = cd_session_json_text (object, "topic");
  const char *epoch = cd_session_json_text (object, "epoch");
  JsonNode *body = json_object_get_member (object, "body");
  g_autofree char *json = body != NULL ? json_to_string (body, FALSE) : g_strdup ("null");
  guint64 number = (guint64) cd_session_json_number (object, "number");

  if (topic == NULL)
    topic = "";
  if (epoch != NULL && g_strcmp0 (epoch, self->epoch) == 0 && number <= self->number)
    return; /* seen before the cut */
  if (epoch != NULL && g_strcmp0 (epoch, self->epoch) != 0)
    {
      g_free (self->epoch);
      self->epoch = g_strdup (epoch);
    }
  self->number = number;
  g_signal_emit (self, cd_session_signals[CD_SIGNAL_EVENT], 0, type, topic, json);
  if (body != NULL)
    emit_typed (self, type, topic, body);
}

static void
on_message (SoupWebsocketConnection *socket, SoupWebsocketDataType data_type, GBytes *message,
            CdSession *self)
{
  g_autoptr (CdSession) keep = g_object_ref (self);
  gsize size;
  const char *bytes = g_bytes_get_data (message, &size);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = ct_json_parse (bytes, size, MAX_MESSAGE, &error);
  JsonObject *object;
  const char *type;

  self->heard_us = g_get_monotonic_time ();
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      reconnect (self, "not understood");
      return;
    }
  object = json_node_get_object (node);
  type = cd_session_json_text (object, "type");
  if (type == NULL)
    reconnect (self, "not understood");
  else if (self->connection != CD_CONNECTION_ONLINE)
    {
      if (strcmp (type, "resumed") == 0 || strcmp (type, "reset") == 0)
        on_greeted (self, object, strcmp (type, "resumed") == 0);
      else
        reconnect (self, "no greeting");
    }
  else
    take_event (self, object, type);
}

static void
on_pong (SoupWebsocketConnection *socket, GBytes *message, CdSession *self)
{
  self->heard_us = g_get_monotonic_time ();
}

static void
on_closed (SoupWebsocketConnection *socket, CdSession *self)
{
  gushort code = soup_websocket_connection_get_close_code (socket);

  if (code == CLOSE_SIGNED_OUT)
    {
      drop_socket (self);
      cd_session_lost (self);
      return;
    }
  if (code == CLOSE_TOO_MANY) /* another desk of this user took the place; do not fight for it */
    self->retry_seconds = LAST_RETRY_SECONDS;
  reconnect (self, "line closed");
}

/* Connecting */

static gboolean
on_watch (gpointer data)
{
  CdSession *self = data;

  if (g_get_monotonic_time () - self->heard_us < DEAD_SECONDS * G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  self->watchdog = 0;
  reconnect (self, "line is dead");
  return G_SOURCE_REMOVE;
}

static void
say_hello (CdSession *self)
{
  g_autofree char *hello
      = self->epoch != NULL
            ? g_strdup_printf ("{\"resume\":{\"epoch\":\"%s\",\"number\":%" G_GUINT64_FORMAT "}}",
                               self->epoch, self->number)
            : g_strdup ("{}");

  soup_websocket_connection_send_text (self->socket, hello);
}

static void
on_connected (GObject *soup, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdSession) self = data;
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection *socket
      = soup_session_websocket_connect_finish (SOUP_SESSION (soup), result, &error);
  SoupMessage *message = soup_session_get_async_result_message (SOUP_SESSION (soup), result);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->connecting);
  if (socket == NULL)
    {
      if (message != NULL && soup_message_get_status (message) == SOUP_STATUS_UNAUTHORIZED)
        cd_session_lost (self);
      else
        reconnect (self, error->message);
      return;
    }
  self->socket = socket;
  self->heard_us = g_get_monotonic_time ();
  soup_websocket_connection_set_max_incoming_payload_size (socket, MAX_MESSAGE);
  soup_websocket_connection_set_keepalive_interval (socket, PING_SECONDS);
  g_signal_connect (socket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (socket, "pong", G_CALLBACK (on_pong), self);
  g_signal_connect (socket, "closed", G_CALLBACK (on_closed), self);
  self->watchdog = g_timeout_add_seconds (WATCH_SECONDS, on_watch, self);
  say_hello (self);
}

static void
connect_now (CdSession *self)
{
  g_autoptr (SoupMessage) message = NULL;

  if (self->token == NULL || self->socket != NULL || self->connecting != NULL)
    return;
  message = cd_session_new_message (self, "GET", "/api/v1/events");
  self->connecting = g_cancellable_new ();
  soup_session_websocket_connect_async (self->soup, message, NULL, NULL, G_PRIORITY_DEFAULT,
                                        self->connecting, on_connected, g_object_ref (self));
}

void
cd_session_start_events (CdSession *self)
{
  self->retry_seconds = 0;
  g_signal_connect_object (g_network_monitor_get_default (), "network-changed",
                           G_CALLBACK (on_network_changed), self, 0);
  cd_session_set_connection (self, CD_CONNECTION_RECONNECTING);
  connect_now (self);
}

void
cd_session_stop_events (CdSession *self)
{
  g_signal_handlers_disconnect_by_data (g_network_monitor_get_default (), self);
  g_clear_handle_id (&self->retry, g_source_remove);
  if (self->connecting != NULL)
    g_cancellable_cancel (self->connecting);
  g_clear_object (&self->connecting);
  drop_socket (self);
  cd_session_set_connection (self, CD_CONNECTION_OFFLINE);
}
