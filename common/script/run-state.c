/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run to its snapshot and back: what the API gives a desk that comes late, and what the desk's journal
 * keeps. */
#include <string.h>

#include "common/script/run-private.h"

static void
take_answer (CtScriptState *state, const CtScriptRun *run, const CtScriptStep *step,
             gboolean with_secrets)
{
  const CtScriptSlot *slot = &run->slots[step->index];
  CtScriptAnswer *answer;

  if (!slot->given)
    return;
  answer = ct_script_answer_new ();
  answer->step = g_strdup (step->id);
  answer->secret = step->ask == CT_SCRIPT_SECRET;
  answer->origin = g_strdup (ct_script_origin_name (slot->view.origin));
  answer->at = slot->view.at_ms;
  answer->confirmed = slot->view.confirmed;
  if (!answer->secret || with_secrets)
    answer->value = g_strdup (slot->view.value);
  g_ptr_array_add (state->answers, answer);
}

CtScriptState *
ct_script_run_to_state (const CtScriptRun *run, gboolean with_secrets)
{
  CtScriptState *state = ct_script_state_new ();
  g_autoptr (GStrvBuilder) passed = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) revealed = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer name, value;

  state->number = run->number;
  state->step = run->current != NULL ? g_strdup (run->current->id) : NULL;
  state->complete = ct_script_run_is_complete (run);
  state->ticket = g_strdup (ct_script_run_fact (run, "ticket"));
  state->entered = g_strdup (ct_script_run_entered (run));
  state->answers = g_ptr_array_new_with_free_func (ct_record_free);
  for (guint i = 0; i < run->script->steps->len; i++)
    {
      const CtScriptStep *step = g_ptr_array_index (run->script->steps, i);

      take_answer (state, run, step, with_secrets);
      if (run->passed[i])
        g_strv_builder_add (passed, step->id);
      if (run->revealed[i])
        g_strv_builder_add (revealed, step->id);
    }
  state->passed = g_strv_builder_end (passed);
  state->revealed = g_strv_builder_end (revealed);
  state->facts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_iter_init (&iter, run->facts);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (strcmp (name, "ticket") != 0)
      g_hash_table_insert (state->facts, g_strdup (name), g_strdup (value));
  return state;
}

static gboolean
put_answer (CtScriptRun *run, const CtScriptAnswer *answer, GError **error)
{
  const CtScriptStep *step = ct_script_find (run->script, answer->step);
  g_autofree char *normal = NULL;
  CtScriptOrigin origin = CT_SCRIPT_TYPED;

  if (step == NULL || step->kind != CT_SCRIPT_ASK)
    return ct_fail (error, CT_ERROR_INVALID, "the state answers a step that asks nothing");
  while (origin <= CT_SCRIPT_CALLER
         && g_strcmp0 (ct_script_origin_name (origin), answer->origin) != 0)
    origin++;
  if (origin > CT_SCRIPT_CALLER)
    return ct_fail (error, CT_ERROR_INVALID, "an answer of no known origin");
  if (answer->value == NULL && step->ask != CT_SCRIPT_SECRET)
    return ct_fail (error, CT_ERROR_INVALID, "an answer without a value");
  if (answer->value != NULL
      && !ct_script_step_accepts (run->script, step, answer->value, &normal, error))
    return FALSE;
  ct_script_slot_set (&run->slots[step->index], normal, origin, answer->at, answer->confirmed);
  if (normal != NULL)
    explicit_bzero (normal, strlen (normal));
  return TRUE;
}

static gboolean
put_marks (CtScriptRun *run, char **ids, gboolean *marks, GError **error)
{
  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    {
      const CtScriptStep *step = ct_script_find (run->script, ids[i]);

      if (step == NULL)
        return ct_fail (error, CT_ERROR_INVALID, "the state knows a step that the script does not");
      marks[step->index] = TRUE;
    }
  return TRUE;
}

static gboolean
put_state (CtScriptRun *run, const CtScriptState *state, GError **error)
{
  for (guint i = 0; i < run->script->steps->len; i++)
    ct_script_slot_clear (&run->slots[i]); /* what the facts prefilled stands in the state too */
  for (guint i = 0; state->answers != NULL && i < state->answers->len; i++)
    if (!put_answer (run, g_ptr_array_index (state->answers, i), error))
      return FALSE;
  if (!put_marks (run, state->passed, run->passed, error)
      || !put_marks (run, state->revealed, run->revealed, error))
    return FALSE;
  ct_script_run_walk (run);
  if (state->step != NULL && !ct_script_run_on_path (run, state->step))
    return ct_fail (error, CT_ERROR_INVALID, "the state stands beside its path");
  if (state->step != NULL)
    run->current = ct_script_find (run->script, state->step);
  if (state->entered != NULL)
    run->entered = ct_script_find (run->script, state->entered);
  if (run->entered != NULL && run->entered != run->current)
    return ct_fail (error, CT_ERROR_INVALID, "the state has a step on the screen that is not");
  if (state->number < 0)
    return ct_fail (error, CT_ERROR_INVALID, "commands are numbered from 1");
  run->number = state->number;
  run->first = state->number;
  return TRUE;
}

CtScriptRun *
ct_script_run_new_from_state (CtScript *script, const CtScriptState *state, GError **error)
{
  g_autoptr (CtScriptRun) run = ct_script_run_new (script, state->facts);

  if (state->ticket != NULL)
    ct_script_run_set_fact (run, "ticket", state->ticket);
  return put_state (run, state, error) ? g_steal_pointer (&run) : NULL;
}
