/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The master key's file, and the tenants' keys wrapped by it: nonce, then XChaCha20-Poly1305 of the key
 * with the tenant's id as additional data, so that keys cannot be exchanged between tenants. */
#define G_LOG_DOMAIN "blobs"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/blobs/blobs-private.h"

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define WRAPPED (NONCE + CS_SEAL_KEY + crypto_aead_xchacha20poly1305_ietf_ABYTES)

gboolean
cs_blobs_create_master_key (const char *path, GError **error)
{
  guint8 key[CS_SEAL_KEY];
  gboolean written;
  int saved, file;

  if (sodium_init () < 0)
    return ct_fail (error, CT_ERROR_IO, "no cryptography here");
  file = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return ct_fail (error, errno == EEXIST ? CT_ERROR_CONFLICT : CT_ERROR_IO, "%s: %s", path,
                    g_strerror (errno));
  randombytes_buf (key, sizeof key);
  written = write (file, key, sizeof key) == sizeof key && fsync (file) == 0;
  saved = errno;
  sodium_memzero (key, sizeof key);
  close (file);
  if (!written)
    {
      unlink (path); /* half a key is worse than none */
      return ct_fail (error, CT_ERROR_IO, "%s: %s", path, g_strerror (saved));
    }
  return TRUE;
}

static gboolean
read_master (const char *path, guint8 *key, GError **error)
{
  guint8 buffer[CS_SEAL_KEY + 1]; /* one more, to see that it ends */
  struct stat info;
  gssize n;
  int file = open (path, O_RDONLY | O_CLOEXEC);

  if (file < 0)
    return ct_fail (error, CT_ERROR_IO, "master key %s: %s", path, g_strerror (errno));
  n = fstat (file, &info) == 0 ? read (file, buffer, sizeof buffer) : -1;
  close (file);
  if (n >= 0 && (info.st_mode & 077) != 0)
    return ct_fail (error, CT_ERROR_DENIED, "master key %s: others may read it; chmod 600", path);
  if (n != CS_SEAL_KEY)
    return ct_fail (error, CT_ERROR_INVALID, "master key %s: it is not %d bytes", path,
                    CS_SEAL_KEY);
  memcpy (key, buffer, CS_SEAL_KEY);
  sodium_memzero (buffer, sizeof buffer);
  return TRUE;
}

static void
free_key (gpointer key)
{
  sodium_memzero (key, CS_SEAL_KEY);
  g_free (key);
}

CsBlobs *
cs_blobs_open (const char *folder, const char *master_key_path, GError **error)
{
  g_autoptr (CsBlobs) blobs = g_new0 (CsBlobs, 1);

  g_mutex_init (&blobs->lock);
  blobs->folder = g_strdup (folder);
  blobs->keys = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, free_key);
  blobs->doomed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (sodium_init () < 0)
    ct_fail (error, CT_ERROR_IO, "no cryptography here");
  else if (g_mkdir_with_parents (folder, 0700) != 0)
    ct_fail (error, CT_ERROR_IO, "%s: %s", folder, g_strerror (errno));
  else if (read_master (master_key_path, blobs->master, error))
    return g_steal_pointer (&blobs);
  return NULL;
}

void
cs_blobs_free (CsBlobs *blobs)
{
  sodium_memzero (blobs->master, sizeof blobs->master);
  g_hash_table_unref (blobs->keys);
  g_hash_table_unref (blobs->doomed);
  g_mutex_clear (&blobs->lock);
  g_free (blobs->folder);
  g_free (blobs);
}

const char *
cs_blobs_get_folder (CsBlobs *blobs)
{
  return blobs->folder;
}

static GBytes *
wrap_new_key (CsBlobs *blobs, CtId tenant)
{
  guint8 key[CS_SEAL_KEY];
  guint8 wrapped[WRAPPED];

  randombytes_buf (key, sizeof key);
  randombytes_buf (wrapped, NONCE);
  crypto_aead_xchacha20poly1305_ietf_encrypt (wrapped + NONCE, NULL, key, sizeof key,
                                              (const guint8 *) &tenant, sizeof tenant, NULL,
                                              wrapped, blobs->master);
  sodium_memzero (key, sizeof key);
  return g_bytes_new (wrapped, sizeof wrapped);
}

static gboolean
unwrap (CsBlobs *blobs, CtId tenant, GBytes *wrapped, guint8 *key, GError **error)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (wrapped, &size);

  if (size != WRAPPED
      || crypto_aead_xchacha20poly1305_ietf_decrypt (key, NULL, NULL, bytes + NONCE, size - NONCE,
                                                     (const guint8 *) &tenant, sizeof tenant, bytes,
                                                     blobs->master)
             != 0)
    return ct_fail (error, CT_ERROR_IO, "the master key does not open the key of tenant %s",
                    ct_id_text (tenant).text);
  return TRUE;
}

typedef struct {
  CtId tenant;
  GBytes *wrapped; /* a new one; then the one that stands in the table */
} KeyWrite;

static gboolean
write_key (CsDb *db, gpointer data, GError **error)
{
  KeyWrite *w = data;
  GBytes *kept;

  if (!cs_blobs_store_add_key (db, w->tenant, w->wrapped, error))
    return FALSE;
  kept = cs_blobs_store_get_key (db, w->tenant, error);
  if (kept == NULL)
    return FALSE;
  g_bytes_unref (w->wrapped);
  w->wrapped = kept;
  return TRUE;
}

static gboolean
fetch_key (CsBlobs *blobs, CsStore *store, CsDb *db, CtId tenant, guint8 *key, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (GBytes) wrapped = cs_blobs_store_get_key (db, tenant, &failed);
  KeyWrite w = { .tenant = tenant };

  if (wrapped != NULL)
    return unwrap (blobs, tenant, wrapped, key, error);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (store == NULL)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "tenant %s has no key", ct_id_text (tenant).text);
  w.wrapped = wrap_new_key (blobs, tenant);
  if (cs_store_write (store, write_key, &w, error))
    {
      wrapped = w.wrapped;
      return unwrap (blobs, tenant, wrapped, key, error);
    }
  g_bytes_unref (w.wrapped);
  return FALSE;
}

static gboolean
find_known (CsBlobs *blobs, CtId tenant, guint8 *key)
{
  const guint8 *known;

  g_mutex_lock (&blobs->lock);
  known = g_hash_table_lookup (blobs->keys, &tenant);
  if (known != NULL)
    memcpy (key, known, CS_SEAL_KEY);
  g_mutex_unlock (&blobs->lock);
  return known != NULL;
}

gboolean
cs_blobs_get_key (CsBlobs *blobs, CsStore *store, CsDb *db, CtId tenant, guint8 key[CS_SEAL_KEY],
                  GError **error)
{
  if (find_known (blobs, tenant, key))
    return TRUE;
  if (!fetch_key (blobs, store, db, tenant, key, error))
    return FALSE;
  g_mutex_lock (&blobs->lock);
  g_hash_table_replace (blobs->keys, g_memdup2 (&tenant, sizeof tenant),
                        g_memdup2 (key, CS_SEAL_KEY));
  g_mutex_unlock (&blobs->lock);
  return TRUE;
}

/* Nothing read here is remembered: in a write closure it may yet be undone. */
static gboolean
find_or_make (CsBlobs *blobs, CsDb *db, CtId tenant, guint8 *key, GError **error)
{
  g_autoptr (GError) failed = NULL;
  KeyWrite w = { .tenant = tenant };
  gboolean made;

  if (find_known (blobs, tenant, key) || fetch_key (blobs, NULL, db, tenant, key, &failed))
    return TRUE;
  if (!ct_error_is (failed, CT_ERROR_NOT_FOUND) || !cs_db_is_writing (db))
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  w.wrapped = wrap_new_key (blobs, tenant);
  made = write_key (db, &w, error) && unwrap (blobs, tenant, w.wrapped, key, error);
  g_bytes_unref (w.wrapped);
  return made;
}

gboolean
cs_blobs_derive_key (CsBlobs *blobs, CsDb *db, CsScope scope, const char *purpose, guint8 key[32],
                     GError **error)
{
  guint8 own[CS_SEAL_KEY];

  if (scope.tenant == CT_ID_NONE)
    return ct_fail (error, CT_ERROR_INVALID, "a key belongs to a tenant");
  if (!find_or_make (blobs, db, scope.tenant, own, error))
    return FALSE;
  crypto_generichash (key, 32, (const guint8 *) purpose, strlen (purpose), own, sizeof own);
  sodium_memzero (own, sizeof own);
  return TRUE;
}
