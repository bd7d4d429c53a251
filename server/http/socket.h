/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /api/v1/events, the server's end of each WebSocket. Text messages, one JSON object each.
 *
 * The client speaks once, within ten seconds: {"resume":{"epoch":"...","number":N}} with the last number
 * it has seen, or {}. A browser, which cannot set an Authorization header, adds "token". The server
 * answers {"type":"resumed","epoch":"...","number":N} and goes on after that number; or, when it cannot,
 * {"type":"reset",...}: the client reads anew what it shows, events follow from N on. Then each event
 * is {"epoch","number","topic","type","at","body"}. Numbers have gaps: they count the events of all.
 *
 * Close codes: 1001 the server stops; 1008 the first message was wrong or late; 4013 too slow, connect
 * again and resume; 4401 not, or no longer, signed in; 4409 too many sockets of this user, the oldest
 * goes. (4013 and not 1013, "try again later", which libsoup 3.2 takes for a protocol error.) */
#pragma once

#include "server/http/http.h"
#include "server/http/session.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define CS_SOCKET_SLOW 4013
#define CS_SOCKET_SIGNED_OUT 4401
#define CS_SOCKET_TOO_MANY 4409

/* All of one server; the api loop's. */
typedef struct _CsWebSockets CsWebSockets;

CsWebSockets *cs_web_sockets_new (CsHttp *http);
void cs_web_sockets_free (CsWebSockets *sockets);
guint cs_web_sockets_get_count (CsWebSockets *sockets);
/* Turns the exchange into a WebSocket: its reply becomes 101, or a problem. */
void cs_socket_upgrade (CsExchange *exchange);
/* There are new events. */
void cs_web_sockets_pump (CsWebSockets *sockets);
/* Closes what is late, dead or signed out; every second. */
void cs_web_sockets_sweep (CsWebSockets *sockets);
/* Closes those of a session; has those of a user looked at again (CT_ID_NONE: of everybody). */
void cs_web_sockets_end_session (CsWebSockets *sockets, CtId session);
void cs_web_sockets_recheck (CsWebSockets *sockets, CtId tenant, CtId user);
/* Closes all: the server stops. */
void cs_web_sockets_close_all (CsWebSockets *sockets);

G_END_DECLS
