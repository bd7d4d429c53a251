/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/records/script.h"

#define CT_RECORD_FIELD_CtScriptDocument(k, m, a, lo, hi, f)                                       \
  CT_FIELD (CtScriptDocument, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtScriptDocument, ct_script_document, "ScriptDocument",
                  CT_SCRIPT_DOCUMENT_FIELDS);

#define CT_RECORD_FIELD_CtScriptCommand(k, m, a, lo, hi, f)                                        \
  CT_FIELD (CtScriptCommand, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtScriptCommand, ct_script_command, "ScriptCommand", CT_SCRIPT_COMMAND_FIELDS);

#define CT_RECORD_FIELD_CtScriptAnswer(k, m, a, lo, hi, f)                                         \
  CT_FIELD (CtScriptAnswer, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtScriptAnswer, ct_script_answer, "ScriptAnswer", CT_SCRIPT_ANSWER_FIELDS);

#define CT_RECORD_FIELD_CtScriptState(k, m, a, lo, hi, f)                                          \
  CT_FIELD (CtScriptState, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtScriptState, ct_script_state, "ScriptState", CT_SCRIPT_STATE_FIELDS);

#define CT_RECORD_FIELD_CtConnect(k, m, a, lo, hi, f) CT_FIELD (CtConnect, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtConnect, ct_connect, "Connect", CT_CONNECT_FIELDS);
