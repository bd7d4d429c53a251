/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/sounds/words.h"

#include "client/session/label.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <string.h>

static const struct {
  const char *place;
  const char *text;
} places[] = {
  { "greeting", NC_ ("prompt", "Greeting") },
  { "notice", NC_ ("prompt", "Notice for now") },
  { "announcement", NC_ ("prompt", "“This call is recorded”") },
  { "music", NC_ ("prompt", "Music while waiting") },
  { "position", NC_ ("prompt", "Place in the queue") },
  { "parked", NC_ ("prompt", "“One moment, please”") },
  { "press-one", NC_ ("prompt", "“Press 1 to take this call”") },
  { "closed", NC_ ("prompt", "Outside of opening hours") },
  { "no-credit", NC_ ("prompt", "When there is no credit") },
};

/* What the step is called, in the user's language where the tenant's file has it. */
static const char *
step_of (const CtLinePrompt *prompt)
{
  const char *label = cd_label_choose (prompt->label);

  return label != NULL ? label : prompt->name != NULL ? prompt->name : prompt->place;
}

char *
cd_sounds_word_place (const CtLinePrompt *prompt)
{
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    if (strcmp (places[i].place, prompt->place) == 0)
      return g_strdup (g_dpgettext2 (NULL, "prompt", places[i].text));
  if (g_str_has_prefix (prompt->place, "digit-"))
    /* Translators: a prompt that says one digit; %s is 0 to 9. */
    return g_strdup_printf (_ ("Digit %s"), prompt->place + strlen ("digit-"));
  if (g_str_has_prefix (prompt->place, "wrong."))
    /* Translators: a prompt, said after a key that means nothing; %s is a step's name, as "reason". */
    return g_strdup_printf (_ ("After a wrong key: %s"), step_of (prompt));
  if (g_str_has_prefix (prompt->place, "end."))
    /* Translators: a prompt with which a call ends; %s is a step's name. */
    return g_strdup_printf (_ ("Farewell: %s"), step_of (prompt));
  /* Translators: a prompt that asks the caller something; %s is a step's name, as "reason". */
  return g_strdup_printf (_ ("Question: %s"), step_of (prompt));
}

static const struct {
  const char *origin;
  const char *text;
} origins[] = {
  { "desk", NC_ ("prompt", "Recorded here") },
  { "phone", NC_ ("prompt", "Recorded by phone") },
  { "upload", NC_ ("prompt", "Uploaded") },
  { "file", NC_ ("prompt", "Set up with the line") },
  { "house", NC_ ("prompt", "The house's own music") },
  { "machine", NC_ ("prompt", "Spoken by the machine") },
  { "none", NC_ ("prompt", "Nothing is heard") },
};

const char *
cd_sounds_word_origin (const CtLinePrompt *prompt)
{
  for (gsize i = 0; i < G_N_ELEMENTS (origins); i++)
    if (g_strcmp0 (origins[i].origin, prompt->origin) == 0)
      return g_dpgettext2 (NULL, "prompt", origins[i].text);
  return "";
}

char *
cd_sounds_word_details (const CtLinePrompt *prompt, gint64 now_ms)
{
  g_autofree char *length = NULL;
  g_autofree char *day = NULL;
  g_autofree char *time = NULL;

  if (strcmp (prompt->origin, "none") == 0)
    return g_strdup ("");
  length = cd_format_clock ((prompt->milliseconds + 999) / 1000);
  if (prompt->by == NULL)
    return g_steal_pointer (&length);
  day = cd_format_recent_day (prompt->at, now_ms);
  time = cd_format_time (prompt->at);
  /* Translators: length, person, day ("today", "12 May") and time, as "0:07 · Jan, today 14:05". */
  return g_strdup_printf (_ ("%s · %s, %s %s"), length, prompt->by, day, time);
}

gboolean
cd_sounds_is_digit (const CtLinePrompt *prompt)
{
  return g_str_has_prefix (prompt->place, "digit-");
}

gboolean
cd_sounds_is_made (const CtLinePrompt *prompt)
{
  return prompt->version > 0;
}
