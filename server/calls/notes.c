/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the switch's note to the disk and the hub. The notes loop hands what has gathered to the writer,
 * one batch at a time, in order, and publishes each note when it is on disk: while a batch is under way
 * the next one gathers, so that a call which changes three times meanwhile is written once. When the
 * writer has no room, or the outcome of a commit is unknown, the batch is tried again (every write here
 * may be repeated); when a note is refused, each of its batch is tried alone, so that only that one is
 * lost. What needs no disk (the meter) is published at once. */
#define G_LOG_DOMAIN "calls"

#include "common/base/error.h"
#include "server/base/log.h"
#include "server/calls/calls-private.h"

#define NOTES_CAPACITY 100000
#define BATCH_NOTES 256
#define RETRY_MS 50
#define SEALERS 4
#define WRITTEN_MS 2000
#define FLUSHED_MS 10000
#define MAX_TRIES 200 /* with RETRY_MS: ten seconds of a disk that fails */

/* Somebody waits until all that was told before is written. Shared with him. */
typedef struct {
  GMutex lock;
  GCond passed_changed;
  gboolean passed;
} Fence;

static Fence *
fence_new (void)
{
  Fence *fence = g_atomic_rc_box_new0 (Fence);

  g_mutex_init (&fence->lock);
  g_cond_init (&fence->passed_changed);
  return fence;
}

static void
fence_clear (gpointer data)
{
  Fence *fence = data;

  g_mutex_clear (&fence->lock);
  g_cond_clear (&fence->passed_changed);
}

static void
fence_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, fence_clear);
}

static void
fence_pass (Fence *fence)
{
  g_mutex_lock (&fence->lock);
  fence->passed = TRUE;
  g_cond_signal (&fence->passed_changed);
  g_mutex_unlock (&fence->lock);
}

/* Waits in line: a note, or a fence between notes. */
typedef struct {
  CsCalls *calls;
  CsNote *note;
  Fence *fence;
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;

  g_clear_pointer (&item->note, cs_note_free);
  g_clear_pointer (&item->fence, fence_unref);
  g_free (item);
}

/* Under way at the writer, one at a time; shared with it. */
typedef struct {
  CsCalls *calls;
  GPtrArray *items; /* of Item */
} Batch;

static void
batch_clear (gpointer data)
{
  g_clear_pointer (&((Batch *) data)->items, g_ptr_array_unref);
}

static void
batch_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, batch_clear);
}

/* NULL for a fence. */
static const CsNote *
note_at (const Batch *batch, guint i)
{
  return ((const Item *) batch->items->pdata[i])->note;
}

/* Writing */

static const char *
miss_name (CsMiss miss)
{
  static const char *const names[] = { "no_answer", "busy", "refused", "unreachable" };

  return names[miss];
}

/* A call's row is its last view: one write of it, before the first note about it, serves them all. Returns
 * the last view of each call (CtId* -> CsCallView*, borrowed). */
static GHashTable *
last_views (const Batch *batch)
{
  GHashTable *last = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < batch->items->len; i++)
    {
      const CsNote *note = note_at (batch, i);

      if (note != NULL && note->call != NULL)
        g_hash_table_replace (last, &note->call->id, note->call);
    }
  return last;
}

/* The first time that a call is met; then it is no longer in @last. */
static gboolean
put_last_view (CsDb *db, GHashTable *last, CtId call, GError **error)
{
  const CsCallView *view = g_hash_table_lookup (last, &call);

  if (view == NULL)
    return TRUE;
  g_hash_table_remove (last, &call);
  return cs_calls_put (db, cs_scope_tenant (view->tenant), view, error);
}

static gboolean
write_call (CsCalls *calls, CsDb *db, CsScope scope, const CsNote *note, GError **error)
{
  const CsCallView *view = note->call;

  switch (note->kind)
    {
    case CS_NOTE_CALL_QUEUED:
    case CS_NOTE_CALL_KEYED:
      return cs_calls_put_keys (db, scope, view, error);
    case CS_NOTE_CALL_OFFERED:
      return cs_calls_put_offer (db, scope, view, error);
    case CS_NOTE_OFFER_MISSED:
      return cs_calls_put_miss (db, scope, view, note->user, miss_name (note->miss), error);
    case CS_NOTE_QUALITY:
      return cs_calls_add_quality (db, scope, view, note->at_ms, &note->quality, error);
    case CS_NOTE_CALL_ENDED:
      /* Nobody wraps up what nobody answered. */
      return view->answered_ms != 0
             || cs_calls_finish (calls, db, scope, view->id, NULL, NULL, error);
    case CS_NOTE_WRAP_UP_ENDED:
      return cs_calls_finish (calls, db, scope, view->id, NULL, NULL, error);
    default:
      return TRUE;
    }
}

/* FALSE for a fence, and for what a call makes of an e-agent: the call's own rows tell it. */
static gboolean
is_kept (const CsNote *note)
{
  return note != NULL && (note->kind != CS_NOTE_PRESENCE_CHANGED || note->wished);
}

static gboolean
write_note (CsCalls *calls, CsDb *db, const CsNote *note, GHashTable *last, GError **error)
{
  if (!is_kept (note))
    return TRUE;
  if (note->kind == CS_NOTE_PRESENCE_CHANGED)
    return cs_calls_put_presence (db, cs_scope_tenant (note->presence->tenant), note->presence,
                                  error);
  return put_last_view (db, last, note->call->id, error)
         && write_call (calls, db, cs_scope_tenant (note->call->tenant), note, error);
}

static gboolean
write_batch (CsDb *db, gpointer data, GError **error)
{
  const Batch *batch = data;
  g_autoptr (GHashTable) last = last_views (batch);

  for (guint i = 0; i < batch->items->len; i++)
    if (!write_note (batch->calls, db, note_at (batch, i), last, error))
      return FALSE;
  return TRUE;
}

/* The notes loop */

static void hand_over (CsCalls *calls);

static gboolean
on_retry (gpointer data)
{
  CsCalls *calls = data;

  g_clear_pointer (&calls->retry, g_source_unref);
  hand_over (calls);
  return G_SOURCE_REMOVE;
}

static void
put_back (Batch *batch)
{
  for (guint i = batch->items->len; i > 0; i--)
    g_queue_push_head (&batch->calls->waiting,
                       g_ptr_array_steal_index (batch->items, batch->items->len - 1));
}

static void
try_later (Batch *batch)
{
  CsCalls *calls = batch->calls;

  put_back (batch);
  calls->retry = g_timeout_source_new (RETRY_MS);
  g_source_set_callback (calls->retry, on_retry, calls, NULL);
  g_source_attach (calls->retry, cs_loop_get_context (calls->notes));
}

static gboolean
is_disk (const GError *error)
{
  return ct_error_is (error, CT_ERROR_UNKNOWN) || ct_error_is (error, CT_ERROR_IO);
}

static void
let_go_note (CsCalls *calls, const CsNote *note, const GError *error)
{
  if (error != NULL)
    cs_critical (CS_ABOUT (.tenant = note->call != NULL ? note->call->tenant : CT_ID_NONE,
                           .call = note->call != NULL ? note->call->id : CT_ID_NONE),
                 "%s was not written: %s", cs_note_kind_name (note->kind), error->message);
  /* By now the call's row names the recording. */
  if (note->kind == CS_NOTE_RECORDED || note->kind == CS_NOTE_VOICEMAIL)
    cs_calls_keep_recording (calls, note->recording, note->path, note->samples);
  cs_calls_publish (calls, note);
}

/* What was written, or could not be and is given up. */
static void
let_go (Batch *batch, const GError *error)
{
  for (guint i = 0; i < batch->items->len; i++)
    {
      const Item *item = batch->items->pdata[i];

      if (item->fence != NULL)
        fence_pass (item->fence);
      else
        let_go_note (batch->calls, item->note, error);
    }
}

static void
on_written (const GError *error, gpointer data)
{
  Batch *batch = data;
  CsCalls *calls = batch->calls;

  calls->writing = FALSE;
  if (error != NULL && is_disk (error) && calls->tries++ < MAX_TRIES)
    {
      try_later (batch);
      return;
    }
  calls->tries = 0;
  if (error != NULL && batch->items->len > 1)
    {
      calls->alone = batch->items->len;
      put_back (batch);
    }
  else
    let_go (batch, error);
  hand_over (calls);
}

/* What was put back first, then what was told since; NULL, and we are idle, when there is nothing. */
static Batch *
take_batch (CsCalls *calls)
{
  guint limit = calls->alone > 0 ? 1 : BATCH_NOTES;
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (item_free);
  Batch *batch;
  Item *item;

  while (items->len < limit && (item = g_queue_pop_head (&calls->waiting)) != NULL)
    g_ptr_array_add (items, item);
  g_mutex_lock (&calls->lock);
  while (items->len < limit && (item = g_queue_pop_head (&calls->told)) != NULL)
    g_ptr_array_add (items, item);
  calls->idle = items->len == 0;
  g_mutex_unlock (&calls->lock);
  if (items->len == 0)
    return NULL;
  batch = g_atomic_rc_box_new0 (Batch);
  batch->calls = calls;
  batch->items = g_steal_pointer (&items);
  return batch;
}

static gboolean
has_kept (const Batch *batch)
{
  for (guint i = 0; i < batch->items->len; i++)
    if (is_kept (note_at (batch, i)))
      return TRUE;
  return FALSE;
}

/* The next batch with anything for the disk; those before it are only told. */
static Batch *
take_kept_batch (CsCalls *calls)
{
  Batch *batch;

  while ((batch = take_batch (calls)) != NULL && !has_kept (batch))
    {
      calls->alone -= MIN (calls->alone, batch->items->len);
      let_go (batch, NULL);
      batch_unref (batch);
    }
  return batch;
}

/* The next batch, unless one is under way. */
static void
hand_over (CsCalls *calls)
{
  Batch *batch;

  if (calls->writing || calls->retry != NULL || (batch = take_kept_batch (calls)) == NULL)
    return;
  if (cs_store_write_async (calls->config.store, write_batch, g_atomic_rc_box_acquire (batch),
                            calls->notes, on_written, batch_unref, NULL))
    {
      calls->writing = TRUE;
      calls->alone -= MIN (calls->alone, batch->items->len);
    }
  else
    try_later (batch);
  batch_unref (batch);
}

static void
on_told (gpointer data)
{
  hand_over (data);
}

/* Gathers without waking the loop, which looks here by itself when it is done with a batch. */
static void
tell (Item *item)
{
  CsCalls *calls = item->calls;
  gboolean wake;

  g_mutex_lock (&calls->lock);
  g_queue_push_tail (&calls->told, item);
  wake = calls->idle;
  calls->idle = FALSE;
  g_mutex_unlock (&calls->lock);
  if (wake)
    cs_post_urgent (calls->notes, on_told, calls, NULL);
}

static void
on_passing (gpointer data)
{
  const Item *item = data;

  cs_calls_publish (item->calls, item->note);
}

/* TRUE for what is told at once, before what waits for the disk. */
static gboolean
is_passing (const CsNote *note)
{
  return note->kind == CS_NOTE_CALL_METER || note->kind == CS_NOTE_CALL_CREDIT_WARNING;
}

static void
emit (gpointer self, const CsNote *note)
{
  Item *item;

  if (note->kind == CS_NOTE_PRESENCE_CHANGED && note->presence->tenant == CT_ID_NONE)
    return;
  item = g_new0 (Item, 1);
  item->calls = self;
  item->note = cs_note_copy (note);
  if (is_passing (note))
    cs_post_urgent (item->calls->notes, on_passing, item, item_free);
  else
    tell (item);
}

CsJournal
cs_calls_get_journal (CsCalls *calls)
{
  return (CsJournal){ calls, emit };
}

static gboolean
is_idle (CsCalls *calls)
{
  gboolean idle;

  g_mutex_lock (&calls->lock);
  idle = calls->idle;
  g_mutex_unlock (&calls->lock);
  return idle;
}

static gboolean
wait_for_fence (CsCalls *calls, guint ms)
{
  gint64 end = g_get_monotonic_time () + ms * G_TIME_SPAN_MILLISECOND;
  Fence *fence;
  Item *item;
  gboolean passed;

  if (is_idle (calls))
    return TRUE;
  fence = fence_new ();
  item = g_new0 (Item, 1);
  item->calls = calls;
  item->fence = g_atomic_rc_box_acquire (fence);
  tell (item);
  g_mutex_lock (&fence->lock);
  while (!fence->passed && g_cond_wait_until (&fence->passed_changed, &fence->lock, end))
    ;
  passed = fence->passed;
  g_mutex_unlock (&fence->lock);
  fence_unref (fence);
  return passed;
}

gboolean
cs_calls_wait_written (CsCalls *calls, GError **error)
{
  return wait_for_fence (calls, WRITTEN_MS) || ct_fail (error, CT_ERROR_BUSY, "the disk is behind");
}

void
cs_calls_flush (CsCalls *calls)
{
  if (!wait_for_fence (calls, FLUSHED_MS))
    g_warning ("the last notes of calls are not on disk");
}

CsCalls *
cs_calls_new (const CsCallsConfig *config)
{
  CsCalls *calls = g_new0 (CsCalls, 1);

  calls->config = *config;
  calls->notes = cs_loop_new ("notes", NOTES_CAPACITY);
  calls->sealers = cs_workers_new ("sealers", SEALERS, 10000);
  g_mutex_init (&calls->lock);
  g_queue_init (&calls->waiting);
  g_queue_init (&calls->told);
  calls->idle = TRUE;
  calls->waiting_counts = cs_waiting_counts_new ();
  cs_loop_start (calls->notes);
  return calls;
}

void
cs_calls_set_domains (CsCalls *calls, CsScripts *scripts, CsMailer *mailer)
{
  calls->scripts = scripts;
  calls->mailer = mailer;
}

void
cs_calls_set_switch (CsCalls *calls, CsSwitch *self)
{
  calls->self = self;
}

void
cs_calls_free (CsCalls *calls)
{
  cs_loop_stop (calls->notes);
  cs_workers_free (calls->sealers);
  if (calls->retry != NULL)
    {
      g_source_destroy (calls->retry);
      g_source_unref (calls->retry);
    }
  cs_waiting_counts_free (calls->waiting_counts);
  g_queue_clear_full (&calls->waiting, item_free);
  g_queue_clear_full (&calls->told, item_free);
  g_mutex_clear (&calls->lock);
  cs_loop_free (calls->notes);
  g_free (calls);
}
