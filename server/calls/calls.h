/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls, from the switch's notes to what people see: the record of each call, its events, its end (the
 * message to the company, what is known of the contact), recordings, presence, the dashboard.
 *
 * Notes arrive on the switch loop and are handed to a loop of our own ("notes"), which writes them in
 * batches, in order, and publishes each to the hub when it is on disk. Nothing here is called by the switch that
 * waits. */
#pragma once

#include "server/blobs/blobs.h"
#include "server/http/route.h"
#include "server/messages/messages.h"
#include "server/scripts/scripts.h"
#include "server/switch/switch.h"

G_BEGIN_DECLS

extern const CsMigration cs_calls_migrations[];
extern const gsize cs_calls_n_migrations;

typedef struct _CsCalls CsCalls;

typedef struct {
  CtClock *clock;
  CsStore *store;
  CsBlobs *blobs;
  CsLoop *switch_loop;
  CsHub *hub;
  const char *spool_folder; /* where media leaves recordings */
  guint recording_days;     /* kept so long */
} CsCallsConfig;

/* Everything is borrowed and outlives it. */
CsCalls *cs_calls_new (const CsCallsConfig *config);
void cs_calls_free (CsCalls *calls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsCalls, cs_calls_free)

/* What the switch tells goes in here. */
CsJournal cs_calls_get_journal (CsCalls *calls);
/* The switch that queries and commands go to: before the API starts, and NULL when it goes, on its loop. */
void cs_calls_set_switch (CsCalls *calls, CsSwitch *self);
/* From anywhere: who may answer what is judged by another plan now. */
void cs_calls_plan_changed (CsCalls *calls);
/* Before the first note; @mailer NULL: none is configured. */
void cs_calls_set_domains (CsCalls *calls, CsScripts *scripts, CsMailer *mailer);

/* What scripts ask of calls (CsScriptsHands); data is the CsCalls. */
gboolean cs_calls_find_script_call (gpointer data, CsDb *db, CsScope scope, CtId id,
                                    CsScriptCall *out, GError **error);
GPtrArray *
cs_calls_prefill (gpointer data, CsDb *db, CsScope scope, const CsScriptCall *call, GError **error);
gboolean cs_calls_on_enter (gpointer data, CtId call, CtId user, GError **error);
gboolean cs_calls_on_leave (gpointer data, CtId call, CtId user, GError **error);
/* CsMessagesAccess */
gboolean cs_calls_may_see_call (gpointer data, CsDb *db, const CsPrincipal *principal, CtId call,
                                GError **error);
/* At start, after billing has recovered: ends, closes and seals what a crash left open. */
gboolean cs_calls_recover (CsCalls *calls, GError **error);
/* Until everything told so far is written and published. Not from a loop. */
void cs_calls_flush (CsCalls *calls);
/* For `check`: calls without the recording they name, recordings without a call. A line in @faults each. */
gboolean cs_calls_check (CsDb *db, GPtrArray *faults, GError **error);
/* Has what is kept no longer removed, on a thread of its own. Now and then, from anywhere. */
void cs_calls_expire (CsCalls *calls);
/* D33: a secret step was entered or left; on a worker. */
gboolean cs_calls_mask (CsCalls *calls, CtId call, CtId user, gboolean masked, GError **error);

/* The handlers' module pointer is a CsCalls. */
extern const CsModule cs_calls_module;

G_END_DECLS
