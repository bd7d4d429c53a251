/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A company's lines and the prompts that their callers hear (D35). A prompt is named by its place in the
 * line and its language. Places: greeting, notice, announcement, closed, no-credit, music, position,
 * digit-0 to digit-9, parked, press-one, and for each step STEP of the line step.STEP (its question),
 * wrong.STEP (after a wrong key) and end.STEP. */
#pragma once

#include "common/records/record.h"
#include "common/records/words.h"

G_BEGIN_DECLS

/* One prompt. `origin`: who made what is heard now: recorded at the `desk`, by `phone`, an `upload`;
 * the tenant file's own `file`; the house's own music (`house`); spoken by the `machine`; `none`: nothing
 * is heard. `text` is what the machine says when nobody recorded it, and what there is to read aloud;
 * `name` and, where the tenant's file words it, `label` (by language) are the step's, for places of a step.
 * `version` goes into If-Match. `restorable`: a sound that was taken away or replaced less than a day ago
 * can be brought back. */
#define CT_LINE_PROMPT_FIELDS(F)                                                                   \
  F (TEXT, place, 0, 1, 80, CT_REQUIRED)                                                           \
  F (TEXT, name, 0, 0, 120, 0)                                                                     \
  F (WORDS, label, 0, 0, 120, 0)                                                                   \
  F (ENUM, language, CT_LANGUAGE_CHOICES, 0, 0, CT_REQUIRED)                                       \
  F (ENUM, origin, CT_PROMPT_ORIGIN_CHOICES, 0, 0, CT_REQUIRED)                                    \
  F (TEXT, text, 0, 0, 2000, 0)                                                                    \
  F (TEXT, by, 0, 0, 120, 0)                                                                       \
  F (TIME, at, 0, 0, 0, 0)                                                                         \
  F (INT, milliseconds, 0, 0, 0, 0)                                                                \
  F (INT, version, 0, 0, 0, CT_REQUIRED)                                                           \
  F (BOOL, restorable, 0, 0, 0, 0)
CT_RECORD_DECLARE (CtLinePrompt, ct_line_prompt, CT_LINE_PROMPT_FIELDS)

/* GET /api/v1/companies/{id}/lines */
#define CT_LINE_FIELDS(F)                                                                          \
  F (ID, id, 0, 0, 0, CT_REQUIRED)                                                                 \
  F (TEXT, number, 0, 4, 20, CT_REQUIRED)                                                          \
  F (TEXT, label, 0, 1, 120, CT_REQUIRED)                                                          \
  F (ENUM, language, CT_LANGUAGE_CHOICES, 0, 0, CT_REQUIRED)                                       \
  F (LIST, prompts, &ct_line_prompt_type, 0, 2000, 0)
CT_RECORD_DECLARE (CtLine, ct_line, CT_LINE_FIELDS)

/* POST .../call-in: whoever calls `number` until `expires`, presses star and then the code, records the
 * prompt. */
#define CT_CALL_IN_FIELDS(F)                                                                       \
  F (TEXT, number, 0, 4, 20, CT_REQUIRED)                                                          \
  F (TEXT, code, 0, 4, 12, CT_REQUIRED)                                                            \
  F (TIME, expires, 0, 0, 0, CT_REQUIRED)
CT_RECORD_DECLARE (CtCallIn, ct_call_in, CT_CALL_IN_FIELDS)

G_END_DECLS
