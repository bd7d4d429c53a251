/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log lines on standard error: time, level, domain, message; one line each, control characters escaped.
 * Levels below @level ("debug", "info", "message", "warning") are left out. */
#pragma once

#include "common/base/clock.h"

G_BEGIN_DECLS

/* FALSE for an unknown level. Once, before the first thread. */
gboolean cs_log_init (CtClock *clock, const char *level);

G_END_DECLS
