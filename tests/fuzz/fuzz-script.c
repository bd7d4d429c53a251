/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a call script. One that passes the check is walked as a hasty e-agent would: each
 * question is tried with a few answers, then on; it must always stand somewhere. */
#include "common/script/check.h"
#include "common/script/run.h"
#include "fuzz.h"

#define STEPS 60

static void
command (CtScriptRun *run, const char *kind, const char *step, const char *value)
{
  g_autoptr (CtScriptCommand) next = ct_script_command_new ();

  next->number = ct_script_run_number (run) + 1;
  next->kind = g_strdup (kind);
  next->step = g_strdup (step);
  next->value = g_strdup (value);
  next->reason = g_strdup ("asked");
  (void) ct_script_run_apply (run, next, 0, NULL);
}

static void
look (CtScriptRun *run, const CtScriptStep *step)
{
  g_free (ct_script_step_say (step, "it", run));
  g_free (ct_script_step_show (step, "nl", run));
  g_free (ct_script_step_protected (step, "en", run));
  g_ptr_array_unref (ct_script_run_outputs (run, "fr"));
}

static void
walk (CtScript *script)
{
  static const char *const answers[] = { "a", "5", "+31201234567", "2026-11-21", "a@example.org" };
  g_autoptr (CtScriptRun) run = ct_script_run_new (script, NULL);
  g_autoptr (CtScriptState) state = NULL;
  g_autoptr (CtScriptRun) again = NULL;

  for (int i = 0; i < STEPS; i++)
    {
      const CtScriptStep *step = ct_script_run_current (run);

      g_assert_nonnull (step);
      look (run, step);
      for (gsize a = 0; step->kind == CT_SCRIPT_ASK && a < G_N_ELEMENTS (answers); a++)
        command (run, "answer", step->id, answers[a]);
      for (guint c = 0; step->choices != NULL && c < step->choices->len; c++)
        command (run, "answer", step->id, ((CtScriptChoice *) step->choices->pdata[c])->code);
      if (step->kind == CT_SCRIPT_REVEAL)
        command (run, "reveal", step->id, NULL);
      command (run, "go", step->id, NULL);
    }
  state = ct_script_run_to_state (run, TRUE);
  again = ct_script_run_new_from_state (script, state, NULL);
  g_assert_nonnull (again);
  g_assert_cmpstr (ct_script_run_current (again)->id, ==, ct_script_run_current (run)->id);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *pointer = NULL;
  g_autoptr (CtScript) script
      = ct_script_parse_text ((const char *) data, (gssize) size, &pointer, NULL);
  g_autoptr (GPtrArray) findings = script != NULL ? ct_script_check (script) : NULL;

  if (findings != NULL && ct_script_findings_pass (findings))
    walk (script);
  return 0;
}
