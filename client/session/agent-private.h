/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of CdAgent share:
 *   agent.c           the type; device and phone
 *   agent-presence.c  presence, as it is and as it is wished
 *   agent-call.c      the call, its meter, its wrap-up
 *   agent-script.c    the call's script and its commands; the snapshot */
#pragma once

#include "client/session/agent.h"

G_BEGIN_DECLS

struct _CdAgent {
  GObject parent_instance;
  CdSession *session;
  CdPhone *phone;
  CdJournal *journal;
  CtClock *clock;
  gboolean started;
  GCancellable *cancellable; /* of all requests since the start */

  /* agent.c */
  gboolean asking_device;
  CtId device_serial; /* of the credentials that are ours */
  CtId given_serial;  /* of the last that were given, to whichever desk */
  gboolean taken; /* another desk has the phone: it stays there until the user works here again */
  guint device_retry, device_seconds;
  guint ask_retry, ask_seconds;

  /* agent-presence.c */
  CtPresence *presence;
  char *wish, *wish_reason; /* NULL: none yet */
  gboolean wish_sent;       /* the server has taken it */
  gboolean telling;         /* it is under way */
  guint wish_refusals;      /* one after the other */
  guint wish_retry;
  gboolean asking_presence, ask_presence_again;

  /* agent-call.c */
  CtCall *call;
  CtId last_call; /* the last one that ended here */
  gboolean asking_call, ask_call_again;
  gboolean has_meter, meter_runs;
  gint64 meter_seconds;
  CtMoney meter_cost;
  gint64 meter_us;   /* monotonic, of meter_seconds */
  gint64 credit_end; /* the second of the meter at which credit ends; 0: not in sight */
  guint tick;

  /* agent-script.c */
  CtScriptDocument *document;
  CtScriptRun *run;
  CtId document_asked; /* the version that is being asked for */
  CtId state_asked;    /* the call whose state is being asked for */
  gboolean ask_state_again;
  CtScriptState *early_state; /* came before its document */
  char *saved;                /* hash of the snapshot as it is on disk; NULL: none */
};

/* TRUE when the request was cancelled: the agent may be gone, nothing of it may be touched. */
static inline gboolean
cd_agent_is_cancelled (GAsyncResult *result)
{
  return g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result)));
}

void cd_agent_emit_presence_changed (CdAgent *self);
void cd_agent_emit_call_changed (CdAgent *self);
void cd_agent_emit_script_changed (CdAgent *self);
void cd_agent_emit_tick (CdAgent *self);
void cd_agent_emit_credit_warning (CdAgent *self, int seconds);
void cd_agent_emit_problem (CdAgent *self, const CdProblem *problem, const char *doing);

/* agent.c */
/* Asks for credentials of the phone, which are then the newest: another desk leaves it. */
void cd_agent_ask_device (CdAgent *self);
void cd_agent_ask_device_later (CdAgent *self);
/* The server had no time to answer: everything is asked for again, with growing pauses. */
void cd_agent_ask_later (CdAgent *self, const CdProblem *problem);
/* It answered. */
void cd_agent_was_told (CdAgent *self);

/* agent-presence.c */
void cd_agent_ask_presence (CdAgent *self);
void cd_agent_on_presence_changed (CdAgent *self, const CtPresence *presence);
/* Tells the server what the user wishes, if that is possible now and was not done yet. */
void cd_agent_tell_wish (CdAgent *self);

/* agent-call.c */
void cd_agent_ask_call (CdAgent *self);
/* Takes it over. @whole: with what only GET tells (earlier contacts, dispositions, ticket). */
void cd_agent_take_call (CdAgent *self, CtCall *call, gboolean whole);
void cd_agent_clear_call (CdAgent *self);
void cd_agent_on_call_changed (CdAgent *self, const CtCall *call);
void cd_agent_on_meter (CdAgent *self, const CtMeter *meter);
void cd_agent_on_presence_for_call (CdAgent *self);
void cd_agent_update_tick (CdAgent *self);

/* agent-script.c */
/* Loads what the call needs and is not here yet. @again: the server's state too. */
void cd_agent_ensure_script (CdAgent *self, gboolean again);
void cd_agent_drop_script (CdAgent *self);
void cd_agent_save_snapshot (CdAgent *self);
void cd_agent_restore_snapshot (CdAgent *self);
void cd_agent_on_command_done (CdAgent *self, guint64 number, const char *path, const char *reply,
                               const CdProblem *problem);

G_END_DECLS
