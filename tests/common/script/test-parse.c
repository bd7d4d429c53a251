/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is not a script is refused with the place. */
#include "samples.h"

#include <string.h>

static void
test_reads (void)
{
  g_autoptr (CtScript) script = sample_parse (sample_bakery);
  const CtScriptStep *reason = ct_script_find (script, "reason");
  const CtScriptStep *card = ct_script_find (script, "card");
  const CtScriptStep *route = ct_script_find (script, "route");

  g_assert_cmpstr (ct_script_start (script)->id, ==, "greet");
  g_assert_cmpuint (ct_script_steps (script)->len, ==, 13);
  g_assert_cmpuint (ct_script_difficulty (script), ==, 2);
  g_assert_true (ct_script_speaks (script, ct_script_language_parse ("en")));
  g_assert_false (ct_script_speaks (script, ct_script_language_parse ("it")));
  g_assert_cmpstr (ct_script_text_in (script, &reason->direction, "it"), ==, "Chiedi.");
  g_assert_cmpstr (ct_script_text_in (script, &reason->direction, "fr"), ==, "Vraag door.");
  g_assert_cmpuint (reason->choices->len, ==, 3);
  g_assert_cmpint (card->ask, ==, CT_SCRIPT_SECRET);
  g_assert_false (card->remember);
  g_assert_true (ct_script_find (script, "name")->remember);
  g_assert_cmpuint (route->arms->len, ==, 2);
  g_assert_cmpstr (ct_script_step_number (script, ct_script_find (script, "connect")), ==,
                   "+31201234567");
  g_assert_null (ct_script_find (script, "nowhere"));
}

static void
test_refuses (void)
{
  static const struct {
    const char *from, *to, *pointer;
  } cases[] = {
    { "{\"languages\"", "[\"languages\"", "" },
    { "\"languages\": [\"nl\", \"en\"]", "\"languages\": []", "" },
    { "\"languages\": [\"nl\", \"en\"]", "\"languages\": [\"nl\", \"de\"]", "/languages/1" },
    { "\"languages\": [\"nl\", \"en\"]", "\"languages\": [\"nl\", 5]", "/languages/1" },
    { "\"difficulty\": 2", "\"difficulty\": 6", "" },
    { "\"difficulty\": 2", "\"difficulty\": \"hard\"", "/difficulty" },
    { "\"country\": \"NL\"", "\"country\": \"QQ\"", "" },
    { "\"start\": \"greet\",", "", "" },
    { "\"start\": \"greet\"", "\"start\": 7", "/start" },
    { "\"start\": \"greet\"", "\"stop\": \"greet\"", "/stop" },
    { "\"kind\": \"say\"", "\"kind\": \"sing\"", "/steps/greet/kind" },
    { "\"kind\": \"say\"", "\"kind\": \"say\", \"arms\": []", "/steps/greet/arms" },
    { "\"kind\": \"say\"", "\"kind\": \"say\", \"a/b~c\": 1", "/steps/greet/a~1b~0c" },
    { "\"ask\": \"date\"", "\"ask\": \"moon\"", "/steps/day/ask" },
    { "\"ask\": \"date\"", "\"ask\": \"date\", \"choices\": []", "/steps/day/choices" },
    { "\"ask\": \"date\"", "\"ask\": \"date\", \"pattern\": \"x\"", "/steps/day" },
    { "\"ask\": \"date\"", "\"ask\": \"date\", \"required\": \"yes\"", "/steps/day/required" },
    { "\"ask\": \"date\"", "\"ask\": \"date\", \"shown_to\": \"x\"", "/steps/day" },
    { "\"[0-9 ]+\"", "\"[0-9\"", "/steps/card" },
    { "\"ask\": \"secret\"", "\"ask\": \"secret\", \"remember\": true", "/steps/card" },
    { "\"nl\": \"Wanneer?\"", "\"xx\": \"Wanneer?\"", "/steps/day/say/xx" },
    { "\"nl\": \"Wanneer?\"", "\"nl\": \"W\\u0007\"", "/steps/day/say/nl" },
    { "\"nl\": \"Wanneer?\"", "\"nl\": null", "/steps/day/say/nl" },
    { "\"nl\": \"Wanneer?\"", "\"nl\": [\"W\"]", "/steps/day/say/nl" },
    { "\"greater\": 10", "\"greater\": \"ten\"", "/steps/many/arms/0/when/and/0/greater" },
    { "\"greater\": 10", "\"greater\": 10, \"less\": 20", "/steps/many/arms/0/when/and/0" },
    { "\"answer\": \"loaves\",", "", "/steps/many/arms/0/when/and/0" },
    { "{\"else\": \"done\"}", "{\"else\": \"done\", \"next\": \"x\"}", "/steps/many/arms/1" },
    { "{\"else\": \"done\"}", "{\"next\": \"done\"}", "/steps/many/arms/1" },
    { "\"entry\": \"owner\",", "", "/steps/connect" },
    { "\"entry\": \"owner\"", "\"number\": \"112\"", "/steps/connect" },
    { "\"+31201234567\"", "\"0201234567\"", "/directory/0" },
    { "\"step\": \"name\"", "\"step\": \"name\", \"expression\": \"x\"", "/outputs/0" },
    { "\"day\": {", "\"Day\": {", "/steps/Day" },
    { "\"code\": \"urgent\"", "\"code\": \"\"", "/steps/reason/choices/1/code" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = sample_change (sample_bakery, cases[i].from, cases[i].to);
      g_autofree char *pointer = NULL;
      g_autoptr (GError) error = NULL;
      CtScript *script = ct_script_parse_text (text, -1, &pointer, &error);

      g_test_message ("%s -> %s", cases[i].to, error != NULL ? error->message : "read");
      g_assert_null (script);
      g_assert_true (ct_error_is (error, CT_ERROR_INVALID) || ct_error_is (error, CT_ERROR_LIMIT));
      g_assert_cmpstr (pointer, ==, cases[i].pointer);
    }
}

static void
test_limits (void)
{
  GString *text = g_string_new ("{\"languages\": [\"en\"], \"start\": \"s0\", \"steps\": {");
  g_autofree char *deep = NULL;
  g_autofree char *pointer = NULL;
  GString *condition = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i <= CT_SCRIPT_MAX_STEPS; i++)
    g_string_append_printf (text, "%s\"s%d\": {\"kind\": \"end\"}", i > 0 ? ", " : "", i);
  g_string_append (text, "}}");
  g_assert_null (ct_script_parse_text (text->str, text->len, &pointer, &error));
  g_assert_cmpstr (pointer, ==, "/steps");
  g_assert_true (ct_error_is (error, CT_ERROR_LIMIT));
  g_clear_error (&error);
  for (int i = 0; i < 20; i++)
    g_string_append (condition, "{\"not\": ");
  g_string_append (condition, "{\"fact\": \"open\", \"set\": true}");
  for (int i = 0; i < 20; i++)
    g_string_append (condition, "}");
  deep = sample_change (sample_bakery, "{\"fact\": \"open\", \"equals\": \"yes\"}", condition->str);
  g_assert_null (ct_script_parse_text (deep, -1, NULL, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_LIMIT));
  g_string_free (text, TRUE);
  g_string_free (condition, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/script/reads", test_reads);
  g_test_add_func ("/script/refuses", test_refuses);
  g_test_add_func ("/script/limits", test_limits);
  return g_test_run ();
}
