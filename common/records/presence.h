/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An e-agent's presence, as the switch keeps it (S1-07, S1-15). */
#pragma once

#include "common/records/record.h"

G_BEGIN_DECLS

/* GET /api/v1/me/presence, and the body of the event `presence`. */
#define CT_PRESENCE_FIELDS(F)                                                                      \
  F (ID, user, 0, 0, 0, CT_REQUIRED)                                                               \
  F (TEXT, name, 0, 0, 120, 0)                                                                     \
  F (ENUM, state, "offline available ringing talking wrap_up paused", 0, 0, CT_REQUIRED)           \
  F (TEXT, reason, 0, 0, 120, 0)                                                                   \
  F (TIME, since, 0, 0, 0, CT_REQUIRED)                                                            \
  F (ID, call, 0, 0, 0, 0)                                                                         \
  F (BOOL, registered, 0, 0, 0, CT_REQUIRED)                                                       \
  F (TIME, wrap_up_until, 0, 0, 0, 0)                                                              \
  F (INT, talked_seconds, 0, 0, 0, 0)                                                              \
  F (MONEY, earned, 0, 0, 0, 0)
CT_RECORD_DECLARE (CtPresence, ct_presence, CT_PRESENCE_FIELDS)

/* PUT /api/v1/me/presence. Available is refused (state) while no phone of mine is registered. */
#define CT_PRESENCE_CHANGE_FIELDS(F)                                                               \
  F (ENUM, state, "available paused offline", 0, 0, CT_REQUIRED)                                   \
  F (TEXT, reason, 0, 0, 120, 0)
CT_RECORD_DECLARE (CtPresenceChange, ct_presence_change, CT_PRESENCE_CHANGE_FIELDS)

G_END_DECLS
