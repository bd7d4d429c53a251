/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waits for what comes by the main loop, and fails when it does not come in WAIT_SECONDS. */
#pragma once

#include <glib.h>

#define WAIT_SECONDS 20

static inline gboolean
on_wait_beat (gpointer unused)
{
  return G_SOURCE_CONTINUE; /* the deadline is seen also when nothing happens */
}

#define WAIT_UNTIL(condition)                                                                      \
  do                                                                                               \
    {                                                                                              \
      gint64 wait_end = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;                   \
      guint wait_beat = g_timeout_add (100, on_wait_beat, NULL);                                   \
                                                                                                   \
      while (!(condition))                                                                         \
        {                                                                                          \
          g_assert_cmpint (g_get_monotonic_time (), <, wait_end);                                  \
          g_main_context_iteration (NULL, TRUE);                                                   \
        }                                                                                          \
      g_source_remove (wait_beat);                                                                 \
  } while (0)
