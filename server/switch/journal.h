/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the switch tells: notes, in the order things happened, each with a whole view of the call or
 * of the e-agent's presence as it was at that moment. emit() is called on the switch loop, in the
 * middle of a change: it copies the note (cs_note_copy) for another loop and returns at once; it must
 * not call the switch. A note and all it points to is borrowed; a copy owns everything and holds a
 * reference of the plan, so `line` and `company` of a view stay good as long as the view.
 *
 * Enumerations stand in the order of the words in common/records/words.h. */
#pragma once

#include "common/rules/quality.h"
#include "server/ports/credit-port.h"
#include "server/ports/plan.h"
#include "server/ports/sip-port.h"

G_BEGIN_DECLS

typedef enum {
  CS_CALL_IVR, /* greeting, keys, end paths */
  CS_CALL_QUEUED,
  CS_CALL_OFFERED, /* an e-agent's phone rings; the caller still hears the queue */
  CS_CALL_TALKING,
  CS_CALL_HELD,   /* by the e-agent's phone; billed */
  CS_CALL_PARKED, /* the e-agent was lost (D34); not billed */
  CS_CALL_ONWARD, /* with a third party, the e-agent has left (D28), or forwarded */
  CS_CALL_ENDED,
  CS_CALL_STATES,
} CsCallState;

/* CT_RULE_CHOICES: in the order they are tried; an e-agent counts for the first that refuses him. */
typedef enum {
  CS_RULE_TENANT,
  CS_RULE_POOL,
  CS_RULE_SKILL,
  CS_RULE_BADGE,
  CS_RULE_LEVEL,
  CS_RULE_LANGUAGE,
  CS_RULE_UNREGISTERED,
  CS_RULE_PAUSED,
  CS_RULE_OFFLINE,
  CS_RULE_RINGING,
  CS_RULE_TALKING,
  CS_RULE_WRAP_UP,
  CS_RULE_MISSED, /* he missed this very call, and others can still be asked */
  CS_RULES,
  CS_RULE_IDLER = CS_RULES, /* eligible, but somebody was idle longer */
  CS_RULE_CHOSEN,
} CsRule;

typedef enum {
  CS_END_CALLER,
  CS_END_AGENT,
  CS_END_ABANDONED, /* the caller, before an answer */
  CS_END_NO_AGENT,
  CS_END_CLOSED,
  CS_END_NO_CREDIT,
  CS_END_UNREACHABLE, /* a forward or onward leg failed */
  CS_END_LOST,        /* the caller's media or dialog died */
  CS_END_RESTART,
  CS_END_ONWARD, /* ended while connected through */
  CS_END_STUDIO, /* no customer: he recorded a prompt (D35) */
  CS_END_CAUSES,
} CsEndCause;

/* Presence as people see it: the choices of CtPresence.state. */
typedef enum {
  CS_PRESENCE_OFFLINE,
  CS_PRESENCE_AVAILABLE,
  CS_PRESENCE_RINGING,
  CS_PRESENCE_TALKING,
  CS_PRESENCE_WRAP_UP,
  CS_PRESENCE_PAUSED,
  CS_PRESENCES,
} CsPresence;

const char *cs_call_state_name (CsCallState state);
const char *cs_rule_name (CsRule rule); /* also "idler", "chosen" */
const char *cs_end_cause_name (CsEndCause cause);
const char *cs_presence_name (CsPresence presence);

/* Why the last offer went to whom it went (S0-12, B07). */
typedef struct {
  CtId winner; /* CT_ID_NONE: never offered */
  gint64 at_ms;
  gint64 idle_seconds;     /* of the winner */
  guint candidates;        /* eligible, the winner among them */
  guint refused[CS_RULES]; /* e-agents of the plan by the first rule that refused them */
  guint64 plan_version;
} CsOfferReason;

typedef struct {
  char *name;
  char *value;
} CsKeyed;

typedef enum {
  CS_ONWARD_NONE,
  CS_ONWARD_DIALLING,
  CS_ONWARD_ASKED,     /* answered; "to take this call press 1" */
  CS_ONWARD_CONNECTED, /* the caller talks to him */
  CS_ONWARD_FAILED,    /* back with the e-agent; `onward_failure` says why */
} CsOnwardPhase;

/* A call, whole. Times are UTC in ms, 0 for not yet; durations come from the monotonic clock. */
typedef struct {
  CtId id;
  CsCallState state;
  CsPlan *plan; /* that the call started with; a copy holds a reference */
  const CsPlanLine *line;
  const CsPlanCompany *company;
  CtId tenant;
  char *caller; /* E.164, NULL: withheld */
  char *called;
  CsLanguage language;
  CsKeyed *keyed;
  guint n_keyed;
  guint place; /* in the line's queue, 1 first; 0: not waiting */
  gint64 started_ms, queued_ms, offered_ms, answered_ms, ended_ms;
  gint64
      waited_us; /* from entering the queue to the answer, or to the end of the wait, or to now */
  CtId agent;    /* who is offered the call or talks; after the end, who talked last */
  CsOfferReason reason;
  guint misses; /* offers of this call that were missed */
  /* The bill (D2, D3, D28). */
  gint64 seconds;         /* billed by now */
  gint64 granted_seconds; /* may run up to here */
  gint64 warn_seconds;    /* so many are left; 0: no warning stands */
  gboolean running;       /* the meter runs: add the seconds since `metered_ms` */
  gint64 metered_ms;
  gboolean settled; /* sent to credit for settling: `seconds` is final */
  CsCreditShare *shares;
  guint n_shares;
  /* Connected through. */
  CsOnwardPhase onward;
  char *onward_number;
  CsCause onward_failure;
  gint64 onward_seconds; /* with the third party, truncated */
  gboolean masked;
  gboolean recorded; /* a recording of the conversation was started */
  CtId recording;    /* its id, or CT_ID_NONE */
  CtId voicemail;    /* likewise */
  CsEndCause cause;  /* when ended */
  guint wrap_up_seconds;
} CsCallView;

void cs_call_view_copy (const CsCallView *view, CsCallView *copy);
void cs_call_view_clear (CsCallView *view); /* of a copy */

typedef struct {
  CtId user;
  CtId tenant; /* CT_ID_NONE: not in the plan */
  CsPresence presence;
  char *reason; /* why paused or offline; "missed": too many missed offers, "lost": D34; or NULL */
  gint64 since_ms;
  CtId call;       /* ringing, talking, or in wrap-up of it */
  CsPresence wish; /* OFFLINE, PAUSED or AVAILABLE: what he is when no call holds him */
  gboolean registered;
  gint64 wrap_up_until_ms; /* 0: none */
} CsPresenceView;

void cs_presence_view_clear (CsPresenceView *view); /* of a copy */

typedef enum {
  CS_NOTE_CALL_STARTED,  /* accepted; the IVR or an end path begins */
  CS_NOTE_CALL_KEYED,    /* the last of `keyed` is new, or the language was chosen */
  CS_NOTE_CALL_QUEUED,   /* also again, at the head, after a lost e-agent did not come back */
  CS_NOTE_CALL_OFFERED,  /* `agent`, `reason` */
  CS_NOTE_OFFER_MISSED,  /* `user` did not take it; `miss` says how */
  CS_NOTE_CALL_ANSWERED, /* first answer: the bill starts; again after a re-queue */
  CS_NOTE_CALL_HELD,
  CS_NOTE_CALL_RESUMED,
  CS_NOTE_CALL_PARKED,
  CS_NOTE_CALL_RETURNED,       /* the same e-agent is back */
  CS_NOTE_CALL_ONWARD,         /* `onward` changed */
  CS_NOTE_CALL_CREDIT_WARNING, /* `warn_seconds`; 0: the warning is lifted (topped up) */
  CS_NOTE_CALL_METER,          /* every 5 s of a running meter */
  CS_NOTE_CALL_MASKED,         /* `masked` changed */
  CS_NOTE_CALL_PATH, /* an end path begins (closed, no credit...): `cause`; the bill is final, a
                      * talking e-agent wraps up; CALL_ENDED comes when the path ends */
  CS_NOTE_CALL_ENDED,
  CS_NOTE_QUALITY,   /* once a call that entered the queue: `quality` */
  CS_NOTE_RECORDED,  /* `recording`, `path` (NULL: failed), `samples`; may come after CALL_ENDED */
  CS_NOTE_VOICEMAIL, /* the same of a voicemail */
  CS_NOTE_WRAP_UP_ENDED,    /* `user` is done with the call; `finished`: he closed it himself */
  CS_NOTE_PRESENCE_CHANGED, /* `presence` */
  CS_NOTES,
} CsNoteKind;

const char *cs_note_kind_name (CsNoteKind kind);

typedef enum {
  CS_MISS_NO_ANSWER,
  CS_MISS_BUSY,
  CS_MISS_REFUSED,
  CS_MISS_UNREACHABLE,
} CsMiss;

typedef struct {
  CsNoteKind kind;
  gint64 at_ms;             /* UTC */
  CsCallView *call;         /* NULL for PRESENCE_CHANGED */
  CsPresenceView *presence; /* PRESENCE_CHANGED only */
  CtId user;                /* OFFER_MISSED, WRAP_UP_ENDED */
  CsMiss miss;
  gboolean finished;
  gboolean wished; /* PRESENCE_CHANGED: `wish` or `reason` was set, not what a call made of him */
  CtQualityCounts quality; /* of this one call */
  CtId recording;
  char *path;
  gint64 samples;
} CsNote;

/* A deep copy, to be posted elsewhere. */
CsNote *cs_note_copy (const CsNote *note);
void cs_note_free (CsNote *note);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsNote, cs_note_free)

typedef struct {
  gpointer self;
  void (*emit) (gpointer self, const CsNote *note);
} CsJournal;

G_END_DECLS
