/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures for Prometheus. A metric is registered once by name and help, in any thread, and lives for
 * ever; counting is one relaxed atomic add, so a packet path may do it. cs_metrics_print() writes the
 * text format of GET /metrics.
 *
 * A name may carry fixed labels: "centrale_http_requests_total{class=\"2xx\"}"; the same name and
 * labels registered again give the same metric. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CsMetric CsMetric;

CsMetric *cs_metric_counter (const char *name, const char *help);
CsMetric *cs_metric_gauge (const char *name, const char *help);
/* @bounds: ascending upper bounds in seconds, copied; the bucket without a bound is added. */
CsMetric *
cs_metric_histogram (const char *name, const char *help, const double *bounds, guint n_bounds);

void cs_metric_add (CsMetric *metric, gint64 amount); /* counters and gauges */
void cs_metric_set (CsMetric *metric, gint64 value);  /* gauges */
gint64 cs_metric_get (CsMetric *metric);
void cs_metric_observe_us (CsMetric *metric, gint64 us); /* histograms */

/* A counter or gauge that is asked for when printed. */
typedef gint64 (*CsMetricFunc) (gpointer data);
void cs_metric_counter_func (const char *name, const char *help, CsMetricFunc value, gpointer data);
void cs_metric_gauge_func (const char *name, const char *help, CsMetricFunc value, gpointer data);
/* Takes all of @data's functions away again, before it dies. */
void cs_metric_forget (gpointer data);

char *cs_metrics_print (void);

G_END_DECLS
