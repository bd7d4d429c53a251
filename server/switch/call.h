/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call inside the switch: its state, its three possible legs, its timers, its bill, and what each
 * stage remembers. The table of legal edges is in call.c; cs_call_change_state() is the only way along
 * them. Calls live until nothing refers to them any more and are freed only when the switch rests
 * (cs_switch_rest), so a pointer to one stays good through whatever one event sets off. */
#pragma once

#include "server/base/log.h"
#include "server/switch/eligibility.h"
#include "server/ports/studio-port.h"
#include "server/switch/presence.h"
#include "server/switch/switch.h"

G_BEGIN_DECLS

typedef enum {
  CS_LEG_CALLER,
  CS_LEG_AGENT,
  CS_LEG_ONWARD, /* the third party of a connect-through, or a forward */
  CS_LEGS,
} CsLegRole;

typedef struct {
  CsLegId id; /* CT_ID_NONE: there is no such leg now */
  CsLegRole role;
  CsCall *call;
  gboolean up;     /* answered, media may flow */
  gboolean silent; /* no RTP comes */
  guint tag;       /* of the last play; older ends are ignored */
} CsLeg;

typedef enum {
  CS_TIMER_STEP,    /* IVR: no input; end paths: the length of a voicemail, a forward's ringing */
  CS_TIMER_RESERVE, /* credit does not answer */
  CS_TIMER_RETRY,   /* who missed may be asked again */
  CS_TIMER_RING,
  CS_TIMER_PLACE, /* say the place in the queue */
  CS_TIMER_MAX_WAIT,
  CS_TIMER_PARK,
  CS_TIMER_METER,
  CS_TIMER_ONWARD,  /* the third party rings, or has to press 1 */
  CS_TIMER_SILENCE, /* the caller (or the third party) is gone without a BYE */
  CS_TIMER_LOST,    /* no RTP after a hold */
  CS_TIMER_UNMASK,
  CS_TIMER_CLOSING, /* the recording does not close */
  CS_CALL_TIMERS,
} CsCallTimerKind;

typedef struct {
  guint64 handle;
  CsCallTimerKind kind;
  CsCall *call;
} CsCallTimer;

typedef enum {
  CS_IVR_GREETING,
  CS_IVR_PROMPT,
  CS_IVR_WRONG,
  CS_IVR_WAIT,
  CS_IVR_PATH_PROMPT,
  CS_IVR_PATH_BEEP,
  CS_IVR_PATH_RECORD,
  CS_IVR_PATH_FORWARD,
} CsIvrPhase;

#define CS_TYPED_MAX 64
#define CS_AHEAD_MAX 16

typedef struct {
  CsIvrPhase phase;
  int step;
  guint tries;
  guint steps_taken; /* a script that only goes in circles ends in the queue */
  char typed[CS_TYPED_MAX + 1];
  guint n_typed;
  char ahead[CS_AHEAD_MAX]; /* keys pressed during the greeting */
  guint n_ahead;
} CsIvr;

/* Seconds of one bill (D2, D3): the call's own, or the outgoing leg's after the e-agent has left. */
typedef struct {
  CtId bill;            /* what credit knows it by; CT_ID_NONE: nothing was reserved */
  guint generation;     /* of the last request */
  gboolean pending;     /* that request has no answer yet */
  gboolean refused;     /* no further block to be had */
  gboolean asked_again; /* after that, shortly before the end */
  gboolean last;        /* the last block granted was all there is */
  gboolean settled;
  gint64 granted;    /* seconds */
  gint64 warned;     /* seconds left when warned, 0: not */
  gint64 used_us;    /* of the finished stretches */
  gint64 since_us;   /* the running stretch began; 0: not running */
  gint64 noted;      /* second of the last note */
  CtId user;         /* who is paid for the running stretch */
  GArray *shares_us; /* CsCreditShare, in microseconds */
} CsMeter;

/* A prompt is recorded by phone (studio.c). */
typedef struct {
  gboolean typing; /* star was pressed */
  char typed[CS_STUDIO_CODE];
  guint n_typed;
  gint64 typed_us;  /* the last key */
  CsTicket *ticket; /* owned; NULL: an ordinary call */
  guint phase;      /* studio.c */
  guint takes;
  CtId recording; /* that runs or is being closed */
  char *sound;    /* the take, prepared; NULL: none */
  gboolean asked_again;
} CsStudioCall;

typedef struct {
  CtId user;
  gint64 until_us; /* not asked again before */
} CsMissed;

struct _CsCall {
  CsSwitch *owner;
  GList *link; /* in the switch's order */
  gboolean reaping;
  CtId id;
  CsCallState state;
  CsPlan *plan;
  const CsPlanLine *line;
  const CsPlanCompany *company;
  char *caller;
  char *called;
  CsLanguage language;
  GArray *keyed; /* CsKeyed */
  gint64 started_ms, queued_ms, offered_ms, answered_ms, ended_ms;
  CsLeg legs[CS_LEGS];
  CsCallTimer timers[CS_CALL_TIMERS];
  CsIvr ivr;
  CsStudioCall studio;
  /* An end path, once taken, decides the cause. */
  const CsEndPath *path; /* borrowed from the plan; NULL: none */
  CsEndCause cause;

  /* Queue. */
  GSequenceIter *waiting; /* NULL: not in the queue */
  GSequenceIter *in_line; /* the same among the calls of its line */
  gboolean at_head;
  gint64 queued_us;       /* this time */
  gint64 first_queued_us; /* 0: never */
  gint64 waited_us;       /* once `wait_over` */
  gboolean wait_over;
  gboolean saying_place;
  CsNeed *need;   /* of the eligibility of the day; NULL: look up */
  GArray *missed; /* CsMissed */
  guint misses;

  /* The e-agent who is asked, offered, or talks. */
  CsAgent *agent;
  CtId last_agent;
  CsVerdict verdict;
  gboolean recalling; /* parked: the lost e-agent's phone rings */

  /* Connect-through. */
  CsOnwardPhase onward;
  char *onward_number;
  CsCause onward_failure;
  gboolean onward_pressed;
  gint64 onward_since_us; /* connected; 0: not */
  gint64 onward_us;

  CsMeter meter;
  CsMeter onward_meter;

  gboolean masked;
  gboolean announced; /* the caller was told that it is recorded: else it is not */
  CtId recording;     /* of the conversation */
  CtId voicemail;
  guint open_recordings;
  guint wrap_ups; /* e-agents who wrap it up */
};

CsCall *
cs_call_new (CsSwitch *owner, const CsPlanLine *line, const char *caller, const char *called);
void cs_call_free (CsCall *call);

/* Logs old, new and why, stops the timers that have no place in the new state. An illegal edge is
 * refused with a warning. */
gboolean cs_call_change_state (CsCall *call, CsCallState state, const char *why);
/* Ends the call for everybody: legs, offer, bill, queue. Does nothing when it has ended. */
void cs_call_end (CsCall *call, CsEndCause cause, const char *why);
/* What ending and end paths have in common: takes it out of the queue, cancels an offer, drops all
 * legs but the caller's, closes the bill. A talking e-agent stays, until he is released. */
void cs_call_leave_people (CsCall *call);
/* Into wrap-up when he talked, else free. */
void cs_call_release_agent (CsCall *call);
gboolean cs_call_is_done (const CsCall *call);

void cs_call_arm (CsCall *call, CsCallTimerKind kind, gint64 delay_us);
void cs_call_arm_at (CsCall *call, CsCallTimerKind kind, gint64 due_us);
void cs_call_disarm (CsCall *call, CsCallTimerKind kind);
/* Media reports that no sound comes: unless it comes again, the call ends when it was silent too long. */
void cs_call_await_sound (CsCall *call);

/* Fills @view with borrowed pointers; @shares is the scratch its shares live in. */
void cs_call_view (CsCall *call, CsCallView *view, GArray *shares);
void cs_call_note (CsCall *call, CsNoteKind kind);
/* With what else @note holds. */
void cs_call_note_with (CsCall *call, CsNote *note);

void cs_call_key (CsCall *call, const char *name, const char *value);
void cs_call_record (CsCall *call);
/* What the caller says from now on, for the studio; the id of its recording. */
CtId cs_call_record_take (CsCall *call);
void cs_call_record_stop (CsCall *call);

#define cs_call_about(c) CS_ABOUT (.tenant = (c)->line->tenant, .call = (c)->id)
#define call_info(call, ...) cs_info (cs_call_about (call), __VA_ARGS__)
#define call_warning(call, ...) cs_warning (cs_call_about (call), __VA_ARGS__)

/* Legs. */

/* A leg that rings out; FALSE when media has no port left. */
gboolean cs_leg_originate (CsLeg *leg, const CsSipTarget *target);
/* The peer answered. FALSE when its SDP is no use; the leg is then dropped. */
gboolean cs_leg_accept (CsLeg *leg, const char *sdp);
void cs_leg_reanswer (CsLeg *leg, const char *sdp);
void cs_leg_drop (CsLeg *leg, CsCause cause);
/* SIP said that it is over: only our side is cleared. */
void cs_leg_forget (CsLeg *leg);
gboolean cs_leg_is_held (const CsLeg *leg);
void cs_leg_play (CsLeg *leg, const CsMediaItem *items, guint n_items, guint times);
/* In the caller's language; FALSE when there is no such prompt, and nothing was done. */
gboolean cs_leg_play_prompt (CsLeg *leg, const CsPrompt *prompt, guint times);
void cs_leg_stop (CsLeg *leg);
void cs_leg_bridge (CsLeg *a, CsLeg *b);
void cs_leg_unbridge (CsLeg *leg);

/* Bills. */

/* The first block, for an offer. */
void cs_meter_reserve (CsCall *call);
/* The outgoing leg's own (D28). */
void cs_meter_reserve_onward (CsCall *call);
/* Before a new offer of a call with little left: asks for more without waiting. */
void cs_meter_prepare (CsCall *call, CsMeter *meter);
void cs_meter_start (CsCall *call, CsMeter *meter, CtId user);
void cs_meter_stop (CsCall *call, CsMeter *meter);
/* Stops, and settles once if anything was reserved. */
void cs_meter_close (CsCall *call, CsMeter *meter);
gint64 cs_meter_get_used_us (const CsCall *call, const CsMeter *meter);
gint64 cs_meter_get_seconds (const CsCall *call, const CsMeter *meter);
/* Truncated, so that their sum never passes the bill's seconds (D28). */
void cs_meter_get_shares (const CsCall *call, const CsMeter *meter, GArray *shares);
/* FALSE: not the answer to what was asked last; nothing was done. */
gboolean cs_meter_on_credit (CsCall *call, CsMeter *meter, const CsCreditEvent *event);
void cs_meter_on_topped (CsCall *call, CsMeter *meter);
void cs_meter_on_due (CsCall *call); /* its timer */
void cs_meter_clear (CsMeter *meter);

G_END_DECLS
