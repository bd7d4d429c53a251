/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checker finds each way to be ambiguous, where it is, and nothing in a good script. */
#include "common/script/check.h"
#include "samples.h"

static void
test_good (void)
{
  g_autoptr (CtScript) script = sample_parse (sample_bakery);
  g_autoptr (GPtrArray) findings = ct_script_check (script);

  for (guint i = 0; i < findings->len; i++)
    {
      g_autofree char *text = ct_script_finding_to_text (g_ptr_array_index (findings, i));

      g_test_message ("%s", text);
    }
  g_assert_cmpuint (findings->len, ==, 0);
  g_assert_true (ct_script_findings_pass (findings));
}

static gboolean
has_finding (GPtrArray *findings, const char *wanted)
{
  gboolean found = FALSE;

  for (guint i = 0; i < findings->len; i++)
    {
      g_autofree char *text = ct_script_finding_to_text (g_ptr_array_index (findings, i));

      g_test_message ("  %s", text);
      found = found || g_str_equal (text, wanted);
    }
  return found;
}

static void
test_bad (void)
{
  static const struct {
    const char *from, *to, *finding;
    gboolean passes;
  } cases[] = {
    { "\"start\": \"greet\"", "\"start\": \"gone\"", "/start: start-unknown: gone" },
    { "\"next\": \"name\"", "\"next\": \"gone\"", "/steps/greet/next: step-unknown: gone" },
    { "\"next\": \"name\",", "", "/steps/greet: dead-end" },
    { "\"next\": \"phone\"", "\"next\": \"reason\"", "/steps/phone: unreachable" },
    { "\"next\": \"loaves\"", "\"next\": \"nil\"",
      "/steps/reason/choices/0/next: step-unknown: nil" },
    { "   \"next\": \"more\",   \"choices\"", "   \"choices\"",
      "/steps/reason/choices/2: dead-end" },
    { "{\"else\": \"done\"}", "{\"when\": {\"fact\": \"open\", \"set\": true}, \"next\": \"done\"}",
      "/steps/many/arms: else-missing" },
    { "{\"else\": \"done\"}", "{\"else\": \"done\"}, {\"else\": \"done\"}",
      "/steps/many/arms/2: else-early" },
    { "{\"else\": \"done\"}", "{\"else\": \"gone\"}",
      "/steps/many/arms/1/else: step-unknown: gone" },
    { "\"en\": \"When?\"", "\"fr\": \"Quand?\"", "/steps/day/say: language-missing: en" },
    { "\"en\": \"Wrong number\"", "\"en\": \"\"", "/dispositions/1/label: language-missing: en" },
    { "{company}", "{firm}", "/steps/greet/say/nl: placeholder: firm" },
    { "{answer.name}?", "{answer.card}?", "/steps/reason/say/nl: secret-told: card" },
    { "{answer.name}?", "{answer.greet}?", "/steps/reason/say/nl: answer-unknown: greet" },
    { "\"answer\": \"loaves\"", "\"answer\": \"card\"",
      "/steps/many/arms/0/when/and/0: secret-told: card" },
    { "\"answer\": \"loaves\"", "\"answer\": \"gone\"",
      "/steps/many/arms/0/when/and/0: answer-unknown: gone" },
    { "\"fact\": \"earlier\"", "\"fact\": \"weather\"",
      "/steps/many/arms/0/when/and/1/not: fact-unknown: weather" },
    { "\"from\": \"caller\"", "\"from\": \"stars\"", "/steps/phone/from: fact-unknown: stars" },
    { "\"disposition\": \"order\"", "\"disposition\": \"gone\"",
      "/steps/done/disposition: disposition-unknown: gone" },
    { "\"disposition\": \"order\",", "", "/steps/done: disposition-none", TRUE },
    { "\"entry\": \"owner\"", "\"entry\": \"gone\"", "/steps/connect/entry: entry-unknown: gone" },
    { "\"step\": \"name\"", "\"step\": \"greet\"", "/outputs/0/step: output-unknown: greet" },
    { "\"step\": \"loaves\", \"optional\": true", "\"step\": \"loaves\"",
      "/outputs/2: output-missed: loaves" },
    { "\"required\": true, \"max\": 60", "\"max\": 60", "/outputs/0: output-missed: name" },
    { "\"name\": \"loaves\"", "\"name\": \"who\"", "/outputs/2: choice-double: who" },
    { "\"code\": \"wrong\"", "\"code\": \"order\"", "/dispositions/1: choice-double: order" },
    { "\"code\": \"urgent\"", "\"code\": \"order\"",
      "/steps/reason/choices/1: choice-double: order" },
    { "Uw ticketnummer is {ticket}.\",             \"en\": \"Your ticket is {ticket}.",
      "Dag.\", \"en\": \"Bye.", "/steps/done: ticket-untold", TRUE },
    { "{\"fact\": \"open\", \"equals\": \"yes\"}",
      "{\"answer\": \"reason\", \"equals\": \"complain\"}",
      "/steps/route/arms/0/when: value-never: complain", TRUE },
    { "{\"fact\": \"open\", \"equals\": \"yes\"}", "{\"fact\": \"open\", \"equals\": \"true\"}",
      "/steps/route/arms/0/when: value-never: true" },
    { "\"protected\": {\"nl\": \"Bel 06-12345678\", ", "\"protected\": {",
      "/steps/mobile/protected: language-missing: nl" },
    { "\"nl\": \"Korting geven\", ", "", "/scenarios/forbidden/0: language-missing: nl" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = sample_change (sample_bakery, cases[i].from, cases[i].to);
      g_autoptr (CtScript) script = sample_parse (text);
      g_autoptr (GPtrArray) findings = ct_script_check (script);

      g_test_message ("%s", cases[i].finding);
      g_assert_true (has_finding (findings, cases[i].finding));
      g_assert_cmpint (ct_script_findings_pass (findings), ==, cases[i].passes);
    }
}

/* Steps that go round without a question are told; a question in the round makes it legal. */
static void
test_loops (void)
{
#define SAY(id, next)                                                                              \
  "\"" id "\": {\"kind\": \"say\", \"say\": {\"en\": \"x\"}, \"next\": \"" next "\"}"
#define END "\"e\": {\"kind\": \"end\", \"say\": {\"en\": \"{ticket}\"}, \"message\": false}"
#define HEAD "{\"languages\": [\"en\"], \"start\": \"a\", \"steps\": {"
  static const char round[] = HEAD SAY ("a", "b") ", " SAY ("b", "a") ", " END "}}";
  static const char branches[]
      = HEAD "\"a\": {\"kind\": \"branch\", \"arms\": [{\"when\": {\"fact\": \"open\", \"equals\": "
             "true}, \"next\": \"e\"}, {\"else\": \"b\"}]}, " SAY ("b", "a") ", " END "}}";
  static const char asked[] = HEAD
      "\"a\": {\"kind\": \"ask\", \"ask\": \"choice\", \"required\": true, \"say\": {\"en\": "
      "\"?\"}, \"choices\": [{\"code\": \"again\", \"label\": {\"en\": \"again\"}, \"next\": "
      "\"b\"}, {\"code\": \"stop\", \"label\": {\"en\": \"stop\"}, \"next\": \"e\"}]}, " SAY (
          "b", "a") ", " END "}}";
  static const struct {
    const char *text;
    const char *finding; /* NULL: passes */
  } cases[] = {
    { round, "/steps/a: loop: a b" },
    { round, "/steps/a: never-ends" },
    { round, "/steps/e: unreachable" },
    { branches, "/steps/a: loop: a b" },
    { asked, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CtScript) script = sample_parse (cases[i].text);
      g_autoptr (GPtrArray) findings = ct_script_check (script);

      if (cases[i].finding != NULL)
        g_assert_true (has_finding (findings, cases[i].finding));
      g_assert_cmpint (ct_script_findings_pass (findings), ==, cases[i].finding == NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/script-check/good", test_good);
  g_test_add_func ("/script-check/bad", test_bad);
  g_test_add_func ("/script-check/loops", test_loops);
  return g_test_run ();
}
