/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "app"

#include "client/app/settings.h"

struct _CdSettings {
  char *path;
  GKeyFile *file;
};

CdSettings *
cd_settings_new (void)
{
  CdSettings *self = g_new0 (CdSettings, 1);
  g_autoptr (GError) error = NULL;

  self->path = g_build_filename (g_get_user_config_dir (), "centrale", "desk.ini", NULL);
  self->file = g_key_file_new ();
  if (!g_key_file_load_from_file (self->file, self->path, G_KEY_FILE_KEEP_COMMENTS, &error)
      && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_warning ("%s: %s", self->path, error->message);
  return self;
}

void
cd_settings_free (CdSettings *self)
{
  g_key_file_unref (self->file);
  g_free (self->path);
  g_free (self);
}

char *
cd_settings_dup (CdSettings *self, const char *group, const char *key)
{
  char *value = g_key_file_get_string (self->file, group, key, NULL);

  return value != NULL ? value : g_strdup ("");
}

void
cd_settings_set (CdSettings *self, const char *group, const char *key, const char *value)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autoptr (GError) error = NULL;

  if (value != NULL)
    g_key_file_set_string (self->file, group, key, value);
  else
    g_key_file_remove_key (self->file, group, key, NULL);
  g_mkdir_with_parents (folder, 0700);
  if (!g_key_file_save_to_file (self->file, self->path, &error))
    g_warning ("%s: %s", self->path, error->message);
}
