/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk-server.h"

#include <string.h>

#define TOKEN "Bearer the-token"

typedef struct {
  guint status;
  char *json;
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_free (answer->json);
  g_free (answer);
}

static void
reply (SoupServerMessage *message, guint status, const char *json)
{
  soup_server_message_set_status (message, status, NULL);
  if (json != NULL)
    soup_server_message_set_response (
        message, status < 400 ? "application/json" : "application/problem+json", SOUP_MEMORY_COPY,
        json, strlen (json));
}

static void
log_request (DeskServer *self, SoupServerMessage *message, const char *path)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  const char *key = soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                                  "Idempotency-Key");
  g_autofree char *text = g_strndup (body->data, (gsize) body->length);

  g_ptr_array_add (self->asked,
                   g_strdup_printf ("%s %s%s%s", soup_server_message_get_method (message), path,
                                    *text != '\0' ? " " : "", text));
  g_ptr_array_add (self->keys, g_strdup (key != NULL ? key : ""));
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer data)
{
  DeskServer *self = data;
  g_autofree char *route
      = g_strdup_printf ("%s %s", soup_server_message_get_method (message), path);
  const Answer *answer = g_hash_table_lookup (self->answers, route);
  const char *token = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Authorization");

  if (self->deaf)
    {
      soup_server_message_pause (message);
      return;
    }
  if (strcmp (path, "/api/v1/sessions") != 0)
    {
      log_request (self, message, path);
      if (g_strcmp0 (token, TOKEN) != 0)
        {
          reply (message, 401, NULL);
          return;
        }
    }
  if (self->status != 0)
    reply (message, self->status, NULL);
  else if (answer != NULL)
    reply (message, answer->status, answer->json);
  else
    reply (message, 404, "{\"code\":\"not-found\",\"status\":404}");
  if (g_strcmp0 (self->slow, path) == 0 && self->held == NULL)
    {
      self->held = g_object_ref (message);
      soup_server_message_pause (message);
    }
}

void
desk_server_release (DeskServer *self)
{
  g_autoptr (SoupServerMessage) message = g_steal_pointer (&self->held);

  self->slow = NULL;
  soup_server_message_unpause (message);
}

static void
on_hello (SoupWebsocketConnection *socket, SoupWebsocketDataType type, GBytes *bytes, gpointer data)
{
  DeskServer *self = data;
  g_autofree char *text = g_strdup_printf ("{\"type\":\"%s\",\"epoch\":\"e1\",\"number\":%u}",
                                           self->greeting, self->number);

  g_ptr_array_add (self->hellos,
                   g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)));
  soup_websocket_connection_send_text (socket, text);
}

static void
on_socket (SoupServer *soup, SoupServerMessage *message, const char *path,
           SoupWebsocketConnection *socket, gpointer data)
{
  DeskServer *self = data;

  g_set_object (&self->socket, socket);
  g_signal_connect (socket, "message", G_CALLBACK (on_hello), self);
}

DeskServer *
desk_server_new (const char *certificate)
{
  DeskServer *self = g_new0 (DeskServer, 1);
  g_autoptr (GTlsCertificate) tls
      = certificate != NULL ? g_tls_certificate_new_from_file (certificate, NULL) : NULL;
  g_autoptr (GError) error = NULL;
  GSList *uris;

  self->soup = soup_server_new ("tls-certificate", tls, NULL);
  self->asked = g_ptr_array_new_with_free_func (g_free);
  self->keys = g_ptr_array_new_with_free_func (g_free);
  self->hellos = g_ptr_array_new_with_free_func (g_free);
  self->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, answer_free);
  self->greeting = "reset";
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  soup_server_add_websocket_handler (self->soup, "/api/v1/events", NULL, NULL, on_socket, self,
                                     NULL);
  g_assert_true (soup_server_listen_local (
      self->soup, 0,
      SOUP_SERVER_LISTEN_IPV4_ONLY | (certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0), &error));
  uris = soup_server_get_uris (self->soup);
  self->port = (guint16) g_uri_get_port (uris->data);
  self->url
      = g_strdup_printf ("%s://127.0.0.1:%u", certificate != NULL ? "https" : "http", self->port);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  desk_server_set (self, "POST", "/api/v1/sessions", 201,
                   "{\"token\":\"the-token\",\"user\":\"000000000000a\",\"user_name\":\"zoe\","
                   "\"name\":\"Zoe\",\"roles\":[\"e_agent\"],\"permissions\":[\"answer\"],"
                   "\"language\":\"nl\",\"domain\":\"calls.example\",\"tenant_name\":\"Calls\","
                   "\"expires\":\"2030-01-01T00:00:00.000Z\",\"something_new\":1}");
  return self;
}

void
desk_server_free (DeskServer *self)
{
  soup_server_disconnect (self->soup);
  g_clear_object (&self->socket);
  g_object_unref (self->soup);
  g_ptr_array_unref (self->asked);
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->hellos);
  g_hash_table_unref (self->answers);
  g_free (self->url);
  g_free (self);
}

void
desk_server_set (DeskServer *self, const char *method, const char *path, guint status,
                 const char *json)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->status = status;
  answer->json = g_strdup (json);
  g_hash_table_insert (self->answers, g_strdup_printf ("%s %s", method, path), answer);
}

void
desk_server_event (DeskServer *self, const char *type, const char *topic, const char *json)
{
  g_autofree char *text
      = g_strdup_printf ("{\"epoch\":\"e1\",\"number\":%u,\"topic\":\"%s\",\"type\":\"%s\","
                         "\"at\":\"2026-11-21T12:00:00.000Z\",\"body\":%s}",
                         ++self->number, topic, type, json);

  soup_websocket_connection_send_text (self->socket, text);
}

void
desk_server_cut (DeskServer *self, gushort code)
{
  soup_websocket_connection_close (self->socket, code, NULL);
  g_clear_object (&self->socket);
}
