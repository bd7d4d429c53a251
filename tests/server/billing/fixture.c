/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"

#include <glib/gstdio.h>

static void
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->store
      = cs_store_open (f->path, f->clock, cs_billing_migrations, CS_BILLING_MIGRATIONS, &error);
  g_assert_no_error (error);
}

static gboolean
set_tariff (CsDb *db, gpointer data, GError **error)
{
  Fixture *f = data;
  CsTariff tariff = { .company = f->company, .currency = "EUR", .rate = RATE, .pay_rate = PAY };

  return cs_billing_set_tariff (db, f->scope, &tariff, error);
}

void
fixture_set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("billing-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "a.db", NULL);
  f->clock = ct_clock_new_manual (G_GINT64_CONSTANT (1795000000000));
  f->billing = cs_billing_new ();
  f->scope = cs_scope_tenant (ct_id_new (f->clock));
  f->company = ct_id_new (f->clock);
  open_store (f);
  fixture_write (f, set_tariff, f);
}

void
fixture_tear_down (Fixture *f, gconstpointer data)
{
  fixture_check (f);
  cs_store_close (f->store);
  cs_billing_free (f->billing);
  g_unlink (f->path);
  g_rmdir (f->folder);
  ct_clock_unref (f->clock);
  g_free (f->path);
  g_free (f->folder);
}

void
fixture_reopen (Fixture *f)
{
  cs_store_close (f->store);
  open_store (f);
}

void
fixture_write (Fixture *f, CsWriteFunc function, gpointer data)
{
  g_autoptr (GError) error = NULL;

  cs_store_write (f->store, function, data, &error);
  g_assert_no_error (error);
}

typedef struct {
  Fixture *f;
  CtMoney amount;
  const char *key;
} TopUp;

static gboolean
top_up (CsDb *db, gpointer data, GError **error)
{
  TopUp *t = data;

  return cs_billing_top_up (t->f->billing, db, t->f->scope, t->f->company, t->amount, "slip",
                            t->key, NULL, error);
}

void
fixture_top_up (Fixture *f, CtMoney amount, const char *key)
{
  TopUp t = { f, amount, key };

  fixture_write (f, top_up, &t);
}

CsCompanyCredit
fixture_credit (Fixture *f)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  CsCompanyCredit credit;
  g_autoptr (GError) error = NULL;

  cs_billing_get_credit (db, f->scope, f->company, &credit, &error);
  g_assert_no_error (error);
  cs_store_release_reader (f->store, db);
  return credit;
}

CtMoney
fixture_earned (Fixture *f, CtId user)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  CtMoney earned = -1;
  g_autoptr (GError) error = NULL;

  cs_billing_get_earned (db, f->scope, user, "EUR", &earned, &error);
  g_assert_no_error (error);
  cs_store_release_reader (f->store, db);
  return earned;
}

void
fixture_check (Fixture *f)
{
  CsDb *db = cs_store_acquire_reader (f->store);
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  cs_ledger_check (db, faults, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < faults->len; i++)
    g_test_message ("%s", (char *) g_ptr_array_index (faults, i));
  g_assert_cmpuint (faults->len, ==, 0);
  cs_store_release_reader (f->store, db);
}
