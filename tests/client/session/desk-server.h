/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server as the desk sees one, on 127.0.0.1 and the default main context: answers that a test sets, a
 * log of what was asked, and one WebSocket of events. */
#pragma once

#include "../../tools/wait.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct {
  SoupServer *soup;
  guint16 port;
  char *url;
  GPtrArray *asked;    /* "POST /api/v1/x {body}", in order, without sign-in */
  GPtrArray *keys;     /* the Idempotency-Key of each, "" without */
  GHashTable *answers; /* "POST /api/v1/x" -> Answer */
  guint status;        /* instead of any answer, when not 0 */
  gboolean deaf;       /* takes requests and never answers */
  const char *slow;    /* the answer to this path is made at once, sent by desk_server_release() */
  SoupServerMessage *held;
  SoupWebsocketConnection *socket;
  GPtrArray *hellos;    /* first message of each WebSocket */
  const char *greeting; /* "reset" or "resumed" */
  guint number;         /* of the last event */
} DeskServer;

/* @certificate (may be NULL: plain HTTP): a PEM file with certificate and key. */
DeskServer *desk_server_new (const char *certificate);
void desk_server_free (DeskServer *self);
/* @path without query. An unset one is answered by 404. */
void desk_server_set (DeskServer *self, const char *method, const char *path, guint status,
                      const char *json);
void desk_server_event (DeskServer *self, const char *type, const char *topic, const char *json);
void desk_server_release (DeskServer *self);
/* Cuts the WebSocket. */
void desk_server_cut (DeskServer *self, gushort code);

G_END_DECLS
