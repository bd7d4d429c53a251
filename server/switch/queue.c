/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who waits, in the order they are served: those who lost their e-agent (D34), then by priority, then
 * by how long they wait. All lines stand in one sequence, by which they are served; each line has one
 * of its own, by which its callers are told their place. */
#define G_LOG_DOMAIN "switch"

#include "server/switch/flow.h"

#define FIRST_PLACE_SECONDS 3

static int
compare (gconstpointer a, gconstpointer b, gpointer unused)
{
  const CsCall *x = a;
  const CsCall *y = b;

  if (x->at_head != y->at_head)
    return x->at_head ? -1 : 1;
  if (x->line->priority != y->line->priority)
    return x->line->priority > y->line->priority ? -1 : 1;
  if (x->queued_us != y->queued_us)
    return x->queued_us < y->queued_us ? -1 : 1;
  return x->id < y->id ? -1 : x->id > y->id;
}

static GSequence *
get_line_queue (CsCall *call)
{
  GHashTable *queues = call->owner->line_queues;
  GSequence *queue = g_hash_table_lookup (queues, &call->line->id);

  if (queue == NULL)
    {
      queue = g_sequence_new (NULL);
      g_hash_table_insert (queues, g_memdup2 (&call->line->id, sizeof (CtId)), queue);
    }
  return queue;
}

void
cs_queue_enter (CsCall *call, gboolean at_head)
{
  CsSwitch *self = call->owner;
  const CsPlanLine *line = call->line;

  if (!cs_call_change_state (call, CS_CALL_QUEUED, at_head ? "lost e-agent" : "waits"))
    return;
  call->at_head = at_head;
  call->queued_us = cs_switch_now_us (self);
  if (call->first_queued_us == 0)
    {
      call->first_queued_us = call->queued_us;
      call->queued_ms = cs_switch_now_ms (self);
    }
  call->waiting = g_sequence_insert_sorted (self->waiting, call, compare, NULL);
  call->in_line = g_sequence_insert_sorted (get_line_queue (call), call, compare, NULL);
  cs_call_note (call, CS_NOTE_CALL_QUEUED);
  cs_talk_listen (call);
  if (line->position_seconds > 0)
    cs_call_arm (call, CS_TIMER_PLACE, FIRST_PLACE_SECONDS * G_USEC_PER_SEC);
  if (line->max_wait_seconds > 0)
    cs_call_arm (call, CS_TIMER_MAX_WAIT, (gint64) line->max_wait_seconds * G_USEC_PER_SEC);
  g_ptr_array_add (self->fresh, call);
}

void
cs_queue_leave (CsCall *call)
{
  if (call->waiting == NULL)
    return;
  g_sequence_remove (call->waiting);
  g_sequence_remove (call->in_line);
  call->waiting = call->in_line = NULL;
  call->saying_place = FALSE;
}

void
cs_queue_end_wait (CsCall *call, gboolean answered)
{
  CsSwitch *self = call->owner;
  const CsPlanLine *line = call->line;
  CsNote note = { .kind = CS_NOTE_QUALITY };

  if (call->wait_over || call->first_queued_us == 0)
    return;
  call->waited_us = cs_switch_now_us (self) - call->first_queued_us;
  call->wait_over = TRUE;
  note.quality.settings
      = (CtQualitySettings){ line->reference_seconds, line->limit_seconds,
                             line->early_weight_numerator, line->early_weight_denominator };
  ct_quality_count (&note.quality, call->waited_us, answered);
  cs_call_note_with (call, &note);
}

guint
cs_queue_get_place (CsCall *call)
{
  return call->in_line != NULL ? (guint) g_sequence_iter_get_position (call->in_line) + 1 : 0;
}

void
cs_queue_say_place (CsCall *call)
{
  const CsPlanLine *line = call->line;
  CsMediaItem items[12]
      = { { .prompt = cs_prompt_in (&line->position, call->language, line->language) } };
  char digits[11];
  guint n = 1;

  cs_call_arm (call, CS_TIMER_PLACE, (gint64) line->position_seconds * G_USEC_PER_SEC);
  if (call->state != CS_CALL_QUEUED || items[0].prompt == NULL)
    return;
  g_snprintf (digits, sizeof digits, "%u", cs_queue_get_place (call));
  for (const char *d = digits; *d != '\0'; d++)
    {
      items[n].prompt = cs_prompt_in (&line->digits[*d - '0'], call->language, line->language);
      n += items[n].prompt != NULL;
    }
  call->saying_place = TRUE;
  cs_leg_play (&call->legs[CS_LEG_CALLER], items, n, 1);
}

void
cs_queue_on_played (CsCall *call)
{
  call->saying_place = FALSE;
  cs_talk_listen (call);
}

void
cs_queue_on_max_wait (CsCall *call)
{
  /* A phone that rings is let ring; should nobody take it, the call comes back here. */
  if (call->state == CS_CALL_QUEUED)
    cs_path_take (call, &call->line->closed, CS_END_NO_AGENT, NULL);
}

/* Picks somebody and keeps why. Passed over are those who missed the call and still rest, or with
 * @all every one who missed it. */
static gboolean
choose (CsCall *call, gboolean all)
{
  CsSwitch *self = call->owner;
  gint64 now_us = cs_switch_now_us (self);
  g_autoptr (GArray) users = g_array_new (FALSE, FALSE, sizeof (CtId));
  CsVerdict verdict = { 0 };
  gint64 rested_us = G_MAXINT64;

  for (guint i = 0; i < call->missed->len; i++)
    {
      const CsMissed *missed = &g_array_index (call->missed, CsMissed, i);

      if (!all && missed->until_us <= now_us)
        continue;
      g_array_append_val (users, missed->user);
      rested_us = MIN (rested_us, missed->until_us);
    }
  if (cs_eligibility_choose (self->eligibility, call->need, (CtId *) users->data, users->len,
                             now_us, cs_switch_now_ms (self), &verdict)
      >= 0)
    {
      cs_verdict_clear (&call->verdict);
      call->verdict = verdict;
      return TRUE;
    }
  cs_verdict_clear (&verdict);
  if (!all && users->len > 0)
    cs_call_arm_at (call, CS_TIMER_RETRY, rested_us);
  return FALSE;
}

static void
find_need (CsCall *call, gint64 now_ms)
{
  if (call->need == NULL)
    call->need = cs_eligibility_find_need (call->owner->eligibility, &call->line->needs,
                                           call->line->tenant, call->language, now_ms);
}

static void
serve (CsCall *call)
{
  CsSwitch *self = call->owner;
  gint64 now_ms = cs_switch_now_ms (self);

  find_need (call, now_ms);
  if (cs_need_get_mark (call->need) == self->mark)
    return; /* asked for another call a moment ago: nobody */
  if (!cs_eligibility_has_free (self->eligibility, call->need, now_ms))
    {
      cs_need_set_mark (call->need, self->mark);
      return;
    }
  /* Who has missed this call is asked again only when nobody else can be, and not at once. */
  if (choose (call, TRUE) || (call->missed->len > 0 && choose (call, FALSE)))
    cs_offer_make (call, cs_agent_find (self, call->verdict.reason.winner));
}

static void
serve_all (CsSwitch *self)
{
  GSequenceIter *iter = g_sequence_get_begin_iter (self->waiting);

  while (!g_sequence_iter_is_end (iter) && cs_eligibility_count_free (self->eligibility) > 0)
    {
      CsCall *call = g_sequence_get (iter);

      iter = g_sequence_iter_next (iter); /* the call may leave */
      if (call->state == CS_CALL_QUEUED && call->agent == NULL)
        serve (call);
    }
}

/* While nobody becomes free, those who waited before have nobody to hope for: only who has just come
 * is looked at. */
static void
serve_fresh (CsSwitch *self)
{
  guint n = self->fresh->len; /* not who comes back from this very walk */

  for (guint i = 0; i < n && cs_eligibility_count_free (self->eligibility) > 0; i++)
    {
      CsCall *call = self->fresh->pdata[i];

      if (call->state == CS_CALL_QUEUED && call->agent == NULL)
        serve (call);
    }
}

void
cs_queue_dispatch (CsSwitch *self)
{
  self->mark++;
  if (self->eligibility != NULL && self->dispatch_wanted)
    serve_all (self);
  else if (self->eligibility != NULL)
    serve_fresh (self);
  /* One pass offers all that can be offered; whom it could not reach waits for a timer. */
  self->dispatch_wanted = FALSE;
  g_ptr_array_set_size (self->fresh, 0);
}

guint
cs_switch_count_waiting_for (CsSwitch *self, CtId user, gint64 *since_ms)
{
  const CsAgent *agent = cs_agent_find (self, user);
  gint64 now_ms = cs_switch_now_ms (self);
  guint n = 0;

  *since_ms = 0;
  if (agent == NULL || agent->index < 0 || self->eligibility == NULL)
    return 0;
  for (GSequenceIter *iter = g_sequence_get_begin_iter (self->waiting);
       !g_sequence_iter_is_end (iter); iter = g_sequence_iter_next (iter))
    {
      CsCall *call = g_sequence_get (iter);

      if (call->state != CS_CALL_QUEUED || call->agent != NULL)
        continue;
      find_need (call, now_ms);
      if (!cs_eligibility_fits (self->eligibility, call->need, (guint) agent->index, now_ms))
        continue;
      n++;
      if (*since_ms == 0 || call->queued_ms < *since_ms)
        *since_ms = call->queued_ms;
    }
  return n;
}
