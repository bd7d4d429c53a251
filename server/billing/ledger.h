/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The double-entry ledger, after TigerBeetle's model. An account has four sums: debits and credits,
 * posted and pending. A transfer moves an amount from the credit of nobody: it debits one account and
 * credits another of the same tenant and currency, so that all entries of a currency always sum to zero.
 * A transfer is a row that never changes: posted at once, or pending (a reservation) and later resolved
 * by exactly one other row that posts a part or all of it, or voids it. On a limited account
 * debits, pending ones included, may not exceed posted credits.
 *
 * Every function runs in a write closure and either does all it says or nothing; it may be called
 * again with the same key: the same content gives the same answer, other content CT_ERROR_CONFLICT.
 * Errors: CT_ERROR_CREDIT (a limited account cannot bear it), CT_ERROR_LIMIT (a sum would
 * overflow), CT_ERROR_NOT_FOUND, CT_ERROR_INVALID, CT_ERROR_STATE (a pending that is resolved). */
#pragma once

#include "common/base/money.h"
#include "server/store/store.h"

G_BEGIN_DECLS

/* In brackets: the owner, and the side the balance stands on. */
typedef enum {
  CS_ACCOUNT_PREPAID,     /* what a company has paid ahead [company, credit]; limited */
  CS_ACCOUNT_PROVISIONAL, /* credit granted before the money came (D20) [company, credit]; limited */
  CS_ACCOUNT_RECEIVABLE,  /* what a company owes: a payment taken back [company, debit] */
  CS_ACCOUNT_REVENUE,     /* what calls brought [tenant, credit] */
  CS_ACCOUNT_PAY_EXPENSE, /* what e-agents cost [tenant, debit] */
  CS_ACCOUNT_PAY_PAYABLE, /* what an e-agent has earned and not been paid [user, credit] */
  CS_ACCOUNT_CLEARING,    /* the bank: money received [tenant, debit] */
  CS_ACCOUNT_GRANTED,     /* provisional credit given out [tenant, debit] */
  CS_ACCOUNT_KINDS,
} CsAccountKind;

/* What a transfer is for; the words of CtPosting.kind. */
typedef enum {
  CS_TRANSFER_TOP_UP,
  CS_TRANSFER_RESERVE,
  CS_TRANSFER_CALL,
  CS_TRANSFER_PAY,
  CS_TRANSFER_ONWARD,
  CS_TRANSFER_VOID,
  CS_TRANSFER_PROVISIONAL,
  CS_TRANSFER_RECEIVABLE,
  CS_TRANSFER_KINDS,
} CsTransferKind;

typedef struct {
  CtId id;
  CtId tenant;
  CtId owner;
  CsAccountKind kind;
  char currency[4];
  gboolean limited;
  CtMoney debits_posted, credits_posted;
  CtMoney debits_pending, credits_pending;
} CsAccount;

/* What is asked for. Texts are borrowed. */
typedef struct {
  CtId debit;
  CtId credit;
  CtMoney amount; /* more than zero */
  CsTransferKind kind;
  const char *key;  /* idempotency, unique in the tenant; at most 200 bytes */
  CtId company;     /* whose list shows it, or CT_ID_NONE */
  CtId call;        /* or CT_ID_NONE */
  gint64 seconds;   /* of the call; 0: none */
  const char *text; /* for people, or NULL */
} CsTransferRequest;

const char *cs_account_kind_name (CsAccountKind kind);
const char *cs_transfer_kind_name (CsTransferKind kind);

/* The account of @owner of that kind and currency (three capitals), made when there is none yet. */
gboolean cs_ledger_open_account (CsDb *db, CsScope scope, CsAccountKind kind, CtId owner,
                                 const char *currency, CtId *account, GError **error);
gboolean
cs_ledger_get_account (CsDb *db, CsScope scope, CtId account, CsAccount *out, GError **error);
/* CT_ERROR_NOT_FOUND when it was never opened. Reads only: for readers too. */
gboolean cs_ledger_find_account (CsDb *db, CsScope scope, CsAccountKind kind, CtId owner,
                                 const char *currency, CsAccount *out, GError **error);
/* What a limited account can still bear: posted credits less all debits. */
CtMoney cs_account_available (const CsAccount *account);
/* Posted credits less posted debits. */
CtMoney cs_ledger_balance (const CsAccount *account);

/* @id (may be NULL) is the row made, or made earlier under this key. */
gboolean cs_ledger_transfer (CsDb *db, CsScope scope, const CsTransferRequest *request, CtId *id,
                             GError **error);
gboolean cs_ledger_reserve (CsDb *db, CsScope scope, const CsTransferRequest *request, CtId *id,
                            GError **error);

/* Posts @amount (1 up to the pending amount) of a reservation and gives the rest back. The accounts and
 * the call are those of the reservation. */
gboolean cs_ledger_post_pending (CsDb *db, CsScope scope, CtId pending, CtMoney amount,
                                 CsTransferKind kind, gint64 seconds, const char *key,
                                 const char *text, CtId *id, GError **error);
gboolean cs_ledger_void_pending (CsDb *db, CsScope scope, CtId pending, const char *key, CtId *id,
                                 GError **error);

/* Proves the ledger (in any connection, best a reader's): entries sum to zero in each currency; cached
 * sums are what the rows say; no limited account is overdrawn; each pending is resolved at most once,
 * by no more than it held. Every fault found is a line in @faults. FALSE only when it could not look. */
gboolean cs_ledger_check (CsDb *db, GPtrArray *faults, GError **error);

G_END_DECLS
