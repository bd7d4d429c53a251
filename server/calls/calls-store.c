/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "calls"

#include "server/calls/calls-store.h"

#include <string.h>

#include "common/base/error.h"
#include "common/wire/record-json.h"
#include "server/calls/calls-private.h"

#define QUARTER_MS (15 * 60 * 1000)
#define MAX_WORDS 16384

void
cs_call_row_free (CsCallRow *row)
{
  g_free (row->line_label);
  g_free (row->called);
  g_free (row->caller);
  g_free (row->language);
  g_free (row->state);
  g_free (row->cause);
  g_free (row->disposition);
  g_free (row->note);
  g_free (row);
}

/* Writing what the switch tells */

CS_SQL (put_call,
        "INSERT INTO call (id, tenant, company, line, called, caller, language, state, started,"
        "  queued, offered, answered, ended, waited_us, agent, seconds, onward_seconds, rate,"
        "  pay_rate, script, script_version, cause, plan_version, recording, voicemail_recording,"
        "  line_label)"
        "  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
        "  ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)"
        "  ON CONFLICT (id) DO UPDATE SET language = excluded.language, state = excluded.state,"
        "  queued = excluded.queued, offered = excluded.offered, answered = excluded.answered,"
        "  ended = excluded.ended, waited_us = excluded.waited_us, agent = excluded.agent,"
        "  seconds = excluded.seconds, onward_seconds = excluded.onward_seconds,"
        "  cause = excluded.cause, recording = excluded.recording,"
        "  voicemail_recording = excluded.voicemail_recording");
CS_SQL (put_key, "INSERT INTO call_key (call, place, name, value, words)"
                 "  VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (call, place) DO NOTHING");
static void
bind_time (CsQuery *query, int position, gint64 utc_ms)
{
  if (utc_ms != 0)
    cs_bind_int (query, position, utc_ms);
  else
    cs_bind_null (query, position);
}

gboolean
cs_calls_put (CsDb *db, CsScope scope, const CsCallView *view, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_call);

  cs_bind_id (query, 1, view->id);
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, view->company->id);
  cs_bind_id (query, 4, view->line->id);
  cs_bind_text (query, 5, view->called);
  cs_bind_text (query, 6, view->caller);
  cs_bind_text (query, 7, cs_language_code (view->language));
  cs_bind_text (query, 8, cs_call_state_name (view->state));
  cs_bind_int (query, 9, view->started_ms);
  bind_time (query, 10, view->queued_ms);
  bind_time (query, 11, view->offered_ms);
  bind_time (query, 12, view->answered_ms);
  bind_time (query, 13, view->ended_ms);
  cs_bind_int (query, 14, view->waited_us);
  cs_bind_id (query, 15, view->agent);
  cs_bind_int (query, 16, view->seconds);
  cs_bind_int (query, 17, view->onward_seconds);
  cs_bind_int (query, 18, view->company->rate);
  cs_bind_int (query, 19, view->company->pay_rate);
  cs_bind_id (query, 20, view->line->script);
  cs_bind_id (query, 21, view->line->script_version);
  cs_bind_text (query, 22, view->state == CS_CALL_ENDED ? cs_end_cause_name (view->cause) : NULL);
  cs_bind_int (query, 23, (gint64) view->plan->version);
  cs_bind_id (query, 24, view->recording);
  cs_bind_id (query, 25, view->voicemail);
  cs_bind_text (query, 26, view->line->label);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_calls_put_keys (CsDb *db, CsScope scope, const CsCallView *view, GError **error)
{
  for (guint i = 0; i < view->n_keyed; i++)
    {
      g_autoptr (CsQuery) query = cs_query (db, &put_key);
      g_autoptr (CtKeyed) keyed = cs_calls_keyed_of_view (view, i);
      g_autofree char *words
          = keyed->label != NULL || keyed->meaning != NULL ? ct_record_to_json (keyed, 0) : NULL;

      cs_bind_id (query, 1, view->id);
      cs_bind_int (query, 2, i);
      cs_bind_text (query, 3, view->keyed[i].name);
      cs_bind_text (query, 4, view->keyed[i].value);
      cs_bind_text (query, 5, words);
      if (!cs_query_run (query, NULL, error))
        return FALSE;
    }
  return TRUE;
}

CS_SQL (add_quality,
        "INSERT INTO quality (tenant, company, line, quarter, reference, wait_limit,"
        "  early_numerator, early_denominator, received, unanswered, late_seconds, early_seconds,"
        "  beyond_limit, within_reference, answered, waited_seconds)"
        "  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
        "  ON CONFLICT (line, quarter, reference, wait_limit, early_numerator, early_denominator)"
        "  DO UPDATE SET received = quality.received + excluded.received,"
        "  unanswered = quality.unanswered + excluded.unanswered,"
        "  late_seconds = quality.late_seconds + excluded.late_seconds,"
        "  early_seconds = quality.early_seconds + excluded.early_seconds,"
        "  beyond_limit = quality.beyond_limit + excluded.beyond_limit,"
        "  within_reference = quality.within_reference + excluded.within_reference,"
        "  answered = quality.answered + excluded.answered,"
        "  waited_seconds = quality.waited_seconds + excluded.waited_seconds");

CS_SQL (mark_counted, "UPDATE call SET counted = 1 WHERE id = ?1 AND tenant = ?2 AND counted = 0");

/* TRUE in @first once a call, so that a write tried again counts nothing twice. */
static gboolean
mark_as_counted (CsDb *db, CsScope scope, CtId call, gboolean *first, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &mark_counted);
  gint64 changed = 0;

  cs_bind_id (query, 1, call);
  cs_bind_id (query, 2, scope.tenant);
  if (!cs_query_run (query, &changed, error))
    return FALSE;
  *first = changed == 1;
  return TRUE;
}

gboolean
cs_calls_add_quality (CsDb *db, CsScope scope, const CsCallView *view, gint64 at_ms,
                      const CtQualityCounts *counts, GError **error)
{
  g_autoptr (CsQuery) query = NULL;
  gboolean first;

  if (!mark_as_counted (db, scope, view->id, &first, error))
    return FALSE;
  if (!first)
    return TRUE;
  query = cs_query (db, &add_quality);
  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, view->company->id);
  cs_bind_id (query, 3, view->line->id);
  cs_bind_int (query, 4, at_ms - at_ms % QUARTER_MS);
  cs_bind_int (query, 5, counts->settings.reference);
  cs_bind_int (query, 6, counts->settings.limit);
  cs_bind_int (query, 7, counts->settings.early_numerator);
  cs_bind_int (query, 8, counts->settings.early_denominator);
  cs_bind_int (query, 9, counts->received);
  cs_bind_int (query, 10, counts->unanswered);
  cs_bind_int (query, 11, counts->late_seconds);
  cs_bind_int (query, 12, counts->early_seconds);
  cs_bind_int (query, 13, counts->beyond_limit);
  cs_bind_int (query, 14, counts->within_reference);
  cs_bind_int (query, 15, counts->answered);
  cs_bind_int (query, 16, counts->waited_seconds);
  return cs_query_run (query, NULL, error);
}

CS_SQL (put_presence, "INSERT INTO presence_log (id, tenant, person, state, reason, since)"
                      "  VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

gboolean
cs_calls_put_presence (CsDb *db, CsScope scope, const CsPresenceView *view, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_presence);

  cs_bind_id (query, 1, ct_id_new (cs_db_get_clock (db)));
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, view->user);
  cs_bind_text (query, 4, cs_presence_name (view->wish));
  cs_bind_text (query, 5, view->reason);
  cs_bind_int (query, 6, view->since_ms);
  return cs_query_run (query, NULL, error);
}

CS_SQL (last_presence, "SELECT state FROM presence_log WHERE tenant = ?1 AND person = ?2"
                       "  ORDER BY since DESC, id DESC LIMIT 1");

gboolean
cs_calls_was_working (CsDb *db, CsScope scope, CtId user, gboolean *working, GError **error)
{
  /* The states that a call made of him are of older versions, which logged those too. */
  static const char *const states[] = { "available", "ringing", "talking", "wrap_up", NULL };
  g_autoptr (CsQuery) query = cs_query (db, &last_presence);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, user);
  result = cs_query_step (query, error);
  *working = result == CS_ROW_READY && g_strv_contains (states, cs_column_text (query, "state"));
  return result != CS_ROW_FAILED;
}

CS_SQL (close_call, "UPDATE call SET finished = ?3, disposition = ?4, note = ?5"
                    "  WHERE id = ?1 AND tenant = ?2 AND finished IS NULL");
CS_SQL (amend_call, "UPDATE call SET disposition = ?3, note = ?4 WHERE id = ?1 AND tenant = ?2");

gboolean
cs_calls_close (CsDb *db, CsScope scope, CtId call, const char *disposition, const char *note,
                gboolean *first, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &close_call);
  g_autoptr (CsQuery) amend = NULL;
  gint64 changed;

  cs_bind_id (query, 1, call);
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_int (query, 3, ct_clock_utc_ms (cs_db_get_clock (db)));
  cs_bind_text (query, 4, disposition);
  cs_bind_text (query, 5, note);
  if (!cs_query_run (query, &changed, error))
    return FALSE;
  *first = changed == 1;
  if (*first || disposition == NULL)
    return TRUE;
  amend = cs_query (db, &amend_call);
  cs_bind_id (amend, 1, call);
  cs_bind_id (amend, 2, scope.tenant);
  cs_bind_text (amend, 3, disposition);
  cs_bind_text (amend, 4, note);
  return cs_query_run (amend, NULL, error);
}

CS_SQL (end_restarted,
        "UPDATE call SET state = 'ended', cause = 'restart', seconds = ?2, ended ="
        "  CASE WHEN answered IS NULL THEN started ELSE answered + CAST (?2 AS INTEGER) * 1000 END"
        "  WHERE id = ?1 AND ended IS NULL AND (tenant = ?3 OR ?3 IS NULL)");

gboolean
cs_calls_end_restarted (CsDb *db, CsScope scope, CtId call, gint64 seconds, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &end_restarted);

  cs_bind_id (query, 1, call);
  cs_bind_int (query, 2, seconds);
  cs_bind_id (query, 3, scope.tenant);
  return cs_query_run (query, NULL, error);
}

/* Reading */

#define CALL_COLUMNS                                                                               \
  "id, tenant, company, line, called, caller, language, state, started, queued, offered, "         \
  "answered,"                                                                                      \
  "  ended, waited_us, agent, seconds, onward_seconds, rate, pay_rate, script, script_version,"    \
  "  cause, plan_version, recording, blob, recording_samples, voicemail_recording,"                \
  "  voicemail_blob, voicemail_samples, disposition, note, finished, line_label FROM call "

CS_SQL (get_call, "SELECT " CALL_COLUMNS "WHERE id = ?1 AND (tenant = ?2 OR ?2 IS NULL)");
CS_SQL (find_recording, "SELECT " CALL_COLUMNS "WHERE (recording = ?1 OR voicemail_recording = ?1)"
                        "  AND (tenant = ?2 OR ?2 IS NULL)");
/* Each walks an index from the newest and stops at the limit, however many calls there have been: that of
 * the company, that of the e-agent, or all calls (the plus keeps the tenant's index out, which has
 * another order). */
#define PAGE_OF_CALLS                                                                              \
  "  AND started >= ?4 AND (?5 = 0 OR (started, id) <"                                             \
  "    (SELECT c.started, c.id FROM call c WHERE c.id = ?5))"                                      \
  "  ORDER BY started DESC, id DESC LIMIT ?6"
CS_SQL (list_calls_of_company, "SELECT " CALL_COLUMNS "WHERE tenant = ?1 AND company = ?2"
                               "  AND (agent = ?3 OR ?3 IS NULL)" PAGE_OF_CALLS);
CS_SQL (list_calls_of_agent, "SELECT " CALL_COLUMNS "WHERE tenant = ?1 AND agent = ?3"
                             "  AND (company = ?2 OR ?2 IS NULL)" PAGE_OF_CALLS);
CS_SQL (list_calls, "SELECT " CALL_COLUMNS "WHERE +tenant = ?1 AND (company = ?2 OR ?2 IS NULL)"
                    "  AND (agent = ?3 OR ?3 IS NULL) AND started >= ?4 AND id < ?5"
                    "  ORDER BY id DESC LIMIT ?6");
CS_SQL (list_open, "SELECT " CALL_COLUMNS
                   "WHERE finished IS NULL AND (tenant = ?1 OR ?1 IS NULL) ORDER BY id");

static CsCallRow *
row_of (CsQuery *query)
{
  CsCallRow *row = g_new0 (CsCallRow, 1);

  row->id = cs_column_id (query, "id");
  row->tenant = cs_column_id (query, "tenant");
  row->company = cs_column_id (query, "company");
  row->line = cs_column_id (query, "line");
  row->line_label = cs_column_dup_text (query, "line_label");
  row->called = cs_column_dup_text (query, "called");
  row->caller = cs_column_dup_text (query, "caller");
  row->language = cs_column_dup_text (query, "language");
  row->state = cs_column_dup_text (query, "state");
  row->started = cs_column_int (query, "started");
  row->queued = cs_column_int (query, "queued");
  row->offered = cs_column_int (query, "offered");
  row->answered = cs_column_int (query, "answered");
  row->ended = cs_column_int (query, "ended");
  row->waited_us = cs_column_int (query, "waited_us");
  row->agent = cs_column_id (query, "agent");
  row->seconds = cs_column_int (query, "seconds");
  row->onward_seconds = cs_column_int (query, "onward_seconds");
  row->rate = cs_column_int (query, "rate");
  row->pay_rate = cs_column_int (query, "pay_rate");
  row->script = cs_column_id (query, "script");
  row->script_version = cs_column_id (query, "script_version");
  row->cause = cs_column_dup_text (query, "cause");
  row->plan_version = cs_column_int (query, "plan_version");
  row->recording = cs_column_id (query, "recording");
  row->blob = cs_column_id (query, "blob");
  row->recording_samples = cs_column_int (query, "recording_samples");
  row->voicemail_recording = cs_column_id (query, "voicemail_recording");
  row->voicemail_blob = cs_column_id (query, "voicemail_blob");
  row->voicemail_samples = cs_column_int (query, "voicemail_samples");
  row->disposition = cs_column_dup_text (query, "disposition");
  row->note = cs_column_dup_text (query, "note");
  row->finished = cs_column_int (query, "finished");
  return row;
}

static CsCallRow *
read_one (CsQuery *query, CsScope scope, CtId id, const char *what, GError **error)
{
  CsRowResult result;

  cs_bind_id (query, 1, id);
  cs_bind_id (query, 2, scope.tenant);
  result = cs_query_step (query, error);
  if (result == CS_ROW_NONE)
    ct_fail (error, CT_ERROR_NOT_FOUND, "no %s %s", what, ct_id_text (id).text);
  return result == CS_ROW_READY ? row_of (query) : NULL;
}

CsCallRow *
cs_calls_get (CsDb *db, CsScope scope, CtId call, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_call);

  return read_one (query, scope, call, "call", error);
}

CsCallRow *
cs_calls_find_recording (CsDb *db, CsScope scope, CtId recording, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_recording);

  return read_one (query, scope, recording, "recording", error);
}

static GPtrArray *
read_all (CsQuery *query, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_call_row_free);
  CsRowResult result;

  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    g_ptr_array_add (list, row_of (query));
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

GPtrArray *
cs_calls_list (CsDb *db, CsScope scope, CtId company, CtId agent, gint64 since_ms, gint64 before_id,
               guint limit, GError **error)
{
  const CsSql *sql = company != CT_ID_NONE ? &list_calls_of_company
                     : agent != CT_ID_NONE ? &list_calls_of_agent
                                           : &list_calls;
  g_autoptr (CsQuery) query = cs_query (db, sql);

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, company);
  cs_bind_id (query, 3, agent);
  cs_bind_int (query, 4, since_ms);
  cs_bind_int (query, 5, sql == &list_calls && before_id == 0 ? G_MAXINT64 : before_id);
  cs_bind_int (query, 6, limit);
  return read_all (query, error);
}

GPtrArray *
cs_calls_list_open (CsDb *db, CsScope scope, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_open);

  cs_bind_id (query, 1, scope.tenant);
  return read_all (query, error);
}

CS_SQL (list_keys,
        "SELECT k.place, k.name, k.value, k.words FROM call_key k JOIN call c ON c.id = k.call"
        "  WHERE k.call = ?1 AND c.tenant = ?2 ORDER BY k.place");

GPtrArray *
cs_calls_list_keys (CsDb *db, CsScope scope, CtId call, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (ct_record_free);
  g_autoptr (CsQuery) query = cs_query (db, &list_keys);
  CsRowResult result;

  cs_bind_id (query, 1, call);
  cs_bind_id (query, 2, scope.tenant);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      const char *words = cs_column_text (query, "words");
      CtKeyed *keyed = words != NULL ? ct_record_from_bytes (&ct_keyed_type, words, strlen (words),
                                                             MAX_WORDS, CT_WIRE_REPLY, NULL)
                                     : NULL;

      if (keyed == NULL)
        {
          keyed = ct_keyed_new ();
          keyed->name = cs_column_dup_text (query, "name");
          keyed->value = cs_column_dup_text (query, "value");
        }
      g_ptr_array_add (list, keyed);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

CS_SQL (sum_calls,
        "SELECT count(*) AS received, count(answered) AS answered,"
        "  coalesce(sum(seconds), 0) AS seconds, coalesce(sum(seconds * rate), 0) AS cost"
        "  FROM call WHERE tenant = ?1 AND company = ?2 AND started >= ?3");

gboolean
cs_calls_sum (CsDb *db, CsScope scope, CtId company, gint64 since_ms, CsDayFigures *figures,
              GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &sum_calls);

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, company);
  cs_bind_int (query, 3, since_ms);
  if (cs_query_step (query, error) != CS_ROW_READY)
    return FALSE;
  figures->received = cs_column_int (query, "received");
  figures->answered = cs_column_int (query, "answered");
  figures->seconds = cs_column_int (query, "seconds");
  figures->cost = cs_column_int (query, "cost");
  return TRUE;
}

CS_SQL (list_quality,
        "SELECT reference, wait_limit, early_numerator, early_denominator,"
        "  sum(received) AS received, sum(unanswered) AS unanswered,"
        "  sum(late_seconds) AS late_seconds, sum(early_seconds) AS early_seconds,"
        "  sum(beyond_limit) AS beyond_limit, sum(within_reference) AS within_reference,"
        "  sum(answered) AS answered, sum(waited_seconds) AS waited_seconds"
        "  FROM quality WHERE tenant = ?1 AND company = ?2 AND quarter >= ?3"
        "  GROUP BY reference, wait_limit, early_numerator, early_denominator");

GArray *
cs_calls_list_quality (CsDb *db, CsScope scope, CtId company, gint64 since_ms, GError **error)
{
  g_autoptr (GArray) list = g_array_new (FALSE, TRUE, sizeof (CtQualityCounts));
  g_autoptr (CsQuery) query = cs_query (db, &list_quality);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, company);
  cs_bind_int (query, 3, since_ms);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CtQualityCounts counts = {
        .settings
        = { cs_column_int (query, "reference"), cs_column_int (query, "wait_limit"),
            cs_column_int (query, "early_numerator"), cs_column_int (query, "early_denominator") },
        .received = cs_column_int (query, "received"),
        .unanswered = cs_column_int (query, "unanswered"),
        .late_seconds = cs_column_int (query, "late_seconds"),
        .early_seconds = cs_column_int (query, "early_seconds"),
        .beyond_limit = cs_column_int (query, "beyond_limit"),
        .within_reference = cs_column_int (query, "within_reference"),
        .answered = cs_column_int (query, "answered"),
        .waited_seconds = cs_column_int (query, "waited_seconds"),
      };

      g_array_append_val (list, counts);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}
