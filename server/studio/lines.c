/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line and what its callers hear, resolved as the switch resolves it (cs_prompt_in): in the language
 * asked for, else in the line's, else in any; in each, what a person made before what the file gives. */
#define G_LOG_DOMAIN "studio"

#include <string.h>

#include "common/base/error.h"
#include "server/media/g711.h"
#include "server/ports/media-port.h"
#include "server/studio/studio-private.h"

void
cs_line_view_free (CsLineView *view)
{
  g_clear_pointer (&view->line, cs_line_free);
  g_clear_pointer (&view->places, g_ptr_array_unref);
  g_clear_pointer (&view->given, g_hash_table_unref);
  g_clear_pointer (&view->made, g_ptr_array_unref);
  g_clear_pointer (&view->old, g_ptr_array_unref);
  g_free (view);
}

CsLineView *
cs_line_view_new (CsDb *db, CsScope scope, CsLine *line, GHashTable *given, GError **error)
{
  g_autoptr (CsLineView) view = g_new0 (CsLineView, 1);

  view->scope = scope;
  view->line = line;
  view->places = cs_places_of (line->spec, NULL);
  view->given
      = given != NULL ? g_hash_table_ref (given) : cs_tenants_list_given_prompts (db, scope, error);
  if (view->given == NULL)
    return NULL;
  view->made = cs_tenants_list_line_prompts (db, scope, line->id, error);
  view->old = view->made != NULL ? cs_tenants_list_old_prompts (db, scope, line->id, error) : NULL;
  return view->old != NULL ? g_steal_pointer (&view) : NULL;
}

static const CsLinePromptRow *
find_row (const GPtrArray *rows, const char *place, int language)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const CsLinePromptRow *row = rows->pdata[i];

      if (row->language == language && strcmp (row->place, place) == 0)
        return row;
    }
  return NULL;
}

/* TRUE when something is heard in just this language. */
static gboolean
hear_in (const CsLineView *view, const CsPlace *place, const CsGivenPrompt *given, int language,
         CsHeard *heard)
{
  heard->made = find_row (view->made, place->name, language);
  if (heard->made != NULL)
    heard->media = heard->made->media;
  else if (given != NULL)
    heard->media = given->media[language];
  return heard->media != NULL;
}

void
cs_line_view_hear (const CsLineView *view, const CsPlace *place, int language, CsHeard *heard)
{
  const CsGivenPrompt *given
      = place->key != NULL ? g_hash_table_lookup (view->given, place->key) : NULL;
  int spoken_in = (int) view->line->language;
  gboolean found;

  *heard = (CsHeard){ .place = place, .language = language };
  found = hear_in (view, place, given, language, heard)
          || hear_in (view, place, given, (int) view->line->language, heard);
  for (int i = 0; i < CS_LANGUAGES && !found; i++)
    found = hear_in (view, place, given, i, heard);
  if (given == NULL)
    return;
  if (given->spoken[language] != NULL)
    spoken_in = language;
  for (int i = 0; i < CS_LANGUAGES && given->spoken[spoken_in] == NULL; i++)
    spoken_in = i;
  heard->spoken = given->spoken[spoken_in];
}

static gboolean
may_see (const CsPrincipal *principal, CtId company)
{
  return principal->company == CT_ID_NONE || principal->company == company;
}

CsLineView *
cs_studio_open_line (CsExchange *exchange, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  g_autoptr (CsLine) line
      = cs_tenants_get_line (db, principal->scope, cs_exchange_id (exchange, "id"), error);

  if (line == NULL)
    return NULL;
  if (!may_see (principal, line->company))
    {
      ct_fail (error, CT_ERROR_NOT_FOUND, "no such line");
      return NULL;
    }
  return cs_line_view_new (db, principal->scope, g_steal_pointer (&line), NULL, error);
}

static guint
languages_of (const CsLineView *view, const CsPlace *place)
{
  return cs_place_speaks (place) ? cs_line_languages (view->line) : 1U << view->line->language;
}

gboolean
cs_studio_find_heard (CsExchange *exchange, const CsLineView *view, CsHeard *heard, GError **error)
{
  const CsPlace *place = cs_places_find (view->places, cs_exchange_segment (exchange, "place"));
  int language = cs_language_parse (cs_exchange_segment (exchange, "language"));

  if (place == NULL || language < 0 || (languages_of (view, place) & 1U << language) == 0)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "the line has no such prompt");
  cs_line_view_hear (view, place, language, heard);
  return TRUE;
}

static const char *
origin_of (const CsHeard *heard)
{
  if (heard->made != NULL)
    return heard->made->origin;
  if (heard->media == NULL)
    return "none";
  if (strcmp (heard->media, "music") == 0 || strcmp (heard->media, CS_PROMPT_BEEP) == 0)
    return "house";
  return heard->spoken != NULL ? "machine" : "file";
}

/* In the line's language: for who does not read the label, which is in all of them. */
static const char *
name_of (const CsLineView *view, const CtStepSpec *step)
{
  const char *label = NULL;

  if (step == NULL)
    return NULL;
  if (step->label != NULL)
    label = g_hash_table_lookup (step->label, cs_language_code (view->line->language));
  return label != NULL ? label : step->name != NULL ? step->name : step->key;
}

CtLinePrompt *
cs_studio_prompt_record (CsStudio *studio, const CsLineView *view, const CsHeard *heard)
{
  CtLinePrompt *record = ct_line_prompt_new ();
  const CsLinePromptRow *own = find_row (view->made, heard->place->name, heard->language);
  gint64 samples = 0;

  record->place = g_strdup (heard->place->name);
  record->name = g_strdup (name_of (view, heard->place->step));
  if (heard->place->step != NULL && heard->place->step->label != NULL)
    record->label = g_hash_table_ref (heard->place->step->label);
  record->language = g_strdup (cs_language_code ((CsLanguage) heard->language));
  record->origin = g_strdup (origin_of (heard));
  record->text = g_strdup (heard->spoken);
  record->version = own != NULL ? own->version : 0;
  record->restorable = find_row (view->old, heard->place->name, heard->language) != NULL;
  if (heard->made != NULL)
    {
      record->by = g_strdup (heard->made->by);
      record->at = heard->made->at_ms;
      samples = heard->made->samples;
    }
  else if (heard->media != NULL)
    samples = cs_studio_get_samples (studio, heard->media);
  record->milliseconds = samples * 1000 / CS_SAMPLE_RATE;
  return record;
}

CtLine *
cs_studio_line_record (CsStudio *studio, const CsLineView *view)
{
  CtLine *record = ct_line_new ();

  record->id = view->line->id;
  record->number = g_strdup (view->line->spec->number);
  record->label = g_strdup (view->line->spec->label);
  record->language = g_strdup (cs_language_code (view->line->language));
  record->prompts = g_ptr_array_new_with_free_func (ct_record_free);
  for (guint i = 0; i < view->places->len; i++)
    for (int language = 0; language < CS_LANGUAGES; language++)
      if ((languages_of (view, view->places->pdata[i]) & 1U << language) != 0)
        {
          CsHeard heard;

          cs_line_view_hear (view, view->places->pdata[i], language, &heard);
          g_ptr_array_add (record->prompts, cs_studio_prompt_record (studio, view, &heard));
        }
  return record;
}

gboolean
cs_studio_get_lines (CsExchange *exchange, gpointer module, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  CtId id = cs_exchange_id (exchange, "id");
  guint limit = cs_exchange_limit (exchange);
  g_autoptr (CsCompany) company = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (GHashTable) given = NULL;
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (ct_record_free);
  CtId next = CT_ID_NONE;

  if (!may_see (principal, id))
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no such company");
  company = cs_tenants_get_company (db, principal->scope, id, error);
  if (company == NULL
      || (lines = cs_tenants_list_company_lines (db, principal->scope, id, error)) == NULL
      || (given = cs_tenants_list_given_prompts (db, principal->scope, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < lines->len && records->len < limit; i++)
    {
      g_autoptr (CsLineView) view = NULL;

      if (((CsLine *) lines->pdata[i])->id <= cs_exchange_cursor (exchange))
        continue;
      view = cs_line_view_new (db, principal->scope, g_steal_pointer (&lines->pdata[i]), given,
                               error);
      if (view == NULL)
        return FALSE;
      g_ptr_array_add (records, cs_studio_line_record (module, view));
      next = records->len == limit ? view->line->id : CT_ID_NONE;
    }
  cs_exchange_reply_list (exchange, g_steal_pointer (&records), next);
  return TRUE;
}
