/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call's script over the API: commands in, state out, secrets sealed, masking ordered, a ticket given,
 * and nobody else's business. */
#include <string.h>

#include "../../common/script/samples.h"
#include "../http/served.h"
#include "server/scripts/scripts.h"

#define TENANT ((CtId) 1001)
#define COMPANY ((CtId) 2001)
#define ANNA ((CtId) 11)
#define BERT ((CtId) 12)
#define CARLA ((CtId) 13) /* owns the company */
#define OLGA ((CtId) 14)  /* owns another */
#define CALL ((CtId) 3001)
#define NOW G_GINT64_CONSTANT (1795262400000)

typedef struct {
  Served served;
  CsScripts *scripts;
  CtId version;
  int masked; /* orders given: +1 enter, 0 leave */
  int orders;
  gboolean mask_fails;
  gboolean optional_card;
} Fixture;

/* The hands */

static gboolean
find_call (gpointer data, CsDb *db, CsScope scope, CtId id, CsScriptCall *call, GError **error)
{
  Fixture *f = data;

  if (id != CALL || scope.tenant != TENANT)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no call");
  call->call = id;
  call->company = COMPANY;
  call->agent = ANNA;
  call->version = f->version;
  call->company_name = g_strdup ("Bakkerij Deeg");
  call->client_code = g_strdup ("0427");
  call->agent_name = g_strdup ("Anna");
  call->language = g_strdup ("nl");
  call->caller = g_strdup ("+31612345678");
  call->called = g_strdup ("+31201112233");
  call->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (call->keys, g_strdup ("reason"), g_strdup ("1"));
  return TRUE;
}

static GPtrArray *
prefill (gpointer data, CsDb *db, CsScope scope, const CsScriptCall *call, GError **error)
{
  GPtrArray *answers = g_ptr_array_new_with_free_func (ct_record_free);
  static const char *const known[][2] = { { "name", "Jan" }, { "card", "1234" }, { "gone", "x" } };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      CtScriptAnswer *answer = ct_script_answer_new ();

      answer->step = g_strdup (known[i][0]);
      answer->value = g_strdup (known[i][1]);
      answer->at = NOW - 86400000;
      g_ptr_array_add (answers, answer);
    }
  return answers;
}

static gboolean
tenant_key (gpointer data, CsDb *db, CsScope scope, guint8 key[CS_SCRIPTS_KEY_SIZE], GError **error)
{
  memset (key, 7, CS_SCRIPTS_KEY_SIZE);
  return TRUE;
}

static gboolean
on_enter (gpointer data, CtId call, CtId user, GError **error)
{
  Fixture *f = data;

  g_assert_cmpint (call, ==, CALL);
  g_assert_cmpint (user, ==, ANNA);
  if (f->mask_fails)
    return ct_fail (error, CT_ERROR_TIMEOUT, "media does not answer");
  f->masked = 1;
  f->orders++;
  return TRUE;
}

static gboolean
on_leave (gpointer data, CtId call, CtId user, GError **error)
{
  Fixture *f = data;

  f->masked = 0;
  f->orders++;
  return TRUE;
}

/* As server/calls: staff see all, an owner his company's, an e-agent his own. */
static gboolean
may_see_call (gpointer data, CsDb *db, const CsPrincipal *principal, CtId call, GError **error)
{
  gboolean may
      = principal->company != CT_ID_NONE ? principal->company == COMPANY : principal->user == ANNA;

  return may || ct_fail (error, CT_ERROR_NOT_FOUND, "no such call");
}

static const ServedUser users[] = { { ANNA, "anna", TENANT, CS_ROLE_E_AGENT, CT_ID_NONE },
                                    { BERT, "bert", TENANT, CS_ROLE_E_AGENT, CT_ID_NONE },
                                    { CARLA, "carla", TENANT, CS_ROLE_OWNER, COMPANY },
                                    { OLGA, "olga", TENANT, CS_ROLE_OWNER, COMPANY + 1 } };

static gboolean
publish (CsDb *db, gpointer data, GError **error)
{
  Fixture *f = data;
  g_autofree char *body
      = f->optional_card
            ? sample_change (sample_bakery, "\"secret\", \"required\": true", "\"secret\"")
            : g_strdup (sample_bakery);

  return cs_scripts_publish (db, cs_scope_tenant (TENANT), COMPANY, "orders", "Orders", body, NULL,
                             &f->version, error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const CsScriptsHands hands
      = { f, find_call, prefill, tenant_key, on_enter, on_leave, may_see_call };

  served_open (&f->served, NOW, cs_scripts_migrations, cs_scripts_n_migrations);
  f->scripts = cs_scripts_new (f->served.store, &hands);
  f->optional_card = data != NULL;
  g_assert_true (cs_store_write (f->served.store, publish, f, &error));
  served_start (&f->served, users, G_N_ELEMENTS (users), &cs_scripts_module, f->scripts);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  served_stop (&f->served);
  cs_scripts_free (f->scripts);
  served_close (&f->served);
}

/* The client */

static JsonObject *
ask (Fixture *f, const char *method, const char *path, const char *token, const char *body,
     guint status)
{
  return served_ask (&f->served, method, path, token, body, NULL, status);
}

static char *
sign_in (Fixture *f, const char *user)
{
  return served_sign_in (&f->served, user);
}

static char *
call_path (const char *rest)
{
  return g_strdup_printf ("/calls/%s%s", ct_id_text (CALL).text, rest);
}

/* Sends a command; @more: other members ("\"value\": \"x\""), or NULL. */
static JsonObject *
command (Fixture *f, const char *token, int number, const char *kind, const char *step,
         const char *more, guint status)
{
  g_autofree char *path = call_path ("/script");
  g_autofree char *body
      = g_strdup_printf ("{\"number\": %d, \"kind\": \"%s\", \"step\": \"%s\"%s%s}", number, kind,
                         step, more != NULL ? ", " : "", more != NULL ? more : "");

  return ask (f, "POST", path, token, body, status);
}

static void
move (Fixture *f, const char *token, int number, const char *kind, const char *step,
      const char *more, const char *stands)
{
  g_autoptr (JsonObject) state = command (f, token, number, kind, step, more, 200);

  g_assert_cmpstr (json_object_get_string_member (state, "step"), ==, stands);
  g_assert_cmpint (json_object_get_int_member (state, "number"), ==, number);
}

/* The value of a step's answer in a state; "" when it has none, NULL without an answer. */
static const char *
answer_of (JsonObject *state, const char *step)
{
  JsonArray *answers = json_object_get_array_member (state, "answers");

  for (guint i = 0; answers != NULL && i < json_array_get_length (answers); i++)
    {
      JsonObject *answer = json_array_get_object_element (answers, i);

      if (strcmp (json_object_get_string_member (answer, "step"), step) == 0)
        return json_object_get_string_member_with_default (answer, "value", "");
    }
  return NULL;
}

static gboolean
database_holds (Fixture *f, const char *words)
{
  static const char *const names[] = { "a.db", "a.db-wal" };
  gboolean found = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (f->served.folder, names[i], NULL);
      g_autofree char *bytes = NULL;
      gsize size;

      if (g_file_get_contents (path, &bytes, &size, NULL))
        found = found || memmem (bytes, size, words, strlen (words)) != NULL;
    }
  return found;
}

static void
walk_to_card (Fixture *f, const char *token)
{
  move (f, token, 1, "go", "greet", NULL, "name");
  move (f, token, 2, "go", "name", NULL, "phone"); /* what the last call said */
  move (f, token, 3, "go", "phone", NULL, "reason");
  move (f, token, 4, "answer", "reason", "\"value\": \"order\"", "reason");
  move (f, token, 5, "go", "reason", NULL, "loaves");
  move (f, token, 6, "answer", "loaves", "\"value\": \"12\"", "loaves");
  move (f, token, 7, "go", "loaves", NULL, "day");
  move (f, token, 8, "go", "day", NULL, "card");
}

static void
test_call (Fixture *f, gconstpointer data)
{
  g_autofree char *anna = sign_in (f, "anna");
  g_autofree char *path = call_path ("/script");
  g_autoptr (JsonObject) start = ask (f, "GET", path, anna, NULL, 200);
  g_autoptr (JsonObject) again = NULL;
  g_autoptr (JsonObject) state = NULL;
  g_autoptr (CsScriptOutcome) outcome = NULL;
  CsDb *db;

  g_assert_cmpstr (json_object_get_string_member (start, "step"), ==, "greet");
  g_assert_cmpstr (answer_of (start, "name"), ==, "Jan");
  g_assert_cmpstr (answer_of (start, "phone"), ==, "+31612345678");
  g_assert_null (answer_of (start, "card")); /* never filled in */
  g_assert_cmpstr (
      json_object_get_string_member (json_object_get_object_member (start, "facts"), "key.reason"),
      ==, "1");
  walk_to_card (f, anna);
  again = command (f, anna, 8, "go", "day", NULL, 200); /* sent again */
  g_assert_cmpstr (json_object_get_string_member (again, "step"), ==, "card");
  json_object_unref (command (f, anna, 8, "go", "loaves", NULL, 409));
  json_object_unref (command (f, anna, 11, "go", "card", NULL, 409));
  json_object_unref (command (f, anna, 9, "go", "card", NULL, 409)); /* required */

  move (f, anna, 9, "enter", "card", NULL, "card");
  g_assert_cmpint (f->masked, ==, 1);
  json_object_unref (command (f, anna, 10, "answer", "card", "\"value\": \"abc\"", 422));
  move (f, anna, 10, "answer", "card", "\"value\": \"9876 5432 10\"", "card");
  g_assert_false (database_holds (f, "9876 5432 10"));
  state = ask (f, "GET", path, anna, NULL, 200);
  g_assert_cmpstr (answer_of (state, "card"), ==, "9876 5432 10"); /* she typed it */
  move (f, anna, 11, "go", "card", NULL, "done");
  g_assert_cmpint (f->masked, ==, 0);
  json_object_unref (g_steal_pointer (&state));
  state = ask (f, "GET", path, anna, NULL, 200);
  g_assert_true (json_object_get_boolean_member (state, "complete"));
  g_assert_cmpstr (json_object_get_string_member (state, "ticket"), ==, "0427-00001");

  db = cs_store_acquire_reader (f->served.store);
  outcome = cs_scripts_get_outcome (f->scripts, db, cs_scope_tenant (TENANT), CALL, "en", NULL);
  cs_store_release_reader (f->served.store, db);
  g_assert_nonnull (outcome);
  g_assert_true (outcome->complete);
  g_assert_cmpstr (outcome->ticket, ==, "0427-00001");
  g_assert_cmpstr (outcome->disposition, ==, "order");
  g_assert_cmpuint (outcome->outputs->len, ==, 5);
  g_assert_cmpuint (outcome->answers->len, ==, 4); /* name, phone, reason, loaves */
}

static guint
count_secrets (Fixture *f, const char *user, guint status, char **value)
{
  g_autofree char *token = sign_in (f, user);
  g_autofree char *path = call_path ("/secrets");
  g_autoptr (JsonObject) reply = ask (f, "GET", path, token, NULL, status);
  JsonArray *items = json_object_has_member (reply, "items")
                         ? json_object_get_array_member (reply, "items")
                         : NULL;
  guint n = items != NULL ? json_array_get_length (items) : 0;

  if (n > 0 && value != NULL)
    *value = g_strdup (
        json_object_get_string_member (json_array_get_object_element (items, 0), "value"));
  return n;
}

/* The role that the script names reads a secret, of its own company, and that is kept (D33), for who asks
 * why the data were shown (B07). */
static void
test_secrets (Fixture *f, gconstpointer data)
{
  g_autofree char *anna = sign_in (f, "anna");
  g_autofree char *value = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GPtrArray) other = NULL;
  const CtReading *reading;
  gint64 next = 0;
  CsDb *db;

  g_assert_cmpuint (count_secrets (f, "carla", 404, NULL), ==, 0); /* no run yet */
  walk_to_card (f, anna);
  g_assert_cmpuint (count_secrets (f, "carla", 200, NULL), ==, 0);
  move (f, anna, 9, "answer", "card", "\"value\": \"9876 5432 10\"", "card");
  g_assert_cmpuint (count_secrets (f, "carla", 200, &value), ==, 1);
  g_assert_cmpstr (value, ==, "9876 5432 10");
  g_assert_cmpuint (count_secrets (f, "anna", 200, NULL), ==, 0);
  g_assert_cmpuint (count_secrets (f, "olga", 404, NULL), ==, 0);
  g_assert_cmpuint (count_secrets (f, "bert", 404, NULL), ==, 0);
  db = cs_store_acquire_reader (f->served.store);
  list = cs_scripts_list_readings (f->scripts, db, cs_scope_tenant (TENANT), CALL, "en", 0, 50,
                                   &next, NULL);
  other = cs_scripts_list_readings (f->scripts, db, cs_scope_tenant (TENANT + 1), CALL, "en", 0, 50,
                                    &next, NULL);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpuint (other->len, ==, 0);
  g_assert_cmpint (next, ==, 0);
  reading = list->pdata[0];
  g_assert_cmpstr (reading->kind, ==, "secret");
  g_assert_cmpint (reading->person, ==, CARLA);
  g_assert_cmpstr (reading->step, ==, "card");
  g_assert_null (reading->reason);
  cs_store_release_reader (f->served.store, db);
}

/* A secret that is no answer, or was taken away, is none when the run is read again. */
static void
test_no_secret (Fixture *f, gconstpointer data)
{
  static const char *const values[]
      = { "\"value\": \"  \"", "\"value\": \"9876\"", "\"value\": \"\"" };
  g_autofree char *anna = sign_in (f, "anna");
  g_autofree char *path = call_path ("/script");

  walk_to_card (f, anna);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (JsonObject) said = command (f, anna, 9 + i, "answer", "card", values[i], 200);
      g_autoptr (JsonObject) kept = ask (f, "GET", path, anna, NULL, 200);

      g_assert_cmpint (answer_of (said, "card") != NULL, ==, i == 1);
      g_assert_cmpint (answer_of (kept, "card") != NULL, ==, i == 1);
    }
}

static void
test_others (Fixture *f, gconstpointer data)
{
  g_autofree char *bert = sign_in (f, "bert");
  g_autofree char *path = call_path ("/script");
  g_autofree char *version = g_strdup_printf ("/scripts/versions/%s", ct_id_text (f->version).text);
  g_autoptr (JsonObject) document = NULL;

  json_object_unref (ask (f, "GET", path, bert, NULL, 403));
  json_object_unref (ask (f, "GET", path, NULL, NULL, 401));
  json_object_unref (command (f, bert, 1, "go", "greet", NULL, 403));
  json_object_unref (ask (f, "GET", "/calls/0000000000001/script", bert, NULL, 404));
  document = ask (f, "GET", version, bert, NULL, 200);
  g_assert_cmpint (json_object_get_int_member (document, "version"), ==, 1);
  g_assert_true (
      json_object_has_member (json_object_get_object_member (document, "body"), "steps"));
  json_object_unref (ask (f, "GET", "/scripts/versions/0000000000001", bert, NULL, 404));
}

/* Until the recording is masked an `enter` is not answered; sent again, it is. */
static void
test_mask (Fixture *f, gconstpointer data)
{
  g_autofree char *anna = sign_in (f, "anna");

  walk_to_card (f, anna);
  f->mask_fails = TRUE;
  json_object_unref (command (f, anna, 9, "enter", "card", NULL, 504));
  g_assert_cmpint (f->masked, ==, 0);
  f->mask_fails = FALSE;
  move (f, anna, 9, "enter", "card", NULL, "card");
  g_assert_cmpint (f->masked, ==, 1);
  move (f, anna, 10, "leave", "card", NULL, "card");
  g_assert_cmpint (f->masked, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK); /* a refusal warns */
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/scripts-routes/call", test_call);
  ADD ("/scripts-routes/others", test_others);
  ADD ("/scripts-routes/mask", test_mask);
  ADD ("/scripts-routes/secrets", test_secrets);
  g_test_add ("/scripts-routes/no-secret", Fixture, "optional", set_up, test_no_secret, tear_down);
  return g_test_run ();
}
