/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An e-agent's presence, as the switch keeps it (S1-07, S1-15). */
#pragma once

#include "common/records/record.h"

G_BEGIN_DECLS

/* GET /api/v1/me/presence, and the body of the event `presence`. What only GET tells: `name`, `currency`,
 * `earned` (and not yet paid), and of today, which begins at midnight of the e-agent's own time zone,
 * `earned_today` and `talked_seconds`. `wish` is there while a call holds me: what I am when none does any
 * more; `reason` is then that of the wish. */
#define CT_PRESENCE_FIELDS(F)                                                                      \
  F (ID, user, 0, 0, 0, CT_REQUIRED)                                                               \
  F (TEXT, name, 0, 0, 120, 0)                                                                     \
  F (ENUM, state, "offline available ringing talking wrap_up paused", 0, 0, CT_REQUIRED)           \
  F (TEXT, reason, 0, 0, 120, 0)                                                                   \
  F (ENUM, wish, "offline available paused", 0, 0, 0)                                              \
  F (TIME, since, 0, 0, 0, CT_REQUIRED)                                                            \
  F (ID, call, 0, 0, 0, 0)                                                                         \
  F (BOOL, registered, 0, 0, 0, CT_REQUIRED)                                                       \
  F (TIME, wrap_up_until, 0, 0, 0, 0)                                                              \
  F (INT, talked_seconds, 0, 0, 0, 0)                                                              \
  F (TEXT, currency, 0, 3, 3, 0)                                                                   \
  F (MONEY, earned, 0, 0, 0, 0)                                                                    \
  F (MONEY, earned_today, 0, 0, 0, 0)
CT_RECORD_DECLARE (CtPresence, ct_presence, CT_PRESENCE_FIELDS)

/* GET /api/v1/me/waiting, and the body of the event `waiting`: the calls that wait in queues and that I may
 * answer, were I free; since when the first of them does. */
#define CT_WAITING_FIELDS(F)                                                                       \
  F (INT, calls, 0, 0, 0, CT_REQUIRED)                                                             \
  F (TIME, since, 0, 0, 0, 0)
CT_RECORD_DECLARE (CtWaiting, ct_waiting, CT_WAITING_FIELDS)

/* PUT /api/v1/me/presence. Available is refused (state) while no phone of mine is registered. */
#define CT_PRESENCE_CHANGE_FIELDS(F)                                                               \
  F (ENUM, state, "available paused offline", 0, 0, CT_REQUIRED)                                   \
  F (TEXT, reason, 0, 0, 120, 0)
CT_RECORD_DECLARE (CtPresenceChange, ct_presence_change, CT_PRESENCE_CHANGE_FIELDS)

G_END_DECLS
