/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a call ends that no e-agent takes, or takes no longer: a message, a voicemail, a forward (D29).
 * The path that was taken first stays; it gives the call its cause, whoever hangs up in the end. */
#define G_LOG_DOMAIN "switch"

#include "server/switch/flow.h"

#define VOICEMAIL_SECONDS 120 /* when the path does not say */

static void
prompt_done (CsCall *call)
{
  static const CsMediaItem beep = { .prompt = CS_PROMPT_BEEP };
  CsLeg *caller = &call->legs[CS_LEG_CALLER];

  switch (call->path->kind)
    {
    case CS_END_VOICEMAIL:
      call->ivr.phase = CS_IVR_PATH_BEEP;
      cs_leg_play (caller, &beep, 1, 1);
      break;
    case CS_END_FORWARD:
      call->ivr.phase = CS_IVR_PATH_FORWARD;
      if (cs_onward_originate (call, call->path->number))
        cs_call_arm (call, CS_TIMER_STEP, CS_ONWARD_RING_SECONDS * G_USEC_PER_SEC);
      else
        cs_path_on_forward_failed (call);
      break;
    case CS_END_MESSAGE:
    default:
      cs_call_end (call, call->cause, "the message was heard");
    }
}

static void
say (CsCall *call, const CsPrompt *notice)
{
  const CsPrompt *prompts[2] = { notice, &call->path->prompt };
  CsMediaItem items[2];
  guint n = 0;

  call->ivr.phase = CS_IVR_PATH_PROMPT;
  for (int i = 0; i < 2; i++)
    {
      const char *name = prompts[i] != NULL
                             ? cs_prompt_in (prompts[i], call->language, call->line->language)
                             : NULL;

      if (name != NULL)
        items[n++] = (CsMediaItem){ .prompt = name };
    }
  cs_leg_stop (&call->legs[CS_LEG_CALLER]);
  if (n > 0)
    cs_leg_play (&call->legs[CS_LEG_CALLER], items, n, 1);
  else
    prompt_done (call);
}

void
cs_path_say_again (CsCall *call)
{
  say (call, NULL);
}

void
cs_path_take (CsCall *call, const CsEndPath *path, CsEndCause cause, const CsPrompt *notice)
{
  if (call->path != NULL || call->state == CS_CALL_ENDED)
    return;
  cs_call_leave_people (call);
  if (call->state != CS_CALL_IVR
      && !cs_call_change_state (call, CS_CALL_IVR, cs_end_cause_name (cause)))
    return;
  cs_call_disarm (call, CS_TIMER_STEP);
  call->path = path;
  call->cause = cause;
  cs_call_note (call, CS_NOTE_CALL_PATH);
  cs_call_release_agent (call);
  say (call, notice);
}

void
cs_path_on_played (CsCall *call)
{
  guint seconds = call->path->max_seconds > 0 ? call->path->max_seconds : VOICEMAIL_SECONDS;

  if (call->ivr.phase == CS_IVR_PATH_PROMPT)
    prompt_done (call);
  else if (call->ivr.phase == CS_IVR_PATH_BEEP)
    {
      call->ivr.phase = CS_IVR_PATH_RECORD;
      cs_call_record (call);
      call->owner->media.expect (call->owner->media.self, call->legs[CS_LEG_CALLER].id);
      cs_call_note (call, CS_NOTE_CALL_PATH); /* with the voicemail's id: it outlives a crash */
      cs_call_arm (call, CS_TIMER_STEP, (gint64) seconds * G_USEC_PER_SEC);
      if (call->legs[CS_LEG_CALLER].silent)
        cs_call_await_sound (call); /* he has less time from now on */
    }
}

void
cs_path_on_key (CsCall *call, char digit)
{
  if (call->ivr.phase == CS_IVR_PATH_RECORD && digit == '#')
    cs_call_end (call, call->cause, "the voicemail was ended with #");
}

void
cs_path_on_timeout (CsCall *call)
{
  if (call->ivr.phase == CS_IVR_PATH_RECORD)
    cs_call_end (call, call->cause, "the voicemail is as long as it may be");
  else if (call->ivr.phase == CS_IVR_PATH_FORWARD)
    cs_path_on_forward_failed (call);
}

void
cs_path_on_forward_failed (CsCall *call)
{
  cs_call_end (call, CS_END_UNREACHABLE, "the forward failed");
}
