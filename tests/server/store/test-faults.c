/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk that fails at COMMIT, by a VFS laid over the real one: while armed, every sync of a log file
 * (or, in the other mode, every write to it) is an I/O error. */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "server/store/store.h"

enum { HEALTHY, FAIL_SYNC, FAIL_WRITE, FAIL_OPEN };

static int mode;
static sqlite3_vfs *real;

typedef struct {
  sqlite3_file base;
  gboolean is_log;
  sqlite3_file inner[]; /* as large as the real VFS wants */
} FaultyFile;

#define INNER(file) (((FaultyFile *) (file))->inner)
#define FORWARD(method, parameters, arguments)                                                     \
  static int faulty_##method parameters                                                            \
  {                                                                                                \
    return INNER (file)->pMethods->method arguments;                                               \
  }

FORWARD (xClose, (sqlite3_file * file), (INNER (file)))
FORWARD (xRead, (sqlite3_file * file, void *to, int n, sqlite3_int64 at), (INNER (file), to, n, at))
FORWARD (xTruncate, (sqlite3_file * file, sqlite3_int64 n), (INNER (file), n))
FORWARD (xFileSize, (sqlite3_file * file, sqlite3_int64 *n), (INNER (file), n))
FORWARD (xLock, (sqlite3_file * file, int how), (INNER (file), how))
FORWARD (xUnlock, (sqlite3_file * file, int how), (INNER (file), how))
FORWARD (xCheckReservedLock, (sqlite3_file * file, int *out), (INNER (file), out))
FORWARD (xFileControl, (sqlite3_file * file, int op, void *arg), (INNER (file), op, arg))
FORWARD (xSectorSize, (sqlite3_file * file), (INNER (file)))
FORWARD (xDeviceCharacteristics, (sqlite3_file * file), (INNER (file)))
FORWARD (xShmMap, (sqlite3_file * file, int page, int size, int extend, void volatile **out),
         (INNER (file), page, size, extend, out))
FORWARD (xShmLock, (sqlite3_file * file, int offset, int n, int flags),
         (INNER (file), offset, n, flags))
FORWARD (xShmUnmap, (sqlite3_file * file, int remove), (INNER (file), remove))

static void
faulty_xShmBarrier (sqlite3_file *file)
{
  INNER (file)->pMethods->xShmBarrier (INNER (file));
}

static int
faulty_xSync (sqlite3_file *file, int flags)
{
  if (((FaultyFile *) file)->is_log && g_atomic_int_get (&mode) == FAIL_SYNC)
    return SQLITE_IOERR_FSYNC;
  return INNER (file)->pMethods->xSync (INNER (file), flags);
}

static int
faulty_xWrite (sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
  if (((FaultyFile *) file)->is_log && g_atomic_int_get (&mode) == FAIL_WRITE)
    return SQLITE_IOERR_WRITE;
  return INNER (file)->pMethods->xWrite (INNER (file), from, n, at);
}

static const sqlite3_io_methods faulty_methods = {
  .iVersion = 2,
  .xClose = faulty_xClose,
  .xRead = faulty_xRead,
  .xWrite = faulty_xWrite,
  .xTruncate = faulty_xTruncate,
  .xSync = faulty_xSync,
  .xFileSize = faulty_xFileSize,
  .xLock = faulty_xLock,
  .xUnlock = faulty_xUnlock,
  .xCheckReservedLock = faulty_xCheckReservedLock,
  .xFileControl = faulty_xFileControl,
  .xSectorSize = faulty_xSectorSize,
  .xDeviceCharacteristics = faulty_xDeviceCharacteristics,
  .xShmMap = faulty_xShmMap,
  .xShmLock = faulty_xShmLock,
  .xShmBarrier = faulty_xShmBarrier,
  .xShmUnmap = faulty_xShmUnmap,
};

static int
faulty_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  FaultyFile *self = (FaultyFile *) file;
  int result;

  self->base.pMethods = NULL;
  self->is_log = (flags & SQLITE_OPEN_WAL) != 0;
  if (g_atomic_int_get (&mode) == FAIL_OPEN)
    return SQLITE_CANTOPEN;
  result = real->xOpen (real, name, self->inner, flags, out_flags);
  if (self->inner->pMethods != NULL)
    self->base.pMethods = &faulty_methods;
  return result;
}

static void
register_vfs (void)
{
  static sqlite3_vfs faulty;

  real = sqlite3_vfs_find (NULL);
  faulty = *real;
  faulty.pNext = NULL;
  faulty.zName = "faulty";
  faulty.szOsFile = (int) sizeof (FaultyFile) + real->szOsFile;
  faulty.xOpen = faulty_open;
  g_assert_cmpint (sqlite3_vfs_register (&faulty, 1), ==, SQLITE_OK);
}

static const CsMigration steps[]
    = { { 1, "word", "CREATE TABLE word (id INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT;" } };

CS_SQL (add_word, "INSERT INTO word (id, word) VALUES (?1, ?2)");
CS_SQL (count_words, "SELECT count (*) AS n FROM word");

static gboolean
add (CsDb *db, gpointer data, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_word);

  cs_bind_int (query, 1, GPOINTER_TO_INT (data));
  cs_bind_text (query, 2, "word");
  return cs_query_run (query, NULL, error);
}

static gint64
count (CsStore *store)
{
  CsDb *db = cs_store_acquire_reader (store);
  gint64 n;
  {
    g_autoptr (CsQuery) query = cs_query (db, &count_words);

    g_assert_cmpint (cs_query_step (query, NULL), ==, CS_ROW_READY);
    n = cs_column_int (query, "n");
  }
  cs_store_release_reader (store, db);
  return n;
}

static CsStore *
open_store (const char *path)
{
  g_autoptr (CtClock) clock = ct_clock_new ();
  g_autoptr (GError) error = NULL;
  CsStore *store = cs_store_open (path, clock, steps, G_N_ELEMENTS (steps), &error);

  g_assert_no_error (error);
  return store;
}

static void
run_fault (int kind)
{
  g_autofree char *folder = g_dir_make_tmp ("faults-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.db", NULL);
  CsStore *store = open_store (path);
  g_autoptr (GError) error = NULL;
  gint64 n;

  g_assert_true (cs_store_write (store, add, GINT_TO_POINTER (1), NULL));
  g_atomic_int_set (&mode, kind);
  g_assert_false (cs_store_write (store, add, GINT_TO_POINTER (2), &error));
  g_assert_true (ct_error_is (error, CT_ERROR_UNKNOWN));
  g_atomic_int_set (&mode, HEALTHY);
  g_clear_error (&error);
  /* The connection was reopened; whether row 2 is there only the key can tell: ask by writing it. */
  if (!cs_store_write (store, add, GINT_TO_POINTER (2), &error))
    g_assert_true (ct_error_is (error, CT_ERROR_CONFLICT));
  g_assert_true (cs_store_write (store, add, GINT_TO_POINTER (3), NULL));
  n = count (store);
  g_assert_cmpint (n, ==, 3);
  cs_store_close (store);
  store = open_store (path);
  g_assert_cmpint (count (store), ==, 3);
  cs_store_close (store);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_sync (void)
{
  run_fault (FAIL_SYNC);
}

static void
test_write (void)
{
  run_fault (FAIL_WRITE);
}

/* What /health asks is no commit of nothing: on a disk that takes no more it fails, and leaves no trace. */
static void
test_try_disk (void)
{
  g_autofree char *folder = g_dir_make_tmp ("faults-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.db", NULL);
  CsStore *store = open_store (path);

  g_assert_true (cs_store_write (store, cs_store_try_disk, NULL, NULL));
  g_atomic_int_set (&mode, FAIL_WRITE);
  g_assert_false (cs_store_write (store, cs_store_try_disk, NULL, NULL));
  g_atomic_int_set (&mode, HEALTHY);
  g_assert_true (cs_store_write (store, cs_store_try_disk, NULL, NULL));
  cs_store_close (store);
  store = open_store (path); /* no step that the program does not know */
  cs_store_close (store);
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  register_vfs ();
  g_test_add_func ("/faults/sync", test_sync);
  g_test_add_func ("/faults/write", test_write);
  g_test_add_func ("/faults/try-disk", test_try_disk);
  return g_test_run ();
}
