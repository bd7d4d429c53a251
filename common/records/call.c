/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/records/call.h"

#define CT_RECORD_FIELD_CtKeyed(k, m, a, lo, hi, f) CT_FIELD (CtKeyed, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtKeyed, ct_keyed, "Keyed", CT_KEYED_FIELDS);

#define CT_RECORD_FIELD_CtRefusal(k, m, a, lo, hi, f) CT_FIELD (CtRefusal, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtRefusal, ct_refusal, "Refusal", CT_REFUSAL_FIELDS);

#define CT_RECORD_FIELD_CtWhy(k, m, a, lo, hi, f) CT_FIELD (CtWhy, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtWhy, ct_why, "Why", CT_WHY_FIELDS);

#define CT_RECORD_FIELD_CtEarlier(k, m, a, lo, hi, f) CT_FIELD (CtEarlier, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtEarlier, ct_earlier, "Earlier", CT_EARLIER_FIELDS);

#define CT_RECORD_FIELD_CtDisposition(k, m, a, lo, hi, f)                                          \
  CT_FIELD (CtDisposition, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtDisposition, ct_disposition, "Disposition", CT_DISPOSITION_FIELDS);

#define CT_RECORD_FIELD_CtCall(k, m, a, lo, hi, f) CT_FIELD (CtCall, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtCall, ct_call, "Call", CT_CALL_FIELDS);

#define CT_RECORD_FIELD_CtReading(k, m, a, lo, hi, f) CT_FIELD (CtReading, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtReading, ct_reading, "Reading", CT_READING_FIELDS);

#define CT_RECORD_FIELD_CtFinish(k, m, a, lo, hi, f) CT_FIELD (CtFinish, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtFinish, ct_finish, "Finish", CT_FINISH_FIELDS);

#define CT_RECORD_FIELD_CtMeter(k, m, a, lo, hi, f) CT_FIELD (CtMeter, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtMeter, ct_meter, "Meter", CT_METER_FIELDS);
