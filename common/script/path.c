/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The path: which steps the answers lead over. A condition sees only answers of steps that come before
 * it on the path and were confirmed, so what was typed on a path since left decides nothing. A walk shows
 * a step once at most and passes no more branches in a row than there are steps, so even a script that
 * failed the check cannot hold us. A branch that a loop comes back to decides anew, with what was
 * answered since: that is how "ask until it is right" ends. */
#include <string.h>

#include "common/script/run-private.h"

/* What a condition compares with; NULL when it is not there (yet). */
static const char *
operand (const CtScriptRun *run, const CtScriptCondition *condition, const gboolean *visited)
{
  const CtScriptStep *step;

  if (!condition->of_answer)
    return g_hash_table_lookup (run->facts, condition->name);
  step = ct_script_find (run->script, condition->name);
  if (step == NULL || !visited[step->index] || !run->slots[step->index].given
      || !run->slots[step->index].view.confirmed)
    return NULL;
  /* A secret that is not here is given all the same; only whether it is may be asked. */
  return run->slots[step->index].view.value != NULL ? run->slots[step->index].view.value : "";
}

static gboolean
compare_number (const char *value, const CtScriptCondition *condition)
{
  char *end;
  double number;

  if (value == NULL || *value == '\0')
    return FALSE;
  number = g_ascii_strtod (value, &end);
  if (*end != '\0')
    return FALSE;
  return condition->operator== CT_SCRIPT_LESS ? number < condition->number
                                              : number> condition->number;
}

static gboolean
holds (const CtScriptRun *run, const CtScriptCondition *condition, const gboolean *visited)
{
  const char *value;

  switch (condition->operator)
    {
    case CT_SCRIPT_AND:
    case CT_SCRIPT_OR:
      for (guint i = 0; i < condition->parts->len; i++)
        if (holds (run, g_ptr_array_index (condition->parts, i), visited)
            == (condition->operator== CT_SCRIPT_OR))
          return condition->operator== CT_SCRIPT_OR;
      return condition->operator== CT_SCRIPT_AND;
    case CT_SCRIPT_NOT:
      return !holds (run, g_ptr_array_index (condition->parts, 0), visited);
    default:
      break;
    }
  value = operand (run, condition, visited);
  switch (condition->operator)
    {
    case CT_SCRIPT_SET:
      return (value != NULL) == condition->set;
    case CT_SCRIPT_LESS:
    case CT_SCRIPT_GREATER:
      return compare_number (value, condition);
    case CT_SCRIPT_PREFIX:
      return value != NULL && g_str_has_prefix (value, condition->values[0]);
    default:
      return value != NULL && g_strv_contains ((const char *const *) condition->values, value);
    }
}

/* One edge on; NULL where there is none. */
static const CtScriptStep *
next_of (const CtScriptRun *run, const CtScriptStep *step, const gboolean *visited)
{
  const CtScriptChoice *choice = NULL;

  if (step->kind == CT_SCRIPT_BRANCH)
    {
      for (guint i = 0; i < step->arms->len; i++)
        {
          const CtScriptArm *arm = g_ptr_array_index (step->arms, i);

          if (arm->when == NULL || holds (run, arm->when, visited))
            return ct_script_find (run->script, arm->next);
        }
      return NULL;
    }
  if (step->kind == CT_SCRIPT_ASK && step->ask == CT_SCRIPT_CHOICE && run->slots[step->index].given)
    choice = ct_script_step_find_choice (step, run->slots[step->index].view.value);
  return ct_script_find (run->script,
                         choice != NULL && choice->next != NULL ? choice->next : step->next);
}

/* Over the branches from @step, which may be one itself. */
static const CtScriptStep *
skip_branches (const CtScriptRun *run, const CtScriptStep *step, const gboolean *visited)
{
  for (guint i = 0; i <= run->script->steps->len; i++)
    {
      if (step == NULL || step->kind != CT_SCRIPT_BRANCH)
        return step;
      step = next_of (run, step, visited);
    }
  return NULL;
}

gboolean
ct_script_run_satisfies (const CtScriptRun *run, const CtScriptStep *step)
{
  return step->kind != CT_SCRIPT_ASK || !step->required || run->slots[step->index].given;
}

void
ct_script_run_walk (CtScriptRun *run)
{
  g_autofree gboolean *visited = g_new0 (gboolean, run->script->steps->len);
  const CtScriptStep *step = skip_branches (run, ct_script_start (run->script), visited);

  g_ptr_array_set_size (run->path, 0);
  while (step != NULL && !visited[step->index])
    {
      visited[step->index] = TRUE;
      g_ptr_array_add (run->path, (gpointer) step);
      if (step->kind == CT_SCRIPT_END || !run->passed[step->index]
          || !ct_script_run_satisfies (run, step))
        return;
      step = skip_branches (run, next_of (run, step, visited), visited);
    }
}

const CtScriptStep *
ct_script_run_after (const CtScriptRun *run, const CtScriptStep *step)
{
  g_autofree gboolean *visited = g_new0 (gboolean, run->script->steps->len);

  for (guint i = 0; i < run->path->len; i++)
    {
      const CtScriptStep *before = g_ptr_array_index (run->path, i);

      visited[before->index] = TRUE;
      if (before == step)
        break;
    }
  return skip_branches (run, next_of (run, step, visited), visited);
}
