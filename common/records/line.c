/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/records/line.h"

#define CT_RECORD_FIELD_CtLinePrompt(k, m, a, lo, hi, f) CT_FIELD (CtLinePrompt, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtLinePrompt, ct_line_prompt, "LinePrompt", CT_LINE_PROMPT_FIELDS);

#define CT_RECORD_FIELD_CtLine(k, m, a, lo, hi, f) CT_FIELD (CtLine, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtLine, ct_line, "Line", CT_LINE_FIELDS);

#define CT_RECORD_FIELD_CtCallIn(k, m, a, lo, hi, f) CT_FIELD (CtCallIn, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (CtCallIn, ct_call_in, "CallIn", CT_CALL_IN_FIELDS);
