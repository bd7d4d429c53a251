/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tenant as one declarative file describes it (`centrale-server apply`). Things are named by keys of
 * the file's own; docs/tenant-files.md teaches it. */
#pragma once

#include "common/records/record.h"
#include "common/records/words.h"

G_BEGIN_DECLS

/* A pool, a skill or a badge. */
#define CT_NAMED_SPEC_FIELDS(F)                                                                    \
  F (TEXT, key, 0, 1, 64, CT_REQUIRED)                                                             \
  F (TEXT, name, 0, 1, 120, CT_REQUIRED)
CT_RECORD_DECLARE (CtNamedSpec, ct_named_spec, CT_NAMED_SPEC_FIELDS)

/* A way to the telephone network. `sources` are addresses or CIDR blocks that calls may come
 * from; `allowed` the prefixes that may be dialled over it (none: nothing). With `user` and
 * `secret_file` it registers; the secret stands in a file of its own. */
#define CT_TRUNK_SPEC_FIELDS(F)                                                                    \
  F (TEXT, key, 0, 1, 64, CT_REQUIRED)                                                             \
  F (TEXT, host, 0, 1, 253, CT_REQUIRED)                                                           \
  F (INT, port, 0, 1, 65535, 0)                                                                    \
  F (ENUM, transport, "udp tcp", 0, 0, 0)                                                          \
  F (TEXTS, sources, 0, 0, 64, 0)                                                                  \
  F (TEXTS, allowed, 0, 0, 200, 0)                                                                 \
  F (TEXT, user, 0, 0, 64, 0)                                                                      \
  F (TEXT, secret_file, 0, 0, 400, 0)                                                              \
  F (TEXT, country_prefix, 0, 0, 4, 0)                                                             \
  F (INT, max_calls, 0, 1, 100000, 0)                                                              \
  F (INT, calls_per_second, 0, 1, 10000, 0)                                                        \
  F (BOOL, registers, 0, 0, 0, 0)                                                                  \
  F (BOOL, probes, 0, 0, 0, 0)                                                                     \
  F (BOOL, trusts_identity, 0, 0, 0, 0)
CT_RECORD_DECLARE (CtTrunkSpec, ct_trunk_spec, CT_TRUNK_SPEC_FIELDS)

/* A prompt: per language a recorded `files` entry (relative to the tenant file), or a `texts`
 * entry that is spoken until somebody records it (D35). `builtin` is "music" or "beep". */
#define CT_PROMPT_SPEC_FIELDS(F)                                                                   \
  F (TEXT, key, 0, 1, 64, CT_REQUIRED)                                                             \
  F (WORDS, texts, 0, 0, 5, 0)                                                                     \
  F (WORDS, files, 0, 0, 5, 0)                                                                     \
  F (ENUM, builtin, "music beep", 0, 0, 0)
CT_RECORD_DECLARE (CtPromptSpec, ct_prompt_spec, CT_PROMPT_SPEC_FIELDS)

/* One date with hours of its own; no blocks: closed. */
#define CT_DATE_SPEC_FIELDS(F)                                                                     \
  F (TEXT, date, 0, 10, 10, CT_REQUIRED)                                                           \
  F (TEXTS, blocks, 0, 0, 12, 0)
CT_RECORD_DECLARE (CtDateSpec, ct_date_spec, CT_DATE_SPEC_FIELDS)

/* Opening hours: blocks like "08:00-12:30" for each weekday; holidays like "12-25" or
 * "easter+1". */
#define CT_HOURS_SPEC_FIELDS(F)                                                                    \
  F (TEXTS, monday, 0, 0, 12, 0)                                                                   \
  F (TEXTS, tuesday, 0, 0, 12, 0)                                                                  \
  F (TEXTS, wednesday, 0, 0, 12, 0)                                                                \
  F (TEXTS, thursday, 0, 0, 12, 0)                                                                 \
  F (TEXTS, friday, 0, 0, 12, 0)                                                                   \
  F (TEXTS, saturday, 0, 0, 12, 0)                                                                 \
  F (TEXTS, sunday, 0, 0, 12, 0)                                                                   \
  F (TEXTS, holidays, 0, 0, 60, 0)                                                                 \
  F (ENUM, easter, "gregorian julian", 0, 0, 0)                                                    \
  F (LIST, dates, &ct_date_spec_type, 0, 400, 0)
CT_RECORD_DECLARE (CtHoursSpec, ct_hours_spec, CT_HOURS_SPEC_FIELDS)

/* How a call ends without an e-agent: a message, a voicemail, a forward. */
#define CT_END_SPEC_FIELDS(F)                                                                      \
  F (ENUM, kind, "message voicemail forward", 0, 0, CT_REQUIRED)                                   \
  F (TEXT, prompt, 0, 1, 64, 0)                                                                    \
  F (INT, max_seconds, 0, 5, 600, 0)                                                               \
  F (TEXT, number, 0, 3, 20, 0)
CT_RECORD_DECLARE (CtEndSpec, ct_end_spec, CT_END_SPEC_FIELDS)

/* What a key of a menu means, for people: "opening hours". */
#define CT_OPTION_SPEC_FIELDS(F)                                                                   \
  F (TEXT, key, 0, 1, 1, CT_REQUIRED)                                                              \
  F (WORDS, label, 0, 1, 120, CT_REQUIRED)
CT_RECORD_DECLARE (CtOptionSpec, ct_option_spec, CT_OPTION_SPEC_FIELDS)

/* A step before the queue. `keys` of a menu: key to step; of a language step: key to language. A
 * step that names no `next` or `otherwise` goes to the queue. `label` and `options` say to people what
 * was asked and chosen. */
#define CT_STEP_SPEC_FIELDS(F)                                                                     \
  F (TEXT, key, 0, 1, 64, CT_REQUIRED)                                                             \
  F (ENUM, kind, "menu digits language queue end", 0, 0, CT_REQUIRED)                              \
  F (TEXT, name, 0, 1, 64, 0)                                                                      \
  F (WORDS, label, 0, 1, 120, 0)                                                                   \
  F (LIST, options, &ct_option_spec_type, 0, 12, 0)                                                \
  F (TEXT, prompt, 0, 1, 64, 0)                                                                    \
  F (TEXT, wrong, 0, 1, 64, 0)                                                                     \
  F (PAIRS, keys, 0, 0, 12, 0)                                                                     \
  F (INT, min, 0, 1, 32, 0)                                                                        \
  F (INT, max, 0, 1, 32, 0)                                                                        \
  F (INT, wait_ms, 0, 500, 60000, 0)                                                               \
  F (INT, tries, 0, 1, 9, 0)                                                                       \
  F (TEXT, next, 0, 1, 64, 0)                                                                      \
  F (TEXT, otherwise, 0, 1, 64, 0)                                                                 \
  F (RECORD, end, &ct_end_spec_type, 0, 0, 0)
CT_RECORD_DECLARE (CtStepSpec, ct_step_spec, CT_STEP_SPEC_FIELDS)

/* What a call of the line asks of an e-agent (S0-12, S0-26). */
#define CT_NEEDS_SPEC_FIELDS(F)                                                                    \
  F (TEXT, pool, 0, 1, 64, CT_REQUIRED)                                                            \
  F (TEXTS, skills, 0, 0, 32, 0)                                                                   \
  F (TEXT, badge, 0, 1, 64, 0)                                                                     \
  F (INT, difficulty, 0, 1, 5, 0)
CT_RECORD_DECLARE (CtNeedsSpec, ct_needs_spec, CT_NEEDS_SPEC_FIELDS)

/* A one-off notice with its end (B21). */
#define CT_NOTICE_SPEC_FIELDS(F)                                                                   \
  F (TEXT, prompt, 0, 1, 64, CT_REQUIRED)                                                          \
  F (TIME, until, 0, 0, 0, CT_REQUIRED)                                                            \
  F (BOOL, closes, 0, 0, 0, 0)
CT_RECORD_DECLARE (CtNoticeSpec, ct_notice_spec, CT_NOTICE_SPEC_FIELDS)

/* A line: a number of a company, and all that happens before and around an e-agent's answer. */
#define CT_LINE_SPEC_FIELDS(F)                                                                     \
  F (TEXT, number, 0, 4, 20, CT_REQUIRED)                                                          \
  F (TEXT, label, 0, 1, 120, CT_REQUIRED)                                                          \
  F (ENUM, language, CT_LANGUAGE_CHOICES, 0, 0, 0)                                                 \
  F (TEXT, time_zone, 0, 1, 64, 0)                                                                 \
  F (RECORD, hours, &ct_hours_spec_type, 0, 0, 0)                                                  \
  F (TEXT, greeting, 0, 1, 64, 0)                                                                  \
  F (TEXT, announcement, 0, 1, 64, 0)                                                              \
  F (RECORD, notice, &ct_notice_spec_type, 0, 0, 0)                                                \
  F (LIST, steps, &ct_step_spec_type, 0, 100, 0)                                                   \
  F (RECORD, closed, &ct_end_spec_type, 0, 0, 0)                                                   \
  F (RECORD, no_credit, &ct_end_spec_type, 0, 0, 0)                                                \
  F (TEXT, music, 0, 1, 64, 0)                                                                     \
  F (TEXT, position, 0, 1, 64, 0)                                                                  \
  F (TEXT, digits, 0, 1, 60, 0)                                                                    \
  F (TEXT, parked, 0, 1, 64, 0)                                                                    \
  F (TEXT, press_one, 0, 1, 64, 0)                                                                 \
  F (BOOL, record, 0, 0, 0, 0)                                                                     \
  F (BOOL, emergency, 0, 0, 0, 0)                                                                  \
  F (RECORD, needs, &ct_needs_spec_type, 0, 0, CT_REQUIRED)                                        \
  F (TEXT, script, 0, 1, 64, CT_REQUIRED)                                                          \
  F (INT, priority, 0, 0, 1000, 0)                                                                 \
  F (INT, ring_seconds, 0, 3, 120, 0)                                                              \
  F (INT, max_misses, 0, 1, 100, 0)                                                                \
  F (INT, wrap_up_seconds, 0, 0, 3600, 0)                                                          \
  F (INT, position_seconds, 0, 0, 600, 0)                                                          \
  F (INT, max_wait_seconds, 0, 0, 7200, 0)                                                         \
  F (INT, reference_seconds, 0, 0, 3600, 0)                                                        \
  F (INT, limit_seconds, 0, 1, 7200, 0)                                                            \
  F (TEXT, trunk, 0, 1, 64, 0)                                                                     \
  F (TEXT, caller_number, 0, 4, 20, 0)
CT_RECORD_DECLARE (CtLineSpec, ct_line_spec, CT_LINE_SPEC_FIELDS)

/* A script of the company; `body` is read by common/script. */
#define CT_SCRIPT_SPEC_FIELDS(F)                                                                   \
  F (TEXT, key, 0, 1, 64, CT_REQUIRED)                                                             \
  F (TEXT, name, 0, 1, 120, CT_REQUIRED)                                                           \
  F (JSON, body, 0, 0, 262144, CT_REQUIRED)
CT_RECORD_DECLARE (CtScriptSpec, ct_script_spec, CT_SCRIPT_SPEC_FIELDS)

/* A client of the tenant. Amounts are texts like "0.02", in the tenant's currency; rates are a
 * second. `opening_credit` is posted once. */
#define CT_COMPANY_SPEC_FIELDS(F)                                                                  \
  F (TEXT, key, 0, 1, 64, CT_REQUIRED)                                                             \
  F (TEXT, name, 0, 1, 120, CT_REQUIRED)                                                           \
  F (TEXT, client_code, 0, 4, 5, CT_REQUIRED)                                                      \
  F (TEXT, colour, 0, 7, 7, 0)                                                                     \
  F (ENUM, language, CT_LANGUAGE_CHOICES, 0, 0, 0)                                                 \
  F (TEXT, time_zone, 0, 1, 64, 0)                                                                 \
  F (TEXTS, mail, 0, 0, 20, 0)                                                                     \
  F (TEXT, rate, 0, 1, 20, 0)                                                                      \
  F (TEXT, pay_rate, 0, 1, 20, 0)                                                                  \
  F (TEXT, onward_rate, 0, 1, 20, 0)                                                               \
  F (TEXT, opening_credit, 0, 1, 20, 0)                                                            \
  F (TEXT, provisional_credit, 0, 1, 20, 0)                                                        \
  F (LIST, scripts, &ct_script_spec_type, 0, 100, 0)                                               \
  F (LIST, lines, &ct_line_spec_type, 0, 200, 0)
CT_RECORD_DECLARE (CtCompanySpec, ct_company_spec, CT_COMPANY_SPEC_FIELDS)

/* A badge that a user holds, until a date (D9). */
#define CT_BADGE_SPEC_FIELDS(F)                                                                    \
  F (TEXT, badge, 0, 1, 64, CT_REQUIRED)                                                           \
  F (INT, level, 0, 1, 5, CT_REQUIRED)                                                             \
  F (TIME, until, 0, 0, 0, 0)
CT_RECORD_DECLARE (CtBadgeSpec, ct_badge_spec, CT_BADGE_SPEC_FIELDS)

/* A VoIP phone of a user with its own SIP name and secret (S1-07). */
#define CT_PHONE_SPEC_FIELDS(F)                                                                    \
  F (TEXT, sip_user, 0, 1, 64, CT_REQUIRED)                                                        \
  F (TEXT, secret, 0, 12, 64, CT_REQUIRED | CT_SECRET)
CT_RECORD_DECLARE (CtPhoneSpec, ct_phone_spec, CT_PHONE_SPEC_FIELDS)

/* A user; `password` is hashed when it changed, `languages` are those he speaks with callers. Who is
 * `disabled` cannot sign in, his phones cannot register; what he did stays known by his name. */
#define CT_USER_SPEC_FIELDS(F)                                                                     \
  F (TEXT, user, 0, 1, 64, CT_REQUIRED)                                                            \
  F (TEXT, name, 0, 1, 120, CT_REQUIRED)                                                           \
  F (TEXT, password, 0, 8, 256, CT_REQUIRED | CT_SECRET)                                           \
  F (TEXTS, roles, 0, 1, 13, CT_REQUIRED)                                                          \
  F (TEXT, company, 0, 1, 64, 0)                                                                   \
  F (ENUM, language, CT_LANGUAGE_CHOICES, 0, 0, 0)                                                 \
  F (TEXT, time_zone, 0, 1, 64, 0)                                                                 \
  F (TEXTS, languages, 0, 0, 5, 0)                                                                 \
  F (INT, level, 0, 1, 5, 0)                                                                       \
  F (TEXTS, pools, 0, 0, 100, 0)                                                                   \
  F (TEXTS, skills, 0, 0, 100, 0)                                                                  \
  F (LIST, badges, &ct_badge_spec_type, 0, 100, 0)                                                 \
  F (LIST, phones, &ct_phone_spec_type, 0, 8, 0)                                                   \
  F (BOOL, disabled, 0, 0, 0, 0)
CT_RECORD_DECLARE (CtUserSpec, ct_user_spec, CT_USER_SPEC_FIELDS)

/* The file that `centrale-server apply` reads: one tenant, whole. */
#define CT_TENANT_FILE_FIELDS(F)                                                                   \
  F (TEXT, domain, 0, 1, 253, CT_REQUIRED)                                                         \
  F (TEXT, name, 0, 1, 120, CT_REQUIRED)                                                           \
  F (TEXT, country_prefix, 0, 1, 4, 0)                                                             \
  F (ENUM, language, CT_LANGUAGE_CHOICES, 0, 0, 0)                                                 \
  F (TEXT, time_zone, 0, 1, 64, CT_REQUIRED)                                                       \
  F (TEXT, currency, 0, 3, 3, 0)                                                                   \
  F (TEXT, mail_from, 0, 3, 254, 0)                                                                \
  F (TEXTS, shared_numbers, 0, 0, 10000, 0)                                                        \
  F (LIST, trunks, &ct_trunk_spec_type, 0, 50, 0)                                                  \
  F (LIST, pools, &ct_named_spec_type, 0, 500, 0)                                                  \
  F (LIST, skills, &ct_named_spec_type, 0, 500, 0)                                                 \
  F (LIST, badges, &ct_named_spec_type, 0, 500, 0)                                                 \
  F (LIST, prompts, &ct_prompt_spec_type, 0, 2000, 0)                                              \
  F (LIST, companies, &ct_company_spec_type, 0, 2000, 0)                                           \
  F (LIST, users, &ct_user_spec_type, 0, 20000, 0)
CT_RECORD_DECLARE (CtTenantFile, ct_tenant_file, CT_TENANT_FILE_FIELDS)

G_END_DECLS
