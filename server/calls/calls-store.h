/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record of a call, and what is counted of calls. The switch's notes are written through here, so
 * that a restart finds every call, and lists and dashboards read from here. Writers run inside a write
 * closure. */
#pragma once

#include "common/records/call.h"
#include "common/rules/quality.h"
#include "server/store/store.h"
#include "server/switch/journal.h"

G_BEGIN_DECLS

typedef struct {
  CtId id, tenant, company, line;
  char *line_label; /* NULL: a call of before it was kept */
  char *called;
  char *caller;
  char *language;
  char *state;
  gint64 started, queued, offered, answered, ended; /* UTC ms, 0: not */
  gint64 waited_us;
  CtId agent;
  gint64 seconds, onward_seconds;
  CtMoney rate, pay_rate;
  CtId script, script_version;
  char *cause;
  gint64 plan_version;
  CtId recording, blob;
  gint64 recording_samples;
  CtId voicemail_recording, voicemail_blob;
  gint64 voicemail_samples;
  char *disposition;
  char *note;
  gint64 finished; /* the record is closed: message sent on its way, contact noted */
} CsCallRow;

void cs_call_row_free (CsCallRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsCallRow, cs_call_row_free)

/* Inserts or updates what the switch knows (not blob, disposition, note, finished). */
gboolean cs_calls_put (CsDb *db, CsScope scope, const CsCallView *view, GError **error);
gboolean cs_calls_put_keys (CsDb *db, CsScope scope, const CsCallView *view, GError **error);
gboolean cs_calls_put_offer (CsDb *db, CsScope scope, const CsCallView *view, GError **error);
gboolean cs_calls_put_miss (CsDb *db, CsScope scope, const CsCallView *view, CtId user,
                            const char *how, GError **error);
gboolean cs_calls_add_quality (CsDb *db, CsScope scope, const CsCallView *view, gint64 at_ms,
                               const CtQualityCounts *counts, GError **error);
gboolean
cs_calls_put_presence (CsDb *db, CsScope scope, const CsPresenceView *view, GError **error);
gboolean cs_calls_set_recording (CsDb *db, CsScope scope, CtId recording, CtId blob, gint64 samples,
                                 gboolean voicemail, GError **error);
/* The blob is gone: its call has no such recording any more. */
gboolean cs_calls_drop_recording (CsDb *db, CtId blob, GError **error);
/* FALSE in @first when it was closed before; then only disposition and note are replaced, if given. */
gboolean cs_calls_close (CsDb *db, CsScope scope, CtId call, const char *disposition,
                         const char *note, gboolean *first, GError **error);
/* After a restart: a call that had not ended, ended at its last billed second. */
gboolean
cs_calls_end_restarted (CsDb *db, CsScope scope, CtId call, gint64 seconds, GError **error);

/* CT_ERROR_NOT_FOUND. */
CsCallRow *cs_calls_get (CsDb *db, CsScope scope, CtId call, GError **error);
CsCallRow *cs_calls_find_recording (CsDb *db, CsScope scope, CtId recording, GError **error);
/* CsCallRow*, newest first, started before @before_id (0: from the newest); of one company or one
 * e-agent, where given. */
GPtrArray *cs_calls_list (CsDb *db, CsScope scope, CtId company, CtId agent, gint64 since_ms,
                          gint64 before_id, guint limit, GError **error);
/* Not closed: system scope, at start. */
GPtrArray *cs_calls_list_open (CsDb *db, CsScope scope, GError **error);
/* CtKeyed* */
GPtrArray *cs_calls_list_keys (CsDb *db, CsScope scope, CtId call, GError **error);
/* The last offer of a call. CT_ERROR_NOT_FOUND when it was never offered. */
CtWhy *cs_calls_get_why (CsDb *db, CsScope scope, CtId call, GError **error);
/* CtId: the calls that came at @since_ms or later and were offered to @user, whoever took them in the end. */
GArray *cs_calls_list_offered (CsDb *db, CsScope scope, CtId user, gint64 since_ms, GError **error);

/* Whether the user's last logged presence was at work (not paused, not offline). */
gboolean
cs_calls_was_working (CsDb *db, CsScope scope, CtId user, gboolean *working, GError **error);

typedef struct {
  gint64 received, answered, seconds;
  CtMoney cost;
} CsDayFigures;

gboolean cs_calls_sum (CsDb *db, CsScope scope, CtId company, gint64 since_ms,
                       CsDayFigures *figures, GError **error);
/* CtQualityCounts, one for each set of settings; free with g_array_unref. */
GArray *
cs_calls_list_quality (CsDb *db, CsScope scope, CtId company, gint64 since_ms, GError **error);

G_END_DECLS
