/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same key again: the same reply, the effect once; for a day, for one user, at one place. */
#include "fixture.h"

#include <string.h>

#define THINGS "/api/v1/test/things"
#define SLIP "{\"amount\":20000,\"reference\":\"slip\"}"
#define OTHER "{\"amount\":30000,\"reference\":\"slip\"}"
#define WAIT "{\"amount\":20000,\"reference\":\"wait\"}"
#define NOWHERE "{\"amount\":20000,\"reference\":\"nowhere\"}"

static void
test_again (void)
{
  g_autoptr (CtClock) clock = ct_clock_new_manual (1700000000000);
  g_autoptr (Fixture) fixture = fixture_new (clock);
  g_autofree char *anna = NULL;
  g_autofree char *bas = NULL;
  g_autofree char *first = NULL;

  fixture_start (fixture);
  anna = sign_in_as (fixture, "anna");
  bas = sign_in_as (fixture, "bas");
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (Answer) answer = ask (fixture, "POST", THINGS, anna, SLIP, "Idempotency-Key: one");

      g_assert_cmpuint (answer->status, ==, 201);
      g_assert_cmpstr (answer_header (answer, "Idempotency-Replayed"), ==, i > 0 ? "true" : NULL);
      if (first == NULL)
        first = g_strdup (answer->text);
      g_assert_cmpstr (answer->text, ==, first);
      g_assert_cmpuint (fixture->created, ==, 1);
    }
  {
    g_autoptr (Answer) other = ask (fixture, "POST", THINGS, anna, OTHER, "Idempotency-Key: one");
    g_autoptr (Answer) his = ask (fixture, "POST", THINGS, bas, OTHER, "Idempotency-Key: one");

    g_assert_cmpuint (other->status, ==, 422);
    g_assert_cmpstr (answer_text (other, "code"), ==, "key-reused");
    g_assert_cmpuint (his->status, ==, 201);
    g_assert_cmpuint (fixture->created, ==, 2);
  }
  for (int hours = 0; hours < 25; hours += 5)
    {
      g_autoptr (Answer) used = NULL;

      ct_clock_advance_us (clock, 5 * G_TIME_SPAN_HOUR);
      used = ask (fixture, "GET", "/api/v1/me", anna, NULL, NULL);
      g_assert_cmpuint (used->status, ==, 200);
    }
  {
    g_autoptr (Answer) later = ask (fixture, "POST", THINGS, anna, OTHER, "Idempotency-Key: one");

    g_assert_cmpuint (later->status, ==, 201);
    g_assert_cmpuint (fixture->created, ==, 3);
  }
}

/* What failed changed nothing: the key is free again. */
static void
test_failure_is_not_kept (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  {
    g_autoptr (Answer) failed
        = ask (fixture, "POST", THINGS, token, NOWHERE, "Idempotency-Key: one");
    g_autoptr (Answer) mended = ask (fixture, "POST", THINGS, token, SLIP, "Idempotency-Key: one");

    g_assert_cmpuint (failed->status, ==, 422);
    g_assert_cmpuint (mended->status, ==, 201);
  }
}

typedef struct {
  Fixture *fixture;
  const char *token;
} Caller;

static gpointer
create_and_wait (gpointer data)
{
  Caller *caller = data;
  g_autoptr (SoupSession) client = soup_session_new ();
  Fixture other = *caller->fixture;

  other.client = client;
  return ask (&other, "POST", THINGS, caller->token, WAIT, "Idempotency-Key: both");
}

static void
test_two_at_once (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;
  g_autoptr (Answer) first = NULL;
  Caller caller = { fixture, NULL };
  GThread *thread;

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  caller.token = token;
  thread = g_thread_new ("first", create_and_wait, &caller);
  fixture_wait_for_waiting (fixture, 1);
  {
    g_autoptr (Answer) second = ask (fixture, "POST", THINGS, token, WAIT, "Idempotency-Key: both");

    g_assert_cmpuint (second->status, ==, 409);
    g_assert_cmpstr (answer_text (second, "code"), ==, "key-in-use");
    g_assert_cmpstr (answer_header (second, "Retry-After"), ==, "1");
  }
  fixture_let_go (fixture);
  first = g_thread_join (thread);
  g_assert_cmpuint (first->status, ==, 201);
  {
    g_autoptr (Answer) third = ask (fixture, "POST", THINGS, token, WAIT, "Idempotency-Key: both");

    g_assert_cmpuint (third->status, ==, 201);
    g_assert_cmpuint (fixture->created, ==, 1);
  }
}

/* The reply does not lie readable in the database, nor the key. */
static void
test_sealed (void)
{
  g_autoptr (Fixture) fixture = fixture_new (NULL);
  g_autofree char *token = NULL;
  static const char *const names[] = { "db", "db-wal" };

  fixture_start (fixture);
  token = sign_in_as (fixture, "anna");
  {
    g_autoptr (Answer) answer
        = ask (fixture, "POST", THINGS, token, "{\"amount\":987654321,\"reference\":\"slip\"}",
               "Idempotency-Key: a-key-to-look-for");

    g_assert_cmpuint (answer->status, ==, 201);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, names[i], NULL);
      g_autofree char *content = NULL;
      gsize size = 0;

      if (!g_file_get_contents (path, &content, &size, NULL))
        continue;
      g_assert_null (memmem (content, size, "987654321", 9));
      g_assert_null (memmem (content, size, "a-key-to-look-for", 17));
      g_assert_null (memmem (content, size, token, strlen (token)));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/idempotency/again", test_again);
  g_test_add_func ("/http/idempotency/failure-is-not-kept", test_failure_is_not_kept);
  g_test_add_func ("/http/idempotency/two-at-once", test_two_at_once);
  g_test_add_func ("/http/idempotency/sealed", test_sealed);
  return g_test_run ();
}
