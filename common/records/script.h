/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script of a call, as it travels: the document, the numbered commands, the state they lead to. */
#pragma once

#include "common/records/record.h"

G_BEGIN_DECLS

/* GET /api/v1/scripts/versions/{id}: one immutable version; `body` is what common/script reads. */
#define CT_SCRIPT_DOCUMENT_FIELDS(F)                                                               \
  F (ID, id, 0, 0, 0, CT_REQUIRED)                                                                 \
  F (ID, script, 0, 0, 0, CT_REQUIRED)                                                             \
  F (TEXT, name, 0, 0, 120, CT_REQUIRED)                                                           \
  F (INT, version, 0, 1, 0, CT_REQUIRED)                                                           \
  F (ID, company, 0, 0, 0, CT_REQUIRED)                                                            \
  F (JSON, body, 0, 0, 262144, CT_REQUIRED)
CT_RECORD_DECLARE (CtScriptDocument, ct_script_document, CT_SCRIPT_DOCUMENT_FIELDS)

/* POST /api/v1/calls/{id}/script: what the e-agent did, numbered from 1 without gaps; sent again
 * it is answered alike. `enter` and `leave` say that a secret step is on the screen (D33). What each
 * kind does stands in common/script/run.h. */
#define CT_SCRIPT_COMMAND_FIELDS(F)                                                                \
  F (INT, number, 0, 1, 100000, CT_REQUIRED)                                                       \
  F (ENUM, kind, "answer back go reveal enter leave", 0, 0, CT_REQUIRED)                           \
  F (TEXT, step, 0, 1, 64, CT_REQUIRED)                                                            \
  F (TEXT, value, 0, 0, 4000, 0)                                                                   \
  F (TEXT, reason, 0, 0, 400, 0)
CT_RECORD_DECLARE (CtScriptCommand, ct_script_command, CT_SCRIPT_COMMAND_FIELDS)

/* An answer as it stands; `origin` last_call is D32's prefill, `at` its age, `confirmed` that the
 * e-agent typed it or went past it. The value of a secret is absent but for who typed it. */
#define CT_SCRIPT_ANSWER_FIELDS(F)                                                                 \
  F (TEXT, step, 0, 1, 64, CT_REQUIRED)                                                            \
  F (TEXT, value, 0, 0, 4000, 0)                                                                   \
  F (ENUM, origin, "typed last_call keyed caller", 0, 0, CT_REQUIRED)                              \
  F (TIME, at, 0, 0, 0, 0)                                                                         \
  F (BOOL, confirmed, 0, 0, 0, 0)                                                                  \
  F (BOOL, secret, 0, 0, 0, 0)
CT_RECORD_DECLARE (CtScriptAnswer, ct_script_answer, CT_SCRIPT_ANSWER_FIELDS)

/* GET and reply of POST /api/v1/calls/{id}/script: all that the interpreter needs to go on from here
 * (ct_script_run_new_from_state). `passed` are the steps gone past, `entered` the secret step on the
 * screen, `facts` what branches decide on, frozen when the call was answered. */
#define CT_SCRIPT_STATE_FIELDS(F)                                                                  \
  F (ID, call, 0, 0, 0, CT_REQUIRED)                                                               \
  F (ID, version, 0, 0, 0, CT_REQUIRED)                                                            \
  F (INT, number, 0, 0, 0, CT_REQUIRED)                                                            \
  F (TEXT, step, 0, 0, 64, 0)                                                                      \
  F (BOOL, complete, 0, 0, 0, CT_REQUIRED)                                                         \
  F (TEXT, ticket, 0, 0, 32, 0)                                                                    \
  F (LIST, answers, &ct_script_answer_type, 0, 500, 0)                                             \
  F (TEXTS, passed, 0, 0, 200, 0)                                                                  \
  F (TEXTS, revealed, 0, 0, 200, 0)                                                                \
  F (TEXT, entered, 0, 0, 64, 0)                                                                   \
  F (PAIRS, facts, 0, 0, 64, 0)
CT_RECORD_DECLARE (CtScriptState, ct_script_state, CT_SCRIPT_STATE_FIELDS)

/* POST /api/v1/calls/{id}/connect: connect the caller through, by a step of the script (D28:
 * `onward_rate` was shown). */
#define CT_CONNECT_FIELDS(F) F (TEXT, step, 0, 1, 64, CT_REQUIRED)
CT_RECORD_DECLARE (CtConnect, ct_connect, CT_CONNECT_FIELDS)

G_END_DECLS
