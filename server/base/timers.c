/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A GSequence ordered by (due, handle) and a hash from handle to its place in it: add and cancel in
 * O(log n), the next one at the front. */
#include "server/base/timers.h"

typedef struct {
  gint64 due_us;
  guint64 handle;
  CsTimerFunc function;
  gpointer data;
} Timer;

typedef struct {
  GSource source;
  CsTimers *timers;
} TimerSource;

struct _CsTimers {
  CtClock *clock;
  GSource *source; /* NULL with a manual clock */
  GSequence *order;
  GHashTable *places; /* &timer->handle -> GSequenceIter* */
  guint64 last_handle;
};

static int
compare (gconstpointer a, gconstpointer b, gpointer unused)
{
  const Timer *x = a;
  const Timer *y = b;

  if (x->due_us != y->due_us)
    return x->due_us < y->due_us ? -1 : 1;
  return x->handle < y->handle ? -1 : x->handle > y->handle;
}

static void
arm (CsTimers *timers)
{
  gint64 next = cs_timers_get_next_us (timers);

  if (timers->source != NULL)
    g_source_set_ready_time (timers->source, next == G_MAXINT64 ? -1 : next);
}

static gboolean
on_due (GSource *source, GSourceFunc callback, gpointer data)
{
  cs_timers_run (((TimerSource *) source)->timers);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs timer_funcs = { NULL, NULL, on_due, NULL, NULL, NULL };

CsTimers *
cs_timers_new (CtClock *clock, GMainContext *context)
{
  CsTimers *timers = g_new0 (CsTimers, 1);

  timers->clock = ct_clock_ref (clock);
  timers->order = g_sequence_new (g_free);
  timers->places = g_hash_table_new (g_int64_hash, g_int64_equal);
  if (!ct_clock_is_manual (clock))
    {
      timers->source = g_source_new (&timer_funcs, sizeof (TimerSource));
      ((TimerSource *) timers->source)->timers = timers;
      g_source_set_static_name (timers->source, "cs-timers");
      g_source_set_ready_time (timers->source, -1);
      g_source_attach (timers->source, context);
    }
  return timers;
}

void
cs_timers_free (CsTimers *timers)
{
  if (timers->source != NULL)
    {
      g_source_destroy (timers->source);
      g_source_unref (timers->source);
    }
  g_hash_table_unref (timers->places);
  g_sequence_free (timers->order);
  ct_clock_unref (timers->clock);
  g_free (timers);
}

guint64
cs_timers_add (CsTimers *timers, gint64 due_us, CsTimerFunc function, gpointer data)
{
  Timer *timer = g_new (Timer, 1);

  *timer = (Timer){ due_us, ++timers->last_handle, function, data };
  g_hash_table_insert (timers->places, &timer->handle,
                       g_sequence_insert_sorted (timers->order, timer, compare, NULL));
  arm (timers);
  return timer->handle;
}

void
cs_timers_cancel (CsTimers *timers, guint64 *handle)
{
  GSequenceIter *place = *handle != 0 ? g_hash_table_lookup (timers->places, handle) : NULL;

  *handle = 0;
  if (place == NULL)
    return;
  g_hash_table_remove (timers->places, &((Timer *) g_sequence_get (place))->handle);
  g_sequence_remove (place);
  arm (timers);
}

guint
cs_timers_run (CsTimers *timers)
{
  guint ran = 0;

  while (cs_timers_get_next_us (timers) <= ct_clock_monotonic_us (timers->clock))
    {
      GSequenceIter *first = g_sequence_get_begin_iter (timers->order);
      Timer timer = *(Timer *) g_sequence_get (first);

      g_hash_table_remove (timers->places, &timer.handle);
      g_sequence_remove (first);
      timer.function (timer.data);
      ran++;
    }
  arm (timers);
  return ran;
}

gint64
cs_timers_get_next_us (CsTimers *timers)
{
  GSequenceIter *first = g_sequence_get_begin_iter (timers->order);

  return g_sequence_iter_is_end (first) ? G_MAXINT64 : ((Timer *) g_sequence_get (first))->due_us;
}
