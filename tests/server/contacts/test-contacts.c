/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is remembered of a number, and what is not (D32). */

#include "../../tools/tree.h"
#include "server/contacts/contacts.h"

#define TENANT ((CtId) 1001)
#define COMPANY ((CtId) 2001)
#define NUMBER "+31612345678"
#define NOW G_GINT64_CONSTANT (1795262400000)

typedef struct {
  char *path;
  CtClock *clock;
  CsStore *store;
  CsDb *db;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("contacts-XXXXXX", NULL);
  g_autoptr (GError) error = NULL;

  f->path = g_build_filename (folder, "a.db", NULL);
  f->clock = ct_clock_new_manual (NOW);
  f->store
      = cs_store_open (f->path, f->clock, cs_contacts_migrations, cs_contacts_n_migrations, &error);
  g_assert_no_error (error);
  f->db = cs_store_acquire_reader (f->store);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (f->path);

  cs_store_release_reader (f->store, f->db);
  cs_store_close (f->store);
  remove_tree (folder);
  ct_clock_unref (f->clock);
  g_free (f->path);
}

static gboolean
note (CsDb *db, gpointer data, GError **error)
{
  return cs_contacts_note_call (db, cs_scope_tenant (TENANT), data, error);
}

/* Notes a call of @caller that answered @name (NULL: nothing), and a secret. */
static void
call (Fixture *f, CtId id, CtId company, const char *caller, gint64 at_ms, const char *name)
{
  g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func (ct_record_free);
  CsContactCall noted
      = { company, id, caller, at_ms, "order", "0427-00001", "nice", "Anna", answers };
  g_autoptr (GError) error = NULL;

  for (int i = 0; name != NULL && i < 2; i++)
    {
      CtScriptAnswer *answer = ct_script_answer_new ();

      answer->step = g_strdup (i == 0 ? "name" : "card");
      answer->value = g_strdup (i == 0 ? name : "1234");
      answer->secret = i == 1;
      answer->at = at_ms + 1;
      g_ptr_array_add (answers, answer);
    }
  cs_store_write (f->store, note, &noted, &error);
  g_assert_no_error (error);
}

/* The name that would be filled in; NULL for nothing. */
static char *
known (Fixture *f, CtId tenant, CtId company, const char *caller, gint64 *at_ms)
{
  g_autoptr (GPtrArray) answers
      = cs_contacts_prefill (f->db, cs_scope_tenant (tenant), company, caller, NULL);
  const CtScriptAnswer *answer;

  g_assert_nonnull (answers);
  if (answers->len == 0)
    return NULL;
  g_assert_cmpuint (answers->len, ==, 1); /* never the secret */
  answer = g_ptr_array_index (answers, 0);
  if (at_ms != NULL)
    *at_ms = answer->at;
  return g_strdup (answer->value);
}

static void
test_prefill (Fixture *f, gconstpointer data)
{
  g_autofree char *last = NULL;
  gint64 at_ms = 0;

  call (f, 1, COMPANY, NUMBER, NOW, "Jan");
  call (f, 2, COMPANY, NUMBER, NOW + 1000, "Piet");
  call (f, 3, COMPANY, NUMBER, NOW + 2000, NULL); /* a wrong number says nothing */
  call (f, 4, COMPANY + 1, NUMBER, NOW + 3000, "Klaas");
  last = known (f, TENANT, COMPANY, NUMBER, &at_ms);
  g_assert_cmpstr (last, ==, "Piet");
  g_assert_cmpint (at_ms, ==, NOW + 1001);
  g_assert_null (known (f, TENANT, COMPANY, "+31612345679", NULL));
  g_assert_null (known (f, TENANT + 1, COMPANY, NUMBER, NULL));
  g_assert_null (known (f, TENANT, COMPANY, NULL, NULL));
}

/* Nobody is remembered as "anonymous". */
static void
test_withheld (Fixture *f, gconstpointer data)
{
  static const char *const words[] = { NULL, "", "anonymous", "Restricted", "112" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (GPtrArray) earlier = NULL;

      call (f, 10 + i, COMPANY, words[i], NOW, "Jan");
      g_assert_null (known (f, TENANT, COMPANY, words[i], NULL));
      earlier = cs_contacts_earlier (f->db, cs_scope_tenant (TENANT), COMPANY, words[i], CT_ID_NONE,
                                     10, NULL);
      g_assert_cmpuint (earlier->len, ==, 0);
    }
}

static gboolean
share (CsDb *db, gpointer data, GError **error)
{
  return cs_contacts_set_shared (db, cs_scope_tenant (TENANT), NUMBER, GPOINTER_TO_INT (data),
                                 error);
}

static gboolean
share_only (CsDb *db, gpointer data, GError **error)
{
  return cs_contacts_replace_shared (db, cs_scope_tenant (TENANT), data, error);
}

static void
test_shared (Fixture *f, gconstpointer data)
{
  static const char *const one[] = { NUMBER, NULL };
  static const char *const other[] = { "+31205550100", NULL };
  g_autofree char *again = NULL;
  gboolean has = FALSE;

  call (f, 1, COMPANY, NUMBER, NOW, "Jan");
  g_assert_true (cs_store_write (f->store, share, GINT_TO_POINTER (TRUE), NULL));
  g_assert_true (cs_store_write (f->store, share, GINT_TO_POINTER (TRUE), NULL));
  g_assert_null (known (f, TENANT, COMPANY, NUMBER, NULL));
  g_assert_true (cs_contacts_has_called (f->db, cs_scope_tenant (TENANT), COMPANY, NUMBER,
                                         CT_ID_NONE, &has, NULL));
  g_assert_true (has);
  g_assert_true (cs_store_write (f->store, share, GINT_TO_POINTER (FALSE), NULL));
  again = known (f, TENANT, COMPANY, NUMBER, NULL);
  g_assert_cmpstr (again, ==, "Jan");
  g_assert_true (cs_store_write (f->store, share_only, (gpointer) one, NULL));
  g_assert_null (known (f, TENANT, COMPANY, NUMBER, NULL));
  g_assert_true (cs_store_write (f->store, share_only, (gpointer) other, NULL));
  g_free (again);
  again = known (f, TENANT, COMPANY, NUMBER, NULL);
  g_assert_cmpstr (again, ==, "Jan");
}

static void
test_earlier (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) list = NULL;
  const CtEarlier *first;
  gboolean has = TRUE;

  for (int i = 1; i <= 5; i++)
    call (f, i, COMPANY, NUMBER, NOW + i * 1000, "Jan");
  call (f, 5, COMPANY, NUMBER, NOW + 5000, "Jan"); /* noted again: the same */
  list = cs_contacts_earlier (f->db, cs_scope_tenant (TENANT), COMPANY, NUMBER, 5, 3, NULL);
  g_assert_cmpuint (list->len, ==, 3);
  first = g_ptr_array_index (list, 0);
  g_assert_cmpint (first->call, ==, 4);
  g_assert_cmpint (first->at, ==, NOW + 4000);
  g_assert_cmpstr (first->disposition, ==, "order");
  g_assert_cmpstr (first->ticket, ==, "0427-00001");
  g_assert_cmpstr (first->note, ==, "nice");
  g_assert_cmpstr (first->agent_name, ==, "Anna");
  g_assert_true (
      cs_contacts_has_called (f->db, cs_scope_tenant (TENANT), COMPANY, NUMBER, 1, &has, NULL));
  g_assert_false (has);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/contacts/prefill", test_prefill);
  ADD ("/contacts/withheld", test_withheld);
  ADD ("/contacts/shared", test_shared);
  ADD ("/contacts/earlier", test_earlier);
  return g_test_run ();
}
