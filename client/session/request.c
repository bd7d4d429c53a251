/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests. Each is a GTask that carries what it wants and what came: send, read the body up to a limit,
 * then make of it a record, a list or bytes. Whatever goes wrong becomes a GError for the code and a
 * CdProblem for the person. Redirects are not followed: the token goes to one server only. */
#define G_LOG_DOMAIN "session"

#include "client/session/session-private.h"
#include "common/wire/record-json.h"

#include <string.h>

#define MAX_JSON (8 * 1024 * 1024)
#define MAX_BYTES (64 * 1024 * 1024)
#define CHUNK (64 * 1024)

typedef enum {
  WANT_RECORD,
  WANT_LIST,
  WANT_BYTES,
} Want;

typedef struct {
  Want want;
  const CtRecordType *type; /* NULL: the answer is not read */
  SoupMessage *message;
  GInputStream *stream;
  GByteArray *body;
  gboolean had_token;
  guint token_turn;
  CdProblem *problem;
  gint64 next_cursor;
  guint64 total;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_clear_object (&call->message);
  g_clear_object (&call->stream);
  g_clear_pointer (&call->body, g_byte_array_unref);
  ct_problem_free (call->problem);
  g_free (call);
}

/* Failure */

static void
fail (GTask *task, CdProblem *problem)
{
  Call *call = g_task_get_task_data (task);
  CtErrorCode code = problem->status != 0 ? ct_problem_error_code (problem) : CT_ERROR_IO;

  if (problem->code == NULL) /* a proxy's page, not a report */
    problem->code = g_strdup (ct_error_code_name (code));
  call->problem = problem;
  g_task_return_new_error (task, CT_ERROR, code, "%s%s%s", problem->code,
                           problem->detail != NULL ? ": " : "",
                           problem->detail != NULL ? problem->detail : "");
}

static void
fail_with (GTask *task, const GError *error)
{
  fail (task, cd_problem_new_from_error (error));
}

static void
fail_protocol (GTask *task, const char *detail)
{
  fail (task, ct_problem_new (0, "protocol", "%s", detail));
}

/* What came */

const char *
cd_session_json_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

gint64
cd_session_json_number (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : 0;
}

static gpointer
read_record (Call *call, CdProblem **problem)
{
  return ct_record_from_bytes (call->type, (const char *) call->body->data, call->body->len,
                               MAX_JSON, CT_WIRE_REPLY, problem);
}

/* {"items": [...], "next": "17"} */
static GPtrArray *
read_list (Call *call, CdProblem **problem)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node
      = ct_json_parse ((const char *) call->body->data, call->body->len, MAX_JSON, &error);
  JsonObject *object
      = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *items = object != NULL ? json_object_get_member (object, "items") : NULL;
  const char *next;

  if (items == NULL)
    {
      *problem = ct_problem_new (0, "protocol", "%s", error != NULL ? error->message : "no list");
      return NULL;
    }
  next = cd_session_json_text (object, "next");
  if (next != NULL && !g_ascii_string_to_signed (next, 10, 0, G_MAXINT64, &call->next_cursor, NULL))
    call->next_cursor = 0;
  return ct_records_from_json (call->type, items, 0, CT_WIRE_REPLY, problem);
}

static void
return_result (GTask *task)
{
  Call *call = g_task_get_task_data (task);
  CdProblem *problem = NULL;
  gpointer value = NULL;
  GDestroyNotify destroy = NULL;

  if (call->want == WANT_BYTES)
    {
      value = g_byte_array_free_to_bytes (g_steal_pointer (&call->body));
      destroy = (GDestroyNotify) g_bytes_unref;
    }
  else if (call->type == NULL || call->body->len == 0)
    value = NULL;
  else if (call->want == WANT_LIST)
    {
      value = read_list (call, &problem);
      destroy = (GDestroyNotify) g_ptr_array_unref;
    }
  else
    {
      value = read_record (call, &problem);
      destroy = ct_record_free;
    }
  if (problem != NULL)
    {
      fail_protocol (task, problem->detail != NULL ? problem->detail : problem->code);
      ct_problem_free (problem);
      return;
    }
  if (call->want == WANT_LIST && value == NULL)
    fail_protocol (task, "no list");
  else
    g_task_return_pointer (task, value, destroy);
}

/* "bytes 0-99/1234" */
static void
read_total (Call *call)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (call->message);
  goffset start, end, total = -1;

  if (!soup_message_headers_get_content_range (headers, &start, &end, &total) || total < 0)
    total = (goffset) call->body->len;
  call->total = (guint64) total;
}

static void
on_body_whole (GTask *task)
{
  CdSession *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  guint status = soup_message_get_status (call->message);

  if (status >= 200 && status < 300)
    {
      if (call->want == WANT_BYTES)
        read_total (call);
      return_result (task);
      return;
    }
  fail (task, ct_problem_new_from_json ((const char *) call->body->data, call->body->len, status));
  /* A refused sign-in has no token to lose; that of a session before is lost already. */
  if (status == 401 && call->had_token && call->token_turn == self->token_turn)
    cd_session_lost (self);
}

static void
on_chunk (GObject *stream, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Call *call = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes
      = g_input_stream_read_bytes_finish (G_INPUT_STREAM (stream), result, &error);

  if (bytes == NULL)
    {
      fail_with (task, error);
      return;
    }
  if (g_bytes_get_size (bytes) == 0)
    {
      on_body_whole (task);
      return;
    }
  g_byte_array_append (call->body, g_bytes_get_data (bytes, NULL),
                       (guint) g_bytes_get_size (bytes));
  if (call->body->len > (call->want == WANT_BYTES ? MAX_BYTES : MAX_JSON))
    {
      fail_protocol (task, "the answer is too long");
      return;
    }
  g_input_stream_read_bytes_async (call->stream, CHUNK, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), on_chunk, g_object_ref (task));
}

static void
look_at_date (CdSession *self, SoupMessage *message)
{
  const char *text
      = soup_message_headers_get_one (soup_message_get_response_headers (message), "Date");
  g_autoptr (GDateTime) date = text != NULL ? soup_date_time_new_from_http_string (text) : NULL;

  if (date != NULL)
    cd_session_saw_date (self, g_date_time_to_unix (date));
}

static void
on_sent (GObject *soup, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Call *call = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  call->stream = soup_session_send_finish (SOUP_SESSION (soup), result, &error);
  if (call->stream == NULL)
    {
      fail_with (task, error);
      return;
    }
  look_at_date (g_task_get_source_object (task), call->message);
  g_input_stream_read_bytes_async (call->stream, CHUNK, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), on_chunk, g_object_ref (task));
}

/* Sending */

SoupMessage *
cd_session_new_message (CdSession *self, const char *method, const char *path)
{
  g_autofree char *url = g_strconcat (self->server, path, NULL);
  SoupMessage *message = g_str_has_prefix (path, "/api/v1") ? soup_message_new (method, url) : NULL;

  if (message == NULL)
    return NULL;
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  if (self->token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", self->token, NULL);

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                    bearer);
    }
  return message;
}

static GTask *
prepare (CdSession *self, Want want, const char *method, const char *path, const CtRecordType *type,
         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  Call *call = g_new0 (Call, 1);

  call->want = want;
  call->type = type;
  call->body = g_byte_array_new ();
  call->message = cd_session_new_message (self, method, path);
  call->had_token = self->token != NULL;
  call->token_turn = self->token_turn;
  g_task_set_task_data (task, call, call_free);
  return task;
}

static void
launch (CdSession *self, GTask *task)
{
  Call *call = g_task_get_task_data (task);

  if (call->message == NULL)
    fail_protocol (task, "not a path of the API");
  else
    {
      soup_session_send_async (self->soup, call->message, G_PRIORITY_DEFAULT,
                               g_task_get_cancellable (task), on_sent, task);
      return;
    }
  g_object_unref (task);
}

static void
send_json (CdSession *self, GTask *task, const char *json, const char *idempotency_key)
{
  Call *call = g_task_get_task_data (task);

  if (call->message != NULL && json != NULL)
    {
      g_autoptr (GBytes) body = g_bytes_new (json, strlen (json));

      soup_message_set_request_body_from_bytes (call->message, "application/json", body);
    }
  if (call->message != NULL && idempotency_key != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (call->message),
                                  "Idempotency-Key", idempotency_key);
  launch (self, task);
}

void
cd_session_send_async (CdSession *self, const char *method, const char *path, const char *json,
                       const char *idempotency_key, const CtRecordType *reply_type,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  send_json (self,
             prepare (self, WANT_RECORD, method, path, reply_type, cancellable, callback, data),
             json, idempotency_key);
}

void
cd_session_send_raw_async (CdSession *self, const char *method, const char *path, const char *json,
                           const char *idempotency_key, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data)
{
  send_json (self, prepare (self, WANT_BYTES, method, path, NULL, cancellable, callback, data),
             json, idempotency_key);
}

void
cd_session_change_async (CdSession *self, const char *method, const char *path, GBytes *body,
                         const char *content_type, gint64 version, const CtRecordType *reply_type,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = prepare (self, WANT_RECORD, method, path, reply_type, cancellable, callback, data);
  Call *call = g_task_get_task_data (task);
  g_autofree char *seen = g_strdup_printf ("\"%" G_GINT64_FORMAT "\"", version);

  if (call->message != NULL && body != NULL)
    soup_message_set_request_body_from_bytes (call->message, content_type, body);
  if (call->message != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (call->message), "If-Match",
                                  seen);
  launch (self, task);
}

void
cd_session_call_async (CdSession *self, const char *method, const char *path, gconstpointer request,
                       const CtRecordType *reply_type, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data)
{
  g_autofree char *json
      = request != NULL ? ct_record_to_json (request, CT_WIRE_STAFF | CT_WIRE_SECRETS) : NULL;
  g_autofree char *key = strcmp (method, "POST") == 0 ? g_uuid_string_random () : NULL;

  cd_session_send_async (self, method, path, json, key, reply_type, cancellable, callback, data);
}

void
cd_session_list_async (CdSession *self, const char *path, const CtRecordType *item_type,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  launch (self, prepare (self, WANT_LIST, "GET", path, item_type, cancellable, callback, data));
}

void
cd_session_download_async (CdSession *self, const char *path, guint64 offset, guint64 length,
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = prepare (self, WANT_BYTES, "GET", path, NULL, cancellable, callback, data);
  Call *call = g_task_get_task_data (task);

  if (call->message != NULL && (offset > 0 || length > 0))
    soup_message_headers_set_range (soup_message_get_request_headers (call->message),
                                    (goffset) offset,
                                    length > 0 ? (goffset) (offset + length - 1) : -1);
  launch (self, task);
}

/* Finishing */

static gpointer
finish (GAsyncResult *result, gboolean *good, CdProblem **problem, GError **error)
{
  Call *call = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) local = NULL;
  gpointer value = g_task_propagate_pointer (G_TASK (result), &local);

  *good = local == NULL;
  if (*good)
    return value;
  if (problem != NULL)
    *problem = call->problem != NULL ? ct_problem_copy (call->problem)
                                     : cd_problem_new_from_error (local);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

gboolean
cd_session_call_finish (CdSession *self, GAsyncResult *result, gpointer *reply, CdProblem **problem,
                        GError **error)
{
  gboolean good;
  gpointer value = finish (result, &good, problem, error);

  if (reply != NULL && good)
    *reply = value;
  else
    ct_record_free (value);
  return good;
}

GPtrArray *
cd_session_list_finish (CdSession *self, GAsyncResult *result, gint64 *next_cursor,
                        CdProblem **problem, GError **error)
{
  Call *call = g_task_get_task_data (G_TASK (result));
  gboolean good;
  GPtrArray *list = finish (result, &good, problem, error);

  if (good && next_cursor != NULL)
    *next_cursor = call->next_cursor;
  return list;
}

GBytes *
cd_session_download_finish (CdSession *self, GAsyncResult *result, guint64 *total,
                            CdProblem **problem, GError **error)
{
  Call *call = g_task_get_task_data (G_TASK (result));
  gboolean good;
  GBytes *bytes = finish (result, &good, problem, error);

  if (good && total != NULL)
    *total = call->total;
  return bytes;
}
