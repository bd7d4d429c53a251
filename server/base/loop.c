/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A loop's queue is a list under a mutex, and a bell that its context listens to. It rings when the list
 * is no longer empty and not again before the loop found it empty, so a burst of messages costs one
 * wake-up. (g_source_set_ready_time would do, but wakes the context while it holds its lock.) */
#include "server/base/loop.h"

#include <errno.h>
#include <unistd.h>

#include "common/base/error.h"
#include "server/base/bell.h"

#define BATCH 256 /* messages per dispatch, so that timers and sockets of the loop get their turn */

typedef struct {
  CsPostFunc function;
  gpointer data;
  GDestroyNotify destroy;
} Message;

typedef struct {
  GSource source;
  CsLoop *loop;
} QueueSource;

struct _CsLoop {
  char *name;
  guint capacity;
  GMainContext *context;
  GMainLoop *main_loop; /* of the thread; NULL without one */
  GThread *thread;
  GSource *source;
  int bell;

  GMutex lock;
  GQueue messages;
  gboolean rung; /* and the list not found empty since */
  gboolean stopped;
};

static void
message_free (Message *message)
{
  if (message->destroy != NULL)
    message->destroy (message->data);
  g_free (message);
}

static gboolean
take_one (CsLoop *loop, Message **message)
{
  g_mutex_lock (&loop->lock);
  *message = g_queue_pop_head (&loop->messages);
  loop->rung = *message != NULL;
  g_mutex_unlock (&loop->lock);
  return *message != NULL;
}

static gboolean
on_queue_ready (GSource *source, GSourceFunc callback, gpointer data)
{
  CsLoop *loop = ((QueueSource *) source)->loop;
  Message *message;

  cs_bell_silence (loop->bell);
  for (int i = 0; i < BATCH; i++)
    {
      if (!take_one (loop, &message))
        return G_SOURCE_CONTINUE;
      message->function (message->data);
      message_free (message);
    }
  cs_bell_ring (loop->bell); /* there may be more */
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs queue_funcs = { NULL, NULL, on_queue_ready, NULL, NULL, NULL };

CsLoop *
cs_loop_new_for_context (const char *name, guint capacity, GMainContext *context)
{
  CsLoop *loop = g_new0 (CsLoop, 1);

  loop->name = g_strdup (name);
  loop->capacity = capacity;
  loop->context = context != NULL ? g_main_context_ref (context)
                                  : g_main_context_ref (g_main_context_default ());
  g_mutex_init (&loop->lock);
  g_queue_init (&loop->messages);
  loop->bell = cs_bell_new ();
  if (loop->bell < 0)
    g_error ("loop %s cannot be made: %s", name, g_strerror (errno)); /* as GLib does for its own */
  loop->source = g_source_new (&queue_funcs, sizeof (QueueSource));
  ((QueueSource *) loop->source)->loop = loop;
  g_source_set_static_name (loop->source, "cs-loop");
  g_source_add_unix_fd (loop->source, loop->bell, G_IO_IN);
  g_source_attach (loop->source, loop->context);
  return loop;
}

CsLoop *
cs_loop_new (const char *name, guint capacity)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  CsLoop *loop = cs_loop_new_for_context (name, capacity, context);

  loop->main_loop = g_main_loop_new (context, FALSE);
  return loop;
}

static gpointer
run (gpointer data)
{
  CsLoop *loop = data;

  g_main_context_push_thread_default (loop->context);
  g_main_loop_run (loop->main_loop);
  g_main_context_pop_thread_default (loop->context);
  return NULL;
}

void
cs_loop_start (CsLoop *loop)
{
  g_return_if_fail (loop->main_loop != NULL && loop->thread == NULL);
  loop->thread = g_thread_new (loop->name, run, loop);
}

static gboolean
push (CsLoop *loop, gboolean urgent, CsPostFunc function, gpointer data, GDestroyNotify destroy)
{
  Message *message = g_new (Message, 1);
  gboolean accepted, ring;

  *message = (Message){ function, data, destroy };
  g_mutex_lock (&loop->lock);
  accepted = !loop->stopped && (urgent || loop->messages.length < loop->capacity);
  ring = accepted && !loop->rung;
  if (accepted)
    g_queue_push_tail (&loop->messages, message);
  loop->rung |= accepted;
  g_mutex_unlock (&loop->lock);
  if (ring)
    cs_bell_ring (loop->bell);
  if (!accepted)
    message_free (message);
  return accepted;
}

gboolean
cs_post (CsLoop *loop, CsPostFunc function, gpointer data, GDestroyNotify destroy)
{
  return push (loop, FALSE, function, data, destroy);
}

gboolean
cs_post_urgent (CsLoop *loop, CsPostFunc function, gpointer data, GDestroyNotify destroy)
{
  return push (loop, TRUE, function, data, destroy);
}

void
cs_loop_drain (CsLoop *loop)
{
  Message *message;

  while (take_one (loop, &message))
    {
      message->function (message->data);
      message_free (message);
    }
}

static void
quit (gpointer data)
{
  g_main_loop_quit (data);
}

void
cs_loop_stop (CsLoop *loop)
{
  if (loop->thread != NULL)
    push (loop, TRUE, quit, loop->main_loop, NULL);
  g_mutex_lock (&loop->lock);
  loop->stopped = TRUE;
  g_mutex_unlock (&loop->lock);
  if (loop->thread != NULL)
    g_thread_join (g_steal_pointer (&loop->thread));
}

void
cs_loop_free (CsLoop *loop)
{
  Message *message;

  cs_loop_stop (loop);
  while ((message = g_queue_pop_head (&loop->messages)) != NULL)
    message_free (message);
  g_source_destroy (loop->source);
  g_source_unref (loop->source);
  close (loop->bell);
  g_clear_pointer (&loop->main_loop, g_main_loop_unref);
  g_main_context_unref (loop->context);
  g_mutex_clear (&loop->lock);
  g_free (loop->name);
  g_free (loop);
}

GMainContext *
cs_loop_get_context (CsLoop *loop)
{
  return loop->context;
}

gboolean
cs_loop_is_current (CsLoop *loop)
{
  return g_main_context_is_owner (loop->context);
}

guint
cs_loop_get_depth (CsLoop *loop)
{
  guint depth;

  g_mutex_lock (&loop->lock);
  depth = loop->messages.length;
  g_mutex_unlock (&loop->lock);
  return depth;
}

/* A call that somebody waits for: shared by the waiter and the message, freed by the last. */
typedef struct {
  gatomicrefcount references;
  GMutex lock;
  GCond done_changed;
  gboolean done;
  gboolean abandoned;
  CsPostFunc function;
  gpointer data;
  GDestroyNotify destroy;
} Call;

static void
call_unref (gpointer data)
{
  Call *call = data;

  if (!g_atomic_ref_count_dec (&call->references))
    return;
  if (call->destroy != NULL)
    call->destroy (call->data);
  g_mutex_clear (&call->lock);
  g_cond_clear (&call->done_changed);
  g_free (call);
}

static void
call_run (gpointer data)
{
  Call *call = data;
  gboolean abandoned;

  g_mutex_lock (&call->lock);
  abandoned = call->abandoned;
  g_mutex_unlock (&call->lock);
  if (abandoned)
    return;
  call->function (call->data);
  g_mutex_lock (&call->lock);
  call->done = TRUE;
  g_cond_signal (&call->done_changed);
  g_mutex_unlock (&call->lock);
}

gboolean
cs_loop_call (CsLoop *loop, CsPostFunc function, gpointer data, GDestroyNotify destroy,
              gint timeout_ms, GError **error)
{
  Call *call = g_new0 (Call, 1);
  gint64 deadline = g_get_monotonic_time () + timeout_ms * G_TIME_SPAN_MILLISECOND;
  gboolean done;

  g_atomic_ref_count_init (&call->references);
  g_mutex_init (&call->lock);
  g_cond_init (&call->done_changed);
  call->function = function;
  call->data = data;
  call->destroy = destroy;
  g_atomic_ref_count_inc (&call->references);
  if (!push (loop, FALSE, call_run, call, call_unref))
    {
      call_unref (call);
      return ct_fail (error, CT_ERROR_BUSY, "loop %s takes no more messages", loop->name);
    }
  g_mutex_lock (&call->lock);
  while (!call->done && g_cond_wait_until (&call->done_changed, &call->lock, deadline))
    ;
  done = call->done;
  call->abandoned = !done;
  g_mutex_unlock (&call->lock);
  call_unref (call);
  return done || ct_fail (error, CT_ERROR_TIMEOUT, "loop %s did not answer in time", loop->name);
}
