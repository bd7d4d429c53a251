/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The e-agent's work, without windows: his presence, his phone, the call he has, its script, its meter,
 * its wrap-up. The desk's windows and the headless e-agent drive the same object.
 *
 * The server is the record; this follows its events and puts the user's commands through the journal.
 * Durations on the screen run from our clock and the last figures of the server (metered_at), so they
 * tick through a network cut.
 *
 * Signals:
 *   presence-changed ()   read cd_agent_get_presence()
 *   call-changed ()       read cd_agent_get_call(): offered, talking, held, ended (wrap-up), NULL
 *   script-changed ()     the run came, moved or was corrected by the server
 *   tick ()               once a second, on the second of the meter, while a call or wrap-up runs
 *   credit-warning (int seconds)   the company's credit ends in so many seconds (D3); 0: not any more
 *   problem (CdProblem *, char *doing)  a command was refused; `doing` is a word: "presence", "device",
 *                         "script", "finish", "connect"
 *
 * An ended call stays until cd_agent_finish(), or until the server ended its wrap-up. Then call-changed
 * comes with no call; a note that was typed is not lost: cd_agent_finish() still takes it. */
#pragma once

#include "client/phone/phone.h"
#include "client/session/journal.h"
#include "client/session/session.h"
#include "common/script/run.h"

G_BEGIN_DECLS

#define CD_TYPE_AGENT (cd_agent_get_type ())
G_DECLARE_FINAL_TYPE (CdAgent, cd_agent, CD, AGENT, GObject)

/* All three are kept. @journal may be NULL: then nothing survives a crash (tests). */
CdAgent *cd_agent_new (CdSession *session, CdPhone *phone, CdJournal *journal);

/* After sign-in: reads presence and call, asks for device credentials, registers the phone, takes up
 * the call that was open. */
void cd_agent_start (CdAgent *self);
/* Before sign-out: goes offline, unregisters. */
void cd_agent_stop (CdAgent *self);

CdSession *cd_agent_get_session (CdAgent *self);
CdPhone *cd_agent_get_phone (CdAgent *self);
CdJournal *cd_agent_get_journal (CdAgent *self);

/* NULL before the first answer. The call is NULL when there is none; in wrap-up it is the ended one. */
const CtPresence *cd_agent_get_presence (CdAgent *self);
const CtCall *cd_agent_get_call (CdAgent *self);
/* The e-agent's part of it is over: with the call, or because the caller was connected through or, when
 * credit was at its end, takes the no-credit path. */
gboolean cd_agent_is_over (const CtCall *call);
/* Another desk of the same user has signed on the phone. Being available here takes it back. */
gboolean cd_agent_is_taken (CdAgent *self);
/* NULL until the script of the call was loaded, or when it has none. */
CtScriptRun *cd_agent_get_run (CdAgent *self);

/* The meter: completed seconds (D2) and what the company pays, by our clock between the server's
 * figures. FALSE before the answer. */
gboolean cd_agent_get_meter (CdAgent *self, gint64 *seconds, CtMoney *cost);
/* Seconds until the company's credit ends; -1 while its end is not in sight. */
gint64 cd_agent_get_credit_left (CdAgent *self);
/* Seconds left of the wrap-up; -1 when none runs, 0 when over. */
gint64 cd_agent_get_wrap_up_left (CdAgent *self);

/* "available", "paused" (with @reason, may be NULL), "offline". A wish: "available" waits until the phone
 * is registered, any until the server can be reached; a server that was restarted is told again. */
void cd_agent_set_presence (CdAgent *self, const char *state, const char *reason);

/* The phone, for the window's keys: TRUE when the state allowed it. */
gboolean cd_agent_answer (CdAgent *self);
gboolean cd_agent_hang_up (CdAgent *self);
gboolean cd_agent_hold (CdAgent *self, gboolean held);

/* What the e-agent does in the script: applied here at once by the common interpreter (which refuses
 * what is invalid: @error), numbered, journaled, sent. @kind is a CtScriptCommand kind: "answer back go
 * reveal enter leave". */
gboolean cd_agent_script (CdAgent *self, const char *kind, const char *step, const char *value,
                          const char *reason, GError **error);
/* Connects the caller through by a step of the script. */
void cd_agent_connect_through (CdAgent *self, const char *step);
/* Closes the wrap-up of the ended call (or, just after it ran out, of the last one). @note may be NULL;
 * @pause: paused afterwards instead of available. */
void cd_agent_finish (CdAgent *self, const char *disposition, const char *note, gboolean pause);

G_END_DECLS
