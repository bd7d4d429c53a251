/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/session/label.h"

#include <string.h>

const char *
cd_label_choose (GHashTable *words)
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
