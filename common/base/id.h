/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identifiers: 63 bits, never zero, ordered by the millisecond they were made in (42 bits since
 * 2020-01-01 UTC, then 21 bits that start at random each millisecond and count up). In the database
 * an integer; outside (JSON, URLs, logs) 13 characters of Crockford's base 32, which sort alike. */
#pragma once

#include "common/base/clock.h"

G_BEGIN_DECLS

typedef gint64 CtId;

#define CT_ID_NONE ((CtId) 0)
#define CT_ID_TEXT_LENGTH 13

/* Thread-safe; unique within the process, and across processes but for a chance of 1 in 2^21 for
 * two made in the same millisecond (the database's primary key is the last word). */
CtId ct_id_new (CtClock *clock);

/* The smallest that could have been made at @utc_ms; at least 1. */
CtId ct_id_first_at (gint64 utc_ms);

typedef struct {
  char text[CT_ID_TEXT_LENGTH + 1];
} CtIdText;

/* By value, so that several can stand in one call: ct_id_text (id).text */
CtIdText ct_id_text (CtId id);

/* FALSE when @text is not exactly a printed id (case-insensitive). */
gboolean ct_id_parse (const char *text, CtId *id);

G_END_DECLS
