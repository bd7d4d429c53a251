/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the records say, in words for a company's owner, in his language. Strings marked char * are for
 * the caller to free. Every figure answers "why?" (experience.md, B07). */
#pragma once

#include "common/records/call.h"
#include "common/records/company.h"
#include "common/records/message.h"

G_BEGIN_DECLS

/* "+31 6 1234 5678", or that the number was withheld. */
char *cd_words_caller (const CtCall *call);
/* "Talking", "Waiting": what a running call is doing. */
const char *cd_words_state (const CtCall *call);
/* How an ended call ended: "Hung up by the caller". */
const char *cd_words_cause (const CtCall *call);
/* The label of the call's disposition, when the call carries its script's list; NULL when not. */
const char *cd_words_disposition (const CtCall *call);
/* "€ 0.02 per second (€ 1.20 per minute)" */
char *cd_words_rate (CtMoney rate, const char *currency);
/* "Lasts until about 16:40 at the pace of the last hour." @running: how many calls are being billed; when
 * nothing was spent in that hour yet, what they alone will spend. */
char *cd_words_pace (const CtDashboard *dashboard, guint running, gint64 now_ms);
/* "Reason: opening hours", with @between between two; NULL when nothing was keyed. */
char *cd_words_keyed (const CtCall *call, const char *between);
/* Why this was billed: seconds, rate, what is never billed (D2). */
char *cd_words_bill (const CtBill *bill, const char *currency);
/* Why the call went to @agent. */
char *cd_words_why (const CtWhy *why, const char *agent);
/* Why some e-agents could not take it: the rule of one CtRefusal. */
const char *cd_words_rule (const char *rule);
/* "Sent at 14:05", "Waits for its turn"... */
char *cd_words_message (const CtMessage *message, gint64 now_ms);
/* "1 second", "67 seconds". */
char *cd_words_seconds (gint64 seconds);
/* "83.43 %" out of hundredths of a percent, all of them, so that nothing is rounded up. */
char *cd_words_percent (gint64 hundredths);
/* The quality figure with its losses, for who cannot see the drawing. */
char *cd_words_quality (const CtQuality *quality);

G_END_DECLS
