/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics are kept in one list under a lock that only registering and printing take. */
#include "server/base/metrics.h"

#include <string.h>

#define MAX_BOUNDS 16

typedef enum { COUNTER, GAUGE, HISTOGRAM } Kind;

static const char *const kind_names[] = { "counter", "gauge", "histogram" };

struct _CsMetric {
  Kind kind;
  char *name;   /* without labels */
  char *labels; /* between the braces, or "" */
  char *help;
  gint64 value; /* atomic; of a histogram: the sum in microseconds */
  guint n_bounds;
  gint64 bounds_us[MAX_BOUNDS];
  gint64 counts[MAX_BOUNDS + 1]; /* atomic; not cumulative */
  gboolean asked;                /* the value is the function's; NULL: it was forgotten */
  CsMetricFunc function;
  gpointer data;
};

static GMutex lock;
static GPtrArray *metrics; /* CsMetric*, for ever, but for functions that were forgotten */

static CsMetric *
find (const char *name, const char *labels)
{
  for (guint i = 0; metrics != NULL && i < metrics->len; i++)
    {
      CsMetric *metric = g_ptr_array_index (metrics, i);

      if (strcmp (metric->name, name) == 0 && strcmp (metric->labels, labels) == 0)
        return metric;
    }
  return NULL;
}

/* Called with the lock held. */
static CsMetric *
find_or_add (Kind kind, const char *full_name, const char *help)
{
  const char *brace = strchr (full_name, '{');
  g_autofree char *name
      = brace != NULL ? g_strndup (full_name, (gsize) (brace - full_name)) : g_strdup (full_name);
  g_autofree char *labels
      = brace != NULL ? g_strndup (brace + 1, strlen (brace + 1) - 1) : g_strdup ("");
  CsMetric *metric = find (name, labels);

  if (metric != NULL)
    return metric;
  metric = g_new0 (CsMetric, 1);
  metric->kind = kind;
  metric->name = g_steal_pointer (&name);
  metric->labels = g_steal_pointer (&labels);
  metric->help = g_strdup (help);
  if (metrics == NULL)
    metrics = g_ptr_array_new ();
  g_ptr_array_add (metrics, metric);
  return metric;
}

static CsMetric *
add (Kind kind, const char *name, const char *help)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  return find_or_add (kind, name, help);
}

CsMetric *
cs_metric_counter (const char *name, const char *help)
{
  return add (COUNTER, name, help);
}

CsMetric *
cs_metric_gauge (const char *name, const char *help)
{
  return add (GAUGE, name, help);
}

CsMetric *
cs_metric_histogram (const char *name, const char *help, const double *bounds, guint n_bounds)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  CsMetric *metric = find_or_add (HISTOGRAM, name, help);

  g_assert (n_bounds <= MAX_BOUNDS);
  if (metric->n_bounds == 0)
    {
      for (guint i = 0; i < n_bounds; i++)
        metric->bounds_us[i] = (gint64) (bounds[i] * G_USEC_PER_SEC);
      metric->n_bounds = n_bounds;
    }
  return metric;
}

static void
add_func (Kind kind, const char *name, const char *help, CsMetricFunc value, gpointer data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  CsMetric *metric = find_or_add (kind, name, help);

  metric->asked = TRUE;
  metric->function = value;
  metric->data = data;
}

void
cs_metric_counter_func (const char *name, const char *help, CsMetricFunc value, gpointer data)
{
  add_func (COUNTER, name, help, value, data);
}

void
cs_metric_gauge_func (const char *name, const char *help, CsMetricFunc value, gpointer data)
{
  add_func (GAUGE, name, help, value, data);
}

void
cs_metric_forget (gpointer data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  for (guint i = 0; metrics != NULL && i < metrics->len; i++)
    {
      CsMetric *metric = g_ptr_array_index (metrics, i);

      if (metric->asked && metric->data == data)
        metric->function = NULL;
    }
}

void
cs_metric_add (CsMetric *metric, gint64 amount)
{
  __atomic_fetch_add (&metric->value, amount, __ATOMIC_RELAXED);
}

void
cs_metric_set (CsMetric *metric, gint64 value)
{
  __atomic_store_n (&metric->value, value, __ATOMIC_RELAXED);
}

gint64
cs_metric_get (CsMetric *metric)
{
  return __atomic_load_n (&metric->value, __ATOMIC_RELAXED);
}

void
cs_metric_observe_us (CsMetric *metric, gint64 us)
{
  guint bucket = 0;

  while (bucket < metric->n_bounds && us > metric->bounds_us[bucket])
    bucket++;
  __atomic_fetch_add (&metric->counts[bucket], 1, __ATOMIC_RELAXED);
  cs_metric_add (metric, us);
}

static void
print_histogram (GString *text, CsMetric *metric)
{
  const char *comma = *metric->labels != '\0' ? "," : "";
  gint64 total = 0;
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i <= metric->n_bounds; i++)
    {
      const char *bound = "+Inf";

      total += __atomic_load_n (&metric->counts[i], __ATOMIC_RELAXED);
      if (i < metric->n_bounds)
        bound = g_ascii_formatd (number, sizeof number, "%g",
                                 (double) metric->bounds_us[i] / G_USEC_PER_SEC);
      g_string_append_printf (text, "%s_bucket{%s%sle=\"%s\"} %" G_GINT64_FORMAT "\n", metric->name,
                              metric->labels, comma, bound, total);
    }
  g_ascii_formatd (number, sizeof number, "%.6f", (double) cs_metric_get (metric) / G_USEC_PER_SEC);
  if (*metric->labels != '\0')
    g_string_append_printf (text, "%s_sum{%s} %s\n%s_count{%s} %" G_GINT64_FORMAT "\n",
                            metric->name, metric->labels, number, metric->name, metric->labels,
                            total);
  else
    g_string_append_printf (text, "%s_sum %s\n%s_count %" G_GINT64_FORMAT "\n", metric->name,
                            number, metric->name, total);
}

static void
print_one (GString *text, CsMetric *metric)
{
  gint64 value;

  if (metric->kind == HISTOGRAM)
    {
      print_histogram (text, metric);
      return;
    }
  value = metric->asked ? metric->function (metric->data) : cs_metric_get (metric);
  if (*metric->labels != '\0')
    g_string_append_printf (text, "%s{%s} %" G_GINT64_FORMAT "\n", metric->name, metric->labels,
                            value);
  else
    g_string_append_printf (text, "%s %" G_GINT64_FORMAT "\n", metric->name, value);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const CsMetric *x = *(CsMetric *const *) a;
  const CsMetric *y = *(CsMetric *const *) b;
  int by_name = strcmp (x->name, y->name);

  return by_name != 0 ? by_name : strcmp (x->labels, y->labels);
}

char *
cs_metrics_print (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  GString *text = g_string_new (NULL);
  const char *last = "";

  if (metrics != NULL)
    g_ptr_array_sort (metrics, compare);
  for (guint i = 0; metrics != NULL && i < metrics->len; i++)
    {
      CsMetric *metric = g_ptr_array_index (metrics, i);

      if (metric->asked && metric->function == NULL)
        continue;
      /* The format wants help and type once a name, before its lines. */
      if (strcmp (metric->name, last) != 0)
        g_string_append_printf (text, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help,
                                metric->name, kind_names[metric->kind]);
      last = metric->name;
      print_one (text, metric);
    }
  return g_string_free (text, FALSE);
}
