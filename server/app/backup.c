/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backups (S1-35): a folder a time, with the database at one point, the blobs that it names (sealed as
 * they are, linked where the file system can: they never change), and the prompts. The master key is not
 * in it. Written under another name and renamed when whole, so that a backup is there or is not. Kept:
 * all of the last 7 days, one a week for 5 weeks, one a month for 12 months. */
#define G_LOG_DOMAIN "app"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/base/error.h"
#include "server/app/backup.h"
#include "server/app/commands.h"
#include "server/base/sync.h"

#define DAY_MS G_GINT64_CONSTANT (86400000)

static gboolean
has_size_of (const char *path, const char *other)
{
  GStatBuf one, two;

  return g_stat (path, &one) == 0 && g_stat (other, &two) == 0 && one.st_size == two.st_size;
}

/* All that is copied is named by its content: what is there already, whole, was left by a restore that the
 * disk had no room for. */
static gboolean
copy_file (const char *from, const char *to, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);
  g_autofree char *folder = g_path_get_dirname (to);
  g_autoptr (GError) failed = NULL;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return ct_fail (error, CT_ERROR_IO, "cannot make %s", folder);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (link (from, to) == 0
      || (g_file_copy (source, target, G_FILE_COPY_NONE, cancellable, NULL, NULL, &failed)
          && cs_sync_path (to, &failed)))
    return TRUE;
  if (!g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_EXISTS))
    g_unlink (to);
  else if (has_size_of (from, to))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* Every file below @from that is none of a hidden name; folders as they come. */
static gboolean
copy_tree (const char *from, const char *to, GCancellable *cancellable, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (from, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *source = g_build_filename (from, name, NULL);
      g_autofree char *target = g_build_filename (to, name, NULL);
      gboolean good = g_file_test (source, G_FILE_TEST_IS_DIR)
                          ? copy_tree (source, target, cancellable, error)
                          : copy_file (source, target, cancellable, error);

      if (!good)
        return FALSE;
    }
  return TRUE;
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_tree (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

/* "20261121T030000Z" */
static char *
name_of (gint64 utc_ms)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (utc_ms / 1000);

  return g_date_time_format (time, "%Y%m%dT%H%M%SZ");
}

static gint64
time_of (const char *name)
{
  g_autoptr (GDateTime) time
      = strlen (name) == 16 ? g_date_time_new_from_iso8601 (name, NULL) : NULL;

  return time != NULL ? g_date_time_to_unix (time) * 1000 : 0;
}

/* The blobs that the copied database names, so that both are of one point. */
static gboolean
copy_blobs (const CsBackupSource *backup, const char *database, const char *folder, GError **error)
{
  g_autoptr (GArray) migrations = cs_app_migrations ();
  g_autoptr (CsStore) copy
      = cs_store_open (database, backup->clock, (const CsMigration *) (gpointer) migrations->data,
                       migrations->len, error);
  g_autoptr (GPtrArray) files = NULL;
  CsDb *db;

  if (copy == NULL)
    return FALSE;
  db = cs_store_acquire_reader (copy);
  files = cs_blobs_list_files (backup->blobs, db, error);
  cs_store_release_reader (copy, db);
  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      g_autofree char *from
          = g_build_filename (cs_blobs_get_folder (backup->blobs), files->pdata[i], NULL);
      g_autofree char *to = g_build_filename (folder, "blobs", files->pdata[i], NULL);

      if (!copy_file (from, to, backup->cancellable, error))
        return FALSE;
    }
  return files != NULL;
}

char *
cs_backup_make (const CsBackupSource *source, const char *folder, GError **error)
{
  g_autofree char *name = name_of (ct_clock_utc_ms (source->clock));
  g_autofree char *final = g_build_filename (folder, name, NULL);
  g_autofree char *draft = g_strdup_printf ("%s.part", final);
  g_autofree char *database = g_build_filename (draft, "centrale.db", NULL);
  g_autofree char *prompts = g_build_filename (draft, "prompts", NULL);

  remove_tree (draft);
  if (g_mkdir_with_parents (draft, 0700) != 0)
    {
      ct_fail (error, CT_ERROR_IO, "cannot make %s", draft);
      return NULL;
    }
  if (!cs_store_backup (source->store, database, error)
      || !copy_blobs (source, database, draft, error)
      || !copy_tree (source->prompts, prompts, source->cancellable, error))
    {
      remove_tree (draft);
      return NULL;
    }
  if (g_rename (draft, final) != 0)
    {
      ct_fail (error, CT_ERROR_CONFLICT, "there is a backup %s already", final);
      remove_tree (draft);
      return NULL;
    }
  return cs_sync_path (folder, error) ? g_steal_pointer (&final) : NULL;
}

/* In which day, week and month a time lies; the newest of each that still counts is kept. */
typedef struct {
  gint64 span_ms;
  guint kept;
} Rung;

static gboolean
is_kept (const gint64 *times, guint n, guint index, gint64 now_ms)
{
  static const Rung rungs[] = { { DAY_MS, 7 }, { 7 * DAY_MS, 5 }, { 30 * DAY_MS, 12 } };

  if (index == 0 || now_ms - times[index] < 7 * DAY_MS)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (rungs); i++)
    {
      gint64 bucket = times[index] / rungs[i].span_ms;
      gboolean newest = times[index - 1] / rungs[i].span_ms != bucket;

      if (newest && now_ms / rungs[i].span_ms - bucket < rungs[i].kept)
        return TRUE;
    }
  return FALSE;
}

static int
newest_first (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a;
  gint64 y = *(const gint64 *) b;

  return x > y ? -1 : x < y;
}

/* gint64, newest first. */
static GArray *
list_times (const char *folder)
{
  g_autoptr (GDir) list = g_dir_open (folder, 0, NULL);
  GArray *times = g_array_new (FALSE, FALSE, sizeof (gint64));
  const char *name;

  while (list != NULL && (name = g_dir_read_name (list)) != NULL)
    {
      gint64 time = time_of (name);

      if (time != 0)
        g_array_append_val (times, time);
    }
  g_array_sort (times, newest_first);
  return times;
}

gboolean
cs_backup_is_due (const char *folder, gint64 now_ms, gint64 hour)
{
  g_autoptr (GArray) times = list_times (folder);
  gint64 due = now_ms - now_ms % DAY_MS + hour * (DAY_MS / 24);

  if (due > now_ms)
    due -= DAY_MS;
  for (guint i = 0; i < times->len; i++)
    if (g_array_index (times, gint64, i) <= now_ms)
      return g_array_index (times, gint64, i) < due;
  return TRUE;
}

/* What a crash in the middle of a backup left over; one that is in the making is younger. */
static void
remove_drafts (const char *folder, gint64 now_ms)
{
  g_autoptr (GDir) list = g_dir_open (folder, 0, NULL);
  const char *name;

  while (list != NULL && (name = g_dir_read_name (list)) != NULL)
    {
      const char *end = strchr (name, '.');
      g_autofree char *stamp = g_strndup (name, end != NULL ? (gsize) (end - name) : 0);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      gint64 time = time_of (stamp);

      if (g_strcmp0 (end, ".part") == 0 && time != 0 && now_ms - time > DAY_MS)
        remove_tree (path);
    }
}

guint
cs_backup_thin (const char *folder, gint64 now_ms)
{
  g_autoptr (GArray) times = list_times (folder);
  guint removed = 0;

  remove_drafts (folder, now_ms);
  for (guint i = 0; i < times->len; i++)
    if (!is_kept ((const gint64 *) (gpointer) times->data, times->len, i, now_ms))
      {
        g_autofree char *old = name_of (g_array_index (times, gint64, i));
        g_autofree char *path = g_build_filename (folder, old, NULL);

        remove_tree (path);
        removed++;
      }
  return removed;
}

/* Commands */

int
cs_command_backup (const CsConfig *config, CtClock *clock, char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CsStore) store = NULL;
  g_autoptr (CsBlobs) blobs = NULL;
  g_autofree char *made = NULL;
  const char *folder = arguments[0] != NULL ? arguments[0] : config->backup_folder;
  CsPlaces places;

  if (folder == NULL || (arguments[0] != NULL && arguments[1] != NULL))
    {
      g_printerr ("usage: centrale-server backup FOLDER\n");
      return EX_USAGE;
    }
  cs_places_fill (&places, config->data_folder);
  store = cs_app_open_store (config, clock, &error);
  blobs = store != NULL ? cs_blobs_open (places.blobs, places.master_key, &error) : NULL;
  if (blobs != NULL)
    made = cs_backup_make (&(CsBackupSource){ store, blobs, clock, places.prompts, NULL }, folder,
                           &error);
  cs_places_clear (&places);
  if (made == NULL)
    return cs_command_fail (error);
  g_print ("%s\n", made);
  return EX_OK;
}

/* An empty file would pass for a new database. */
static gboolean
is_database (const char *path)
{
  static const char magic[16] = "SQLite format 3";
  char start[sizeof magic] = "";
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);

  return stream != NULL
         && g_input_stream_read_all (G_INPUT_STREAM (stream), start, sizeof start, NULL, NULL, NULL)
         && memcmp (start, magic, sizeof magic) == 0;
}

/* Copied, never linked: it is written to. And whole or not there, so that a restore that the disk had no
 * room for can be done again. */
static gboolean
copy_database (const char *from, const char *to, GError **error)
{
  g_autofree char *part = g_strconcat (to, ".part", NULL);
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (part);

  if (!g_file_copy (source, target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, error)
      || !cs_sync_path (part, error))
    {
      g_unlink (part);
      return FALSE;
    }
  return g_rename (part, to) == 0 || ct_fail (error, CT_ERROR_IO, "%s: %s", to, g_strerror (errno));
}

static gboolean
restore (const CsConfig *config, const CsPlaces *places, const char *from, GError **error)
{
  g_autofree char *database = g_build_filename (from, "centrale.db", NULL);
  g_autofree char *blobs = g_build_filename (from, "blobs", NULL);
  g_autofree char *prompts = g_build_filename (from, "prompts", NULL);

  if (!is_database (database))
    return ct_fail (error, CT_ERROR_INVALID, "%s is no backup", from);
  if (g_file_test (places->database, G_FILE_TEST_EXISTS))
    return ct_fail (error, CT_ERROR_STATE,
                    "%s is not empty: move it away first, nothing is overwritten",
                    config->data_folder);
  if (g_mkdir_with_parents (config->data_folder, 0750) != 0)
    return ct_fail (error, CT_ERROR_IO, "cannot make %s", config->data_folder);
  /* The database last: without it there is nothing there. */
  return copy_tree (blobs, places->blobs, NULL, error)
         && copy_tree (prompts, places->prompts, NULL, error)
         && copy_database (database, places->database, error);
}

int
cs_command_restore (const CsConfig *config, CtClock *clock, char **arguments)
{
  g_autoptr (GError) error = NULL;
  CsPlaces places;
  gboolean good;
  gboolean has_key;
  int found;

  if (g_strv_length (arguments) != 1)
    {
      g_printerr ("usage: centrale-server restore BACKUP\n");
      return EX_USAGE;
    }
  cs_places_fill (&places, config->data_folder);
  good = restore (config, &places, arguments[0], &error);
  has_key = g_file_test (places.master_key, G_FILE_TEST_EXISTS);
  cs_places_clear (&places);
  if (!good)
    return cs_command_fail (error);
  found = cs_command_check_restored (config, clock, has_key);
  if (has_key || found != EX_OK)
    return found;
  g_print ("It is restored. Put master.key into %s, then run \"centrale-server check --deep\".\n",
           config->data_folder);
  return EX_OK;
}
