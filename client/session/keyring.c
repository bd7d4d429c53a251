/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "session"

#include "client/session/keyring.h"

#include "common/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <libsecret/secret.h>
#include <sodium.h>
#include <string.h>

typedef enum {
  KEYRING_SERVICE,
  KEYRING_FILE,
  KEYRING_GIVEN,
} Kind;

struct _CdKeyring {
  gatomicrefcount references;
  Kind kind;
  char *folder;
  guint8 key[CD_KEY_SIZE];
};

static const SecretSchema schema = {
  "org.centrale.Desk.Journal",
  SECRET_SCHEMA_NONE,
  { { "name", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

static CdKeyring *
keyring_new (Kind kind, const char *folder)
{
  CdKeyring *self = g_new0 (CdKeyring, 1);

  g_atomic_ref_count_init (&self->references);
  self->kind = kind;
  self->folder = g_strdup (folder);
  return self;
}

CdKeyring *
cd_keyring_new (const char *folder)
{
  return keyring_new (KEYRING_SERVICE, folder);
}

CdKeyring *
cd_keyring_new_file (const char *folder)
{
  return keyring_new (KEYRING_FILE, folder);
}

CdKeyring *
cd_keyring_new_given (const guint8 key[CD_KEY_SIZE])
{
  CdKeyring *self = keyring_new (KEYRING_GIVEN, NULL);

  memcpy (self->key, key, CD_KEY_SIZE);
  return self;
}

CdKeyring *
cd_keyring_ref (CdKeyring *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
cd_keyring_unref (CdKeyring *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->folder);
  sodium_memzero (self->key, sizeof self->key);
  g_free (self);
}

/* The file: 32 bytes, its name a hash of the key's, so that any name will do. */

static char *
dup_file_path (CdKeyring *self, const char *name)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  g_autofree char *base = g_strdup_printf ("%.16s.key", hash);

  return g_build_filename (self->folder, base, NULL);
}

static gboolean
read_file (const char *path, guint8 key[CD_KEY_SIZE])
{
  g_autofree char *bytes = NULL;
  gsize size;

  if (!g_file_get_contents (path, &bytes, &size, NULL) || size != CD_KEY_SIZE)
    return FALSE;
  memcpy (key, bytes, CD_KEY_SIZE);
  sodium_memzero (bytes, size);
  return TRUE;
}

static gboolean
make_file (CdKeyring *self, const char *path, guint8 key[CD_KEY_SIZE], GError **error)
{
  randombytes_buf (key, CD_KEY_SIZE);
  if (g_mkdir_with_parents (self->folder, 0700) != 0)
    return ct_fail (error, CT_ERROR_IO, "%s: %s", self->folder, g_strerror (errno));
  return g_file_set_contents_full (path, (const char *) key, CD_KEY_SIZE,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

/* The secret service. */

static gboolean
read_service (const char *name, guint8 key[CD_KEY_SIZE], GCancellable *cancellable, GError **error)
{
  char *text = secret_password_lookup_sync (&schema, cancellable, error, "name", name, NULL);
  g_autofree guint8 *bytes = NULL;
  gsize size = 0;

  if (text == NULL)
    return FALSE;
  bytes = g_base64_decode (text, &size);
  secret_password_free (text);
  if (size == CD_KEY_SIZE)
    memcpy (key, bytes, CD_KEY_SIZE);
  sodium_memzero (bytes, size);
  return size == CD_KEY_SIZE;
}

static gboolean
make_service (const char *name, guint8 key[CD_KEY_SIZE], GCancellable *cancellable, GError **error)
{
  g_autofree char *text = NULL;
  gboolean good;

  randombytes_buf (key, CD_KEY_SIZE);
  text = g_base64_encode (key, CD_KEY_SIZE);
  good = secret_password_store_sync (
      &schema, SECRET_COLLECTION_DEFAULT,
      g_dgettext (GETTEXT_PACKAGE, N_ ("Centrale: key of the work that waits to be sent")), text,
      cancellable, error, "name", name, NULL);
  sodium_memzero (text, strlen (text));
  return good;
}

/* A key file that is there wins: a journal was sealed with it. */
static gboolean
load (CdKeyring *self, const char *name, guint8 key[CD_KEY_SIZE], GCancellable *cancellable,
      GError **error)
{
  g_autofree char *path = self->folder != NULL ? dup_file_path (self, name) : NULL;
  g_autoptr (GError) local = NULL;

  if (self->kind == KEYRING_GIVEN)
    {
      memcpy (key, self->key, CD_KEY_SIZE);
      return TRUE;
    }
  if (sodium_init () < 0)
    return ct_fail (error, CT_ERROR_IO, "no source of random numbers");
  if (read_file (path, key))
    return TRUE;
  if (self->kind == KEYRING_SERVICE)
    {
      if (read_service (name, key, cancellable, &local)
          || (local == NULL && make_service (name, key, cancellable, &local)))
        return TRUE;
      g_info ("no secret service (%s): the key is kept in a file", local->message);
    }
  return make_file (self, path, key, error);
}

typedef struct {
  CdKeyring *keyring;
  char *name;
  guint8 key[CD_KEY_SIZE];
} Load;

static void
load_free (gpointer data)
{
  Load *job = data;

  cd_keyring_unref (job->keyring);
  g_free (job->name);
  sodium_memzero (job->key, sizeof job->key);
  g_free (job);
}

static void
run_load (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Load *job = data;
  g_autoptr (GError) error = NULL;

  if (load (job->keyring, job->name, job->key, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
cd_keyring_load_async (CdKeyring *self, const char *name, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Load *job = g_new0 (Load, 1);

  job->keyring = cd_keyring_ref (self);
  job->name = g_strdup (name);
  g_task_set_task_data (task, job, load_free);
  g_task_run_in_thread (task, run_load);
}

gboolean
cd_keyring_load_finish (CdKeyring *self, GAsyncResult *result, guint8 key[CD_KEY_SIZE],
                        GError **error)
{
  Load *job = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  memcpy (key, job->key, CD_KEY_SIZE);
  return TRUE;
}
