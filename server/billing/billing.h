/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A company's money above the ledger: its tariff, top-ups, provisional credit (D20), payments taken back
 * (D3), and who is told when a balance changes. CsBilling holds only the watchers; functions that
 * write run in a write closure. */
#pragma once

#include "server/billing/ledger.h"

G_BEGIN_DECLS

#define CS_BILLING_MIGRATIONS 3
extern const CsMigration cs_billing_migrations[CS_BILLING_MIGRATIONS];
extern const gsize cs_billing_n_migrations;

#define CS_BILLING_DEFAULT_RATE G_GINT64_CONSTANT (20000) /* EUR 0.02 a second (D1) */
#define CS_BILLING_DEFAULT_CURRENCY "EUR"

typedef struct {
  char currency[4];
  CtMoney credit;           /* to spend: paid ahead, less what is reserved */
  CtMoney reserved;         /* by running calls */
  CtMoney provisional;      /* that emergency lines may still draw */
  CtMoney provisional_used; /* drawn and not paid since; what running calls hold of it included */
  CtMoney owed;
} CsCompanyCredit;

typedef struct {
  CtId tenant;
  CtId company;
  CsCompanyCredit now;
  gboolean rose; /* by a payment or a grant: a refused call may ask again */
  gint64 at_ms;
} CsBalanceChange;

/* Runs on the writer's thread, after the commit; posts elsewhere what takes time. */
typedef void (*CsBillingWatch) (const CsBalanceChange *change, gpointer data);

typedef struct _CsBilling CsBilling;

CsBilling *cs_billing_new (void);
void cs_billing_free (CsBilling *billing);
/* Thread-safe. After unwatch returns @watch is not running and will not be called any more; so never
 * from a watch itself. */
void cs_billing_watch (CsBilling *billing, CsBillingWatch watch, gpointer data);
void cs_billing_unwatch (CsBilling *billing, gpointer data);
/* In a closure that changed @company's balance; @billing may be NULL (tools). Watchers are told what
 * stands after the commit. Always TRUE. */
gboolean
cs_billing_changed (CsBilling *billing, CsDb *db, CsScope scope, CtId company, gboolean rose);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsBilling, cs_billing_free)

/* What a company pays, a second (D1, D23, D28). */
typedef struct {
  CtId tenant;
  CtId company;
  char currency[4];
  CtMoney rate;
  CtMoney pay_rate; /* the e-agent's */
  CtMoney
      onward_rate; /* default of the outgoing leg after the e-agent left; a line may say other */
  gboolean paused; /* owes a payment that was taken back: no credit may be reserved */
} CsTariff;

/* Makes or replaces; the currency of a company that has one stays (CT_ERROR_STATE otherwise). `paused`
 * is not taken from @tariff: reverse and settle set it. */
gboolean cs_billing_set_tariff (CsDb *db, CsScope scope, const CsTariff *tariff, GError **error);
gboolean
cs_billing_get_tariff (CsDb *db, CsScope scope, CtId company, CsTariff *out, GError **error);

/* Money received: bank to prepaid. @key is the caller's idempotency key; @reference is for people. */
gboolean cs_billing_top_up (CsBilling *billing, CsDb *db, CsScope scope, CtId company,
                            CtMoney amount, const char *reference, const char *key, CtId *transfer,
                            GError **error);
/* Credit that only emergency lines draw (D20, D29), granted by the finance office. */
gboolean cs_billing_grant_provisional (CsBilling *billing, CsDb *db, CsScope scope, CtId company,
                                       CtMoney amount, const char *reference, const char *key,
                                       GError **error);
/* The money came (call after its top-up): what was drawn is paid from prepaid credit as far as it
 * reaches, and as much of the grant ends; or it never came: what was not drawn is withdrawn. */
gboolean cs_billing_settle_provisional (CsBilling *billing, CsDb *db, CsScope scope, CtId company,
                                        const char *key, GError **error);
gboolean cs_billing_withdraw_provisional (CsBilling *billing, CsDb *db, CsScope scope, CtId company,
                                          const char *key, GError **error);
/* The bank took a payment back: the company owes it and is paused; prepaid credit is not touched. */
gboolean cs_billing_reverse_payment (CsBilling *billing, CsDb *db, CsScope scope, CtId company,
                                     CtMoney amount, const char *reference, const char *key,
                                     GError **error);
/* What was owed is paid (in part or all); at zero the company is no longer paused. */
gboolean cs_billing_settle_receivable (CsBilling *billing, CsDb *db, CsScope scope, CtId company,
                                       CtMoney amount, const char *reference, const char *key,
                                       GError **error);

/* Zeros for a company that never had an account. Reads only. */
gboolean
cs_billing_get_credit (CsDb *db, CsScope scope, CtId company, CsCompanyCredit *out, GError **error);
/* B01: when the credit ends at the pace of the last hour's posted and running seconds; 0 when nothing was
 * spent, or later than ten years. Reads only. */
gboolean cs_billing_pace (CsDb *db, CsScope scope, CtId company, gint64 now_ms, gint64 *ends_ms,
                          GError **error);
/* What e-agent @user has earned and not been paid. Reads only. */
gboolean cs_billing_get_earned (CsDb *db, CsScope scope, CtId user, const char *currency,
                                CtMoney *earned, GError **error);

/* The final bill of a settled call. CT_ERROR_NOT_FOUND while it runs, and when nothing was reserved. */
typedef struct {
  CtId call;
  CtId company;
  char currency[4];
  CtMoney rate;
  gint64 seconds;
  CtMoney amount;
  CtMoney onward_rate;
  gint64 onward_seconds;
  CtMoney onward_amount;
  CtMoney pay; /* of all e-agents */
  gint64 reserved_ms;
  gint64 settled_ms;
} CsBill;

/* What e-agent @user was paid for @call at @since_ms (0: ever) or later; 0 for none. Reads only. */
gboolean cs_billing_get_pay (CsDb *db, CsScope scope, CtId call, CtId user, gint64 since_ms,
                             CtMoney *pay, GError **error);
/* The postings of a call that its company may see. CtPosting*; NULL on error. */
GPtrArray *cs_billing_list_call_postings (CsDb *db, CsScope scope, CtId call, GError **error);
gboolean cs_billing_get_bill (CsDb *db, CsScope scope, CtId call, CsBill *out, GError **error);

G_END_DECLS
