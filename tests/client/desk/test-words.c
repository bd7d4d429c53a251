/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a call came here, what an e-agent is, and what is wrong with an answer, in words. */
#include "client/desk/presence-menu.h"
#include "client/desk/script-words.h"
#include "client/desk/why.h"
#include "client/desk/words.h"

#include <locale.h>

static void
check (char *made, const char *wanted)
{
  g_assert_cmpstr (made, ==, wanted);
  g_free (made);
}

static void
add_refusal (CtWhy *why, const char *rule, gint64 count)
{
  CtRefusal *refusal = ct_refusal_new ();

  refusal->rule = g_strdup (rule);
  refusal->count = count;
  if (why->refused == NULL)
    why->refused = g_ptr_array_new_with_free_func (ct_record_free);
  g_ptr_array_add (why->refused, refusal);
}

static void
test_why (void)
{
  g_autoptr (CtWhy) why = ct_why_new ();

  g_assert_null (cd_why_to_text (NULL));
  why->rule = g_strdup ("chosen");
  why->idle_seconds = 200;
  why->candidates = 1;
  check (cd_why_to_text (why), "The only one free for it, idle for 3:20.");
  why->candidates = 2;
  check (cd_why_to_text (why), "Idle for 3:20, the longest of 2.");
  add_refusal (why, "badge", 1);
  add_refusal (why, "talking", 2);
  check (cd_why_to_text (why),
         "Idle for 3:20, the longest of 2. Not asked: 1 without the badge, 2 in a call.");
  /* A rule of a newer server is left out. */
  add_refusal (why, "moon", 3);
  check (cd_why_to_text (why),
         "Idle for 3:20, the longest of 2. Not asked: 1 without the badge, 2 in a call.");
}

static void
check_presence (const char *state, const char *wish, const char *reason, const char *wanted)
{
  g_autoptr (CtPresence) presence = ct_presence_new ();

  presence->state = g_strdup (state);
  presence->wish = g_strdup (wish);
  presence->reason = g_strdup (reason);
  check (cd_presence_to_text (presence), wanted);
}

static void
test_presence (void)
{
  check_presence ("paused", NULL, "Lunch", "Pause: Lunch");
  check_presence ("paused", NULL, "missed", "Pause: Missed calls");
  check_presence ("talking", "available", NULL, "In a call");
  check_presence ("talking", NULL, NULL, "In a call"); /* an older server */
  check_presence ("talking", "paused", "Lunch", "In a call, then Pause: Lunch");
  check_presence ("wrap_up", "offline", NULL, "Wrap-up, then Offline");
}

static void
test_numbers (void)
{
  check (cd_dup_number (NULL), "Number withheld");
  check (cd_dup_number ("anonymous"), "Number withheld");
  check (cd_dup_number ("internal"), "internal");
}

static void
test_keyed (void)
{
  g_autoptr (CtCall) call = ct_call_new ();
  CtKeyed *keyed = ct_keyed_new ();

  g_assert_null (cd_dup_keyed (call));
  call->keyed = g_ptr_array_new_with_free_func (ct_record_free);
  keyed->name = g_strdup ("menu");
  keyed->value = g_strdup ("");
  g_ptr_array_add (call->keyed, keyed);
  g_assert_null (cd_dup_keyed (call)); /* he simply waited */
  keyed = ct_keyed_new ();
  keyed->name = g_strdup ("company");
  keyed->value = g_strdup ("0427");
  g_ptr_array_add (call->keyed, keyed);
  check (cd_dup_keyed (call), "company: 0427");
}

static void
test_complaints (void)
{
  CtScriptStep step = { .kind = CT_SCRIPT_ASK, .ask = CT_SCRIPT_NUMBER };

  check (cd_dup_complaint (&step, ""), "This answer is needed.");
  check (cd_dup_complaint (&step, "x"), "This must be a number.");
  step.has_minimum = step.has_maximum = TRUE;
  step.minimum = 1;
  step.maximum = 50;
  check (cd_dup_complaint (&step, "99"), "This must be a number from 1 to 50.");
  step.ask = CT_SCRIPT_TEXT;
  step.minimum = 3;
  step.maximum = 4;
  check (cd_dup_complaint (&step, "ab"), "This is too short: at least 3 characters.");
  check (cd_dup_complaint (&step, "abcde"), "This is too long: at most 4 characters.");
  check (cd_dup_complaint (&step, "abc"), "This does not have the form that is asked for.");
}

int
main (int argc, char **argv)
{
  g_setenv ("LC_ALL", "C", TRUE);
  g_setenv ("LANGUAGE", "", TRUE);
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/why", test_why);
  g_test_add_func ("/words/presence", test_presence);
  g_test_add_func ("/words/numbers", test_numbers);
  g_test_add_func ("/words/keyed", test_keyed);
  g_test_add_func ("/words/complaints", test_complaints);
  return g_test_run ();
}
