/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening hours of a line, in its time zone: several blocks a day of the week, holidays (fixed dates
 * and feasts that move with Easter), single dates with hours of their own. A block may pass midnight.
 * Immutable once shared; no I/O but the zone database that GLib reads when it is made. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CtHours CtHours;

/* CT_ERROR_INVALID for an unknown IANA zone. */
CtHours *ct_hours_new (const char *time_zone, GError **error);
/* @weekday 1 (Monday) .. 7; @block "08:00-12:30", or over midnight "22:00-02:00"; "24:00" may end one. */
gboolean ct_hours_add_block (CtHours *hours, int weekday, const char *block, GError **error);
/* A closed day each year: "12-25", or a feast: "easter", "easter+1" (Easter Monday), "easter-2", with
 * @calendar "gregorian" or "julian" for Easter's reckoning (NULL: gregorian). */
gboolean
ct_hours_add_holiday (CtHours *hours, const char *day, const char *calendar, GError **error);
/* One date, "2026-12-24", with its own blocks ("08:00-14:00,16:00-18:00"), or "" for closed. It wins over
 * holidays and weekdays. */
gboolean ct_hours_add_date (CtHours *hours, const char *date, const char *blocks, GError **error);
CtHours *ct_hours_ref (CtHours *hours);
void ct_hours_unref (CtHours *hours);

gboolean ct_hours_is_open (const CtHours *hours, gint64 utc_ms);
/* The next moment after @utc_ms at which open turns to closed or back; G_MAXINT64 when none within 366
 * days. */
gint64 ct_hours_next_change (const CtHours *hours, gint64 utc_ms);

/* Sunday of Easter. */
void ct_easter (int year, gboolean julian, int *month, int *day);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CtHours, ct_hours_unref)

G_END_DECLS
