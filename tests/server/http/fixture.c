/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"

#include <sodium.h>
#include <string.h>

#include "../../tools/tree.h"

#define FILE_SIZE 1000000

static char *password_hash;

/* The authenticator: a table. */
static const struct {
  CtId id;
  const char *user_name;
  guint roles;
  CtId company;
  gboolean disabled;
} users[] = {
  { ANNA, "anna", CS_ROLE_E_AGENT, CT_ID_NONE, FALSE },
  { BAS, "bas", CS_ROLE_ADMINISTRATOR, CT_ID_NONE, FALSE },
  { CARLA, "carla", CS_ROLE_OWNER, COMPANY, FALSE },
  { DIRK, "dirk", CS_ROLE_E_AGENT, CT_ID_NONE, TRUE },
};

static gboolean
fill (Fixture *fixture, gsize i, CsUserRecord *user)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->lock);

  user->id = users[i].id;
  user->tenant = TENANT;
  user->company = users[i].company;
  user->roles = users[i].id == ANNA ? fixture->anna_roles : users[i].roles;
  user->disabled = users[i].disabled || (users[i].id == ANNA && fixture->anna_disabled);
  user->password_hash = g_strdup (password_hash);
  user->user_name = g_strdup (users[i].user_name);
  user->name = g_strdup (users[i].user_name);
  user->language = g_strdup ("nl");
  user->domain = g_strdup (DOMAIN_NAME);
  user->tenant_name = g_strdup ("North");
  return TRUE;
}

static gboolean
find_user (gpointer self, CsDb *db, const char *domain, const char *user_name, CsUserRecord *user,
           GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (users); i++)
    if (strcmp (domain, DOMAIN_NAME) == 0 && strcmp (user_name, users[i].user_name) == 0)
      return fill (self, i, user);
  return ct_fail (error, CT_ERROR_NOT_FOUND, "no such user");
}

static gboolean
read_user (gpointer self, CsDb *db, CtId tenant, CtId user_id, CsUserRecord *user, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (users); i++)
    if (tenant == TENANT && user_id == users[i].id)
      return fill (self, i, user);
  return ct_fail (error, CT_ERROR_NOT_FOUND, "no such user");
}

/* The routes. */
static gboolean
list_things (CsExchange *exchange, gpointer module, GError **error)
{
  GPtrArray *records = g_ptr_array_new_with_free_func (ct_record_free);
  gint64 cursor = cs_exchange_cursor (exchange);
  guint limit = cs_exchange_limit (exchange);

  for (gint64 i = cursor + 1; i <= 120 && records->len < limit; i++)
    {
      CtKeyed *thing = ct_keyed_new ();

      thing->name = g_strdup_printf ("thing %d", (int) i);
      thing->value = g_strdup ("x");
      g_ptr_array_add (records, thing);
    }
  cs_exchange_reply_list (exchange, records, cursor + limit < 120 ? cursor + limit : 0);
  return TRUE;
}

static gboolean
get_thing (CsExchange *exchange, gpointer module, GError **error)
{
  Fixture *fixture = module;
  CtKeyed *thing = ct_keyed_new ();

  thing->name = g_strdup (ct_id_text (cs_exchange_id (exchange, "id")).text);
  thing->value = g_strdup (cs_exchange_query (exchange, "q"));
  if (thing->value == NULL)
    thing->value = g_strdup ("");
  cs_exchange_set_version (exchange, fixture->version);
  cs_exchange_reply (exchange, thing);
  return TRUE;
}

static gboolean
put_thing (CsExchange *exchange, gpointer module, GError **error)
{
  Fixture *fixture = module;

  if (!cs_exchange_match_version (exchange, fixture->version, error))
    return FALSE;
  fixture->version++;
  return TRUE;
}

static gboolean
create_thing (CsExchange *exchange, gpointer module, GError **error)
{
  Fixture *fixture = module;
  const CtTopUp *request = cs_exchange_body (exchange);
  CtCredit *credit;

  if (strcmp (request->reference, "nowhere") == 0)
    return cs_exchange_fail_at (exchange, "/reference", "no-such-place", error, "not there");
  g_mutex_lock (&fixture->lock);
  fixture->created++;
  while (strcmp (request->reference, "wait") == 0 && !fixture->go_on)
    {
      fixture->waiting++;
      g_cond_broadcast (&fixture->changed);
      g_cond_wait (&fixture->changed, &fixture->lock);
    }
  g_mutex_unlock (&fixture->lock);
  credit = ct_credit_new ();
  credit->company = COMPANY;
  credit->credit = request->amount;
  cs_exchange_set_status (exchange, 201);
  cs_exchange_reply (exchange, credit);
  return TRUE;
}

static gboolean
wait_here (CsExchange *exchange, gpointer module, GError **error)
{
  Fixture *fixture = module;

  g_mutex_lock (&fixture->lock);
  fixture->waiting++;
  g_cond_broadcast (&fixture->changed);
  while (!fixture->go_on)
    g_cond_wait (&fixture->changed, &fixture->lock);
  g_mutex_unlock (&fixture->lock);
  return TRUE;
}

static gboolean
break_down (CsExchange *exchange, gpointer module, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the secret is in /var/secret");
  return FALSE;
}

static GBytes *
read_pattern (gpointer source, guint64 offset, gsize size, GError **error)
{
  guint8 *bytes = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) ((offset + i) % 251);
  return g_bytes_new_take (bytes, size);
}

static gboolean
get_file (CsExchange *exchange, gpointer module, GError **error)
{
  cs_exchange_reply_ranges (exchange, FILE_SIZE, "audio/wav", read_pattern, NULL, NULL);
  return TRUE;
}

static gboolean
get_call (CsExchange *exchange, gpointer module, GError **error)
{
  CtCall *call = ct_call_new ();

  call->id = 1;
  call->state = g_strdup ("ended");
  call->company = COMPANY;
  call->company_name = g_strdup ("Bakery");
  call->language = g_strdup ("nl");
  call->started = 1000;
  call->pay = 4200;
  cs_exchange_reply (exchange, call);
  return TRUE;
}

const CsRoute fixture_routes[] = {
  { "GET", "/api/v1/test/things", CS_ALLOW_SESSION, NULL, &ct_keyed_type, CS_ROUTE_PAGED,
    list_things, "List" },
  { "POST", "/api/v1/test/things", CS_ALLOW_SESSION, &ct_top_up_type, &ct_credit_type,
    CS_ROUTE_IDEMPOTENT, create_thing, "Create" },
  { "GET", "/api/v1/test/things/{id}", CS_ALLOW_SESSION, NULL, &ct_keyed_type, 0, get_thing,
    "Read" },
  { "PUT", "/api/v1/test/things/{id}", CS_ALLOW_SESSION, NULL, NULL, 0, put_thing, "Change" },
  { "GET", "/api/v1/test/wait", CS_ALLOW_SESSION, NULL, NULL, CS_ROUTE_SLOW, wait_here, "Wait" },
  { "GET", "/api/v1/test/fail", CS_ALLOW_SESSION, NULL, &ct_keyed_type, 0, break_down, "Fail" },
  { "GET", "/api/v1/test/file", CS_ALLOW_HEAR, NULL, NULL, CS_ROUTE_RAW, get_file, "File" },
  { "GET", "/api/v1/test/call", CS_ALLOW_SEE_CALLS, NULL, &ct_call_type, 0, get_call, "Call" },
};
const gsize fixture_n_routes = G_N_ELEMENTS (fixture_routes);

Fixture *
fixture_new (CtClock *clock)
{
  static const CsHashCost cost = { crypto_pwhash_MEMLIMIT_MIN, crypto_pwhash_OPSLIMIT_MIN };
  Fixture *fixture = g_new0 (Fixture, 1);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  if (password_hash == NULL)
    password_hash = cs_http_hash_password (PASSWORD, &cost, NULL);
  g_mutex_init (&fixture->lock);
  g_cond_init (&fixture->changed);
  fixture->anna_roles = CS_ROLE_E_AGENT;
  fixture->version = 7;
  fixture->clock = clock != NULL ? ct_clock_ref (clock) : ct_clock_new ();
  fixture->folder = g_dir_make_tmp ("centrale-http-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (fixture->folder, "db", NULL);
  fixture->store = cs_store_open (path, fixture->clock, cs_http_module.migrations,
                                  cs_http_module.n_migrations, &error);
  g_assert_no_error (error);
  cs_http_config_init (&fixture->config);
  fixture->config.host = "127.0.0.1";
  fixture->config.port = 0;
  fixture->config.plain = TRUE;
  fixture->config.hash = cost;
  return fixture;
}

void
fixture_start (Fixture *fixture)
{
  CsAuthenticator authenticator = { fixture, find_user, read_user };
  CsModule module = { .name = "test", .routes = fixture_routes, .n_routes = fixture_n_routes };
  g_autoptr (GError) error = NULL;

  fixture->http = cs_http_new (&fixture->config, fixture->store, &authenticator, &error);
  g_assert_no_error (error);
  cs_http_add_module (fixture->http, &module, fixture);
  g_assert_true (cs_http_start (fixture->http, &error));
  g_assert_no_error (error);
  fixture->base = g_strdup_printf ("%s://127.0.0.1:%u", fixture->config.plain ? "http" : "https",
                                   cs_http_get_port (fixture->http));
  fixture->client = soup_session_new ();
}

void
fixture_free (Fixture *fixture)
{
  fixture_let_go (fixture);
  g_clear_object (&fixture->client);
  g_clear_pointer (&fixture->http, cs_http_free);
  g_clear_pointer (&fixture->store, cs_store_close);
  ct_clock_unref (fixture->clock);
  remove_tree (fixture->folder);
  g_mutex_clear (&fixture->lock);
  g_cond_clear (&fixture->changed);
  g_free (fixture->folder);
  g_free (fixture->base);
  g_free (fixture);
}

void
fixture_wait_for_waiting (Fixture *fixture, guint n)
{
  g_mutex_lock (&fixture->lock);
  while (fixture->waiting < n)
    g_cond_wait (&fixture->changed, &fixture->lock);
  g_mutex_unlock (&fixture->lock);
}

void
fixture_let_go (Fixture *fixture)
{
  g_mutex_lock (&fixture->lock);
  fixture->go_on = TRUE;
  g_cond_broadcast (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
}

void
answer_free (Answer *answer)
{
  g_clear_pointer (&answer->json, json_object_unref);
  g_clear_object (&answer->message);
  g_free (answer->text);
  g_free (answer);
}

static void
add_headers (SoupMessage *message, const char *token, const char *lines)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  g_auto (GStrv) all = g_strsplit (lines != NULL ? lines : "", "\n", -1);

  if (token != NULL)
    {
      g_autofree char *value = g_strconcat ("Bearer ", token, NULL);

      soup_message_headers_replace (headers, "Authorization", value);
    }
  for (guint i = 0; all[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (all[i], ": ", 2);

      if (pair[0] != NULL && pair[1] != NULL)
        soup_message_headers_replace (headers, pair[0], pair[1]);
    }
}

Answer *
ask (Fixture *fixture, const char *method, const char *path, const char *token, const char *body,
     const char *headers)
{
  g_autofree char *address = g_strconcat (fixture->base, path, NULL);
  Answer *answer = g_new0 (Answer, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (JsonNode) node = NULL;

  answer->message = soup_message_new (method, address);
  if (body != NULL)
    {
      g_autoptr (GBytes) content = g_bytes_new (body, strlen (body));

      soup_message_set_request_body_from_bytes (answer->message, "application/json", content);
    }
  add_headers (answer->message, token, headers);
  bytes = soup_session_send_and_read (fixture->client, answer->message, NULL, &error);
  if (bytes == NULL)
    {
      g_test_message ("%s %s: %s", method, path, error->message);
      return answer;
    }
  answer->status = soup_message_get_status (answer->message);
  answer->text = g_strndup (g_bytes_get_size (bytes) > 0 ? g_bytes_get_data (bytes, NULL) : "",
                            g_bytes_get_size (bytes));
  if (answer->text[0] == '{')
    node = json_from_string (answer->text, NULL);
  answer->json = node != NULL ? json_object_ref (json_node_get_object (node)) : NULL;
  return answer;
}

const char *
answer_header (Answer *answer, const char *name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers (answer->message), name);
}

const char *
answer_text (Answer *answer, const char *name)
{
  return answer->json != NULL && json_object_has_member (answer->json, name)
             ? json_object_get_string_member_with_default (answer->json, name, "")
             : "";
}

char *
sign_in_as (Fixture *fixture, const char *user)
{
  g_autofree char *body = g_strdup_printf (
      "{\"domain\":\"" DOMAIN_NAME "\",\"user\":\"%s\",\"password\":\"" PASSWORD "\"}", user);
  g_autoptr (Answer) answer = ask (fixture, "POST", "/api/v1/sessions", NULL, body, NULL);

  g_assert_cmpuint (answer->status, ==, 201);
  return g_strdup (answer_text (answer, "token"));
}
