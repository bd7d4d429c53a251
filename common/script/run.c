/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run and the commands that move it. A command is first looked at in full, then done in full: a
 * refused one leaves no trace. */
#include <string.h>

#include "common/script/run-private.h"

#define MAX_COMMANDS 2000 /* of one call: a bound for the log, far from any real conversation */

enum { ANSWER, GO, BACK, REVEAL, ENTER, LEAVE };
static const char *const kinds[] = { "answer", "go", "back", "reveal", "enter", "leave" };
static const char *const origins[] = { "typed", "last_call", "keyed", "caller" };

const char *
ct_script_origin_name (CtScriptOrigin origin)
{
  return origins[origin];
}

/* A secret does not stay in memory longer than it must; wiping the others costs nothing. */
void
ct_script_slot_clear (CtScriptSlot *slot)
{
  char *value = (char *) slot->view.value;

  if (value != NULL)
    explicit_bzero (value, strlen (value));
  g_free (value);
  memset (slot, 0, sizeof *slot);
}

void
ct_script_slot_set (CtScriptSlot *slot, const char *value, CtScriptOrigin origin, gint64 at_ms,
                    gboolean confirmed)
{
  char *kept = g_strdup (value);

  ct_script_slot_clear (slot);
  slot->given = TRUE;
  slot->view = (CtScriptValue){ kept, origin, at_ms, confirmed };
}

static void
prefill_from_facts (CtScriptRun *run)
{
  for (guint i = 0; i < run->script->steps->len; i++)
    {
      const CtScriptStep *step = g_ptr_array_index (run->script->steps, i);
      const char *value = step->from != NULL ? ct_script_run_fact (run, step->from) : NULL;

      if (value != NULL && *value != '\0')
        ct_script_run_prefill (
            run, step->id, value,
            g_str_has_prefix (step->from, "key.") ? CT_SCRIPT_KEYED : CT_SCRIPT_CALLER, 0);
    }
}

CtScriptRun *
ct_script_run_new (CtScript *script, GHashTable *facts)
{
  CtScriptRun *run = g_new0 (CtScriptRun, 1);
  GHashTableIter iter;
  gpointer name, value;

  run->script = ct_script_ref (script);
  run->facts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  run->slots = g_new0 (CtScriptSlot, script->steps->len);
  run->passed = g_new0 (gboolean, script->steps->len);
  run->revealed = g_new0 (gboolean, script->steps->len);
  run->log = g_ptr_array_new_with_free_func (g_free);
  run->path = g_ptr_array_new ();
  if (facts != NULL)
    {
      g_hash_table_iter_init (&iter, facts);
      while (g_hash_table_iter_next (&iter, &name, &value))
        ct_script_run_set_fact (run, name, value);
    }
  prefill_from_facts (run);
  ct_script_run_walk (run);
  run->current = run->path->len > 0 ? g_ptr_array_index (run->path, 0) : NULL;
  return run;
}

void
ct_script_run_free (CtScriptRun *run)
{
  if (run == NULL)
    return;
  for (guint i = 0; i < run->script->steps->len; i++)
    ct_script_slot_clear (&run->slots[i]);
  g_free (run->slots);
  g_free (run->passed);
  g_free (run->revealed);
  g_ptr_array_unref (run->log);
  g_ptr_array_unref (run->path);
  g_hash_table_unref (run->facts);
  ct_script_unref (run->script);
  g_free (run);
}

gboolean
ct_script_run_prefill (CtScriptRun *run, const char *id, const char *value, CtScriptOrigin origin,
                       gint64 at_ms)
{
  const CtScriptStep *step = ct_script_find (run->script, id);
  g_autofree char *normal = NULL;

  if (run->number > 0 || step == NULL || step->kind != CT_SCRIPT_ASK
      || step->ask == CT_SCRIPT_SECRET || (origin == CT_SCRIPT_LAST_CALL && !step->remember)
      || !ct_script_step_accepts (run->script, step, value, &normal, NULL) || *normal == '\0')
    return FALSE;
  ct_script_slot_set (&run->slots[step->index], normal, origin, at_ms, FALSE);
  return TRUE;
}

void
ct_script_run_set_fact (CtScriptRun *run, const char *name, const char *value)
{
  if (value == NULL)
    g_hash_table_remove (run->facts, name);
  else
    g_hash_table_replace (run->facts, g_strdup (name), g_strdup (value));
}

const char *
ct_script_run_fact (const CtScriptRun *run, const char *name)
{
  return g_hash_table_lookup (run->facts, name);
}

/* Commands */

static gboolean
is_secret (const CtScriptStep *step)
{
  return step->kind == CT_SCRIPT_ASK && step->ask == CT_SCRIPT_SECRET;
}

/* By which a repeated command is known; the value of a secret is no part of it, so that a log without
 * secrets gives the same. */
static char *
fingerprint (const CtScriptRun *run, const CtScriptCommand *command)
{
  const CtScriptStep *step = ct_script_find (run->script, command->step);
  g_autofree char *all = g_strjoin (
      "\x1f", command->kind, command->step,
      (step != NULL && is_secret (step)) || command->value == NULL ? "" : command->value,
      command->reason != NULL ? command->reason : "", NULL);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, all, -1);
}

/* TRUE: go on; FALSE without an error: a repetition. */
static gboolean
is_next (const CtScriptRun *run, const CtScriptCommand *command, const char *print, GError **error)
{
  gint64 index = command->number - run->first - 1;

  if (command->number == run->number + 1)
    return run->number < MAX_COMMANDS
           || ct_fail (error, CT_ERROR_LIMIT, "too many commands in one call");
  if (command->number > run->number + 1)
    return ct_fail (error, CT_ERROR_STATE,
                    "command %" G_GINT64_FORMAT " came, %" G_GINT64_FORMAT " is next",
                    command->number, run->number + 1);
  if (command->number < 1
      || (index >= 0 && strcmp (g_ptr_array_index (run->log, index), print) != 0))
    return ct_fail (error, CT_ERROR_CONFLICT, "command %" G_GINT64_FORMAT " was another one",
                    command->number);
  return FALSE;
}

static gboolean
apply_answer (CtScriptRun *run, const CtScriptStep *step, const CtScriptCommand *command,
              gboolean from_log, gint64 at_ms, GError **error)
{
  CtScriptSlot *slot = &run->slots[step->index];
  g_autofree char *normal = NULL;

  if (step->kind != CT_SCRIPT_ASK)
    return ct_fail (error, CT_ERROR_INVALID, "step %s asks nothing", step->id);
  if (command->value == NULL)
    {
      if (!from_log || !is_secret (step))
        return ct_fail (error, CT_ERROR_INVALID, "an answer needs a value");
      ct_script_slot_set (slot, NULL, CT_SCRIPT_TYPED, at_ms, TRUE);
    }
  else if (*command->value == '\0')
    ct_script_slot_clear (slot);
  else
    {
      if (!ct_script_step_accepts (run->script, step, command->value, &normal, error))
        return FALSE;
      if (*normal == '\0')
        ct_script_slot_clear (slot);
      else
        ct_script_slot_set (slot, normal, CT_SCRIPT_TYPED, at_ms, TRUE);
      if (is_secret (step))
        explicit_bzero (normal, strlen (normal));
    }
  ct_script_run_walk (run);
  if (!ct_script_run_on_path (run, run->current->id))
    run->current = step;
  return TRUE;
}

static gboolean
apply_go (CtScriptRun *run, const CtScriptStep *step, GError **error)
{
  CtScriptSlot *slot = &run->slots[step->index];
  const CtScriptSlot before = *slot;

  if (step != run->current)
    return ct_fail (error, CT_ERROR_STATE, "the call stands at step %s, not %s", run->current->id,
                    step->id);
  if (!ct_script_run_can_go (run, error))
    return FALSE;
  slot->view.confirmed = slot->given;
  run->current = ct_script_run_after (run, step);
  if (run->current == NULL)
    {
      *slot = before;
      run->current = step;
      return ct_fail (error, CT_ERROR_STATE, "step %s leads nowhere", step->id);
    }
  run->passed[step->index] = TRUE;
  ct_script_run_walk (run);
  return TRUE;
}

static gboolean
apply_reveal (CtScriptRun *run, const CtScriptStep *step, const CtScriptCommand *command,
              GError **error)
{
  g_autofree char *reason = g_strstrip (g_strdup (command->reason != NULL ? command->reason : ""));

  if (step->kind != CT_SCRIPT_REVEAL)
    return ct_fail (error, CT_ERROR_INVALID, "step %s protects nothing", step->id);
  if (step != run->current)
    return ct_fail (error, CT_ERROR_STATE, "the call does not stand at step %s", step->id);
  if (*reason == '\0')
    return ct_fail (error, CT_ERROR_INVALID, "a reason is needed");
  if (!ct_script_is_plain_text (command->reason)
      || g_utf8_strlen (command->reason, -1) > CT_SCRIPT_MAX_REASON)
    return ct_fail (error, CT_ERROR_INVALID, "the reason is too long, or not plain text");
  run->revealed[step->index] = TRUE;
  return TRUE;
}

static gboolean
apply_enter (CtScriptRun *run, const CtScriptStep *step, gboolean entering, GError **error)
{
  if (!is_secret (step))
    return ct_fail (error, CT_ERROR_INVALID, "step %s asks no secret", step->id);
  if (entering && step != run->current)
    return ct_fail (error, CT_ERROR_STATE, "the call does not stand at step %s", step->id);
  if (entering)
    run->entered = step;
  else if (run->entered == step)
    run->entered = NULL;
  return TRUE;
}

static gboolean
do_command (CtScriptRun *run, const CtScriptStep *step, const CtScriptCommand *command,
            gboolean from_log, gint64 at_ms, GError **error)
{
  int kind = 0;

  while (kind < (int) G_N_ELEMENTS (kinds) && strcmp (kinds[kind], command->kind) != 0)
    kind++;
  switch (kind)
    {
    case ANSWER:
      return apply_answer (run, step, command, from_log, at_ms, error);
    case GO:
      return apply_go (run, step, error);
    case BACK:
      run->current = step;
      return TRUE;
    case REVEAL:
      return apply_reveal (run, step, command, error);
    case ENTER:
    case LEAVE:
      return apply_enter (run, step, kind == ENTER, error);
    default:
      return ct_fail (error, CT_ERROR_INVALID, "no such command");
    }
}

static gboolean
apply (CtScriptRun *run, const CtScriptCommand *command, gboolean from_log, gint64 at_ms,
       GError **error)
{
  const CtScriptStep *step;
  g_autofree char *print = NULL;
  g_autoptr (GError) refused = NULL;

  if (command->kind == NULL || command->step == NULL)
    return ct_fail (error, CT_ERROR_INVALID, "a command needs a kind and a step");
  step = ct_script_find (run->script, command->step);
  print = fingerprint (run, command);
  if (!is_next (run, command, print, &refused))
    {
      if (refused == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&refused));
      return FALSE;
    }
  if (step == NULL)
    return ct_fail (error, CT_ERROR_INVALID, "no such step");
  if (!ct_script_run_on_path (run, step->id))
    return ct_fail (error, CT_ERROR_STATE, "step %s is not on the path", step->id);
  if (!do_command (run, step, command, from_log, at_ms, error))
    return FALSE;
  if (run->entered != run->current)
    run->entered = NULL;
  run->number = command->number;
  g_ptr_array_add (run->log, g_steal_pointer (&print));
  return TRUE;
}

gboolean
ct_script_run_apply (CtScriptRun *run, const CtScriptCommand *command, gint64 at_ms, GError **error)
{
  return apply (run, command, FALSE, at_ms, error);
}

gboolean
ct_script_run_replay (CtScriptRun *run, const CtScriptCommand *command, gint64 at_ms,
                      GError **error)
{
  return apply (run, command, TRUE, at_ms, error);
}

/* Questions */

gint64
ct_script_run_number (const CtScriptRun *run)
{
  return run->number;
}

CtScript *
ct_script_run_script (const CtScriptRun *run)
{
  return run->script;
}

const CtScriptStep *
ct_script_run_current (const CtScriptRun *run)
{
  return run->current;
}

GPtrArray *
ct_script_run_path (const CtScriptRun *run)
{
  return run->path;
}

gboolean
ct_script_run_on_path (const CtScriptRun *run, const char *id)
{
  const CtScriptStep *step = ct_script_find (run->script, id);

  return step != NULL && g_ptr_array_find (run->path, step, NULL);
}

const CtScriptValue *
ct_script_run_answer (const CtScriptRun *run, const char *id)
{
  const CtScriptStep *step = ct_script_find (run->script, id);

  return step != NULL && run->slots[step->index].given ? &run->slots[step->index].view : NULL;
}

gboolean
ct_script_run_is_revealed (const CtScriptRun *run, const char *id)
{
  const CtScriptStep *step = ct_script_find (run->script, id);

  return step != NULL && run->revealed[step->index];
}

const char *
ct_script_run_entered (const CtScriptRun *run)
{
  return run->entered != NULL ? run->entered->id : NULL;
}

gboolean
ct_script_run_can_go (const CtScriptRun *run, GError **error)
{
  if (run->current == NULL || run->current->kind == CT_SCRIPT_END)
    return ct_fail (error, CT_ERROR_STATE, "the script is at its end");
  if (!ct_script_run_satisfies (run, run->current))
    return ct_fail (error, CT_ERROR_STATE, "step %s needs an answer", run->current->id);
  return TRUE;
}

gboolean
ct_script_run_is_complete (const CtScriptRun *run)
{
  const CtScriptStep *last
      = run->path->len > 0 ? g_ptr_array_index (run->path, run->path->len - 1) : NULL;

  return last != NULL && (last->kind == CT_SCRIPT_END || last->kind == CT_SCRIPT_CONNECT);
}
