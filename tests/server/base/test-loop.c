/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages keep their order, are bounded, are destroyed exactly once; timers run in order of due time. */
#include "common/base/error.h"
#include "server/base/loop.h"
#include "server/base/timers.h"

typedef struct {
  GArray *seen;
  int value;
  CsLoop *loop; /* to post to */
} Note;

static int destroyed;

static void
note_run (gpointer data)
{
  Note *note = data;

  g_array_append_val (note->seen, note->value);
}

static void
note_free (gpointer data)
{
  g_atomic_int_inc (&destroyed);
  g_free (data);
}

static Note *
note_new (GArray *seen, int value)
{
  Note *note = g_new (Note, 1);

  *note = (Note){ seen, value, NULL };
  return note;
}

static void
test_order_and_bound (void)
{
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (CsLoop) loop = cs_loop_new_for_context ("test", 3, NULL);

  destroyed = 0;
  for (int i = 0; i < 3; i++)
    g_assert_true (cs_post (loop, note_run, note_new (seen, i), note_free));
  g_assert_false (cs_post (loop, note_run, note_new (seen, 99), note_free));
  g_assert_cmpint (destroyed, ==, 1);
  g_assert_true (cs_post_urgent (loop, note_run, note_new (seen, 3), note_free));
  g_assert_cmpuint (cs_loop_get_depth (loop), ==, 4);
  cs_loop_drain (loop);
  g_assert_cmpint (destroyed, ==, 5);
  for (int i = 0; i < 4; i++)
    g_assert_cmpint (g_array_index (seen, int, i), ==, i);
}

/* More than one turn of the loop takes, and some that arrive while it works: one ring is enough for all. */
static void
note_run_and_post (gpointer data)
{
  Note *note = data;

  note_run (note);
  if (note->value < 1000)
    cs_post (note->loop, note_run, note_new (note->seen, 1000 + note->value), note_free);
}

static void
test_burst (void)
{
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (CsLoop) loop = cs_loop_new_for_context ("test", 5000, context);

  for (int i = 0; i < 1000; i++)
    {
      Note *note = note_new (seen, i);

      note->loop = loop;
      g_assert_true (cs_post (loop, note_run_and_post, note, note_free));
    }
  while (seen->len < 2000)
    g_assert_true (g_main_context_iteration (context, FALSE));
  for (int i = 0; i < 2000; i++)
    g_assert_cmpint (g_array_index (seen, int, i), ==, i);
  g_assert_false (g_main_context_iteration (context, FALSE));
  g_assert_true (cs_post (loop, note_run, note_new (seen, 2000), note_free));
  g_assert_true (g_main_context_iteration (context, FALSE));
  g_assert_cmpuint (seen->len, ==, 2001);
}

static void
test_call_from_thread (void)
{
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (int));
  CsLoop *loop = cs_loop_new ("test", 10);
  g_autoptr (GError) error = NULL;

  /* Nobody runs the loop yet: the deadline passes and the call is abandoned. */
  g_assert_false (cs_loop_call (loop, note_run, note_new (seen, 1), note_free, 1, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_TIMEOUT));
  cs_loop_start (loop);
  for (int i = 2; i < 1002; i++)
    g_assert_true (cs_loop_call (loop, note_run, note_new (seen, i), note_free, 5000, NULL));
  cs_loop_free (loop);
  g_assert_cmpuint (seen->len, ==, 1000);
  g_assert_cmpint (g_array_index (seen, int, 0), ==, 2);
}

static void
test_timers (void)
{
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (CtClock) clock = ct_clock_new_manual (0);
  g_autoptr (CsTimers) timers = cs_timers_new (clock, NULL);
  gint64 now = ct_clock_monotonic_us (clock);
  Note notes[4] = { { seen, 0 }, { seen, 1 }, { seen, 2 }, { seen, 3 } };
  guint64 cancelled = cs_timers_add (timers, now + 20, note_run, &notes[0]);

  cs_timers_add (timers, now + 30, note_run, &notes[3]);
  cs_timers_add (timers, now + 10, note_run, &notes[1]);
  cs_timers_add (timers, now + 10, note_run, &notes[2]);
  cs_timers_cancel (timers, &cancelled);
  g_assert_cmpuint (cancelled, ==, 0);
  ct_clock_advance_us (clock, 9);
  g_assert_cmpuint (cs_timers_run (timers), ==, 0);
  ct_clock_advance_us (clock, 1);
  g_assert_cmpuint (cs_timers_run (timers), ==, 2);
  g_assert_cmpint (cs_timers_get_next_us (timers), ==, now + 30);
  ct_clock_advance_us (clock, 100);
  g_assert_cmpuint (cs_timers_run (timers), ==, 1);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (g_array_index (seen, int, i), ==, i + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loop/order-and-bound", test_order_and_bound);
  g_test_add_func ("/loop/burst", test_burst);
  g_test_add_func ("/loop/call", test_call_from_thread);
  g_test_add_func ("/timers", test_timers);
  return g_test_run ();
}
