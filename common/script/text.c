/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts with placeholders, and the answers as people read them. {caller}, {company}, {agent}, {ticket}
 * and {answer.STEP}; what is not known (yet) reads "…", what does not exist stays as it was written. */
#include <string.h>

#include "common/script/run-private.h"

#define UNKNOWN "…"
#define DOTS "•••••"

const char *
ct_script_next_piece (const char *text, char **literal, char **name)
{
  const char *open = strchr (text, '{');
  const char *close = open != NULL ? strchr (open, '}') : NULL;

  *name = NULL;
  if (close == NULL)
    {
      *literal = g_strdup (text);
      return NULL;
    }
  *literal = g_strndup (text, open - text);
  *name = g_strndup (open + 1, close - open - 1);
  return close + 1;
}

gboolean
ct_script_text_mentions (const CtScriptText *text, const char *name)
{
  g_autofree char *placeholder = g_strdup_printf ("{%s}", name);

  for (int i = 0; i < CT_SCRIPT_LANGUAGES; i++)
    if (text->in[i] != NULL && strstr (text->in[i], placeholder) != NULL)
      return TRUE;
  return FALSE;
}

/* An answer of this call: on the path and confirmed, not only offered (D32). */
static gboolean
is_result (const CtScriptRun *run, const CtScriptStep *step)
{
  return run->slots[step->index].view.confirmed && ct_script_run_on_path (run, step->id);
}

/* NULL: no such placeholder. @results: of answers only what may leave the house. */
static char *
resolve (const CtScriptRun *run, const char *name, const char *language, gboolean results)
{
  static const char *const facts[] = { "company", "agent", "ticket", NULL };
  const char *fact = ct_script_run_fact (run, name);

  if (strcmp (name, "caller") == 0)
    return fact != NULL ? ct_phone_pretty (fact) : g_strdup (UNKNOWN);
  if (g_strv_contains (facts, name))
    return g_strdup (fact != NULL ? fact : UNKNOWN);
  if (g_str_has_prefix (name, "answer."))
    {
      const CtScriptStep *step = ct_script_find (run->script, name + strlen ("answer."));
      gboolean good = step != NULL
                      && (results ? is_result (run, step) : ct_script_run_on_path (run, step->id));
      char *shown = good ? ct_script_step_show (step, language, run) : NULL;

      return shown != NULL ? shown : g_strdup (UNKNOWN);
    }
  return NULL;
}

static char *
render (const CtScriptRun *run, const char *text, const char *language, gboolean results)
{
  GString *out = g_string_new (NULL);

  while (text != NULL)
    {
      g_autofree char *literal = NULL;
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      text = ct_script_next_piece (text, &literal, &name);
      g_string_append (out, literal);
      if (name == NULL)
        continue;
      value = resolve (run, name, language, results);
      if (value != NULL)
        g_string_append (out, value);
      else
        g_string_append_printf (out, "{%s}", name);
    }
  return g_string_free (out, FALSE);
}

static char *
render_text (const CtScriptRun *run, const CtScriptText *text, const char *language)
{
  return render (run, ct_script_text_in (run->script, text, language), language, FALSE);
}

char *
ct_script_step_say (const CtScriptStep *step, const char *language, const CtScriptRun *run)
{
  return render_text (run, &step->say, language);
}

char *
ct_script_step_direction (const CtScriptStep *step, const char *language, const CtScriptRun *run)
{
  return render_text (run, &step->direction, language);
}

char *
ct_script_step_conduct (const CtScriptStep *step, const char *language, const CtScriptRun *run)
{
  return render_text (run, &step->conduct, language);
}

char *
ct_script_step_protected (const CtScriptStep *step, const char *language, const CtScriptRun *run)
{
  if (step->kind != CT_SCRIPT_REVEAL || !run->revealed[step->index])
    return NULL;
  return render_text (run, &step->protected, language);
}

const char *
ct_script_step_label (const CtScriptStep *step, const char *language, const CtScriptRun *run)
{
  const char *label = ct_script_text_in (run->script, &step->label, language);

  return *label != '\0' ? label : step->id;
}

char *
ct_script_step_show (const CtScriptStep *step, const char *language, const CtScriptRun *run)
{
  const CtScriptSlot *slot = &run->slots[step->index];
  const CtScriptChoice *choice;

  if (!slot->given)
    return NULL;
  if (step->ask == CT_SCRIPT_SECRET || slot->view.value == NULL)
    return g_strdup (DOTS);
  if (step->ask == CT_SCRIPT_PHONE)
    return ct_phone_pretty (slot->view.value);
  choice = ct_script_step_find_choice (step, slot->view.value);
  return g_strdup (choice != NULL ? ct_script_text_in (run->script, &choice->label, language)
                                  : slot->view.value);
}

/* The ticket */

gboolean
ct_script_run_needs_ticket (const CtScriptRun *run)
{
  if (ct_script_run_fact (run, "ticket") != NULL)
    return FALSE;
  for (guint i = 0; i < run->path->len; i++)
    {
      const CtScriptStep *step = g_ptr_array_index (run->path, i);

      if (ct_script_text_mentions (&step->say, "ticket")
          || ct_script_text_mentions (&step->direction, "ticket"))
        return TRUE;
    }
  return FALSE;
}

/* Outputs */

void
ct_script_result_free (CtScriptResult *result)
{
  g_free (result->name);
  g_free (result->label);
  g_free (result->value);
  g_free (result);
}

/* TRUE when the expression uses an answer that was not given. */
static gboolean
lacks_answer (const CtScriptRun *run, const char *expression)
{
  while (expression != NULL)
    {
      g_autofree char *literal = NULL;
      g_autofree char *name = NULL;
      const CtScriptStep *step = NULL;

      expression = ct_script_next_piece (expression, &literal, &name);
      if (name == NULL || !g_str_has_prefix (name, "answer."))
        continue;
      step = ct_script_find (run->script, name + strlen ("answer."));
      if (step == NULL || !is_result (run, step))
        return TRUE;
    }
  return FALSE;
}

/* NULL when there is nothing to give back. */
static char *
output_value (const CtScriptRun *run, const CtScriptOutput *output, const char *language)
{
  const CtScriptStep *step = ct_script_find (run->script, output->step);

  if (output->expression != NULL)
    return output->optional && lacks_answer (run, output->expression)
               ? NULL
               : render (run, output->expression, language, TRUE);
  if (step == NULL || !is_result (run, step))
    return NULL;
  return ct_script_step_show (step, language, run);
}

GPtrArray *
ct_script_run_outputs (const CtScriptRun *run, const char *language)
{
  GPtrArray *results = g_ptr_array_new_with_free_func ((GDestroyNotify) ct_script_result_free);

  for (guint i = 0; i < run->script->outputs->len; i++)
    {
      const CtScriptOutput *output = g_ptr_array_index (run->script->outputs, i);
      const CtScriptStep *step = ct_script_find (run->script, output->step);
      char *value = output_value (run, output, language);
      CtScriptResult *result;

      if (value == NULL)
        continue;
      result = g_new0 (CtScriptResult, 1);
      result->name = g_strdup (output->name);
      result->label = g_strdup (ct_script_text_in (run->script, &output->label, language));
      result->value = value;
      result->secret = step != NULL && step->ask == CT_SCRIPT_SECRET;
      g_ptr_array_add (results, result);
    }
  return results;
}
