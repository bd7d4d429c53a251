/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "served.h"

#include <sodium.h>
#include <string.h>

#include "../../tools/tree.h"

static void
fill_user (Served *served, const ServedUser *from, CsUserRecord *user)
{
  user->id = from->id;
  user->tenant = from->tenant;
  user->company = from->company;
  user->roles = from->roles;
  user->password_hash = g_strdup (served->hash);
  user->user_name = g_strdup (from->name);
  user->name = g_strdup (from->name);
  user->language = g_strdup ("nl");
  user->domain = g_strdup ("north.example");
  user->tenant_name = g_strdup ("North");
}

static gboolean
find_user (gpointer self, CsDb *db, const char *domain, const char *name, CsUserRecord *user,
           GError **error)
{
  Served *served = self;

  for (gsize i = 0; i < served->n_users; i++)
    if (strcmp (name, served->users[i].name) == 0)
      {
        fill_user (served, &served->users[i], user);
        return TRUE;
      }
  return ct_fail (error, CT_ERROR_NOT_FOUND, "no such user");
}

static gboolean
read_user (gpointer self, CsDb *db, CtId tenant, CtId id, CsUserRecord *user, GError **error)
{
  Served *served = self;

  for (gsize i = 0; i < served->n_users; i++)
    if (id == served->users[i].id)
      {
        fill_user (served, &served->users[i], user);
        return TRUE;
      }
  return ct_fail (error, CT_ERROR_NOT_FOUND, "no such user");
}

void
served_open (Served *served, gint64 utc_ms, const CsMigration *migrations, gsize n_migrations)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (CsMigration));
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (sodium_init (), >=, 0);
  served->folder = g_dir_make_tmp ("served-XXXXXX", NULL);
  path = g_build_filename (served->folder, "a.db", NULL);
  served->clock = ct_clock_new_manual (utc_ms);
  g_array_append_vals (steps, migrations, (guint) n_migrations);
  g_array_append_vals (steps, cs_http_module.migrations, cs_http_module.n_migrations);
  served->store = cs_store_open (path, served->clock, (CsMigration *) (gpointer) steps->data,
                                 steps->len, &error);
  g_assert_no_error (error);
}

void
served_start (Served *served, const ServedUser *users, gsize n_users, const CsModule *module,
              gpointer data)
{
  static const CsHashCost cost = { crypto_pwhash_MEMLIMIT_MIN, crypto_pwhash_OPSLIMIT_MIN };
  const CsAuthenticator authenticator = { served, find_user, read_user };
  CsHttpConfig config;
  g_autoptr (GError) error = NULL;

  served->users = users;
  served->n_users = n_users;
  served->hash = cs_http_hash_password (SERVED_PASSWORD, &cost, &error);
  g_assert_no_error (error);
  cs_http_config_init (&config);
  config.host = "127.0.0.1";
  config.plain = TRUE;
  config.hash = cost;
  served->http = cs_http_new (&config, served->store, &authenticator, &error);
  g_assert_no_error (error);
  cs_http_add_module (served->http, module, data);
  g_assert_true (cs_http_start (served->http, &error));
  served->base = g_strdup_printf ("http://127.0.0.1:%u/api/v1", cs_http_get_port (served->http));
  served->client = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
}

void
served_stop (Served *served)
{
  g_clear_object (&served->client);
  g_clear_pointer (&served->http, cs_http_free);
}

void
served_close (Served *served)
{
  served_stop (served);
  cs_store_close (served->store);
  remove_tree (served->folder);
  ct_clock_unref (served->clock);
  g_free (served->folder);
  g_free (served->base);
  g_free (served->hash);
}

static void
add_header (SoupMessage *message, const char *header)
{
  g_auto (GStrv) parts = g_strsplit (header, ": ", 2);

  soup_message_headers_replace (soup_message_get_request_headers (message), parts[0], parts[1]);
}

JsonObject *
served_ask (Served *served, const char *method, const char *path, const char *token,
            const char *body, const char *header, guint status)
{
  g_autofree char *address = g_strconcat (served->base, path, NULL);
  g_autofree char *bearer = g_strconcat ("Authorization: Bearer ", token, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, address);
  g_autoptr (GBytes) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (token != NULL)
    add_header (message, bearer);
  if (header != NULL)
    add_header (message, header);
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      soup_message_set_request_body_from_bytes (message, "application/json", bytes);
    }
  reply = soup_session_send_and_read (served->client, message, NULL, &error);
  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (reply, NULL), g_bytes_get_size (reply));
  g_test_message ("%s %s %s", method, path, text);
  g_assert_cmpuint (soup_message_get_status (message), ==, status);
  node = json_from_string (text, NULL);
  return node != NULL ? json_object_ref (json_node_get_object (node)) : json_object_new ();
}

char *
served_sign_in (Served *served, const char *user)
{
  g_autofree char *body = g_strdup_printf (
      "{\"domain\": \"north.example\", \"user\": \"%s\", \"password\": \"" SERVED_PASSWORD "\"}",
      user);
  g_autoptr (JsonObject) reply = served_ask (served, "POST", "/sessions", NULL, body, NULL, 201);

  return g_strdup (json_object_get_string_member (reply, "token"));
}
