/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Waiting: 2 calls · 0:34": the callers in queues that this e-agent may answer, and how long the first of
 * them has waited. Hidden while nobody waits. */
#pragma once

#include "client/session/agent.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_WAITING (cd_waiting_get_type ())
G_DECLARE_FINAL_TYPE (CdWaiting, cd_waiting, CD, WAITING, AdwBin)

/* Once; kept. */
void cd_waiting_set_agent (CdWaiting *self, CdAgent *agent);
/* Each second. */
void cd_waiting_tick (CdWaiting *self, gint64 now_ms);

G_END_DECLS
