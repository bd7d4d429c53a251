/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history of a call's messages over the API. */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <sodium.h>
#include <string.h>

#include "server/http/http.h"
#include "server/messages/messages.h"

#define TENANT ((CtId) 1001)
#define COMPANY ((CtId) 2001)
#define CALL ((CtId) 3001)
#define OTHER_CALL ((CtId) 3002)

typedef struct {
  char *folder;
  char *hash;
  char *base;
  CtClock *clock;
  CsStore *store;
  CsHttp *http;
  SoupSession *client;
  CsMessagesAccess access;
} Fixture;

static gboolean
fill_user (Fixture *f, CsUserRecord *user)
{
  user->id = 11;
  user->tenant = TENANT;
  user->company = COMPANY;
  user->roles = CS_ROLE_OWNER;
  user->password_hash = g_strdup (f->hash);
  user->user_name = g_strdup ("carla");
  user->name = g_strdup ("Carla");
  user->language = g_strdup ("nl");
  user->domain = g_strdup ("north.example");
  user->tenant_name = g_strdup ("North");
  return TRUE;
}

static gboolean
find_user (gpointer self, CsDb *db, const char *domain, const char *name, CsUserRecord *user,
           GError **error)
{
  return fill_user (self, user);
}

static gboolean
read_user (gpointer self, CsDb *db, CtId tenant, CtId id, CsUserRecord *user, GError **error)
{
  return fill_user (self, user);
}

static gboolean
may_see_call (gpointer data, CsDb *db, const CsPrincipal *principal, CtId call, GError **error)
{
  return call == CALL || ct_fail (error, CT_ERROR_NOT_FOUND, "no such call");
}

static gboolean
put (CsDb *db, gpointer data, GError **error)
{
  static const char *const to[] = { "one@example.org", "not an address", NULL };
  const CsCallMessage message = {
    .company = COMPANY,
    .call = CALL,
    .company_name = "Bakkerij Deeg",
    .to = to,
    .language = "nl",
    .time_zone = "Europe/Amsterdam",
    .at_ms = 1795262400000,
  };

  return cs_messages_put (db, cs_scope_tenant (TENANT), NULL, &message, NULL, error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  static const CsHashCost cost = { crypto_pwhash_MEMLIMIT_MIN, crypto_pwhash_OPSLIMIT_MIN };
  const CsAuthenticator authenticator = { f, find_user, read_user };
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (CsMigration));
  g_autofree char *path = NULL;
  CsHttpConfig config;
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("messages-XXXXXX", NULL);
  path = g_build_filename (f->folder, "a.db", NULL);
  f->clock = ct_clock_new_manual (1795262400000);
  g_array_append_vals (steps, cs_messages_migrations, cs_messages_n_migrations);
  g_array_append_vals (steps, cs_http_module.migrations, cs_http_module.n_migrations);
  f->store
      = cs_store_open (path, f->clock, (CsMigration *) (gpointer) steps->data, steps->len, &error);
  g_assert_no_error (error);
  g_assert_true (cs_store_write (f->store, put, NULL, &error));
  f->hash = cs_http_hash_password ("pass", &cost, &error);
  cs_http_config_init (&config);
  config.host = "127.0.0.1";
  config.plain = TRUE;
  config.hash = cost;
  f->http = cs_http_new (&config, f->store, &authenticator, &error);
  g_assert_no_error (error);
  f->access.may_see_call = may_see_call;
  cs_http_add_module (f->http, &cs_messages_module, &f->access);
  g_assert_true (cs_http_start (f->http, &error));
  f->base = g_strdup_printf ("http://127.0.0.1:%u/api/v1", cs_http_get_port (f->http));
  f->client = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_object_unref (f->client);
  cs_http_free (f->http);
  cs_store_close (f->store);
  dir = g_dir_open (f->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (f->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (f->folder);
  ct_clock_unref (f->clock);
  g_free (f->folder);
  g_free (f->hash);
  g_free (f->base);
}

static JsonObject *
ask (Fixture *f, const char *method, const char *path, const char *token, const char *body,
     guint status)
{
  g_autofree char *address = g_strconcat (f->base, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, address);
  g_autoptr (GBytes) reply = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", token, NULL);

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                    bearer);
    }
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      soup_message_set_request_body_from_bytes (message, "application/json", bytes);
    }
  reply = soup_session_send_and_read (f->client, message, NULL, NULL);
  g_assert_nonnull (reply);
  g_assert_cmpuint (soup_message_get_status (message), ==, status);
  text = g_strndup (g_bytes_get_data (reply, NULL), g_bytes_get_size (reply));
  node = json_from_string (text, NULL);
  g_assert_nonnull (node);
  return json_object_ref (json_node_get_object (node));
}

static void
test_history (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonObject) session
      = ask (f, "POST", "/sessions", NULL,
             "{\"domain\": \"north.example\", \"user\": \"carla\", \"password\": \"pass\"}", 201);
  const char *token = json_object_get_string_member (session, "token");
  g_autofree char *path = g_strdup_printf ("/calls/%s/messages", ct_id_text (CALL).text);
  g_autofree char *other = g_strdup_printf ("/calls/%s/messages", ct_id_text (OTHER_CALL).text);
  g_autoptr (JsonObject) list = ask (f, "GET", path, token, NULL, 200);
  JsonArray *items = json_object_get_array_member (list, "items");
  JsonObject *first, *second;

  g_assert_cmpuint (json_array_get_length (items), ==, 2);
  first = json_array_get_object_element (items, 0);
  second = json_array_get_object_element (items, 1);
  g_assert_cmpstr (json_object_get_string_member (first, "state"), ==, "queued");
  g_assert_cmpstr (json_object_get_string_member (first, "next_attempt"), ==,
                   "2026-11-21T12:00:00.000Z");
  g_assert_nonnull (strstr (json_object_get_string_member (first, "text"), "Bakkerij Deeg"));
  g_assert_cmpstr (json_object_get_string_member (second, "state"), ==, "failed");
  g_assert_cmpstr (json_object_get_string_member (second, "reason"), ==, "not a mail address");
  json_object_unref (ask (f, "GET", path, NULL, NULL, 401));
  json_object_unref (ask (f, "GET", other, token, NULL, 404));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  g_test_add ("/messages-routes/history", Fixture, NULL, set_up, test_history, tear_down);
  return g_test_run ();
}
