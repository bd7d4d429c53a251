/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A copy of the database at one point in time. All pages are copied in one step under one read
 * transaction, which in WAL mode holds up nobody; a copy page by page would begin anew with every
 * commit. The copy is written beside its place, made durable, and only then renamed into it. */
#define G_LOG_DOMAIN "store"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "server/base/sync.h"
#include "server/store/store-private.h"

/* The copy is a plain file, without a WAL of its own: one file is what is carried away. */
static gboolean
copy (CsDb *db, const char *path, GError **error)
{
  sqlite3 *target = NULL;
  sqlite3_backup *backup = NULL;
  int result = sqlite3_open_v2 (path, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

  if (result == SQLITE_OK && (backup = sqlite3_backup_init (target, "main", db->handle, "main")))
    {
      sqlite3_backup_step (backup, -1);
      result = sqlite3_backup_finish (backup);
    }
  else if (result == SQLITE_OK)
    result = sqlite3_errcode (target);
  if (result == SQLITE_OK)
    result = sqlite3_exec (target, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
  if (sqlite3_close (target) != SQLITE_OK && result == SQLITE_OK)
    result = SQLITE_IOERR;
  return result == SQLITE_OK
         || ct_fail (error, CT_ERROR_IO, "backup to %s: %s", path, sqlite3_errstr (result));
}

gboolean
cs_store_backup (CsStore *store, const char *path, GError **error)
{
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  int file;
  CsDb *db;
  gboolean copied;

  g_unlink (part);
  file = open (part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return ct_fail (error, CT_ERROR_IO, "%s: %s", part, g_strerror (errno));
  close (file);
  db = cs_store_acquire_reader (store);
  copied = db->handle != NULL ? copy (db, part, error)
                              : ct_fail (error, CT_ERROR_IO, "the database could not be opened");
  cs_store_release_reader (store, db);
  copied = copied && cs_sync_path (part, error);
  if (copied && g_rename (part, path) != 0)
    copied = ct_fail (error, CT_ERROR_IO, "%s: %s", path, g_strerror (errno));
  if (!copied)
    {
      g_unlink (part);
      return FALSE;
    }
  return cs_sync_path (folder, error);
}
