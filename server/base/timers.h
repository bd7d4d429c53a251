/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timers of one loop, kept by the clock: a heap ordered by due time. With a real clock a GSource on
 * the loop's context runs them; with a manual clock the test advances the clock and calls
 * cs_timers_run(). Not thread-safe: used by the loop that owns them. */
#pragma once

#include "common/base/clock.h"

G_BEGIN_DECLS

typedef struct _CsTimers CsTimers;
typedef void (*CsTimerFunc) (gpointer data);

CsTimers *cs_timers_new (CtClock *clock, GMainContext *context);
void cs_timers_free (CsTimers *timers);

/* Runs @function (@data) once, at or after monotonic @due_us. Returns a handle, never 0. */
guint64 cs_timers_add (CsTimers *timers, gint64 due_us, CsTimerFunc function, gpointer data);
/* Cancels *@handle if it has not run, and sets it to 0. A timer that has run must clear its own handle. */
void cs_timers_cancel (CsTimers *timers, guint64 *handle);

/* Runs all that is due, in order; returns how many ran. */
guint cs_timers_run (CsTimers *timers);
/* Due time of the next, or G_MAXINT64. */
gint64 cs_timers_get_next_us (CsTimers *timers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsTimers, cs_timers_free)

G_END_DECLS
