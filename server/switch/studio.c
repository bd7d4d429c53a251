/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recording a prompt by calling in (D35). Who asked for it at the desk calls the line itself, from any
 * phone, and types star and the code he was given: during the greeting, in the queue, or in the message
 * of a closed line. Star means nothing else there, and means nothing at all while no code is out for the
 * line; the greeting and the queue go on while keys are typed, so an ordinary caller is never kept. A
 * code is good for one call and a few minutes, and is void after three wrong ones at the line.
 *
 *   SPEAK -> RECORD -> PREPARE -> REVIEW -> CHOOSE -> KEEP -> BYE
 *     ^---------- 2, or nothing was heard ----'
 *
 * Such a call is nobody's customer: it is not offered, not billed, and no part of service quality. */
#define G_LOG_DOMAIN "switch"

#include <string.h>

#include "server/base/log.h"
#include "server/switch/flow.h"

#define TYPING_SECONDS 6 /* for the next key of a code */
#define CHOOSE_SECONDS 15
#define MIN_SAMPLES 2400 /* 0.3 s: less is a cough */

typedef enum {
  PHASE_NONE,
  PHASE_SPEAK,
  PHASE_RECORD,
  PHASE_CLOSING, /* the recording is being closed */
  PHASE_PREPARE,
  PHASE_REVIEW,
  PHASE_CHOOSE,
  PHASE_KEEP,
  PHASE_BYE,
} Phase;

/* Tickets */

static gboolean
is_open (const CsSwitch *self, const CsTicket *ticket)
{
  return ticket->tries < CS_STUDIO_TRIES && ticket->expires_us > cs_switch_now_us (self);
}

static void
forget_closed (CsSwitch *self)
{
  for (guint i = self->tickets->len; i > 0; i--)
    if (!is_open (self, self->tickets->pdata[i - 1]))
      g_ptr_array_remove_index (self->tickets, i - 1);
}

void
cs_switch_set_studio (CsSwitch *self, const CsStudioPort *studio)
{
  self->studio = *studio;
}

gboolean
cs_switch_open_studio (CsSwitch *self, CsTicket *ticket, GError **error)
{
  const CsTicket *other;

  forget_closed (self);
  for (guint i = self->tickets->len; i > 0; i--)
    {
      other = self->tickets->pdata[i - 1];
      if (other->user == ticket->user)
        g_ptr_array_remove_index (self->tickets, i - 1);
      else if (other->line == ticket->line && strcmp (other->code, ticket->code) == 0)
        {
          cs_ticket_free (ticket);
          return ct_fail (error, CT_ERROR_CONFLICT, "the code is out already");
        }
    }
  g_ptr_array_add (self->tickets, ticket);
  return TRUE;
}

static gboolean
has_open_ticket (const CsCall *call)
{
  const CsSwitch *self = call->owner;

  for (guint i = 0; i < self->tickets->len; i++)
    {
      const CsTicket *ticket = self->tickets->pdata[i];

      if (ticket->line == call->line->id && is_open (self, ticket))
        return TRUE;
    }
  return FALSE;
}

/* The ticket that the typed code opens, taken out; a wrong code counts against all of the line. */
static CsTicket *
take_ticket (CsCall *call)
{
  CsSwitch *self = call->owner;

  for (guint i = 0; i < self->tickets->len; i++)
    {
      const CsTicket *ticket = self->tickets->pdata[i];

      if (ticket->line == call->line->id && is_open (self, ticket)
          && memcmp (ticket->code, call->studio.typed, CS_STUDIO_CODE) == 0)
        return g_ptr_array_steal_index (self->tickets, i);
    }
  for (guint i = 0; i < self->tickets->len; i++)
    {
      CsTicket *ticket = self->tickets->pdata[i];

      if (ticket->line == call->line->id && ++ticket->tries == CS_STUDIO_TRIES)
        cs_message (cs_call_about (call), "a code for recording is void: wrong too often");
    }
  return NULL;
}

/* The studio's part of a call */

static void
say (CsCall *call, Phase phase, const CsMediaItem *items, guint n)
{
  call->studio.phase = phase;
  cs_call_disarm (call, CS_TIMER_STEP);
  cs_leg_play (&call->legs[CS_LEG_CALLER], items, n, 1);
}

static void
ask_for_take (CsCall *call, gboolean empty)
{
  const CsTicket *ticket = call->studio.ticket;
  CsMediaItem items[3];
  guint n = 0;

  if (++call->studio.takes > CS_STUDIO_TAKES)
    {
      cs_call_end (call, CS_END_STUDIO, "too many takes");
      return;
    }
  if (empty)
    items[n++] = (CsMediaItem){ .prompt = ticket->prompts[CS_STUDIO_EMPTY] };
  items[n++] = (CsMediaItem){ .prompt = ticket->prompts[CS_STUDIO_SPEAK] };
  items[n++] = (CsMediaItem){ .prompt = CS_PROMPT_BEEP };
  say (call, PHASE_SPEAK, items, n);
}

static void
enter (CsCall *call, CsTicket *ticket)
{
  call->studio.ticket = ticket;
  call->wait_over = TRUE; /* nobody who waited */
  cs_call_leave_people (call);
  call->path = NULL;
  if (call->state != CS_CALL_IVR)
    cs_call_change_state (call, CS_CALL_IVR, "a prompt is recorded");
  cs_call_release_agent (call);
  call_info (call, "a prompt is recorded by phone");
  ask_for_take (call, FALSE);
}

/* What is being kept is the studio's already. */
static void
drop_sound (CsCall *call)
{
  CsSwitch *self = call->owner;

  if (call->studio.sound != NULL && call->studio.phase != PHASE_KEEP)
    self->studio.drop (self->studio.self, NULL, call->studio.sound);
  g_clear_pointer (&call->studio.sound, g_free);
}

void
cs_studio_on_ended (CsCall *call)
{
  drop_sound (call);
}

void
cs_studio_clear (CsCall *call)
{
  g_clear_pointer (&call->studio.ticket, cs_ticket_free);
  g_clear_pointer (&call->studio.sound, g_free);
}

static void
end_take (CsCall *call)
{
  CsSwitch *self = call->owner;

  call->studio.phase = PHASE_CLOSING;
  cs_call_disarm (call, CS_TIMER_STEP);
  self->media.record_stop (self->media.self, call->legs[CS_LEG_CALLER].id);
}

static void
review (CsCall *call)
{
  const CsTicket *ticket = call->studio.ticket;
  const CsMediaItem items[] = {
    { .prompt = ticket->prompts[CS_STUDIO_REVIEW] },
    { .prompt = call->studio.sound },
    { .silence_ms = 500 },
    { .prompt = ticket->prompts[CS_STUDIO_CHOOSE] },
  };

  say (call, PHASE_REVIEW, items, G_N_ELEMENTS (items));
}

static void
choose (CsCall *call, char digit)
{
  CsSwitch *self = call->owner;

  if (digit == '1')
    {
      call->studio.phase = PHASE_KEEP;
      cs_leg_stop (&call->legs[CS_LEG_CALLER]);
      cs_call_disarm (call, CS_TIMER_STEP);
      self->studio.keep (self->studio.self, call->id, call->studio.ticket->id, call->studio.sound);
    }
  else if (digit == '2')
    {
      drop_sound (call);
      ask_for_take (call, FALSE);
    }
}

static void
type (CsCall *call, char digit)
{
  if (digit == '*')
    {
      call->studio.typing = TRUE;
      call->studio.n_typed = 0;
    }
  else if (digit == '#')
    call->studio.typing = FALSE;
  else if (call->studio.typing && call->studio.n_typed < CS_STUDIO_CODE)
    call->studio.typed[call->studio.n_typed++] = digit;
}

static gboolean
is_in_step (const CsCall *call)
{
  return call->state == CS_CALL_IVR && call->path == NULL && call->ivr.phase != CS_IVR_GREETING;
}

/* Where keys mean something, those of a code must not be taken for it. */
static gboolean
must_swallow (const CsCall *call)
{
  const CsPlanStep *step;

  if (!is_in_step (call))
    return call->path != NULL;
  if (call->studio.typing)
    return TRUE;
  step = &call->line->steps[call->ivr.step];
  /* Star as the first key: unless the step asks for it. */
  return step->kind != CS_STEP_DIGITS
         && (step->kind == CS_STEP_MENU ? step->keys[10] : step->languages[10]) < 0;
}

static void
wait_for_key (CsCall *call)
{
  cs_leg_stop (&call->legs[CS_LEG_CALLER]);
  cs_call_arm (call, CS_TIMER_STEP, TYPING_SECONDS * G_USEC_PER_SEC);
}

static gboolean
may_type (const CsCall *call)
{
  if (call->state == CS_CALL_QUEUED || call->state == CS_CALL_OFFERED)
    return call->answered_ms == 0;
  return call->state == CS_CALL_IVR && call->answered_ms == 0
         && (call->path == NULL || call->ivr.phase == CS_IVR_PATH_PROMPT);
}

/* No code came of it: on, where he was. TRUE: the key is dealt with. */
static gboolean
resume (CsCall *call)
{
  call->studio.typing = FALSE;
  if (call->path != NULL)
    cs_path_say_again (call);
  return call->path != NULL;
}

static gboolean
on_code_key (CsCall *call, char digit)
{
  gint64 now_us = cs_switch_now_us (call->owner);
  gboolean swallow;
  CsTicket *ticket;

  if (now_us - call->studio.typed_us > TYPING_SECONDS * G_USEC_PER_SEC)
    call->studio.typing = FALSE;
  if (!may_type (call) || (!call->studio.typing && digit != '*') || !has_open_ticket (call))
    return FALSE;
  swallow = must_swallow (call);
  if (!swallow && is_in_step (call))
    return FALSE;
  call->studio.typed_us = now_us;
  type (call, digit);
  if (call->studio.typing && call->studio.n_typed < CS_STUDIO_CODE)
    {
      if (swallow)
        wait_for_key (call);
      return swallow;
    }
  ticket = call->studio.typing ? take_ticket (call) : NULL;
  if (ticket != NULL)
    {
      call->studio.typing = FALSE;
      enter (call, ticket);
      return TRUE;
    }
  return resume (call);
}

gboolean
cs_studio_on_key (CsCall *call, char digit)
{
  if (call->studio.ticket == NULL)
    return on_code_key (call, digit);
  if (call->studio.phase == PHASE_RECORD && digit == '#')
    end_take (call);
  else if (call->studio.phase == PHASE_REVIEW || call->studio.phase == PHASE_CHOOSE)
    choose (call, digit);
  return TRUE;
}

gboolean
cs_studio_on_played (CsCall *call)
{
  if (call->studio.ticket == NULL)
    return FALSE;
  if (call->studio.phase == PHASE_SPEAK)
    {
      call->studio.phase = PHASE_RECORD;
      call->studio.recording = cs_call_record_take (call);
      cs_call_arm (call, CS_TIMER_STEP, CS_STUDIO_MAX_SECONDS * G_USEC_PER_SEC);
    }
  else if (call->studio.phase == PHASE_REVIEW)
    {
      call->studio.phase = PHASE_CHOOSE;
      cs_call_arm (call, CS_TIMER_STEP, CHOOSE_SECONDS * G_USEC_PER_SEC);
    }
  else if (call->studio.phase == PHASE_BYE)
    cs_call_end (call, CS_END_STUDIO, "done");
  return TRUE;
}

gboolean
cs_studio_on_timeout (CsCall *call)
{
  if (call->studio.ticket == NULL)
    return call->studio.typing && resume (call);
  if (call->studio.phase == PHASE_RECORD)
    end_take (call);
  else if (call->studio.phase == PHASE_CHOOSE && !call->studio.asked_again)
    {
      call->studio.asked_again = TRUE;
      review (call);
    }
  else
    cs_call_end (call, CS_END_STUDIO, "nothing was chosen");
  return TRUE;
}

gboolean
cs_studio_on_recorded (CsCall *call, const CsMediaEvent *event)
{
  CsSwitch *self = call->owner;

  if (call->studio.recording == CT_ID_NONE || event->recording != call->studio.recording)
    return FALSE;
  call->studio.recording = CT_ID_NONE;
  if (call->state == CS_CALL_ENDED || call->studio.phase != PHASE_CLOSING || event->path == NULL
      || event->samples < MIN_SAMPLES)
    {
      if (event->path != NULL)
        self->studio.drop (self->studio.self, event->path, NULL);
      if (call->state != CS_CALL_ENDED)
        ask_for_take (call, TRUE);
      return TRUE;
    }
  call->studio.phase = PHASE_PREPARE;
  self->studio.prepare (self->studio.self, call->id, call->studio.ticket->id, event->path);
  return TRUE;
}

static CsCall *
find (CsSwitch *self, CtId id, Phase phase)
{
  CsCall *call = g_hash_table_lookup (self->calls, &id);

  return call != NULL && call->state != CS_CALL_ENDED && call->studio.phase == phase ? call : NULL;
}

void
cs_switch_on_take (CsSwitch *self, CtId id, const char *sound)
{
  CsCall *call = find (self, id, PHASE_PREPARE);

  if (call == NULL)
    {
      if (sound != NULL)
        self->studio.drop (self->studio.self, NULL, sound); /* he hung up meanwhile */
      return;
    }
  call->studio.asked_again = FALSE;
  if (sound != NULL)
    {
      call->studio.sound = g_strdup (sound);
      review (call);
    }
  else
    ask_for_take (call, TRUE);
  cs_switch_rest (self);
}

void
cs_switch_on_kept (CsSwitch *self, CtId id, gboolean kept)
{
  CsCall *call = find (self, id, PHASE_KEEP);
  CsMediaItem item;

  if (call == NULL)
    return;
  g_clear_pointer (&call->studio.sound, g_free);
  item.prompt = call->studio.ticket->prompts[kept ? CS_STUDIO_KEPT : CS_STUDIO_FAILED];
  say (call, PHASE_BYE, &item, 1);
  cs_switch_rest (self);
}
