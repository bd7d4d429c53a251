/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows become the plan that the switch works by. A specification names things by key; here keys turn
 * into indices and ids. A line that cannot be understood (a prompt that vanished, a zone that is gone)
 * is left out with a warning: one tenant's mistake never stops the others. */
#define G_LOG_DOMAIN "tenants"

#include <string.h>

#include "common/base/error.h"
#include "server/base/log.h"
#include "server/tenants/prompts.h"
#include "server/tenants/tenants-store.h"

typedef struct {
  CsDb *db;
  CsPlan *plan;
  GHashTable *prompts; /* "TENANT/key" -> CsPrompt* */
  GPtrArray *made;     /* CsLinePromptRow*, by line */
  guint next_made;
} Builder;

static char *
prompt_key (CtId tenant, const char *key)
{
  return g_strdup_printf ("%s/%s", ct_id_text (tenant).text, key);
}

static void
prompt_free (gpointer data)
{
  CsPrompt *prompt = data;

  for (int i = 0; i < CS_LANGUAGES; i++)
    g_free (prompt->name[i]);
  g_free (prompt);
}

static gboolean
load_prompts (Builder *builder, CsScope scope, GError **error)
{
  g_autoptr (GPtrArray) rows = cs_tenants_list_prompts (builder->db, scope, error);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      CsPromptRow *row = rows->pdata[i];
      g_autofree char *key = prompt_key (row->tenant, row->key);
      CsPrompt *prompt = g_hash_table_lookup (builder->prompts, key);

      if (prompt == NULL)
        {
          prompt = g_new0 (CsPrompt, 1);
          g_hash_table_insert (builder->prompts, g_steal_pointer (&key), prompt);
        }
      if (row->language >= 0)
        prompt->name[row->language] = g_strdup (row->media);
    }
  return rows != NULL;
}

static gboolean
set_prompt (Builder *builder, CtId tenant, const char *key, CsPrompt *prompt, GError **error)
{
  g_autofree char *full = NULL;
  CsPrompt *found;

  if (key == NULL)
    return TRUE;
  full = prompt_key (tenant, key);
  found = g_hash_table_lookup (builder->prompts, full);
  if (found == NULL)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no prompt %s", key);
  for (int i = 0; i < CS_LANGUAGES; i++)
    prompt->name[i] = g_strdup (found->name[i]);
  return TRUE;
}

static gboolean
set_end (Builder *builder, CtId tenant, const CtEndSpec *spec, CsEndPath *end, GError **error)
{
  if (spec == NULL)
    return TRUE; /* the zero value: hang up */
  end->kind = strcmp (spec->kind, "voicemail") == 0 ? CS_END_VOICEMAIL
              : strcmp (spec->kind, "forward") == 0 ? CS_END_FORWARD
                                                    : CS_END_MESSAGE;
  end->max_seconds = spec->max_seconds > 0 ? (guint) spec->max_seconds : 120;
  end->number = g_strdup (spec->number);
  return set_prompt (builder, tenant, spec->prompt, &end->prompt, error);
}

/* Index of a step by key; the queue (n_steps: past the end) for NULL. */
static gboolean
find_step (const GPtrArray *steps, const char *key, int *index, GError **error)
{
  *index = (int) steps->len;
  for (guint i = 0; key != NULL && i < steps->len; i++)
    if (strcmp (((CtStepSpec *) steps->pdata[i])->key, key) == 0)
      *index = (int) i;
  return key == NULL || *index < (int) steps->len
         || ct_fail (error, CT_ERROR_NOT_FOUND, "no step %s", key);
}

static gboolean
set_keys (const GPtrArray *steps, const CtStepSpec *spec, CsPlanStep *step, GError **error)
{
  GHashTableIter iter;
  gpointer key, value;

  for (int i = 0; i < 12; i++)
    step->keys[i] = step->languages[i] = -1;
  if (spec->keys == NULL)
    return TRUE;
  g_hash_table_iter_init (&iter, spec->keys);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      int index = cs_plan_key_index (key);

      if (index < 0)
        return ct_fail (error, CT_ERROR_INVALID, "step %s: no key '%s' on a phone", spec->key,
                        (char *) key);
      if (step->kind == CS_STEP_LANGUAGE)
        step->languages[index] = cs_language_parse (value);
      else if (!find_step (steps, value, &step->keys[index], error))
        return FALSE;
      if (step->kind == CS_STEP_LANGUAGE && step->languages[index] < 0)
        return ct_fail (error, CT_ERROR_INVALID, "step %s: no language '%s'", spec->key,
                        (char *) value);
    }
  return TRUE;
}

static void
set_words (GHashTable *words, CsPlanText *text)
{
  for (int i = 0; words != NULL && i < CS_LANGUAGES; i++)
    text->text[i] = g_strdup (g_hash_table_lookup (words, cs_language_code ((CsLanguage) i)));
}

static void
set_options (const CtStepSpec *spec, CsPlanStep *step)
{
  set_words (spec->label, &step->label);
  for (guint i = 0; spec->options != NULL && i < spec->options->len; i++)
    {
      const CtOptionSpec *option = spec->options->pdata[i];
      int key = cs_plan_key_index (option->key);

      if (key >= 0 && step->options[key].text[0] == NULL)
        set_words (option->label, &step->options[key]);
    }
}

static CsStepKind
step_kind (const char *word)
{
  static const char *const words[] = { "menu", "digits", "language", "queue", "end" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (words[i], word) == 0)
      return (CsStepKind) i;
  return CS_STEP_QUEUE;
}

static guint
or_default (gint64 value, guint otherwise)
{
  return value > 0 ? (guint) value : otherwise;
}

static gboolean
set_step (Builder *builder, CtId tenant, const GPtrArray *steps, const CtStepSpec *spec,
          CsPlanStep *step, GError **error)
{
  step->kind = step_kind (spec->kind);
  step->name = g_strdup (spec->name != NULL ? spec->name : spec->key);
  set_options (spec, step);
  step->min = or_default (spec->min, 1);
  step->max = or_default (spec->max, 20);
  step->wait_ms = or_default (spec->wait_ms, 5000);
  step->tries = or_default (spec->tries, 2);
  return set_prompt (builder, tenant, spec->prompt, &step->prompt, error)
         && set_prompt (builder, tenant, spec->wrong, &step->wrong, error)
         && set_keys (steps, spec, step, error) && find_step (steps, spec->next, &step->next, error)
         && find_step (steps, spec->otherwise, &step->otherwise, error)
         && set_end (builder, tenant, spec->end, &step->end, error);
}

/* The queue is the step after the last, so that "no next" needs no special case. */
static gboolean
set_steps (Builder *builder, CtId tenant, const GPtrArray *specs, CsPlanLine *line, GError **error)
{
  if (specs == NULL || specs->len == 0)
    return TRUE;
  line->n_steps = specs->len + 1;
  line->steps = g_new0 (CsPlanStep, line->n_steps);
  line->steps[specs->len].kind = CS_STEP_QUEUE;
  for (guint i = 0; i < specs->len; i++)
    if (!set_step (builder, tenant, specs, specs->pdata[i], &line->steps[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
set_digits (Builder *builder, CtId tenant, const char *prefix, CsPlanLine *line, GError **error)
{
  for (int i = 0; prefix != NULL && i < 10; i++)
    {
      g_autofree char *key = g_strdup_printf ("%s-%d", prefix, i);

      if (!set_prompt (builder, tenant, key, &line->digits[i], error))
        return FALSE;
    }
  return TRUE;
}

CtHours *
cs_tenants_hours (const CtHoursSpec *spec, const char *time_zone, GError **error)
{
  g_autoptr (CtHours) hours = ct_hours_new (time_zone, error);
  char **const days[] = { spec->monday, spec->tuesday,  spec->wednesday, spec->thursday,
                          spec->friday, spec->saturday, spec->sunday };

  if (hours == NULL)
    return NULL;
  for (int day = 0; day < 7; day++)
    for (guint i = 0; days[day] != NULL && days[day][i] != NULL; i++)
      if (!ct_hours_add_block (hours, day + 1, days[day][i], error))
        return NULL;
  for (guint i = 0; spec->holidays != NULL && spec->holidays[i] != NULL; i++)
    if (!ct_hours_add_holiday (hours, spec->holidays[i], spec->easter, error))
      return NULL;
  for (guint i = 0; spec->dates != NULL && i < spec->dates->len; i++)
    {
      CtDateSpec *date = spec->dates->pdata[i];
      g_autofree char *blocks
          = date->blocks != NULL ? g_strjoinv (",", date->blocks) : g_strdup ("");

      if (!ct_hours_add_date (hours, date->date, blocks, error))
        return NULL;
    }
  return g_steal_pointer (&hours);
}

static gboolean
set_needs (Builder *builder, CsScope scope, const CtNeedsSpec *spec, CsRequirement *needs,
           GError **error)
{
  needs->difficulty = or_default (spec->difficulty, 1);
  needs->pool = cs_tenants_find_token (builder->db, scope, "pool", spec->pool, error);
  if (needs->pool == CT_ID_NONE)
    return FALSE;
  if (spec->badge != NULL)
    {
      needs->badge = cs_tenants_find_token (builder->db, scope, "badge", spec->badge, error);
      if (needs->badge == CT_ID_NONE)
        return FALSE;
    }
  needs->skills = g_new0 (CtId, spec->skills != NULL ? g_strv_length (spec->skills) : 1);
  for (; spec->skills != NULL && spec->skills[needs->n_skills] != NULL; needs->n_skills++)
    {
      CtId skill = cs_tenants_find_token (builder->db, scope, "skill",
                                          spec->skills[needs->n_skills], error);

      if (skill == CT_ID_NONE)
        return FALSE;
      needs->skills[needs->n_skills] = skill;
    }
  return TRUE;
}

static gboolean
set_line (Builder *builder, const CsLineRow *row, const CsCompany *company, CsPlanLine *line,
          GError **error)
{
  const CtLineSpec *spec = row->spec;
  CsScope scope = cs_scope_tenant (row->tenant);
  const CsPlanLine defaults = *line;

  line->number = g_strdup (spec->number);
  line->label = g_strdup (spec->label);
  line->time_zone = g_strdup (spec->time_zone != NULL ? spec->time_zone : company->time_zone);
  line->language = (CsLanguage) MAX (
      cs_language_parse (spec->language != NULL ? spec->language : company->language), 0);
  line->record = ct_record_has (spec, "record") ? spec->record : TRUE;
  line->emergency = spec->emergency;
  line->script = row->script;
  line->priority = (guint) spec->priority;
  line->ring_seconds = or_default (spec->ring_seconds, defaults.ring_seconds);
  line->max_misses = or_default (spec->max_misses, defaults.max_misses);
  line->wrap_up_seconds = ct_record_has (spec, "wrap_up_seconds") ? (guint) spec->wrap_up_seconds
                                                                  : defaults.wrap_up_seconds;
  line->position_seconds = ct_record_has (spec, "position_seconds") ? (guint) spec->position_seconds
                                                                    : defaults.position_seconds;
  line->max_wait_seconds = (guint) spec->max_wait_seconds;
  line->reference_seconds = ct_record_has (spec, "reference_seconds")
                                ? (guint) spec->reference_seconds
                                : defaults.reference_seconds;
  line->limit_seconds = or_default (spec->limit_seconds, defaults.limit_seconds);
  line->caller_number = g_strdup (spec->caller_number != NULL ? spec->caller_number : spec->number);
  if (spec->hours != NULL
      && (line->hours = cs_tenants_hours (spec->hours, line->time_zone, error)) == NULL)
    return FALSE;
  if (spec->notice != NULL)
    {
      const CtNoticeSpec *notice = spec->notice;

      line->notice_until_ms = notice->until;
      line->notice_closes = notice->closes;
      if (!set_prompt (builder, row->tenant, notice->prompt, &line->notice, error))
        return FALSE;
    }
  if (spec->trunk != NULL)
    {
      line->trunk = cs_tenants_find_trunk (builder->db, scope, spec->trunk, error);
      if (line->trunk == CT_ID_NONE)
        return FALSE;
    }
  return set_prompt (builder, row->tenant, spec->greeting, &line->greeting, error)
         && set_prompt (builder, row->tenant, spec->announcement, &line->announcement, error)
         && set_prompt (builder, row->tenant, spec->music, &line->music, error)
         && set_prompt (builder, row->tenant, spec->position, &line->position, error)
         && set_prompt (builder, row->tenant, spec->parked, &line->parked, error)
         && set_prompt (builder, row->tenant, spec->press_one, &line->press_one, error)
         && set_digits (builder, row->tenant, spec->digits, line, error)
         && set_end (builder, row->tenant, spec->closed, &line->closed, error)
         && set_end (builder, row->tenant, spec->no_credit, &line->no_credit, error)
         && set_steps (builder, row->tenant, spec->steps, line, error)
         && set_needs (builder, scope, spec->needs, &line->needs, error);
}

/* What people made for this line covers what the file gives. Both lists are ordered by line. A place that
 * the file no longer has is passed over: should it come back, so does its sound. */
static void
cover_prompts (Builder *builder, const CsLineRow *row, CsPlanLine *line)
{
  g_autoptr (GPtrArray) places = NULL;

  for (; builder->next_made < builder->made->len; builder->next_made++)
    {
      CsLinePromptRow *made = builder->made->pdata[builder->next_made];
      const CsPlace *place;

      if (made->line > row->id)
        return;
      if (made->line < row->id || made->language < 0)
        continue;
      if (places == NULL)
        places = cs_places_of (row->spec, line);
      place = cs_places_find (places, made->place);
      if (place == NULL || place->planned == NULL)
        continue;
      for (int i = 0; i < CS_LANGUAGES; i++)
        if (i == made->language || !cs_place_speaks (place))
          g_clear_pointer (&place->planned->name[i], g_free);
      place->planned->name[made->language] = g_strdup (made->media);
    }
}

static gboolean
add_companies (Builder *builder, GPtrArray *companies)
{
  for (guint i = 0; i < companies->len; i++)
    {
      CsCompany *row = companies->pdata[i];
      CsPlanCompany *company = cs_plan_company_new ();

      company->id = row->id;
      company->tenant = row->tenant;
      company->name = g_strdup (row->name);
      company->client_code = g_strdup (row->client_code);
      company->colour = g_strdup (row->colour);
      company->paused = row->paused;
      g_ptr_array_add (builder->plan->companies, company);
    }
  return TRUE;
}

/* Where in the plan the company of each id stands. */
static GHashTable *
index_companies (GPtrArray *companies)
{
  GHashTable *places = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < companies->len; i++)
    g_hash_table_insert (places, &((CsCompany *) companies->pdata[i])->id, GUINT_TO_POINTER (i));
  return places;
}

static gboolean
add_lines (Builder *builder, CsScope scope, GPtrArray *companies, GError **error)
{
  g_autoptr (GPtrArray) rows = cs_tenants_list_lines (builder->db, scope, error);
  g_autoptr (GHashTable) places = index_companies (companies);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      CsLineRow *row = rows->pdata[i];
      CsPlanLine *line = cs_plan_line_new ();
      g_autoptr (GError) problem = NULL;
      gpointer place;

      line->id = row->id;
      line->tenant = row->tenant;
      if (!g_hash_table_lookup_extended (places, &row->company, NULL, &place))
        ct_fail (&problem, CT_ERROR_NOT_FOUND, "no company");
      else if (set_line (builder, row, companies->pdata[GPOINTER_TO_UINT (place)], line, &problem))
        {
          line->company_index = GPOINTER_TO_INT (place);
          cover_prompts (builder, row, line);
          g_ptr_array_add (builder->plan->lines, line);
          continue;
        }
      cs_warning (CS_ABOUT (.tenant = row->tenant), "line %s is out of service: %s",
                  row->spec->number, problem->message);
      cs_plan_line_free (line);
    }
  return rows != NULL;
}

static void
hold (CsPlanAgent *agent, const CsHolding *row)
{
  if (strcmp (row->kind, "pool") == 0)
    {
      agent->pools = g_renew (CtId, agent->pools, agent->n_pools + 1);
      agent->pools[agent->n_pools++] = row->token;
    }
  else if (strcmp (row->kind, "skill") == 0)
    {
      agent->skills = g_renew (CtId, agent->skills, agent->n_skills + 1);
      agent->skills[agent->n_skills++] = row->token;
    }
  else
    {
      agent->badges = g_renew (CsPlanBadge, agent->badges, agent->n_badges + 1);
      agent->badges[agent->n_badges++]
          = (CsPlanBadge){ row->token, row->level, row->valid_until_ms };
    }
}

/* Both lists are ordered by person, so they are merged. */
static gboolean
add_agents (Builder *builder, CsScope scope, GError **error)
{
  guint roles = CS_ROLE_E_AGENT | CS_ROLE_DISPATCHER | CS_ROLE_TEAM_LEADER;
  g_autoptr (GPtrArray) rows = cs_tenants_list_agents (builder->db, scope, roles, error);
  g_autoptr (GPtrArray) holdings
      = rows != NULL ? cs_tenants_list_holdings (builder->db, scope, error) : NULL;
  guint next = 0;

  if (holdings == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      CsAgentRow *row = rows->pdata[i];
      CsPlanAgent *agent = cs_plan_agent_new ();

      agent->id = row->id;
      agent->tenant = row->tenant;
      agent->name = g_strdup (row->name);
      agent->level = row->level;
      agent->languages = row->spoken;
      for (; next < holdings->len && ((CsHolding *) holdings->pdata[next])->person <= row->id;
           next++)
        if (((CsHolding *) holdings->pdata[next])->person == row->id)
          hold (agent, holdings->pdata[next]);
      g_ptr_array_add (builder->plan->agents, agent);
    }
  return TRUE;
}

CsPlan *
cs_tenants_build_plan (CsDb *db, CsScope scope, guint64 version, GError **error)
{
  g_autoptr (CsPlan) plan = cs_plan_new (version);
  g_autoptr (GHashTable) prompts
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, prompt_free);
  g_autoptr (GPtrArray) companies = cs_tenants_list_companies (db, scope, error);
  g_autoptr (GPtrArray) made = cs_tenants_list_line_prompts (db, scope, CT_ID_NONE, error);
  Builder builder = { db, plan, prompts, made, 0 };

  if (companies == NULL || made == NULL || !add_companies (&builder, companies)
      || !load_prompts (&builder, scope, error) || !add_lines (&builder, scope, companies, error)
      || !add_agents (&builder, scope, error))
    return NULL;
  return g_steal_pointer (&plan);
}
