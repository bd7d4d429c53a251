/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a script's JSON. Here stands what a document may look like, member by member; whether the names
 * in it lead anywhere is the checker's question. Steps are an object, by name, in the order written. */
#include <string.h>

#include "common/script/parse-step.h"
#include "common/script/script-private.h"
#include "common/wire/json-check.h"

#define MAX_BYTES 262144 /* as CtScriptDocument's body */

static gboolean
parse_languages (CtScriptReader *reader, JsonObject *object, CtScript *script)
{
  JsonArray *array;
  gsize before;

  if (!ct_script_reader_array (reader, object, "languages", CT_SCRIPT_LANGUAGES, &array))
    return FALSE;
  if (array == NULL || json_array_get_length (array) == 0)
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "`languages` is missing");
  before = ct_script_reader_enter (reader, "languages");
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      gsize at = ct_script_reader_enter_index (reader, i);
      g_autofree char *code = ct_script_reader_scalar (reader, json_array_get_element (array, i));
      int language = ct_script_language_parse (code);

      if (language < 0)
        return ct_script_reader_fail (reader, CT_ERROR_INVALID, "not a language that we speak");
      if (i == 0)
        script->first_language = language;
      script->speaks[language] = TRUE;
      ct_script_reader_leave (reader, at);
    }
  ct_script_reader_leave (reader, before);
  return TRUE;
}

static gboolean
parse_steps (CtScriptReader *reader, JsonObject *object, CtScript *script)
{
  g_autoptr (GList) ids = NULL;
  JsonObject *steps;
  gsize before;

  if (!json_object_has_member (object, "steps"))
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "`steps` is missing");
  before = ct_script_reader_enter (reader, "steps");
  steps = ct_script_reader_object (reader, json_object_get_member (object, "steps"), NULL);
  if (steps == NULL)
    return FALSE;
  if (json_object_get_size (steps) > CT_SCRIPT_MAX_STEPS)
    return ct_script_reader_fail (reader, CT_ERROR_LIMIT, "at most %d steps are allowed",
                                  CT_SCRIPT_MAX_STEPS);
  ids = json_object_get_members (steps);
  for (GList *l = ids; l != NULL; l = l->next)
    {
      gsize at = ct_script_reader_enter (reader, l->data);
      CtScriptStep *step;

      if (!ct_script_name_is_valid (l->data))
        return ct_script_reader_fail (reader, CT_ERROR_INVALID, "not a name for a step");
      step = ct_script_parse_step (reader, l->data, json_object_get_member (steps, l->data));
      if (step == NULL)
        return FALSE;
      step->index = script->steps->len;
      g_ptr_array_add (script->steps, step);
      g_hash_table_insert (script->by_id, step->id, step);
      ct_script_reader_leave (reader, at);
    }
  ct_script_reader_leave (reader, before);
  return TRUE;
}

typedef gboolean (*ElementFunc) (CtScriptReader *reader, JsonNode *node, CtScript *script);

/* Each element of a list, with the pointer kept. */
static gboolean
parse_each (CtScriptReader *reader, JsonObject *object, const char *member, guint max,
            ElementFunc parse_element, CtScript *script)
{
  JsonArray *array;
  gsize before;

  if (!ct_script_reader_array (reader, object, member, max, &array))
    return FALSE;
  before = ct_script_reader_enter (reader, member);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      gsize at = ct_script_reader_enter_index (reader, i);

      if (!parse_element (reader, json_array_get_element (array, i), script))
        return FALSE;
      ct_script_reader_leave (reader, at);
    }
  ct_script_reader_leave (reader, before);
  return TRUE;
}

static gboolean
parse_disposition (CtScriptReader *reader, JsonNode *node, CtScript *script)
{
  static const char *const known[] = { "code", "label", NULL };
  JsonObject *object = ct_script_reader_object (reader, node, known);
  CtScriptDisposition *disposition = g_new0 (CtScriptDisposition, 1);

  g_ptr_array_add (script->dispositions, disposition);
  return object != NULL && ct_script_reader_name (reader, object, "code", TRUE, &disposition->code)
         && ct_script_reader_text (reader, object, "label", TRUE, &disposition->label);
}

static gboolean
parse_output (CtScriptReader *reader, JsonNode *node, CtScript *script)
{
  static const char *const known[] = { "name", "label", "step", "expression", "optional", NULL };
  JsonObject *object = ct_script_reader_object (reader, node, known);
  CtScriptOutput *output = g_new0 (CtScriptOutput, 1);

  g_ptr_array_add (script->outputs, output);
  if (object == NULL || !ct_script_reader_name (reader, object, "name", TRUE, &output->name)
      || !ct_script_reader_text (reader, object, "label", TRUE, &output->label)
      || !ct_script_reader_name (reader, object, "step", FALSE, &output->step)
      || !ct_script_reader_string (reader, object, "expression", CT_SCRIPT_MAX_TEXT, FALSE,
                                   &output->expression)
      || !ct_script_reader_boolean (reader, object, "optional", &output->optional))
    return FALSE;
  return (output->step != NULL) != (output->expression != NULL)
         || ct_script_reader_fail (reader, CT_ERROR_INVALID, "`step` or `expression` is wanted");
}

static gboolean
parse_entry (CtScriptReader *reader, JsonNode *node, CtScript *script)
{
  static const char *const known[] = { "name", "label", "number", NULL };
  JsonObject *object = ct_script_reader_object (reader, node, known);
  CtScriptEntry *entry = g_new0 (CtScriptEntry, 1);

  g_ptr_array_add (script->directory, entry);
  if (object == NULL || !ct_script_reader_name (reader, object, "name", TRUE, &entry->name)
      || !ct_script_reader_text (reader, object, "label", TRUE, &entry->label)
      || !ct_script_reader_string (reader, object, "number", 20, TRUE, &entry->number))
    return FALSE;
  return ct_phone_is_e164 (entry->number)
         || ct_script_reader_fail (reader, CT_ERROR_INVALID, "`number` must be like +31201234567");
}

static gboolean
parse_text_into (CtScriptReader *reader, JsonNode *node, GPtrArray *texts)
{
  CtScriptText *text = g_new0 (CtScriptText, 1);

  g_ptr_array_add (texts, text);
  return ct_script_reader_text_node (reader, node, text);
}

static gboolean
parse_allowed (CtScriptReader *reader, JsonNode *node, CtScript *script)
{
  return parse_text_into (reader, node, script->allowed);
}

static gboolean
parse_forbidden (CtScriptReader *reader, JsonNode *node, CtScript *script)
{
  return parse_text_into (reader, node, script->forbidden);
}

/* {"allowed": [TEXT…], "forbidden": [TEXT…]} (S0-30) */
static gboolean
parse_scenarios (CtScriptReader *reader, JsonObject *object, CtScript *script)
{
  static const char *const known[] = { "allowed", "forbidden", NULL };
  JsonObject *scenarios;
  gsize before;

  if (!json_object_has_member (object, "scenarios"))
    return TRUE;
  before = ct_script_reader_enter (reader, "scenarios");
  scenarios = ct_script_reader_object (reader, json_object_get_member (object, "scenarios"), known);
  if (scenarios == NULL
      || !parse_each (reader, scenarios, "allowed", CT_SCRIPT_MAX_SCENARIOS, parse_allowed, script)
      || !parse_each (reader, scenarios, "forbidden", CT_SCRIPT_MAX_SCENARIOS, parse_forbidden,
                      script))
    return FALSE;
  ct_script_reader_leave (reader, before);
  return TRUE;
}

static gboolean
parse_difficulty (CtScriptReader *reader, JsonObject *object, CtScript *script)
{
  gboolean present = FALSE;
  double difficulty = 0;

  if (!ct_script_reader_number (reader, object, "difficulty", &present, &difficulty))
    return FALSE;
  if (!present)
    return TRUE;
  if (difficulty != 1 && difficulty != 2 && difficulty != 3 && difficulty != 4 && difficulty != 5)
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "`difficulty` is 1 to 5");
  script->difficulty = (guint) difficulty;
  return TRUE;
}

static gboolean
parse_country (CtScriptReader *reader, JsonObject *object, CtScript *script)
{
  if (!ct_script_reader_string (reader, object, "country", 2, FALSE, &script->country))
    return FALSE;
  if (script->country == NULL)
    return TRUE;
  script->plan = ct_dial_plan_find (script->country);
  return script->plan != NULL
         || ct_script_reader_fail (reader, CT_ERROR_INVALID,
                                   "`country` is not one whose numbers we know");
}

static gboolean
parse_document (CtScriptReader *reader, JsonNode *body, CtScript *script)
{
  static const char *const known[]
      = { "languages", "country", "difficulty",   "conduct",   "scenarios", "start",
          "steps",     "outputs", "dispositions", "directory", NULL };
  JsonObject *object = ct_script_reader_object (reader, body, known);

  return object != NULL && parse_languages (reader, object, script)
         && parse_country (reader, object, script) && parse_difficulty (reader, object, script)
         && ct_script_reader_text (reader, object, "conduct", FALSE, &script->conduct)
         && parse_scenarios (reader, object, script)
         && ct_script_reader_name (reader, object, "start", TRUE, &script->start)
         && parse_each (reader, object, "dispositions", CT_SCRIPT_MAX_DISPOSITIONS,
                        parse_disposition, script)
         && parse_each (reader, object, "directory", CT_SCRIPT_MAX_SCENARIOS, parse_entry, script)
         && parse_each (reader, object, "outputs", CT_SCRIPT_MAX_OUTPUTS, parse_output, script)
         && parse_steps (reader, object, script);
}

CtScript *
ct_script_parse (JsonNode *body, char **pointer, GError **error)
{
  g_autoptr (CtScriptReader) reader = ct_script_reader_new ();
  g_autoptr (CtScript) script = ct_script_new ();

  if (parse_document (reader, body, script))
    return g_steal_pointer (&script);
  if (pointer != NULL)
    *pointer = g_steal_pointer (&reader->culprit);
  g_propagate_error (error, g_steal_pointer (&reader->error));
  return NULL;
}

CtScript *
ct_script_parse_text (const char *text, gssize size, char **pointer, GError **error)
{
  g_autoptr (JsonNode) body
      = ct_json_parse (text, size < 0 ? strlen (text) : (gsize) size, MAX_BYTES, error);

  if (body == NULL)
    {
      if (pointer != NULL)
        *pointer = g_strdup ("");
      return NULL;
    }
  return ct_script_parse (body, pointer, error);
}
