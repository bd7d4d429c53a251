/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The switch: calls, queues, presence, and who gets which call. It is owned by one loop; every
 * function here is called on it, returns at once, and touches no disk. It sees SIP, media and credit
 * as ports, the tenants' world as a plan, and tells what happens to a journal. Commands answer with a
 * GError: CT_ERROR_NOT_FOUND (no such call, or not this user's), CT_ERROR_STATE (not now),
 * CT_ERROR_INVALID (the number), CT_ERROR_CONFLICT (one of our own numbers). */
#pragma once

#include "common/base/clock.h"
#include "common/base/error.h"
#include "server/base/timers.h"
#include "server/ports/credit-port.h"
#include "server/ports/media-port.h"
#include "server/ports/plan.h"
#include "server/ports/sip-port.h"
#include "server/ports/studio-port.h"
#include "server/switch/journal.h"

G_BEGIN_DECLS

#define CS_PARK_SECONDS 30             /* D34: the lost e-agent has so long to come back */
#define CS_CALLER_SILENT_SECONDS 60    /* no RTP from the caller for so long: his BYE was lost */
#define CS_VOICEMAIL_SILENT_SECONDS 10 /* the same of who is leaving a voicemail */
#define CS_ONWARD_RING_SECONDS 45      /* connect-through: the third party's phone rings so long */
#define CS_ONWARD_PRESS_SECONDS 20     /* and he has so long to press 1 */
#define CS_WARN_SECONDS 30             /* D3 */
#define CS_MASK_MARGIN_MS 1000         /* D33 */

typedef struct _CsSwitch CsSwitch;

/* @clock and @timers are borrowed and outlive the switch; the vtables and the journal are copied. */
CsSwitch *cs_switch_new (CtClock *clock, CsTimers *timers, const CsSipPort *sip,
                         const CsMediaPort *media, const CsCreditPort *credit,
                         const CsJournal *journal);
/* Running calls are ended first, as cs_switch_end_all() does. */
void cs_switch_free (CsSwitch *self);

/* Takes a reference. Running calls keep theirs; who may answer is judged by the new one at once. */
void cs_switch_set_plan (CsSwitch *self, CsPlan *plan);

/* What the ports report. The events are borrowed: the caller frees them. */
void cs_switch_on_sip (CsSwitch *self, const CsSipEvent *event);
void cs_switch_on_media (CsSwitch *self, const CsMediaEvent *event);
void cs_switch_on_credit (CsSwitch *self, const CsCreditEvent *event);

/* Prompts recorded by phone (D35). The vtable is copied; without one there are no tickets. */
void cs_switch_set_studio (CsSwitch *self, const CsStudioPort *studio);
/* Takes @ticket, also when it fails. CONFLICT: the code is out for the line already. */
gboolean cs_switch_open_studio (CsSwitch *self, CsTicket *ticket, GError **error);
/* The studio's answers. @sound NULL: nothing could be made of the take. */
void cs_switch_on_take (CsSwitch *self, CtId call, const char *sound);
void cs_switch_on_kept (CsSwitch *self, CtId call, gboolean kept);

/* @presence: AVAILABLE (STATE while no phone of his is registered, S1-07), PAUSED or OFFLINE; @reason
 * may be NULL. While he talks or wraps up it tells what comes after; a ringing offer is given to the
 * next. NOT_FOUND when the plan has no such e-agent. */
gboolean cs_switch_set_presence (CsSwitch *self, CtId user, CsPresence presence, const char *reason,
                                 GError **error);
/* Ends the wrap-up of @call; @pause: into a pause instead of available. */
gboolean cs_switch_finish (CsSwitch *self, CtId call, CtId user, gboolean pause, GError **error);
/* D33. Unmasking takes effect a second later. TRUE when the call is over: nothing is recorded any more. */
gboolean cs_switch_mask (CsSwitch *self, CtId call, CtId user, gboolean masked, GError **error);
/* Dials @number (E.164) over the line's trunk; the caller hears music meanwhile. Who answers must
 * press 1, then @user is released; else the caller is his again. */
gboolean cs_switch_connect_through (CsSwitch *self, CtId call, CtId user, const char *number,
                                    GError **error);
gboolean cs_switch_cancel_connect (CsSwitch *self, CtId call, CtId user, GError **error);
/* The e-agent ends the call for everybody (or refuses what rings). */
gboolean cs_switch_hang_up (CsSwitch *self, CtId call, CtId user, GError **error);

/* No new calls any more (503). Returns how many run still. */
guint cs_switch_drain (CsSwitch *self);
/* Calls that have not ended. */
guint cs_switch_count_calls (CsSwitch *self);
/* Calls that wait for an e-agent (queued or offered). */
guint cs_switch_count_waiting (CsSwitch *self);
/* Recordings that media has not closed yet: a stop waits for them. */
guint cs_switch_count_recordings (CsSwitch *self);
/* Ends every call with cause "restart", settled at its last completed second. */
void cs_switch_end_all (CsSwitch *self);

/* Queries fill copies, to be carried to another thread; clear them. FALSE: no such call (an ended one
 * is there until its wrap-up and its recording are done). */
gboolean cs_switch_get_call (CsSwitch *self, CtId call, CsCallView *copy);
/* The call that @user is offered, talks on, or wraps up. */
gboolean cs_switch_get_call_of (CsSwitch *self, CtId user, CsCallView *copy);
typedef void (*CsCallFunc) (const CsCallView *view, gpointer data);
/* Those that have not ended, oldest first; the view is borrowed. @tenant CT_ID_NONE: all. */
void cs_switch_each_call (CsSwitch *self, CtId tenant, CsCallFunc function, gpointer data);

/* FALSE: neither in the plan nor ever registered. */
gboolean cs_switch_get_presence (CsSwitch *self, CtId user, CsPresenceView *copy);
typedef void (*CsPresenceFunc) (const CsPresenceView *view, gpointer data);
/* The e-agents of the plan. */
void cs_switch_each_presence (CsSwitch *self, CtId tenant, CsPresenceFunc function, gpointer data);

/* How many calls wait in queues that @user may answer, free or not; since when the first of them does
 * (UTC ms, 0 for none). */
guint cs_switch_count_waiting_for (CsSwitch *self, CtId user, gint64 *since_ms);

/* Why the last offer of @call did or did not go to @user: CS_RULE_CHOSEN, CS_RULE_IDLER, or the rule
 * that refused him then. NOT_FOUND: no such call, not offered yet, or he is not in the plan of then. */
gboolean cs_switch_why (CsSwitch *self, CtId call, CtId user, CsRule *rule, CsOfferReason *reason,
                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsSwitch, cs_switch_free)

G_END_DECLS
