/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the codes of dispositions are called in the user's language. A list of calls carries codes; a
 * call read by itself carries the labels of its script's version, and those serve all its calls.
 *
 * Signals: learned ()                          look up again */
#pragma once

#include "client/session/session.h"

G_BEGIN_DECLS

#define CD_TYPE_OUTCOMES (cd_outcomes_get_type ())
G_DECLARE_FINAL_TYPE (CdOutcomes, cd_outcomes, CD, OUTCOMES, GObject)

CdOutcomes *cd_outcomes_new (CdSession *session);
/* The label of the call's disposition, else how it ended; NULL when the server was asked just now. */
const char *cd_outcomes_look_up (CdOutcomes *self, const CtCall *call);

G_END_DECLS
