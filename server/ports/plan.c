/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/ports/plan.h"

#include <string.h>

static const char *const language_codes[CS_LANGUAGES] = { "en", "nl", "it", "fr", "es" };

int
cs_language_parse (const char *code)
{
  for (int i = 0; code != NULL && i < CS_LANGUAGES; i++)
    if (strcmp (code, language_codes[i]) == 0)
      return i;
  return -1;
}

const char *
cs_language_code (CsLanguage language)
{
  return language_codes[language];
}

const char *
cs_prompt_in (const CsPrompt *prompt, CsLanguage language, CsLanguage fallback)
{
  const char *found
      = prompt->name[language] != NULL ? prompt->name[language] : prompt->name[fallback];

  for (int i = 0; found == NULL && i < CS_LANGUAGES; i++)
    found = prompt->name[i];
  return found;
}

static void
prompt_clear (CsPrompt *prompt)
{
  for (int i = 0; i < CS_LANGUAGES; i++)
    g_clear_pointer (&prompt->name[i], g_free);
}

static void
text_clear (CsPlanText *text)
{
  for (int i = 0; i < CS_LANGUAGES; i++)
    g_clear_pointer (&text->text[i], g_free);
}

static void
end_path_clear (CsEndPath *path)
{
  prompt_clear (&path->prompt);
  g_free (path->number);
}

static void
company_free (gpointer data)
{
  CsPlanCompany *company = data;

  g_free (company->name);
  g_free (company->client_code);
  g_free (company->colour);
  g_free (company);
}

void
cs_plan_line_free (gpointer data)
{
  CsPlanLine *line = data;
  CsPrompt *prompts[] = { &line->greeting, &line->announcement, &line->notice,   &line->music,
                          &line->position, &line->parked,       &line->press_one };

  for (gsize i = 0; i < G_N_ELEMENTS (prompts); i++)
    prompt_clear (prompts[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (line->digits); i++)
    prompt_clear (&line->digits[i]);
  for (guint i = 0; i < line->n_steps; i++)
    {
      g_free (line->steps[i].name);
      text_clear (&line->steps[i].label);
      for (gsize key = 0; key < G_N_ELEMENTS (line->steps[i].options); key++)
        text_clear (&line->steps[i].options[key]);
      prompt_clear (&line->steps[i].prompt);
      prompt_clear (&line->steps[i].wrong);
      end_path_clear (&line->steps[i].end);
    }
  g_free (line->steps);
  end_path_clear (&line->closed);
  end_path_clear (&line->no_credit);
  g_clear_pointer (&line->hours, ct_hours_unref);
  g_free (line->number);
  g_free (line->label);
  g_free (line->time_zone);
  g_free (line->needs.skills);
  g_free (line->caller_number);
  g_free (line);
}

static void
agent_free (gpointer data)
{
  CsPlanAgent *agent = data;

  g_free (agent->name);
  g_free (agent->pools);
  g_free (agent->skills);
  g_free (agent->badges);
  g_free (agent);
}

CsPlanCompany *
cs_plan_company_new (void)
{
  return g_new0 (CsPlanCompany, 1);
}

CsPlanLine *
cs_plan_line_new (void)
{
  CsPlanLine *line = g_new0 (CsPlanLine, 1);

  line->company_index = -1;
  line->record = TRUE; /* D17 */
  line->needs.difficulty = 1;
  line->ring_seconds = 20;
  line->max_misses = 3;
  line->wrap_up_seconds = 30;
  line->position_seconds = 45;
  line->reference_seconds = 20;
  line->limit_seconds = 60;
  line->early_weight_numerator = 1;
  line->early_weight_denominator = 4;
  return line;
}

CsPlanAgent *
cs_plan_agent_new (void)
{
  CsPlanAgent *agent = g_new0 (CsPlanAgent, 1);

  agent->level = 1;
  return agent;
}

CsPlan *
cs_plan_new (guint64 version)
{
  CsPlan *plan = g_new0 (CsPlan, 1);

  g_atomic_ref_count_init (&plan->references);
  plan->version = version;
  plan->companies = g_ptr_array_new_with_free_func (company_free);
  plan->lines = g_ptr_array_new_with_free_func (cs_plan_line_free);
  plan->agents = g_ptr_array_new_with_free_func (agent_free);
  plan->line_by_number = g_hash_table_new (g_str_hash, g_str_equal);
  plan->agent_by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  return plan;
}

void
cs_plan_seal (CsPlan *plan)
{
  for (guint i = 0; i < plan->lines->len; i++)
    {
      CsPlanLine *line = plan->lines->pdata[i];

      g_hash_table_insert (plan->line_by_number, line->number, line);
    }
  for (guint i = 0; i < plan->agents->len; i++)
    {
      CsPlanAgent *agent = plan->agents->pdata[i];

      g_hash_table_insert (plan->agent_by_id, &agent->id, GUINT_TO_POINTER (i + 1));
    }
}

CsPlan *
cs_plan_ref (CsPlan *plan)
{
  g_atomic_ref_count_inc (&plan->references);
  return plan;
}

void
cs_plan_unref (CsPlan *plan)
{
  if (!g_atomic_ref_count_dec (&plan->references))
    return;
  g_hash_table_unref (plan->line_by_number);
  g_hash_table_unref (plan->agent_by_id);
  g_ptr_array_unref (plan->companies);
  g_ptr_array_unref (plan->lines);
  g_ptr_array_unref (plan->agents);
  g_free (plan);
}

const CsPlanLine *
cs_plan_find_line (const CsPlan *plan, const char *number)
{
  return number != NULL ? g_hash_table_lookup (plan->line_by_number, number) : NULL;
}

int
cs_plan_find_agent (const CsPlan *plan, CtId user)
{
  return (int) GPOINTER_TO_UINT (g_hash_table_lookup (plan->agent_by_id, &user)) - 1;
}

int
cs_plan_key_index (const char *key)
{
  static const char keys[] = "0123456789*#";
  const char *found = key[0] != '\0' && key[1] == '\0' ? strchr (keys, key[0]) : NULL;

  return found != NULL ? (int) (found - keys) : -1;
}

static const CsPlanStep *
find_named_step (const CsPlanLine *line, const char *name)
{
  for (guint i = 0; i < line->n_steps; i++)
    if (g_strcmp0 (line->steps[i].name, name) == 0)
      return &line->steps[i];
  return NULL;
}

static const CsPlanText *
or_null (const CsPlanText *text)
{
  for (int i = 0; i < CS_LANGUAGES; i++)
    if (text->text[i] != NULL)
      return text;
  return NULL;
}

const CsPlanText *
cs_plan_find_label (const CsPlanLine *line, const char *name)
{
  const CsPlanStep *step = find_named_step (line, name);

  return step != NULL ? or_null (&step->label) : NULL;
}

const CsPlanText *
cs_plan_find_meaning (const CsPlanLine *line, const char *name, const char *value)
{
  const CsPlanStep *step = find_named_step (line, name);
  int key = cs_plan_key_index (value);

  return step != NULL && key >= 0 && step->kind != CS_STEP_DIGITS ? or_null (&step->options[key])
                                                                  : NULL;
}
