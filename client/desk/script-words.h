/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the script says about an answer, in the user's words. */
#pragma once

#include "common/script/run.h"

G_BEGIN_DECLS

/* What is wrong with @value as an answer to @step. Caller frees. */
char *cd_dup_complaint (const CtScriptStep *step, const char *value);
/* Where a value that nobody typed in this call comes from, and when: "from the last call, 12 May". NULL
 * for none, and for what was confirmed. Caller frees. */
char *cd_dup_origin (const CtScriptValue *answer, gint64 now_ms);

G_END_DECLS
