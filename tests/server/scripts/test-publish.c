/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Versions and tickets, on a store of their own. */
#include <string.h>

#include "../../tools/tree.h"
#include "../../common/script/samples.h"
#include "server/scripts/scripts.h"

#define TENANT ((CtId) 1001)
#define OTHER ((CtId) 1002)
#define COMPANY ((CtId) 2001)

typedef struct {
  char *path;
  CtClock *clock;
  CsStore *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("scripts-XXXXXX", NULL);

  f->path = g_build_filename (folder, "a.db", NULL);
  f->clock = ct_clock_new_manual (1795262400000);
  f->store
      = cs_store_open (f->path, f->clock, cs_scripts_migrations, cs_scripts_n_migrations, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (f->path);

  cs_store_close (f->store);
  remove_tree (folder);
  ct_clock_unref (f->clock);
  g_free (f->path);
}

typedef struct {
  CtId tenant;
  const char *key;
  const char *body;
  CtId script, version;
} Publish;

static gboolean
publish (CsDb *db, gpointer data, GError **error)
{
  Publish *p = data;

  return cs_scripts_publish (db, cs_scope_tenant (p->tenant), COMPANY, p->key, "Orders", p->body,
                             &p->script, &p->version, error);
}

/* An equal body is no new version; another one is, and is live; a bad one changes nothing. */
static void
test_versions (Fixture *f, gconstpointer data)
{
  g_autofree char *changed = sample_change (sample_bakery, "Welkom", "Goedemorgen");
  g_autofree char *spaced
      = sample_change (sample_bakery, "\"difficulty\": 2", "\"difficulty\":   2");
  g_autofree char *bad = sample_change (sample_bakery, "\"next\": \"name\",", "");
  Publish first = { TENANT, "orders", sample_bakery };
  Publish again = { TENANT, "orders", spaced };
  Publish second = { TENANT, "orders", changed };
  Publish broken = { TENANT, "orders", bad };
  Publish junk = { TENANT, "other", "{" };
  g_autoptr (GError) error = NULL;
  CsScriptLive live;
  CsDb *db;

  g_assert_true (cs_store_write (f->store, publish, &first, &error));
  g_assert_true (cs_store_write (f->store, publish, &again, &error));
  g_assert_cmpint (again.script, ==, first.script);
  g_assert_cmpint (again.version, ==, first.version);
  g_assert_true (cs_store_write (f->store, publish, &second, &error));
  g_assert_no_error (error);
  g_assert_cmpint (second.script, ==, first.script);
  g_assert_cmpint (second.version, !=, first.version);
  g_assert_false (cs_store_write (f->store, publish, &broken, &error));
  g_assert_error (error, CT_ERROR, CT_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "/steps/greet: dead-end"));
  g_clear_error (&error);
  g_assert_false (cs_store_write (f->store, publish, &junk, &error));
  g_assert_error (error, CT_ERROR, CT_ERROR_INVALID);
  g_clear_error (&error);

  db = cs_store_acquire_reader (f->store);
  g_assert_true (cs_scripts_get_live (db, cs_scope_tenant (TENANT), first.script, &live, &error));
  g_assert_cmpint (live.version, ==, second.version);
  g_assert_cmpint (live.number, ==, 2);
  g_assert_cmpuint (live.difficulty, ==, 2);
  g_assert_false (cs_scripts_get_live (db, cs_scope_tenant (OTHER), first.script, &live, &error));
  g_assert_error (error, CT_ERROR, CT_ERROR_NOT_FOUND);
  cs_store_release_reader (f->store, db);
}

/* The cache shows a tenant nothing that its scope would not. */
static void
test_scope (Fixture *f, gconstpointer data)
{
  static const CsScriptsHands none = { 0 };
  g_autoptr (CsScripts) scripts = cs_scripts_new (f->store, &none);
  Publish p = { TENANT, "orders", sample_bakery };
  CsDb *db;

  g_assert_true (cs_store_write (f->store, publish, &p, NULL));
  db = cs_store_acquire_reader (f->store);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (CtScript) mine
          = cs_scripts_get_version (scripts, db, cs_scope_tenant (TENANT), p.version, NULL);
      g_autoptr (GPtrArray) dispositions = cs_scripts_list_dispositions (
          scripts, db, cs_scope_tenant (TENANT), p.version, "en", NULL);

      g_assert_nonnull (mine);
      g_assert_cmpstr (((CtDisposition *) g_ptr_array_index (dispositions, 1))->label, ==,
                       "Wrong number");
      g_assert_null (
          cs_scripts_get_version (scripts, db, cs_scope_tenant (OTHER), p.version, NULL));
    }
  cs_store_release_reader (f->store, db);
}

typedef struct {
  CtId call;
  CtId company;
  const char *code;
  char *ticket;
} Ticket;

static gboolean
take (CsDb *db, gpointer data, GError **error)
{
  Ticket *t = data;

  t->ticket
      = cs_scripts_take_ticket (db, cs_scope_tenant (TENANT), t->company, t->code, t->call, error);
  return t->ticket != NULL;
}

static void
test_tickets (Fixture *f, gconstpointer data)
{
  static const struct {
    CtId call, company;
    const char *code, *ticket;
  } cases[] = {
    { 1, 1, "0427", "0427-00001" },
    { 2, 1, "0427", "0427-00002" },
    { 1, 1, "0427", "0427-00001" },
    { 3, 2, "0428", "0428-00001" },
    { 4, 1, "0427", "0427-00003" },
    /* The first company is renumbered, and another one gets its code. */
    { 5, 1, "0500", "0500-00004" },
    { 6, 3, "0427", "0427-00004" },
    { 7, 3, "0427", "0427-00005" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Ticket t = { cases[i].call, cases[i].company, cases[i].code, NULL };

      g_assert_true (cs_store_write (f->store, take, &t, NULL));
      g_assert_cmpstr (t.ticket, ==, cases[i].ticket);
      g_free (t.ticket);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/scripts/versions", test_versions);
  ADD ("/scripts/scope", test_scope);
  ADD ("/scripts/tickets", test_tickets);
  return g_test_run ();
}
