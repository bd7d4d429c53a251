/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a request can have wrong, and what is said of it; paging, versions, what stays inside. */
#include "fixture.h"

#include <string.h>

#define THINGS "/api/v1/test/things"
#define THING THINGS "/0123456789ABC"
#define GOOD "{\"amount\":20000,\"reference\":\"slip\"}"
#define KEYED "Idempotency-Key: k"

static void
test_bodies (void)
{
  static const struct {
    const char *body, *headers;
    guint status;
    const char *code, *pointer;
  } cases[] = {
    { GOOD, KEYED "0", 201, "", "" },
    { GOOD, KEYED "1\nContent-Type: text/plain", 415, "not-json", "" },
    { NULL, KEYED "2", 415, "not-json", "" },
    { "", KEYED "2\nContent-Type: application/json", 400, "not-json", "" },
    { "{\"amount\":20000", KEYED "3", 400, "not-json", "" },
    { "{\"amount\":20000,\"reference\":\"slip\",\"more\":1}", KEYED "4", 422, "unknown-member",
      "/more" },
    { "{\"amount\":20000}", KEYED "5", 422, "required", "/reference" },
    { "{\"amount\":1,\"reference\":\"slip\"}", KEYED "6", 422, "too-small", "/amount" },
    { "{\"amount\":\"1\",\"reference\":\"slip\"}", KEYED "7", 422, "wrong-kind", "/amount" },
    { "{\"amount\":20000,\"reference\":\"nowhere\"}", KEYED "8", 422, "no-such-place",
      "/reference" },
    { "[]", KEYED "9", 422, "wrong-kind", "" },
    { GOOD, NULL, 400, "key-missing", "" },
    { GOOD, "Idempotency-Key: two words", 400, "key-missing", "" },
  };
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Answer) answer
          = ask (fixture, "POST", THINGS, token, cases[i].body, cases[i].headers);

      g_test_message ("%s: %u %s", cases[i].body, answer->status, answer->text);
      g_assert_cmpuint (answer->status, ==, cases[i].status);
      g_assert_cmpstr (answer_text (answer, "code"), ==, cases[i].code);
      g_assert_cmpstr (answer_text (answer, "pointer"), ==, cases[i].pointer);
      if (answer->status >= 400)
        g_assert_cmpstr (answer_header (answer, "Content-Type"), ==, "application/problem+json");
    }
  g_assert_cmpuint (fixture->created, ==, 1);
}

static char *
repeat (const char *piece, gsize n)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append (text, piece);
  return g_string_free (text, FALSE);
}

static void
test_too_big_and_too_deep (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;
  g_autofree char *deep = repeat ("[", 100000);
  g_autofree char *big = repeat ("0123456789", 110000);
  g_autofree char *wide = repeat ("x", 20000);
  g_autofree char *header = g_strconcat ("X-Wide: ", wide, NULL);

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  {
    g_autoptr (Answer) answer = ask (fixture, "POST", THINGS, token, deep, KEYED);

    g_assert_cmpuint (answer->status, ==, 413);
  }
  {
    g_autoptr (Answer) answer = ask (fixture, "POST", THINGS, token, big, KEYED);

    g_assert_cmpuint (answer->status, ==, 413);
    g_assert_cmpstr (answer_text (answer, "code"), ==, "too-big");
  }
  {
    g_autoptr (Answer) answer = ask (fixture, "POST", "/api/v1/sessions", NULL, wide, NULL);

    g_assert_cmpuint (answer->status, ==, 413);
  }
  {
    g_autoptr (Answer) answer = ask (fixture, "GET", THINGS, token, NULL, header);

    g_assert_cmpuint (answer->status, ==, 431);
  }
  {
    g_autoptr (Answer) still = ask (fixture, "GET", THINGS, token, NULL, NULL);

    g_assert_cmpuint (still->status, ==, 200);
  }
}

/* A body without a length, in chunks, is measured as it comes. */
static void
test_too_big_in_chunks (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;
  g_autofree char *address = NULL;
  g_autofree char *bearer = NULL;
  g_autofree char *big = repeat ("0123456789", 200000);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) reply = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  address = g_strconcat (fixture->base, THINGS, NULL);
  bearer = g_strconcat ("Bearer ", token, NULL);
  message = soup_message_new ("POST", address);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                bearer);
  stream = g_memory_input_stream_new_from_data (big, (gssize) strlen (big), NULL);
  soup_message_set_request_body (message, "application/json", stream, -1);
  reply = soup_session_send_and_read (fixture->client, message, NULL, NULL);
  g_assert_cmpuint (soup_message_get_status (message), ==, 413);
}

static void
test_paths_and_methods (void)
{
  static const struct {
    const char *method, *path;
    guint status;
    const char *allow;
  } cases[] = {
    { "DELETE", THINGS, 405, "GET, HEAD, POST" },
    { "PATCH", THING, 405, "GET, HEAD, PUT" },
    { "GET", THINGS "/not-an-id", 404, NULL },
    { "GET", "/api/v1/nothing", 404, NULL },
    { "GET", "/nothing", 404, NULL },
    { "BREW", "/api/v1", 405, "GET, HEAD" },
    { "HEAD", THING, 200, NULL },
    { "GET", THING "?q=a%20b", 200, NULL },
  };
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Answer) answer = ask (fixture, cases[i].method, cases[i].path, token, NULL, NULL);

      g_test_message ("%s %s: %u", cases[i].method, cases[i].path, answer->status);
      g_assert_cmpuint (answer->status, ==, cases[i].status);
      g_assert_cmpstr (answer_header (answer, "Allow"), ==, cases[i].allow);
    }
}

static void
test_paging (void)
{
  static const struct {
    const char *query;
    guint status, count;
    const char *next;
  } cases[] = {
    { "", 200, 50, "50" },
    { "?cursor=50", 200, 50, "100" },
    { "?cursor=100", 200, 20, "" },
    { "?limit=200", 200, 120, "" },
    { "?limit=1&cursor=7", 200, 1, "8" },
    { "?limit=201", 400, 0, "" },
    { "?limit=0", 400, 0, "" },
    { "?limit=-1", 400, 0, "" },
    { "?limit=x", 400, 0, "" },
    { "?cursor=x", 400, 0, "" },
    { "?cursor=99999999999999999999", 400, 0, "" },
  };
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat (THINGS, cases[i].query, NULL);
      g_autoptr (Answer) answer = ask (fixture, "GET", path, token, NULL, NULL);

      g_assert_cmpuint (answer->status, ==, cases[i].status);
      g_assert_cmpstr (answer_text (answer, "next"), ==, cases[i].next);
      if (cases[i].status == 200)
        g_assert_cmpuint (
            json_array_get_length (json_object_get_array_member (answer->json, "items")), ==,
            cases[i].count);
    }
}

static void
test_versions (void)
{
  static const struct {
    const char *headers;
    guint status;
  } cases[] = {
    { NULL, 428 },
    { "If-Match: \"x\"", 428 },
    { "If-Match: \"6\"", 412 },
    { "If-Match: \"7\"", 204 },
    { "If-Match: \"7\"", 412 },
    { "If-Match: 8", 204 },
  };
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  {
    g_autoptr (Answer) answer = ask (fixture, "GET", THING, token, NULL, NULL);

    g_assert_cmpstr (answer_header (answer, "ETag"), ==, "\"7\"");
  }
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Answer) answer = ask (fixture, "PUT", THING, token, NULL, cases[i].headers);

      g_assert_cmpuint (answer->status, ==, cases[i].status);
    }
}

static void
test_inside_stays_inside (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;
  g_autoptr (Answer) answer = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  /* It is logged as a warning, which a test would die of. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  answer = ask (fixture, "GET", "/api/v1/test/fail", token, NULL, NULL);
  g_assert_cmpuint (answer->status, ==, 500);
  g_assert_null (strstr (answer->text, "secret"));
  g_log_set_always_fatal (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
}

/* What only staff may see is not in what a company's owner gets. */
static void
test_staff_members (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *staff = NULL;
  g_autofree char *owner = NULL;

  fixture_start (fixture);
  staff = sign_in_as (fixture, "bas");
  owner = sign_in_as (fixture, "carla");
  {
    g_autoptr (Answer) to_staff = ask (fixture, "GET", "/api/v1/test/call", staff, NULL, NULL);
    g_autoptr (Answer) to_owner = ask (fixture, "GET", "/api/v1/test/call", owner, NULL, NULL);

    g_assert_true (json_object_has_member (to_staff->json, "pay"));
    g_assert_false (json_object_has_member (to_owner->json, "pay"));
  }
}

static void
test_rates (void)
{
  g_autoptr (CtClock) clock = ct_clock_new_manual (1700000000000);
  g_autoptr (Fixture) fixture = fixture_new (clock);
  g_autofree char *token = NULL;

  fixture->config.session_rate = 1;
  fixture->config.session_burst = 2;
  fixture->config.address_rate = 1;
  fixture->config.address_burst = 6;
  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  for (int i = 0; i < 7; i++)
    {
      g_autoptr (Answer) answer = ask (fixture, "GET", THING, token, NULL, NULL);

      g_assert_cmpuint (answer->status, ==, i < 2 ? 200 : 429);
      if (i >= 2)
        g_assert_cmpstr (answer_header (answer, "Retry-After"), ==, "1");
    }
  ct_clock_advance_us (clock, G_USEC_PER_SEC);
  {
    g_autoptr (Answer) answer = ask (fixture, "GET", THING, token, NULL, NULL);

    g_assert_cmpuint (answer->status, ==, 200);
  }
}

static void
test_status_pages (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);

  fixture_start (fixture);
  {
    g_autoptr (Answer) version = ask (fixture, "GET", "/api/v1", NULL, NULL, NULL);

    g_assert_cmpstr (answer_text (version, "version"), ==, CENTRALE_VERSION);
    g_assert_cmpuint (strlen (answer_text (version, "epoch")), ==, 16);
  }
  {
    g_autoptr (Answer) health = ask (fixture, "GET", "/health", NULL, NULL, NULL);
    JsonObject *checks = json_object_get_object_member (health->json, "checks");

    g_assert_cmpuint (health->status, ==, 200);
    g_assert_true (json_object_get_boolean_member (health->json, "ok"));
    g_assert_true (
        json_object_get_boolean_member (json_object_get_object_member (checks, "database"), "ok"));
  }
  {
    g_autoptr (Answer) metrics = ask (fixture, "GET", "/metrics", NULL, NULL, NULL);

    g_assert_cmpuint (metrics->status, ==, 200);
    g_assert_nonnull (strstr (metrics->text, "centrale_http_requests_total{class=\"2xx\"}"));
    g_assert_nonnull (strstr (metrics->text, "centrale_http_request_seconds_count"));
  }
}

static void
test_openapi (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autoptr (Answer) answer = NULL;
  JsonObject *paths, *schemas;

  fixture_start (fixture);
  answer = ask (fixture, "GET", "/api/v1/openapi.json", NULL, NULL, NULL);
  paths = json_object_get_object_member (answer->json, "paths");
  schemas = json_object_get_object_member (
      json_object_get_object_member (answer->json, "components"), "schemas");
  for (gsize i = 0; i < fixture_n_routes; i++)
    {
      const CsRoute *route = &fixture_routes[i];
      g_autofree char *method = g_ascii_strdown (route->method, -1);
      JsonObject *path = json_object_get_object_member (paths, route->path);

      g_assert_true (json_object_has_member (path, method));
      if (route->request != NULL)
        g_assert_true (json_object_has_member (schemas, route->request->name));
      if (route->reply != NULL)
        g_assert_true (json_object_has_member (schemas, route->reply->name));
    }
  g_assert_true (json_object_has_member (schemas, "Problem"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/request/bodies", test_bodies);
  g_test_add_func ("/http/request/too-big-and-too-deep", test_too_big_and_too_deep);
  g_test_add_func ("/http/request/too-big-in-chunks", test_too_big_in_chunks);
  g_test_add_func ("/http/request/paths-and-methods", test_paths_and_methods);
  g_test_add_func ("/http/request/paging", test_paging);
  g_test_add_func ("/http/request/versions", test_versions);
  g_test_add_func ("/http/request/inside-stays-inside", test_inside_stays_inside);
  g_test_add_func ("/http/request/staff-members", test_staff_members);
  g_test_add_func ("/http/request/rates", test_rates);
  g_test_add_func ("/http/status/pages", test_status_pages);
  g_test_add_func ("/http/status/openapi", test_openapi);
  return g_test_run ();
}
