/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One step out of JSON. Private to this folder. */
#pragma once

#include "common/script/reader.h"

G_BEGIN_DECLS

/* NULL when it cannot be read; @reader knows why. The caller owns it. */
CtScriptStep *ct_script_parse_step (CtScriptReader *reader, const char *id, JsonNode *node);

G_END_DECLS
