/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a call came to me, in words (S0-12, B07): "Idle for 3:20, longest of 2. Refused: 1 without the
 * badge, 2 in a call." */
#pragma once

#include "common/records/call.h"

G_BEGIN_DECLS

/* NULL when the server told nothing. Caller frees. */
char *cd_why_to_text (const CtWhy *why);

G_END_DECLS
