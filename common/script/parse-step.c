/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads one step: first its kind, which says what else may stand there, then that. */
#include "common/script/parse-step.h"

#include <string.h>

#include "common/script/script-private.h"

#define MAX_PATTERN 200
#define MAX_VALUES 40

/* What may stand in a step, by kind. */
static const char *const known_say[]
    = { "kind", "label", "say", "direction", "conduct", "next", NULL };
static const char *const known_ask[]
    = { "kind", "label", "say",     "direction", "conduct",  "next",     "ask",     "required",
        "min",  "max",   "pattern", "from",      "remember", "shown_to", "choices", NULL };
static const char *const known_branch[] = { "kind", "label", "arms", NULL };
static const char *const known_reveal[]
    = { "kind", "label", "say", "direction", "conduct", "next", "protected", NULL };
static const char *const known_connect[]
    = { "kind", "label", "say", "direction", "conduct", "next", "number", "entry", NULL };
static const char *const known_end[]
    = { "kind", "label", "say", "direction", "conduct", "disposition", "message", NULL };
static const char *const *const known_by_kind[]
    = { known_say, known_ask, known_branch, known_reveal, known_connect, known_end };

static const char *const kind_words[]
    = { "say", "ask", "branch", "reveal", "connect", "end", NULL };
static const char *const ask_words[]
    = { "text", "choice", "number", "phone", "date", "address", "e-mail", "secret", NULL };

/* The conditions' own members, in the order of CtScriptOperator. */
static const char *const comparisons[]
    = { "equals", "in", "prefix", "less", "greater", "set", NULL };
static const char *const compounds[] = { "and", "or", "not", NULL };

static CtScriptCondition *parse_condition (CtScriptReader *reader, JsonNode *node, guint depth);

static gboolean
parse_parts (CtScriptReader *reader, JsonNode *node, guint depth, CtScriptCondition *condition)
{
  JsonArray *array;

  condition->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) ct_script_condition_free);
  if (condition->operator== CT_SCRIPT_NOT)
    {
      CtScriptCondition *part = parse_condition (reader, node, depth + 1);

      if (part != NULL)
        g_ptr_array_add (condition->parts, part);
      return part != NULL;
    }
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "a list of conditions is wanted");
  array = json_node_get_array (node);
  if (json_array_get_length (array) == 0 || json_array_get_length (array) > CT_SCRIPT_MAX_ARMS)
    return ct_script_reader_fail (reader, CT_ERROR_LIMIT, "1 to %d conditions are allowed",
                                  CT_SCRIPT_MAX_ARMS);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      gsize before = ct_script_reader_enter_index (reader, i);
      CtScriptCondition *part
          = parse_condition (reader, json_array_get_element (array, i), depth + 1);

      if (part == NULL)
        return FALSE;
      g_ptr_array_add (condition->parts, part);
      ct_script_reader_leave (reader, before);
    }
  return TRUE;
}

static gboolean
parse_values (CtScriptReader *reader, JsonNode *node, CtScriptCondition *condition)
{
  g_autoptr (GStrvBuilder) values = g_strv_builder_new ();
  gboolean list = condition->operator== CT_SCRIPT_IN;
  guint n = 1;

  if (list && !JSON_NODE_HOLDS_ARRAY (node))
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "a list of values is wanted");
  if (list)
    n = json_array_get_length (json_node_get_array (node));
  if (n == 0 || n > MAX_VALUES)
    return ct_script_reader_fail (reader, CT_ERROR_LIMIT, "1 to %d values are allowed", MAX_VALUES);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *value = ct_script_reader_scalar (
          reader, list ? json_array_get_element (json_node_get_array (node), i) : node);

      if (value == NULL)
        return FALSE;
      g_strv_builder_add (values, value);
    }
  condition->values = g_strv_builder_end (values);
  return TRUE;
}

static gboolean
parse_comparison (CtScriptReader *reader, JsonObject *object, CtScriptCondition *condition)
{
  const char *member = comparisons[condition->operator];
  JsonNode *node = json_object_get_member (object, member);
  gboolean present;
  gsize before;
  gboolean good;

  if (condition->operator== CT_SCRIPT_SET)
    return ct_script_reader_boolean (reader, object, member, &condition->set);
  if (condition->operator== CT_SCRIPT_LESS || condition->operator== CT_SCRIPT_GREATER)
    return ct_script_reader_number (reader, object, member, &present, &condition->number);
  before = ct_script_reader_enter (reader, member);
  good = parse_values (reader, node, condition);
  ct_script_reader_leave (reader, before);
  return good;
}

/* {"answer": STEP, OPERATOR: …}, {"fact": NAME, OPERATOR: …}, {"and": […]}, {"or": […]}, {"not": …} */
static gboolean
fill_condition (CtScriptReader *reader, JsonObject *object, guint depth,
                CtScriptCondition *condition)
{
  guint found = 0;

  for (guint i = 0; compounds[i] != NULL; i++)
    if (json_object_has_member (object, compounds[i]))
      {
        gsize before = ct_script_reader_enter (reader, compounds[i]);

        condition->operator= CT_SCRIPT_AND + i;
        if (json_object_get_size (object) != 1)
          return ct_script_reader_fail (reader, CT_ERROR_INVALID, "stands alone in its condition");
        if (!parse_parts (reader, json_object_get_member (object, compounds[i]), depth, condition))
          return FALSE;
        ct_script_reader_leave (reader, before);
        return TRUE;
      }
  condition->of_answer = json_object_has_member (object, "answer");
  if (condition->of_answer && json_object_has_member (object, "fact"))
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "`answer` or `fact`, not both");
  if (!ct_script_reader_string (reader, object, condition->of_answer ? "answer" : "fact",
                                CT_SCRIPT_MAX_NAME, TRUE, &condition->name))
    return FALSE;
  for (guint i = 0; comparisons[i] != NULL; i++)
    if (json_object_has_member (object, comparisons[i]))
      {
        condition->operator= CT_SCRIPT_EQUALS + i;
        found++;
      }
  if (found != 1)
    return ct_script_reader_fail (reader, CT_ERROR_INVALID,
                                  "one of equals, in, prefix, less, greater, set is wanted");
  return parse_comparison (reader, object, condition);
}

static CtScriptCondition *
parse_condition (CtScriptReader *reader, JsonNode *node, guint depth)
{
  static const char *const known[] = { "answer",  "fact", "equals", "in", "prefix", "less",
                                       "greater", "set",  "and",    "or", "not",    NULL };
  JsonObject *object = ct_script_reader_object (reader, node, known);
  CtScriptCondition *condition;

  if (object == NULL)
    return NULL;
  if (depth > CT_SCRIPT_MAX_CONDITION_DEPTH)
    {
      ct_script_reader_fail (reader, CT_ERROR_LIMIT, "conditions may nest %d deep",
                             CT_SCRIPT_MAX_CONDITION_DEPTH);
      return NULL;
    }
  condition = g_new0 (CtScriptCondition, 1);
  if (!fill_condition (reader, object, depth, condition))
    g_clear_pointer (&condition, ct_script_condition_free);
  return condition;
}

/* {"when": CONDITION, "next": STEP} or {"else": STEP} */
static gboolean
parse_arm (CtScriptReader *reader, JsonNode *node, CtScriptArm *arm)
{
  static const char *const known[] = { "when", "next", "else", NULL };
  JsonObject *object = ct_script_reader_object (reader, node, known);
  gsize before;

  if (object == NULL)
    return FALSE;
  if (json_object_has_member (object, "else"))
    {
      if (json_object_get_size (object) != 1)
        return ct_script_reader_fail (reader, CT_ERROR_INVALID, "`else` stands alone in its arm");
      return ct_script_reader_name (reader, object, "else", TRUE, &arm->next);
    }
  if (!json_object_has_member (object, "when"))
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "`when` is missing");
  before = ct_script_reader_enter (reader, "when");
  arm->when = parse_condition (reader, json_object_get_member (object, "when"), 1);
  if (arm->when == NULL)
    return FALSE;
  ct_script_reader_leave (reader, before);
  return ct_script_reader_name (reader, object, "next", TRUE, &arm->next);
}

static gboolean
parse_arms (CtScriptReader *reader, JsonObject *object, CtScriptStep *step)
{
  JsonArray *array;
  gsize before;

  if (!ct_script_reader_array (reader, object, "arms", CT_SCRIPT_MAX_ARMS, &array))
    return FALSE;
  step->arms = g_ptr_array_new_with_free_func ((GDestroyNotify) ct_script_arm_free);
  before = ct_script_reader_enter (reader, "arms");
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      gsize at = ct_script_reader_enter_index (reader, i);
      CtScriptArm *arm = g_new0 (CtScriptArm, 1);

      g_ptr_array_add (step->arms, arm);
      if (!parse_arm (reader, json_array_get_element (array, i), arm))
        return FALSE;
      ct_script_reader_leave (reader, at);
    }
  ct_script_reader_leave (reader, before);
  return TRUE;
}

static gboolean
parse_choices (CtScriptReader *reader, JsonObject *object, CtScriptStep *step)
{
  static const char *const known[] = { "code", "label", "next", NULL };
  JsonArray *array;
  gsize before;

  if (!ct_script_reader_array (reader, object, "choices", CT_SCRIPT_MAX_CHOICES, &array))
    return FALSE;
  before = ct_script_reader_enter (reader, "choices");
  if (array != NULL && step->ask != CT_SCRIPT_CHOICE)
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "only a choice has choices");
  step->choices = g_ptr_array_new_with_free_func ((GDestroyNotify) ct_script_choice_free);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      gsize at = ct_script_reader_enter_index (reader, i);
      CtScriptChoice *choice = g_new0 (CtScriptChoice, 1);
      JsonObject *member
          = ct_script_reader_object (reader, json_array_get_element (array, i), known);

      g_ptr_array_add (step->choices, choice);
      if (member == NULL || !ct_script_reader_name (reader, member, "code", TRUE, &choice->code)
          || !ct_script_reader_text (reader, member, "label", TRUE, &choice->label)
          || !ct_script_reader_name (reader, member, "next", FALSE, &choice->next))
        return FALSE;
      ct_script_reader_leave (reader, at);
    }
  ct_script_reader_leave (reader, before);
  return TRUE;
}

/* The whole answer must match; PCRE gives up early on a pattern that would search for ever. */
static gboolean
compile_pattern (CtScriptReader *reader, CtScriptStep *step)
{
  g_autofree char *whole = NULL;
  g_autoptr (GError) error = NULL;

  if (step->pattern == NULL)
    return TRUE;
  if (step->ask != CT_SCRIPT_TEXT && step->ask != CT_SCRIPT_SECRET)
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "`pattern` is for a text or a secret");
  whole = g_strdup_printf ("(*LIMIT_MATCH=20000)\\A(?:%s)\\z", step->pattern);
  step->regex = g_regex_new (whole, 0, 0, &error);
  if (step->regex == NULL)
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "`pattern`: %s", error->message);
  return TRUE;
}

static gboolean
parse_ask (CtScriptReader *reader, JsonObject *object, CtScriptStep *step)
{
  int ask;

  if (!ct_script_reader_word (reader, object, "ask", ask_words, &ask))
    return FALSE;
  step->ask = ask;
  step->remember = ask != CT_SCRIPT_SECRET;
  if (!ct_script_reader_boolean (reader, object, "required", &step->required)
      || !ct_script_reader_number (reader, object, "min", &step->has_minimum, &step->minimum)
      || !ct_script_reader_number (reader, object, "max", &step->has_maximum, &step->maximum)
      || !ct_script_reader_string (reader, object, "pattern", MAX_PATTERN, FALSE, &step->pattern)
      || !ct_script_reader_string (reader, object, "from", CT_SCRIPT_MAX_NAME, FALSE, &step->from)
      || !ct_script_reader_boolean (reader, object, "remember", &step->remember)
      || !ct_script_reader_name (reader, object, "shown_to", FALSE, &step->shown_to)
      || !parse_choices (reader, object, step))
    return FALSE;
  if (ask == CT_SCRIPT_SECRET && (step->remember || step->from != NULL))
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "a secret is never filled in before");
  if (ask != CT_SCRIPT_SECRET && step->shown_to != NULL)
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "`shown_to` is for a secret");
  return compile_pattern (reader, step);
}

static gboolean
parse_connect (CtScriptReader *reader, JsonObject *object, CtScriptStep *step)
{
  if (!ct_script_reader_string (reader, object, "number", 20, FALSE, &step->number)
      || !ct_script_reader_name (reader, object, "entry", FALSE, &step->entry))
    return FALSE;
  if ((step->number != NULL) == (step->entry != NULL))
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "`number` or `entry` is wanted");
  return step->number == NULL || ct_phone_is_e164 (step->number)
         || ct_script_reader_fail (reader, CT_ERROR_INVALID, "`number` must be like +31201234567");
}

static gboolean
parse_members (CtScriptReader *reader, JsonObject *object, CtScriptStep *step)
{
  if (!ct_script_reader_text (reader, object, "label", FALSE, &step->label)
      || !ct_script_reader_text (reader, object, "say", FALSE, &step->say)
      || !ct_script_reader_text (reader, object, "direction", FALSE, &step->direction)
      || !ct_script_reader_text (reader, object, "conduct", FALSE, &step->conduct)
      || !ct_script_reader_name (reader, object, "next", FALSE, &step->next))
    return FALSE;
  switch (step->kind)
    {
    case CT_SCRIPT_SAY:
      return TRUE;
    case CT_SCRIPT_ASK:
      return parse_ask (reader, object, step);
    case CT_SCRIPT_BRANCH:
      return parse_arms (reader, object, step);
    case CT_SCRIPT_REVEAL:
      return ct_script_reader_text (reader, object, "protected", TRUE, &step->protected);
    case CT_SCRIPT_CONNECT:
      return parse_connect (reader, object, step);
    case CT_SCRIPT_END:
      step->message = TRUE;
      return ct_script_reader_name (reader, object, "disposition", FALSE, &step->disposition)
             && ct_script_reader_boolean (reader, object, "message", &step->message);
    }
  return FALSE;
}

CtScriptStep *
ct_script_parse_step (CtScriptReader *reader, const char *id, JsonNode *node)
{
  JsonObject *object = ct_script_reader_object (reader, node, NULL);
  CtScriptStep *step;
  int kind;

  if (object == NULL || !ct_script_reader_word (reader, object, "kind", kind_words, &kind)
      || ct_script_reader_object (reader, node, known_by_kind[kind]) == NULL)
    return NULL;
  step = g_new0 (CtScriptStep, 1);
  step->id = g_strdup (id);
  step->kind = kind;
  if (!parse_members (reader, object, step))
    g_clear_pointer (&step, ct_script_step_free);
  return step;
}
