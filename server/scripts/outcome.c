/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call's script has come to, for those who end or connect the call. */
#include "server/scripts/scripts-private.h"

void
cs_script_outcome_free (CsScriptOutcome *outcome)
{
  g_free (outcome->ticket);
  g_free (outcome->disposition);
  g_clear_pointer (&outcome->outputs, g_ptr_array_unref);
  g_clear_pointer (&outcome->answers, g_ptr_array_unref);
  g_free (outcome);
}

/* NULL with CT_ERROR_NOT_FOUND when the script never ran. */
static CtScriptRun *
find_run (CsScripts *scripts, CsDb *db, CsScope scope, CtId call, GError **error)
{
  g_autoptr (GError) failed = NULL;
  CtScriptRun *run = cs_scripts_load_run (scripts, db, scope, call, &failed);

  if (run == NULL && failed == NULL)
    ct_fail (error, CT_ERROR_NOT_FOUND, "no script ran in call %s", ct_id_text (call).text);
  else if (run == NULL)
    g_propagate_error (error, g_steal_pointer (&failed));
  return run;
}

static GPtrArray *
list_answers (const CtScriptRun *run)
{
  GPtrArray *answers = g_ptr_array_new_with_free_func (ct_record_free);
  GPtrArray *path = ct_script_run_path (run);

  for (guint i = 0; i < path->len; i++)
    {
      const CtScriptStep *step = g_ptr_array_index (path, i);
      const CtScriptValue *value = ct_script_run_answer (run, step->id);
      CtScriptAnswer *answer;

      if (value == NULL || !value->confirmed || value->value == NULL || !step->remember)
        continue;
      answer = ct_script_answer_new ();
      answer->step = g_strdup (step->id);
      answer->value = g_strdup (value->value);
      answer->origin = g_strdup (ct_script_origin_name (value->origin));
      answer->at = value->at_ms;
      answer->confirmed = TRUE;
      g_ptr_array_add (answers, answer);
    }
  return answers;
}

CsScriptOutcome *
cs_scripts_get_outcome (CsScripts *scripts, CsDb *db, CsScope scope, CtId call,
                        const char *language, GError **error)
{
  g_autoptr (CtScriptRun) run = find_run (scripts, db, scope, call, error);
  CsScriptOutcome *outcome;
  const CtScriptStep *last;
  GPtrArray *path;

  if (run == NULL)
    return NULL;
  path = ct_script_run_path (run);
  last = path->len > 0 ? g_ptr_array_index (path, path->len - 1) : NULL;
  outcome = g_new0 (CsScriptOutcome, 1);
  outcome->ticket = g_strdup (ct_script_run_fact (run, "ticket"));
  outcome->complete = ct_script_run_is_complete (run);
  outcome->message = TRUE;
  if (last != NULL && last->kind == CT_SCRIPT_END)
    {
      outcome->disposition = g_strdup (last->disposition);
      outcome->message = last->message;
    }
  outcome->outputs = ct_script_run_outputs (run, language);
  outcome->answers = list_answers (run);
  return outcome;
}

char *
cs_scripts_get_connect_number (CsScripts *scripts, CsDb *db, CsScope scope, CtId call,
                               const char *step_id, GError **error)
{
  g_autoptr (CtScriptRun) run = find_run (scripts, db, scope, call, error);
  const CtScriptStep *step;

  if (run == NULL)
    return NULL;
  step = ct_script_run_current (run);
  if (step == NULL || step->kind != CT_SCRIPT_CONNECT || g_strcmp0 (step->id, step_id) != 0)
    {
      ct_fail (error, CT_ERROR_STATE, "the script does not stand at a connection of that name");
      return NULL;
    }
  return g_strdup (ct_script_step_number (ct_script_run_script (run), step));
}
