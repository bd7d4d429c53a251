/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogues of all languages, read at once when the program starts, and never changed after, so
 * that look-ups need no lock. How one catalogue is made is in text-catalogue.c. */
#define G_LOG_DOMAIN "text"

#include "common/base/text.h"

#include <string.h>

static GHashTable *catalogues; /* language -> CtCatalogue; NULL before ct_text_init() */

static void
read_language (const char *folder, const char *language)
{
  g_autofree char *path = g_build_filename (folder, language, "LC_MESSAGES", "centrale.mo", NULL);
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  CtCatalogue *catalogue;

  if (file == NULL)
    return;
  bytes = g_mapped_file_get_bytes (file);
  catalogue = ct_catalogue_new (bytes, &error);
  if (catalogue == NULL)
    g_warning ("%s: %s", path, error->message);
  else
    g_hash_table_replace (catalogues, g_strdup (language), catalogue);
}

void
ct_text_init (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *language;

  g_clear_pointer (&catalogues, g_hash_table_unref);
  catalogues
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) ct_catalogue_free);
  while (dir != NULL && (language = g_dir_read_name (dir)) != NULL)
    read_language (folder, language);
}

static const CtCatalogue *
catalogue_for (const char *language)
{
  const CtCatalogue *catalogue;
  char base[8];
  gsize length;

  if (catalogues == NULL || language == NULL)
    return NULL;
  catalogue = g_hash_table_lookup (catalogues, language);
  length = strcspn (language, "_-@.");
  if (catalogue != NULL || language[length] == '\0' || length >= sizeof base)
    return catalogue;
  memcpy (base, language, length);
  base[length] = '\0';
  return g_hash_table_lookup (catalogues, base);
}

const char *
ct_text (const char *language, const char *msgid)
{
  const CtCatalogue *catalogue = catalogue_for (language);
  const char *text = catalogue != NULL ? ct_catalogue_find (catalogue, NULL, msgid) : NULL;

  return text != NULL ? text : msgid;
}

const char *
ct_text_context (const char *language, const char *context, const char *msgid)
{
  const CtCatalogue *catalogue = catalogue_for (language);
  const char *text = catalogue != NULL ? ct_catalogue_find (catalogue, context, msgid) : NULL;

  return text != NULL ? text : msgid;
}

const char *
ct_text_plural (const char *language, const char *msgid, const char *plural, gulong n)
{
  const CtCatalogue *catalogue = catalogue_for (language);
  const char *text = catalogue != NULL ? ct_catalogue_find_plural (catalogue, msgid, n) : NULL;

  if (text != NULL)
    return text;
  return n == 1 ? msgid : plural;
}
