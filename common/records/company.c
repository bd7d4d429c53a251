/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/records/company.h"

#define CT_RECORD_FIELD_CtQuality(k, m, a, lo, hi, f) CT_FIELD (CtQuality, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtQuality, ct_quality, "Quality", CT_QUALITY_FIELDS);

#define CT_RECORD_FIELD_CtCompany(k, m, a, lo, hi, f) CT_FIELD (CtCompany, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtCompany, ct_company, "Company", CT_COMPANY_FIELDS);

#define CT_RECORD_FIELD_CtDashboard(k, m, a, lo, hi, f) CT_FIELD (CtDashboard, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtDashboard, ct_dashboard, "Dashboard", CT_DASHBOARD_FIELDS);

#define CT_RECORD_FIELD_CtPosting(k, m, a, lo, hi, f) CT_FIELD (CtPosting, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtPosting, ct_posting, "Posting", CT_POSTING_FIELDS);

#define CT_RECORD_FIELD_CtBill(k, m, a, lo, hi, f) CT_FIELD (CtBill, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtBill, ct_bill, "Bill", CT_BILL_FIELDS);

#define CT_RECORD_FIELD_CtTopUp(k, m, a, lo, hi, f) CT_FIELD (CtTopUp, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtTopUp, ct_top_up, "TopUp", CT_TOP_UP_FIELDS);

#define CT_RECORD_FIELD_CtCredit(k, m, a, lo, hi, f) CT_FIELD (CtCredit, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtCredit, ct_credit, "Credit", CT_CREDIT_FIELDS);
