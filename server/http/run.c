/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A worker's side of a request, top to bottom: who asks, may he, is the body what the row says, has it
 * been answered before, the handler, the reply. Each step that refuses leaves a problem as the reply. */
#define G_LOG_DOMAIN "http"
#include "server/http/exchange-private.h"

#include <string.h>

#define BEARER "Bearer "

/* The session that the Authorization header names, into the exchange. */
gboolean
cs_exchange_find_session (CsExchange *exchange, GError **error)
{
  const char *text = cs_exchange_header (exchange, "Authorization");

  if (text == NULL || g_ascii_strncasecmp (text, BEARER, strlen (BEARER)) != 0)
    return ct_fail (error, CT_ERROR_UNAUTHENTIC, "sign in first");
  exchange->session = cs_sessions_find (exchange->http->sessions, cs_exchange_reader (exchange),
                                        text + strlen (BEARER), error);
  return exchange->session != NULL;
}

static gboolean
is_admitted (CsExchange *exchange, GError **error)
{
  CsPermission permission = exchange->match.row->route->permission;
  guint retry = 0;

  if (permission == CS_ALLOW_ANYONE)
    return TRUE;
  if (!cs_exchange_find_session (exchange, error))
    return FALSE;
  if (!cs_buckets_take (exchange->http->per_session, ct_id_text (exchange->session->stored.id).text,
                        &retry))
    {
      cs_exchange_reply_later (exchange, 429, "too-many-requests", retry);
      return FALSE;
    }
  if (!cs_principal_may (&exchange->session->principal, permission))
    return ct_fail (error, CT_ERROR_DENIED, "this takes the permission %s",
                    cs_permission_name (permission));
  return TRUE;
}

static gboolean
is_json (CsExchange *exchange)
{
  const char *type = soup_message_headers_get_content_type (
      soup_server_message_get_request_headers (exchange->message), NULL);

  return type != NULL && g_ascii_strcasecmp (type, "application/json") == 0;
}

/* FALSE: there is a reply. */
static gboolean
read_body (CsExchange *exchange)
{
  const CsRoute *route = exchange->match.row->route;
  CtProblem *problem = NULL;
  gsize size;
  const char *bytes = g_bytes_get_data (exchange->bytes, &size);

  if ((route->flags & CS_ROUTE_UPLOAD) != 0)
    return TRUE;
  if (route->request == NULL)
    {
      if (size == 0)
        return TRUE;
      problem = ct_problem_new (400, "no-body-expected", "this request has no body");
    }
  else if (!is_json (exchange))
    problem = ct_problem_new (415, "not-json", "the Content-Type must be application/json");
  else
    exchange->body = ct_record_from_bytes (
        route->request, bytes, size, exchange->http->config.max_body, CT_WIRE_REQUEST, &problem);
  if (problem == NULL)
    return TRUE;
  cs_exchange_reply_problem (exchange, problem);
  return FALSE;
}

/* FALSE without @error: there is a reply. */
static gboolean
prepare (CsExchange *exchange, GError **error)
{
  guint flags = exchange->match.row->route->flags;
  g_autoptr (GError) local = NULL;

  if (!is_admitted (exchange, error)
      || ((flags & CS_ROUTE_PAGED) != 0 && !cs_exchange_read_paging (exchange))
      || !read_body (exchange))
    return FALSE;
  if ((flags & CS_ROUTE_IDEMPOTENT) == 0)
    return TRUE;
  if (cs_idempotency_begin (exchange, &local))
    return FALSE;
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void
reply_error (CsExchange *exchange, const GError *error)
{
  CtProblem *problem = exchange->problem != NULL ? g_steal_pointer (&exchange->problem)
                                                 : ct_problem_new_from_error (error);

  if (problem->status >= 500)
    cs_warning (cs_exchange_about (exchange), "%s %s failed: %s request=%s", exchange->method,
                exchange->match.row->route->path, error->message,
                ct_id_text (exchange->request_id).text);
  /* Which of the two a limit is depends on what was too many; 413 speaks of this request's size. */
  if (ct_error_is (error, CT_ERROR_BUSY))
    {
      cs_exchange_reply_later (exchange, problem->status, problem->code, 2);
      ct_problem_free (problem);
      return;
    }
  cs_exchange_reply_problem (exchange, problem);
}

/* Decides on the status, and on the first piece of what is streamed. */
static gboolean
complete (CsExchange *exchange, GError **error)
{
  CsReply *reply = &exchange->reply;

  if (reply->streamed)
    cs_exchange_apply_range (exchange);
  if (reply->status == 0)
    reply->status = reply->body == NULL && !reply->streamed ? 204 : 200;
  return !reply->streamed || strcmp (exchange->method, "HEAD") == 0
         || cs_exchange_read_piece (exchange, error);
}

void
cs_exchange_run (CsExchange *exchange)
{
  const CsRow *row = exchange->match.row;
  g_autoptr (GError) error = NULL;
  gboolean done = prepare (exchange, &error) && row->route->handler (exchange, row->module, &error)
                  && complete (exchange, &error);

  if (!done && error == NULL && exchange->reply.status == 0)
    ct_fail (&error, CT_ERROR_IO, "the handler failed and did not say why");
  if (error != NULL)
    reply_error (exchange, error);
  if (exchange->idempotency_key != NULL)
    cs_idempotency_finish (exchange);
  if (exchange->reader != NULL)
    cs_store_release_reader (exchange->http->store, g_steal_pointer (&exchange->reader));
}
