/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of the prompt folder: their length, a WAV to be heard at the desk (just what callers hear,
 * telephone sound), and the sweep of what no row names. */
#define G_LOG_DOMAIN "studio"

#include <glib/gstdio.h>
#include <string.h>

#include "common/base/error.h"
#include "server/media/g711.h"
#include "server/media/wav.h"
#include "server/studio/studio-private.h"

static char *
path_of (const char *folder, const char *media, const char *suffix)
{
  g_autofree char *file = g_strconcat (media, suffix, NULL);

  return g_build_filename (folder, file, NULL);
}

gint64
cs_studio_get_samples (CsStudio *studio, const char *media)
{
  g_autofree char *path = path_of (studio->config.decode.prompt_folder, media, ".pcmu");
  GStatBuf info;

  return g_stat (path, &info) == 0 ? info.st_size : 0;
}

GBytes *
cs_studio_load_wav (CsStudio *studio, const char *media, GError **error)
{
  g_autofree char *path = path_of (studio->config.decode.prompt_folder, media, ".pcmu");
  g_autofree char *samples = NULL;
  g_autoptr (GByteArray) wav = g_byte_array_new ();
  guint8 header[CS_WAV_HEADER];
  gsize size;

  if (!g_file_get_contents (path, &samples, &size, NULL))
    {
      ct_fail (error, CT_ERROR_NOT_FOUND, "the sound %s is not in the prompt folder", media);
      return NULL;
    }
  cs_wav_write_header (header, 1, (guint32) size);
  g_byte_array_append (wav, header, sizeof header);
  g_byte_array_append (wav, (const guint8 *) samples, (guint) size);
  return g_byte_array_free_to_bytes (g_steal_pointer (&wav));
}

char *
cs_studio_new_name (CsStudio *studio)
{
  return g_strconcat (CS_STUDIO_SOUND_PREFIX, ct_id_text (ct_id_new (studio->config.clock)).text,
                      NULL);
}

static gboolean
forget (CsDb *db, gpointer data, GError **error)
{
  gint64 before_ms = ct_clock_utc_ms (cs_db_get_clock (db)) - CS_PROMPT_UNDO_MS;

  return cs_tenants_forget_old_prompts (db, cs_scope_system (), before_ms, error);
}

static GHashTable *
list_sounds (CsStore *store, GError **error)
{
  CsDb *db = cs_store_acquire_reader (store);
  GHashTable *named = cs_tenants_list_sounds (db, cs_scope_system (), error);

  cs_store_release_reader (store, db);
  return named;
}

gboolean
cs_studio_sweep (CsStudio *studio, GError **error)
{
  const CsDecodeConfig *decode = &studio->config.decode;
  g_autoptr (GHashTable) named = NULL;
  g_autoptr (GDir) folder = NULL;
  const char *entry;

  if (!cs_store_write (studio->config.store, forget, NULL, error)
      || (named = list_sounds (studio->config.store, error)) == NULL)
    return FALSE;
  folder = g_dir_open (decode->prompt_folder, 0, NULL);
  while (folder != NULL && (entry = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *name = g_strndup (entry, strcspn (entry, "."));

      if (g_str_has_prefix (name, CS_STUDIO_SOUND_PREFIX) && !g_hash_table_contains (named, name)
          && !cs_prompt_remove (decode, name, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
cs_studio_check (CsDb *db, const char *prompt_folder, GPtrArray *faults, GError **error)
{
  static const char *const suffixes[CS_LAWS] = { ".pcma", ".pcmu" };
  g_autoptr (GHashTable) named = cs_tenants_list_sounds (db, cs_scope_system (), error);
  GHashTableIter iter;
  gpointer name;

  if (named == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, named);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    for (int law = 0; law < CS_LAWS; law++)
      {
        g_autofree char *path = path_of (prompt_folder, name, suffixes[law]);

        if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
          g_ptr_array_add (faults, g_strdup_printf ("prompt %s: %s%s is not in the prompt folder",
                                                    (char *) name, (char *) name, suffixes[law]));
      }
  return TRUE;
}
