/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loops and the one message primitive. A loop is a thread with a GMainContext that owns state; others
 * reach that state only by posting a message to it. A message owns all it points to; live objects
 * cross threads as ids, never as pointers. Queues are bounded: a full one refuses, and the caller
 * decides what that means (a new call is refused first, a running one never: CS_POST_URGENT). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CsLoop CsLoop;
typedef void (*CsPostFunc) (gpointer data);

/* @capacity bounds waiting messages. The thread is not started yet. */
CsLoop *cs_loop_new (const char *name, guint capacity);
/* A loop without a thread: the caller's default context runs it (main(), tests). */
CsLoop *cs_loop_new_for_context (const char *name, guint capacity, GMainContext *context);
void cs_loop_start (CsLoop *loop);
/* Runs what was posted before the stop, then ends the thread. Later posts are refused. */
void cs_loop_stop (CsLoop *loop);
void cs_loop_free (CsLoop *loop);

GMainContext *cs_loop_get_context (CsLoop *loop);
gboolean cs_loop_is_current (CsLoop *loop);
/* Messages waiting now; for metrics and refusal. */
guint cs_loop_get_depth (CsLoop *loop);

/* @function (@data) runs on @loop, in the order of posting; then @destroy (@data). FALSE when the
 * queue is full or the loop has stopped: @destroy has then already run, @function never will. */
gboolean cs_post (CsLoop *loop, CsPostFunc function, gpointer data, GDestroyNotify destroy);
/* As cs_post, but never refused for fullness: for what a running call needs. */
gboolean cs_post_urgent (CsLoop *loop, CsPostFunc function, gpointer data, GDestroyNotify destroy);

/* For a worker that must wait: posts and blocks until @function has run or @timeout_ms passed
 * (CT_ERROR_TIMEOUT, CT_ERROR_BUSY). @data stays alive until both sides are done with it, then
 * @destroy runs, on whichever thread is last; so read results out of it only on TRUE and pass
 * ownership with a reference. Never call it from a loop. */
gboolean cs_loop_call (CsLoop *loop, CsPostFunc function, gpointer data, GDestroyNotify destroy,
                       gint timeout_ms, GError **error);

/* Drains messages of a loop without a thread until none is left. */
void cs_loop_drain (CsLoop *loop);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsLoop, cs_loop_free)

G_END_DECLS
