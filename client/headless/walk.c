/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "headless"

#include "client/headless/walk.h"

#include <string.h>

/* Answers that callers give; the first that a step takes is given. */
static const char *const plausible[] = {
  "P. de Vries", "Maria Bianchi",
  "2",           "12",
  "4711",        "0427",
  "2026-12-24",  "1 Rue Haute, 1000 Bruxelles",
  "+3226478910", "caller@example.org",
  "AB-1234",     "1234567890",
  "20",          "yes",
  "1000",
};

static const char *
find_value (CdAgent *agent, const CdOptions *options, const CtScriptStep *step)
{
  const CtScript *script = ct_script_run_script (cd_agent_get_run (agent));
  const char *wanted = cd_options_get_answer (options, step->id);
  const char *caller = cd_agent_get_call (agent)->caller;

  if (wanted != NULL)
    return wanted;
  if (step->ask == CT_SCRIPT_CHOICE && step->choices != NULL && step->choices->len > 0)
    return ((CtScriptChoice *) step->choices->pdata[0])->code;
  if (step->ask == CT_SCRIPT_PHONE && caller != NULL
      && ct_script_step_accepts (script, step, caller, NULL, NULL))
    return caller;
  for (gsize i = 0; i < G_N_ELEMENTS (plausible); i++)
    if (ct_script_step_accepts (script, step, plausible[i], NULL, NULL))
      return plausible[i];
  return NULL;
}

static gboolean
give (CdAgent *agent, const char *kind, const CtScriptStep *step, const char *value,
      const char *reason, GError **error)
{
  return cd_agent_script (agent, kind, step->id, value, reason, error);
}

/* An answer that stands already (prefilled) is taken as it is. */
static gboolean
walk_ask (CdAgent *agent, const CdOptions *options, const CtScriptStep *step, GError **error)
{
  CtScriptRun *run = cd_agent_get_run (agent);
  const CtScriptValue *known = ct_script_run_answer (run, step->id);
  const char *value = find_value (agent, options, step);
  gboolean secret = step->ask == CT_SCRIPT_SECRET;

  if (known == NULL && value != NULL)
    {
      if (secret && ct_script_run_entered (run) == NULL)
        return give (agent, "enter", step, NULL, NULL, error);
      return give (agent, "answer", step, value, NULL, error);
    }
  if (secret && ct_script_run_entered (run) != NULL)
    return give (agent, "leave", step, NULL, NULL, error);
  return give (agent, "go", step, NULL, NULL, error);
}

CdWalk
cd_walk_step (CdAgent *agent, const CdOptions *options, GError **error)
{
  CtScriptRun *run = cd_agent_get_run (agent);
  const CtScriptStep *step = run != NULL ? ct_script_run_current (run) : NULL;
  gboolean good;

  if (step == NULL || step->kind == CT_SCRIPT_END)
    return CD_WALK_DONE;
  if (step->kind == CT_SCRIPT_ASK)
    good = walk_ask (agent, options, step, error);
  else if (step->kind == CT_SCRIPT_REVEAL && !ct_script_run_is_revealed (run, step->id))
    good = give (agent, "reveal", step, NULL, "the caller asks for it", error);
  else if (step->kind == CT_SCRIPT_CONNECT && step->next == NULL)
    return CD_WALK_DONE;
  else
    good = give (agent, "go", step, NULL, NULL, error);
  return good ? CD_WALK_MOVED : CD_WALK_STUCK;
}

const char *
cd_walk_get_disposition (CdAgent *agent)
{
  CtScriptRun *run = cd_agent_get_run (agent);
  const CtScriptStep *step = run != NULL ? ct_script_run_current (run) : NULL;

  return step != NULL && step->kind == CT_SCRIPT_END ? step->disposition : NULL;
}
