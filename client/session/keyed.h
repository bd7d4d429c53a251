/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a caller keyed in, as people read it: "Reason: opening hours" where the tenant's file words it in
 * their language (else in English, else in any), "reason: 2" where it does not. */
#pragma once

#include "common/records/call.h"

G_BEGIN_DECLS

/* The question, and what was answered. Borrowed from @keyed. */
const char *cd_keyed_get_label (const CtKeyed *keyed);
const char *cd_keyed_get_meaning (const CtKeyed *keyed);

G_END_DECLS
