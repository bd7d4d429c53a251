/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call after another through the bakery's script, command by command. */
#include "common/script/run.h"
#include "common/wire/record-json.h"
#include "samples.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795262400000)

/* Sends the next command; @code 0: must be taken, else one more than the CtErrorCode it must fail with. */
static void
command (CtScriptRun *run, const char *kind, const char *step, const char *value, int code)
{
  g_autoptr (CtScriptCommand) sent = ct_script_command_new ();
  g_autoptr (GError) error = NULL;
  gint64 before = ct_script_run_number (run);
  gboolean good;

  sent->number = before + 1;
  sent->kind = g_strdup (kind);
  sent->step = g_strdup (step);
  if (g_str_equal (kind, "reveal"))
    sent->reason = g_strdup (value);
  else
    sent->value = g_strdup (value);
  good = ct_script_run_apply (run, sent, NOW, &error);
  if (code == 0)
    g_assert_no_error (error);
  else
    g_assert_error (error, CT_ERROR, code - 1);
  g_assert_cmpint (good, ==, code == 0);
  g_assert_cmpint (ct_script_run_number (run), ==, before + (code == 0));
}

#define REFUSED(code) (CT_ERROR_##code + 1)

static CtScriptRun *
start (CtScript *script, const char *caller, const char *open)
{
  g_autoptr (GHashTable) facts = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (facts, (gpointer) "company", (gpointer) "Bakkerij Deeg");
  g_hash_table_insert (facts, (gpointer) "agent", (gpointer) "Sanne");
  g_hash_table_insert (facts, (gpointer) "open", (gpointer) open);
  if (caller != NULL)
    g_hash_table_insert (facts, (gpointer) "caller", (gpointer) caller);
  return ct_script_run_new (script, facts);
}

static void
assert_at (CtScriptRun *run, const char *step)
{
  g_assert_cmpstr (ct_script_run_current (run)->id, ==, step);
}

static void
assert_output (GPtrArray *outputs, guint i, const char *name, const char *label, const char *value)
{
  const CtScriptResult *result = g_ptr_array_index (outputs, i);

  g_assert_cmpstr (result->name, ==, name);
  g_assert_cmpstr (result->label, ==, label);
  g_assert_cmpstr (result->value, ==, value);
}

static void
test_order (void)
{
  g_autoptr (CtScript) script = sample_parse (sample_bakery);
  g_autoptr (CtScriptRun) run = start (script, "+31612345678", "yes");
  g_autofree char *say = NULL;
  g_autoptr (GPtrArray) outputs = NULL;

  assert_at (run, "greet");
  say = ct_script_step_say (ct_script_run_current (run), "en", run);
  g_assert_cmpstr (say, ==, "Welcome to Bakkerij Deeg, this is Sanne.");
  command (run, "go", "name", NULL, REFUSED (STATE)); /* we do not stand there */
  command (run, "go", "greet", NULL, 0);
  command (run, "go", "name", NULL, REFUSED (STATE));          /* required */
  command (run, "answer", "reason", "order", REFUSED (STATE)); /* not on the path yet */
  command (run, "answer", "nobody", "x", REFUSED (INVALID));
  command (run, "answer", "greet", "x", REFUSED (INVALID));
  command (run, "answer", "name", "  Jan Modaal ", 0);
  command (run, "go", "name", NULL, 0);
  g_assert_cmpint (ct_script_run_answer (run, "phone")->origin, ==, CT_SCRIPT_CALLER);
  g_assert_false (ct_script_run_answer (run, "phone")->confirmed);
  command (run, "go", "phone", NULL, 0);
  g_assert_true (ct_script_run_answer (run, "phone")->confirmed);
  g_clear_pointer (&say, g_free);
  say = ct_script_step_say (ct_script_run_current (run), "nl", run);
  g_assert_cmpstr (say, ==, "Waarover belt u, Jan Modaal?");
  command (run, "answer", "reason", "pizza", REFUSED (INVALID));
  command (run, "answer", "reason", "order", 0);
  command (run, "go", "reason", NULL, 0);
  command (run, "answer", "loaves", "51", REFUSED (INVALID));
  command (run, "answer", "loaves", "12", 0);
  command (run, "go", "loaves", NULL, 0);
  command (run, "go", "day", NULL, 0); /* optional */
  assert_at (run, "card");
  command (run, "enter", "card", NULL, 0);
  g_assert_cmpstr (ct_script_run_entered (run), ==, "card");
  command (run, "answer", "card", "1234 5678", 0);
  g_assert_false (ct_script_run_is_complete (run));
  g_assert_false (ct_script_run_needs_ticket (run));
  command (run, "go", "card", NULL, 0);
  g_assert_null (ct_script_run_entered (run)); /* moving away leaves */
  assert_at (run, "done");
  g_assert_true (ct_script_run_is_complete (run));
  g_assert_true (ct_script_run_needs_ticket (run));
  ct_script_run_set_fact (run, "ticket", "0427-00118");
  g_assert_false (ct_script_run_needs_ticket (run));
  g_clear_pointer (&say, g_free);
  say = ct_script_step_say (ct_script_run_current (run), "en", run);
  g_assert_cmpstr (say, ==, "Your ticket is 0427-00118.");
  command (run, "go", "done", NULL, REFUSED (STATE));
  outputs = ct_script_run_outputs (run, "en");
  assert_output (outputs, 0, "who", "Name", "Jan Modaal");
  assert_output (outputs, 1, "contact", "Contact", "Jan Modaal, +31 6 1234 5678");
  assert_output (outputs, 2, "loaves", "Loaves", "12");
  assert_output (outputs, 3, "reason", "Reason", "To order");
  assert_output (outputs, 4, "card", "Card", "•••••");
  g_assert_cmpuint (outputs->len, ==, 5);
}

/* Walks to the step after `reason` with that answer. */
static CtScriptRun *
start_with_reason (CtScript *script, const char *reason, const char *open)
{
  CtScriptRun *run = start (script, NULL, open);

  command (run, "go", "greet", NULL, 0);
  command (run, "answer", "name", "Jan", 0);
  command (run, "go", "name", NULL, 0);
  command (run, "go", "phone", NULL, 0); /* optional, withheld */
  command (run, "answer", "reason", reason, 0);
  command (run, "go", "reason", NULL, 0);
  return run;
}

/* Changing an early answer changes the path; what was typed beside it waits. */
static void
test_back (void)
{
  g_autoptr (CtScript) script = sample_parse (sample_bakery);
  g_autoptr (CtScriptRun) run = start_with_reason (script, "order", "no");

  command (run, "answer", "loaves", "3", 0);
  command (run, "go", "loaves", NULL, 0);
  assert_at (run, "day");
  command (run, "back", "reason", NULL, 0);
  command (run, "answer", "reason", "other", 0);
  assert_at (run, "reason");
  g_assert_false (ct_script_run_on_path (run, "loaves"));
  g_assert_cmpstr (ct_script_run_answer (run, "loaves")->value, ==, "3");
  command (run, "back", "loaves", NULL, REFUSED (STATE));
  command (run, "go", "reason", NULL, 0);
  assert_at (run, "more");
  command (run, "answer", "reason", "order", 0); /* from afar: we are moved to what was answered */
  assert_at (run, "reason");
  g_assert_true (ct_script_run_on_path (run, "day"));
  command (run, "back", "day", NULL, 0); /* forth, over what was gone past */
  command (run, "go", "day", NULL, 0);
  assert_at (run, "done");
  command (run, "answer", "name", "", 0); /* taken away again: the path ends there */
  assert_at (run, "name");
  g_assert_false (ct_script_run_is_complete (run));
  g_assert_cmpuint (ct_script_run_path (run)->len, ==, 2);
}

static void
test_reveal (void)
{
  g_autoptr (CtScript) script = sample_parse (sample_bakery);
  g_autoptr (CtScriptRun) run = start_with_reason (script, "urgent", "no");
  const CtScriptStep *mobile = ct_script_run_current (run);
  g_autofree char *text = NULL;

  assert_at (run, "mobile");
  g_assert_null (ct_script_step_protected (mobile, "en", run));
  command (run, "reveal", "mobile", "  ", REFUSED (INVALID));
  command (run, "reveal", "name", "asked", REFUSED (INVALID));
  command (run, "reveal", "mobile", "the customer asked", 0);
  text = ct_script_step_protected (mobile, "en", run);
  g_assert_cmpstr (text, ==, "Ring 06-12345678");
  command (run, "enter", "mobile", NULL, REFUSED (INVALID));
  command (run, "dance", "mobile", NULL, REFUSED (INVALID));
}

static void
test_connect (void)
{
  g_autoptr (CtScript) script = sample_parse (sample_bakery);
  g_autoptr (CtScriptRun) run = start_with_reason (script, "urgent", "yes");

  assert_at (run, "connect");
  g_assert_true (ct_script_run_is_complete (run));
  command (run, "go", "connect", NULL, 0); /* nobody took it */
  assert_at (run, "more");
  g_assert_false (ct_script_run_is_complete (run));
}

/* Sent again it is taken again; another one under the same number, or a gap, is not. */
static void
test_numbers (void)
{
  g_autoptr (CtScript) script = sample_parse (sample_bakery);
  g_autoptr (CtScriptRun) run = start (script, NULL, "no");
  g_autoptr (CtScriptCommand) go = ct_script_command_new ();
  g_autoptr (GError) error = NULL;

  go->number = 1;
  go->kind = g_strdup ("go");
  go->step = g_strdup ("greet");
  g_assert_true (ct_script_run_apply (run, go, NOW, NULL));
  g_assert_true (ct_script_run_apply (run, go, NOW, NULL));
  assert_at (run, "name");
  g_assert_cmpint (ct_script_run_number (run), ==, 1);
  g_free (go->kind);
  go->kind = g_strdup ("back");
  g_assert_false (ct_script_run_apply (run, go, NOW, &error));
  g_assert_error (error, CT_ERROR, CT_ERROR_CONFLICT);
  g_clear_error (&error);
  go->number = 3;
  g_assert_false (ct_script_run_apply (run, go, NOW, &error));
  g_assert_error (error, CT_ERROR, CT_ERROR_STATE);
  g_clear_error (&error);
  go->number = 0;
  g_assert_false (ct_script_run_apply (run, go, NOW, &error));
}

/* D32: offered with its age, never into a secret, never over what the number says. */
static void
test_prefill (void)
{
  g_autoptr (CtScript) script = sample_parse (sample_bakery);
  g_autoptr (CtScriptRun) run = start (script, NULL, "no");
  const CtScriptValue *name;
  g_autoptr (GPtrArray) outputs = NULL;

  g_assert_true (ct_script_run_prefill (run, "name", "Jan", CT_SCRIPT_LAST_CALL, NOW - 1000));
  g_assert_false (ct_script_run_prefill (run, "card", "1234", CT_SCRIPT_LAST_CALL, NOW));
  g_assert_false (ct_script_run_prefill (run, "greet", "x", CT_SCRIPT_LAST_CALL, NOW));
  g_assert_false (ct_script_run_prefill (run, "loaves", "none", CT_SCRIPT_LAST_CALL, NOW));
  g_assert_false (ct_script_run_prefill (run, "gone", "x", CT_SCRIPT_LAST_CALL, NOW));
  name = ct_script_run_answer (run, "name");
  g_assert_cmpint (name->at_ms, ==, NOW - 1000);
  g_assert_false (name->confirmed);
  command (run, "go", "greet", NULL, 0);
  outputs = ct_script_run_outputs (run, "nl");
  g_assert_cmpuint (outputs->len, ==,
                    1); /* the expression; nothing is confirmed, so nothing is told */
  assert_output (outputs, 0, "contact", "Contact", "…, …");
  command (run, "go", "name", NULL, 0);
  name = ct_script_run_answer (run, "name");
  g_assert_true (name->confirmed);
  g_assert_cmpint (name->origin, ==, CT_SCRIPT_LAST_CALL);
  g_assert_false (ct_script_run_prefill (run, "more", "late", CT_SCRIPT_LAST_CALL, NOW));
}

static void
test_state (void)
{
  g_autoptr (CtScript) script = sample_parse (sample_bakery);
  g_autoptr (CtScriptRun) run = start_with_reason (script, "order", "no");
  g_autoptr (CtScriptState) state = NULL;
  g_autoptr (CtScriptRun) again = NULL;
  g_autoptr (GError) error = NULL;

  command (run, "answer", "loaves", "20", 0);
  command (run, "go", "loaves", NULL, 0);
  command (run, "go", "day", NULL, 0);
  command (run, "enter", "card", NULL, 0);
  command (run, "answer", "card", "4444 4444", 0);
  state = ct_script_run_to_state (run, FALSE);
  again = ct_script_run_new_from_state (script, state, &error);
  g_assert_no_error (error);
  assert_at (again, "card");
  g_assert_cmpstr (ct_script_run_entered (again), ==, "card");
  g_assert_null (ct_script_run_answer (again, "card")->value); /* given, but not here */
  command (again, "go", "card", NULL, 0);
  assert_at (again, "done");
  g_free (state->step);
  state->step = g_strdup ("more");
  g_assert_null (ct_script_run_new_from_state (script, state, &error));
  g_assert_error (error, CT_ERROR, CT_ERROR_INVALID);
}

static void
test_values (void)
{
  static const struct {
    const char *ask, *value, *normal; /* NULL: refused */
  } cases[] = {
    { "number", "12", "12" },
    { "number", " -3,5 ", "-3.5" },
    { "number", "1.", NULL },
    { "number", ".5", NULL },
    { "number", "1e3", NULL },
    { "number", "--1", NULL },
    { "number", "1,2,3", NULL },
    { "number", "1234567890123456", NULL },
    { "phone", "020 123 45 67", "+31201234567" },
    { "phone", "+39 06 1234 5678", "+390612345678" },
    { "phone", "12", NULL },
    { "phone", "call me", NULL },
    { "date", "2026-11-21", "2026-11-21" },
    { "date", "2026-02-30", NULL },
    { "date", "21-11-2026", NULL },
    { "date", "2026-1-1", NULL },
    { "e-mail", "jan@example.org", "jan@example.org" },
    { "e-mail", "jan.o'neil+x@sub.example-1.org", "jan.o'neil+x@sub.example-1.org" },
    { "e-mail", "jan@example", NULL },
    { "e-mail", "jan..x@example.org", NULL },
    { "e-mail", ".jan@example.org", NULL },
    { "e-mail", "jan@-x.org", NULL },
    { "e-mail", "jan@example.org\nBcc: x@example.org", NULL },
    { "e-mail", "jan @example.org", NULL },
    { "text", "a\tb\nc", "a\tb\nc" },
    { "text", "bell\a", NULL },
    { "text", "\xff", NULL },
    { "address", "Dorpsstraat 1, Ons Dorp", "Dorpsstraat 1, Ons Dorp" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *ask = g_strdup_printf ("\"ask\": \"%s\",", cases[i].ask);
      g_autofree char *text = sample_change (sample_bakery, "\"ask\": \"date\",", ask);
      g_autoptr (CtScript) script = sample_parse (text);
      g_autofree char *normal = NULL;

      g_test_message ("case %d, %s", (int) i, cases[i].ask);
      g_assert_cmpint (ct_script_step_accepts (script, ct_script_find (script, "day"),
                                               cases[i].value, &normal, NULL),
                       ==, cases[i].normal != NULL);
      g_assert_cmpstr (normal, ==, cases[i].normal);
    }
}

static gboolean
wire_takes (const char *member, const char *value)
{
  g_autoptr (CtScriptCommand) sent = ct_script_command_new ();
  g_autoptr (CtScriptCommand) got = NULL;
  g_autofree char *json = NULL;

  sent->number = 1;
  sent->kind = g_strdup ("reveal");
  sent->step = g_strdup ("day");
  if (g_str_equal (member, "value"))
    sent->value = g_strdup (value);
  else
    sent->reason = g_strdup (value);
  json = ct_record_to_json (sent, CT_WIRE_STAFF);
  got = ct_record_from_bytes (&ct_script_command_type, json, strlen (json), 65536, CT_WIRE_REQUEST,
                              NULL);
  return got != NULL;
}

/* What the desk takes, the server's gate takes: or an answer that stands on the screen is refused later. */
static void
test_wire (void)
{
  g_autofree char *text = sample_change (sample_bakery, "\"ask\": \"date\",", "\"ask\": \"text\",");
  g_autoptr (CtScript) script = sample_parse (text);
  g_autofree char *most = g_strnfill (CT_SCRIPT_MAX_TEXT, 'x');
  g_autofree char *padded = g_strconcat (most, "\n", NULL);
  g_autofree char *reason = g_strnfill (CT_SCRIPT_MAX_REASON, 'x');
  g_autofree char *long_reason = g_strconcat (reason, " ", NULL);
  const char *const values[] = { "x", "\302\205x", "\302\222", "\177", "\302\240x", most, padded };
  const char *const reasons[] = { "x", "\302\205", reason, long_reason };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    g_assert_cmpint (
        ct_script_step_accepts (script, ct_script_find (script, "day"), values[i], NULL, NULL), ==,
        wire_takes ("value", values[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autoptr (CtScript) bakery = sample_parse (sample_bakery);
      g_autoptr (CtScriptRun) run = start_with_reason (bakery, "urgent", "no");

      command (run, "reveal", "mobile", reasons[i],
               wire_takes ("reason", reasons[i]) ? 0 : REFUSED (INVALID));
    }
}

/* A pattern that would search for ever gives up instead. */
static void
test_pattern (void)
{
  g_autofree char *text = sample_change (sample_bakery, "\"ask\": \"date\",",
                                         "\"ask\": \"text\", \"pattern\": \"(a+)+b\",");
  g_autoptr (CtScript) script = sample_parse (text);
  const CtScriptStep *step = ct_script_find (script, "day");
  gint64 start_us = g_get_monotonic_time ();

  g_assert_true (ct_script_step_accepts (script, step, "aaab", NULL, NULL));
  g_assert_false (ct_script_step_accepts (script, step, "aaabx", NULL, NULL));
  g_assert_false (ct_script_step_accepts (
      script, step, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", NULL, NULL));
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/script-run/order", test_order);
  g_test_add_func ("/script-run/wire", test_wire);
  g_test_add_func ("/script-run/back", test_back);
  g_test_add_func ("/script-run/reveal", test_reveal);
  g_test_add_func ("/script-run/connect", test_connect);
  g_test_add_func ("/script-run/numbers", test_numbers);
  g_test_add_func ("/script-run/prefill", test_prefill);
  g_test_add_func ("/script-run/state", test_state);
  g_test_add_func ("/script-run/values", test_values);
  g_test_add_func ("/script-run/pattern", test_pattern);
  return g_test_run ();
}
