/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checker, in two halves: what can be seen at each place alone (names, languages, placeholders), in
 * the order of the document; and what only the graph shows (check-graph.c). */
#include "common/script/check.h"

#include <string.h>

#include "common/script/check-private.h"

void
ct_script_finding_free (CtScriptFinding *finding)
{
  g_free (finding->pointer);
  g_free (finding->code);
  g_strfreev (finding->params);
  g_free (finding);
}

void
ct_script_report (CtScriptCheck *check, CtScriptSeverity severity, const char *code,
                  const char *param, const char *format, ...)
{
  CtScriptFinding *finding = g_new0 (CtScriptFinding, 1);
  const char *const params[] = { param, NULL };
  va_list args;

  va_start (args, format);
  finding->pointer = g_strdup_vprintf (format, args);
  va_end (args);
  finding->code = g_strdup (code);
  finding->severity = severity;
  finding->params = g_strdupv ((char **) params);
  g_ptr_array_add (check->findings, finding);
}

static void
error_at (CtScriptCheck *check, const char *pointer, const char *code, const char *param)
{
  ct_script_report (check, CT_SCRIPT_ERROR, code, param, "%s", pointer);
}

/* Texts */

static void
check_placeholders (CtScriptCheck *check, const char *text, const char *pointer)
{
  static const char *const known[] = { "caller", "company", "agent", "ticket", NULL };

  while (text != NULL)
    {
      g_autofree char *literal = NULL;
      g_autofree char *name = NULL;
      const CtScriptStep *step;

      text = ct_script_next_piece (text, &literal, &name);
      if (name == NULL || g_strv_contains (known, name))
        continue;
      if (!g_str_has_prefix (name, "answer."))
        {
          error_at (check, pointer, "placeholder", name);
          continue;
        }
      step = ct_script_find (check->script, name + strlen ("answer."));
      if (step == NULL || step->kind != CT_SCRIPT_ASK)
        error_at (check, pointer, "answer-unknown", name + strlen ("answer."));
      else if (step->ask == CT_SCRIPT_SECRET)
        error_at (check, pointer, "secret-told", step->id);
    }
}

static void check_text (CtScriptCheck *check, const CtScriptText *text, gboolean needed,
                        const char *format, ...) G_GNUC_PRINTF (4, 5);

/* A text that stands, or must, is there in every language that the script speaks. */
static void
check_text (CtScriptCheck *check, const CtScriptText *text, gboolean needed, const char *format,
            ...)
{
  g_autofree char *pointer = NULL;
  va_list args;

  va_start (args, format);
  pointer = g_strdup_vprintf (format, args);
  va_end (args);
  if (!needed && ct_script_text_is_empty (text))
    return;
  for (int i = 0; i < CT_SCRIPT_LANGUAGES; i++)
    if (text->in[i] == NULL || *text->in[i] == '\0')
      {
        if (check->script->speaks[i])
          error_at (check, pointer, "language-missing", ct_script_language_code (i));
      }
    else
      {
        g_autofree char *at = g_strdup_printf ("%s/%s", pointer, ct_script_language_code (i));

        check_placeholders (check, text->in[i], at);
      }
}

/* Conditions */

static void
check_condition_value (CtScriptCheck *check, const CtScriptCondition *condition,
                       const CtScriptStep *step, const char *pointer)
{
  if (step->ask != CT_SCRIPT_CHOICE
      || (condition->operator!= CT_SCRIPT_EQUALS && condition->operator!= CT_SCRIPT_IN))
    return;
  for (guint i = 0; condition->values[i] != NULL; i++)
    if (ct_script_step_find_choice (step, condition->values[i]) == NULL)
      ct_script_report (check, CT_SCRIPT_WARNING, "value-never", condition->values[i], "%s",
                        pointer);
}

/* These two facts are "yes" or "no" (run.h). */
static void
check_fact_value (CtScriptCheck *check, const CtScriptCondition *condition, const char *pointer)
{
  static const char *const two[] = { "open", "earlier", NULL };
  static const char *const words[] = { "yes", "no", NULL };

  if (!g_strv_contains (two, condition->name)
      || (condition->operator!= CT_SCRIPT_EQUALS && condition->operator!= CT_SCRIPT_IN))
    return;
  for (guint i = 0; condition->values[i] != NULL; i++)
    if (!g_strv_contains (words, condition->values[i]))
      ct_script_report (check, CT_SCRIPT_ERROR, "value-never", condition->values[i], "%s", pointer);
}

static void
check_condition (CtScriptCheck *check, const CtScriptCondition *condition, const char *pointer)
{
  static const char *const compounds[] = { "and", "or", "not" };
  const CtScriptStep *step;

  for (guint i = 0; condition->parts != NULL && i < condition->parts->len; i++)
    {
      const char *name = compounds[condition->operator - CT_SCRIPT_AND];
      g_autofree char *at = condition->operator== CT_SCRIPT_NOT
                                ? g_strdup_printf ("%s/%s", pointer, name)
                                : g_strdup_printf ("%s/%s/%u", pointer, name, i);

      check_condition (check, g_ptr_array_index (condition->parts, i), at);
    }
  if (condition->parts != NULL)
    return;
  if (!condition->of_answer)
    {
      if (!ct_script_fact_is_known (condition->name))
        error_at (check, pointer, "fact-unknown", condition->name);
      check_fact_value (check, condition, pointer);
      return;
    }
  step = ct_script_find (check->script, condition->name);
  if (step == NULL || step->kind != CT_SCRIPT_ASK)
    error_at (check, pointer, "answer-unknown", condition->name);
  else if (step->ask == CT_SCRIPT_SECRET && condition->operator!= CT_SCRIPT_SET)
    error_at (check, pointer, "secret-told", step->id);
  else
    check_condition_value (check, condition, step, pointer);
}

/* Steps */

static void
check_next (CtScriptCheck *check, const char *name, const char *pointer)
{
  if (name != NULL && ct_script_find (check->script, name) == NULL)
    error_at (check, pointer, "step-unknown", name);
}

static void
check_branch (CtScriptCheck *check, const CtScriptStep *step)
{
  gboolean closed = FALSE;

  for (guint i = 0; i < step->arms->len; i++)
    {
      const CtScriptArm *arm = g_ptr_array_index (step->arms, i);
      g_autofree char *at = g_strdup_printf ("/steps/%s/arms/%u", step->id, i);
      g_autofree char *when = g_strdup_printf ("%s/when", at);
      g_autofree char *next = g_strdup_printf ("%s/%s", at, arm->when != NULL ? "next" : "else");

      if (closed)
        error_at (check, at, "else-early", NULL);
      if (arm->when != NULL)
        check_condition (check, arm->when, when);
      check_next (check, arm->next, next);
      closed = closed || arm->when == NULL;
    }
  if (step->arms->len == 0)
    ct_script_report (check, CT_SCRIPT_ERROR, "arms-none", NULL, "/steps/%s", step->id);
  else if (!closed)
    ct_script_report (check, CT_SCRIPT_ERROR, "else-missing", NULL, "/steps/%s/arms", step->id);
}

static void
check_choices (CtScriptCheck *check, const CtScriptStep *step)
{
  gboolean all_lead = TRUE;

  if (step->choices->len == 0)
    ct_script_report (check, CT_SCRIPT_ERROR, "choices-none", NULL, "/steps/%s", step->id);
  for (guint i = 0; i < step->choices->len; i++)
    {
      const CtScriptChoice *choice = g_ptr_array_index (step->choices, i);
      g_autofree char *at = g_strdup_printf ("/steps/%s/choices/%u", step->id, i);
      g_autofree char *next = g_strdup_printf ("%s/next", at);

      check_text (check, &choice->label, TRUE, "%s/label", at);
      check_next (check, choice->next, next);
      if (choice->next == NULL && step->next == NULL)
        error_at (check, at, "dead-end", NULL);
      all_lead = all_lead && choice->next != NULL;
      if (ct_script_step_find_choice (step, choice->code) != choice)
        error_at (check, at, "choice-double", choice->code);
    }
  if (!step->required && step->next == NULL && all_lead)
    ct_script_report (check, CT_SCRIPT_ERROR, "dead-end", NULL, "/steps/%s", step->id);
}

static void
check_ask (CtScriptCheck *check, const CtScriptStep *step)
{
  if (step->from != NULL && !ct_script_fact_is_known (step->from))
    ct_script_report (check, CT_SCRIPT_ERROR, "fact-unknown", step->from, "/steps/%s/from",
                      step->id);
  if (step->ask == CT_SCRIPT_CHOICE)
    check_choices (check, step);
}

static void
check_end (CtScriptCheck *check, const CtScriptStep *step)
{
  if (step->disposition == NULL)
    ct_script_report (check, CT_SCRIPT_WARNING, "disposition-none", NULL, "/steps/%s", step->id);
  else if (ct_script_find_disposition (check->script, step->disposition) == NULL)
    ct_script_report (check, CT_SCRIPT_ERROR, "disposition-unknown", step->disposition,
                      "/steps/%s/disposition", step->id);
}

static void
check_step (CtScriptCheck *check, const CtScriptStep *step)
{
  gboolean tells
      = step->kind == CT_SCRIPT_SAY || step->kind == CT_SCRIPT_ASK || step->kind == CT_SCRIPT_END;
  g_autofree char *next = g_strdup_printf ("/steps/%s/next", step->id);

  check_text (check, &step->label, FALSE, "/steps/%s/label", step->id);
  check_text (check, &step->say, tells, "/steps/%s/say", step->id);
  check_text (check, &step->direction, FALSE, "/steps/%s/direction", step->id);
  check_text (check, &step->conduct, FALSE, "/steps/%s/conduct", step->id);
  check_next (check, step->next, next);
  if (step->kind == CT_SCRIPT_ASK)
    check_ask (check, step);
  if (step->kind == CT_SCRIPT_BRANCH)
    check_branch (check, step);
  else if (step->kind == CT_SCRIPT_END)
    check_end (check, step);
  else if (step->next == NULL && (step->kind != CT_SCRIPT_ASK || step->ask != CT_SCRIPT_CHOICE))
    ct_script_report (check, CT_SCRIPT_ERROR, "dead-end", NULL, "/steps/%s", step->id);
  if (step->kind == CT_SCRIPT_REVEAL)
    check_text (check, &step->protected, TRUE, "/steps/%s/protected", step->id);
  if (step->kind == CT_SCRIPT_CONNECT && step->entry != NULL
      && ct_script_find_entry (check->script, step->entry) == NULL)
    ct_script_report (check, CT_SCRIPT_ERROR, "entry-unknown", step->entry, "/steps/%s/entry",
                      step->id);
}

/* The document */

static void
check_dispositions (CtScriptCheck *check)
{
  for (guint i = 0; i < check->script->dispositions->len; i++)
    {
      const CtScriptDisposition *disposition = g_ptr_array_index (check->script->dispositions, i);

      check_text (check, &disposition->label, TRUE, "/dispositions/%u/label", i);
      if (ct_script_find_disposition (check->script, disposition->code) != disposition)
        ct_script_report (check, CT_SCRIPT_ERROR, "choice-double", disposition->code,
                          "/dispositions/%u", i);
    }
  for (guint i = 0; i < check->script->directory->len; i++)
    {
      const CtScriptEntry *entry = g_ptr_array_index (check->script->directory, i);

      check_text (check, &entry->label, TRUE, "/directory/%u/label", i);
      if (ct_script_find_entry (check->script, entry->name) != entry)
        ct_script_report (check, CT_SCRIPT_ERROR, "choice-double", entry->name, "/directory/%u", i);
    }
}

static void
check_outputs (CtScriptCheck *check)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < check->script->outputs->len; i++)
    {
      const CtScriptOutput *output = g_ptr_array_index (check->script->outputs, i);
      const CtScriptStep *step = ct_script_find (check->script, output->step);
      g_autofree char *expression = g_strdup_printf ("/outputs/%u/expression", i);

      check_text (check, &output->label, TRUE, "/outputs/%u/label", i);
      if (!g_hash_table_add (names, output->name))
        ct_script_report (check, CT_SCRIPT_ERROR, "choice-double", output->name, "/outputs/%u", i);
      if (output->expression != NULL)
        check_placeholders (check, output->expression, expression);
      else if (step == NULL || step->kind != CT_SCRIPT_ASK)
        ct_script_report (check, CT_SCRIPT_ERROR, "output-unknown", output->step,
                          "/outputs/%u/step", i);
    }
}

static void
check_scenarios (CtScriptCheck *check)
{
  for (guint i = 0; i < check->script->allowed->len; i++)
    check_text (check, g_ptr_array_index (check->script->allowed, i), TRUE, "/scenarios/allowed/%u",
                i);
  for (guint i = 0; i < check->script->forbidden->len; i++)
    check_text (check, g_ptr_array_index (check->script->forbidden, i), TRUE,
                "/scenarios/forbidden/%u", i);
}

GPtrArray *
ct_script_check (const CtScript *script)
{
  CtScriptCheck check = {
    .script = script,
    .findings = g_ptr_array_new_with_free_func ((GDestroyNotify) ct_script_finding_free),
  };

  if (ct_script_start (script) == NULL)
    ct_script_report (&check, CT_SCRIPT_ERROR, "start-unknown", script->start, "/start");
  check_text (&check, &script->conduct, FALSE, "/conduct");
  check_scenarios (&check);
  check_dispositions (&check);
  check_outputs (&check);
  for (guint i = 0; i < script->steps->len; i++)
    check_step (&check, g_ptr_array_index (script->steps, i));
  if (ct_script_start (script) != NULL)
    ct_script_check_graph (&check);
  return check.findings;
}

gboolean
ct_script_findings_pass (GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    if (((const CtScriptFinding *) g_ptr_array_index (findings, i))->severity == CT_SCRIPT_ERROR)
      return FALSE;
  return TRUE;
}

char *
ct_script_finding_to_text (const CtScriptFinding *finding)
{
  g_autofree char *params = g_strjoinv (", ", finding->params);

  return g_strdup_printf ("%s: %s%s%s", finding->pointer, finding->code,
                          *params != '\0' ? ": " : "", params);
}
