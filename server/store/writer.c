/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The writer: one thread, one connection, a bounded queue of closures. It takes what waits (at most 256
 * closures, at most for 20 ms) into one transaction and commits; while the disk is busy with that, the
 * next group gathers, so a group grows when the disk is slow. When it is not, closures gather for 50 ms,
 * since a commit costs more than all they write, unless one of them is waited for by somebody in a
 * hurry (cs_store_write).
 *
 * After the commit, closure by closure: its after-commit hooks, then its answer. When COMMIT fails
 * the outcome is unknown (the row may be there after reopening): every closure of the group that
 * had succeeded answers CT_ERROR_UNKNOWN and the connection is opened anew; until that succeeds
 * nothing new is taken, and what waits is refused with CT_ERROR_BUSY, which means "did not run". */
#define G_LOG_DOMAIN "store"

#include "server/store/store-private.h"

#define GROUP_CLOSURES 256
#define GROUP_US 20000
#define SHARED_US 50000
#define PATIENT_US 100000
#define QUEUE_CAPACITY 4096
#define REOPEN_US (250 * 1000)

typedef struct {
  CsWriteFunc function;
  gpointer data;
  CsLoop *loop;
  CsWroteFunc wrote;
  GDestroyNotify destroy;
  GArray *hooks; /* of CsHook, or NULL */
  GError *error;

  gint64 patience_us; /* how long it may wait for company */
  gboolean framed;    /* runs in a savepoint of its own, and once only */

  /* For one who waits: he owns the struct and looks at `done` under the store's lock. */
  gboolean blocking;
  gboolean done;
  GCond done_changed;
} CsWrite;

static void
drop_hooks (CsWrite *write)
{
  for (guint i = 0; write->hooks != NULL && i < write->hooks->len; i++)
    {
      CsHook *hook = &g_array_index (write->hooks, CsHook, i);

      if (hook->destroy != NULL)
        hook->destroy (hook->data);
    }
  g_clear_pointer (&write->hooks, g_array_unref);
}

static void
run_hooks (CsWrite *write)
{
  for (guint i = 0; write->hooks != NULL && i < write->hooks->len; i++)
    {
      CsHook *hook = &g_array_index (write->hooks, CsHook, i);

      hook->function (hook->data);
    }
}

static void
write_free (gpointer data)
{
  CsWrite *write = data;

  if (write->destroy != NULL)
    write->destroy (write->data);
  g_clear_error (&write->error);
  g_free (write);
}

static void
tell (gpointer data)
{
  CsWrite *write = data;

  write->wrote (write->error, write->data);
}

/* The end of a closure: hooks if it is on disk, then its answer, wherever that is wanted. */
static void
finish (CsStore *store, CsWrite *write)
{
  if (write->error == NULL)
    run_hooks (write);
  drop_hooks (write);
  if (write->blocking)
    {
      g_mutex_lock (&store->lock);
      write->done = TRUE;
      g_cond_signal (&write->done_changed);
      g_mutex_unlock (&store->lock);
    }
  else if (write->wrote != NULL && write->loop != NULL)
    cs_post_urgent (write->loop, tell, write, write_free);
  else
    {
      if (write->wrote != NULL)
        tell (write);
      write_free (write);
    }
}

/* The frame of a group, prepared like any statement: they run thousands of times a second. */
static const CsSql begin_group = { "begin_group", "BEGIN IMMEDIATE" };
static const CsSql commit_group = { "commit_group", "COMMIT" };
static const CsSql begin_closure = { "begin_closure", "SAVEPOINT closure" };
static const CsSql keep_closure = { "keep_closure", "RELEASE closure" };

static gboolean
run_frame (CsDb *db, const CsSql *sql, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, sql);

  return cs_query_run (query, NULL, error);
}

/* The closure itself. FALSE when the whole transaction is gone (SQLite rolled it back by itself: disk
 * full, I/O). */
static gboolean
run_function (CsDb *db, CsWrite *write)
{
  db->writing = TRUE;
  if (!write->function (db, write->data, &write->error) && write->error == NULL)
    ct_fail (&write->error, CT_ERROR_IO, "a write failed and did not say why");
  write->hooks = g_steal_pointer (&db->hooks);
  db->writing = FALSE;
  if (write->error != NULL)
    drop_hooks (write);
  return !sqlite3_get_autocommit (db->handle);
}

static gboolean
run_framed (CsDb *db, CsWrite *write)
{
  if (!run_frame (db, &begin_closure, &write->error) || !run_function (db, write))
    return FALSE;
  if (write->error != NULL)
    return cs_db_exec (db, "ROLLBACK TO closure; RELEASE closure", NULL);
  return run_frame (db, &keep_closure, &write->error);
}

/* One of them failed without a frame that could undo it alone: all over again, each in its own. */
static gboolean
run_again (CsDb *db, GPtrArray *group, GError **error)
{
  if (!cs_db_exec (db, "ROLLBACK", error) || !run_frame (db, &begin_group, error))
    return FALSE;
  for (guint i = 0; i < group->len; i++)
    {
      CsWrite *write = g_ptr_array_index (group, i);

      drop_hooks (write);
      g_clear_error (&write->error);
      if (!run_framed (db, write))
        return ct_fail (error, CT_ERROR_IO, "%s",
                        write->error != NULL ? write->error->message : "a savepoint is lost");
    }
  return TRUE;
}

/* Adds @write to the group that runs. *@framed: whether each has a savepoint; it costs more than most
 * closures, so it waits until one of them needs it. FALSE when the transaction is gone. */
static gboolean
run_closure (CsDb *db, GPtrArray *group, CsWrite *write, gboolean *framed, GError **error)
{
  g_ptr_array_add (group, write);
  *framed = *framed || write->framed;
  if (!*framed && run_function (db, write))
    {
      *framed = write->error != NULL;
      return write->error == NULL || run_again (db, group, error);
    }
  if (*framed && run_framed (db, write))
    return TRUE;
  return ct_fail (error, CT_ERROR_IO, "%s",
                  write->error != NULL ? write->error->message : "a savepoint is lost");
}

/* What waits is taken over whole, so that the lock is not fought for at every closure. */
static void
take_over (CsStore *store)
{
  store->taken = store->queue;
  g_queue_init (&store->queue);
  store->due_us = G_MAXINT64;
}

static CsWrite *
pop_taken (CsStore *store)
{
  CsWrite *write = g_queue_pop_head (&store->taken);

  if (write != NULL)
    g_atomic_int_add (&store->waiting, -1);
  return write;
}

static CsWrite *
take (CsStore *store)
{
  if (g_queue_is_empty (&store->taken))
    {
      g_mutex_lock (&store->lock);
      take_over (store);
      g_mutex_unlock (&store->lock);
    }
  return pop_taken (store);
}

/* Gives every closure of the group that believes it succeeded the error it must answer. */
static void
fail_group (GPtrArray *group, CtErrorCode code, const GError *reason)
{
  for (guint i = 0; i < group->len; i++)
    {
      CsWrite *write = g_ptr_array_index (group, i);

      if (write->error == NULL)
        ct_fail (&write->error, code, "%s", reason->message);
    }
}

/* Certain not to be on disk: rolled back whole, or about to be by closing. */
static void
lose_group (GPtrArray *group, const GError *reason)
{
  g_autoptr (GError) lost
      = g_error_new_literal (CT_ERROR, CT_ERROR_IO, "the group was rolled back");

  g_warning ("a group of %u was rolled back: %s", group->len, reason->message);
  fail_group (group, CT_ERROR_IO, lost);
}

/* Runs and commits one group, which begins with @write. FALSE when the connection must be reopened. */
static gboolean
run_group (CsStore *store, CsWrite *write, GPtrArray *group)
{
  CsDb *db = store->db;
  gint64 end = g_get_monotonic_time () + GROUP_US;
  gboolean framed = FALSE;
  g_autoptr (GError) error = NULL;

  if (!run_frame (db, &begin_group, &error))
    {
      g_ptr_array_add (group, write);
      fail_group (group, CT_ERROR_BUSY, error);
      return FALSE;
    }
  do
    if (!run_closure (db, group, write, &framed, &error))
      {
        lose_group (group, error);
        return FALSE;
      }
  while (group->len < GROUP_CLOSURES && g_get_monotonic_time () < end
         && (write = take (store)) != NULL);
  if (run_frame (db, &commit_group, &error))
    {
      store->commits++;
      return TRUE;
    }
  g_warning ("COMMIT failed, the outcome of %u writes is unknown: %s", group->len, error->message);
  fail_group (group, CT_ERROR_UNKNOWN, error);
  return FALSE;
}

static void
refuse_waiting (CsStore *store)
{
  CsWrite *write;

  while ((write = take (store)) != NULL)
    {
      ct_fail (&write->error, CT_ERROR_BUSY, "the database does not answer");
      finish (store, write);
    }
}

static void
reopen (CsStore *store)
{
  g_mutex_lock (&store->lock);
  store->broken = TRUE;
  g_mutex_unlock (&store->lock);
  g_clear_pointer (&store->db, cs_db_free);
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      gboolean stopping;

      store->db = cs_db_open (store, TRUE, &error);
      g_mutex_lock (&store->lock);
      if (store->db == NULL && !store->stopping)
        g_cond_wait_until (&store->wake, &store->lock, g_get_monotonic_time () + REOPEN_US);
      stopping = store->stopping;
      store->broken = store->db == NULL;
      g_mutex_unlock (&store->lock);
      if (store->db != NULL)
        {
          g_info ("the database was opened anew");
          return;
        }
      refuse_waiting (store);
      if (stopping)
        return;
      g_warning ("the database cannot be opened: %s", error->message);
    }
}

/* Under the lock: until somebody's patience ends, or a group is full. */
static void
gather (CsStore *store)
{
  while (!store->stopping && store->queue.length < GROUP_CLOSURES
         && g_get_monotonic_time () < store->due_us)
    if (g_queue_is_empty (&store->queue))
      g_cond_wait (&store->wake, &store->lock);
    else
      g_cond_wait_until (&store->wake, &store->lock, store->due_us);
}

/* NULL when the store stops and nothing waits. */
static CsWrite *
wait_for_work (CsStore *store)
{
  if (g_queue_is_empty (&store->taken))
    {
      g_mutex_lock (&store->lock);
      gather (store);
      take_over (store);
      g_mutex_unlock (&store->lock);
    }
  return pop_taken (store);
}

static gpointer
run_writer (gpointer data)
{
  CsStore *store = data;
  g_autoptr (GPtrArray) group = g_ptr_array_new ();
  CsWrite *write;

  while ((write = wait_for_work (store)) != NULL)
    {
      gboolean healthy = run_group (store, write, group);

      if (!healthy)
        reopen (store);
      for (guint i = 0; i < group->len; i++)
        finish (store, g_ptr_array_index (group, i));
      g_ptr_array_set_size (group, 0);
      if (store->db == NULL)
        break; /* told to stop while the disk was away */
    }
  refuse_waiting (store);
  return NULL;
}

void
cs_writer_start (CsStore *store)
{
  store->thread = g_thread_new ("writer", run_writer, store);
}

void
cs_writer_stop (CsStore *store)
{
  g_mutex_lock (&store->lock);
  store->stopping = TRUE;
  g_cond_signal (&store->wake);
  g_mutex_unlock (&store->lock);
  g_clear_pointer (&store->thread, g_thread_join);
}

static gboolean
push (CsStore *store, CsWrite *write, gboolean urgent, GError **error)
{
  gint64 due_us = g_get_monotonic_time () + write->patience_us;
  gboolean taken;

  g_mutex_lock (&store->lock);
  taken = !store->stopping && !store->broken
          && (urgent || g_atomic_int_get (&store->waiting) < QUEUE_CAPACITY);
  if (taken)
    {
      g_queue_push_tail (&store->queue, write);
      g_atomic_int_inc (&store->waiting);
      if (due_us < store->due_us || store->queue.length == GROUP_CLOSURES)
        g_cond_signal (&store->wake);
      store->due_us = MIN (store->due_us, due_us);
    }
  g_mutex_unlock (&store->lock);
  return taken || ct_fail (error, CT_ERROR_BUSY, "the database takes no more writes now");
}

static gboolean
write_blocking (CsStore *store, CsWriteFunc function, gpointer data, gint64 patience_us,
                GError **error)
{
  CsWrite write = { .function = function,
                    .data = data,
                    .patience_us = patience_us,
                    .framed = patience_us == 0,
                    .blocking = TRUE };

  g_return_val_if_fail (g_thread_self () != store->thread, FALSE);
  g_cond_init (&write.done_changed);
  if (push (store, &write, FALSE, error))
    {
      g_mutex_lock (&store->lock);
      while (!write.done)
        g_cond_wait (&write.done_changed, &store->lock);
      g_mutex_unlock (&store->lock);
      if (write.error == NULL)
        {
          g_cond_clear (&write.done_changed);
          return TRUE;
        }
      g_propagate_error (error, write.error);
    }
  g_cond_clear (&write.done_changed);
  return FALSE;
}

gboolean
cs_store_write (CsStore *store, CsWriteFunc function, gpointer data, GError **error)
{
  return write_blocking (store, function, data, 0, error);
}

gboolean
cs_store_write_patiently (CsStore *store, CsWriteFunc function, gpointer data, GError **error)
{
  return write_blocking (store, function, data, PATIENT_US, error);
}

static gboolean
write_async (CsStore *store, gboolean urgent, CsWrite *write, GError **error)
{
  if (push (store, write, urgent, error))
    return TRUE;
  write_free (write);
  return FALSE;
}

static CsWrite *
write_new (CsWriteFunc function, gpointer data, CsLoop *loop, CsWroteFunc wrote,
           GDestroyNotify destroy)
{
  CsWrite *write = g_new0 (CsWrite, 1);

  write->function = function;
  write->data = data;
  write->loop = loop;
  write->wrote = wrote;
  write->destroy = destroy;
  write->patience_us = SHARED_US;
  return write;
}

gboolean
cs_store_write_async (CsStore *store, CsWriteFunc function, gpointer data, CsLoop *loop,
                      CsWroteFunc wrote, GDestroyNotify destroy, GError **error)
{
  return write_async (store, FALSE, write_new (function, data, loop, wrote, destroy), error);
}

gboolean
cs_store_write_urgent (CsStore *store, CsWriteFunc function, gpointer data, CsLoop *loop,
                       CsWroteFunc wrote, GDestroyNotify destroy, GError **error)
{
  return write_async (store, TRUE, write_new (function, data, loop, wrote, destroy), error);
}

guint
cs_store_get_depth (CsStore *store)
{
  return (guint) g_atomic_int_get (&store->waiting);
}

void
cs_db_after_commit (CsDb *db, CsPostFunc function, gpointer data, GDestroyNotify destroy)
{
  CsHook hook = { function, data, destroy };

  if (db->writing)
    {
      if (db->hooks == NULL)
        db->hooks = g_array_new (FALSE, FALSE, sizeof (CsHook));
      g_array_append_val (db->hooks, hook);
      return;
    }
  g_critical ("cs_db_after_commit outside of a write closure");
  if (destroy != NULL)
    destroy (data);
}

guint64
cs_db_get_commits (CsDb *db)
{
  return db->store->commits;
}
