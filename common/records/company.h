/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a company sees of its money and its calls: dashboard, service quality, bill, top-up. */
#pragma once

#include "common/records/record.h"
#include "common/records/call.h"

G_BEGIN_DECLS

/* Service quality as defined in docs/service-quality.md: four additive counters, and what
 * follows from them in hundredths of a percent, truncated; null without calls. */
#define CT_QUALITY_FIELDS(F)                                                                       \
  F (INT, received, 0, 0, 0, CT_REQUIRED)                                                          \
  F (INT, unanswered, 0, 0, 0, CT_REQUIRED)                                                        \
  F (INT, late_seconds, 0, 0, 0, CT_REQUIRED)                                                      \
  F (INT, early_seconds, 0, 0, 0, CT_REQUIRED)                                                     \
  F (INT, reference_seconds, 0, 0, 0, CT_REQUIRED)                                                 \
  F (INT, limit_seconds, 0, 0, 0, CT_REQUIRED)                                                     \
  F (INT, quality, 0, 0, 10000, 0)                                                                 \
  F (INT, lost_unanswered, 0, 0, 10000, 0)                                                         \
  F (INT, lost_late, 0, 0, 10000, 0)                                                               \
  F (INT, lost_early, 0, 0, 10000, 0)                                                              \
  F (INT, beyond_limit, 0, 0, 0, 0)                                                                \
  F (INT, within_reference, 0, 0, 0, 0)                                                            \
  F (INT, answered, 0, 0, 0, 0)                                                                    \
  F (INT, waited_seconds, 0, 0, 0, 0)
CT_RECORD_DECLARE (CtQuality, ct_quality, CT_QUALITY_FIELDS)

/* GET /api/v1/companies: those that the user may see, with what tells most of each. */
#define CT_COMPANY_FIELDS(F)                                                                       \
  F (ID, id, 0, 0, 0, CT_REQUIRED)                                                                 \
  F (TEXT, name, 0, 0, 120, CT_REQUIRED)                                                           \
  F (TEXT, client_code, 0, 4, 5, 0)                                                                \
  F (TEXT, colour, 0, 7, 7, 0)                                                                     \
  F (TEXT, currency, 0, 3, 3, CT_REQUIRED)                                                         \
  F (MONEY, credit, 0, 0, 0, CT_REQUIRED)                                                          \
  F (INT, calls, 0, 0, 0, CT_REQUIRED)
CT_RECORD_DECLARE (CtCompany, ct_company, CT_COMPANY_FIELDS)

/* GET /api/v1/companies/{id}/dashboard; the event `dashboard` says that it should be read anew. */
#define CT_DASHBOARD_FIELDS(F)                                                                     \
  F (ID, company, 0, 0, 0, CT_REQUIRED)                                                            \
  F (TEXT, name, 0, 0, 120, CT_REQUIRED)                                                           \
  F (TEXT, colour, 0, 7, 7, 0)                                                                     \
  F (TEXT, currency, 0, 3, 3, CT_REQUIRED)                                                         \
  F (MONEY, credit, 0, 0, 0, CT_REQUIRED)                                                          \
  F (MONEY, reserved, 0, 0, 0, CT_REQUIRED)                                                        \
  F (MONEY, provisional, 0, 0, 0, 0)                                                               \
  F (MONEY, provisional_used, 0, 0, 0, 0)                                                          \
  F (MONEY, rate, 0, 0, 0, CT_REQUIRED)                                                            \
  F (TIME, lasts_until, 0, 0, 0, 0)                                                                \
  F (TIME, at, 0, 0, 0, CT_REQUIRED)                                                               \
  F (LIST, live, &ct_call_type, 0, 200, 0)                                                         \
  F (LIST, today, &ct_call_type, 0, 200, 0)                                                        \
  F (INT, received_today, 0, 0, 0, CT_REQUIRED)                                                    \
  F (INT, answered_today, 0, 0, 0, CT_REQUIRED)                                                    \
  F (INT, seconds_today, 0, 0, 0, CT_REQUIRED)                                                     \
  F (MONEY, cost_today, 0, 0, 0, CT_REQUIRED)                                                      \
  F (RECORD, quality, &ct_quality_type, 0, 0, 0)
CT_RECORD_DECLARE (CtDashboard, ct_dashboard, CT_DASHBOARD_FIELDS)

/* One transfer of the ledger, as its owner may see it. */
#define CT_POSTING_FIELDS(F)                                                                       \
  F (ID, id, 0, 0, 0, CT_REQUIRED)                                                                 \
  F (TIME, at, 0, 0, 0, CT_REQUIRED)                                                               \
  F (ENUM, kind, "top_up reserve call pay onward void provisional receivable", 0, 0, CT_REQUIRED)  \
  F (ENUM, state, "pending posted voided", 0, 0, CT_REQUIRED)                                      \
  F (MONEY, amount, 0, 0, 0, CT_REQUIRED)                                                          \
  F (INT, seconds, 0, 0, 0, 0)                                                                     \
  F (ID, call, 0, 0, 0, 0)                                                                         \
  F (TEXT, text, 0, 0, 200, 0)
CT_RECORD_DECLARE (CtPosting, ct_posting, CT_POSTING_FIELDS)

/* GET /api/v1/calls/{id}/bill: why this was billed (B07, D2): completed seconds between answer
 * and end, times the rate. */
#define CT_BILL_FIELDS(F)                                                                          \
  F (ID, call, 0, 0, 0, CT_REQUIRED)                                                               \
  F (TEXT, currency, 0, 3, 3, 0)                                                                   \
  F (MONEY, rate, 0, 0, 0, CT_REQUIRED)                                                            \
  F (INT, seconds, 0, 0, 0, CT_REQUIRED)                                                           \
  F (MONEY, amount, 0, 0, 0, CT_REQUIRED)                                                          \
  F (TIME, answered, 0, 0, 0, 0)                                                                   \
  F (TIME, ended, 0, 0, 0, 0)                                                                      \
  F (LIST, postings, &ct_posting_type, 0, 500, 0)
CT_RECORD_DECLARE (CtBill, ct_bill, CT_BILL_FIELDS)

/* POST /api/v1/companies/{id}/credit: credit received outside (by the finance office). */
#define CT_TOP_UP_FIELDS(F)                                                                        \
  F (MONEY, amount, 0, 10000, G_GINT64_CONSTANT (1000000000000), CT_REQUIRED)                      \
  F (TEXT, reference, 0, 1, 120, CT_REQUIRED)
CT_RECORD_DECLARE (CtTopUp, ct_top_up, CT_TOP_UP_FIELDS)

/* Balances of a company's prepaid account, and the event `credit`. Of a company that was granted some, also
 * its provisional credit (D20, D29): what emergency lines may still draw when the paid one is at its end,
 * and what they drew (running calls included) that is not paid since. */
#define CT_CREDIT_FIELDS(F)                                                                        \
  F (ID, company, 0, 0, 0, CT_REQUIRED)                                                            \
  F (MONEY, credit, 0, 0, 0, CT_REQUIRED)                                                          \
  F (MONEY, reserved, 0, 0, 0, CT_REQUIRED)                                                        \
  F (MONEY, provisional, 0, 0, 0, 0)                                                               \
  F (MONEY, provisional_used, 0, 0, 0, 0)                                                          \
  F (TIME, at, 0, 0, 0, CT_REQUIRED)
CT_RECORD_DECLARE (CtCredit, ct_credit, CT_CREDIT_FIELDS)

G_END_DECLS
