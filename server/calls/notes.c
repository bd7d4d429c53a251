/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the switch's note to the disk and the hub. The notes loop hands each note to the writer, in
 * order, and publishes it when it is on disk. When the writer has no room the note waits in a backlog,
 * in order; when the outcome of a commit is unknown it is written again (every write here may be
 * repeated). What needs no disk (the meter) is published at once. */
#define G_LOG_DOMAIN "calls"

#include "common/base/error.h"
#include "common/records/company.h"
#include "common/wire/record-json.h"
#include "server/calls/calls-private.h"

#define NOTES_CAPACITY 100000
#define RETRY_MS 50
#define WRITTEN_MS 2000
#define MAX_TRIES 200 /* with RETRY_MS: ten seconds of a disk that fails */

typedef struct {
  CsCalls *calls;
  CsNote *note;
  guint tries;
} Job;

/* Shared by the notes loop and the write under way. */
static void
job_clear (gpointer data)
{
  g_clear_pointer (&((Job *) data)->note, cs_note_free);
}

static void
job_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, job_clear);
}

static Job *
job_new (CsCalls *calls, const CsNote *note)
{
  Job *job = g_atomic_rc_box_new0 (Job);

  job->calls = calls;
  job->note = cs_note_copy (note);
  return job;
}

/* Writing */

static const char *
miss_name (CsMiss miss)
{
  static const char *const names[] = { "no_answer", "busy", "refused", "unreachable" };

  return names[miss];
}

static gboolean
write_call (CsCalls *calls, CsDb *db, CsScope scope, const CsNote *note, GError **error)
{
  const CsCallView *view = note->call;

  /* The end of a wait is told just before the note that carries what changed by it. */
  if (note->kind != CS_NOTE_QUALITY && !cs_calls_put (db, scope, view, error))
    return FALSE;
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

static gboolean
write_note (CsDb *db, gpointer data, GError **error)
{
  Job *job = data;
  const CsNote *note = job->note;

  if (note->kind == CS_NOTE_PRESENCE_CHANGED)
    return cs_calls_put_presence (db, cs_scope_tenant (note->presence->tenant), note->presence,
                                  error);
  return write_call (job->calls, db, cs_scope_tenant (note->call->tenant), note, error);
}

/* Publishing */

static void
publish_json (CsCalls *calls, CtId tenant, const char *kind, CtId whom, const char *type,
              const char *json)
{
  g_autofree char *topic = g_strdup_printf ("%s:%s", kind, ct_id_text (whom).text);

  cs_hub_publish (calls->config.hub, tenant, topic, type, json);
}

static void
publish (CsCalls *calls, CtId tenant, const char *kind, CtId whom, const char *type,
         gconstpointer record, gboolean staff)
{
  g_autofree char *json = ct_record_to_json (record, staff ? CT_WIRE_STAFF : 0);

  publish_json (calls, tenant, kind, whom, type, json);
}

static void
publish_call (CsCalls *calls, const CsNote *note)
{
  const CsCallView *view = note->call;
  g_autoptr (CtCall) call = cs_calls_record_of_view (view);
  g_autofree char *json = NULL;

  if (note->kind == CS_NOTE_CALL_METER || note->kind == CS_NOTE_CALL_CREDIT_WARNING)
    {
      g_autoptr (CtMeter) meter = ct_meter_new ();

      meter->call = view->id;
      meter->seconds = call->seconds;
      meter->cost = call->cost;
      meter->metered_at = view->metered_ms;
      meter->warn_seconds = view->warn_seconds;
      publish (calls, view->tenant, "company", view->company->id, "meter", meter, FALSE);
      if (view->agent != CT_ID_NONE)
        publish (calls, view->tenant, "user", view->agent, "meter", meter, TRUE);
      return;
    }
  json = ct_record_to_json (call, CT_WIRE_STAFF);
  /* Who missed the offer must stop showing it. */
  if (note->kind == CS_NOTE_OFFER_MISSED)
    publish_json (calls, view->tenant, "user", note->user, "call", json);
  if (view->agent != CT_ID_NONE
      && (note->kind != CS_NOTE_OFFER_MISSED || view->agent != note->user))
    publish_json (calls, view->tenant, "user", view->agent, "call", json);
  publish_json (calls, view->tenant, "tenant", view->tenant, "call", json);
  publish (calls, view->tenant, "company", view->company->id, "call", call, FALSE);
}

static void
publish_presence (CsCalls *calls, const CsPresenceView *view)
{
  g_autoptr (CtPresence) presence = cs_calls_record_of_presence (view);
  g_autofree char *json = ct_record_to_json (presence, CT_WIRE_STAFF);

  publish_json (calls, view->tenant, "user", view->user, "presence", json);
  publish_json (calls, view->tenant, "tenant", view->tenant, "presence", json);
}

static void
publish_dashboard (CsCalls *calls, CtId tenant, CtId company)
{
  g_autofree char *topic = g_strdup_printf ("company:%s", ct_id_text (company).text);

  cs_hub_publish (calls->config.hub, tenant, topic, "dashboard", "{}");
}

static void
publish_note (CsCalls *calls, const CsNote *note)
{
  if (!cs_hub_is_heard (calls->config.hub,
                        note->call != NULL ? note->call->tenant : note->presence->tenant))
    return;
  switch (note->kind)
    {
    case CS_NOTE_PRESENCE_CHANGED:
      publish_presence (calls, note->presence);
      break;
    case CS_NOTE_RECORDED:
    case CS_NOTE_VOICEMAIL:
      break;
    case CS_NOTE_QUALITY:
      publish_dashboard (calls, note->call->tenant, note->call->company->id);
      break;
    default:
      publish_call (calls, note);
      break;
    }
}

void
cs_calls_publish_credit (CsCalls *calls, const CsBalanceChange *change)
{
  g_autoptr (CtCredit) credit = NULL;

  if (!cs_hub_is_heard (calls->config.hub, change->tenant))
    return;
  credit = ct_credit_new ();
  credit->company = change->company;
  credit->credit = change->credit;
  credit->reserved = change->reserved;
  credit->at = change->at_ms;
  publish (calls, change->tenant, "company", change->company, "credit", credit, FALSE);
}

/* The notes loop */

static void hand_over (Job *job);

static gboolean
on_retry (gpointer data)
{
  CsCalls *calls = data;
  Job *job;

  g_clear_pointer (&calls->retry, g_source_unref);
  while (calls->retry == NULL && (job = g_queue_pop_head (&calls->backlog)) != NULL)
    hand_over (job);
  return G_SOURCE_REMOVE;
}

static void
wait_for_room (Job *job, gboolean in_front)
{
  CsCalls *calls = job->calls;

  if (in_front)
    g_queue_push_head (&calls->backlog, job);
  else
    g_queue_push_tail (&calls->backlog, job);
  if (calls->retry != NULL)
    return;
  calls->retry = g_timeout_source_new (RETRY_MS);
  g_source_set_callback (calls->retry, on_retry, calls, NULL);
  g_source_attach (calls->retry, cs_loop_get_context (calls->notes));
}

static void
on_written (const GError *error, gpointer data)
{
  Job *job = data;
  const CsNote *note = job->note;

  if (error != NULL && (ct_error_is (error, CT_ERROR_UNKNOWN) || ct_error_is (error, CT_ERROR_IO))
      && job->tries++ < MAX_TRIES)
    {
      wait_for_room (g_atomic_rc_box_acquire (job), TRUE);
      return;
    }
  if (error != NULL)
    g_critical ("%s of call %s was not written: %s", cs_note_kind_name (note->kind),
                note->call != NULL ? ct_id_text (note->call->id).text : "-", error->message);
  publish_note (job->calls, note);
}

/* Takes over @job. */
static void
hand_over (Job *job)
{
  CsCalls *calls = job->calls;

  if (cs_store_write_async (calls->config.store, write_note, g_atomic_rc_box_acquire (job),
                            calls->notes, on_written, job_unref, NULL))
    job_unref (job);
  else
    wait_for_room (job, FALSE);
}

/* TRUE for what does not go to the disk. */
static gboolean
is_passing (const CsNote *note)
{
  return note->kind == CS_NOTE_CALL_METER || note->kind == CS_NOTE_CALL_CREDIT_WARNING;
}

static void
on_note (gpointer data)
{
  Job *job = data;
  CsCalls *calls = job->calls;
  const CsNote *note = job->note;

  if (note->kind == CS_NOTE_PRESENCE_CHANGED && note->presence->tenant == CT_ID_NONE)
    return;
  if (is_passing (note))
    {
      publish_note (calls, note);
      return;
    }
  if (note->kind == CS_NOTE_RECORDED || note->kind == CS_NOTE_VOICEMAIL)
    cs_calls_keep_recording (calls, note->recording, note->path, note->samples);
  g_atomic_rc_box_acquire (job);
  if (calls->backlog.length > 0)
    g_queue_push_tail (&calls->backlog, job);
  else
    hand_over (job);
}

static void
emit (gpointer self, const CsNote *note)
{
  CsCalls *calls = self;

  cs_post_urgent (calls->notes, on_note, job_new (calls, note), job_unref);
}

CsJournal
cs_calls_get_journal (CsCalls *calls)
{
  return (CsJournal){ calls, emit };
}

CsCalls *
cs_calls_new (const CsCallsConfig *config)
{
  CsCalls *calls = g_new0 (CsCalls, 1);

  calls->config = *config;
  calls->notes = cs_loop_new ("notes", NOTES_CAPACITY);
  calls->sealers = cs_workers_new ("sealers", 1, 10000);
  g_queue_init (&calls->backlog);
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

typedef struct {
  CsCalls *calls;
  gboolean empty;
} Flush;

static void
check_backlog (gpointer data)
{
  Flush *flush = data;

  flush->empty = flush->calls->backlog.length == 0;
}

static void
nothing (gpointer data)
{
}

static gboolean
write_nothing (CsDb *db, gpointer data, GError **error)
{
  return TRUE;
}

gboolean
cs_calls_wait_written (CsCalls *calls, GError **error)
{
  Flush *flush = g_atomic_rc_box_new0 (Flush);
  gboolean good;

  flush->calls = calls;
  good = cs_loop_call (calls->notes, check_backlog, g_atomic_rc_box_acquire (flush),
                       (GDestroyNotify) g_atomic_rc_box_release, WRITTEN_MS, error)
         && cs_store_write (calls->config.store, write_nothing, NULL, error);
  if (good && !flush->empty)
    good = ct_fail (error, CT_ERROR_BUSY, "the disk is behind");
  g_atomic_rc_box_release (flush);
  return good;
}

void
cs_calls_flush (CsCalls *calls)
{
  gboolean empty = FALSE;

  while (!empty)
    {
      Flush *flush = g_atomic_rc_box_new0 (Flush);

      flush->calls = calls;
      if (!cs_loop_call (calls->notes, check_backlog, g_atomic_rc_box_acquire (flush),
                         (GDestroyNotify) g_atomic_rc_box_release, 10000, NULL)
          || !cs_store_write (calls->config.store, write_nothing, NULL, NULL))
        empty = TRUE; /* the disk or the loop is gone: nothing left to wait for */
      else
        empty = flush->empty;
      g_atomic_rc_box_release (flush);
      /* What was written has posted its answer to the notes loop before our own question now. */
      cs_loop_call (calls->notes, nothing, NULL, NULL, 10000, NULL);
    }
}

void
cs_calls_free (CsCalls *calls)
{
  Job *job;

  cs_loop_stop (calls->notes);
  cs_workers_free (calls->sealers);
  if (calls->retry != NULL)
    {
      g_source_destroy (calls->retry);
      g_source_unref (calls->retry);
    }
  while ((job = g_queue_pop_head (&calls->backlog)) != NULL)
    job_unref (job);
  cs_loop_free (calls->notes);
  g_free (calls);
}
