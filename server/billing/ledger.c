/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger's rules. All four ways to move money end in enter(): the two accounts are read, the new sums
 * worked out with overflow checked, and only when all is well written, so a refusal has no effect
 * and the caller may go on in the same closure. */
#define G_LOG_DOMAIN "billing"

#include "server/billing/ledger.h"

#include <string.h>

#include "server/billing/ledger-store.h"

#define MAX_KEY 200
#define MAX_TEXT 400

static gboolean
is_limited (CsAccountKind kind)
{
  return kind == CS_ACCOUNT_PREPAID || kind == CS_ACCOUNT_PROVISIONAL;
}

static gboolean
is_currency (const char *currency)
{
  return currency != NULL && strlen (currency) == 3 && g_ascii_isupper (currency[0])
         && g_ascii_isupper (currency[1]) && g_ascii_isupper (currency[2]);
}

CtMoney
cs_account_available (const CsAccount *account)
{
  return account->credits_posted - account->debits_posted - account->debits_pending;
}

CtMoney
cs_ledger_balance (const CsAccount *account)
{
  return account->credits_posted - account->debits_posted;
}

gboolean
cs_ledger_find_account (CsDb *db, CsScope scope, CsAccountKind kind, CtId owner,
                        const char *currency, CsAccount *out, GError **error)
{
  CsRowResult result
      = cs_ledger_store_find_account (db, scope.tenant, kind, owner, currency, out, error);

  if (result == CS_ROW_NONE)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no %s account of %s", cs_account_kind_name (kind),
                    ct_id_text (owner).text);
  return result == CS_ROW_READY;
}

gboolean
cs_ledger_open_account (CsDb *db, CsScope scope, CsAccountKind kind, CtId owner,
                        const char *currency, CtId *account, GError **error)
{
  CsAccount found = { 0 };
  CsRowResult result;

  if (scope.tenant == CT_ID_NONE || owner == CT_ID_NONE || !is_currency (currency))
    return ct_fail (error, CT_ERROR_INVALID, "an account needs a tenant, an owner and a currency");
  result = cs_ledger_store_find_account (db, scope.tenant, kind, owner, currency, &found, error);
  if (result == CS_ROW_NONE)
    {
      found.id = ct_id_new (cs_db_get_clock (db));
      found.tenant = scope.tenant;
      found.owner = owner;
      found.kind = kind;
      found.limited = is_limited (kind);
      g_strlcpy (found.currency, currency, sizeof found.currency);
      if (!cs_ledger_store_add_account (db, &found, error))
        return FALSE;
    }
  else if (result == CS_ROW_FAILED)
    return FALSE;
  *account = found.id;
  return TRUE;
}

gboolean
cs_ledger_get_account (CsDb *db, CsScope scope, CtId account, CsAccount *out, GError **error)
{
  CsAccount found;
  CsRowResult result = cs_ledger_store_get_account (db, account, &found, error);

  if (result == CS_ROW_FAILED)
    return FALSE;
  if (result == CS_ROW_NONE || (scope.tenant != CT_ID_NONE && scope.tenant != found.tenant))
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no account %s", ct_id_text (account).text);
  *out = found;
  return TRUE;
}

/* Adds to one of an account's sums; @amount may be negative for a pending one that is resolved. */
static gboolean
add_to (CtMoney *sum, CtMoney amount, GError **error)
{
  CtMoney result;

  if (!ct_money_add (*sum, amount, &result) || result < 0)
    return ct_fail (error, CT_ERROR_LIMIT, "a sum of the ledger would leave its range");
  *sum = result;
  return TRUE;
}

/* Works out the sums of both sides after @row; @held is what the pending row it resolves held. */
static gboolean
work_out (CsAccount *debit, CsAccount *credit, const CsTransfer *row, CtMoney held, GError **error)
{
  CtMoney posted = row->state == CS_TRANSFER_POSTED ? row->amount : 0;
  CtMoney pending = (row->state == CS_TRANSFER_PENDING ? row->amount : 0) - held;
  CtMoney borne;

  if (!add_to (&debit->debits_posted, posted, error)
      || !add_to (&debit->debits_pending, pending, error)
      || !add_to (&credit->credits_posted, posted, error)
      || !add_to (&credit->credits_pending, pending, error))
    return FALSE;
  if (!ct_money_add (debit->debits_posted, debit->debits_pending, &borne))
    return ct_fail (error, CT_ERROR_LIMIT, "a sum of the ledger would leave its range");
  if (debit->limited && borne > debit->credits_posted)
    return ct_fail (error, CT_ERROR_CREDIT, "the %s account %s cannot bear it",
                    cs_account_kind_name (debit->kind), ct_id_text (debit->id).text);
  return TRUE;
}

static gboolean
check_pair (const CsAccount *debit, const CsAccount *credit, GError **error)
{
  if (debit->id == credit->id)
    return ct_fail (error, CT_ERROR_INVALID, "a transfer needs two accounts");
  if (debit->tenant != credit->tenant || strcmp (debit->currency, credit->currency) != 0)
    return ct_fail (error, CT_ERROR_INVALID, "a transfer stays in one tenant and one currency");
  return TRUE;
}

static gboolean
check_row (const CsTransfer *row, GError **error)
{
  if (row->amount <= 0)
    return ct_fail (error, CT_ERROR_INVALID, "a transfer moves more than zero");
  if (row->key == NULL || *row->key == '\0' || strlen (row->key) > MAX_KEY)
    return ct_fail (error, CT_ERROR_INVALID, "a transfer needs an idempotency key");
  if (row->seconds < 0 || (row->text != NULL && strlen (row->text) > MAX_TEXT))
    return ct_fail (error, CT_ERROR_INVALID, "a transfer with bad seconds or too long a text");
  return TRUE;
}

/* The answer given earlier under this key, if there is one. */
static CsRowResult
answer_again (CsDb *db, const CsTransfer *row, CtId *id, GError **error)
{
  gboolean same;
  CtId earlier;
  CsRowResult result = cs_ledger_store_find_key (db, row, &earlier, &same, error);

  if (result != CS_ROW_READY)
    return result;
  if (!same)
    {
      ct_fail (error, CT_ERROR_CONFLICT, "the key \"%s\" was used for another transfer", row->key);
      return CS_ROW_FAILED;
    }
  if (id != NULL)
    *id = earlier;
  return CS_ROW_READY;
}

static gboolean
check_unresolved (CsDb *db, CtId pending, GError **error)
{
  CsRowResult result;

  if (pending == CT_ID_NONE)
    return TRUE;
  result = cs_ledger_store_find_resolution (db, pending, error);
  if (result == CS_ROW_READY)
    return ct_fail (error, CT_ERROR_STATE, "the reservation %s is resolved",
                    ct_id_text (pending).text);
  return result == CS_ROW_NONE;
}

/* Both accounts, in @scope. */
static gboolean
get_pair (CsDb *db, CsScope scope, const CsTransfer *row, CsAccount *debit, CsAccount *credit,
          GError **error)
{
  *debit = *credit = (CsAccount){ 0 };
  if (!cs_ledger_store_get_pair (db, row->debit, row->credit, debit, credit, error))
    return FALSE;
  if (debit->id == CT_ID_NONE || credit->id == CT_ID_NONE
      || (scope.tenant != CT_ID_NONE
          && (debit->tenant != scope.tenant || credit->tenant != scope.tenant)))
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no account %s or %s", ct_id_text (row->debit).text,
                    ct_id_text (row->credit).text);
  return check_pair (debit, credit, error);
}

static gboolean
enter_new (CsDb *db, CsAccount *debit, CsAccount *credit, CsTransfer *row, CtMoney held,
           GError **error)
{
  if (!check_unresolved (db, row->pending, error) || !work_out (debit, credit, row, held, error))
    return FALSE;
  row->id = ct_id_new (cs_db_get_clock (db));
  row->at_ms = ct_clock_utc_ms (cs_db_get_clock (db));
  return cs_ledger_store_add_transfer (db, row, error)
         && cs_ledger_store_save_sums (db, debit, error)
         && cs_ledger_store_save_sums (db, credit, error);
}

/* An earlier answer is looked for only when the row cannot be entered: entered twice it would break the
 * key, if it did not fail before for want of credit. So the ordinary case pays nothing for it. */
static gboolean
enter (CsDb *db, CsScope scope, CsTransfer *row, CtMoney held, CtId *id, GError **error)
{
  g_autoptr (GError) failed = NULL;
  CsAccount debit, credit;
  CsRowResult earlier;

  if (!check_row (row, error) || !get_pair (db, scope, row, &debit, &credit, error))
    return FALSE;
  row->tenant = debit.tenant;
  if (enter_new (db, &debit, &credit, row, held, &failed))
    {
      if (id != NULL)
        *id = row->id;
      return TRUE;
    }
  earlier = answer_again (db, row, id, error);
  if (earlier == CS_ROW_NONE)
    g_propagate_error (error, g_steal_pointer (&failed));
  return earlier == CS_ROW_READY;
}

static gboolean
enter_request (CsDb *db, CsScope scope, const CsTransferRequest *request, CsTransferState state,
               CtId *id, GError **error)
{
  CsTransfer row = {
    .debit = request->debit,
    .credit = request->credit,
    .amount = request->amount,
    .kind = request->kind,
    .state = state,
    .key = request->key,
    .company = request->company,
    .call = request->call,
    .seconds = request->seconds,
    .text = request->text,
  };

  return enter (db, scope, &row, 0, id, error);
}

gboolean
cs_ledger_transfer (CsDb *db, CsScope scope, const CsTransferRequest *request, CtId *id,
                    GError **error)
{
  return enter_request (db, scope, request, CS_TRANSFER_POSTED, id, error);
}

gboolean
cs_ledger_reserve (CsDb *db, CsScope scope, const CsTransferRequest *request, CtId *id,
                   GError **error)
{
  return enter_request (db, scope, request, CS_TRANSFER_PENDING, id, error);
}

static gboolean
get_pending (CsDb *db, CsScope scope, CtId id, CsTransfer *out, GError **error)
{
  CsRowResult result = cs_ledger_store_get_transfer (db, id, out, error);

  if (result == CS_ROW_FAILED)
    return FALSE;
  if (result == CS_ROW_NONE || out->state != CS_TRANSFER_PENDING
      || (scope.tenant != CT_ID_NONE && scope.tenant != out->tenant))
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no reservation %s", ct_id_text (id).text);
  return TRUE;
}

gboolean
cs_ledger_post_pending (CsDb *db, CsScope scope, CtId pending, CtMoney amount, CsTransferKind kind,
                        gint64 seconds, const char *key, const char *text, CtId *id, GError **error)
{
  CsTransfer held, row;

  if (!get_pending (db, scope, pending, &held, error))
    return FALSE;
  if (amount > held.amount)
    return ct_fail (error, CT_ERROR_INVALID, "more than the reservation %s holds",
                    ct_id_text (pending).text);
  row = held;
  row.amount = amount;
  row.kind = kind;
  row.state = CS_TRANSFER_POSTED;
  row.pending = pending;
  row.seconds = seconds;
  row.key = key;
  row.text = text;
  return enter (db, scope, &row, held.amount, id, error);
}

gboolean
cs_ledger_void_pending (CsDb *db, CsScope scope, CtId pending, const char *key, CtId *id,
                        GError **error)
{
  CsTransfer held, row;

  if (!get_pending (db, scope, pending, &held, error))
    return FALSE;
  row = held;
  row.kind = CS_TRANSFER_VOID;
  row.state = CS_TRANSFER_VOIDED;
  row.pending = pending;
  row.seconds = 0;
  row.key = key;
  return enter (db, scope, &row, held.amount, id, error);
}
