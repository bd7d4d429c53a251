/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "billing"

#include "server/billing/running.h"
#include "server/base/log.h"

#include "server/billing/billing-store.h"

static CsScope
scope_of (const CsRunning *run)
{
  return cs_scope_tenant (run->tenant);
}

static gint64
until_of (const CsRunning *run)
{
  return run->prepaid_seconds + run->provisional_seconds;
}

static gboolean
void_block (CsDb *db, const CsRunning *run, CtId block, GError **error)
{
  g_autofree char *key = g_strconcat ("resolve:", ct_id_text (block).text, NULL);

  return cs_ledger_void_pending (db, scope_of (run), block, key, NULL, error);
}

/* Replaces the reservation *@block on @account by one for *@seconds + @more. */
static gboolean
reserve_more (CsDb *db, const CsRunning *run, CtId account, CtId *block, gint64 *seconds,
              gint64 more, GError **error)
{
  CtId number = ct_id_new (cs_db_get_clock (db)); /* each reservation is a transfer of its own */
  g_autofree char *key = g_strconcat ("reserve:", ct_id_text (number).text, NULL);
  CsTransferRequest request = {
    .debit = account,
    .kind = CS_TRANSFER_RESERVE,
    .key = key,
    .company = run->company,
    .call = run->call,
    .seconds = *seconds + more,
  };

  if (!ct_money_times (run->rate, request.seconds, &request.amount))
    return ct_fail (error, CT_ERROR_LIMIT, "too long a call at this rate");
  if ((*block != CT_ID_NONE && !void_block (db, run, *block, error))
      || !cs_ledger_open_account (db, scope_of (run), CS_ACCOUNT_REVENUE, run->tenant,
                                  run->currency, &request.credit, error)
      || !cs_ledger_reserve (db, scope_of (run), &request, block, error))
    return FALSE;
  *seconds += more;
  return TRUE;
}

/* Takes up to *@wanted seconds from one account and lessens *@wanted; adds what is left to *@spare. */
static gboolean
draw (CsDb *db, const CsRunning *run, CsAccountKind kind, CtId *block, gint64 *seconds,
      gint64 *wanted, CtMoney *spare, GError **error)
{
  g_autoptr (GError) missing = NULL;
  CsAccount account;
  gint64 take;

  if (!cs_ledger_find_account (db, scope_of (run), kind, run->company, run->currency, &account,
                               &missing))
    {
      if (ct_error_is (missing, CT_ERROR_NOT_FOUND))
        return TRUE; /* never had any */
      g_propagate_error (error, g_steal_pointer (&missing));
      return FALSE;
    }
  take = MIN (*wanted, cs_account_available (&account) / run->rate);
  if (take > 0 && !reserve_more (db, run, account.id, block, seconds, take, error))
    return FALSE;
  *wanted -= take;
  *spare += cs_account_available (&account) - take * run->rate;
  return TRUE;
}

/* Makes the reservations reach @wanted seconds further, or as far as there is credit. */
static gboolean
extend (CsDb *db, CsRunning *run, gint64 wanted, CsGrant *grant, GError **error)
{
  gint64 before = until_of (run);
  CtMoney spare = 0;

  if (run->rate == 0)
    run->prepaid_seconds = CS_RUNNING_FREE_SECONDS;
  else if (!draw (db, run, CS_ACCOUNT_PREPAID, &run->prepaid, &run->prepaid_seconds, &wanted,
                  &spare, error)
           || (run->emergency
               && !draw (db, run, CS_ACCOUNT_PROVISIONAL, &run->provisional,
                         &run->provisional_seconds, &wanted, &spare, error)))
    return FALSE;
  *grant = (CsGrant){
    .granted = until_of (run) > before,
    .until_second = until_of (run),
    .last = run->rate > 0 && spare < run->rate, /* of whoever holds a block */
    .company = run->company,
    .rate = run->rate,
    .spare = spare,
  };
  return TRUE;
}

/* What is held already, as an answer; nothing is reserved. */
static gboolean
tell_held (CsDb *db, CsRunning *run, CsGrant *grant, GError **error)
{
  if (!extend (db, run, 0, grant, error))
    return FALSE;
  grant->granted = TRUE;
  return TRUE;
}

static gboolean
fill_in (CsDb *db, const CsRunningRequest *request, CsRunning *run, gboolean *paused,
         GError **error)
{
  CsTariff tariff;

  if (!cs_billing_get_tariff (db, cs_scope_tenant (request->tenant), request->company, &tariff,
                              error))
    return FALSE;
  *paused = tariff.paused;
  *run = (CsRunning){
    .id = request->id,
    .call = request->call,
    .tenant = request->tenant,
    .company = request->company,
    .onward = request->onward,
    .rate = request->onward ? request->rate : tariff.rate,
    .pay_rate = request->onward ? 0 : tariff.pay_rate,
    .emergency = request->emergency,
    .reserved_ms = ct_clock_utc_ms (cs_db_get_clock (db)),
  };
  g_strlcpy (run->currency, tariff.currency, sizeof run->currency);
  if (run->rate < 0)
    return ct_fail (error, CT_ERROR_INVALID, "a negative rate");
  return TRUE;
}

gboolean
cs_running_reserve (CsBilling *billing, CsDb *db, const CsRunningRequest *request, CsGrant *grant,
                    GError **error)
{
  CsRunning run;
  gboolean paused;
  CsRowResult found = cs_billing_store_get_running (db, request->id, &run, error);

  if (found == CS_ROW_READY) /* a re-offer */
    return tell_held (db, &run, grant, error);
  if (found == CS_ROW_NONE)
    found = cs_billing_store_find_bill (db, request->id, error);
  if (found == CS_ROW_READY)
    return ct_fail (error, CT_ERROR_STATE, "the call %s is settled", ct_id_text (request->id).text);
  if (found == CS_ROW_FAILED || !fill_in (db, request, &run, &paused, error))
    return FALSE;
  *grant = (CsGrant){ .company = run.company, .rate = run.rate };
  if (paused)
    return TRUE;
  if (!extend (db, &run, CS_CREDIT_BLOCK_SECONDS, grant, error))
    return FALSE;
  return !grant->granted
         || (cs_billing_store_add_running (db, &run, error)
             && cs_billing_changed (billing, db, scope_of (&run), run.company, FALSE));
}

static gboolean
is_paused (CsDb *db, const CsRunning *run, gboolean *paused, GError **error)
{
  CsTariff tariff;

  if (!cs_billing_get_tariff (db, scope_of (run), run->company, &tariff, error))
    return FALSE;
  *paused = tariff.paused;
  return TRUE;
}

gboolean
cs_running_renew (CsBilling *billing, CsDb *db, CtId id, gint64 until_second, CsGrant *grant,
                  GError **error)
{
  CsRunning run;
  gboolean paused;
  CsRowResult found = cs_billing_store_get_running (db, id, &run, error);

  if (found == CS_ROW_FAILED)
    return FALSE;
  if (found == CS_ROW_NONE)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no running call %s", ct_id_text (id).text);
  if (until_of (&run) > until_second) /* asked twice, or answered late */
    return tell_held (db, &run, grant, error);
  if (!is_paused (db, &run, &paused, error))
    return FALSE;
  if (paused)
    {
      *grant
          = (CsGrant){ .until_second = until_of (&run), .company = run.company, .rate = run.rate };
      return TRUE;
    }
  if (!extend (db, &run, until_second - until_of (&run) + CS_CREDIT_BLOCK_SECONDS, grant, error))
    return FALSE;
  return !grant->granted
         || (cs_billing_store_save_running (db, &run, error)
             && cs_billing_changed (billing, db, scope_of (&run), run.company, FALSE));
}

gboolean
cs_running_note (CsDb *db, CtId id, gint64 seconds, const CsCreditShare *shares, guint n_shares,
                 GError **error)
{
  CsRunning run;
  CsRowResult found = cs_billing_store_get_running (db, id, &run, error);

  if (found != CS_ROW_READY) /* settled meanwhile */
    return found == CS_ROW_NONE;
  if (seconds <= run.noted_seconds)
    return TRUE;
  run.noted_seconds = seconds;
  for (guint i = 0; i < n_shares; i++)
    if (!cs_billing_store_save_share (db, id, &shares[i], error))
      return FALSE;
  return cs_billing_store_save_running (db, &run, error);
}

/* Posts what was used of one reservation and adds it to *@amount. */
static gboolean
resolve (CsDb *db, const CsRunning *run, CtId block, gint64 used, CtMoney *amount, GError **error)
{
  g_autofree char *key = NULL;
  CtMoney part = run->rate * used; /* no more than the reservation, which did not overflow */

  if (block == CT_ID_NONE)
    return TRUE;
  if (part == 0)
    return void_block (db, run, block, error);
  key = g_strconcat ("resolve:", ct_id_text (block).text, NULL);
  *amount += part;
  return cs_ledger_post_pending (db, scope_of (run), block, part,
                                 run->onward ? CS_TRANSFER_ONWARD : CS_TRANSFER_CALL, used, key,
                                 NULL, NULL, error);
}

static gboolean
pay_one (CsDb *db, const CsRunning *run, CtId agent, gint64 seconds, guint number, CtMoney *paid,
         GError **error)
{
  g_autofree char *key = g_strdup_printf ("pay:%s:%u", ct_id_text (run->id).text, number);
  CsTransferRequest request = {
    .kind = CS_TRANSFER_PAY,
    .key = key,
    .call = run->call,
    .seconds = seconds,
  };

  if (!ct_money_times (run->pay_rate, seconds, &request.amount))
    return ct_fail (error, CT_ERROR_LIMIT, "too long a call at this pay");
  if (request.amount == 0)
    return TRUE;
  *paid += request.amount;
  return cs_ledger_open_account (db, scope_of (run), CS_ACCOUNT_PAY_EXPENSE, run->tenant,
                                 run->currency, &request.debit, error)
         && cs_ledger_open_account (db, scope_of (run), CS_ACCOUNT_PAY_PAYABLE, agent,
                                    run->currency, &request.credit, error)
         && cs_ledger_transfer (db, scope_of (run), &request, NULL, error);
}

/* D28: together the e-agents are paid no more seconds than are billed, from the tenant's expense account. */
static gboolean
pay_all (CsDb *db, const CsRunning *run, gint64 billed, const CsCreditShare *shares, guint n_shares,
         CtMoney *paid, GError **error)
{
  gint64 left = billed;

  for (guint i = 0; i < n_shares; i++)
    {
      gint64 seconds = CLAMP (shares[i].seconds, 0, left);

      left -= seconds;
      if (shares[i].user != CT_ID_NONE
          && !pay_one (db, run, shares[i].user, seconds, i, paid, error))
        return FALSE;
    }
  return TRUE;
}

/* Seconds that ran on paper are reserved now, as far as there is credit; what is not to be had was the
 * house's risk, not the company's. */
static gboolean
cover_paper (CsDb *db, CsRunning *run, gint64 seconds, GError **error)
{
  CsGrant grant;

  if (seconds <= until_of (run))
    return TRUE;
  if (!extend (db, run, seconds - until_of (run), &grant, error))
    return FALSE;
  if (seconds > until_of (run))
    cs_warning (CS_ABOUT (.tenant = run->tenant, .call = run->call),
                "ran %" G_GINT64_FORMAT " s on paper that no credit covers",
                seconds - until_of (run));
  return TRUE;
}

gboolean
cs_running_settle (CsBilling *billing, CsDb *db, CtId id, gint64 seconds,
                   const CsCreditShare *shares, guint n_shares, CtId *company, GError **error)
{
  CsRunning run;
  gint64 used, prepaid_used;
  CtMoney amount = 0, paid = 0;
  CsRowResult found = cs_billing_store_get_running (db, id, &run, error);

  if (found != CS_ROW_READY)
    return found == CS_ROW_NONE;
  used = MAX (seconds, 0);
  if (!cover_paper (db, &run, used, error))
    return FALSE;
  used = MIN (used, until_of (&run));
  prepaid_used = MIN (used, run.prepaid_seconds);
  if (!resolve (db, &run, run.prepaid, prepaid_used, &amount, error)
      || !resolve (db, &run, run.provisional, used - prepaid_used, &amount, error)
      || !pay_all (db, &run, used, shares, n_shares, &paid, error)
      || !cs_billing_store_delete_running (db, id, error))
    return FALSE;
  if (used > 0
      && !cs_billing_store_add_bill (db, &run, used, amount, paid,
                                     ct_clock_utc_ms (cs_db_get_clock (db)), error))
    return FALSE;
  *company = run.company;
  return cs_billing_changed (billing, db, scope_of (&run), run.company, FALSE);
}

gboolean
cs_running_recover (CsBilling *billing, CsDb *db, CtId id, GError **error)
{
  CsRunning run;
  CtId company;
  g_autoptr (GArray) shares = NULL;
  CsRowResult found = cs_billing_store_get_running (db, id, &run, error);

  if (found != CS_ROW_READY)
    return found == CS_ROW_NONE;
  shares = cs_billing_store_list_shares (db, id, error);
  return shares != NULL
         && cs_running_settle (billing, db, id, run.noted_seconds,
                               (const CsCreditShare *) (gpointer) shares->data, shares->len,
                               &company, error);
}
