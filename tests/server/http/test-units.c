/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The route tree, the token buckets, the permission table, the figures: without a socket. */
#include "server/base/metrics.h"
#include "server/http/limits.h"
#include "server/http/route-tree.h"

#include <string.h>

static const CsRoute routes[] = {
  { "GET", "/api/v1/calls", CS_ALLOW_SESSION },
  { "POST", "/api/v1/calls", CS_ALLOW_SESSION },
  { "GET", "/api/v1/calls/{id}", CS_ALLOW_SESSION },
  { "GET", "/api/v1/calls/live", CS_ALLOW_SESSION },
  { "GET", "/api/v1/calls/{id}/parts/{part_id}", CS_ALLOW_SESSION },
  { "DELETE", "/api/v1/words/{name}", CS_ALLOW_SESSION },
};

static void
test_route_tree (void)
{
  static const struct {
    const char *method, *path;
    CsMatchResult result;
    int route;
    const char *more; /* first value, or Allow */
  } cases[] = {
    { "GET", "/api/v1/calls", CS_MATCH_FOUND, 0, NULL },
    { "HEAD", "/api/v1/calls", CS_MATCH_FOUND, 0, NULL },
    { "POST", "/api/v1/calls", CS_MATCH_FOUND, 1, NULL },
    { "PUT", "/api/v1/calls", CS_MATCH_NO_METHOD, 0, "GET, HEAD, POST" },
    { "GET", "/api/v1/calls/0123456789ABC", CS_MATCH_FOUND, 2, "0123456789ABC" },
    { "GET", "/api/v1/calls/live", CS_MATCH_FOUND, 3, NULL },
    { "GET", "/api/v1/calls/other", CS_MATCH_NO_PATH, 0, NULL },
    { "GET", "/api/v1/calls/", CS_MATCH_NO_PATH, 0, NULL },
    { "GET", "/api/v1/calls//parts/0123456789ABC", CS_MATCH_NO_PATH, 0, NULL },
    { "GET", "/api/v1/calls/0123456789ABC/parts/0123456789ABD", CS_MATCH_FOUND, 4,
      "0123456789ABC" },
    { "DELETE", "/api/v1/words/a%2Fb%20c", CS_MATCH_FOUND, 5, "a/b c" },
    { "DELETE", "/api/v1/words/%00", CS_MATCH_NO_PATH, 0, NULL },
    { "DELETE", "/api/v1/words/%ff", CS_MATCH_NO_PATH, 0, NULL },
    { "DELETE", "/api/v1/words/%zz", CS_MATCH_NO_PATH, 0, NULL },
    { "GET", "", CS_MATCH_NO_PATH, 0, NULL },
    { "GET", "*", CS_MATCH_NO_PATH, 0, NULL },
    { "GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t", CS_MATCH_NO_PATH, 0, NULL },
  };
  g_autoptr (CsRouteTree) tree = cs_route_tree_new ();
  CsRoute again = { "GET", "/api/v1/calls" };
  CsRoute renamed = { "GET", "/api/v1/calls/{call_id}/x" };

  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++)
    g_assert_true (cs_route_tree_add (tree, &routes[i], NULL));
  g_assert_false (cs_route_tree_add (tree, &again, NULL));
  g_assert_false (cs_route_tree_add (tree, &renamed, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CsMatch match = { 0 };
      g_autofree char *allow = NULL;

      g_test_message ("%s %s", cases[i].method, cases[i].path);
      g_assert_cmpint (cs_route_tree_find (tree, cases[i].method, cases[i].path, &match, &allow),
                       ==, cases[i].result);
      if (cases[i].result == CS_MATCH_FOUND)
        {
          g_assert_true (match.row->route == &routes[cases[i].route]);
          g_assert_cmpstr (match.n_values > 0 ? match.values[0] : NULL, ==, cases[i].more);
        }
      else
        g_assert_cmpstr (allow, ==, cases[i].more);
      cs_match_clear (&match);
    }
}

static void
test_buckets (void)
{
  g_autoptr (CtClock) clock = ct_clock_new_manual (0);
  g_autoptr (CsBuckets) buckets = cs_buckets_new (clock, 0.5, 3, 4);
  guint retry = 0;

  for (int i = 0; i < 3; i++)
    g_assert_true (cs_buckets_take (buckets, "a", &retry));
  g_assert_false (cs_buckets_take (buckets, "a", &retry));
  g_assert_cmpuint (retry, ==, 2);
  g_assert_true (cs_buckets_take (buckets, "b", &retry));
  ct_clock_advance_us (clock, 2 * G_USEC_PER_SEC);
  g_assert_true (cs_buckets_take (buckets, "a", &retry));
  g_assert_false (cs_buckets_take (buckets, "a", &retry));
  /* However many keys, memory is bounded, and newcomers share what is left. */
  for (int i = 0; i < 1000; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %d", i);

      cs_buckets_take (buckets, key, &retry);
      cs_buckets_take (buckets, key, &retry);
    }
  g_assert_cmpuint (cs_buckets_get_size (buckets), <=, 5);
  g_assert_false (cs_buckets_take (buckets, "one more", &retry));
  /* What has refilled makes room. */
  ct_clock_advance_us (clock, 60 * G_USEC_PER_SEC);
  g_assert_true (cs_buckets_take (buckets, "new", &retry));
  g_assert_cmpuint (cs_buckets_get_size (buckets), ==, 1);
}

static void
test_address_key (void)
{
  static const struct {
    const char *address, *key;
  } cases[] = {
    { "192.0.2.7", "192.0.2.7" },
    { "2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:0db8:0001:0002::/64" },
    { "2001:db8:1:2::1", "2001:0db8:0001:0002::/64" },
    { "unknown", "unknown" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *key = cs_address_key (cases[i].address);

      g_assert_cmpstr (key, ==, cases[i].key);
    }
}

static void
test_permissions (void)
{
  static const struct {
    guint roles;
    CtId company;
    const char
        *may; /* of: answer see-calls hear see-company manage-money manage-tenant manage-lines */
    gboolean staff, all_calls;
  } cases[] = {
    { CS_ROLE_E_AGENT, 0, "answer see-calls", TRUE },
    { CS_ROLE_TEAM_LEADER, 0, "answer see-calls hear see-company", TRUE, TRUE },
    { CS_ROLE_ADMINISTRATOR, 0,
      "see-calls hear see-company manage-money manage-tenant manage-lines", TRUE, TRUE },
    { CS_ROLE_PROJECT_MANAGER, 0, "see-calls hear see-company manage-tenant manage-lines", TRUE,
      TRUE },
    { CS_ROLE_FINANCE, 0, "see-calls see-company manage-money", TRUE, TRUE },
    { CS_ROLE_OWNER, 5, "see-calls hear see-company manage-lines", FALSE },
    { CS_ROLE_MEMBER, 5, "see-calls see-company", FALSE },
    { CS_ROLE_RECRUITER, 0, "", TRUE },
    { 0, 0, "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CsPrincipal principal = { .roles = cases[i].roles, .company = cases[i].company };
      g_autoptr (GString) may = g_string_new (NULL);

      for (int p = CS_ALLOW_ANSWER; cs_permission_name (p) != NULL; p++)
        if (cs_principal_may (&principal, p))
          g_string_append_printf (may, "%s%s", may->len > 0 ? " " : "", cs_permission_name (p));
      g_assert_cmpstr (may->str, ==, cases[i].may);
      g_assert_cmpint (cs_principal_is_staff (&principal), ==, cases[i].staff);
      g_assert_cmpint (cs_principal_sees_all_calls (&principal), ==, cases[i].all_calls);
      g_assert_true (cs_principal_may (&principal, CS_ALLOW_SESSION));
    }
  g_assert_false (cs_principal_may (NULL, CS_ALLOW_SESSION));
  g_assert_true (cs_principal_may (NULL, CS_ALLOW_ANYONE));
}

static void
test_roles (void)
{
  guint all = 0;

  for (guint bit = 0; bit <= 12; bit++)
    {
      const char *name = cs_role_name (1U << bit);
      CsRole role = 0;

      g_assert_nonnull (name);
      g_assert_true (cs_role_parse (name, &role));
      g_assert_cmpuint (role, ==, 1U << bit);
      all |= role;
    }
  g_assert_cmpuint (all, ==, 0x1fff);
  g_assert_false (cs_role_parse ("king", &(CsRole){ 0 }));
}

static gint64
forty_two (gpointer data)
{
  return 42;
}

static void
test_metrics (void)
{
  static const double bounds[] = { 0.01, 0.1 };
  CsMetric *counter = cs_metric_counter ("test_total{kind=\"a\"}", "Counted");
  CsMetric *histogram = cs_metric_histogram ("test_seconds", "Timed", bounds, 2);
  g_autofree char *text = NULL;
  g_autofree char *after = NULL;
  int mark;

  g_assert_true (counter == cs_metric_counter ("test_total{kind=\"a\"}", "Counted"));
  cs_metric_add (counter, 2);
  cs_metric_add (cs_metric_counter ("test_total{kind=\"b\"}", "Counted"), 1);
  cs_metric_observe_us (histogram, 10000);
  cs_metric_observe_us (histogram, 50000);
  cs_metric_observe_us (histogram, 500000);
  cs_metric_gauge_func ("test_now", "Asked", forty_two, &mark);
  cs_metric_counter_func ("test_asked_total", "Asked", forty_two, &mark);
  text = cs_metrics_print ();
  g_assert_nonnull (strstr (text, "# HELP test_total Counted\n# TYPE test_total counter\n"
                                  "test_total{kind=\"a\"} 2\ntest_total{kind=\"b\"} 1\n"));
  g_assert_nonnull (strstr (text, "test_seconds_bucket{le=\"0.01\"} 1\n"
                                  "test_seconds_bucket{le=\"0.1\"} 2\n"
                                  "test_seconds_bucket{le=\"+Inf\"} 3\n"
                                  "test_seconds_sum 0.560000\ntest_seconds_count 3\n"));
  g_assert_nonnull (strstr (text, "# TYPE test_now gauge\ntest_now 42\n"));
  g_assert_nonnull (strstr (text, "# TYPE test_asked_total counter\ntest_asked_total 42\n"));
  cs_metric_forget (&mark);
  after = cs_metrics_print ();
  g_assert_null (strstr (after, "test_now"));
  g_assert_null (strstr (after, "test_asked_total"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/route-tree", test_route_tree);
  g_test_add_func ("/http/buckets", test_buckets);
  g_test_add_func ("/http/address-key", test_address_key);
  g_test_add_func ("/http/permissions", test_permissions);
  g_test_add_func ("/http/roles", test_roles);
  g_test_add_func ("/http/metrics", test_metrics);
  return g_test_run ();
}
