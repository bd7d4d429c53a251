/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls, newest first and a page at a time: of a company, of an e-agent, of the tenant. */
#include "../../tools/tree.h"
#include "server/calls/calls-store.h"
#include "server/calls/calls.h"

#define TENANT 501
#define OTHER_TENANT 502
#define PAGE 2

typedef struct {
  char *folder;
  CtClock *clock;
  CsStore *store;
} Fixture;

CS_SQL (add_call,
        "INSERT INTO call (id, tenant, company, line, called, language, state, started,"
        "  agent, waited_us, seconds, onward_seconds, rate, pay_rate, plan_version)"
        "  VALUES (?1, ?2, ?3, 1, '+3225550123', 'nl', 'ended', ?4, ?5, 0, 0, 0, 0, 0, 1)");

/* The clock went back before call 15 came; 16 came in the same millisecond. */
static const struct {
  CtId id, tenant, company;
  gint64 started;
  CtId agent;
} calls[] = {
  { 11, TENANT, 1, 1000, 71 },         { 12, TENANT, 2, 1100, 71 }, { 13, TENANT, 1, 1200, 72 },
  { 14, TENANT, 1, 1300, CT_ID_NONE }, { 15, TENANT, 1, 1250, 71 }, { 16, TENANT, 1, 1250, 71 },
  { 17, OTHER_TENANT, 1, 1400, 71 },   { 18, TENANT, 2, 1500, 72 },
};

static gboolean
write_calls (CsDb *db, gpointer unused, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (CsQuery) query = cs_query (db, &add_call);

      cs_bind_id (query, 1, calls[i].id);
      cs_bind_id (query, 2, calls[i].tenant);
      cs_bind_id (query, 3, calls[i].company);
      cs_bind_int (query, 4, calls[i].started);
      cs_bind_id (query, 5, calls[i].agent);
      if (!cs_query_run (query, NULL, error))
        return FALSE;
    }
  return TRUE;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("list-XXXXXX", NULL);
  path = g_build_filename (f->folder, "a.db", NULL);
  f->clock = ct_clock_new_manual (G_GINT64_CONSTANT (1795262400000));
  f->store = cs_store_open (path, f->clock, cs_calls_migrations, cs_calls_n_migrations, &error);
  g_assert_no_error (error);
  cs_store_write (f->store, write_calls, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  cs_store_close (f->store);
  ct_clock_unref (f->clock);
  remove_tree (f->folder);
  g_free (f->folder);
}

/* @expected: all pages, one after the other; 0 ends it. */
static void
assert_pages (Fixture *f, CtId company, CtId agent, gint64 since_ms, const CtId *expected)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  CtId before = 0;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) page = cs_calls_list (db, cs_scope_tenant (TENANT), company, agent,
                                                  since_ms, before, PAGE, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < page->len; i++)
        {
          before = ((CsCallRow *) page->pdata[i])->id;
          g_assert_cmpint (before, ==, *expected++);
        }
      if (page->len < PAGE)
        break;
    }
  g_assert_cmpint (*expected, ==, 0);
  cs_store_release_reader (f->store, db);
}

static void
test_pages (Fixture *f, gconstpointer unused)
{
  assert_pages (f, 1, CT_ID_NONE, 0, (const CtId[]){ 14, 16, 15, 13, 11, 0 });
  assert_pages (f, 2, CT_ID_NONE, 0, (const CtId[]){ 18, 12, 0 });
  assert_pages (f, 3, CT_ID_NONE, 0, (const CtId[]){ 0 });
  assert_pages (f, CT_ID_NONE, 71, 0, (const CtId[]){ 16, 15, 12, 11, 0 });
  assert_pages (f, 1, 71, 0, (const CtId[]){ 16, 15, 11, 0 });
  assert_pages (f, CT_ID_NONE, CT_ID_NONE, 0, (const CtId[]){ 18, 16, 15, 14, 13, 12, 11, 0 });
  assert_pages (f, 1, CT_ID_NONE, 1250, (const CtId[]){ 14, 16, 15, 0 });
  assert_pages (f, CT_ID_NONE, CT_ID_NONE, 1250, (const CtId[]){ 18, 16, 15, 14, 0 });
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/calls/list/pages", Fixture, NULL, set_up, test_pages, tear_down);
  return g_test_run ();
}
