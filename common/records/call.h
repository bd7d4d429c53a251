/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call, as it travels: to the desk that is offered it, to the dashboard of its company, to lists. */
#pragma once

#include "common/records/record.h"
#include "common/records/words.h"

G_BEGIN_DECLS

/* A key or number that the caller entered: under the name the line's step gives it. Where the tenant's
 * file words them, `label` is the question and `meaning` the option chosen, each by language: "reason: 2"
 * is read as "Reason: opening hours". */
#define CT_KEYED_FIELDS(F)                                                                         \
  F (TEXT, name, 0, 1, 64, CT_REQUIRED)                                                            \
  F (TEXT, value, 0, 0, 64, CT_REQUIRED)                                                           \
  F (WORDS, label, 0, 0, 120, 0)                                                                   \
  F (WORDS, meaning, 0, 0, 120, 0)
CT_RECORD_DECLARE (CtKeyed, ct_keyed, CT_KEYED_FIELDS)

/* How many e-agents one rule refused for this offer (S0-12, B07). */
#define CT_REFUSAL_FIELDS(F)                                                                       \
  F (ENUM, rule, CT_RULE_CHOICES, 0, 0, CT_REQUIRED)                                               \
  F (INT, count, 0, 0, 0, CT_REQUIRED)
CT_RECORD_DECLARE (CtRefusal, ct_refusal, CT_REFUSAL_FIELDS)

/* GET /api/v1/calls/{id}/why: why this call came to me (or to `user`): the winner's idle time,
 * the candidates, the refusals by rule, the version of the plan. `rule` is the one that refused
 * the e-agent asked about; "chosen" when he won. */
#define CT_WHY_FIELDS(F)                                                                           \
  F (ID, call, 0, 0, 0, CT_REQUIRED)                                                               \
  F (ID, user, 0, 0, 0, CT_REQUIRED)                                                               \
  F (ENUM, rule, "chosen idler " CT_RULE_CHOICES, 0, 0, CT_REQUIRED)                               \
  F (INT, idle_seconds, 0, 0, 0, 0)                                                                \
  F (INT, candidates, 0, 0, 0, CT_REQUIRED)                                                        \
  F (INT, plan_version, 0, 0, 0, CT_REQUIRED)                                                      \
  F (TIME, at, 0, 0, 0, CT_REQUIRED)                                                               \
  F (LIST, refused, &ct_refusal_type, 0, 32, 0)
CT_RECORD_DECLARE (CtWhy, ct_why, CT_WHY_FIELDS)

/* An earlier contact of the same number with the same company. */
#define CT_EARLIER_FIELDS(F)                                                                       \
  F (ID, call, 0, 0, 0, CT_REQUIRED)                                                               \
  F (TIME, at, 0, 0, 0, CT_REQUIRED)                                                               \
  F (TEXT, disposition, 0, 0, 64, 0)                                                               \
  F (TEXT, ticket, 0, 0, 32, 0)                                                                    \
  F (TEXT, note, 0, 0, 2000, 0)                                                                    \
  F (TEXT, agent_name, 0, 0, 120, 0)
CT_RECORD_DECLARE (CtEarlier, ct_earlier, CT_EARLIER_FIELDS)

/* One way a call of this script may be closed (S1-13). */
#define CT_DISPOSITION_FIELDS(F)                                                                   \
  F (TEXT, code, 0, 1, 64, CT_REQUIRED)                                                            \
  F (TEXT, label, 0, 1, 120, CT_REQUIRED)
CT_RECORD_DECLARE (CtDisposition, ct_disposition, CT_DISPOSITION_FIELDS)

/* GET /api/v1/calls, /api/v1/calls/{id}, /api/v1/me/call, and the body of the event `call`.
 * `warn_seconds`: the company's credit ends so many seconds after `seconds`; absent while it lasts.
 * `seconds` and `cost` are as of `metered_at`; a running meter adds the seconds since (state
 * talking or held). */
#define CT_CALL_FIELDS(F)                                                                          \
  F (ID, id, 0, 0, 0, CT_REQUIRED)                                                                 \
  F (ENUM, state, CT_CALL_STATE_CHOICES, 0, 0, CT_REQUIRED)                                        \
  F (ID, company, 0, 0, 0, CT_REQUIRED)                                                            \
  F (TEXT, company_name, 0, 0, 120, CT_REQUIRED)                                                   \
  F (TEXT, colour, 0, 7, 7, 0)                                                                     \
  F (TEXT, client_code, 0, 4, 5, 0)                                                                \
  F (ID, line, 0, 0, 0, 0)                                                                         \
  F (TEXT, line_label, 0, 0, 120, 0)                                                               \
  F (TEXT, called, 0, 0, 32, 0)                                                                    \
  F (TEXT, caller, 0, 0, 32, 0)                                                                    \
  F (ENUM, language, CT_LANGUAGE_CHOICES, 0, 0, CT_REQUIRED)                                       \
  F (LIST, keyed, &ct_keyed_type, 0, 32, 0)                                                        \
  F (TIME, started, 0, 0, 0, CT_REQUIRED)                                                          \
  F (TIME, queued, 0, 0, 0, 0)                                                                     \
  F (TIME, offered, 0, 0, 0, 0)                                                                    \
  F (TIME, answered, 0, 0, 0, 0)                                                                   \
  F (TIME, ended, 0, 0, 0, 0)                                                                      \
  F (INT, waited_seconds, 0, 0, 0, 0)                                                              \
  F (INT, place, 0, 0, 0, 0)                                                                       \
  F (ID, agent, 0, 0, 0, 0)                                                                        \
  F (TEXT, agent_name, 0, 0, 120, 0)                                                               \
  F (INT, seconds, 0, 0, 0, 0)                                                                     \
  F (TEXT, currency, 0, 3, 3, 0)                                                                   \
  F (MONEY, rate, 0, 0, 0, 0)                                                                      \
  F (MONEY, cost, 0, 0, 0, 0)                                                                      \
  F (MONEY, pay, 0, 0, 0, CT_STAFF)                                                                \
  F (TIME, metered_at, 0, 0, 0, 0)                                                                 \
  F (BOOL, settled, 0, 0, 0, 0)                                                                    \
  F (INT, warn_seconds, 0, 0, 0, 0)                                                                \
  F (TEXT, ticket, 0, 0, 32, 0)                                                                    \
  F (ID, script, 0, 0, 0, 0)                                                                       \
  F (ID, script_version, 0, 0, 0, 0)                                                               \
  F (TEXT, disposition, 0, 0, 64, 0)                                                               \
  F (TEXT, note, 0, 0, 2000, 0)                                                                    \
  F (BOOL, recorded, 0, 0, 0, 0)                                                                   \
  F (INT, recording_ms, 0, 0, 0, 0)                                                                \
  F (INT, voicemail_ms, 0, 0, 0, 0)                                                                \
  F (ENUM, cause, CT_CAUSE_CHOICES, 0, 0, 0)                                                       \
  F (ENUM, onward, CT_ONWARD_CHOICES, 0, 0, 0)\
  F (MONEY, onward_rate, 0, 0, 0, 0)\
  F (BOOL, masked, 0, 0, 0, 0)                                                                     \
  F (INT, wrap_up_seconds, 0, 0, 0, 0)                                                             \
  F (RECORD, why, &ct_why_type, 0, 0, CT_STAFF)                                                    \
  F (LIST, earlier, &ct_earlier_type, 0, 20, 0)                                                    \
  F (LIST, dispositions, &ct_disposition_type, 0, 32, 0)
CT_RECORD_DECLARE (CtCall, ct_call, CT_CALL_FIELDS)

/* GET /api/v1/calls/{id}/readings: who was shown protected data of a call, when, and why (B07): text that
 * the e-agent revealed with a reason, a secret answer that a role was shown. */
#define CT_READING_FIELDS(F)                                                                       \
  F (ENUM, kind, "reveal secret", 0, 0, CT_REQUIRED)                                               \
  F (TIME, at, 0, 0, 0, CT_REQUIRED)                                                               \
  F (ID, person, 0, 0, 0, CT_REQUIRED)                                                             \
  F (TEXT, person_name, 0, 0, 120, 0)                                                              \
  F (TEXT, step, 0, 1, 64, CT_REQUIRED)                                                            \
  F (TEXT, label, 0, 0, 120, 0)                                                                    \
  F (TEXT, reason, 0, 0, 500, 0)
CT_RECORD_DECLARE (CtReading, ct_reading, CT_READING_FIELDS)

/* POST /api/v1/calls/{id}/finish: closes the wrap-up (S1-13). */
#define CT_FINISH_FIELDS(F)                                                                        \
  F (TEXT, disposition, 0, 1, 64, CT_REQUIRED)                                                     \
  F (TEXT, note, 0, 0, 2000, 0)                                                                    \
  F (BOOL, pause, 0, 0, 0, 0)
CT_RECORD_DECLARE (CtFinish, ct_finish, CT_FINISH_FIELDS)

/* The event `meter`: once a second while a call is billed; also the warning that credit ends. */
#define CT_METER_FIELDS(F)                                                                         \
  F (ID, call, 0, 0, 0, CT_REQUIRED)                                                               \
  F (INT, seconds, 0, 0, 0, CT_REQUIRED)                                                           \
  F (MONEY, cost, 0, 0, 0, CT_REQUIRED)                                                            \
  F (TIME, metered_at, 0, 0, 0, CT_REQUIRED)                                                       \
  F (INT, warn_seconds, 0, 0, 0, 0)
CT_RECORD_DECLARE (CtMeter, ct_meter, CT_METER_FIELDS)

G_END_DECLS
