/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/session/keyed.h"

#include <string.h>

/* By the languages of the user's own session, as gettext would go through them: "nl_BE", "nl", "en". */
static const char *
choose (GHashTable *words)
{
  const char *const *names = g_get_language_names ();
  const char *any[] = { "en", "nl", "it", "fr", "es" };
  const char *text;

  if (words == NULL)
    return NULL;
  for (; *names != NULL; names++)
    {
      g_autofree char *code = g_strndup (*names, strcspn (*names, "_.@"));

      if ((text = g_hash_table_lookup (words, code)) != NULL)
        return text;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (any); i++)
    if ((text = g_hash_table_lookup (words, any[i])) != NULL)
      return text;
  return NULL;
}

const char *
cd_keyed_get_label (const CtKeyed *keyed)
{
  const char *label = choose (keyed->label);

  return label != NULL ? label : keyed->name;
}

const char *
cd_keyed_get_meaning (const CtKeyed *keyed)
{
  const char *meaning = choose (keyed->meaning);

  return meaning != NULL ? meaning : keyed->value;
}
