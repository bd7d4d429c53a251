/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sign-in, sessions and their ends, and the permission of every row. */
#include "fixture.h"

#include <string.h>

#define SIGN_IN(domain, user, password)                                                            \
  "{\"domain\":\"" domain "\",\"user\":\"" user "\",\"password\":\"" password "\"}"

static void
test_sign_in (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  g_assert_cmpuint (strlen (token), ==, 43);
  {
    g_autoptr (Answer) answer = ask (fixture, "GET", "/api/v1/me", token, NULL, NULL);

    g_assert_cmpuint (answer->status, ==, 200);
    g_assert_cmpstr (answer_text (answer, "user_name"), ==, "anna");
    g_assert_cmpstr (answer_text (answer, "domain"), ==, DOMAIN_NAME);
    g_assert_cmpstr (answer_text (answer, "token"), ==, "");
    g_assert_cmpuint (json_array_get_length (json_object_get_array_member (answer->json, "roles")),
                      ==, 1);
    g_assert_nonnull (answer_header (answer, "X-Request-Id"));
    g_assert_cmpstr (answer_header (answer, "Cache-Control"), ==, "no-store");
  }
  {
    g_autoptr (Answer) out = ask (fixture, "DELETE", "/api/v1/sessions/current", token, NULL, NULL);
    g_autoptr (Answer) after = ask (fixture, "GET", "/api/v1/me", token, NULL, NULL);

    g_assert_cmpuint (out->status, ==, 204);
    g_assert_cmpuint (after->status, ==, 401);
    g_assert_cmpstr (answer_header (after, "WWW-Authenticate"), ==, "Bearer");
  }
}

/* Whatever was wrong, the answer is the same but for its number. */
static void
test_refusals_are_alike (void)
{
  static const char *const bodies[] = {
    SIGN_IN (DOMAIN_NAME, "anna", "wrong"),
    SIGN_IN (DOMAIN_NAME, "nobody", PASSWORD),
    SIGN_IN ("elsewhere.example", "anna", PASSWORD),
    SIGN_IN (DOMAIN_NAME, "dirk", PASSWORD),
  };
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *first = NULL;

  fixture_start (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (Answer) answer = ask (fixture, "POST", "/api/v1/sessions", NULL, bodies[i], NULL);

      g_assert_cmpuint (answer->status, ==, 401);
      g_assert_cmpstr (answer_text (answer, "code"), ==, "sign-in-refused");
      if (first == NULL)
        first = g_strdup (answer->text);
      g_assert_cmpstr (answer->text, ==, first);
    }
}

static void
test_rate_limit (void)
{
  g_autoptr (CtClock) clock = ct_clock_new_manual (1700000000000);
  g_autoptr (Fixture) fixture = fixture_new (clock);
  guint limited = 0;

  fixture->config.sign_in_per_minute = 3;
  fixture_start (fixture);
  for (int i = 0; i < 5; i++)
    {
      g_autoptr (Answer) answer = ask (fixture, "POST", "/api/v1/sessions", NULL,
                                       SIGN_IN (DOMAIN_NAME, "anna", "wrong"), NULL);

      g_assert_cmpuint (answer->status, ==, i < 3 ? 401 : 429);
      limited += answer->status == 429;
      if (answer->status == 429)
        g_assert_cmpstr (answer_header (answer, "Retry-After"), ==, "20");
    }
  g_assert_cmpuint (limited, ==, 2);
  /* Another account is not kept out; nor is this one for ever. */
  g_free (sign_in_as (fixture, "bas"));
  ct_clock_advance_us (clock, 21 * G_USEC_PER_SEC);
  g_free (sign_in_as (fixture, "anna"));
}

static void
test_expiry (void)
{
  g_autoptr (CtClock) clock = ct_clock_new_manual (1700000000000);
  g_autoptr (Fixture) fixture = fixture_new (clock);
  g_autofree char *token = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  /* Used each 11 hours it lives for 30 days, and no longer. */
  for (int hours = 11; hours < 30 * 24; hours += 11)
    {
      g_autoptr (Answer) answer = NULL;

      ct_clock_advance_us (clock, 11 * G_TIME_SPAN_HOUR);
      answer = ask (fixture, "GET", "/api/v1/me", token, NULL, NULL);
      g_assert_cmpuint (answer->status, ==, 200);
    }
  ct_clock_advance_us (clock, 11 * G_TIME_SPAN_HOUR);
  {
    g_autoptr (Answer) answer = ask (fixture, "GET", "/api/v1/me", token, NULL, NULL);

    g_assert_cmpuint (answer->status, ==, 401);
  }
  g_free (token);
  token = sign_in_as (fixture, "anna");
  ct_clock_advance_us (clock, 12 * G_TIME_SPAN_HOUR);
  {
    g_autoptr (Answer) answer = ask (fixture, "GET", "/api/v1/me", token, NULL, NULL);

    g_assert_cmpuint (answer->status, ==, 401);
  }
}

static void
test_survives_restart (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  g_clear_object (&fixture->client);
  g_clear_pointer (&fixture->http, cs_http_free);
  g_clear_pointer (&fixture->base, g_free);
  fixture_start (fixture);
  {
    g_autoptr (Answer) answer = ask (fixture, "GET", "/api/v1/me", token, NULL, NULL);

    g_assert_cmpuint (answer->status, ==, 200);
  }
}

static void
test_user_changes (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  {
    g_autoptr (Answer) denied = ask (fixture, "GET", "/api/v1/test/file", token, NULL, NULL);

    g_assert_cmpuint (denied->status, ==, 403);
    g_assert_cmpstr (answer_text (denied, "code"), ==, "denied");
  }
  fixture->anna_roles = CS_ROLE_TEAM_LEADER;
  cs_http_forget_user (fixture->http, TENANT, ANNA, FALSE);
  {
    g_autoptr (Answer) allowed = ask (fixture, "HEAD", "/api/v1/test/file", token, NULL, NULL);

    g_assert_cmpuint (allowed->status, ==, 200);
  }
  cs_http_forget_user (fixture->http, TENANT, ANNA, TRUE);
  {
    g_autoptr (Answer) ended = ask (fixture, "GET", "/api/v1/me", token, NULL, NULL);

    g_assert_cmpuint (ended->status, ==, 401);
  }
}

/* A full hash queue says so at once. One worker, kept busy by real hashes. */
static gpointer
sign_in_in_thread (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (SoupSession) client = soup_session_new ();
  g_autofree char *address = g_strconcat (fixture->base, "/api/v1/sessions", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("POST", address);
  g_autoptr (GBytes) body = g_bytes_new_static (SIGN_IN (DOMAIN_NAME, "nobody", "x"),
                                                strlen (SIGN_IN (DOMAIN_NAME, "nobody", "x")));
  g_autoptr (GBytes) reply = NULL;

  soup_message_set_request_body_from_bytes (message, "application/json", body);
  reply = soup_session_send_and_read (client, message, NULL, NULL);
  return GUINT_TO_POINTER (soup_message_get_status (message));
}

static void
test_queue_full (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  GThread *threads[12];
  guint refused = 0, busy = 0;

  fixture->config.hash.memory = 32 * 1024 * 1024; /* of the dummy hash: some ten milliseconds */
  fixture->config.hash_queue = 1;
  fixture->config.sign_in_per_minute = 1000;
  fixture_start (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("sign-in", sign_in_in_thread, fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      guint status = GPOINTER_TO_UINT (g_thread_join (threads[i]));

      refused += status == 401;
      busy += status == 503;
    }
  g_assert_cmpuint (refused + busy, ==, G_N_ELEMENTS (threads));
  g_assert_cmpuint (busy, >, 0);
  g_assert_cmpuint (refused, >, 0);
}

static void
test_every_row_is_guarded (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autoptr (Answer) openapi = NULL;
  g_autoptr (GList) paths = NULL;
  JsonObject *all;
  guint n = 0;

  fixture_start (fixture);
  openapi = ask (fixture, "GET", "/api/v1/openapi.json", NULL, NULL, NULL);
  all = json_object_get_object_member (openapi->json, "paths");
  paths = json_object_get_members (all);
  for (GList *each = paths; each != NULL; each = each->next)
    {
      JsonObject *methods = json_object_get_object_member (all, each->data);
      g_autoptr (GList) names = json_object_get_members (methods);
      g_auto (GStrv) parts = g_strsplit (each->data, "{id}", -1);
      g_autofree char *path = g_strjoinv (ct_id_text (77).text, parts);

      for (GList *name = names; name != NULL; name = name->next)
        {
          JsonObject *operation = json_object_get_object_member (methods, name->data);
          g_autofree char *method = g_ascii_strup (name->data, -1);
          g_autoptr (Answer) answer = ask (fixture, method, path, NULL, NULL, NULL);
          const char *permission = json_object_get_string_member (operation, "x-permission");

          n++;
          g_test_message ("%s %s: %u", method, path, answer->status);
          if (strcmp (permission, "anyone") == 0)
            g_assert_cmpuint (answer->status, !=, 500);
          else
            g_assert_cmpuint (answer->status, ==, 401);
        }
    }
  g_assert_cmpuint (n, ==, fixture_n_routes + 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/sign-in/in-and-out", test_sign_in);
  g_test_add_func ("/http/sign-in/refusals-are-alike", test_refusals_are_alike);
  g_test_add_func ("/http/sign-in/rate-limit", test_rate_limit);
  g_test_add_func ("/http/sign-in/queue-full", test_queue_full);
  g_test_add_func ("/http/session/expiry", test_expiry);
  g_test_add_func ("/http/session/restart", test_survives_restart);
  g_test_add_func ("/http/session/user-changes", test_user_changes);
  g_test_add_func ("/http/permission/every-row", test_every_row_is_guarded);
  return g_test_run ();
}
