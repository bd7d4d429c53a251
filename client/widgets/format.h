/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Money, numbers, durations and dates as people of the user's locale write them. All strings are for
 * the caller to free. */
#pragma once

#include "common/base/money.h"

G_BEGIN_DECLS

/* "€ 31,20". @currency: ISO 4217, NULL is EUR. Two decimals. */
char *cd_format_money (CtMoney money, const char *currency);
/* With as many decimals as a rate has, at least two: "€ 0,0225". */
char *cd_format_rate (CtMoney money, const char *currency);
/* "1.234", with @decimals of them. */
char *cd_format_number (double number, guint decimals);
/* A running clock: "1:23", "1:02:03". */
char *cd_format_clock (gint64 seconds);
/* "14:05", the locale's short time, local. */
char *cd_format_time (gint64 utc_ms);
/* "12 May" when within @now_ms's year, else "12 May 2024"; local. */
char *cd_format_day (gint64 utc_ms, gint64 now_ms);
/* "today", "yesterday", else cd_format_day(). For the inside of a sentence. */
char *cd_format_recent_day (gint64 utc_ms, gint64 now_ms);
/* "2026-05-12" as people of the locale write a date with digits: "12-05-2026". @iso that is none comes
 * back as it is. */
char *cd_format_date_digits (const char *iso);
/* What people type ("12-5", "12/5/2026", "12.05.26", "2026-05-12") as YYYY-MM-DD; a day without a year
 * is the next one from @now_ms on. NULL when it is no date. */
char *cd_parse_date (const char *text, gint64 now_ms);
/* "Nederlands" -> the name of a language ("nl") in the user's own. */
char *cd_format_language (const char *code);

G_END_DECLS
