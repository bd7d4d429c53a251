/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A company's money: tariff, top-up, credit granted ahead, a payment taken back, pace, bill. */
#include "fixture.h"

#include "server/billing/billing-store.h"
#include "server/billing/running.h"

static gboolean
set_tariffs (CsDb *db, gpointer data, GError **error)
{
  Fixture *f = data;
  CsTariff tariff = { .company = f->company, .currency = "EUR", .rate = 5, .pay_rate = 2 };
  CsTariff dollars = { .company = f->company, .currency = "USD", .rate = 5 };
  CsTariff negative = { .company = f->company, .currency = "EUR", .rate = -1 };
  CsTariff read;

  g_assert_true (cs_billing_set_tariff (db, f->scope, &tariff, NULL));
  g_assert_true (cs_billing_get_tariff (db, f->scope, f->company, &read, NULL));
  g_assert_cmpint (read.rate, ==, 5);
  g_assert_cmpint (read.pay_rate, ==, 2);
  g_assert_false (cs_billing_set_tariff (db, f->scope, &dollars, NULL));
  g_assert_false (cs_billing_set_tariff (db, f->scope, &negative, NULL));
  g_assert_false (cs_billing_set_tariff (db, cs_scope_tenant (4711), &tariff, NULL));
  g_assert_false (cs_billing_get_tariff (db, cs_scope_tenant (4711), f->company, &read, NULL));
  return TRUE;
}

static void
test_tariff (Fixture *f, gconstpointer data)
{
  fixture_write (f, set_tariffs, f);
}

static void
count_change (const CsBalanceChange *change, gpointer data)
{
  CsBalanceChange *last = data;

  *last = *change;
}

static void
test_top_up (Fixture *f, gconstpointer data)
{
  CsBalanceChange last = { 0 };

  cs_billing_watch (f->billing, count_change, &last);
  g_assert_cmpint (fixture_credit (f).credit, ==, 0);
  fixture_top_up (f, 5 * EURO, "a");
  fixture_top_up (f, 5 * EURO, "a"); /* the same again */
  fixture_top_up (f, 2 * EURO, "b");
  g_assert_cmpint (fixture_credit (f).credit, ==, 7 * EURO);
  g_assert_cmpint (last.now.credit, ==, 7 * EURO);
  g_assert_true (last.rose);
  cs_billing_unwatch (f->billing, &last);
}

static void
keep_change (const CsBalanceChange *change, gpointer data)
{
  g_array_append_val ((GArray *) data, *change);
}

static gboolean
top_up_thrice (CsDb *db, gpointer data, GError **error)
{
  Fixture *f = data;
  CsTariff other = { .company = ct_id_new (f->clock), .currency = "EUR", .rate = RATE };
  const struct {
    CtId company;
    CtMoney amount;
    const char *key;
  } paid[] = { { f->company, 5 * EURO, "a" },
               { other.company, 1 * EURO, "a" },
               { f->company, 2 * EURO, "b" } };

  if (!cs_billing_set_tariff (db, f->scope, &other, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (paid); i++)
    if (!cs_billing_top_up (f->billing, db, f->scope, paid[i].company, paid[i].amount, "slip",
                            paid[i].key, NULL, error))
      return FALSE;
  return TRUE;
}

/* Each change tells what stands after the commit that holds it. */
static void
test_changes_of_one_commit (Fixture *f, gconstpointer data)
{
  static const CtMoney stands[] = { 7 * EURO, 1 * EURO, 7 * EURO, 10 * EURO };
  g_autoptr (GArray) told = g_array_new (FALSE, FALSE, sizeof (CsBalanceChange));

  cs_billing_watch (f->billing, keep_change, told);
  fixture_write (f, top_up_thrice, f);
  fixture_top_up (f, 3 * EURO, "c");
  cs_billing_unwatch (f->billing, told);
  g_assert_cmpuint (told->len, ==, G_N_ELEMENTS (stands));
  for (guint i = 0; i < told->len; i++)
    g_assert_cmpint (g_array_index (told, CsBalanceChange, i).now.credit, ==, stands[i]);
}

/* A call of so many seconds, at once. */
typedef struct {
  Fixture *f;
  CtId call;
  gint64 seconds;
  gboolean emergency;
  gboolean granted;
} Talk;

static gboolean
talk (CsDb *db, gpointer data, GError **error)
{
  Talk *t = data;
  Fixture *f = t->f;
  CsRunningRequest request = { .id = t->call,
                               .call = t->call,
                               .tenant = f->scope.tenant,
                               .company = f->company,
                               .emergency = t->emergency };
  CsGrant grant;
  CtId company;

  if (!cs_running_reserve (f->billing, db, &request, &grant, error))
    return FALSE;
  t->granted = grant.granted;
  while (grant.granted && grant.until_second < t->seconds)
    if (!cs_running_renew (f->billing, db, t->call, grant.until_second, &grant, error))
      return FALSE;
  return cs_running_settle (f->billing, db, t->call, t->seconds, NULL, 0, &company, error);
}

static gboolean
run_talk (Fixture *f, CtId call, gint64 seconds, gboolean emergency)
{
  Talk t = { f, call, seconds, emergency, FALSE };

  fixture_write (f, talk, &t);
  return t.granted;
}

typedef struct {
  Fixture *f;
  enum { GRANT, SETTLE_GRANT, WITHDRAW, REVERSE, SETTLE_OWED } verb;
  CtMoney amount;
  const char *key;
} Office;

static gboolean
run_office (CsDb *db, gpointer data, GError **error)
{
  Office *o = data;
  Fixture *f = o->f;

  switch (o->verb)
    {
    case GRANT:
      return cs_billing_grant_provisional (f->billing, db, f->scope, f->company, o->amount, "fax",
                                           o->key, error);
    case SETTLE_GRANT:
      return cs_billing_settle_provisional (f->billing, db, f->scope, f->company, o->key, error);
    case WITHDRAW:
      return cs_billing_withdraw_provisional (f->billing, db, f->scope, f->company, o->key, error);
    case REVERSE:
      return cs_billing_reverse_payment (f->billing, db, f->scope, f->company, o->amount, "bank",
                                         o->key, error);
    case SETTLE_OWED:
      return cs_billing_settle_receivable (f->billing, db, f->scope, f->company, o->amount, "bank",
                                           o->key, error);
    }
  return FALSE;
}

#define OFFICE(f, ...) fixture_write (f, run_office, &(Office){ f, __VA_ARGS__ })

/* D20: granted ahead of the money, drawn, then the money comes. */
static void
test_provisional_settled (Fixture *f, gconstpointer data)
{
  OFFICE (f, GRANT, 100 * RATE, "fax");
  g_assert_false (run_talk (f, 1, 10, FALSE));
  g_assert_true (run_talk (f, 2, 40, TRUE));
  g_assert_cmpint (fixture_credit (f).provisional, ==, 60 * RATE);
  fixture_top_up (f, 100 * RATE, "bank");
  OFFICE (f, SETTLE_GRANT, 0, "bank");
  g_assert_cmpint (fixture_credit (f).provisional, ==, 0);
  g_assert_cmpint (fixture_credit (f).provisional_used, ==, 0);
  g_assert_cmpint (fixture_credit (f).credit, ==, 60 * RATE);
  OFFICE (f, SETTLE_GRANT, 0, "bank");
  g_assert_cmpint (fixture_credit (f).credit, ==, 60 * RATE);
}

/* ...or it does not: what was drawn is owed. */
static void
test_provisional_withdrawn (Fixture *f, gconstpointer data)
{
  fixture_top_up (f, 5 * RATE, "a");
  OFFICE (f, GRANT, 100 * RATE, "fax");
  g_assert_true (run_talk (f, 1, 15, TRUE));
  OFFICE (f, WITHDRAW, 0, "late");
  g_assert_cmpint (fixture_credit (f).provisional, ==, 0);
  g_assert_cmpint (fixture_credit (f).provisional_used, ==, 0);
  g_assert_cmpint (fixture_credit (f).owed, ==, 10 * RATE);
  fixture_top_up (f, 50 * RATE, "b");
  g_assert_false (run_talk (f, 2, 15, TRUE)); /* paused */
}

/* D3: a payment that the bank takes back pauses the company until it is settled. */
static void
test_reversed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Office too_much = { f, SETTLE_OWED, 60 * RATE, "s3" };

  fixture_top_up (f, 100 * RATE, "a");
  OFFICE (f, REVERSE, 70 * RATE, "r");
  OFFICE (f, REVERSE, 70 * RATE, "r");
  g_assert_cmpint (fixture_credit (f).owed, ==, 70 * RATE);
  g_assert_cmpint (fixture_credit (f).credit, ==, 100 * RATE);
  g_assert_false (run_talk (f, 1, 5, FALSE));
  OFFICE (f, SETTLE_OWED, 20 * RATE, "s1");
  g_assert_false (run_talk (f, 1, 5, FALSE));
  g_assert_false (cs_store_write (f->store, run_office, &too_much, &error));
  g_assert_cmpint (fixture_credit (f).owed, ==, 50 * RATE);
  OFFICE (f, SETTLE_OWED, 50 * RATE, "s2");
  g_assert_true (run_talk (f, 1, 5, FALSE));
  g_assert_cmpint (fixture_credit (f).owed, ==, 0);
}

static gint64
pace (Fixture *f)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  gint64 ends = -1;

  g_assert_true (
      cs_billing_pace (db, f->scope, f->company, ct_clock_utc_ms (f->clock), &ends, NULL));
  cs_store_release_reader (f->store, db);
  return ends;
}

static void
test_pace (Fixture *f, gconstpointer data)
{
  gint64 minute = 60 * G_USEC_PER_SEC;

  fixture_top_up (f, 1000 * RATE, "a");
  g_assert_cmpint (pace (f), ==, 0); /* nothing spent: nobody knows */
  g_assert_true (run_talk (f, 1, 100, FALSE));
  /* 100 s in the last hour, 900 s left: nine hours */
  g_assert_cmpint (pace (f), ==, ct_clock_utc_ms (f->clock) + 9 * 3600 * 1000);
  ct_clock_advance_us (f->clock, 59 * minute + 10 * G_USEC_PER_SEC);
  /* only the last 50 s of the call are within the hour: 18 hours */
  g_assert_cmpint (pace (f), ==, ct_clock_utc_ms (f->clock) + 18 * 3600 * 1000);
  ct_clock_advance_us (f->clock, minute);
  g_assert_cmpint (pace (f), ==, 0);
}

static void
count_row (const CsPostingRow *row, gpointer data)
{
  g_autofree char *word
      = g_strdup_printf ("%s %s %" G_GINT64_FORMAT, row->kind, row->state, row->amount / RATE);

  g_ptr_array_add (data, g_steal_pointer (&word));
}

static void
expect_rows (GPtrArray *rows, const char *const *expected)
{
  for (guint i = 0; expected[i] != NULL; i++)
    {
      g_assert_cmpuint (rows->len, >, i);
      g_assert_cmpstr (g_ptr_array_index (rows, i), ==, expected[i]);
    }
}

static gboolean
hold (CsDb *db, gpointer data, GError **error)
{
  Talk *t = data;
  CsRunningRequest request
      = { .id = 2, .call = 2, .tenant = t->f->scope.tenant, .company = t->f->company };
  CsGrant grant;

  return cs_running_reserve (t->f->billing, db, &request, &grant, error);
}

static void
test_postings (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  CsDb *db = cs_store_acquire_reader (f->store);
  Talk t = { f };
  CsBill bill;

  fixture_top_up (f, 1000 * RATE, "a");
  g_assert_true (run_talk (f, 1, 100, FALSE));
  fixture_write (f, hold, &t);
  g_assert_true (
      cs_billing_store_list_postings (db, f->scope, f->company, 0, 10, count_row, rows, NULL));
  g_assert_cmpuint (rows->len, ==, 3); /* voided reservations are noise, and left out */
  expect_rows (rows, (const char *[]){ "reserve pending 30", "call posted 100",
                                       "top_up posted 1000", NULL });
  g_ptr_array_set_size (rows, 0);
  g_assert_true (cs_billing_store_list_postings (db, cs_scope_tenant (4711), f->company, 0, 10,
                                                 count_row, rows, NULL));
  g_assert_cmpuint (rows->len, ==, 0);
  g_assert_true (cs_billing_store_list_call (db, f->scope, 1, count_row, rows, NULL));
  expect_rows (rows, (const char *[]){ "call posted 100", NULL });
  g_assert_true (cs_billing_get_bill (db, f->scope, 1, &bill, NULL));
  g_assert_cmpint (bill.seconds, ==, 100);
  g_assert_cmpint (bill.amount, ==, 100 * RATE);
  g_assert_false (cs_billing_get_bill (db, f->scope, 2, &bill, NULL));
  cs_store_release_reader (f->store, db);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add (name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("/billing/tariff", test_tariff);
  ADD ("/billing/top-up", test_top_up);
  ADD ("/billing/changes-of-one-commit", test_changes_of_one_commit);
  ADD ("/billing/provisional/settled", test_provisional_settled);
  ADD ("/billing/provisional/withdrawn", test_provisional_withdrawn);
  ADD ("/billing/reversed", test_reversed);
  ADD ("/billing/pace", test_pace);
  ADD ("/billing/postings", test_postings);
  return g_test_run ();
}
