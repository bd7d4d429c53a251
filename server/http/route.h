/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The API is a table: method, path, permission, records in and out, and a plain function that runs top
 * to bottom on a worker. From the same rows come the guard, the validation, openapi.json and the tests
 * that walk it, so an unguarded or undocumented route cannot exist. A module (a domain folder) brings
 * its rows, migrations and start/stop; server/app/modules.c lists the modules. */
#pragma once

#include "common/records/record.h"
#include "server/base/log.h"
#include "server/store/store.h"

G_BEGIN_DECLS

/* Roles as in D5; a user holds a set of them. */
typedef enum {
  CS_ROLE_ADMINISTRATOR = 1 << 0,
  CS_ROLE_PROJECT_MANAGER = 1 << 1,
  CS_ROLE_E_AGENT = 1 << 2,
  CS_ROLE_DISPATCHER = 1 << 3,
  CS_ROLE_TEAM_LEADER = 1 << 4,
  CS_ROLE_FIELD_AGENT = 1 << 5,
  CS_ROLE_AGENT_SUPERVISOR = 1 << 6,
  CS_ROLE_EXPERT = 1 << 7,
  CS_ROLE_RECRUITER = 1 << 8,
  CS_ROLE_FINANCE = 1 << 9,
  CS_ROLE_OWNER = 1 << 10,
  CS_ROLE_MEMBER = 1 << 11,
  CS_ROLE_OPERATOR = 1 << 12, /* of the platform, above all tenants */
} CsRole;

/* What a row asks for; server/http/permission.c says which roles have it. */
typedef enum {
  CS_ALLOW_ANYONE,    /* no session: sign-in, version, health */
  CS_ALLOW_SESSION,   /* whoever is signed in, about himself */
  CS_ALLOW_ANSWER,    /* takes calls: e-agent, dispatcher, team leader */
  CS_ALLOW_SEE_CALLS, /* call records: own company's (owner, member), own (e-agent), all (staff) */
  CS_ALLOW_HEAR,      /* recordings: owner, team leader, administrator, project manager */
  CS_ALLOW_SEE_COMPANY,   /* dashboard, credit */
  CS_ALLOW_MANAGE_MONEY,  /* finance, administrator */
  CS_ALLOW_MANAGE_TENANT, /* administrator, project manager */
  CS_ALLOW_MANAGE_LINES,  /* what callers of a company hear: its owner, and managers */
} CsPermission;

typedef struct {
  CsScope scope; /* of the signed-in user's tenant */
  CtId user;
  CtId session;
  CtId company; /* an owner's or member's company; CT_ID_NONE for staff */
  guint roles;  /* CsRole bits */
  char *language;
} CsPrincipal;

gboolean cs_principal_may (const CsPrincipal *principal, CsPermission permission);
/* TRUE for the tenant's staff (not a company's own people). */
gboolean cs_principal_is_staff (const CsPrincipal *principal);
/* Of these, who sees every call and presence; the others see what is their own. */
gboolean cs_principal_sees_all_calls (const CsPrincipal *principal);

/* "e-agent", "project-manager": as stored, and as in the desk's session. NULL for none. */
const char *cs_role_name (CsRole role);
gboolean cs_role_parse (const char *name, CsRole *role);
const char *cs_permission_name (CsPermission permission);

typedef struct _CsExchange CsExchange; /* one request and its reply, while the handler runs */

typedef gboolean (*CsHandler) (CsExchange *exchange, gpointer module, GError **error);

enum {
  CS_ROUTE_IDEMPOTENT
  = 1 << 0, /* POST that creates: Idempotency-Key is required, the reply is kept 24 h */
  CS_ROUTE_PAGED = 1 << 1, /* a list: ?cursor= and ?limit= (1..200, default 50) */
  CS_ROUTE_RAW = 1 << 2,   /* the reply is bytes, not a record (recordings, metrics) */
  CS_ROUTE_SLOW = 1 << 3,  /* hashes or waits: runs in the slow pool */
  CS_ROUTE_UPLOAD
  = 1 << 4, /* the body is a file: any bytes, any Content-Type, cs_exchange_upload() */
};

typedef struct {
  const char *method;
  const char *path; /* "/api/v1/calls/{id}": {id}, {..._id} is a CtId, {name} any segment */
  CsPermission permission;
  const CtRecordType *request; /* NULL: no body */
  const CtRecordType *reply;   /* NULL: 204, or raw */
  guint flags;
  CsHandler handler;
  const char *summary; /* English, for OpenAPI */
} CsRoute;

/* The exchange, as a handler sees it. */
const CsPrincipal *cs_exchange_principal (CsExchange *exchange);
CsScope cs_exchange_scope (CsExchange *exchange);
CsStore *cs_exchange_store (CsExchange *exchange);
CsDb *cs_exchange_reader (CsExchange *exchange); /* this worker's, for the handler's duration */
gconstpointer cs_exchange_body (CsExchange *exchange); /* the validated request record */
GBytes *cs_exchange_upload (CsExchange *exchange); /* CS_ROUTE_UPLOAD: what was sent; borrowed */
/* A path parameter; ids were already checked to be ids. */
CtId cs_exchange_id (CsExchange *exchange, const char *name);
/* Whose request it is, for the log: who signed in, and the call it is about ("/calls/{id}..."). */
CsAbout cs_exchange_about (CsExchange *exchange);
const char *cs_exchange_segment (CsExchange *exchange, const char *name);
const char *cs_exchange_query (CsExchange *exchange, const char *name); /* NULL when absent */
const char *cs_exchange_header (CsExchange *exchange, const char *name);
const char *cs_exchange_peer (CsExchange *exchange); /* address, for limits and logs */
/* The caller's Idempotency-Key (CS_ROUTE_IDEMPOTENT), to make the effect itself unique as well; else NULL. */
const char *cs_exchange_idempotency_key (CsExchange *exchange);
/* Edits: the caller says which version he saw (If-Match: "7"). Fails with 428 when he does not say, and
 * with 412 when it is not @version. Readers set it with cs_exchange_set_version(). */
gboolean cs_exchange_match_version (CsExchange *exchange, gint64 version, GError **error);
void cs_exchange_set_version (CsExchange *exchange, gint64 version);
/* Paging: where to go on (0 at the start) and how many. */
gint64 cs_exchange_cursor (CsExchange *exchange);
guint cs_exchange_limit (CsExchange *exchange);

/* Replies; take ownership of what they are given. Status defaults to 200 (204 without a record). */
void cs_exchange_reply (CsExchange *exchange, gpointer record);
/* {"items":[...],"next":"17"}: records of the row's reply type, and the cursor to go on with; 0 ends
 * the list and is left out. */
void cs_exchange_reply_list (CsExchange *exchange, GPtrArray *records, gint64 next_cursor);
void cs_exchange_reply_bytes (CsExchange *exchange, GBytes *bytes, const char *content_type);
/* A file of a known size, read on demand in the ranges asked for; `read` may be called from any worker,
 * one call at a time, and may return less than asked but never nothing. */
typedef GBytes *(*CsRangeFunc) (gpointer source, guint64 offset, gsize size, GError **error);
void cs_exchange_reply_ranges (CsExchange *exchange, guint64 size, const char *content_type,
                               CsRangeFunc read, gpointer source, GDestroyNotify destroy);
void cs_exchange_set_status (CsExchange *exchange, guint status);
void cs_exchange_set_header (CsExchange *exchange, const char *name, const char *value);
/* Words the problem that the handler's failure becomes: a stable @code of its own instead of the
 * error's ("no-such-agent"). Returns FALSE. */
gboolean cs_exchange_fail (CsExchange *exchange, CtErrorCode kind, const char *code, GError **error,
                           const char *format, ...) G_GNUC_PRINTF (5, 6);
/* Fails with a problem that points into the request body. */
gboolean cs_exchange_fail_at (CsExchange *exchange, const char *pointer, const char *code,
                              GError **error, const char *format, ...) G_GNUC_PRINTF (5, 6);

/* An event for the WebSocket (GET /api/v1/events). Thread-safe; numbered by the hub. @topic is
 * "user:ID", "company:ID" or "tenant:ID" (staff); @json is copied. */
typedef struct _CsHub CsHub;
void
cs_hub_publish (CsHub *hub, CtId tenant, const char *topic, const char *type, const char *json);
/* FALSE while no WebSocket of the tenant has been there since the start: whoever comes later reads the
 * state anew, so what costs much to word need not be published. */
gboolean cs_hub_is_heard (CsHub *hub, CtId tenant);

typedef struct {
  const char *name;
  const CsMigration *migrations;
  gsize n_migrations;
  const CsRoute *routes;
  gsize n_routes;
} CsModule;

G_END_DECLS
