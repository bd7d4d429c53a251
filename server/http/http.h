/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP side of the server: one TLS listener, the API of all modules (route.h), sign-in and
 * sessions, the WebSocket of events, static files, /health and /metrics.
 *
 * Threads: sockets, limits and the hub's clients belong to one loop of its own ("api"); a request is
 * run top to bottom on a worker (a second pool for CS_ROUTE_SLOW, a third for password hashes), and
 * its reply goes back by cs_post. The functions below may be called from any thread but that loop.
 *
 * Order: new, add modules and health checks, start; stop, free. The store outlives it. */
#pragma once

#include "server/http/route.h"

G_BEGIN_DECLS

typedef struct _CsHttp CsHttp;

/* One user, as a sign-in needs him. Members are owned; cs_user_record_clear() frees them. */
typedef struct {
  CtId id;
  CtId tenant;
  CtId company; /* CT_ID_NONE for staff */
  guint roles;  /* CsRole bits */
  gboolean disabled;
  char *password_hash; /* from cs_http_hash_password(); NULL: cannot sign in */
  char *user_name;
  char *name;
  char *language;
  char *time_zone; /* may be NULL */
  char *domain;
  char *tenant_name;
  char *company_name; /* may be NULL */
} CsUserRecord;

void cs_user_record_clear (CsUserRecord *user);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CsUserRecord, cs_user_record_clear)

/* Who the users are; server/tenants fills it in. Called on workers with a reading connection. FALSE
 * with CT_ERROR_NOT_FOUND for an unknown domain or user; @user is zeroed before the call. A disabled
 * user is found, and refused here. */
typedef struct {
  gpointer self;
  gboolean (*find_user) (gpointer self, CsDb *db, const char *domain, const char *user_name,
                         CsUserRecord *user, GError **error);
  /* The same by id, when a session is used after a restart or a minute: roles may have changed. */
  gboolean (*read_user) (gpointer self, CsDb *db, CtId tenant, CtId user_id, CsUserRecord *user,
                         GError **error);
} CsAuthenticator;

/* How hard a password hash is (argon2id). */
typedef struct {
  gsize memory; /* bytes */
  guint passes;
} CsHashCost;

typedef struct {
  const char *host; /* address to listen on: "::" all, "127.0.0.1" loopback */
  guint16 port;     /* 0: any, see cs_http_get_port() */
  const char *certificate_path;
  const char *key_path;
  gboolean plain;            /* no TLS; only where nobody else can listen */
  const char *web_folder;    /* static files under /, or NULL */
  const char *metrics_token; /* also opens /metrics beyond loopback; or NULL */

  guint workers, slow_workers, hash_workers; /* threads */
  guint worker_queue, hash_queue;            /* waiting jobs; a full queue answers 503 */
  gsize max_body;                            /* bytes */
  gsize max_upload;                          /* bytes of a file (CS_ROUTE_UPLOAD) */
  guint max_uploads;                         /* files being sent at once, each in memory */
  gsize max_header;                          /* bytes: request line and headers */
  guint max_connections;
  guint max_connections_per_address;
  guint max_sockets_per_user;        /* WebSockets */
  guint idle_seconds;                /* a connection without a request */
  guint request_seconds;             /* to send a whole request */
  guint address_rate, address_burst; /* requests a second, from one address */
  guint session_rate, session_burst; /* and of one session */
  guint sign_in_per_minute;          /* tries for one account; ten times that from one address */
  guint socket_queue;                /* events waiting for a slow WebSocket */
  gsize socket_queue_bytes;
  guint event_ring; /* events kept a tenant, for resuming */
  CsHashCost hash;
} CsHttpConfig;

/* The defaults of all that has one. */
void cs_http_config_init (CsHttpConfig *config);

/* Everything is copied. Reads the certificate: a bad one fails here, not later. The store must hold
 * the migrations of cs_http_module. */
CsHttp *cs_http_new (const CsHttpConfig *config, CsStore *store,
                     const CsAuthenticator *authenticator, GError **error);
/* Before start. @routes and their strings must live as long as @http; @module goes to the handlers.
 * Two rows for one method and path are a programming error. */
void cs_http_add_module (CsHttp *http, const CsModule *module, gpointer data);
gboolean cs_http_start (CsHttp *http, GError **error);
/* Refuses new requests, finishes the running ones (at most @seconds), closes the rest. */
void cs_http_stop (CsHttp *http, guint seconds);
void cs_http_free (CsHttp *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsHttp, cs_http_free)

/* Reads certificate and key again; new connections get them, open ones go on. On failure the old
 * ones stay. */
gboolean cs_http_reload_certificate (CsHttp *http, GError **error);

CsHub *cs_http_get_hub (CsHttp *http); /* lives as long as @http */
guint16 cs_http_get_port (CsHttp *http);
CsLoop *cs_http_get_loop (CsHttp *http);

/* A user's roles, company or being changed: what is remembered of him is read anew on next use.
 * With @end_sessions (disabled, password changed) all his sessions end, on disk too. */
void cs_http_forget_user (CsHttp *http, CtId tenant, CtId user, gboolean end_sessions);
/* Users may have been changed by another process: all are read anew on next use, and the WebSockets of those
 * whose sessions ended close. */
void cs_http_forget_users (CsHttp *http);

/* Part of GET /health: TRUE when well; @detail (a word or a figure, owned by the caller) is shown to
 * loopback and to the holder of the metrics token. Called on a worker; must not wait long. */
typedef gboolean (*CsHealthFunc) (gpointer data, char **detail);
void cs_http_add_health (CsHttp *http, const char *name, CsHealthFunc check, gpointer data);

/* argon2id, as text to store. Takes time and memory: on a slow worker, never on a loop. */
char *cs_http_hash_password (const char *password, const CsHashCost *cost, GError **error);

/* Migrations 700..709 and the rows that are the HTTP side's own (sign-in, me, version, OpenAPI...).
 * Give the migrations to cs_store_open(); the rows are added by cs_http_new(). */
extern const CsModule cs_http_module;

G_END_DECLS
