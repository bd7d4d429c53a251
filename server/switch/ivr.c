/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a caller hears and presses before the queue (S4-09 to S4-12). Each step says its prompt and
 * waits; a key cuts the prompt short. Silence and wrong keys are ways of answering too, and lead on:
 * no caller is hung up for pressing nothing. Keys pressed during the greeting are kept for the first
 * steps, because the announcement of the recording in it has to be heard. */
#define G_LOG_DOMAIN "switch"

#include <string.h>

#include "server/switch/flow.h"

#define STEPS_MAX 100 /* a script that goes in circles: into the queue then */
#define LEAST_WAIT_MS 200

static void go (CsCall *call, int index);

static const CsPlanStep *
get_step (const CsCall *call)
{
  return &call->line->steps[call->ivr.step];
}

static void
say (CsCall *call, CsIvrPhase phase, const CsPrompt *const *prompts, guint n)
{
  CsMediaItem items[4];
  guint n_items = 0;

  for (guint i = 0; i < n; i++)
    {
      const char *name = cs_prompt_in (prompts[i], call->language, call->line->language);

      if (name != NULL)
        items[n_items++] = (CsMediaItem){ .prompt = name };
    }
  call->ivr.phase = phase;
  if (n_items > 0)
    cs_leg_play (&call->legs[CS_LEG_CALLER], items, n_items, 1);
  else
    cs_ivr_on_played (call);
}

void
cs_ivr_start (CsCall *call)
{
  const CsPlanLine *line = call->line;
  const CsPrompt *prompts[3];
  guint n = 0;

  prompts[n++] = &line->greeting;
  if (line->notice_until_ms > cs_switch_now_ms (call->owner))
    prompts[n++] = &line->notice;
  if (line->record)
    {
      prompts[n++] = &line->announcement;
      call->announced = cs_prompt_in (&line->announcement, call->language, line->language) != NULL;
    }
  say (call, CS_IVR_GREETING, prompts, n);
}

static void
wait (CsCall *call)
{
  call->ivr.phase = CS_IVR_WAIT;
  cs_call_arm (call, CS_TIMER_STEP,
               (gint64) MAX (get_step (call)->wait_ms, LEAST_WAIT_MS) * G_TIME_SPAN_MILLISECOND);
}

/* The next key that was pressed before it was asked for. */
static gboolean
use_ahead (CsCall *call)
{
  char digit = call->ivr.ahead[0];

  if (call->ivr.n_ahead == 0)
    return FALSE;
  memmove (call->ivr.ahead, call->ivr.ahead + 1, --call->ivr.n_ahead);
  wait (call);
  cs_ivr_on_key (call, digit);
  return TRUE;
}

static void
ask (CsCall *call)
{
  const CsPrompt *prompt = &get_step (call)->prompt;

  call->ivr.n_typed = 0;
  if (!use_ahead (call))
    say (call, CS_IVR_PROMPT, &prompt, 1);
}

static void
go (CsCall *call, int index)
{
  const CsPlanLine *line = call->line;

  if (index < 0 || (guint) index >= line->n_steps || ++call->ivr.steps_taken > STEPS_MAX
      || line->steps[index].kind == CS_STEP_QUEUE)
    {
      cs_queue_enter (call, FALSE);
      return;
    }
  call->ivr.step = index;
  call->ivr.tries = 0;
  if (line->steps[index].kind == CS_STEP_END)
    cs_path_take (call, &line->steps[index].end, CS_END_CLOSED, NULL);
  else
    ask (call);
}

static void
wrong (CsCall *call)
{
  const CsPlanStep *step = get_step (call);
  const CsPrompt *prompt = &step->wrong;

  if (++call->ivr.tries >= MAX (step->tries, 1))
    go (call, step->otherwise);
  else
    say (call, CS_IVR_WRONG, &prompt, 1);
}

void
cs_ivr_on_played (CsCall *call)
{
  if (call->ivr.phase == CS_IVR_GREETING)
    go (call, 0);
  else if (call->ivr.phase == CS_IVR_WRONG)
    ask (call);
  else if (call->ivr.phase == CS_IVR_PROMPT)
    wait (call);
}

static void
finish_digits (CsCall *call)
{
  const CsPlanStep *step = get_step (call);

  if (call->ivr.n_typed < MAX (step->min, 1))
    {
      wrong (call);
      return;
    }
  call->ivr.typed[call->ivr.n_typed] = '\0';
  cs_call_key (call, step->name, call->ivr.typed);
  go (call, step->next);
}

static void
on_digit (CsCall *call, char digit)
{
  const CsPlanStep *step = get_step (call);

  if (digit == '#')
    {
      finish_digits (call);
      return;
    }
  if (digit == '*')
    call->ivr.n_typed = 0; /* mistyped: begin again */
  else
    call->ivr.typed[call->ivr.n_typed++] = digit;
  if (call->ivr.n_typed >= CLAMP (step->max, 1, CS_TYPED_MAX))
    finish_digits (call);
  else if (!use_ahead (call))
    wait (call);
}

static void
on_choice (CsCall *call, int key, char digit)
{
  const CsPlanStep *step = get_step (call);
  const char value[2] = { digit, '\0' };

  if (step->kind == CS_STEP_MENU && step->keys[key] >= 0)
    {
      cs_call_key (call, step->name, value);
      go (call, step->keys[key]);
    }
  else if (step->kind == CS_STEP_LANGUAGE && step->languages[key] >= 0
           && step->languages[key] < CS_LANGUAGES)
    {
      call->language = (CsLanguage) step->languages[key];
      cs_call_key (call, step->name != NULL ? step->name : "language",
                   cs_language_code (call->language));
      go (call, step->next);
    }
  else
    wrong (call);
}

void
cs_ivr_on_key (CsCall *call, char digit)
{
  static const char keys[] = "0123456789*#";
  const char *key = digit != '\0' ? strchr (keys, digit) : NULL;

  if (key == NULL)
    return; /* A to D: no telephone has them */
  if (call->ivr.phase == CS_IVR_GREETING)
    {
      if (call->ivr.n_ahead < CS_AHEAD_MAX)
        call->ivr.ahead[call->ivr.n_ahead++] = digit;
      return;
    }
  if (call->ivr.phase != CS_IVR_WAIT)
    cs_leg_stop (&call->legs[CS_LEG_CALLER]);
  cs_call_disarm (call, CS_TIMER_STEP);
  call->ivr.phase = CS_IVR_WAIT;
  if (get_step (call)->kind == CS_STEP_DIGITS)
    on_digit (call, digit);
  else
    on_choice (call, (int) (key - keys), digit);
}

void
cs_ivr_on_silence (CsCall *call)
{
  const CsPlanStep *step = get_step (call);

  if (step->kind != CS_STEP_DIGITS)
    go (call, step->otherwise);
  else if (call->ivr.n_typed > 0)
    finish_digits (call);
  else
    wrong (call);
}
