/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "billing"

#include "server/billing/billing-store.h"

#include <string.h>

CS_SQL (get_tariff, "SELECT company, tenant, currency, rate, pay_rate, onward_rate, paused"
                    " FROM tariff WHERE company = ?1 AND (tenant = ?2 OR ?2 = 0)");
CS_SQL (save_tariff,
        "INSERT INTO tariff (company, tenant, currency, rate, pay_rate, onward_rate, paused)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (company) DO UPDATE SET"
        " rate = excluded.rate, pay_rate = excluded.pay_rate, onward_rate = excluded.onward_rate");
CS_SQL (set_paused, "UPDATE tariff SET paused = ?3 WHERE company = ?1 AND tenant = ?2");

CS_SQL (get_running,
        "SELECT id, call, tenant, company, kind, currency, rate, pay_rate, emergency, prepaid,"
        " prepaid_seconds, provisional, provisional_seconds, noted_seconds, reserved_ms"
        " FROM running_call WHERE id = ?1");
CS_SQL (add_running,
        "INSERT INTO running_call (id, call, tenant, company, kind, currency, rate, pay_rate,"
        " emergency, prepaid, prepaid_seconds, provisional, provisional_seconds, noted_seconds,"
        " reserved_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)");
CS_SQL (save_running, "UPDATE running_call SET prepaid = ?2, prepaid_seconds = ?3,"
                      " provisional = ?4, provisional_seconds = ?5, noted_seconds = ?6"
                      " WHERE id = ?1");
CS_SQL (delete_running, "DELETE FROM running_call WHERE id = ?1");
CS_SQL (list_running, "SELECT id FROM running_call ORDER BY id");
/* `consulted` is always 0: nobody is called to a conversation beside the one who leads it. */
CS_SQL (save_share,
        "INSERT INTO running_share (running, agent, consulted, seconds) VALUES (?1, ?2, 0, ?3)"
        " ON CONFLICT (running, agent, consulted) DO UPDATE SET seconds = excluded.seconds");
CS_SQL (list_shares, "SELECT agent, seconds FROM running_share WHERE running = ?1 ORDER BY agent");

CS_SQL (add_bill,
        "INSERT INTO bill (id, call, tenant, company, kind, currency, rate, seconds, amount, pay,"
        " reserved_ms, settled_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
CS_SQL (find_bill, "SELECT id FROM bill WHERE id = ?1");
CS_SQL (list_bills, "SELECT id, company, kind, currency, rate, seconds, amount, pay, reserved_ms,"
                    " settled_ms FROM bill WHERE call = ?1 AND (tenant = ?2 OR ?2 = 0)"
                    " AND NOT EXISTS (SELECT 1 FROM running_call r WHERE r.call = bill.call)"
                    " ORDER BY id");
CS_SQL (sum_settled,
        "SELECT coalesce (sum (rate * CASE WHEN seconds * 1000 < settled_ms - ?3 THEN seconds"
        " ELSE (settled_ms - ?3) / 1000 END), 0) AS spent FROM bill"
        " WHERE company = ?1 AND (tenant = ?2 OR ?2 = 0) AND settled_ms > ?3");
CS_SQL (sum_running, "SELECT coalesce (sum (rate * noted_seconds), 0) AS spent FROM running_call"
                     " WHERE company = ?1 AND (tenant = ?2 OR ?2 = 0)");

CS_SQL (list_postings, "SELECT t.id AS id, t.at_ms AS at_ms, t.kind AS kind, t.state AS state,"
                       " t.amount AS amount, t.seconds AS seconds, t.call AS call, t.text AS text"
                       " FROM transfer t WHERE t.company = ?1 AND t.tenant = ?2 AND t.id < ?3"
                       " AND (t.state = 'posted' OR (t.state = 'pending'"
                       " AND NOT EXISTS (SELECT 1 FROM transfer r WHERE r.pending = t.id)))"
                       " ORDER BY t.id DESC LIMIT ?4");
CS_SQL (list_call_postings,
        "SELECT id, at_ms, kind, state, amount, seconds, call, text FROM transfer"
        " WHERE call = ?1 AND (tenant = ?2 OR ?2 = 0) AND state = 'posted' AND company IS NOT NULL"
        " ORDER BY id LIMIT 500");

CS_SQL (get_pay, "SELECT coalesce (sum (t.amount), 0) AS pay FROM transfer t"
                 " JOIN account a ON a.id = t.credit"
                 " WHERE t.call = ?1 AND t.tenant = ?2 AND t.kind = 'pay' AND t.state = 'posted'"
                 " AND a.owner = ?3 AND t.at_ms >= ?4");

gboolean
cs_billing_get_pay (CsDb *db, CsScope scope, CtId call, CtId user, gint64 since_ms, CtMoney *pay,
                    GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_pay);

  cs_bind_id (query, 1, call);
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, user);
  cs_bind_int (query, 4, since_ms);
  if (cs_query_step (query, error) != CS_ROW_READY)
    return FALSE;
  *pay = cs_column_int (query, "pay");
  return TRUE;
}

CsRowResult
cs_billing_store_get_tariff (CsDb *db, CsScope scope, CtId company, CsTariff *out, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_tariff);
  CsRowResult result;

  cs_bind_int (query, 1, company);
  cs_bind_int (query, 2, scope.tenant);
  result = cs_query_step (query, error);
  if (result != CS_ROW_READY)
    return result;
  *out = (CsTariff){
    .tenant = cs_column_id (query, "tenant"),
    .company = cs_column_id (query, "company"),
    .rate = cs_column_int (query, "rate"),
    .pay_rate = cs_column_int (query, "pay_rate"),
    .onward_rate = cs_column_int (query, "onward_rate"),
    .paused = cs_column_int (query, "paused") != 0,
  };
  g_strlcpy (out->currency, cs_column_text (query, "currency"), sizeof out->currency);
  return result;
}

gboolean
cs_billing_store_save_tariff (CsDb *db, const CsTariff *tariff, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &save_tariff);

  cs_bind_int (query, 1, tariff->company);
  cs_bind_int (query, 2, tariff->tenant);
  cs_bind_text (query, 3, tariff->currency);
  cs_bind_int (query, 4, tariff->rate);
  cs_bind_int (query, 5, tariff->pay_rate);
  cs_bind_int (query, 6, tariff->onward_rate);
  cs_bind_int (query, 7, tariff->paused);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_billing_store_set_paused (CsDb *db, CsScope scope, CtId company, gboolean paused, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &set_paused);

  cs_bind_int (query, 1, company);
  cs_bind_int (query, 2, scope.tenant);
  cs_bind_int (query, 3, paused);
  return cs_query_run (query, NULL, error);
}

CsRowResult
cs_billing_store_get_running (CsDb *db, CtId id, CsRunning *out, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_running);
  CsRowResult result;

  cs_bind_int (query, 1, id);
  result = cs_query_step (query, error);
  if (result != CS_ROW_READY)
    return result;
  *out = (CsRunning){
    .id = cs_column_id (query, "id"),
    .call = cs_column_id (query, "call"),
    .tenant = cs_column_id (query, "tenant"),
    .company = cs_column_id (query, "company"),
    .onward = strcmp (cs_column_text (query, "kind"), "onward") == 0,
    .rate = cs_column_int (query, "rate"),
    .pay_rate = cs_column_int (query, "pay_rate"),
    .emergency = cs_column_int (query, "emergency") != 0,
    .prepaid = cs_column_id (query, "prepaid"),
    .prepaid_seconds = cs_column_int (query, "prepaid_seconds"),
    .provisional = cs_column_id (query, "provisional"),
    .provisional_seconds = cs_column_int (query, "provisional_seconds"),
    .noted_seconds = cs_column_int (query, "noted_seconds"),
    .reserved_ms = cs_column_int (query, "reserved_ms"),
  };
  g_strlcpy (out->currency, cs_column_text (query, "currency"), sizeof out->currency);
  return result;
}

gboolean
cs_billing_store_add_running (CsDb *db, const CsRunning *run, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_running);

  cs_bind_int (query, 1, run->id);
  cs_bind_int (query, 2, run->call);
  cs_bind_int (query, 3, run->tenant);
  cs_bind_int (query, 4, run->company);
  cs_bind_text (query, 5, run->onward ? "onward" : "call");
  cs_bind_text (query, 6, run->currency);
  cs_bind_int (query, 7, run->rate);
  cs_bind_int (query, 8, run->pay_rate);
  cs_bind_int (query, 9, run->emergency);
  cs_bind_id (query, 10, run->prepaid);
  cs_bind_int (query, 11, run->prepaid_seconds);
  cs_bind_id (query, 12, run->provisional);
  cs_bind_int (query, 13, run->provisional_seconds);
  cs_bind_int (query, 14, run->noted_seconds);
  cs_bind_int (query, 15, run->reserved_ms);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_billing_store_save_running (CsDb *db, const CsRunning *run, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &save_running);

  cs_bind_int (query, 1, run->id);
  cs_bind_id (query, 2, run->prepaid);
  cs_bind_int (query, 3, run->prepaid_seconds);
  cs_bind_id (query, 4, run->provisional);
  cs_bind_int (query, 5, run->provisional_seconds);
  cs_bind_int (query, 6, run->noted_seconds);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_billing_store_delete_running (CsDb *db, CtId id, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &delete_running);

  cs_bind_int (query, 1, id);
  return cs_query_run (query, NULL, error);
}

GArray *
cs_billing_store_list_running (CsDb *db, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_running);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (CtId));
  CsRowResult result;

  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CtId id = cs_column_id (query, "id");

      g_array_append_val (ids, id);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&ids) : NULL;
}

gboolean
cs_billing_store_save_share (CsDb *db, CtId running, const CsCreditShare *share, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &save_share);

  cs_bind_int (query, 1, running);
  cs_bind_int (query, 2, share->user);
  cs_bind_int (query, 3, share->seconds);
  return cs_query_run (query, NULL, error);
}

GArray *
cs_billing_store_list_shares (CsDb *db, CtId running, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_shares);
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (CsCreditShare));
  CsRowResult result;

  cs_bind_int (query, 1, running);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CsCreditShare share = {
        .user = cs_column_id (query, "agent"),
        .seconds = cs_column_int (query, "seconds"),
      };

      g_array_append_val (shares, share);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&shares) : NULL;
}

gboolean
cs_billing_store_add_bill (CsDb *db, const CsRunning *run, gint64 seconds, CtMoney amount,
                           CtMoney pay, gint64 settled_ms, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_bill);

  cs_bind_int (query, 1, run->id);
  cs_bind_int (query, 2, run->call);
  cs_bind_int (query, 3, run->tenant);
  cs_bind_int (query, 4, run->company);
  cs_bind_text (query, 5, run->onward ? "onward" : "call");
  cs_bind_text (query, 6, run->currency);
  cs_bind_int (query, 7, run->rate);
  cs_bind_int (query, 8, seconds);
  cs_bind_int (query, 9, amount);
  cs_bind_int (query, 10, pay);
  cs_bind_int (query, 11, run->reserved_ms);
  cs_bind_int (query, 12, settled_ms);
  return cs_query_run (query, NULL, error);
}

CsRowResult
cs_billing_store_find_bill (CsDb *db, CtId id, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_bill);

  cs_bind_int (query, 1, id);
  return cs_query_step (query, error);
}

/* Adds one row to the bill of the whole call: the talk, and outgoing legs after it. */
static void
add_to_bill (CsQuery *query, CsBill *bill)
{
  bill->company = cs_column_id (query, "company");
  g_strlcpy (bill->currency, cs_column_text (query, "currency"), sizeof bill->currency);
  bill->pay += cs_column_int (query, "pay");
  bill->settled_ms = MAX (bill->settled_ms, cs_column_int (query, "settled_ms"));
  if (strcmp (cs_column_text (query, "kind"), "onward") == 0)
    {
      bill->onward_rate = cs_column_int (query, "rate");
      bill->onward_seconds += cs_column_int (query, "seconds");
      bill->onward_amount += cs_column_int (query, "amount");
      return;
    }
  bill->rate = cs_column_int (query, "rate");
  bill->seconds = cs_column_int (query, "seconds");
  bill->amount = cs_column_int (query, "amount");
  bill->reserved_ms = cs_column_int (query, "reserved_ms");
}

gboolean
cs_billing_get_bill (CsDb *db, CsScope scope, CtId call, CsBill *out, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_bills);
  CsBill bill = { .call = call };
  CsRowResult result;

  cs_bind_int (query, 1, call);
  cs_bind_int (query, 2, scope.tenant);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    add_to_bill (query, &bill);
  if (result == CS_ROW_FAILED)
    return FALSE;
  if (bill.company == CT_ID_NONE)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no bill of call %s", ct_id_text (call).text);
  *out = bill;
  return TRUE;
}

gboolean
cs_billing_store_get_spent (CsDb *db, CsScope scope, CtId company, gint64 since_ms,
                            CtMoney *settled, CtMoney *running, GError **error)
{
  g_autoptr (CsQuery) old = cs_query (db, &sum_settled);
  g_autoptr (CsQuery) now = cs_query (db, &sum_running);

  cs_bind_int (old, 1, company);
  cs_bind_int (old, 2, scope.tenant);
  cs_bind_int (old, 3, since_ms);
  cs_bind_int (now, 1, company);
  cs_bind_int (now, 2, scope.tenant);
  if (cs_query_step (old, error) != CS_ROW_READY || cs_query_step (now, error) != CS_ROW_READY)
    return FALSE;
  *settled = cs_column_int (old, "spent");
  *running = cs_column_int (now, "spent");
  return TRUE;
}

static gboolean
tell_postings (CsQuery *query, CsPostingFunc each, gpointer data, GError **error)
{
  CsRowResult result;

  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CsPostingRow row = {
        .id = cs_column_id (query, "id"),
        .at_ms = cs_column_int (query, "at_ms"),
        .kind = cs_column_text (query, "kind"),
        .state = cs_column_text (query, "state"),
        .amount = cs_column_int (query, "amount"),
        .seconds = cs_column_int (query, "seconds"),
        .call = cs_column_id (query, "call"),
        .text = cs_column_text (query, "text"),
      };

      each (&row, data);
    }
  return result == CS_ROW_NONE;
}

gboolean
cs_billing_store_list_postings (CsDb *db, CsScope scope, CtId company, gint64 before, guint limit,
                                CsPostingFunc each, gpointer data, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_postings);

  cs_bind_int (query, 1, company);
  cs_bind_int (query, 2, scope.tenant);
  cs_bind_int (query, 3, before > 0 ? before : G_MAXINT64);
  cs_bind_int (query, 4, limit);
  return tell_postings (query, each, data, error);
}

gboolean
cs_billing_store_list_call (CsDb *db, CsScope scope, CtId call, CsPostingFunc each, gpointer data,
                            GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_call_postings);

  cs_bind_int (query, 1, call);
  cs_bind_int (query, 2, scope.tenant);
  return tell_postings (query, each, data, error);
}
