/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Holds a store's writer until told: a disk that is silent, or time for a group to gather. */
#pragma once

#include "server/store/store.h"

typedef struct {
  GMutex lock;
  GCond changed;
  gboolean entered, open;
} Gate;

static inline gboolean
wait_at_gate (CsDb *db, gpointer data, GError **error)
{
  Gate *gate = data;

  g_mutex_lock (&gate->lock);
  gate->entered = TRUE;
  g_cond_broadcast (&gate->changed);
  while (!gate->open)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
  return TRUE;
}

/* The writer stands at it when this returns. */
static inline void
close_gate (CsStore *store, Gate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->entered = gate->open = FALSE;
  g_mutex_unlock (&gate->lock);
  g_assert_true (cs_store_write_async (store, wait_at_gate, gate, NULL, NULL, NULL, NULL));
  g_mutex_lock (&gate->lock);
  while (!gate->entered)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
}

static inline void
open_gate (Gate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->open = TRUE;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}
