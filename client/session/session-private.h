/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of CdSession share: session.c (the type, signing in and out), request.c,
 * events.c (the WebSocket). */
#pragma once

#include "client/session/session.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

struct _CdSession {
  GObject parent_instance;
  char *server;
  SoupSession *soup;
  CtClock *clock;
  char *token;      /* NULL: nobody is signed in */
  guint token_turn; /* counts tokens: a late answer to the last one says nothing of this */
  CtSession *user;
  CdConnection connection;
  gint64 clock_offset_ms;

  /* events.c */
  SoupWebsocketConnection *socket;
  GCancellable *connecting;
  guint retry, watchdog;
  guint retry_seconds;
  gint64 heard_us;
  char *epoch;    /* of the last event; NULL before the first connection */
  guint64 number; /* of the last event */
};

typedef enum {
  CD_SIGNAL_CONNECTION_CHANGED,
  CD_SIGNAL_RESET,
  CD_SIGNAL_EVENT,
  CD_SIGNAL_CALL_CHANGED,
  CD_SIGNAL_PRESENCE_CHANGED,
  CD_SIGNAL_METER,
  CD_SIGNAL_CREDIT,
  CD_SIGNAL_WAITING,
  CD_SIGNAL_DASHBOARD_CHANGED,
  CD_SIGNAL_SIGNED_OUT,
  CD_N_SIGNALS,
} CdSessionSignal;

extern guint cd_session_signals[CD_N_SIGNALS];

/* The server's answer says that the session is no more. */
void cd_session_lost (CdSession *self);
void cd_session_set_connection (CdSession *self, CdConnection connection);
/* The Date of an answer. */
void cd_session_saw_date (CdSession *self, gint64 utc_s);
/* A text or number of @object; NULL or 0 when it is absent or something else. */
const char *cd_session_json_text (JsonObject *object, const char *name);
gint64 cd_session_json_number (JsonObject *object, const char *name);
/* A message with the token in it; NULL when the path is none. */
SoupMessage *cd_session_new_message (CdSession *self, const char *method, const char *path);

/* As cd_session_send_async; the answer is the body as it came: cd_session_download_finish(). */
void cd_session_send_raw_async (CdSession *self, const char *method, const char *path,
                                const char *json, const char *idempotency_key,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer data);

/* Opens the WebSocket now; keeps it open until stopped. */
void cd_session_start_events (CdSession *self);
void cd_session_stop_events (CdSession *self);

G_END_DECLS
