/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One signed-in user and his line to the server: calls of the API (asynchronous, on the thread's
 * default main context), and the events that the server pushes over a WebSocket, which is kept open,
 * resumed after a cut where it stopped (epoch and number), and never lets an event be missed silently:
 * when it cannot be resumed, `reset` asks everybody to read anew.
 *
 * The token lives in memory only. TLS is always verified, by the system's authorities or, when one was
 * given, by one CA file (a house's own, the demo's).
 *
 * Signals (records are borrowed for the emission; copy with ct_record_copy):
 *   connection-changed ()                      read cd_session_get_connection()
 *   reset ()                                   events were missed: read everything anew
 *   event (char *type, char *topic, char *json) every event, before the typed one
 *   call-changed (CtCall *)
 *   presence-changed (CtPresence *)
 *   meter (CtMeter *)
 *   credit (CtCredit *)
 *   waiting (CtWaiting *)                      once GET /api/v1/me/waiting was asked
 *   dashboard-changed (char *company id)       the dashboard of this company should be read anew
 *   signed-out ()                              by us, or the server said the session is no more */
#pragma once

#include "client/session/problem.h"
#include "common/base/clock.h"
#include "common/records/call.h"
#include "common/records/company.h"
#include "common/records/presence.h"
#include "common/records/script.h"
#include "common/records/session.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  CD_CONNECTION_OFFLINE,      /* signed out, or before the first connection */
  CD_CONNECTION_ONLINE,       /* events flow */
  CD_CONNECTION_RECONNECTING, /* cut: trying again, with growing pauses */
} CdConnection;

#define CD_TYPE_SESSION (cd_session_get_type ())
G_DECLARE_FINAL_TYPE (CdSession, cd_session, CD, SESSION, GObject)

/* @server is an https:// (or, in tests, http://127.0.0.1) URL without path. @ca_file may be NULL; then
 * the environment's CENTRALE_CA counts, then the system's authorities. NULL with CT_ERROR_INVALID or
 * CT_ERROR_IO when the URL or the file cannot be used. */
CdSession *cd_session_new (const char *server, const char *ca_file, CtClock *clock, GError **error);

const char *cd_session_get_server (CdSession *self);
CtClock *cd_session_get_clock (CdSession *self);
CdConnection cd_session_get_connection (CdSession *self);
gboolean cd_session_is_signed_in (CdSession *self);
/* Who is signed in; NULL when nobody. Its `token` is cleared. */
const CtSession *cd_session_get_user (CdSession *self);
gboolean cd_session_may (CdSession *self, const char *permission);
gboolean cd_session_has_role (CdSession *self, const char *role);
/* Server's UTC minus ours, in ms, when the answers' Date shows that the clocks differ. */
gint64 cd_session_get_clock_offset_ms (CdSession *self);
/* UTC ms by the server's clock. */
gint64 cd_session_server_now_ms (CdSession *self);

/* On success events are being connected. */
void cd_session_sign_in_async (CdSession *self, const char *domain, const char *user,
                               const char *password, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data);
gboolean cd_session_sign_in_finish (CdSession *self, GAsyncResult *result, CdProblem **problem,
                                    GError **error);
/* Forgets the token at once, and tells the server. */
void cd_session_sign_out_async (CdSession *self, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer data);
gboolean cd_session_sign_out_finish (CdSession *self, GAsyncResult *result, GError **error);

/* One call of the API. @path starts with /api/v1/. @request (a record, may be NULL) is written at once
 * and not kept. @reply_type NULL: the answer's body is not read. @idempotency_key may be NULL: then a
 * POST gets a fresh one. */
void cd_session_call_async (CdSession *self, const char *method, const char *path,
                            gconstpointer request, const CtRecordType *reply_type,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* The same with a body already in JSON (may be NULL) and a key of the caller's, as the journal has. */
void cd_session_send_async (CdSession *self, const char *method, const char *path, const char *json,
                            const char *idempotency_key, const CtRecordType *reply_type,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* @reply (may be NULL) gets the record, or NULL for an answer without body (204). On FALSE @problem
 * (may be NULL) says more than @error. Finishes both of the above. */
gboolean cd_session_call_finish (CdSession *self, GAsyncResult *result, gpointer *reply,
                                 CdProblem **problem, GError **error);

/* A change of something that has a version: @version is what the user saw (If-Match). @body (may be NULL) is
 * a file, such as a sound. Finish with cd_session_call_finish(). */
void cd_session_change_async (CdSession *self, const char *method, const char *path, GBytes *body,
                              const char *content_type, gint64 version,
                              const CtRecordType *reply_type, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer data);

/* One page of a list: records of @item_type. @next_cursor (may be NULL) is 0 at the end; put it into
 * the next path as ?cursor=. */
void cd_session_list_async (CdSession *self, const char *path, const CtRecordType *item_type,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *cd_session_list_finish (CdSession *self, GAsyncResult *result, gint64 *next_cursor,
                                   CdProblem **problem, GError **error);

/* Bytes, such as a recording: @length 0 is all from @offset on. @total (may be NULL) is the size of
 * the whole. At most 64 MiB at once. */
void cd_session_download_async (CdSession *self, const char *path, guint64 offset, guint64 length,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer data);
GBytes *cd_session_download_finish (CdSession *self, GAsyncResult *result, guint64 *total,
                                    CdProblem **problem, GError **error);

G_END_DECLS
