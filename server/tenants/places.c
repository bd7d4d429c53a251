/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The places of a line where a prompt is heard: one list, by which the plan is completed, the API names
 * them and the desk shows them. */
#include "server/tenants/prompts.h"

#include <string.h>

static void
place_free (gpointer data)
{
  CsPlace *place = data;

  g_free (place->name);
  g_free (place->key);
  g_free (place);
}

/* Takes @name. */
static void
add (GPtrArray *places, char *name, const char *key, const CtStepSpec *step, CsPrompt *planned)
{
  CsPlace *place = g_new (CsPlace, 1);

  *place = (CsPlace){ name, g_strdup (key), step, planned };
  g_ptr_array_add (places, place);
}

static void
add_step (GPtrArray *places, const CtStepSpec *spec, CsPlanStep *step)
{
  if (strcmp (spec->kind, "end") == 0)
    {
      const CtEndSpec *end = spec->end;

      add (places, g_strconcat ("end.", spec->key, NULL), end != NULL ? end->prompt : NULL, spec,
           step != NULL ? &step->end.prompt : NULL);
      return;
    }
  if (strcmp (spec->kind, "queue") == 0)
    return;
  add (places, g_strconcat ("step.", spec->key, NULL), spec->prompt, spec,
       step != NULL ? &step->prompt : NULL);
  add (places, g_strconcat ("wrong.", spec->key, NULL), spec->wrong, spec,
       step != NULL ? &step->wrong : NULL);
}

static void
add_waiting (GPtrArray *places, const CtLineSpec *spec, CsPlanLine *line)
{
  add (places, g_strdup ("music"), spec->music, NULL, line != NULL ? &line->music : NULL);
  add (places, g_strdup ("position"), spec->position, NULL, line != NULL ? &line->position : NULL);
  for (int i = 0; i < 10 && (spec->digits != NULL || spec->position != NULL); i++)
    {
      g_autofree char *key
          = spec->digits != NULL ? g_strdup_printf ("%s-%d", spec->digits, i) : NULL;

      add (places, g_strdup_printf ("digit-%d", i), key, NULL,
           line != NULL ? &line->digits[i] : NULL);
    }
}

GPtrArray *
cs_places_of (const CtLineSpec *spec, CsPlanLine *line)
{
  GPtrArray *places = g_ptr_array_new_with_free_func (place_free);
  const CtNoticeSpec *notice = spec->notice;
  const CtEndSpec *closed = spec->closed, *no_credit = spec->no_credit;
  gboolean records = !ct_record_has (spec, "record") || spec->record;

  add (places, g_strdup ("greeting"), spec->greeting, NULL, line != NULL ? &line->greeting : NULL);
  if (notice != NULL)
    add (places, g_strdup ("notice"), notice->prompt, NULL, line != NULL ? &line->notice : NULL);
  if (records)
    add (places, g_strdup ("announcement"), spec->announcement, NULL,
         line != NULL ? &line->announcement : NULL);
  for (guint i = 0; spec->steps != NULL && i < spec->steps->len; i++)
    add_step (places, spec->steps->pdata[i],
              line != NULL && i < line->n_steps ? &line->steps[i] : NULL);
  add_waiting (places, spec, line);
  add (places, g_strdup ("parked"), spec->parked, NULL, line != NULL ? &line->parked : NULL);
  add (places, g_strdup ("press-one"), spec->press_one, NULL,
       line != NULL ? &line->press_one : NULL);
  add (places, g_strdup ("closed"), closed != NULL ? closed->prompt : NULL, NULL,
       line != NULL ? &line->closed.prompt : NULL);
  add (places, g_strdup ("no-credit"), no_credit != NULL ? no_credit->prompt : NULL, NULL,
       line != NULL ? &line->no_credit.prompt : NULL);
  return places;
}

const CsPlace *
cs_places_find (GPtrArray *places, const char *name)
{
  for (guint i = 0; i < places->len; i++)
    if (strcmp (((CsPlace *) places->pdata[i])->name, name) == 0)
      return places->pdata[i];
  return NULL;
}

gboolean
cs_place_speaks (const CsPlace *place)
{
  return strcmp (place->name, "music") != 0;
}

guint
cs_line_languages (const CsLine *line)
{
  guint languages = 1U << line->language;

  for (guint i = 0; line->spec->steps != NULL && i < line->spec->steps->len; i++)
    {
      const CtStepSpec *step = line->spec->steps->pdata[i];
      GHashTableIter iter;
      gpointer code;

      if (strcmp (step->kind, "language") != 0 || step->keys == NULL)
        continue;
      g_hash_table_iter_init (&iter, step->keys);
      while (g_hash_table_iter_next (&iter, NULL, &code))
        if (cs_language_parse (code) >= 0)
          languages |= 1U << cs_language_parse (code);
    }
  return languages;
}
