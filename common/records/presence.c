/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/records/presence.h"

#define CT_RECORD_FIELD_CtPresence(k, m, a, lo, hi, f) CT_FIELD (CtPresence, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtPresence, ct_presence, "Presence", CT_PRESENCE_FIELDS);

#define CT_RECORD_FIELD_CtWaiting(k, m, a, lo, hi, f) CT_FIELD (CtWaiting, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtWaiting, ct_waiting, "Waiting", CT_WAITING_FIELDS);

#define CT_RECORD_FIELD_CtPresenceChange(k, m, a, lo, hi, f)                                       \
  CT_FIELD (CtPresenceChange, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtPresenceChange, ct_presence_change, "PresenceChange",
                  CT_PRESENCE_CHANGE_FIELDS);
