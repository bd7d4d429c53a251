/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time comes from here and nowhere else: monotonic microseconds for durations, bills and timers,
 * UTC milliseconds since 1970 for dates. Production reads the machine; a test makes a manual clock
 * and moves it (both times together), so nothing ever sleeps to wait. Thread-safe. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CtClock CtClock;

CtClock *ct_clock_new (void);
/* Starts at @utc_ms; the monotonic time starts at one hour, so that zero can mean "never". */
CtClock *ct_clock_new_manual (gint64 utc_ms);
CtClock *ct_clock_ref (CtClock *clock);
void ct_clock_unref (CtClock *clock);

gint64 ct_clock_monotonic_us (CtClock *clock);
gint64 ct_clock_utc_ms (CtClock *clock);
/* Manual clocks only. */
void ct_clock_advance_us (CtClock *clock, gint64 us);
gboolean ct_clock_is_manual (CtClock *clock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CtClock, ct_clock_unref)

/* "2026-11-21T22:52:28.123Z" (RFC 3339, always UTC, always milliseconds). Caller frees. */
char *ct_time_format (gint64 utc_ms);
gboolean ct_time_parse (const char *text, gint64 *utc_ms);

G_END_DECLS
