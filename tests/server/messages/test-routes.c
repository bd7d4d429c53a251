/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history of a call's messages over the API. */
#include <string.h>

#include "../http/served.h"
#include "server/messages/messages.h"

#define TENANT ((CtId) 1001)
#define COMPANY ((CtId) 2001)
#define CALL ((CtId) 3001)
#define OTHER_CALL ((CtId) 3002)

typedef struct {
  Served served;
  CsMessagesAccess access;
} Fixture;

static const ServedUser users[] = { { 11, "carla", TENANT, CS_ROLE_OWNER, COMPANY } };

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
  g_autoptr (GError) error = NULL;

  served_open (&f->served, 1795262400000, cs_messages_migrations, cs_messages_n_migrations);
  g_assert_true (cs_store_write (f->served.store, put, NULL, &error));
  f->access.may_see_call = may_see_call;
  served_start (&f->served, users, G_N_ELEMENTS (users), &cs_messages_module, &f->access);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  served_close (&f->served);
}

static void
test_history (Fixture *f, gconstpointer data)
{
  Served *served = &f->served;
  g_autofree char *token = served_sign_in (served, "carla");
  g_autofree char *path = g_strdup_printf ("/calls/%s/messages", ct_id_text (CALL).text);
  g_autofree char *other = g_strdup_printf ("/calls/%s/messages", ct_id_text (OTHER_CALL).text);
  g_autoptr (JsonObject) list = served_ask (served, "GET", path, token, NULL, NULL, 200);
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
  json_object_unref (served_ask (served, "GET", path, NULL, NULL, NULL, 401));
  json_object_unref (served_ask (served, "GET", other, token, NULL, NULL, 404));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/messages-routes/history", Fixture, NULL, set_up, test_history, tear_down);
  return g_test_run ();
}
