/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger's rules, one by one and then by a thousand random operations against a model. */
#include <string.h>

#include "fixture.h"

typedef struct {
  Fixture *f;
  CtId prepaid, revenue, clearing;
} Books;

static gboolean
open_books (CsDb *db, gpointer data, GError **error)
{
  Books *b = data;
  Fixture *f = b->f;

  return cs_ledger_open_account (db, f->scope, CS_ACCOUNT_PREPAID, f->company, "EUR", &b->prepaid,
                                 error)
         && cs_ledger_open_account (db, f->scope, CS_ACCOUNT_REVENUE, f->scope.tenant, "EUR",
                                    &b->revenue, error)
         && cs_ledger_open_account (db, f->scope, CS_ACCOUNT_CLEARING, f->scope.tenant, "EUR",
                                    &b->clearing, error);
}

typedef enum { TRANSFER, RESERVE, POST, VOID } Verb;

typedef struct {
  Verb verb;
  Books *books;
  CtId debit, credit, pending;
  CtMoney amount;
  const char *key;
  const char *text;
  CtId id; /* the answer */
} Act;

static gboolean
run_act (CsDb *db, gpointer data, GError **error)
{
  Act *a = data;
  CsScope scope = a->books->f->scope;
  CsTransferRequest request = { .debit = a->debit,
                                .credit = a->credit,
                                .amount = a->amount,
                                .kind = CS_TRANSFER_CALL,
                                .key = a->key,
                                .text = a->text };

  switch (a->verb)
    {
    case TRANSFER:
      return cs_ledger_transfer (db, scope, &request, &a->id, error);
    case RESERVE:
      return cs_ledger_reserve (db, scope, &request, &a->id, error);
    case POST:
      return cs_ledger_post_pending (db, scope, a->pending, a->amount, CS_TRANSFER_CALL, 1, a->key,
                                     a->text, &a->id, error);
    case VOID:
      return cs_ledger_void_pending (db, scope, a->pending, a->key, &a->id, error);
    }
  return FALSE;
}

/* 0 for success, else the error's code + 1. */
static int
act (Books *b, Act *a)
{
  g_autoptr (GError) error = NULL;

  a->books = b;
  if (cs_store_write (b->f->store, run_act, a, &error))
    return 0;
  g_assert_nonnull (error);
  return error->code + 1;
}

static CtMoney
available (Books *b, CtId account)
{
  CsDb *db = cs_store_acquire_reader (b->f->store);
  CsAccount found;

  g_assert_true (cs_ledger_get_account (db, b->f->scope, account, &found, NULL));
  cs_store_release_reader (b->f->store, db);
  return cs_account_available (&found);
}

static Books
make_books (Fixture *f)
{
  Books b = { .f = f };

  fixture_write (f, open_books, &b);
  return b;
}

#define EXPECT(b, code, ...) g_assert_cmpint (act (b, &(Act){ __VA_ARGS__ }), ==, code)
#define FAILS(code) (CT_ERROR_##code + 1)

static void
test_rules (Fixture *f, gconstpointer data)
{
  Books b = make_books (f);
  CtId in = b.clearing, pre = b.prepaid, rev = b.revenue;
  Act hold = { .verb = RESERVE, .debit = pre, .credit = rev, .amount = 60, .key = "hold" };

  EXPECT (&b, FAILS (CREDIT), TRANSFER, .debit = pre, .credit = rev, .amount = 1, .key = "a");
  EXPECT (&b, 0, TRANSFER, .debit = in, .credit = pre, .amount = 100, .key = "b");
  EXPECT (&b, FAILS (INVALID), TRANSFER, .debit = in, .credit = pre, .amount = 0, .key = "c");
  EXPECT (&b, FAILS (INVALID), TRANSFER, .debit = in, .credit = pre, .amount = -5, .key = "c");
  EXPECT (&b, FAILS (INVALID), TRANSFER, .debit = in, .credit = in, .amount = 5, .key = "c");
  EXPECT (&b, FAILS (INVALID), TRANSFER, .debit = in, .credit = pre, .amount = 5);
  EXPECT (&b, FAILS (NOT_FOUND), TRANSFER, .debit = in, .credit = 77, .amount = 5, .key = "c");
  g_assert_cmpint (act (&b, &hold), ==, 0);
  g_assert_cmpint (available (&b, pre), ==, 40);
  EXPECT (&b, FAILS (CREDIT), RESERVE, .debit = pre, .credit = rev, .amount = 41, .key = "d");
  EXPECT (&b, FAILS (INVALID), POST, .pending = hold.id, .amount = 61, .key = "e");
  EXPECT (&b, FAILS (INVALID), POST, .pending = hold.id, .amount = 0, .key = "e");
  EXPECT (&b, 0, POST, .pending = hold.id, .amount = 25, .key = "e");
  g_assert_cmpint (available (&b, pre), ==, 75);
  EXPECT (&b, FAILS (STATE), VOID, .pending = hold.id, .key = "f");
  EXPECT (&b, FAILS (STATE), POST, .pending = hold.id, .amount = 25, .key = "f");
  EXPECT (&b, FAILS (NOT_FOUND), VOID, .pending = 77, .key = "f");
  hold.key = "hold 2";
  g_assert_cmpint (act (&b, &hold), ==, 0);
  EXPECT (&b, 0, VOID, .pending = hold.id, .key = "g");
  g_assert_cmpint (available (&b, pre), ==, 75);
}

static void
test_idempotent (Fixture *f, gconstpointer data)
{
  Books b = make_books (f);
  CtId in = b.clearing, pre = b.prepaid, rev = b.revenue;
  Act up = { .verb = TRANSFER, .debit = in, .credit = pre, .amount = 100, .key = "k", .text = "t" };
  Act hold = { .verb = RESERVE, .debit = pre, .credit = rev, .amount = 60, .key = "h" };
  Act post = { .verb = POST, .amount = 10, .key = "p" };
  CtId first;

  g_assert_cmpint (act (&b, &up), ==, 0);
  first = up.id;
  up.id = 0;
  g_assert_cmpint (act (&b, &up), ==, 0);
  g_assert_cmpint (up.id, ==, first);
  EXPECT (&b, FAILS (CONFLICT), TRANSFER, .debit = in, .credit = pre, .amount = 101, .key = "k",
          .text = "t");
  EXPECT (&b, FAILS (CONFLICT), TRANSFER, .debit = in, .credit = pre, .amount = 100, .key = "k",
          .text = "u");
  EXPECT (&b, FAILS (CONFLICT), RESERVE, .debit = in, .credit = pre, .amount = 100, .key = "k",
          .text = "t");
  g_assert_cmpint (act (&b, &hold), ==, 0);
  post.pending = hold.id;
  g_assert_cmpint (act (&b, &post), ==, 0);
  first = post.id;
  g_assert_cmpint (act (&b, &post), ==, 0);
  g_assert_cmpint (post.id, ==, first);
  first = hold.id;
  g_assert_cmpint (act (&b, &hold), ==, 0); /* the same answer, though it is resolved by now */
  g_assert_cmpint (hold.id, ==, first);
  g_assert_cmpint (available (&b, pre), ==, 90);
}

static void
test_overflow (Fixture *f, gconstpointer data)
{
  Books b = make_books (f);
  CtId in = b.clearing, pre = b.prepaid, rev = b.revenue;

  EXPECT (&b, 0, TRANSFER, .debit = in, .credit = pre, .amount = G_MAXINT64 - 10, .key = "a");
  EXPECT (&b, FAILS (LIMIT), TRANSFER, .debit = in, .credit = pre, .amount = 11, .key = "b");
  EXPECT (&b, 0, RESERVE, .debit = pre, .credit = rev, .amount = G_MAXINT64 - 20, .key = "c");
  EXPECT (&b, FAILS (LIMIT), RESERVE, .debit = in, .credit = rev, .amount = 100, .key = "d");
}

typedef struct {
  Fixture *f;
  CtId theirs;
} Foreign;

static gboolean
open_foreign (CsDb *db, gpointer data, GError **error)
{
  Foreign *x = data;
  CtId dollars;
  CsAccount out;
  CsScope other = cs_scope_tenant (4711);

  return cs_ledger_open_account (db, other, CS_ACCOUNT_REVENUE, 4711, "EUR", &x->theirs, error)
         && !cs_ledger_get_account (db, x->f->scope, x->theirs, &out, NULL)
         && cs_ledger_open_account (db, x->f->scope, CS_ACCOUNT_REVENUE, x->f->scope.tenant, "USD",
                                    &dollars, error)
         && !cs_ledger_open_account (db, x->f->scope, CS_ACCOUNT_REVENUE, 5, "eur", &dollars, NULL)
         && !cs_ledger_open_account (db, cs_scope_system (), CS_ACCOUNT_REVENUE, 5, "EUR", &dollars,
                                     NULL);
}

static void
test_tenants (Fixture *f, gconstpointer data)
{
  Books b = make_books (f);
  Foreign x = { .f = f };

  fixture_write (f, open_foreign, &x);
  EXPECT (&b, FAILS (NOT_FOUND), TRANSFER, .debit = b.clearing, .credit = x.theirs, .amount = 5,
          .key = "a");
}

/* Nothing in the program changes or deletes a transfer. */
static void
test_immutable (void)
{
  gsize n;
  const CsSql *const *all = cs_sql_all (&n);

  for (gsize i = 0; i < n; i++)
    {
      g_assert_null (strstr (all[i]->text, "UPDATE transfer"));
      g_assert_null (strstr (all[i]->text, "DELETE FROM transfer"));
    }
}

/* A model of two companies with little money: what each may spend, what is held. */
typedef struct {
  CtId id;
  CtMoney amount;
  int account;
} Held;

static gboolean
open_second (CsDb *db, gpointer data, GError **error)
{
  Books *b = data;

  return cs_ledger_open_account (db, b->f->scope, CS_ACCOUNT_PREPAID, b->f->company + 1, "EUR",
                                 &b->prepaid, error);
}

static void
test_random (Fixture *f, gconstpointer data)
{
  Books first = make_books (f);
  Books second = { .f = f };
  g_autoptr (GArray) held = g_array_new (FALSE, FALSE, sizeof (Held));
  CtMoney spendable[2] = { 0, 0 };
  CtId prepaid[2];

  fixture_write (f, open_second, &second);
  prepaid[0] = first.prepaid;
  prepaid[1] = second.prepaid;
  for (int i = 0; i < 1500; i++)
    {
      g_autofree char *key = g_strdup_printf ("random %d", i);
      int who = g_test_rand_int_range (0, 2);
      CtMoney amount = g_test_rand_int_range (1, 100);
      Act a = { .amount = amount, .key = key, .debit = prepaid[who], .credit = first.revenue };
      int dice = g_test_rand_int_range (0, 10);
      guint pick = held->len > 0 ? g_test_rand_int_range (0, held->len) : 0;
      Held *h = held->len > 0 ? &g_array_index (held, Held, pick) : NULL;

      if (dice < 2)
        {
          a.debit = first.clearing;
          a.credit = prepaid[who];
          g_assert_cmpint (act (&first, &a), ==, 0);
          spendable[who] += amount;
        }
      else if (dice < 6)
        {
          a.verb = dice < 4 ? TRANSFER : RESERVE;
          g_assert_cmpint (act (&first, &a), ==, amount <= spendable[who] ? 0 : FAILS (CREDIT));
          if (amount > spendable[who])
            continue;
          spendable[who] -= amount;
          if (a.verb == RESERVE)
            g_array_append_vals (held, &(Held){ a.id, amount, who }, 1);
        }
      else if (h != NULL)
        {
          a.verb = dice < 8 ? POST : VOID;
          a.pending = h->id;
          if (a.verb == POST && amount > h->amount)
            {
              g_assert_cmpint (act (&first, &a), ==, FAILS (INVALID));
              continue;
            }
          g_assert_cmpint (act (&first, &a), ==, 0);
          spendable[h->account] += a.verb == POST ? h->amount - amount : h->amount;
          g_array_remove_index_fast (held, pick);
        }
    }
  for (int i = 0; i < 2; i++)
    g_assert_cmpint (available (&first, prepaid[i]), ==, spendable[i]);
}

CS_SQL (spoil_sum, "UPDATE account SET credits_posted = credits_posted + 1 WHERE kind = 'revenue'");
CS_SQL (mend_sum, "UPDATE account SET credits_posted = credits_posted - 1 WHERE kind = 'revenue'");

static gboolean
run_sql (CsDb *db, gpointer data, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, data);

  return cs_query_run (query, NULL, error);
}

/* The proof finds a cent that was slipped in. */
static void
test_check (Fixture *f, gconstpointer data)
{
  Books b = make_books (f);
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  CsDb *db = cs_store_acquire_reader (f->store);

  EXPECT (&b, 0, TRANSFER, .debit = b.clearing, .credit = b.prepaid, .amount = 100, .key = "b");
  fixture_write (f, run_sql, (gpointer) &spoil_sum);
  g_assert_true (cs_ledger_check (db, faults, NULL));
  g_assert_cmpuint (faults->len, ==, 2);
  fixture_write (f, run_sql, (gpointer) &mend_sum);
  cs_store_release_reader (f->store, db);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add (name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("/ledger/rules", test_rules);
  ADD ("/ledger/idempotent", test_idempotent);
  ADD ("/ledger/overflow", test_overflow);
  ADD ("/ledger/tenants", test_tenants);
  ADD ("/ledger/random", test_random);
  ADD ("/ledger/check", test_check);
  g_test_add_func ("/ledger/immutable", test_immutable);
  return g_test_run ();
}
