/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections: accepted here and handed to libsoup when TLS is up, so that they can be counted (in all
 * and by address), given a new certificate without touching the old ones, and closed when they idle,
 * trickle or do not read. All on one loop.
 *
 * The time limits, by what a connection is doing: a handshake or the sending of a request
 * `request_seconds`; waiting for a request, its headers included, `idle_seconds`; reading our reply
 * `request_seconds` without progress; none while a handler runs (it has deadlines of its own) and for
 * a WebSocket (the hub pings). */
#pragma once

#include "common/base/clock.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef enum {
  CS_PEER_HANDSHAKE,
  CS_PEER_IDLE,
  CS_PEER_SENDING, /* its request's body */
  CS_PEER_RUNNING,
  CS_PEER_READING, /* our reply */
  CS_PEER_SOCKET,
} CsPeerState;

/* One connection. Counted: it may be held beyond the connection's life. */
typedef struct _CsPeer CsPeer;

CsPeer *cs_peer_ref (CsPeer *peer);
void cs_peer_unref (CsPeer *peer);
/* Of the message's connection; NULL when it is not one of ours. Borrowed. */
CsPeer *cs_peer_of (SoupServerMessage *message);
void cs_peer_set_state (CsPeer *peer, CsPeerState state); /* also: there was progress */
const char *cs_peer_get_address (const CsPeer *peer);
const char *cs_peer_get_key (const CsPeer *peer); /* cs_address_key() of it */
gboolean cs_peer_is_loopback (const CsPeer *peer);
GSocket *cs_peer_get_socket (CsPeer *peer);
/* Ends the connection at once; libsoup finds it closed. */
void cs_peer_shut (CsPeer *peer);

typedef struct {
  guint max_connections;
  guint max_per_address;
  guint idle_seconds;
  guint request_seconds;
} CsListenerLimits;

typedef struct _CsListener CsListener;

/* Uses the thread's default context. @server is borrowed. */
CsListener *cs_listener_new (SoupServer *server, CtClock *clock, const CsListenerLimits *limits);
/* Connections live on, uncounted. */
void cs_listener_free (CsListener *listener);
/* NULL: plain. For the connections that come from now on. */
void cs_listener_set_certificate (CsListener *listener, GTlsCertificate *certificate);
gboolean cs_listener_listen (CsListener *listener, const char *host, guint16 port, GError **error);
guint16 cs_listener_get_port (CsListener *listener);
guint cs_listener_get_count (CsListener *listener);
/* A connection that was stolen from libsoup after a reply: its next request, or closed when we are.
 *
 * libsoup 3.2 leaks a connection, descriptor and all, when the client closes it while it waits for
 * another request; one that never had a request it lets go. So each request is the first one of its
 * connection to libsoup. */
void cs_listener_take_back (CsListener *listener, GIOStream *stream, SoupServerMessage *message);
/* No more connections; those there are go on. */
void cs_listener_close (CsListener *listener);
/* Closes what overstayed; every second. */
void cs_listener_sweep (CsListener *listener);

G_END_DECLS
