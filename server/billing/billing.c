/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "billing"

#include "server/billing/billing.h"

#include <string.h>

#include "server/base/log.h"
#include "server/billing/billing-store.h"

#define MAX_RATE (1000 * CT_MONEY_UNIT) /* a second; more is a slip of the pen */
#define HOUR_MS G_GINT64_CONSTANT (3600000)
#define TEN_YEARS_MS (G_GINT64_CONSTANT (87660) * HOUR_MS)

typedef struct {
  CsBillingWatch watch;
  gpointer data;
} Watcher;

struct _CsBilling {
  GMutex lock;
  GArray *watchers;
  /* Of the writer's thread: the credit of companies as read after that commit. */
  GHashTable *read; /* CtId* -> CsCompanyCredit* */
  guint64 read_commit;
};

CsBilling *
cs_billing_new (void)
{
  CsBilling *billing = g_new0 (CsBilling, 1);

  g_mutex_init (&billing->lock);
  billing->watchers = g_array_new (FALSE, FALSE, sizeof (Watcher));
  billing->read = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  return billing;
}

void
cs_billing_free (CsBilling *billing)
{
  g_hash_table_unref (billing->read);
  g_array_unref (billing->watchers);
  g_mutex_clear (&billing->lock);
  g_free (billing);
}

void
cs_billing_watch (CsBilling *billing, CsBillingWatch watch, gpointer data)
{
  Watcher watcher = { watch, data };

  g_mutex_lock (&billing->lock);
  g_array_append_val (billing->watchers, watcher);
  g_mutex_unlock (&billing->lock);
}

void
cs_billing_unwatch (CsBilling *billing, gpointer data)
{
  g_mutex_lock (&billing->lock);
  for (guint i = billing->watchers->len; i > 0; i--)
    if (g_array_index (billing->watchers, Watcher, i - 1).data == data)
      g_array_remove_index (billing->watchers, i - 1);
  g_mutex_unlock (&billing->lock);
}

typedef struct {
  CsBilling *billing;
  CsDb *db;
  CsScope scope;
  CtId company;
  gboolean rose;
} Change;

/* What stands after a commit, read once however many changes of the company it held. */
static const CsCompanyCredit *
read_credit (const Change *change)
{
  CsBilling *billing = change->billing;
  guint64 commit = cs_db_get_commits (change->db);
  CsCompanyCredit *now;
  g_autoptr (GError) error = NULL;

  if (commit != billing->read_commit)
    g_hash_table_remove_all (billing->read);
  billing->read_commit = commit;
  now = g_hash_table_lookup (billing->read, &change->company);
  if (now != NULL)
    return now;
  now = g_new0 (CsCompanyCredit, 1);
  if (!cs_billing_get_credit (change->db, change->scope, change->company, now, &error))
    {
      cs_warning (CS_ABOUT (.tenant = change->scope.tenant), "credit is not told: %s",
                  error->message);
      g_free (now);
      return NULL;
    }
  g_hash_table_insert (billing->read, g_memdup2 (&change->company, sizeof change->company), now);
  return now;
}

static void
on_change_committed (gpointer data)
{
  const Change *change = data;
  CsBilling *billing = change->billing;
  const CsCompanyCredit *now = read_credit (change);
  CsBalanceChange told;

  if (now == NULL)
    return;
  told = (CsBalanceChange){
    .tenant = change->scope.tenant,
    .company = change->company,
    .now = *now,
    .rose = change->rose,
    .at_ms = ct_clock_utc_ms (cs_db_get_clock (change->db)),
  };
  g_mutex_lock (&billing->lock);
  for (guint i = 0; i < billing->watchers->len; i++)
    {
      Watcher *watcher = &g_array_index (billing->watchers, Watcher, i);

      watcher->watch (&told, watcher->data);
    }
  g_mutex_unlock (&billing->lock);
}

gboolean
cs_billing_changed (CsBilling *billing, CsDb *db, CsScope scope, CtId company, gboolean rose)
{
  Change change = { billing, db, scope, company, rose };

  if (billing != NULL)
    cs_db_after_commit (db, on_change_committed, g_memdup2 (&change, sizeof change), g_free);
  return TRUE;
}

gboolean
cs_billing_get_tariff (CsDb *db, CsScope scope, CtId company, CsTariff *out, GError **error)
{
  CsRowResult result = cs_billing_store_get_tariff (db, scope, company, out, error);

  if (result == CS_ROW_NONE)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no tariff of company %s",
                    ct_id_text (company).text);
  return result == CS_ROW_READY;
}

static gboolean
is_rate (CtMoney rate)
{
  return rate >= 0 && rate <= MAX_RATE;
}

gboolean
cs_billing_set_tariff (CsDb *db, CsScope scope, const CsTariff *tariff, GError **error)
{
  CsTariff saved = *tariff;
  CsTariff before;
  CsRowResult found;

  if (tariff->company == CT_ID_NONE || scope.tenant == CT_ID_NONE || !is_rate (tariff->rate)
      || !is_rate (tariff->pay_rate) || !is_rate (tariff->onward_rate))
    return ct_fail (error, CT_ERROR_INVALID, "a tariff out of range");
  found = cs_billing_store_get_tariff (db, cs_scope_system (), tariff->company, &before, error);
  if (found == CS_ROW_FAILED)
    return FALSE;
  if (found == CS_ROW_READY && before.tenant != scope.tenant)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no such company");
  if (found == CS_ROW_READY && strcmp (before.currency, tariff->currency) != 0)
    return ct_fail (error, CT_ERROR_STATE, "the currency of a company with a tariff stays");
  saved.tenant = scope.tenant;
  saved.paused = found == CS_ROW_READY && before.paused;
  return cs_billing_store_save_tariff (db, &saved, error);
}

/* One transfer between two kinds of accounts in the company's currency. The key is made unique for
 * what is done and for whom. */
typedef struct {
  CsAccountKind debit;
  CtId debit_owner;
  CsAccountKind credit;
  CtId credit_owner;
  CsTransferKind kind;
  const char *doing;
} Move;

static gboolean
run_move (CsDb *db, CsScope scope, CtId company, const char *currency, const Move *move,
          CtMoney amount, const char *reference, const char *key, CtId *transfer, GError **error)
{
  g_autofree char *full = g_strconcat (move->doing, ":", ct_id_text (company).text, ":", key, NULL);
  CsTransferRequest request = {
    .amount = amount, .kind = move->kind, .key = full, .company = company, .text = reference
  };

  return cs_ledger_open_account (db, scope, move->debit, move->debit_owner, currency,
                                 &request.debit, error)
         && cs_ledger_open_account (db, scope, move->credit, move->credit_owner, currency,
                                    &request.credit, error)
         && cs_ledger_transfer (db, scope, &request, transfer, error);
}

gboolean
cs_billing_top_up (CsBilling *billing, CsDb *db, CsScope scope, CtId company, CtMoney amount,
                   const char *reference, const char *key, CtId *transfer, GError **error)
{
  Move move = { CS_ACCOUNT_CLEARING, scope.tenant, CS_ACCOUNT_PREPAID, company,
                CS_TRANSFER_TOP_UP,  "top-up" };
  CsTariff tariff;

  return cs_billing_get_tariff (db, scope, company, &tariff, error)
         && run_move (db, scope, company, tariff.currency, &move, amount, reference, key, transfer,
                      error)
         && cs_billing_changed (billing, db, scope, company, TRUE);
}

gboolean
cs_billing_grant_provisional (CsBilling *billing, CsDb *db, CsScope scope, CtId company,
                              CtMoney amount, const char *reference, const char *key,
                              GError **error)
{
  Move move = { CS_ACCOUNT_GRANTED,      company, CS_ACCOUNT_PROVISIONAL, company,
                CS_TRANSFER_PROVISIONAL, "grant" };
  CsTariff tariff;

  return cs_billing_get_tariff (db, scope, company, &tariff, error)
         && run_move (db, scope, company, tariff.currency, &move, amount, reference, key, NULL,
                      error)
         && cs_billing_changed (billing, db, scope, company, TRUE);
}

/* Zeroed when the account was never opened. */
static gboolean
look (CsDb *db, CsScope scope, CsAccountKind kind, CtId owner, const char *currency, CsAccount *out,
      GError **error)
{
  g_autoptr (GError) missing = NULL;

  *out = (CsAccount){ 0 };
  if (cs_ledger_find_account (db, scope, kind, owner, currency, out, &missing)
      || ct_error_is (missing, CT_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&missing));
  return FALSE;
}

typedef struct {
  CsTariff tariff;
  CsAccount prepaid, provisional, granted;
  CtMoney drawn; /* used of what was granted, and not paid since */
} Provisional;

static gboolean
look_provisional (CsDb *db, CsScope scope, CtId company, Provisional *p, GError **error)
{
  if (!cs_billing_get_tariff (db, scope, company, &p->tariff, error)
      || !look (db, scope, CS_ACCOUNT_PREPAID, company, p->tariff.currency, &p->prepaid, error)
      || !look (db, scope, CS_ACCOUNT_PROVISIONAL, company, p->tariff.currency, &p->provisional,
                error)
      || !look (db, scope, CS_ACCOUNT_GRANTED, company, p->tariff.currency, &p->granted, error))
    return FALSE;
  p->drawn = -cs_ledger_balance (&p->granted) - cs_ledger_balance (&p->provisional);
  return TRUE;
}

/* Takes the grant back as far as it is neither drawn nor reserved. */
static gboolean
end_grant (CsDb *db, CsScope scope, CtId company, CtMoney paid, const Provisional *p,
           const char *key, GError **error)
{
  Move move = { CS_ACCOUNT_PROVISIONAL,  company,    CS_ACCOUNT_GRANTED, company,
                CS_TRANSFER_PROVISIONAL, "grant-end" };
  CtMoney amount = cs_account_available (&p->provisional) + paid;

  return amount <= 0
         || run_move (db, scope, company, p->tariff.currency, &move, amount, NULL, key, NULL,
                      error);
}

gboolean
cs_billing_settle_provisional (CsBilling *billing, CsDb *db, CsScope scope, CtId company,
                               const char *key, GError **error)
{
  Move repay = { CS_ACCOUNT_PREPAID,      company,      CS_ACCOUNT_PROVISIONAL, company,
                 CS_TRANSFER_PROVISIONAL, "grant-repay" };
  Provisional p;
  CtMoney paid;

  if (!look_provisional (db, scope, company, &p, error))
    return FALSE;
  paid = MIN (p.drawn, cs_account_available (&p.prepaid));
  if (paid > 0
      && !run_move (db, scope, company, p.tariff.currency, &repay, paid, NULL, key, NULL, error))
    return FALSE;
  return end_grant (db, scope, company, MAX (paid, 0), &p, key, error)
         && cs_billing_changed (billing, db, scope, company, FALSE);
}

gboolean
cs_billing_withdraw_provisional (CsBilling *billing, CsDb *db, CsScope scope, CtId company,
                                 const char *key, GError **error)
{
  Move owe = { CS_ACCOUNT_RECEIVABLE,  company,     CS_ACCOUNT_PROVISIONAL, company,
               CS_TRANSFER_RECEIVABLE, "grant-owed" };
  Provisional p;

  if (!look_provisional (db, scope, company, &p, error))
    return FALSE;
  if (p.drawn > 0
      && (!run_move (db, scope, company, p.tariff.currency, &owe, p.drawn, NULL, key, NULL, error)
          || !cs_billing_store_set_paused (db, scope, company, TRUE, error)))
    return FALSE;
  return end_grant (db, scope, company, MAX (p.drawn, 0), &p, key, error)
         && cs_billing_changed (billing, db, scope, company, FALSE);
}

gboolean
cs_billing_reverse_payment (CsBilling *billing, CsDb *db, CsScope scope, CtId company,
                            CtMoney amount, const char *reference, const char *key, GError **error)
{
  Move move = { CS_ACCOUNT_RECEIVABLE,  company,  CS_ACCOUNT_CLEARING, scope.tenant,
                CS_TRANSFER_RECEIVABLE, "reverse" };
  CsTariff tariff;

  return cs_billing_get_tariff (db, scope, company, &tariff, error)
         && run_move (db, scope, company, tariff.currency, &move, amount, reference, key, NULL,
                      error)
         && cs_billing_store_set_paused (db, scope, company, TRUE, error)
         && cs_billing_changed (billing, db, scope, company, FALSE);
}

gboolean
cs_billing_settle_receivable (CsBilling *billing, CsDb *db, CsScope scope, CtId company,
                              CtMoney amount, const char *reference, const char *key,
                              GError **error)
{
  Move move = { CS_ACCOUNT_CLEARING,    scope.tenant, CS_ACCOUNT_RECEIVABLE, company,
                CS_TRANSFER_RECEIVABLE, "settle" };
  CsTariff tariff;
  CsAccount owed;

  if (!cs_billing_get_tariff (db, scope, company, &tariff, error)
      || !run_move (db, scope, company, tariff.currency, &move, amount, reference, key, NULL, error)
      || !look (db, scope, CS_ACCOUNT_RECEIVABLE, company, tariff.currency, &owed, error))
    return FALSE;
  if (cs_ledger_balance (&owed) > 0)
    return ct_fail (error, CT_ERROR_INVALID, "more than the company owes");
  if (cs_ledger_balance (&owed) == 0
      && !cs_billing_store_set_paused (db, scope, company, FALSE, error))
    return FALSE;
  return cs_billing_changed (billing, db, scope, company, cs_ledger_balance (&owed) == 0);
}

gboolean
cs_billing_get_credit (CsDb *db, CsScope scope, CtId company, CsCompanyCredit *out, GError **error)
{
  CsTariff tariff;
  CsAccount prepaid, provisional, owed, granted = { 0 };
  CsRowResult found = cs_billing_store_get_tariff (db, scope, company, &tariff, error);

  if (found == CS_ROW_FAILED)
    return FALSE;
  if (found == CS_ROW_NONE)
    {
      *out = (CsCompanyCredit){ .currency = CS_BILLING_DEFAULT_CURRENCY };
      return TRUE;
    }
  scope = cs_scope_tenant (tariff.tenant);
  if (!look (db, scope, CS_ACCOUNT_PREPAID, company, tariff.currency, &prepaid, error)
      || !look (db, scope, CS_ACCOUNT_PROVISIONAL, company, tariff.currency, &provisional, error)
      || !look (db, scope, CS_ACCOUNT_RECEIVABLE, company, tariff.currency, &owed, error)
      || (provisional.id != CT_ID_NONE /* few have one */
          && !look (db, scope, CS_ACCOUNT_GRANTED, company, tariff.currency, &granted, error)))
    return FALSE;
  *out = (CsCompanyCredit){
    .credit = cs_account_available (&prepaid),
    .reserved = prepaid.debits_pending,
    .provisional = cs_account_available (&provisional),
    .provisional_used = -cs_ledger_balance (&granted) - cs_account_available (&provisional),
    .owed = -cs_ledger_balance (&owed),
  };
  g_strlcpy (out->currency, tariff.currency, sizeof out->currency);
  return TRUE;
}

gboolean
cs_billing_get_earned (CsDb *db, CsScope scope, CtId user, const char *currency, CtMoney *earned,
                       GError **error)
{
  CsAccount account;

  if (!look (db, scope, CS_ACCOUNT_PAY_PAYABLE, user, currency, &account, error))
    return FALSE;
  *earned = cs_ledger_balance (&account);
  return TRUE;
}

gboolean
cs_billing_pace (CsDb *db, CsScope scope, CtId company, gint64 now_ms, gint64 *ends_ms,
                 GError **error)
{
  CsCompanyCredit credit;
  CtMoney settled, running;
  double left, rest_ms;

  if (!cs_billing_get_credit (db, scope, company, &credit, error)
      || !cs_billing_store_get_spent (db, scope, company, now_ms - HOUR_MS, &settled, &running,
                                      error))
    return FALSE;
  left = (double) credit.credit + (double) credit.reserved - (double) running;
  rest_ms = MAX (left, 0) / ((double) settled + (double) running) * HOUR_MS;
  *ends_ms = settled + running <= 0 || rest_ms > TEN_YEARS_MS ? 0 : now_ms + (gint64) rest_ms;
  return TRUE;
}
