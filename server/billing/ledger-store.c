/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "billing"

#include "server/billing/ledger-store.h"

#include <string.h>

static const char *const account_kinds[CS_ACCOUNT_KINDS] = {
  [CS_ACCOUNT_PREPAID] = "prepaid",         [CS_ACCOUNT_PROVISIONAL] = "provisional",
  [CS_ACCOUNT_RECEIVABLE] = "receivable",   [CS_ACCOUNT_REVENUE] = "revenue",
  [CS_ACCOUNT_PAY_EXPENSE] = "pay-expense", [CS_ACCOUNT_PAY_PAYABLE] = "pay-payable",
  [CS_ACCOUNT_CLEARING] = "clearing",       [CS_ACCOUNT_GRANTED] = "granted",
};

static const char *const transfer_kinds[CS_TRANSFER_KINDS] = {
  [CS_TRANSFER_TOP_UP] = "top_up",
  [CS_TRANSFER_RESERVE] = "reserve",
  [CS_TRANSFER_CALL] = "call",
  [CS_TRANSFER_PAY] = "pay",
  [CS_TRANSFER_ONWARD] = "onward",
  [CS_TRANSFER_VOID] = "void",
  [CS_TRANSFER_PROVISIONAL] = "provisional",
  [CS_TRANSFER_RECEIVABLE] = "receivable",
};

static const char *const transfer_states[] = { "pending", "posted", "voided" };

CS_SQL (add_account,
        "INSERT INTO account (id, tenant, owner, kind, currency, limited, debits_posted,"
        " credits_posted, debits_pending, credits_pending)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0, 0)");
CS_SQL (get_account,
        "SELECT id, tenant, owner, kind, currency, limited, debits_posted, credits_posted,"
        " debits_pending, credits_pending FROM account WHERE id = ?1");
CS_SQL (get_pair,
        "SELECT id, tenant, owner, kind, currency, limited, debits_posted, credits_posted,"
        " debits_pending, credits_pending FROM account WHERE id = ?1"
        " UNION ALL"
        " SELECT id, tenant, owner, kind, currency, limited, debits_posted, credits_posted,"
        " debits_pending, credits_pending FROM account WHERE id = ?2");
CS_SQL (find_account,
        "SELECT id, tenant, owner, kind, currency, limited, debits_posted, credits_posted,"
        " debits_pending, credits_pending FROM account"
        " WHERE tenant = ?1 AND owner = ?2 AND kind = ?3 AND currency = ?4");
CS_SQL (save_sums, "UPDATE account SET debits_posted = ?2, credits_posted = ?3,"
                   " debits_pending = ?4, credits_pending = ?5 WHERE id = ?1");
CS_SQL (add_transfer,
        "INSERT INTO transfer (id, tenant, debit, credit, amount, kind, state, pending, key, call,"
        " seconds, at_ms, text, company)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        " ON CONFLICT (tenant, key) DO NOTHING");
CS_SQL (get_transfer, "SELECT id, tenant, debit, credit, amount, kind, state, pending, call,"
                      " seconds, at_ms, company FROM transfer WHERE id = ?1");
CS_SQL (find_key, "SELECT id, debit, credit, amount, kind, state, pending, call, seconds, text,"
                  " company FROM transfer WHERE tenant = ?1 AND key = ?2");
CS_SQL (find_resolution, "SELECT id FROM transfer WHERE pending = ?1");

const char *
cs_account_kind_name (CsAccountKind kind)
{
  return account_kinds[kind];
}

const char *
cs_transfer_kind_name (CsTransferKind kind)
{
  return transfer_kinds[kind];
}

const char *
cs_transfer_state_name (CsTransferState state)
{
  return transfer_states[state];
}

/* A word that the program does not know reads as the first one; the schema step that brings a new
 * word keeps older programs out. */
static int
index_of (const char *const *words, int n, const char *word)
{
  for (int i = 0; i < n; i++)
    if (g_strcmp0 (words[i], word) == 0)
      return i;
  return 0;
}

gboolean
cs_ledger_store_add_account (CsDb *db, const CsAccount *account, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_account);

  cs_bind_id (query, 1, account->id);
  cs_bind_id (query, 2, account->tenant);
  cs_bind_id (query, 3, account->owner);
  cs_bind_text (query, 4, account_kinds[account->kind]);
  cs_bind_text (query, 5, account->currency);
  cs_bind_int (query, 6, account->limited);
  return cs_query_run (query, NULL, error);
}

static CsRowResult
read_account (CsQuery *query, CsAccount *out, GError **error)
{
  CsRowResult result = cs_query_step (query, error);

  if (result != CS_ROW_READY)
    return result;
  out->id = cs_column_id (query, "id");
  out->tenant = cs_column_id (query, "tenant");
  out->owner = cs_column_id (query, "owner");
  out->kind = index_of (account_kinds, CS_ACCOUNT_KINDS, cs_column_text (query, "kind"));
  g_strlcpy (out->currency, cs_column_text (query, "currency"), sizeof out->currency);
  out->limited = cs_column_int (query, "limited") != 0;
  out->debits_posted = cs_column_int (query, "debits_posted");
  out->credits_posted = cs_column_int (query, "credits_posted");
  out->debits_pending = cs_column_int (query, "debits_pending");
  out->credits_pending = cs_column_int (query, "credits_pending");
  return result;
}

CsRowResult
cs_ledger_store_get_account (CsDb *db, CtId id, CsAccount *out, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_account);

  cs_bind_id (query, 1, id);
  return read_account (query, out, error);
}

gboolean
cs_ledger_store_get_pair (CsDb *db, CtId first_id, CtId second_id, CsAccount *first,
                          CsAccount *second, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_pair);
  CsRowResult result;
  CsAccount found;

  cs_bind_id (query, 1, first_id);
  cs_bind_id (query, 2, second_id);
  while ((result = read_account (query, &found, error)) == CS_ROW_READY)
    {
      if (found.id == first_id)
        *first = found;
      if (found.id == second_id)
        *second = found;
    }
  return result == CS_ROW_NONE;
}

CsRowResult
cs_ledger_store_find_account (CsDb *db, CtId tenant, CsAccountKind kind, CtId owner,
                              const char *currency, CsAccount *out, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_account);

  cs_bind_id (query, 1, tenant);
  cs_bind_id (query, 2, owner);
  cs_bind_text (query, 3, account_kinds[kind]);
  cs_bind_text (query, 4, currency);
  return read_account (query, out, error);
}

gboolean
cs_ledger_store_save_sums (CsDb *db, const CsAccount *account, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &save_sums);

  cs_bind_id (query, 1, account->id);
  cs_bind_int (query, 2, account->debits_posted);
  cs_bind_int (query, 3, account->credits_posted);
  cs_bind_int (query, 4, account->debits_pending);
  cs_bind_int (query, 5, account->credits_pending);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_ledger_store_add_transfer (CsDb *db, const CsTransfer *transfer, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_transfer);
  gint64 added;

  cs_bind_id (query, 1, transfer->id);
  cs_bind_id (query, 2, transfer->tenant);
  cs_bind_id (query, 3, transfer->debit);
  cs_bind_id (query, 4, transfer->credit);
  cs_bind_int (query, 5, transfer->amount);
  cs_bind_text (query, 6, transfer_kinds[transfer->kind]);
  cs_bind_text (query, 7, transfer_states[transfer->state]);
  cs_bind_id (query, 8, transfer->pending);
  cs_bind_text (query, 9, transfer->key);
  cs_bind_id (query, 10, transfer->call);
  cs_bind_int (query, 11, transfer->seconds);
  cs_bind_int (query, 12, transfer->at_ms);
  cs_bind_text (query, 13, transfer->text);
  cs_bind_id (query, 14, transfer->company);
  if (!cs_query_run (query, &added, error))
    return FALSE;
  return added == 1 || ct_fail (error, CT_ERROR_CONFLICT, "the key \"%s\" is used", transfer->key);
}

/* What both ways of finding a transfer read. */
static void
read_transfer (CsQuery *query, CsTransfer *out)
{
  out->id = cs_column_id (query, "id");
  out->debit = cs_column_id (query, "debit");
  out->credit = cs_column_id (query, "credit");
  out->amount = cs_column_int (query, "amount");
  out->kind = index_of (transfer_kinds, CS_TRANSFER_KINDS, cs_column_text (query, "kind"));
  out->state
      = index_of (transfer_states, G_N_ELEMENTS (transfer_states), cs_column_text (query, "state"));
  out->pending = cs_column_id (query, "pending");
  out->company = cs_column_id (query, "company");
  out->call = cs_column_id (query, "call");
  out->seconds = cs_column_int (query, "seconds");
}

CsRowResult
cs_ledger_store_get_transfer (CsDb *db, CtId id, CsTransfer *out, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_transfer);
  CsRowResult result;

  cs_bind_id (query, 1, id);
  result = cs_query_step (query, error);
  if (result != CS_ROW_READY)
    return result;
  *out = (CsTransfer){ 0 };
  read_transfer (query, out);
  out->tenant = cs_column_id (query, "tenant");
  out->at_ms = cs_column_int (query, "at_ms");
  return result;
}

CsRowResult
cs_ledger_store_find_key (CsDb *db, const CsTransfer *wanted, CtId *id, gboolean *same,
                          GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_key);
  CsTransfer found = { 0 };
  CsRowResult result;

  cs_bind_id (query, 1, wanted->tenant);
  cs_bind_text (query, 2, wanted->key);
  result = cs_query_step (query, error);
  if (result != CS_ROW_READY)
    return result;
  read_transfer (query, &found);
  *id = found.id;
  *same = found.debit == wanted->debit && found.credit == wanted->credit
          && found.amount == wanted->amount && found.kind == wanted->kind
          && found.state == wanted->state && found.pending == wanted->pending
          && found.company == wanted->company && found.call == wanted->call
          && found.seconds == wanted->seconds
          && g_strcmp0 (cs_column_text (query, "text"), wanted->text) == 0;
  return result;
}

CsRowResult
cs_ledger_store_find_resolution (CsDb *db, CtId pending, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_resolution);

  cs_bind_id (query, 1, pending);
  return cs_query_step (query, error);
}
