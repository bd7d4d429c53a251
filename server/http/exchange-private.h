/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One request and its reply, inside. It is made on the api loop when the headers are there, handed to
 * one worker, and handed back; whoever has it may touch it, except that the message is the loop's: the
 * worker only reads its request headers. Counted, because a message can die (the client went) while
 * the worker runs. */
#pragma once

#include "server/http/http-private.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What will be sent: a body, or a source read piece by piece. */
typedef struct {
  guint status; /* 0: not decided */
  char *content_type;
  GBytes *body;
  GPtrArray *headers; /* char* name, char* value, alternating */
  gboolean streamed;
  guint64 offset, end; /* of the source: what is left to send */
  CsRangeFunc read;
  gpointer source;
  GDestroyNotify destroy;
} CsReply;

struct _CsExchange {
  gatomicrefcount references;
  CsHttp *http;
  CtId request_id;
  gint64 started_us;

  /* The loop's. */
  SoupServerMessage *message;
  CsPeer *peer;     /* its connection; NULL once it is gone */
  gboolean gone;    /* the client went, or all is sent: nothing may be done to the message */
  guint64 received; /* of the body */
  gboolean uploads; /* counted in http->uploads */

  /* The request. */
  CsMatch match;
  const char *method; /* borrowed from the message */
  char *address;
  char *address_key; /* whom the limits count it for */
  gboolean loopback;
  char *range; /* the Range header, taken away from libsoup */
  GBytes *bytes;
  GHashTable *query; /* char* -> char*; NULL before it is asked for */
  gpointer body;     /* the validated record */
  char *idempotency_key;
  gint64 cursor;
  guint limit;

  /* While the handler runs. */
  CsSession *session;
  CsDb *reader;
  CtProblem *problem; /* what a failure becomes, when the handler worded it */

  CsReply reply;
};

CsExchange *cs_exchange_new (CsHttp *http, SoupServerMessage *message);
CsExchange *cs_exchange_ref (CsExchange *exchange);
void cs_exchange_unref (CsExchange *exchange);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsExchange, cs_exchange_unref)

/* The problem becomes the reply; takes it. */
void cs_exchange_reply_problem (CsExchange *exchange, CtProblem *problem);
/* As above, with Retry-After. */
void
cs_exchange_reply_later (CsExchange *exchange, guint status, const char *code, guint retry_seconds);
/* Puts the range that was asked for into a streamed reply: 200, 206 or 416. */
void cs_exchange_apply_range (CsExchange *exchange);
/* FALSE and a problem when ?cursor= or ?limit= are not what they should be. */
gboolean cs_exchange_read_paging (CsExchange *exchange);

/* request.c: what a worker does with it, top to bottom. */
void cs_exchange_run (CsExchange *exchange);
/* The session that the Authorization header names; on a worker. */
gboolean cs_exchange_find_session (CsExchange *exchange, GError **error);
/* idempotency.c: TRUE when there is a reply already (kept, or a refusal). Else, when the row asks for
 * it, the key is claimed until cs_idempotency_finish(), which keeps the reply. */
gboolean cs_idempotency_begin (CsExchange *exchange, GError **error);
void cs_idempotency_finish (CsExchange *exchange);
/* stream.c: sends a streamed reply, the first piece of which is in reply.body. On the loop. */
void cs_exchange_stream (CsExchange *exchange);
/* Reads the next piece. On a worker. */
gboolean cs_exchange_read_piece (CsExchange *exchange, GError **error);

G_END_DECLS
