/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The switch's view of SIP. The switch owns the calls, SIP owns dialogs; they share leg ids (made by
 * whoever starts the leg: SIP for an incoming one, the switch for an outgoing one). Every function is
 * called from the switch loop and returns at once; what happens comes back as a CsSipEvent, posted to
 * the switch loop through the sink given at construction, in the order it happened on that leg. After
 * CS_SIP_ENDED nothing more comes of a leg, and calls that name it are ignored. SDP travels as text:
 * SIP does not read it, media does. */
#pragma once

#include "common/base/id.h"

G_BEGIN_DECLS

typedef CtId CsLegId;

/* Where an outgoing leg goes: a registered device of a user, or a number over a trunk. */
typedef enum {
  CS_SIP_TO_USER,  /* @user: all his registered devices are forked to; the first answer wins */
  CS_SIP_TO_TRUNK, /* @trunk, @number: only where the trunk's allowed destinations say so */
} CsSipTargetKind;

typedef struct {
  CsSipTargetKind kind;
  CtId user;
  CtId trunk;
  const char *number;       /* E.164 */
  const char *caller;       /* E.164 shown to the called side, NULL: anonymous */
  const char *display_name; /* company name, shown by a plain SIP phone; may be NULL */
  CtId call;                /* sent to our own devices as X-Centrale-Call */
  CtId tenant;              /* for the log */
} CsSipTarget;

typedef enum {
  CS_SIP_INCOMING,  /* a new leg: INVITE from a trunk or a device; sip has sent 100 */
  CS_SIP_PROGRESS,  /* outgoing leg: 18x; status, sdp when early media came */
  CS_SIP_ANSWERED,  /* outgoing leg: 2xx with sdp (already ACKed) */
  CS_SIP_CONFIRMED, /* incoming leg: our 2xx was ACKed; any leg: with SDP, our offer answered */
  CS_SIP_REOFFER, /* the peer sent re-INVITE or UPDATE with sdp (may be empty): answer with reanswer() */
  CS_SIP_DTMF,  /* INFO with a key: `digit` (RFC 4733 keys come from media) */
  CS_SIP_ENDED, /* the leg is over: BYE, CANCEL, refusal, timeout, lost; status and cause tell */
  CS_SIP_REGISTERED,   /* a device of `user` registered, which was not there before */
  CS_SIP_UNREGISTERED, /* his last one went */
} CsSipEventKind;

typedef enum {
  CS_CAUSE_NORMAL,      /* BYE */
  CS_CAUSE_CANCELLED,   /* the caller hung up before the answer */
  CS_CAUSE_BUSY,        /* 486, 600 */
  CS_CAUSE_REFUSED,     /* 403, 603, 488, other final refusals */
  CS_CAUSE_NO_ANSWER,   /* 408, 480, 487 after our own cancel */
  CS_CAUSE_UNREACHABLE, /* no registered device, trunk down, transport error, 404, 5xx */
  CS_CAUSE_LOST,        /* session timer or transport gave up during the call */
} CsCause;

typedef struct {
  CsSipEventKind kind;
  CsLegId leg;
  /* CS_SIP_INCOMING */
  CtId trunk;     /* CT_ID_NONE when it came from a device */
  CtId tenant;    /* of the trunk or the device; CT_ID_NONE for a shared trunk */
  CtId user;      /* device's user, also for REGISTERED and UNREGISTERED */
  CtId from_call; /* the call of ours whose outgoing leg came back to us (loop), else CT_ID_NONE */
  char *caller;   /* E.164 with +, or NULL when withheld */
  char *called;   /* as dialled, E.164 with + where it could be normalised */
  char *sip_call_id; /* for the log */
  char *sdp;
  int status; /* SIP status, or 0 */
  CsCause cause;
  char digit;
} CsSipEvent;

void cs_sip_event_free (CsSipEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsSipEvent, cs_sip_event_free)

/* Takes ownership of @event. Called on SIP's thread; the plug (server/app) posts it to the switch. */
typedef void (*CsSipSink) (CsSipEvent *event, gpointer data);

typedef struct _CsSipPort CsSipPort;
struct _CsSipPort {
  gpointer self;
  void (*ring) (gpointer self, CsLegId leg);                    /* 180 */
  void (*answer) (gpointer self, CsLegId leg, const char *sdp); /* 200 to an incoming leg */
  void (*refuse) (gpointer self, CsLegId leg, int status); /* final 4xx..6xx to an incoming leg */
  void (*originate) (gpointer self, CsLegId leg, const CsSipTarget *target, const char *sdp);
  void (*reanswer) (gpointer self, CsLegId leg, const char *sdp); /* 200 to a REOFFER; NULL: 488 */
  void (*hang_up) (gpointer self, CsLegId leg,
                   CsCause cause); /* CANCEL, BYE or 4xx as the leg's state asks */
  /* Whose an incoming leg is, for the log; may be NULL. */
  void (*belongs) (gpointer self, CsLegId leg, CtId call, CtId tenant);
};

G_END_DECLS
