/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A worker looks at who is behind WebSockets: at a first message with a token, and again now and then,
 * because sessions end. Many are one job, which leaves the workers' queue to the requests. */
#pragma once

#include "server/http/http-private.h"
#include "server/http/session.h"

G_BEGIN_DECLS

typedef struct {
  guint64 socket;     /* its number: it may be gone meanwhile */
  char *token;        /* of a first message, or: */
  CsSession *session; /* so far */
  CsSession *found;   /* NULL: none, */
  gboolean unsure;    /* unless it could not be found out */
} CsLook;

/* On the api loop. */
typedef void (*CsLookedFunc) (CsHttp *http, const CsLook *look);

typedef struct _CsLooks CsLooks;

CsLooks *cs_looks_new (CsHttp *http, CsLookedFunc looked);
/* @token or @session may be NULL. */
void cs_looks_add (CsLooks *looks, guint64 socket, const char *token, CsSession *session);
/* Takes it; tells of each, also when the workers have too much to do. */
void cs_looks_start (CsLooks *looks);

G_END_DECLS
