/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No statement of the program reads a whole table, or sorts what it found, but for those that are known to:
 * a list that does so works well in every test and slows down with each year of calls. */
#include <string.h>

#include "../../tools/tree.h"
#include "server/app/app-private.h"
#include "server/billing/ledger.h"

/* Named, so that the linker takes in what only commands use, and its statements with it. */
static gboolean (*const volatile check) (CsDb *, GPtrArray *, GError **) = cs_ledger_check;

/* Those of `check`, which reads everything. */
#define CHECKS                                                                                     \
  "stray_block", "lost_block", "wrong_pair", "badly_resolved", "unlimited_prepaid", "overdrawn",   \
      "wrong_pending", "wrong_posted", "unbalanced", "each_blob", "list_callless",                 \
      "list_soundless"
/* Small tables that are read whole: what a tenant file says, who is there, what runs now or waits. */
#define SMALL                                                                                      \
  "list_devices", "list_lines", "list_prompts", "list_trunks", "list_holdings", "list_agents",     \
      "list_companies", "page_companies", "list_sounds", "list_given", "list_live", "list_old",    \
      "find_old", "list_registrations", "list_steps", "list_running", "list_bills",                \
      "count_waiting"
/* They sort the few rows that one call or one day has. */
#define FEW "get_why", "list_messages", "list_readings", "list_quality"

static const char *const known[] = { CHECKS, SMALL, FEW };

static gboolean
is_known (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i], name) == 0)
      return TRUE;
  return FALSE;
}

/* Whether SQLite would look at every row, or sort those it found. @explain lives as long as @db. */
static gboolean
is_slow (CsDb *db, const CsSql *explain)
{
  g_autoptr (CsQuery) query = cs_query (db, explain);
  gboolean slow = FALSE;

  while (cs_query_step (query, NULL) == CS_ROW_READY)
    {
      const char *detail = cs_column_text (query, "detail");

      g_test_message ("%s: %s", explain->name, detail);
      slow |= strstr (detail, "TEMP B-TREE") != NULL
              || (g_str_has_prefix (detail, "SCAN ") && strstr (detail, "CONSTANT ROW") == NULL);
    }
  return slow;
}

static void
test_plans (void)
{
  g_autofree char *folder = g_dir_make_tmp ("plans-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.db", NULL);
  g_autoptr (GArray) migrations = cs_app_migrations ();
  g_autoptr (CtClock) clock = ct_clock_new ();
  g_autoptr (GString) wrong = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  CsStore *store = cs_store_open (path, clock, (const CsMigration *) (gpointer) migrations->data,
                                  migrations->len, &error);
  CsDb *db;
  gsize n;
  const CsSql *const *statements = cs_sql_all (&n);
  g_autofree CsSql *explains = g_new0 (CsSql, n);

  g_assert_no_error (error);
  g_assert_nonnull (check);
  db = cs_store_acquire_reader (store);
  for (gsize i = 0; i < n; i++)
    {
      if (strstr (statements[i]->text, "SELECT") == NULL)
        continue;
      explains[i].name = statements[i]->name;
      explains[i].text = g_strconcat ("EXPLAIN QUERY PLAN ", statements[i]->text, NULL);
      if (is_slow (db, &explains[i]) && !is_known (statements[i]->name))
        g_string_append_printf (wrong, " %s", statements[i]->name);
    }
  cs_store_release_reader (store, db);
  cs_store_close (store);
  for (gsize i = 0; i < n; i++)
    g_free ((char *) explains[i].text);
  remove_tree (folder);
  g_assert_cmpstr (wrong->str, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/plans", test_plans);
  return g_test_run ();
}
