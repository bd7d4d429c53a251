/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A peer travels as data of the remote address object that libsoup keeps for each connection, which is
 * how a message leads to its peer. That a connection is gone shows when its GSocketConnection dies,
 * whoever held it last (libsoup, or a WebSocket). */
#define G_LOG_DOMAIN "http"
#include "server/http/listener.h"

#include "common/base/error.h"
#include "server/base/metrics.h"
#include "server/http/limits.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define BACKLOG 256
#define ACCEPT_BATCH 32
#define PAUSE_MS 200 /* after accept() failed, out of descriptors for example */
#define PEER_KEY "cs-peer"

struct _CsPeer {
  gatomicrefcount references;
  GSocket *socket;
  GIOStream *stream; /* what libsoup was given; borrowed from whoever holds the connection */
  char *address, *key;
  gboolean loopback;
  CsPeerState state;
  gint64 since_us;
  CtClock *clock;
};

struct _CsListener {
  SoupServer *server;
  CtClock *clock;
  CsListenerLimits limits;
  GTlsCertificate *certificate;
  GSocket *socket;
  GSource *source;
  GSource *resume;         /* while accepting is paused */
  GCancellable *closed;    /* ends handshakes when the listener dies */
  GHashTable *connections; /* GSocketConnection*, weak -> CsPeer* */
  GHashTable *by_address;  /* char* -> count */
  CsMetric *count;
};

CsPeer *
cs_peer_ref (CsPeer *peer)
{
  g_atomic_ref_count_inc (&peer->references);
  return peer;
}

void
cs_peer_unref (CsPeer *peer)
{
  if (!g_atomic_ref_count_dec (&peer->references))
    return;
  g_object_unref (peer->socket);
  g_free (peer->address);
  g_free (peer->key);
  ct_clock_unref (peer->clock);
  g_free (peer);
}

CsPeer *
cs_peer_of (SoupServerMessage *message)
{
  GSocketAddress *address = soup_server_message_get_remote_address (message);

  return address != NULL ? g_object_get_data (G_OBJECT (address), PEER_KEY) : NULL;
}

void
cs_peer_set_state (CsPeer *peer, CsPeerState state)
{
  peer->state = state;
  peer->since_us = ct_clock_monotonic_us (peer->clock);
}

const char *
cs_peer_get_address (const CsPeer *peer)
{
  return peer->address;
}

const char *
cs_peer_get_key (const CsPeer *peer)
{
  return peer->key;
}

gboolean
cs_peer_is_loopback (const CsPeer *peer)
{
  return peer->loopback;
}

GSocket *
cs_peer_get_socket (CsPeer *peer)
{
  return peer->socket;
}

void
cs_peer_shut (CsPeer *peer)
{
  g_socket_shutdown (peer->socket, TRUE, TRUE, NULL);
}

CsListener *
cs_listener_new (SoupServer *server, CtClock *clock, const CsListenerLimits *limits)
{
  CsListener *listener = g_new0 (CsListener, 1);

  listener->server = server;
  listener->clock = ct_clock_ref (clock);
  listener->limits = *limits;
  listener->closed = g_cancellable_new ();
  listener->connections = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) cs_peer_unref);
  listener->by_address = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  listener->count = cs_metric_gauge ("centrale_http_connections", "Connections open");
  return listener;
}

static void
count_address (CsListener *listener, const char *key, int change)
{
  int count = GPOINTER_TO_INT (g_hash_table_lookup (listener->by_address, key)) + change;

  if (count > 0)
    g_hash_table_replace (listener->by_address, g_strdup (key), GINT_TO_POINTER (count));
  else
    g_hash_table_remove (listener->by_address, key);
}

static void
on_connection_gone (gpointer data, GObject *connection)
{
  CsListener *listener = data;
  CsPeer *peer = g_hash_table_lookup (listener->connections, connection);

  cs_metric_add (listener->count, -1);
  count_address (listener, peer->key, -1);
  g_hash_table_remove (listener->connections, connection);
}

void
cs_listener_free (CsListener *listener)
{
  GHashTableIter iter;
  gpointer connection;

  cs_listener_close (listener);
  g_cancellable_cancel (listener->closed);
  g_object_unref (listener->closed);
  g_hash_table_iter_init (&iter, listener->connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    {
      g_object_weak_unref (connection, on_connection_gone, listener);
      cs_metric_add (listener->count, -1);
    }
  g_hash_table_unref (listener->connections);
  g_hash_table_unref (listener->by_address);
  g_clear_object (&listener->certificate);
  ct_clock_unref (listener->clock);
  g_free (listener);
}

void
cs_listener_set_certificate (CsListener *listener, GTlsCertificate *certificate)
{
  g_set_object (&listener->certificate, certificate);
}

/* The peer of a new connection, or NULL when there are too many. */
static CsPeer *
admit (CsListener *listener, GSocketConnection *connection, GSocketAddress *remote)
{
  GInetAddress *inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote));
  g_autofree char *address = g_inet_address_to_string (inet);
  g_autofree char *key = cs_address_key (address);
  gpointer count = g_hash_table_lookup (listener->by_address, key);
  CsPeer *peer;

  if (g_hash_table_size (listener->connections) >= listener->limits.max_connections
      || GPOINTER_TO_UINT (count) >= listener->limits.max_per_address)
    return NULL;
  peer = g_new0 (CsPeer, 1);
  g_atomic_ref_count_init (&peer->references);
  peer->socket = g_object_ref (g_socket_connection_get_socket (connection));
  peer->clock = ct_clock_ref (listener->clock);
  count_address (listener, key, 1);
  cs_metric_add (listener->count, 1);
  peer->address = g_steal_pointer (&address);
  peer->key = g_steal_pointer (&key);
  peer->loopback = g_inet_address_get_is_loopback (inet);
  cs_peer_set_state (peer, CS_PEER_HANDSHAKE);
  g_object_set_data_full (G_OBJECT (remote), PEER_KEY, cs_peer_ref (peer),
                          (GDestroyNotify) cs_peer_unref);
  g_hash_table_insert (listener->connections, connection, peer);
  g_object_weak_ref (G_OBJECT (connection), on_connection_gone, listener);
  return peer;
}

/* A TLS handshake under way. */
typedef struct {
  CsListener *listener;
  CsPeer *peer;
  GSocketAddress *local, *remote;
} Handshake;

static void
hand_over (CsListener *listener, GIOStream *stream, CsPeer *peer, GSocketAddress *local,
           GSocketAddress *remote)
{
  g_autoptr (GError) error = NULL;

  peer->stream = stream;
  cs_peer_set_state (peer, CS_PEER_IDLE);
  if (!soup_server_accept_iostream (listener->server, stream, local, remote, &error))
    g_debug ("A connection was not taken: %s", error->message);
}

/* libsoup wraps each stream that it is given; @stream is such a wrapper and holds ours. */
void
cs_listener_take_back (CsListener *listener, GIOStream *stream, SoupServerMessage *message)
{
  CsPeer *peer = cs_peer_of (message);

  if (peer != NULL && listener->socket != NULL)
    hand_over (listener, peer->stream, peer, soup_server_message_get_local_address (message),
               soup_server_message_get_remote_address (message));
}

static void
on_handshake_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Handshake *handshake = data;
  g_autoptr (GError) error = NULL;

  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error))
    hand_over (handshake->listener, G_IO_STREAM (source), handshake->peer, handshake->local,
               handshake->remote);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_debug ("A TLS handshake failed: %s", error->message);
  cs_peer_unref (handshake->peer);
  g_object_unref (handshake->local);
  g_object_unref (handshake->remote);
  g_free (handshake);
}

static void
start_tls (CsListener *listener, GSocketConnection *connection, CsPeer *peer, GSocketAddress *local,
           GSocketAddress *remote)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) tls
      = g_tls_server_connection_new (G_IO_STREAM (connection), listener->certificate, &error);
  Handshake *handshake;

  if (tls == NULL)
    {
      g_warning ("No TLS for a connection: %s", error->message);
      return;
    }
  /* Many clients close without a TLS goodbye; HTTP knows its own ends. */
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  handshake = g_new (Handshake, 1);
  *handshake
      = (Handshake){ listener, cs_peer_ref (peer), g_object_ref (local), g_object_ref (remote) };
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, listener->closed,
                                    on_handshake_done, handshake);
}

static void
take (CsListener *listener, GSocket *socket)
{
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket, NULL);
  CsPeer *peer;

  if (local == NULL || !G_IS_INET_SOCKET_ADDRESS (remote))
    return; /* gone already */
  peer = admit (listener, connection, remote);
  if (peer == NULL)
    return;
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  if (listener->certificate != NULL)
    start_tls (listener, connection, peer, local, remote);
  else
    hand_over (listener, G_IO_STREAM (connection), peer, local, remote);
}

static void start_accepting (CsListener *listener);

static gboolean
on_pause_ended (gpointer data)
{
  CsListener *listener = data;

  g_clear_pointer (&listener->resume, g_source_unref);
  start_accepting (listener);
  return G_SOURCE_REMOVE;
}

static void
pause_accepting (CsListener *listener)
{
  listener->resume = g_timeout_source_new (PAUSE_MS);
  g_source_set_callback (listener->resume, on_pause_ended, listener, NULL);
  g_source_attach (listener->resume, g_main_context_get_thread_default ());
  g_clear_pointer (&listener->source, g_source_unref);
}

static gboolean
on_connection_waiting (GSocket *socket, GIOCondition condition, gpointer data)
{
  CsListener *listener = data;

  for (int i = 0; i < ACCEPT_BATCH; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

      if (accepted != NULL)
        take (listener, accepted);
      else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return G_SOURCE_CONTINUE;
      else
        {
          g_warning ("Cannot accept connections for a moment: %s", error->message);
          pause_accepting (listener);
          return G_SOURCE_REMOVE;
        }
    }
  return G_SOURCE_CONTINUE;
}

static void
start_accepting (CsListener *listener)
{
  listener->source = g_socket_create_source (listener->socket, G_IO_IN, NULL);
  g_source_set_callback (listener->source, G_SOURCE_FUNC (on_connection_waiting), listener, NULL);
  g_source_attach (listener->source, g_main_context_get_thread_default ());
}

gboolean
cs_listener_listen (CsListener *listener, const char *host, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (host, port);
  g_autoptr (GSocket) socket = NULL;

  if (address == NULL)
    return ct_fail (error, CT_ERROR_INVALID, "\"%s\" is not an address to listen on", host);
  socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                         G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return FALSE;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, address, TRUE, error) || !g_socket_listen (socket, error))
    {
      g_prefix_error (error, "%s port %u: ", host, port);
      return FALSE;
    }
  listener->socket = g_steal_pointer (&socket);
  start_accepting (listener);
  return TRUE;
}

guint16
cs_listener_get_port (CsListener *listener)
{
  g_autoptr (GSocketAddress) address
      = listener->socket != NULL ? g_socket_get_local_address (listener->socket, NULL) : NULL;

  return address != NULL ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) : 0;
}

guint
cs_listener_get_count (CsListener *listener)
{
  return g_hash_table_size (listener->connections);
}

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

void
cs_listener_close (CsListener *listener)
{
  clear_source (&listener->source);
  clear_source (&listener->resume);
  if (listener->socket != NULL)
    g_socket_close (listener->socket, NULL);
  g_clear_object (&listener->socket);
}

static gboolean
overstayed (CsListener *listener, CsPeer *peer, gint64 now)
{
  gint64 seconds = (now - peer->since_us) / G_USEC_PER_SEC;

  switch (peer->state)
    {
    case CS_PEER_HANDSHAKE:
    case CS_PEER_SENDING:
    case CS_PEER_READING:
      return seconds >= listener->limits.request_seconds;
    case CS_PEER_IDLE:
      return seconds >= listener->limits.idle_seconds;
    case CS_PEER_RUNNING:
    case CS_PEER_SOCKET:
      return FALSE;
    }
  return FALSE;
}

void
cs_listener_sweep (CsListener *listener)
{
  gint64 now = ct_clock_monotonic_us (listener->clock);
  GHashTableIter iter;
  gpointer peer;

  /* Shutting a socket only makes it readable; nothing leaves the table during the walk. */
  g_hash_table_iter_init (&iter, listener->connections);
  while (g_hash_table_iter_next (&iter, NULL, &peer))
    if (overstayed (listener, peer, now))
      cs_peer_shut (peer);
}
