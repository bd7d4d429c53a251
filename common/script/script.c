/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Life, death and look-up of the model. */
#include "common/script/script-private.h"

#include <string.h>

static const char *const language_codes[CT_SCRIPT_LANGUAGES] = { "en", "nl", "it", "fr", "es" };

int
ct_script_language_parse (const char *code)
{
  for (int i = 0; i < CT_SCRIPT_LANGUAGES; i++)
    if (g_strcmp0 (code, language_codes[i]) == 0)
      return i;
  return -1;
}

const char *
ct_script_language_code (int language)
{
  g_return_val_if_fail (language >= 0 && language < CT_SCRIPT_LANGUAGES, "en");
  return language_codes[language];
}

gboolean
ct_script_name_is_valid (const char *name)
{
  if (!g_ascii_islower (*name) || strlen (name) > CT_SCRIPT_MAX_NAME)
    return FALSE;
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_islower (*c) && !g_ascii_isdigit (*c) && *c != '-' && *c != '_')
      return FALSE;
  return TRUE;
}

gboolean
ct_script_fact_is_known (const char *name)
{
  static const char *const facts[]
      = { "caller", "called", "language", "company", "agent", "open", "earlier", NULL };

  return g_strv_contains (facts, name)
         || (g_str_has_prefix (name, "key.") && ct_script_name_is_valid (name + strlen ("key.")));
}

void
ct_script_text_clear (CtScriptText *text)
{
  for (int i = 0; i < CT_SCRIPT_LANGUAGES; i++)
    g_clear_pointer (&text->in[i], g_free);
}

void
ct_script_text_free (CtScriptText *text)
{
  ct_script_text_clear (text);
  g_free (text);
}

gboolean
ct_script_text_is_empty (const CtScriptText *text)
{
  for (int i = 0; i < CT_SCRIPT_LANGUAGES; i++)
    if (text->in[i] != NULL && *text->in[i] != '\0')
      return FALSE;
  return TRUE;
}

const char *
ct_script_text_in (const CtScript *script, const CtScriptText *text, const char *language)
{
  int asked = ct_script_language_parse (language);

  if (asked >= 0 && text->in[asked] != NULL)
    return text->in[asked];
  if (text->in[script->first_language] != NULL)
    return text->in[script->first_language];
  for (int i = 0; i < CT_SCRIPT_LANGUAGES; i++)
    if (text->in[i] != NULL)
      return text->in[i];
  return "";
}

void
ct_script_condition_free (CtScriptCondition *condition)
{
  if (condition == NULL)
    return;
  g_free (condition->name);
  g_strfreev (condition->values);
  g_clear_pointer (&condition->parts, g_ptr_array_unref);
  g_free (condition);
}

void
ct_script_choice_free (CtScriptChoice *choice)
{
  g_free (choice->code);
  ct_script_text_clear (&choice->label);
  g_free (choice->next);
  g_free (choice);
}

void
ct_script_arm_free (CtScriptArm *arm)
{
  ct_script_condition_free (arm->when);
  g_free (arm->next);
  g_free (arm);
}

void
ct_script_step_free (CtScriptStep *step)
{
  g_free (step->id);
  ct_script_text_clear (&step->label);
  ct_script_text_clear (&step->say);
  ct_script_text_clear (&step->direction);
  ct_script_text_clear (&step->conduct);
  ct_script_text_clear (&step->protected);
  g_free (step->next);
  g_free (step->pattern);
  g_clear_pointer (&step->regex, g_regex_unref);
  g_free (step->from);
  g_free (step->shown_to);
  g_clear_pointer (&step->choices, g_ptr_array_unref);
  g_clear_pointer (&step->arms, g_ptr_array_unref);
  g_free (step->number);
  g_free (step->entry);
  g_free (step->disposition);
  g_free (step);
}

void
ct_script_disposition_free (CtScriptDisposition *disposition)
{
  g_free (disposition->code);
  ct_script_text_clear (&disposition->label);
  g_free (disposition);
}

void
ct_script_output_free (CtScriptOutput *output)
{
  g_free (output->name);
  ct_script_text_clear (&output->label);
  g_free (output->step);
  g_free (output->expression);
  g_free (output);
}

void
ct_script_entry_free (CtScriptEntry *entry)
{
  g_free (entry->name);
  ct_script_text_clear (&entry->label);
  g_free (entry->number);
  g_free (entry);
}

CtScript *
ct_script_new (void)
{
  CtScript *script = g_new0 (CtScript, 1);

  g_atomic_ref_count_init (&script->references);
  script->difficulty = 1;
  script->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) ct_script_step_free);
  script->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  script->dispositions
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ct_script_disposition_free);
  script->outputs = g_ptr_array_new_with_free_func ((GDestroyNotify) ct_script_output_free);
  script->directory = g_ptr_array_new_with_free_func ((GDestroyNotify) ct_script_entry_free);
  script->allowed = g_ptr_array_new_with_free_func ((GDestroyNotify) ct_script_text_free);
  script->forbidden = g_ptr_array_new_with_free_func ((GDestroyNotify) ct_script_text_free);
  return script;
}

CtScript *
ct_script_ref (CtScript *script)
{
  g_atomic_ref_count_inc (&script->references);
  return script;
}

void
ct_script_unref (CtScript *script)
{
  if (!g_atomic_ref_count_dec (&script->references))
    return;
  g_hash_table_unref (script->by_id);
  g_ptr_array_unref (script->steps);
  g_ptr_array_unref (script->dispositions);
  g_ptr_array_unref (script->outputs);
  g_ptr_array_unref (script->directory);
  g_ptr_array_unref (script->allowed);
  g_ptr_array_unref (script->forbidden);
  ct_script_text_clear (&script->conduct);
  g_free (script->start);
  g_free (script->country);
  g_free (script);
}

const CtScriptStep *
ct_script_find (const CtScript *script, const char *id)
{
  return id != NULL ? g_hash_table_lookup (script->by_id, id) : NULL;
}

const CtScriptStep *
ct_script_start (const CtScript *script)
{
  return ct_script_find (script, script->start);
}

GPtrArray *
ct_script_steps (const CtScript *script)
{
  return script->steps;
}

GPtrArray *
ct_script_dispositions (const CtScript *script)
{
  return script->dispositions;
}

GPtrArray *
ct_script_directory (const CtScript *script)
{
  return script->directory;
}

GPtrArray *
ct_script_allowed (const CtScript *script)
{
  return script->allowed;
}

GPtrArray *
ct_script_forbidden (const CtScript *script)
{
  return script->forbidden;
}

const CtScriptText *
ct_script_conduct (const CtScript *script)
{
  return &script->conduct;
}

gboolean
ct_script_speaks (const CtScript *script, int language)
{
  return language >= 0 && language < CT_SCRIPT_LANGUAGES && script->speaks[language];
}

guint
ct_script_difficulty (const CtScript *script)
{
  return script->difficulty;
}

const CtScriptDisposition *
ct_script_find_disposition (const CtScript *script, const char *code)
{
  for (guint i = 0; i < script->dispositions->len; i++)
    {
      const CtScriptDisposition *disposition = g_ptr_array_index (script->dispositions, i);

      if (g_strcmp0 (disposition->code, code) == 0)
        return disposition;
    }
  return NULL;
}

const CtScriptEntry *
ct_script_find_entry (const CtScript *script, const char *name)
{
  for (guint i = 0; i < script->directory->len; i++)
    {
      const CtScriptEntry *entry = g_ptr_array_index (script->directory, i);

      if (g_strcmp0 (entry->name, name) == 0)
        return entry;
    }
  return NULL;
}

const CtScriptChoice *
ct_script_step_find_choice (const CtScriptStep *step, const char *code)
{
  for (guint i = 0; step->choices != NULL && i < step->choices->len; i++)
    {
      const CtScriptChoice *choice = g_ptr_array_index (step->choices, i);

      if (g_strcmp0 (choice->code, code) == 0)
        return choice;
    }
  return NULL;
}

const char *
ct_script_step_number (const CtScript *script, const CtScriptStep *step)
{
  const CtScriptEntry *entry;

  if (step->number != NULL)
    return step->number;
  entry = ct_script_find_entry (script, step->entry);
  return entry != NULL ? entry->number : NULL;
}
