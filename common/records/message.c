/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/records/message.h"

#define CT_RECORD_FIELD_CtMessage(k, m, a, lo, hi, f) CT_FIELD (CtMessage, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtMessage, ct_message, "Message", CT_MESSAGE_FIELDS);
