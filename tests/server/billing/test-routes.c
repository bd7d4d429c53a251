/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Money over the API: what a company has, who may book what came in, the statement page by page, and
 * that neither another company nor another tenant learns of it. */
#include <string.h>

#include "../http/served.h"
#include "server/billing/module.h"

#define TENANT ((CtId) 1001)
#define OTHER_TENANT ((CtId) 1002)
#define COMPANY ((CtId) 2001)
#define OTHER_COMPANY ((CtId) 2002)
#define NOW G_GINT64_CONSTANT (1795262400000)
#define EURO CT_MONEY_UNIT

typedef struct {
  Served served;
  CsBilling *billing;
  char *credit, *postings; /* paths */
} Fixture;

static const ServedUser users[] = {
  { 11, "fin", TENANT, CS_ROLE_FINANCE, CT_ID_NONE },
  { 12, "anna", TENANT, CS_ROLE_E_AGENT, CT_ID_NONE },
  { 13, "carla", TENANT, CS_ROLE_OWNER, COMPANY },
  { 14, "olga", TENANT, CS_ROLE_OWNER, OTHER_COMPANY },
  { 15, "far", OTHER_TENANT, CS_ROLE_FINANCE | CS_ROLE_ADMINISTRATOR, CT_ID_NONE },
};

static gboolean
set_tariffs (CsDb *db, gpointer data, GError **error)
{
  CsTariff tariff = { .company = COMPANY, .currency = "EUR", .rate = 20000, .pay_rate = 7000 };
  CsTariff other = tariff;

  other.company = OTHER_COMPANY;
  return cs_billing_set_tariff (db, cs_scope_tenant (TENANT), &tariff, error)
         && cs_billing_set_tariff (db, cs_scope_tenant (TENANT), &other, error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  served_open (&f->served, NOW, cs_billing_migrations, CS_BILLING_MIGRATIONS);
  f->billing = cs_billing_new ();
  g_assert_true (cs_store_write (f->served.store, set_tariffs, NULL, &error));
  served_start (&f->served, users, G_N_ELEMENTS (users), &cs_billing_module, f->billing);
  f->credit = g_strdup_printf ("/companies/%s/credit", ct_id_text (COMPANY).text);
  f->postings = g_strdup_printf ("/companies/%s/postings", ct_id_text (COMPANY).text);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  served_stop (&f->served);
  served_close (&f->served);
  cs_billing_free (f->billing);
  g_free (f->credit);
  g_free (f->postings);
}

static JsonObject *
get (Fixture *f, const char *token, const char *path, guint status)
{
  return served_ask (&f->served, "GET", path, token, NULL, NULL, status);
}

static JsonObject *
top_up (Fixture *f, const char *token, CtMoney amount, const char *key, guint status)
{
  g_autofree char *body = g_strdup_printf (
      "{\"amount\": %" G_GINT64_FORMAT ", \"reference\": \"slip %s\"}", amount, key);
  g_autofree char *header = g_strconcat ("Idempotency-Key: a-key-of-sixteen-", key, NULL);

  return served_ask (&f->served, "POST", f->credit, token, body, header, status);
}

static void
booked (Fixture *f, const char *token, CtMoney amount, const char *key, CtMoney credit)
{
  g_autoptr (JsonObject) reply = top_up (f, token, amount, key, 201);

  g_assert_cmpint (json_object_get_int_member (reply, "credit"), ==, credit);
  g_assert_cmpint (json_object_get_int_member (reply, "reserved"), ==, 0);
}

/* The same said twice is booked once; the owner sees it, and nothing else changes it. */
static void
test_top_up (Fixture *f, gconstpointer data)
{
  g_autofree char *finance = served_sign_in (&f->served, "fin");
  g_autofree char *owner = served_sign_in (&f->served, "carla");
  g_autoptr (JsonObject) empty = get (f, owner, f->credit, 200);
  g_autoptr (JsonObject) credit = NULL;

  g_assert_cmpint (json_object_get_int_member (empty, "credit"), ==, 0);
  booked (f, finance, 5 * EURO, "one", 5 * EURO);
  booked (f, finance, 5 * EURO, "one", 5 * EURO);
  booked (f, finance, 2 * EURO, "two", 7 * EURO);
  credit = get (f, owner, f->credit, 200);
  g_assert_cmpint (json_object_get_int_member (credit, "credit"), ==, 7 * EURO);
  /* Too little, and no key. */
  json_object_unref (top_up (f, finance, 1, "three", 422));
  json_object_unref (served_ask (&f->served, "POST", f->credit, finance,
                                 "{\"amount\": 5000000, \"reference\": \"x\"}", NULL, 400));
  json_object_unref (credit);
  credit = get (f, owner, f->credit, 200);
  g_assert_cmpint (json_object_get_int_member (credit, "credit"), ==, 7 * EURO);
}

static void
refused (Fixture *f, const char *user, guint seeing, guint booking)
{
  g_autofree char *token = served_sign_in (&f->served, user);

  json_object_unref (get (f, token, f->credit, seeing));
  json_object_unref (get (f, token, f->postings, seeing));
  json_object_unref (top_up (f, token, 5 * EURO, user, booking));
}

static void
test_permissions (Fixture *f, gconstpointer data)
{
  g_autofree char *finance = served_sign_in (&f->served, "fin");
  g_autofree char *nowhere
      = g_strdup_printf ("/companies/%s/credit", ct_id_text ((CtId) 9999).text);
  g_autoptr (JsonObject) credit = NULL;

  booked (f, finance, 5 * EURO, "one", 5 * EURO);
  refused (f, "anna", 403, 403);  /* an e-agent sees no money */
  refused (f, "carla", 200, 403); /* an owner gives himself none */
  refused (f, "olga", 404, 403);  /* of another company: it does not exist */
  refused (f, "far", 404, 404);   /* of another tenant: likewise, whatever his roles */
  json_object_unref (get (f, NULL, f->credit, 401));
  json_object_unref (get (f, NULL, f->postings, 401));
  json_object_unref (get (f, finance, nowhere, 404));
  credit = get (f, finance, f->credit, 200);
  g_assert_cmpint (json_object_get_int_member (credit, "credit"), ==, 5 * EURO);
}

/* Newest first, two on a page, each once. */
static void
test_statement (Fixture *f, gconstpointer data)
{
  g_autofree char *finance = served_sign_in (&f->served, "fin");
  g_autofree char *owner = served_sign_in (&f->served, "carla");
  g_autofree char *path = g_strconcat (f->postings, "?limit=2", NULL);
  static const char *const keys[] = { "1", "2", "3", "4", "5" };
  gint64 wanted = G_N_ELEMENTS (keys);
  gboolean more = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      ct_clock_advance_us (f->served.clock, G_USEC_PER_SEC);
      json_object_unref (top_up (f, finance, (i + 1) * EURO, keys[i], 201));
    }
  while (more)
    {
      g_autoptr (JsonObject) page = get (f, owner, path, 200);
      JsonArray *items = json_object_get_array_member (page, "items");
      const char *next = json_object_get_string_member_with_default (page, "next", NULL);

      g_assert_cmpuint (json_array_get_length (items), ==, MIN (wanted, 2));
      for (guint i = 0; i < json_array_get_length (items); i++, wanted--)
        {
          JsonObject *item = json_array_get_object_element (items, i);

          g_assert_cmpstr (json_object_get_string_member (item, "kind"), ==, "top_up");
          g_assert_cmpstr (json_object_get_string_member (item, "state"), ==, "posted");
          g_assert_cmpint (json_object_get_int_member (item, "amount"), ==, wanted * EURO);
          g_assert_nonnull (strstr (json_object_get_string_member (item, "text"), "slip"));
        }
      more = next != NULL;
      g_free (path);
      path = g_strdup_printf ("%s?limit=2&cursor=%s", f->postings, more ? next : "");
    }
  g_assert_cmpint (wanted, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/billing-routes/top-up", Fixture, NULL, set_up, test_top_up, tear_down);
  g_test_add ("/billing-routes/permissions", Fixture, NULL, set_up, test_permissions, tear_down);
  g_test_add ("/billing-routes/statement", Fixture, NULL, set_up, test_statement, tear_down);
  return g_test_run ();
}
