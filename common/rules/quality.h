/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Service quality of a queue (S1-08 to S1-10):
 *
 *   Q = 100 * [1 - (U + T/(L-R) + k*E/M) / n],   M = max (R, L-R)
 *
 * R and L are the reference and the limit of the wait, k weighs answers that came early. n calls were
 * received, U of them not answered before L; the others add what they were late to T or early to E, in
 * whole seconds. The counters add up over hours, days and lines of the same settings; percentages are
 * never averaged. Over several settings the figure is the call-weighted sum. Everything is an exact
 * integer until the last division, and that truncates: the screen says 100.00 % only when Q is 100. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gint64 reference;         /* R, seconds, 0 <= R < L */
  gint64 limit;             /* L, at most a day */
  gint64 early_numerator;   /* k = early_numerator / early_denominator, 0 < k < 1 */
  gint64 early_denominator; /* at most 10000 */
} CtQualitySettings;

#define CT_QUALITY_DEFAULT_SETTINGS ((CtQualitySettings){ 20, 60, 1, 4 })

gboolean ct_quality_settings_are_valid (const CtQualitySettings *settings);

/* One interval's counts under one set of settings. The first four make the figure; the rest stands
 * beside it on the board. */
typedef struct {
  CtQualitySettings settings;
  gint64 received;         /* n */
  gint64 unanswered;       /* U: no operator, or only at L or later */
  gint64 late_seconds;     /* T */
  gint64 early_seconds;    /* E */
  gint64 beyond_limit;     /* answered, but at L or later (part of U) */
  gint64 within_reference; /* answered with w <= R */
  gint64 answered;         /* by an operator at all, beyond_limit too */
  gint64 waited_seconds;   /* of the answered */
} CtQualityCounts;

/* Counts a call whose wait has ended. @waited_us from the monotonic clock; whole seconds count. */
void ct_quality_count (CtQualityCounts *counts, gint64 waited_us, gboolean answered);
/* FALSE when the settings differ. */
gboolean ct_quality_add (CtQualityCounts *sum, const CtQualityCounts *more);

/* In hundredths of a percent, each truncated by itself. */
typedef struct {
  gboolean defined; /* FALSE without calls: show a dash, send null */
  gint quality, lost_unanswered, lost_late, lost_early;
} CtQualityFigure;

/* Over @n_counts intervals, in any order, of any settings (each valid). */
CtQualityFigure ct_quality_figure (const CtQualityCounts *counts, gsize n_counts);

G_END_DECLS
