/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/records/call.h"
#include "common/records/presence.h"
#include "server/calls/calls-store.h"
#include "server/base/workers.h"
#include "server/billing/billing.h"
#include "server/calls/calls.h"
#include "server/messages/messages.h"
#include "server/scripts/scripts.h"

G_BEGIN_DECLS

typedef struct _CsWaitingCounts CsWaitingCounts;

struct _CsCalls {
  CsCallsConfig config;
  CsSwitch *self; /* touched on the switch loop only */
  CsScripts *scripts;
  CsMailer *mailer; /* NULL: none is configured, messages wait */
  CsLoop *notes;
  /* On the notes loop: */
  GQueue waiting;   /* what came back from the writer */
  gboolean writing; /* a batch is under way */
  guint alone;      /* so many of the first are written one by one */
  guint tries;      /* of the batch that the disk did not take */
  GSource *retry;   /* NULL: none is due */
  CsWaitingCounts *waiting_counts;
  GMutex lock;   /* for what follows */
  GQueue told;   /* since the last batch */
  gboolean idle; /* nothing is under way: the loop must be woken */
  CsWorkers *sealers;
};

/* Queries of the switch, from a worker: copies, or CT_ERROR_NOT_FOUND. Clear them. */
gboolean cs_calls_find_live (CsCalls *calls, CtId call, CsCallView *view, GError **error);
gboolean cs_calls_find_live_of (CsCalls *calls, CtId user, CsCallView *view, GError **error);
gboolean cs_calls_find_presence (CsCalls *calls, CtId user, CsPresenceView *view, GError **error);
/* Calls in queues that @user may answer, and since when the first of them waits (0: none does). */
gboolean
cs_calls_count_waiting (CsCalls *calls, CtId user, gint64 *n, gint64 *since_ms, GError **error);
/* CtCall* of calls that have not ended, of a tenant, and of @company unless it is none. */
GPtrArray *cs_calls_list_live (CsCalls *calls, CtId tenant, CtId company, GError **error);
GPtrArray *cs_calls_list_presence (CsCalls *calls, CtId tenant, GError **error); /* CtPresence* */
gboolean cs_calls_ask_why (CsCalls *calls, CtId call, CtId user, CtWhy **why, GError **error);

/* A command of the switch, from a worker. */
typedef gboolean (*CsCommandFunc) (CsSwitch *self, gconstpointer arguments, GError **error);
gboolean cs_calls_command (CsCalls *calls, CsCommandFunc function, gconstpointer arguments,
                           gsize size, GError **error);
/* What the switch told before is on disk: for a command that is answered with its effect. */
gboolean cs_calls_wait_written (CsCalls *calls, GError **error);

/* On the notes loop: tells whoever listens. */
void cs_calls_publish (CsCalls *calls, const CsNote *note);

/* waiting.c: tells e-agents how many wait for them. On the notes loop: a note that may move the queues. */
void cs_calls_waiting_moved (CsCalls *calls, const CsNote *note);
/* From anywhere: from now on, until he is off work, @user is told what changes. */
void cs_calls_follow_waiting (CsCalls *calls, CtId user, CtId tenant);
CsWaitingCounts *cs_waiting_counts_new (void);
void cs_waiting_counts_free (CsWaitingCounts *counts);

/* Views and rows as they travel. */
CtKeyed *cs_calls_keyed_of_view (const CsCallView *view, guint place);
CtCall *cs_calls_record_of_view (const CsCallView *view);
CtCall *cs_calls_record_of_row (CsDb *db, CsScope scope, const CsCallRow *row, GError **error);
CtPresence *cs_calls_record_of_presence (const CsPresenceView *view);

/* UTC ms of midnight in the zone (D27); UTC for NULL and for a zone that is gone. */
gint64 cs_calls_start_of_day (gint64 now_ms, const char *time_zone);

/* In a write closure: closes a call's record, once: the message to the company, the contact. */
gboolean cs_calls_finish (CsCalls *calls, CsDb *db, CsScope scope, CtId call,
                          const char *disposition, const char *note, GError **error);

/* In the closure that names a voicemail's blob: tells the company of it. */
gboolean cs_calls_put_voicemail (CsCalls *calls, CsDb *db, CtId recording, GError **error);

/* Recordings: on the notes loop's behalf, on threads of their own. */
void cs_calls_keep_recording (CsCalls *calls, CtId recording, const char *path, gint64 samples);
/* What an earlier run left in the spool. */
void cs_calls_recover_recordings (CsCalls *calls);

G_END_DECLS
