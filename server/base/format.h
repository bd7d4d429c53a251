/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, money, dates and times as people of a language write them, through ICU, for mails, SMS,
 * invoices and pages that the server makes. (The desk uses its own locale.) All return text that the
 * caller frees, and never NULL: an unknown language is English, an unknown zone UTC. Thread-safe. */
#pragma once

#include "common/base/money.h"

G_BEGIN_DECLS

typedef enum {
  CS_FORMAT_DATE,      /* 21 November 2026 */
  CS_FORMAT_DATE_LONG, /* Saturday 21 November 2026 */
  CS_FORMAT_TIME,      /* 23:14 */
  CS_FORMAT_DATE_TIME, /* 21 Nov 2026, 23:14 */
} CsFormatStyle;

char *cs_format_integer (const char *language, gint64 value);
/* @currency: ISO 4217. At least the currency's own decimals, more when the amount has them (a rate of
 * EUR 0.0225 a second), never rounded. */
char *cs_format_money (const char *language, CtMoney money, const char *currency);
/* Hundredths of a percent: 8343 is 83.43 %. */
char *cs_format_percent (const char *language, gint64 hundredths);
/* @zone: IANA name. */
char *cs_format_time (const char *language, const char *zone, gint64 utc_ms, CsFormatStyle style);
/* "4:05", "1:02:09" */
char *cs_format_duration (gint64 seconds);

G_END_DECLS
