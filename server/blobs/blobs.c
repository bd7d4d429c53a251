/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Putting, reading, deleting. A put seals the file first and writes the row after, so a row always has its
 * file; a delete removes the row and, once that is on disk, the file. Files are removed on the
 * writer's thread only, and a path is marked doomed from the delete until then: a put of the same
 * content in between does not lean on a file that goes, it seals anew. */
#define G_LOG_DOMAIN "blobs"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/sync.h"
#include "server/blobs/blobs-private.h"

#define MAX_READ (1024 * 1024)
#define TRIES 3

char *
cs_blobs_relative_path (CtId tenant, const char *hash)
{
  return g_strdup_printf ("%s/%.2s/%s", ct_id_text (tenant).text, hash, hash + 2);
}

char *
cs_blobs_path (CsBlobs *blobs, CtId tenant, const char *hash)
{
  g_autofree char *relative = cs_blobs_relative_path (tenant, hash);

  return g_build_filename (blobs->folder, relative, NULL);
}

gboolean
cs_blobs_parse_hash (const char *hash, guint8 out[CS_SEAL_HASH])
{
  gsize n;

  return sodium_hex2bin (out, CS_SEAL_HASH, hash, strlen (hash), NULL, &n, NULL) == 0
         && n == CS_SEAL_HASH;
}

/* All of a tenant's folders at its first blob: to make one and have it on disk costs more than a blob. */
static gboolean
make_folders (const char *above, GError **error)
{
  for (guint i = 0; i < 256; i++)
    {
      g_autofree char *folder = g_strdup_printf ("%s/%02x", above, i);

      if (g_mkdir_with_parents (folder, 0700) != 0)
        return ct_fail (error, CT_ERROR_IO, "%s: %s", folder, g_strerror (errno));
    }
  return cs_sync_path (above, error);
}

/* Seals into a file beside its place and renames it there when it is on disk. */
static gboolean
seal_to (const CsSealInput *input, const guint8 *key, const CsSealDigest *digest, const char *path,
         GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *above = g_path_get_dirname (folder);
  g_autofree char *part = g_build_filename (folder, ".part-XXXXXX", NULL);
  gboolean good;
  int file;

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR) && !make_folders (above, error))
    return FALSE;
  file = g_mkstemp_full (part, O_RDWR | O_CLOEXEC, 0600);
  if (file < 0)
    return ct_fail (error, CT_ERROR_IO, "%s: %s", folder, g_strerror (errno));
  good = cs_seal_write (input, key, digest, file, error);
  if (good && fsync (file) != 0)
    good = ct_fail (error, CT_ERROR_IO, "%s: %s", part, g_strerror (errno));
  close (file);
  if (good && g_rename (part, path) != 0)
    good = ct_fail (error, CT_ERROR_IO, "%s: %s", path, g_strerror (errno));
  if (!good)
    g_unlink (part);
  return good && cs_sync_path (folder, error);
}

static gboolean
has_file (const char *path, guint64 size)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 && (guint64) info.st_size == cs_seal_length (size);
}

typedef struct {
  CsBlobs *blobs;
  CsBlobInfo info;
  char *path;
  CsWriteFunc use; /* or NULL: runs in the transaction that makes the blob */
  gpointer use_data;
} Put;

static gboolean
check_quota (CsDb *db, CtId tenant, guint64 more, GError **error)
{
  guint64 used, quota;

  if (!cs_blobs_store_get_usage (db, tenant, &used, &quota, error))
    return FALSE;
  if (quota > 0 && (used > quota || more > quota - used))
    return ct_fail (error, CT_ERROR_LIMIT, "the tenant's space for files is used up");
  return TRUE;
}

static gboolean
write_row (CsDb *db, gpointer data, GError **error)
{
  Put *put = data;
  gboolean doomed;

  g_mutex_lock (&put->blobs->lock);
  doomed = g_hash_table_contains (put->blobs->doomed, put->path);
  g_mutex_unlock (&put->blobs->lock);
  if (doomed || !has_file (put->path, put->info.size))
    return ct_fail (error, CT_ERROR_STATE, "the file goes with an older blob");
  return check_quota (db, put->info.tenant, put->info.size, error)
         && cs_blobs_store_add (db, &put->info, error)
         && cs_blobs_store_add_usage (db, put->info.tenant, (gint64) put->info.size, error)
         && (put->use == NULL || put->use (db, put->use_data, error));
}

/* After an unknown commit the row is looked for, and written only when it is not there. */
static gboolean
write_row_again (CsDb *db, gpointer data, GError **error)
{
  Put *put = data;
  CsBlobInfo found;
  CsRowResult result = cs_blobs_store_get (db, cs_scope_system (), put->info.id, &found, error);

  return result == CS_ROW_READY || (result == CS_ROW_NONE && write_row (db, data, error));
}

/* Nobody waits for a recording. */
static gboolean
put_row (Put *put, CsStore *store, CsWriteFunc function, GError **error)
{
  return put->info.kind == CS_BLOB_RECORDING
             ? cs_store_write_patiently (store, function, put, error)
             : cs_store_write (store, function, put, error);
}

static gboolean
put_sealed (Put *put, CsStore *store, const CsSealInput *input, const guint8 *key,
            const CsSealDigest *digest, GError **error)
{
  for (int i = 0;; i++)
    {
      g_autoptr (GError) failed = NULL;
      gboolean written;

      if (!has_file (put->path, digest->size) && !seal_to (input, key, digest, put->path, error))
        return FALSE;
      written = put_row (put, store, write_row, &failed);
      if (!written && ct_error_is (failed, CT_ERROR_UNKNOWN))
        {
          g_clear_error (&failed);
          written = put_row (put, store, write_row_again, &failed);
        }
      if (written)
        return TRUE;
      if (i + 1 == TRIES || !ct_error_is (failed, CT_ERROR_STATE))
        {
          g_propagate_error (error, g_steal_pointer (&failed));
          return FALSE;
        }
    }
}

static gboolean
put_input (CsBlobs *blobs, CsStore *store, CsScope scope, CsBlobKind kind, const CsSealInput *input,
           gint64 retain_until_ms, CsWriteFunc use, gpointer use_data, CtId *id, GError **error)
{
  CsDb *db = cs_store_acquire_reader (store);
  Put put = { .blobs = blobs, .use = use, .use_data = use_data };
  guint8 key[CS_SEAL_KEY];
  CsSealDigest digest;
  gboolean good = scope.tenant != CT_ID_NONE
                  || ct_fail (error, CT_ERROR_INVALID, "a blob belongs to a tenant");

  good = good && cs_blobs_get_key (blobs, store, db, scope.tenant, key, error)
         && cs_seal_digest (input, key, &digest, error)
         && check_quota (db, scope.tenant, digest.size, error); /* before the work, and again */
  cs_store_release_reader (store, db);
  if (!good)
    return FALSE;
  put.info = (CsBlobInfo){
    .id = ct_id_new (cs_store_get_clock (store)),
    .tenant = scope.tenant,
    .kind = kind,
    .size = digest.size,
    .created_ms = ct_clock_utc_ms (cs_store_get_clock (store)),
    .retain_until_ms = MAX (retain_until_ms, 0),
  };
  sodium_bin2hex (put.info.hash, sizeof put.info.hash, digest.hash, sizeof digest.hash);
  put.path = cs_blobs_path (blobs, scope.tenant, put.info.hash);
  *id = put.info.id; /* for @use */
  good = put_sealed (&put, store, input, key, &digest, error);
  sodium_memzero (key, sizeof key);
  g_free (put.path);
  return good;
}

gboolean
cs_blobs_put_file (CsBlobs *blobs, CsStore *store, CsScope scope, CsBlobKind kind, const char *path,
                   gint64 retain_until_ms, CsWriteFunc use, gpointer use_data, CtId *id,
                   GError **error)
{
  CsSealInput input = { .file = open (path, O_RDONLY | O_CLOEXEC) };
  gboolean good;

  if (input.file < 0)
    return ct_fail (error, CT_ERROR_IO, "%s: %s", path, g_strerror (errno));
  good = put_input (blobs, store, scope, kind, &input, retain_until_ms, use, use_data, id, error);
  close (input.file);
  return good;
}

gboolean
cs_blobs_put_bytes (CsBlobs *blobs, CsStore *store, CsScope scope, CsBlobKind kind,
                    gconstpointer bytes, gsize size, gint64 retain_until_ms, CtId *id,
                    GError **error)
{
  CsSealInput input = { .file = -1, .bytes = bytes, .n_bytes = size };

  return put_input (blobs, store, scope, kind, &input, retain_until_ms, NULL, NULL, id, error);
}

gboolean
cs_blobs_get_info (CsDb *db, CsScope scope, CtId id, CsBlobInfo *info, GError **error)
{
  CsRowResult result = cs_blobs_store_get (db, scope, id, info, error);

  if (result == CS_ROW_NONE)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no blob %s", ct_id_text (id).text);
  return result == CS_ROW_READY;
}

struct _CsBlob {
  CsSealed sealed;
  guint8 key[CS_SEAL_KEY];
};

CsBlob *
cs_blobs_open_blob (CsBlobs *blobs, CsDb *db, CsScope scope, CtId id, GError **error)
{
  g_autoptr (CsBlob) blob = g_new0 (CsBlob, 1);
  g_autofree char *path = NULL;
  CsBlobInfo info;
  CsSealDigest digest;
  int file;

  blob->sealed.file = -1;
  if (!cs_blobs_get_info (db, scope, id, &info, error)
      || !cs_blobs_get_key (blobs, NULL, db, info.tenant, blob->key, error))
    return NULL;
  path = cs_blobs_path (blobs, info.tenant, info.hash);
  digest.size = info.size;
  if (!cs_blobs_parse_hash (info.hash, digest.hash)
      || (file = open (path, O_RDONLY | O_CLOEXEC)) < 0)
    {
      ct_fail (error, CT_ERROR_IO, "the file of blob %s: %s", ct_id_text (id).text,
               g_strerror (errno));
      return NULL;
    }
  blob->sealed.file = file;
  if (!cs_seal_open (&blob->sealed, file, &digest, error))
    return NULL;
  return g_steal_pointer (&blob);
}

guint64
cs_blob_get_size (CsBlob *blob)
{
  return blob->sealed.digest.size;
}

GBytes *
cs_blob_read_range (gpointer source, guint64 offset, gsize size, GError **error)
{
  CsBlob *blob = source;
  guint64 total = blob->sealed.digest.size;
  g_autofree guint8 *chunk = NULL;
  g_autoptr (GByteArray) out = NULL;
  gsize wanted;

  if (offset >= total || size == 0)
    {
      ct_fail (error, CT_ERROR_INVALID, "a range beyond the blob's end");
      return NULL;
    }
  wanted = (gsize) MIN ((guint64) MIN (size, MAX_READ), total - offset);
  chunk = g_malloc (CS_SEAL_CHUNK);
  out = g_byte_array_sized_new ((guint) wanted);
  while (out->len < wanted)
    {
      guint64 at = offset + out->len;
      gsize skip = (gsize) (at % CS_SEAL_CHUNK);
      gsize n;

      if (!cs_seal_read_chunk (&blob->sealed, blob->key, at / CS_SEAL_CHUNK, chunk, &n, error))
        return NULL;
      g_byte_array_append (out, chunk + skip, (guint) MIN (n - skip, wanted - out->len));
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

void
cs_blob_close (gpointer source)
{
  CsBlob *blob = source;

  if (blob->sealed.file >= 0)
    close (blob->sealed.file);
  sodium_memzero (blob->key, sizeof blob->key);
  g_free (blob);
}

typedef struct {
  CsBlobs *blobs;
  char *path;
} Doomed;

static void
remove_file (gpointer data)
{
  Doomed *doomed = data;

  if (g_unlink (doomed->path) != 0 && errno != ENOENT)
    g_warning ("%s: %s", doomed->path, g_strerror (errno));
}

/* The file is gone, or the delete did not happen: either way puts may use the path again. */
static void
doomed_free (gpointer data)
{
  Doomed *doomed = data;

  g_mutex_lock (&doomed->blobs->lock);
  g_hash_table_remove (doomed->blobs->doomed, doomed->path);
  g_mutex_unlock (&doomed->blobs->lock);
  g_free (doomed->path);
  g_free (doomed);
}

static void
doom (CsBlobs *blobs, CsDb *db, const char *path)
{
  Doomed *doomed = g_new (Doomed, 1);

  doomed->blobs = blobs;
  doomed->path = g_strdup (path);
  g_mutex_lock (&blobs->lock);
  g_hash_table_add (blobs->doomed, g_strdup (path));
  g_mutex_unlock (&blobs->lock);
  cs_db_after_commit (db, remove_file, doomed, doomed_free);
}

gboolean
cs_blobs_delete (CsBlobs *blobs, CsDb *db, CsScope scope, CtId id, GError **error)
{
  CsBlobInfo info;
  CsRowResult others;
  g_autofree char *path = NULL;

  if (!cs_blobs_get_info (db, scope, id, &info, error) || !cs_blobs_store_delete (db, id, error)
      || !cs_blobs_store_add_usage (db, info.tenant, -(gint64) info.size, error))
    return FALSE;
  others = cs_blobs_store_find_hash (db, info.tenant, info.hash, error);
  if (others == CS_ROW_NONE)
    {
      path = cs_blobs_path (blobs, info.tenant, info.hash);
      doom (blobs, db, path);
    }
  return others != CS_ROW_FAILED;
}

GArray *
cs_blobs_delete_expired (CsBlobs *blobs, CsDb *db, gint64 now_ms, guint limit, GError **error)
{
  g_autoptr (GArray) ids = cs_blobs_store_list_expired (db, now_ms, limit, error);

  for (guint i = 0; ids != NULL && i < ids->len; i++)
    if (!cs_blobs_delete (blobs, db, cs_scope_system (), g_array_index (ids, CtId, i), error))
      return NULL;
  return g_steal_pointer (&ids);
}

gboolean
cs_blobs_set_quota (CsDb *db, CsScope scope, guint64 bytes, GError **error)
{
  if (scope.tenant == CT_ID_NONE || bytes > G_MAXINT64)
    return ct_fail (error, CT_ERROR_INVALID, "a quota belongs to a tenant");
  return cs_blobs_store_set_quota (db, scope.tenant, bytes, error);
}

gboolean
cs_blobs_get_usage (CsDb *db, CsScope scope, guint64 *used, guint64 *quota, GError **error)
{
  return cs_blobs_store_get_usage (db, scope.tenant, used, quota, error);
}
