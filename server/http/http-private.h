/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CsHttp, inside the HTTP folder. What is set by cs_http_new() and cs_http_add_module() is only read
 * after the start; the rest says whose it is. */
#pragma once

#include "common/records/session.h"
#include "common/wire/openapi.h"
#include "common/wire/record-json.h"
#include "server/base/metrics.h"
#include "server/base/workers.h"
#include "server/http/http.h"
#include "server/http/hub-private.h"
#include "server/http/limits.h"
#include "server/http/listener.h"
#include "server/http/route-tree.h"
#include "server/http/session.h"
#include "server/http/socket.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Private flag of a row: hashes a password, so runs in the pool made for that. */
#define CS_ROUTE_HASH (1 << 16)
/* Private flag: the reply has no session's data, it may be cached. */
#define CS_ROUTE_PUBLIC (1 << 17)

#define CS_SIGN_IN_MAX_BODY 4096

typedef struct {
  char *name;
  CsHealthFunc check;
  gpointer data;
} CsHealth;

struct _CsHttp {
  CsHttpConfig config; /* strings owned */
  CsStore *store;
  CtClock *clock;
  CsAuthenticator authenticator;
  char *dummy_hash; /* checked when there is no such user */
  CsRouteTree *routes;
  GPtrArray *health; /* CsHealth* */
  GBytes *openapi;   /* made at the start */
  char *web_root;    /* real path of the web folder, or NULL */
  guint16 port;      /* once it listens */

  CsLoop *loop;
  CsWorkers *workers, *slow, *hash;
  CsSessions *sessions;
  CsBuckets *per_address, *per_session, *sign_in_account, *sign_in_address;
  CsHub *hub;

  /* Keys being worked on (idempotency.c). */
  GMutex keys_lock;
  GHashTable *keys;

  /* The loop's. */
  SoupServer *server;
  CsListener *listener;
  GSource *sweep;
  gint64 swept_us;       /* when sessions were last swept */
  GHashTable *exchanges; /* CsExchange*, running or being sent */
  CsWebSockets *sockets;
  gboolean draining;
  guint uploads; /* exchanges that send a file, each held in memory */

  /* How many there are in `exchanges`; for who waits in cs_http_stop(). */
  GMutex drain_lock;
  GCond drained;
  guint running;

  CsMetric *requests[6]; /* by hundreds of the status */
  CsMetric *latency;
};

/* request.c: from headers to reply; connects to the server's signals. On the loop. */
void cs_http_serve (CsHttp *http);
/* The message's exchange is over (libsoup does not say so when its connection is stolen). */
void cs_http_finish (CsHttp *http, SoupServerMessage *message);
/* static.c: a row for what is not in the table, or NULL without a web folder. */
const CsRow *cs_http_static_row (CsHttp *http);
/* openapi.c */
GBytes *cs_http_describe (CsHttp *http);
/* TRUE for loopback and whoever has the metrics token. */
gboolean cs_http_trusts (CsHttp *http, CsExchange *exchange);

/* The rows that are the HTTP side's own. */
extern const CsRoute cs_sign_in_routes[];
extern const gsize cs_sign_in_n_routes;
extern const CsRoute cs_status_routes[];
extern const gsize cs_status_n_routes;

G_END_DECLS
