/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exchange as a handler sees it (route.h): what was asked, what shall be replied. */
#include "server/http/exchange-private.h"

#include <string.h>

#define DEFAULT_LIMIT 50
#define MAX_LIMIT 200
#define OF_A_CALL "/api/v1/calls/{id}"

CsExchange *
cs_exchange_new (CsHttp *http, SoupServerMessage *message)
{
  CsExchange *exchange = g_new0 (CsExchange, 1);
  CsPeer *peer = cs_peer_of (message);

  g_atomic_ref_count_init (&exchange->references);
  exchange->http = http;
  exchange->message = g_object_ref (message);
  exchange->method = soup_server_message_get_method (message);
  exchange->request_id = ct_id_new (http->clock);
  exchange->started_us = ct_clock_monotonic_us (http->clock);
  exchange->limit = DEFAULT_LIMIT;
  exchange->address = g_strdup (peer != NULL ? cs_peer_get_address (peer) : "unknown");
  exchange->address_key = g_strdup (peer != NULL ? cs_peer_get_key (peer) : exchange->address);
  exchange->loopback = peer != NULL && cs_peer_is_loopback (peer);
  exchange->peer = peer != NULL ? cs_peer_ref (peer) : NULL;
  return exchange;
}

CsExchange *
cs_exchange_ref (CsExchange *exchange)
{
  g_atomic_ref_count_inc (&exchange->references);
  return exchange;
}

static void
reply_clear (CsReply *reply)
{
  if (reply->destroy != NULL)
    reply->destroy (reply->source);
  g_clear_pointer (&reply->content_type, g_free);
  g_clear_pointer (&reply->body, g_bytes_unref);
  g_clear_pointer (&reply->headers, g_ptr_array_unref);
  *reply = (CsReply){ 0 };
}

void
cs_exchange_unref (CsExchange *exchange)
{
  if (!g_atomic_ref_count_dec (&exchange->references))
    return;
  reply_clear (&exchange->reply);
  cs_match_clear (&exchange->match);
  ct_record_free (exchange->body);
  g_clear_pointer (&exchange->bytes, g_bytes_unref);
  g_clear_pointer (&exchange->query, g_hash_table_unref);
  g_clear_pointer (&exchange->session, cs_session_unref);
  g_clear_pointer (&exchange->problem, ct_problem_free);
  g_free (exchange->idempotency_key);
  g_free (exchange->range);
  g_free (exchange->address);
  g_free (exchange->address_key);
  g_object_unref (exchange->message);
  g_free (exchange);
}

const CsPrincipal *
cs_exchange_principal (CsExchange *exchange)
{
  return exchange->session != NULL ? &exchange->session->principal : NULL;
}

CsScope
cs_exchange_scope (CsExchange *exchange)
{
  g_assert (exchange->session != NULL); /* a row open to anyone has no scope to give */
  return exchange->session->principal.scope;
}

CsStore *
cs_exchange_store (CsExchange *exchange)
{
  return exchange->http->store;
}

CsDb *
cs_exchange_reader (CsExchange *exchange)
{
  if (exchange->reader == NULL)
    exchange->reader = cs_store_acquire_reader (exchange->http->store);
  return exchange->reader;
}

gconstpointer
cs_exchange_body (CsExchange *exchange)
{
  return exchange->body;
}

GBytes *
cs_exchange_upload (CsExchange *exchange)
{
  return exchange->bytes;
}

const char *
cs_exchange_segment (CsExchange *exchange, const char *name)
{
  for (guint i = 0; i < exchange->match.n_values; i++)
    if (strcmp (exchange->match.names[i], name) == 0)
      return exchange->match.values[i];
  return NULL;
}

CtId
cs_exchange_id (CsExchange *exchange, const char *name)
{
  const char *text = cs_exchange_segment (exchange, name);
  CtId id = CT_ID_NONE;

  return text != NULL && ct_id_parse (text, &id) ? id : CT_ID_NONE;
}

CsAbout
cs_exchange_about (CsExchange *exchange)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  const CsRow *row = exchange->match.row;
  CsAbout about = { 0 };

  if (principal != NULL)
    {
      about.tenant = principal->scope.tenant;
      about.user = principal->user;
    }
  if (row != NULL && g_str_has_prefix (row->route->path, OF_A_CALL))
    about.call = cs_exchange_id (exchange, "id");
  return about;
}

const char *
cs_exchange_query (CsExchange *exchange, const char *name)
{
  const char *text = g_uri_get_query (soup_server_message_get_uri (exchange->message));

  if (exchange->query == NULL && text != NULL)
    exchange->query = g_uri_parse_params (text, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
  /* Also when it could not be read: as if there were none. */
  if (exchange->query == NULL)
    exchange->query = g_hash_table_new (g_str_hash, g_str_equal);
  return g_hash_table_lookup (exchange->query, name);
}

const char *
cs_exchange_header (CsExchange *exchange, const char *name)
{
  return soup_message_headers_get_one (soup_server_message_get_request_headers (exchange->message),
                                       name);
}

const char *
cs_exchange_peer (CsExchange *exchange)
{
  return exchange->address;
}

const char *
cs_exchange_idempotency_key (CsExchange *exchange)
{
  return exchange->idempotency_key;
}

/* Quotes around, as an ETag has them, or none. */
static gboolean
parse_version (const char *text, gint64 *version)
{
  gsize length = strlen (text);
  g_autofree char *bare = NULL;

  if (length >= 2 && text[0] == '"' && text[length - 1] == '"')
    bare = g_strndup (text + 1, length - 2);
  return g_ascii_string_to_signed (bare != NULL ? bare : text, 10, 0, G_MAXINT64, version, NULL);
}

gboolean
cs_exchange_match_version (CsExchange *exchange, gint64 version, GError **error)
{
  const char *text = cs_exchange_header (exchange, "If-Match");
  gint64 seen;

  g_clear_pointer (&exchange->problem, ct_problem_free);
  if (text == NULL || !parse_version (text, &seen))
    {
      exchange->problem
          = ct_problem_new (428, "version-missing", "If-Match must say which version was seen");
      return ct_fail (error, CT_ERROR_INVALID, "no version in If-Match");
    }
  if (seen == version)
    return TRUE;
  exchange->problem = ct_problem_new (412, "version-differs", "somebody else has changed it");
  return ct_fail (error, CT_ERROR_CONFLICT, "version differs");
}

void
cs_exchange_set_version (CsExchange *exchange, gint64 version)
{
  g_autofree char *text = g_strdup_printf ("\"%" G_GINT64_FORMAT "\"", version);

  cs_exchange_set_header (exchange, "ETag", text);
}

gint64
cs_exchange_cursor (CsExchange *exchange)
{
  return exchange->cursor;
}

guint
cs_exchange_limit (CsExchange *exchange)
{
  return exchange->limit;
}

gboolean
cs_exchange_read_paging (CsExchange *exchange)
{
  const char *cursor = cs_exchange_query (exchange, "cursor");
  const char *limit = cs_exchange_query (exchange, "limit");
  gint64 number = DEFAULT_LIMIT;

  if (cursor != NULL
      && !g_ascii_string_to_signed (cursor, 10, 1, G_MAXINT64, &exchange->cursor, NULL))
    {
      cs_exchange_reply_problem (exchange, ct_problem_new (400, "bad-cursor", "not a cursor"));
      return FALSE;
    }
  if (limit != NULL && !g_ascii_string_to_signed (limit, 10, 1, MAX_LIMIT, &number, NULL))
    {
      cs_exchange_reply_problem (exchange,
                                 ct_problem_new (400, "bad-limit", "limit is 1 to %d", MAX_LIMIT));
      return FALSE;
    }
  exchange->limit = (guint) number;
  return TRUE;
}

static void
set_body (CsExchange *exchange, GBytes *body, const char *content_type)
{
  g_clear_pointer (&exchange->reply.body, g_bytes_unref);
  g_free (exchange->reply.content_type);
  exchange->reply.body = body;
  exchange->reply.content_type = g_strdup (content_type);
}

static guint
wire_flags (CsExchange *exchange)
{
  return cs_principal_is_staff (cs_exchange_principal (exchange)) ? CT_WIRE_STAFF : 0;
}

void
cs_exchange_reply (CsExchange *exchange, gpointer record)
{
  char *json = ct_record_to_json (record, wire_flags (exchange));

  set_body (exchange, g_bytes_new_take (json, strlen (json)), "application/json");
  ct_record_free (record);
}

void
cs_exchange_reply_list (CsExchange *exchange, GPtrArray *records, gint64 next_cursor)
{
  g_autofree char *items = ct_records_to_json (records, wire_flags (exchange));
  GString *json = g_string_new ("{\"items\":");

  g_string_append (json, items);
  if (next_cursor != 0)
    g_string_append_printf (json, ",\"next\":\"%" G_GINT64_FORMAT "\"", next_cursor);
  g_string_append_c (json, '}');
  set_body (exchange, g_string_free_to_bytes (json), "application/json");
  g_ptr_array_unref (records);
}

void
cs_exchange_reply_bytes (CsExchange *exchange, GBytes *bytes, const char *content_type)
{
  set_body (exchange, bytes, content_type);
}

void
cs_exchange_reply_ranges (CsExchange *exchange, guint64 size, const char *content_type,
                          CsRangeFunc read, gpointer source, GDestroyNotify destroy)
{
  CsReply *reply = &exchange->reply;

  set_body (exchange, NULL, content_type);
  reply->streamed = TRUE;
  reply->offset = 0;
  reply->end = size;
  reply->read = read;
  reply->source = source;
  reply->destroy = destroy;
}

void
cs_exchange_set_status (CsExchange *exchange, guint status)
{
  exchange->reply.status = status;
}

void
cs_exchange_set_header (CsExchange *exchange, const char *name, const char *value)
{
  /* Values can hold what a person typed (a file's name): no line of his own. */
  char *clean = g_strdelimit (g_strdup (value), "\r\n", ' ');

  if (exchange->reply.headers == NULL)
    exchange->reply.headers = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (exchange->reply.headers, g_strdup (name));
  g_ptr_array_add (exchange->reply.headers, clean);
}

void
cs_exchange_reply_problem (CsExchange *exchange, CtProblem *problem)
{
  char *json;

  /* What failed inside is for the log. */
  if (problem->status >= 500)
    g_clear_pointer (&problem->detail, g_free);
  json = ct_problem_to_json (problem);
  reply_clear (&exchange->reply);
  exchange->reply.status = problem->status;
  set_body (exchange, g_bytes_new_take (json, strlen (json)), CT_PROBLEM_CONTENT_TYPE);
  if (problem->status == 401)
    cs_exchange_set_header (exchange, "WWW-Authenticate", "Bearer");
  ct_problem_free (problem);
}

void
cs_exchange_reply_later (CsExchange *exchange, guint status, const char *code, guint retry_seconds)
{
  g_autofree char *seconds = g_strdup_printf ("%u", retry_seconds);
  CtProblem *problem = ct_problem_new (status, code, "try again in %u seconds", retry_seconds);

  ct_problem_set_param (problem, "seconds", seconds);
  cs_exchange_reply_problem (exchange, problem);
  cs_exchange_set_header (exchange, "Retry-After", seconds);
}

gboolean
cs_exchange_fail (CsExchange *exchange, CtErrorCode kind, const char *code, GError **error,
                  const char *format, ...)
{
  g_autofree char *detail = NULL;
  va_list arguments;

  va_start (arguments, format);
  detail = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_clear_pointer (&exchange->problem, ct_problem_free);
  exchange->problem = ct_problem_new (ct_problem_status_of (kind), code, "%s", detail);
  return ct_fail (error, kind, "%s", detail);
}

gboolean
cs_exchange_fail_at (CsExchange *exchange, const char *pointer, const char *code, GError **error,
                     const char *format, ...)
{
  g_autofree char *detail = NULL;
  va_list arguments;

  va_start (arguments, format);
  detail = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_clear_pointer (&exchange->problem, ct_problem_free);
  exchange->problem = ct_problem_new_at (pointer, code, "%s", detail);
  return ct_fail (error, CT_ERROR_INVALID, "%s", detail);
}

/* Only the first range of several: what asks for many gets one, and asks again. */
static gboolean
parse_range (const char *text, guint64 size, guint64 *start, guint64 *end)
{
  const char *at = text + strlen ("bytes=");
  char *stop;
  guint64 first, last;

  if (*at == '-')
    {
      first = g_ascii_strtoull (at + 1, &stop, 10);
      if (stop == at + 1 || first == 0 || size == 0)
        return FALSE;
      *start = first >= size ? 0 : size - first;
      *end = size;
      return TRUE;
    }
  first = g_ascii_strtoull (at, &stop, 10);
  if (stop == at || *stop != '-' || first >= size)
    return FALSE;
  at = stop + 1;
  last = g_ascii_strtoull (at, &stop, 10);
  if (stop == at)
    last = size - 1;
  if (last < first)
    return FALSE;
  *start = first;
  *end = MIN (last, size - 1) + 1;
  return TRUE;
}

void
cs_exchange_apply_range (CsExchange *exchange)
{
  CsReply *reply = &exchange->reply;
  guint64 size = reply->end;
  g_autofree char *text = NULL;

  cs_exchange_set_header (exchange, "Accept-Ranges", "bytes");
  if (exchange->range == NULL || !g_str_has_prefix (exchange->range, "bytes="))
    return;
  if (!parse_range (exchange->range, size, &reply->offset, &reply->end))
    {
      cs_exchange_reply_problem (exchange, ct_problem_new (416, "no-such-range", "nothing there"));
      text = g_strdup_printf ("bytes */%" G_GUINT64_FORMAT, size);
    }
  else
    {
      reply->status = 206;
      text
          = g_strdup_printf ("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                             reply->offset, reply->end - 1, size);
    }
  cs_exchange_set_header (exchange, "Content-Range", text);
}
