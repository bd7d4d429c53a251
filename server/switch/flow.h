/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stages of a call, each in the file of its name; a call passes from one to the next:
 *
 *   intake -> ivr -> queue -> offer -> talk -> (park) -> (onward) -> end
 *                 \-----------\---------\------------> path (message, voicemail, forward) -> end
 *                  \-----------\----------------------> studio (a prompt is recorded) -> end
 */
#pragma once

#include "server/switch/switch-private.h"

G_BEGIN_DECLS

/* intake.c */
void cs_intake_incoming (CsSwitch *self, const CsSipEvent *event);
void cs_intake_confirmed (CsCall *call);

/* ivr.c */
void cs_ivr_start (CsCall *call);
void cs_ivr_on_key (CsCall *call, char digit);
void cs_ivr_on_played (CsCall *call);
void cs_ivr_on_silence (CsCall *call); /* no input */

/* path.c: how a call ends that nobody takes. @notice is said first; may be NULL. */
void cs_path_take (CsCall *call, const CsEndPath *path, CsEndCause cause, const CsPrompt *notice);
void cs_path_on_played (CsCall *call);
/* The prompt from its beginning. */
void cs_path_say_again (CsCall *call);
void cs_path_on_key (CsCall *call, char digit);
void cs_path_on_timeout (CsCall *call);
void cs_path_on_forward_failed (CsCall *call);

/* studio.c: each answers TRUE when the call is recording a prompt, or typing the code for it, and the
 * event has been dealt with. */
gboolean cs_studio_on_key (CsCall *call, char digit);
gboolean cs_studio_on_played (CsCall *call);
gboolean cs_studio_on_timeout (CsCall *call);
gboolean cs_studio_on_recorded (CsCall *call, const CsMediaEvent *event);
void cs_studio_on_ended (CsCall *call);
void cs_studio_clear (CsCall *call);

/* queue.c */
void cs_queue_enter (CsCall *call, gboolean at_head);
void cs_queue_leave (CsCall *call);
/* The wait is over, one way or the other; tells the quality once. */
void cs_queue_end_wait (CsCall *call, gboolean answered);
guint cs_queue_get_place (CsCall *call);
void cs_queue_say_place (CsCall *call);
void cs_queue_on_played (CsCall *call);
void cs_queue_on_max_wait (CsCall *call);
/* Matches who waits with who is free. */
void cs_queue_dispatch (CsSwitch *self);

/* offer.c */
void cs_offer_make (CsCall *call, CsAgent *agent);
void cs_offer_on_granted (CsCall *call);
void cs_offer_on_refused (CsCall *call);
void cs_offer_on_no_credit_answer (CsCall *call);
void cs_offer_missed (CsCall *call, CsMiss miss);
/* Not his fault: the caller is gone, or he went into a pause. */
void cs_offer_cancel (CsCall *call);
void cs_offer_on_ended (CsCall *call, CsCause cause);
void cs_offer_on_answered (CsCall *call, const char *sdp);

/* talk.c */
void cs_talk_begin (CsCall *call);
void cs_talk_on_reoffered (CsCall *call);
void cs_talk_on_agent_ended (CsCall *call, CsCause cause);
void cs_talk_listen (CsCall *call); /* what the caller hears besides people */
void cs_talk_unmask (CsCall *call);

/* park.c */
void cs_park_begin (CsCall *call, const char *why);
void cs_park_on_heard (CsCall *call);
void cs_park_on_registered (CsCall *call);
void cs_park_on_answered (CsCall *call, const char *sdp);
void cs_park_on_leg_ended (CsCall *call);
void cs_park_on_timeout (CsCall *call);

/* onward.c */
gboolean cs_onward_dial (CsCall *call, const char *number, GError **error);
void cs_onward_cancel (CsCall *call); /* back to the e-agent */
void cs_onward_drop (CsCall *call);   /* the call goes elsewhere: without a word */
void cs_onward_on_answered (CsCall *call, const char *sdp);
void cs_onward_on_key (CsCall *call, char digit);
void cs_onward_on_credit (CsCall *call);
void cs_onward_fail (CsCall *call, CsCause cause);
void cs_onward_on_ended (CsCall *call, CsCause cause);
gboolean cs_onward_originate (CsCall *call, const char *number);
/* An INVITE that is one of our own outgoing legs come back; fails that leg. */
gboolean cs_onward_came_back (CsSwitch *self, const CsSipEvent *event);

G_END_DECLS
