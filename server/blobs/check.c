/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows and files against each other, for `check`, `backup` and the sweep of what a crash left over. */
#define G_LOG_DOMAIN "blobs"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "server/blobs/blobs-private.h"

#define FRESH_SECONDS 3600 /* a put may be under way */

typedef struct {
  CsBlobs *blobs;
  CsDb *db;
  gboolean deep;
  GHashTable *named; /* relative paths that rows name */
  GPtrArray *faults;
  gint64 now_s;
} Check;

static void
add_fault (Check *check, const CsBlobInfo *info, const char *what)
{
  g_ptr_array_add (check->faults, g_strdup_printf ("blob %s (%s): %s", ct_id_text (info->id).text,
                                                   cs_blob_kind_name (info->kind), what));
}

static void
check_content (Check *check, const CsBlobInfo *info)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CsBlob) blob
      = cs_blobs_open_blob (check->blobs, check->db, cs_scope_system (), info->id, &error);

  for (guint64 at = 0; blob != NULL && check->deep && error == NULL && at < info->size;)
    {
      g_autoptr (GBytes) bytes = cs_blob_read_range (blob, at, G_MAXINT32, &error);

      at += bytes != NULL ? g_bytes_get_size (bytes) : 0;
    }
  if (error != NULL)
    add_fault (check, info, error->message);
}

static gboolean
check_row (const CsBlobInfo *info, gpointer data, GError **error)
{
  Check *check = data;

  g_hash_table_add (check->named, cs_blobs_relative_path (info->tenant, info->hash));
  check_content (check, info);
  return TRUE;
}

/* Calls @each with the path, relative to the folder, of every file in it, three levels down. */
typedef void (*FileFunc) (const char *relative, const GStatBuf *info, gpointer data);

static void
walk (const char *root, const char *relative, int level, FileFunc each, gpointer data)
{
  g_autofree char *path = g_build_filename (root, relative, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below
          = *relative != '\0' ? g_strconcat (relative, "/", name, NULL) : g_strdup (name);
      g_autofree char *full = g_build_filename (root, below, NULL);
      GStatBuf info;

      if (g_lstat (full, &info) != 0)
        continue;
      if (S_ISDIR (info.st_mode) && level < 2)
        walk (root, below, level + 1, each, data);
      else
        each (below, &info, data);
    }
}

static void
check_file (const char *relative, const GStatBuf *info, gpointer data)
{
  Check *check = data;

  if (!g_hash_table_contains (check->named, relative)
      && info->st_mtime < check->now_s - FRESH_SECONDS)
    g_ptr_array_add (check->faults, g_strdup_printf ("file %s belongs to no blob", relative));
}

gboolean
cs_blobs_check (CsBlobs *blobs, CsDb *db, gboolean deep, GPtrArray *faults, GError **error)
{
  g_autoptr (GHashTable) named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Check check = { blobs, db, deep, named, faults, ct_clock_utc_ms (cs_db_get_clock (db)) / 1000 };

  if (!cs_blobs_store_each (db, check_row, &check, error))
    return FALSE;
  walk (blobs->folder, "", 0, check_file, &check);
  return TRUE;
}

static gboolean
add_path (const CsBlobInfo *info, gpointer data, GError **error)
{
  g_hash_table_add (data, cs_blobs_relative_path (info->tenant, info->hash));
  return TRUE;
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
cs_blobs_list_files (CsBlobs *blobs, CsDb *db, GError **error)
{
  g_autoptr (GHashTable) named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *paths;
  GHashTableIter iter;
  gpointer path;

  if (!cs_blobs_store_each (db, add_path, named, error))
    return NULL;
  paths = g_ptr_array_new_with_free_func (g_free);
  g_hash_table_iter_init (&iter, named);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    {
      g_ptr_array_add (paths, path);
      g_hash_table_iter_steal (&iter);
    }
  g_ptr_array_sort (paths, compare_paths);
  return paths;
}

typedef struct {
  CsBlobs *blobs;
  const char *relative;
  gboolean removed;
} Leftover;

/* On the writer, where no put can name the file at the same time. */
static gboolean
remove_leftover (CsDb *db, gpointer data, GError **error)
{
  Leftover *left = data;
  g_auto (GStrv) parts = g_strsplit (left->relative, "/", 3);
  g_autofree char *hash
      = g_strv_length (parts) == 3 ? g_strconcat (parts[1], parts[2], NULL) : NULL;
  g_autofree char *path = g_build_filename (left->blobs->folder, left->relative, NULL);
  CsRowResult named = CS_ROW_NONE;
  CtId tenant;

  if (hash == NULL || !ct_id_parse (parts[0], &tenant))
    return TRUE; /* not ours: left for a person to look at */
  named = cs_blobs_store_find_hash (db, tenant, hash, error);
  if (named == CS_ROW_NONE)
    left->removed = g_unlink (path) == 0;
  return named != CS_ROW_FAILED;
}

typedef struct {
  GPtrArray *paths;
  gint64 now_s;
} Old;

static void
collect_old (const char *relative, const GStatBuf *info, gpointer data)
{
  Old *old = data;

  if (S_ISREG (info->st_mode) && info->st_mtime < old->now_s - FRESH_SECONDS)
    g_ptr_array_add (old->paths, g_strdup (relative));
}

gboolean
cs_blobs_sweep (CsBlobs *blobs, CsStore *store, guint *removed, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  Old old = { paths, ct_clock_utc_ms (cs_store_get_clock (store)) / 1000 };
  CsDb *db = cs_store_acquire_reader (store);
  g_autoptr (GPtrArray) named = cs_blobs_list_files (blobs, db, error);
  g_autoptr (GHashTable) set = g_hash_table_new (g_str_hash, g_str_equal);

  cs_store_release_reader (store, db);
  if (named == NULL)
    return FALSE;
  for (guint i = 0; i < named->len; i++)
    g_hash_table_add (set, g_ptr_array_index (named, i));
  walk (blobs->folder, "", 0, collect_old, &old);
  *removed = 0;
  for (guint i = 0; i < paths->len; i++)
    {
      Leftover left = { .blobs = blobs, .relative = g_ptr_array_index (paths, i) };

      if (g_hash_table_contains (set, left.relative))
        continue;
      if (!cs_store_write (store, remove_leftover, &left, error))
        return FALSE;
      *removed += left.removed ? 1 : 0;
    }
  return TRUE;
}
