/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file goes out piece by piece: a worker reads one, the loop gives it to libsoup, and when it is
 * written a worker reads the next; so a recording of an hour takes one piece of memory, and a client
 * that does not read takes no thread. libsoup pauses a message by itself while it has nothing to
 * write. */
#define G_LOG_DOMAIN "http"
#include "server/http/exchange-private.h"

#include <string.h>

#define PIECE (128 * 1024)

gboolean
cs_exchange_read_piece (CsExchange *exchange, GError **error)
{
  CsReply *reply = &exchange->reply;
  gsize size = (gsize) MIN (PIECE, reply->end - reply->offset);
  GBytes *piece;

  if (size == 0)
    return TRUE;
  piece = reply->read (reply->source, reply->offset, size, error);
  if (piece == NULL)
    return FALSE;
  if (g_bytes_get_size (piece) == 0 || g_bytes_get_size (piece) > size)
    {
      g_bytes_unref (piece);
      return ct_fail (error, CT_ERROR_IO, "a source gave a piece of another size");
    }
  g_clear_pointer (&reply->body, g_bytes_unref);
  reply->body = piece;
  return TRUE;
}

/* The piece in the reply, to libsoup. */
static void
append_piece (CsExchange *exchange)
{
  SoupMessageBody *body = soup_server_message_get_response_body (exchange->message);
  CsReply *reply = &exchange->reply;

  if (reply->body != NULL)
    {
      soup_message_body_append_bytes (body, reply->body);
      reply->offset += g_bytes_get_size (reply->body);
      g_clear_pointer (&reply->body, g_bytes_unref);
    }
  if (reply->offset == reply->end)
    soup_message_body_complete (body);
}

static void
unref (gpointer data)
{
  cs_exchange_unref (data);
}

static void
go_on (gpointer data)
{
  CsExchange *exchange = data;

  if (exchange->gone)
    return;
  if (exchange->reply.body == NULL)
    {
      /* The length was promised; all that can be said now is to break off. */
      if (exchange->peer != NULL)
        cs_peer_shut (exchange->peer);
      return;
    }
  append_piece (exchange);
  soup_server_message_unpause (exchange->message);
}

static void
read_next (gpointer data)
{
  CsExchange *exchange = data;
  g_autoptr (GError) error = NULL;

  if (!cs_exchange_read_piece (exchange, &error))
    cs_warning (cs_exchange_about (exchange), "%s broke off: %s request=%s",
                exchange->match.row->route->path, error->message,
                ct_id_text (exchange->request_id).text);
  cs_post_urgent (exchange->http->loop, go_on, cs_exchange_ref (exchange), unref);
}

static void
on_wrote_chunk (SoupServerMessage *message, gpointer data)
{
  CsExchange *exchange = data;

  if (exchange->gone)
    return;
  if (exchange->peer != NULL)
    cs_peer_set_state (exchange->peer, CS_PEER_READING);
  if (exchange->reply.offset == exchange->reply.end)
    return;
  if (!cs_workers_push (exchange->http->workers, read_next, cs_exchange_ref (exchange), unref)
      && exchange->peer != NULL)
    cs_peer_shut (exchange->peer);
}

void
cs_exchange_stream (CsExchange *exchange)
{
  SoupServerMessage *message = exchange->message;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  CsReply *reply = &exchange->reply;

  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CONTENT_LENGTH);
  soup_message_headers_set_content_length (headers, (goffset) (reply->end - reply->offset));
  if (strcmp (exchange->method, "HEAD") == 0)
    return;
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (on_wrote_chunk), exchange);
  append_piece (exchange);
}
