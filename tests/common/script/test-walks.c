/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts made at random, walked at random. Three promises hold for every one of them:
 *   what was typed is never lost, wherever the walk goes;
 *   the log of commands, played again, gives the same state;
 *   in a script that the checker lets pass, an e-agent who answers can always go on, and reaches an end
 *   unless a condition that no answer changes leads round. */
#include "common/records/script.h"
#include "common/script/check.h"
#include "common/script/run.h"
#include "common/wire/record-json.h"
#include "samples.h"

#define SCRIPTS 150
#define COMMANDS 120

static void
append_words (GString *out, const char *name)
{
  g_string_append_printf (out, "\"%s\": {\"en\": \"x\"}", name);
}

/* Mostly forward; in a wild script sometimes back, so that what the checker must catch is not avoided. */
static int
next_step (GRand *rand, int i, int n, gboolean wild)
{
  if (wild && g_rand_int_range (rand, 0, 12) == 0)
    return g_rand_int_range (rand, 0, n);
  return MIN (n - 1, i + g_rand_int_range (rand, 1, 3));
}

static void
append_step (GString *out, GRand *rand, int i, int n, gboolean wild)
{
  int kind = i == n - 1 ? 5 : g_rand_int_range (rand, 0, 6);

  g_string_append_printf (out, "%s\"s%d\": {", i > 0 ? ", " : "", i);
  if (kind != 4)
    append_words (out, "say");
  switch (kind)
    {
    case 0:
      g_string_append_printf (out, ", \"kind\": \"say\", \"next\": \"s%d\"",
                              next_step (rand, i, n, wild));
      break;
    case 1:
    case 2:
      g_string_append_printf (out, ", \"kind\": \"ask\", \"ask\": \"%s\", \"required\": %s",
                              kind == 1 ? "text" : "secret",
                              g_rand_boolean (rand) ? "true" : "false");
      g_string_append_printf (out, ", \"next\": \"s%d\"", next_step (rand, i, n, wild));
      break;
    case 3:
      g_string_append (out, ", \"kind\": \"ask\", \"ask\": \"choice\", \"required\": true");
      g_string_append_printf (out,
                              ", \"choices\": [{\"code\": \"a\", \"label\": {\"en\": \"a\"}, "
                              "\"next\": \"s%d\"}, {\"code\": \"b\", \"label\": {\"en\": \"b\"}, "
                              "\"next\": \"s%d\"}]",
                              next_step (rand, i, n, TRUE), MIN (n - 1, i + 1));
      break;
    case 4:
      g_string_append_printf (out,
                              "\"kind\": \"branch\", \"arms\": [{\"when\": {\"answer\": \"s%d\", "
                              "\"set\": true}, \"next\": \"s%d\"}, {\"else\": \"s%d\"}]",
                              g_rand_int_range (rand, 0, n), MIN (n - 1, i + 2), i + 1);
      break;
    default:
      g_string_append (out, ", \"kind\": \"end\"");
      break;
    }
  g_string_append (out, "}");
}

static CtScript *
make_script (GRand *rand, gboolean wild)
{
  GString *out = g_string_new ("{\"languages\": [\"en\"], \"start\": \"s0\", \"steps\": {");
  int n = g_rand_int_range (rand, 3, 14);
  CtScript *script;

  for (int i = 0; i < n; i++)
    append_step (out, rand, i, n, wild);
  g_string_append (out, "}}");
  script = sample_parse (out->str);
  g_string_free (out, TRUE);
  return script;
}

static const char *
some_value (GRand *rand, const CtScriptStep *step)
{
  static const char *const texts[] = { "one", "two", "three" };
  static const char *const choices[] = { "a", "b" };

  return step->ask == CT_SCRIPT_CHOICE ? choices[g_rand_int_range (rand, 0, 2)]
                                       : texts[g_rand_int_range (rand, 0, 3)];
}

static CtScriptCommand *
make_command (GRand *rand, CtScriptRun *run)
{
  static const char *const kinds[] = { "answer", "go", "go", "go", "back", "enter", "leave" };
  CtScriptCommand *command = ct_script_command_new ();
  GPtrArray *path = ct_script_run_path (run);
  const CtScriptStep *step = g_ptr_array_index (path, g_rand_int_range (rand, 0, path->len));

  command->number = ct_script_run_number (run) + 1;
  command->kind = g_strdup (kinds[g_rand_int_range (rand, 0, G_N_ELEMENTS (kinds))]);
  if (g_rand_int_range (rand, 0, 4) != 0 && !g_str_equal (command->kind, "back"))
    step = ct_script_run_current (run);
  command->step = g_strdup (step->id);
  if (g_str_equal (command->kind, "answer"))
    command->value = g_strdup (some_value (rand, step));
  return command;
}

static char *
state_text (CtScriptRun *run)
{
  g_autoptr (CtScriptState) state = ct_script_run_to_state (run, FALSE);

  state->call = 1;
  state->version = 1;
  return ct_record_to_json (state, 0);
}

/* What each step was last answered must still be there. */
static void
assert_kept (CtScriptRun *run, GHashTable *typed)
{
  GHashTableIter iter;
  gpointer step, value;

  g_hash_table_iter_init (&iter, typed);
  while (g_hash_table_iter_next (&iter, &step, &value))
    {
      g_assert_nonnull (ct_script_run_answer (run, step));
      g_assert_cmpstr (ct_script_run_answer (run, step)->value, ==, value);
    }
}

static void
assert_replays (CtScript *script, GPtrArray *log, const char *state)
{
  g_autoptr (CtScriptRun) again = ct_script_run_new (script, NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < log->len; i++)
    {
      CtScriptCommand *command = g_ptr_array_index (log, i);
      const CtScriptStep *step = ct_script_find (script, command->step);
      g_autoptr (GError) error = NULL;

      if (step->kind == CT_SCRIPT_ASK && step->ask == CT_SCRIPT_SECRET)
        g_clear_pointer (&command->value, g_free); /* as a log keeps it */
      g_assert_true (ct_script_run_replay (again, command, 0, &error));
      g_assert_no_error (error);
      g_assert_true (ct_script_run_replay (again, command, 0, &error)); /* and once more */
    }
  text = state_text (again);
  g_assert_cmpstr (text, ==, state);
}

static void
test_walks (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_test_rand_int ());

  for (int i = 0; i < SCRIPTS; i++)
    {
      g_autoptr (CtScript) script = make_script (rand, TRUE);
      g_autoptr (CtScriptRun) run = ct_script_run_new (script, NULL);
      g_autoptr (GPtrArray) log = g_ptr_array_new_with_free_func (ct_record_free);
      g_autoptr (GHashTable) typed
          = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_autofree char *state = NULL;

      for (int j = 0; j < COMMANDS && ct_script_run_path (run)->len > 0; j++)
        {
          CtScriptCommand *command = make_command (rand, run);

          if (!ct_script_run_apply (run, command, 0, NULL))
            {
              ct_script_command_free (command);
              continue;
            }
          if (g_str_equal (command->kind, "answer"))
            g_hash_table_replace (typed, g_strdup (command->step), g_strdup (command->value));
          g_ptr_array_add (log, command);
          g_assert_true (ct_script_run_on_path (run, ct_script_run_current (run)->id));
          assert_kept (run, typed);
        }
      state = state_text (run);
      assert_replays (script, log, state);
    }
}

/* Answers what is asked and goes on, which is never refused, until an end. A choice that led round is
 * answered otherwise by chance; in a wild script only conditions may lead round for ever. */
static void
assert_goes_on (GRand *rand, CtScript *script, gboolean wild)
{
  g_autoptr (CtScriptRun) run = ct_script_run_new (script, NULL);
  gboolean answered = FALSE; /* since we came to this step */

  for (int i = 0; i < 1900; i++)
    {
      const CtScriptStep *step = ct_script_run_current (run);
      g_autoptr (CtScriptCommand) command = ct_script_command_new ();
      g_autoptr (GError) error = NULL;
      gboolean ask = step->kind == CT_SCRIPT_ASK && !answered;

      if (step->kind == CT_SCRIPT_END)
        {
          g_assert_true (ct_script_run_is_complete (run));
          return;
        }
      command->number = ct_script_run_number (run) + 1;
      command->step = g_strdup (step->id);
      command->kind = g_strdup (ask ? "answer" : "go");
      command->value = ask ? g_strdup (some_value (rand, step)) : NULL;
      ct_script_run_apply (run, command, 0, &error);
      g_assert_no_error (error);
      answered = ask;
    }
  g_assert_true (wild);
}

static void
test_ends (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_test_rand_int ());
  int passed = 0;

  for (int i = 0; i < 20 * SCRIPTS; i++)
    {
      gboolean wild = i % 2 == 0;
      g_autoptr (CtScript) script = make_script (rand, wild);
      g_autoptr (GPtrArray) findings = ct_script_check (script);

      if (!ct_script_findings_pass (findings))
        continue;
      passed++;
      assert_goes_on (rand, script, wild);
    }
  g_test_message ("%d of %d scripts passed the checker", passed, 20 * SCRIPTS);
  g_assert_cmpint (passed, >, 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/script-walks/typed-is-kept", test_walks);
  g_test_add_func ("/script-walks/checked-scripts-end", test_ends);
  return g_test_run ();
}
