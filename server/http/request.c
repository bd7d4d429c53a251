/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The api loop's side of a request: headers come (limits, route), the body comes, a worker gets it,
 * its reply is sent, one line is logged. libsoup tells us by an early handler (headers are there), a
 * handler (body is there) and two signals (all sent, or the client went). */
#define G_LOG_DOMAIN "http"
#include "server/http/exchange-private.h"

#include <string.h>

#define EXCHANGE_KEY "cs-exchange"
#define BUSY_SECONDS 2
#define UPLOAD_STEP (64 * 1024)
#define API_POLICY "default-src 'none'; frame-ancestors 'none'"

static CsExchange *
exchange_of (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (message), EXCHANGE_KEY);
}

static gsize
size_of_headers (SoupServerMessage *message)
{
  SoupMessageHeadersIter iter;
  const char *name, *value;
  gsize size = strlen (g_uri_get_path (soup_server_message_get_uri (message)));
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));

  size += query != NULL ? strlen (query) : 0;
  soup_message_headers_iter_init (&iter, soup_server_message_get_request_headers (message));
  while (soup_message_headers_iter_next (&iter, &name, &value))
    size += strlen (name) + strlen (value) + strlen (": \r\n");
  return size;
}

static gsize
max_body_of (CsExchange *exchange)
{
  const CsHttpConfig *config = &exchange->http->config;
  guint flags = exchange->match.row->route->flags;

  if ((flags & CS_ROUTE_HASH) != 0)
    return CS_SIGN_IN_MAX_BODY;
  return (flags & CS_ROUTE_UPLOAD) != 0 ? config->max_upload : config->max_body;
}

static void
reply_too_big (CsExchange *exchange)
{
  CtProblem *problem = ct_problem_new (413, "too-big", "the body is too big");
  g_autofree char *maximum = g_strdup_printf ("%" G_GSIZE_FORMAT, max_body_of (exchange));

  ct_problem_set_param (problem, "maximum", maximum);
  cs_exchange_reply_problem (exchange, problem);
}

/* The body is not kept while nobody knows whether it is wanted, nor once it is too big. */
static void
on_got_chunk (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  CsExchange *exchange = exchange_of (message);

  guint64 before;

  if (exchange == NULL || exchange->gone)
    return;
  before = exchange->received;
  exchange->received += g_bytes_get_size (chunk);
  /* A file over a thin line takes its time; what counts is that it goes on. */
  if (exchange->uploads && exchange->peer != NULL
      && before / UPLOAD_STEP != exchange->received / UPLOAD_STEP)
    cs_peer_set_state (exchange->peer, CS_PEER_SENDING);
  if (exchange->reply.status != 0 || exchange->received <= max_body_of (exchange))
    return;
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  soup_message_body_truncate (soup_server_message_get_request_body (message));
  reply_too_big (exchange);
}

/* Finds the row, or the file; else there is a reply. */
static void
route (CsExchange *exchange)
{
  CsHttp *http = exchange->http;
  const char *path = g_uri_get_path (soup_server_message_get_uri (exchange->message));
  g_autofree char *allow = NULL;

  switch (cs_route_tree_find (http->routes, exchange->method, path, &exchange->match, &allow))
    {
    case CS_MATCH_FOUND:
      return;
    case CS_MATCH_NO_METHOD:
      cs_exchange_reply_problem (exchange, ct_problem_new (405, "no-such-method", "use %s", allow));
      cs_exchange_set_header (exchange, "Allow", allow);
      return;
    case CS_MATCH_NO_PATH:
      break;
    }
  exchange->match.row = cs_http_static_row (http);
  if (exchange->match.row == NULL || g_str_has_prefix (path, "/api/"))
    cs_exchange_reply_problem (exchange,
                               ct_problem_new (404, "not-found", "there is nothing at this path"));
  else if (strcmp (exchange->method, "GET") != 0 && strcmp (exchange->method, "HEAD") != 0)
    {
      cs_exchange_reply_problem (exchange,
                                 ct_problem_new (405, "no-such-method", "files can only be read"));
      cs_exchange_set_header (exchange, "Allow", "GET, HEAD");
    }
}

/* A file is held in memory whole: only of who says that he is signed in (a worker looks closer), and of
 * a few at a time. */
static void
admit_upload (CsExchange *exchange)
{
  CsHttp *http = exchange->http;

  if (cs_exchange_header (exchange, "Authorization") == NULL)
    cs_exchange_reply_problem (exchange, ct_problem_new (401, "unauthentic", "sign in first"));
  else if (http->uploads >= http->config.max_uploads)
    cs_exchange_reply_later (exchange, 503, "busy", BUSY_SECONDS);
  else
    {
      exchange->uploads = TRUE;
      http->uploads++;
    }
}

/* RFC 9112 section 6.3: a length given twice, or no number, says that somebody on the way may have counted
 * otherwise than we do. */
static gboolean
has_bad_length (SoupMessageHeaders *headers)
{
  const char *length = soup_message_headers_get_list (headers, "Content-Length");

  return length != NULL && length[strspn (length, "0123456789")] != '\0';
}

/* What can be refused by the headers alone. */
static void
admit (CsExchange *exchange)
{
  CsHttp *http = exchange->http;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (exchange->message);
  guint retry = 0;

  exchange->range = g_strdup (soup_message_headers_get_one (headers, "Range"));
  /* libsoup would answer ranges of any reply itself, as many as are asked for. */
  soup_message_headers_remove (headers, "Range");
  if (http->draining)
    cs_exchange_reply_later (exchange, 503, "stopping", BUSY_SECONDS);
  else if (!cs_buckets_take (http->per_address, exchange->address_key, &retry))
    cs_exchange_reply_later (exchange, 429, "too-many-requests", retry);
  else if (size_of_headers (exchange->message) > http->config.max_header)
    cs_exchange_reply_problem (exchange,
                               ct_problem_new (431, "headers-too-big", "the headers are too big"));
  else if (has_bad_length (headers))
    cs_exchange_reply_problem (
        exchange, ct_problem_new (400, "bad-length", "Content-Length must be one number"));
  else
    route (exchange);
  if (exchange->reply.status == 0
      && soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
      && (guint64) soup_message_headers_get_content_length (headers) > max_body_of (exchange))
    reply_too_big (exchange);
  if (exchange->reply.status == 0 && (exchange->match.row->route->flags & CS_ROUTE_UPLOAD) != 0)
    admit_upload (exchange);
}

static void
set_running (CsHttp *http, int change)
{
  g_mutex_lock (&http->drain_lock);
  http->running += (guint) change;
  if (http->running == 0)
    g_cond_broadcast (&http->drained);
  g_mutex_unlock (&http->drain_lock);
}

/* Whether the connection takes another request after this one. */
static gboolean
is_kept (CsExchange *exchange)
{
  SoupServerMessage *message = exchange->message;

  return !exchange->http->draining
         && soup_server_message_get_http_version (message) == SOUP_HTTP_1_1
         && !soup_message_headers_header_contains (
             soup_server_message_get_request_headers (message), "Connection", "close")
         && !soup_message_headers_header_contains (
             soup_server_message_get_response_headers (message), "Connection", "close");
}

/* All is sent. See cs_listener_take_back() for why libsoup does not keep the connection itself. */
static void
on_wrote_body (SoupServerMessage *message, gpointer data)
{
  CsExchange *exchange = data;
  CsHttp *http = exchange->http;
  g_autoptr (SoupServerMessage) kept = g_object_ref (message);
  g_autoptr (GIOStream) stream = NULL;

  if (exchange->gone || !is_kept (exchange))
    return;
  stream = soup_server_message_steal_connection (message);
  cs_http_finish (http, message);
  if (stream != NULL)
    cs_listener_take_back (http->listener, stream, message);
}

static void send_reply (CsExchange *exchange);

static void
on_headers (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer data)
{
  CsHttp *http = data;
  CsExchange *exchange = cs_exchange_new (http, message);

  g_hash_table_add (http->exchanges, exchange);
  set_running (http, 1);
  g_object_set_data (G_OBJECT (message), EXCHANGE_KEY, exchange);
  if (exchange->peer != NULL)
    cs_peer_set_state (exchange->peer, CS_PEER_SENDING);
  admit (exchange);
  if (exchange->reply.status != 0)
    {
      soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
      /* Nobody knows how much of the body was taken. */
      soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                    "Connection", "close");
      send_reply (exchange);
    }
  else if (soup_message_headers_get_encoding (soup_server_message_get_request_headers (message))
           != SOUP_ENCODING_NONE)
    g_signal_connect (message, "got-chunk", G_CALLBACK (on_got_chunk), NULL);
}

/* For those that libsoup has no words for. */
static const char *
phrase_of (guint status)
{
  switch (status)
    {
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return NULL;
    }
}

/* Status, headers and body into the message; libsoup sends them once it is not paused. */
static void
send_reply (CsExchange *exchange)
{
  SoupServerMessage *message = exchange->message;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  CsReply *reply = &exchange->reply;

  soup_server_message_set_status (message, reply->status, phrase_of (reply->status));
  soup_message_headers_append (headers, "X-Request-Id", ct_id_text (exchange->request_id).text);
  soup_message_headers_append (headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_append (headers, "Content-Security-Policy", API_POLICY);
  soup_message_headers_append (headers, "Cache-Control", "no-store");
  soup_message_headers_append (headers, "Referrer-Policy", "no-referrer");
  if (!exchange->http->config.plain)
    soup_message_headers_append (headers, "Strict-Transport-Security", "max-age=31536000");
  for (guint i = 0; reply->headers != NULL && i + 1 < reply->headers->len; i += 2)
    soup_message_headers_replace (headers, g_ptr_array_index (reply->headers, i),
                                  g_ptr_array_index (reply->headers, i + 1));
  if (exchange->http->draining)
    soup_message_headers_replace (headers, "Connection", "close");
  if (reply->content_type != NULL && reply->status != 204)
    soup_message_headers_replace (headers, "Content-Type", reply->content_type);
  if (exchange->peer != NULL)
    cs_peer_set_state (exchange->peer, CS_PEER_READING);
  g_signal_connect (message, "wrote-body", G_CALLBACK (on_wrote_body), exchange);
  if (reply->streamed)
    cs_exchange_stream (exchange);
  else if (reply->body != NULL && reply->status != 204)
    {
      soup_message_body_append_bytes (soup_server_message_get_response_body (message), reply->body);
      soup_message_body_complete (soup_server_message_get_response_body (message));
    }
}

/* The worker is done; back on the loop. */
static void
deliver (gpointer data)
{
  CsExchange *exchange = data;

  if (exchange->gone)
    return;
  if (exchange->reply.status == 101)
    cs_socket_upgrade (exchange);
  if (exchange->reply.status != 101)
    send_reply (exchange);
  soup_server_message_unpause (exchange->message);
}

static void
unref (gpointer data)
{
  cs_exchange_unref (data);
}

static void
work (gpointer data)
{
  CsExchange *exchange = data;

  cs_exchange_run (exchange);
  cs_post_urgent (exchange->http->loop, deliver, cs_exchange_ref (exchange), unref);
}

static CsWorkers *
pool_of (CsExchange *exchange)
{
  guint flags = exchange->match.row->route->flags;

  if ((flags & CS_ROUTE_HASH) != 0)
    return exchange->http->hash;
  return (flags & CS_ROUTE_SLOW) != 0 ? exchange->http->slow : exchange->http->workers;
}

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer data)
{
  CsExchange *exchange = exchange_of (message);

  if (exchange == NULL || exchange->gone)
    return;
  if (exchange->reply.status == 0)
    {
      SoupMessageBody *body = soup_server_message_get_request_body (message);

      exchange->bytes = soup_message_body_flatten (body);
      if (exchange->peer != NULL)
        cs_peer_set_state (exchange->peer, CS_PEER_RUNNING);
      if (cs_workers_push (pool_of (exchange), work, cs_exchange_ref (exchange), unref))
        {
          soup_server_message_pause (message);
          return;
        }
      cs_exchange_reply_later (exchange, 503, "busy", BUSY_SECONDS);
    }
  if (soup_server_message_get_status (message) == 0)
    send_reply (exchange);
}

/* One line a request: the row's path, not the address with its ids and query. */
static void
log_line (CsExchange *exchange, gboolean aborted)
{
  const CsRow *row = exchange->match.row;
  guint status = exchange->reply.status;
  gint64 took_us = ct_clock_monotonic_us (exchange->http->clock) - exchange->started_us;

  cs_metric_add (exchange->http->requests[MIN (status / 100, 5)], 1);
  cs_metric_observe_us (exchange->http->latency, took_us);
  cs_info (cs_exchange_about (exchange), "%s %s %u %.1f ms%s peer=%s request=%s", exchange->method,
           row != NULL ? row->route->path : "-", status, (double) took_us / 1000,
           aborted ? " aborted" : "", exchange->address, ct_id_text (exchange->request_id).text);
}

static void
finish (CsHttp *http, SoupServerMessage *message, gboolean aborted)
{
  CsExchange *exchange = exchange_of (message);

  if (exchange == NULL)
    return;
  exchange->gone = TRUE;
  http->uploads -= exchange->uploads;
  log_line (exchange, aborted);
  if (exchange->peer != NULL)
    {
      cs_peer_set_state (exchange->peer,
                         exchange->reply.status == 101 ? CS_PEER_SOCKET : CS_PEER_IDLE);
      g_clear_pointer (&exchange->peer, cs_peer_unref);
    }
  g_object_set_data (G_OBJECT (message), EXCHANGE_KEY, NULL);
  g_signal_handlers_disconnect_by_data (message, exchange);
  g_hash_table_remove (http->exchanges, exchange);
  set_running (http, -1);
}

void
cs_http_finish (CsHttp *http, SoupServerMessage *message)
{
  finish (http, message, FALSE);
}

static void
on_finished (SoupServer *server, SoupServerMessage *message, gpointer data)
{
  finish (data, message, FALSE);
}

static void
on_aborted (SoupServer *server, SoupServerMessage *message, gpointer data)
{
  finish (data, message, TRUE);
}

void
cs_http_serve (CsHttp *http)
{
  http->exchanges = g_hash_table_new_full (NULL, NULL, unref, NULL);
  soup_server_add_early_handler (http->server, "/", on_headers, http, NULL);
  soup_server_add_handler (http->server, "/", on_request, http, NULL);
  g_signal_connect (http->server, "request-finished", G_CALLBACK (on_finished), http);
  g_signal_connect (http->server, "request-aborted", G_CALLBACK (on_aborted), http);
}
