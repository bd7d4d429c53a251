/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening and closing, and the pool of readers. A connection belongs to one thread at a time, so it is
 * opened without SQLite's own mutexes; what threads share is the list of idle readers. In WAL mode a
 * reader never waits for the writer nor the writer for it. */
#define G_LOG_DOMAIN "store"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "server/store/store-private.h"

#define BUSY_TIMEOUT_MS 5000 /* another process (a backup tool, `check`) holds the file */
#define IDLE_READERS 16      /* more are closed when they come back */

/* The linker names the ends of the section; weak, since a program may have no statement at all. */
extern const CsSql *const __start_cs_sql[] __attribute__ ((weak));
extern const CsSql *const __stop_cs_sql[] __attribute__ ((weak));

const CsSql *const *
cs_sql_all (gsize *n)
{
  *n = __start_cs_sql == NULL ? 0 : (gsize) (__stop_cs_sql - __start_cs_sql);
  return __start_cs_sql;
}

gboolean
cs_db_fail (CsDb *db, const char *doing, GError **error)
{
  int code = sqlite3_errcode (db->handle);
  CtErrorCode said = CT_ERROR_IO;

  if ((code & 0xff) == SQLITE_CONSTRAINT)
    said = CT_ERROR_CONFLICT;
  else if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
    said = CT_ERROR_BUSY;
  return ct_fail (error, said, "%s: %s (%d)", doing, sqlite3_errmsg (db->handle),
                  sqlite3_extended_errcode (db->handle));
}

gboolean
cs_db_exec (CsDb *db, const char *sql, GError **error)
{
  return sqlite3_exec (db->handle, sql, NULL, NULL, NULL) == SQLITE_OK
         || cs_db_fail (db, "database", error);
}

void
cs_db_free (CsDb *db)
{
  g_clear_pointer (&db->statements, g_hash_table_unref);
  if (db->handle != NULL && sqlite3_close (db->handle) != SQLITE_OK)
    g_critical ("a statement was not given back before its connection closed");
  g_free (db);
}

/* SQLite counts its memory under a lock that every allocation of every thread takes; nobody asks. */
static gpointer
configure_once (gpointer data)
{
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
  return NULL;
}

static CsDb *
db_new (CsStore *store)
{
  CsDb *db = g_new0 (CsDb, 1);

  db->store = store;
  return db;
}

CsDb *
cs_db_open (CsStore *store, gboolean writing, GError **error)
{
  CsDb *db = db_new (store);
  const char *setup
      = writing ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                  "PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864;"
                  "PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"
                : "PRAGMA query_only=ON; PRAGMA cache_size=-4000; PRAGMA trusted_schema=OFF;";
  int opened = sqlite3_open_v2 (store->path, &db->handle,
                                SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  gboolean ready = opened == SQLITE_OK;

  if (db->handle == NULL)
    ct_fail (error, CT_ERROR_IO, "no memory for a database connection");
  else if (!ready)
    cs_db_fail (db, store->path, error);
  if (ready)
    {
      sqlite3_extended_result_codes (db->handle, 1);
      sqlite3_busy_timeout (db->handle, BUSY_TIMEOUT_MS);
      ready = cs_db_exec (db, setup, error);
    }
  if (!ready)
    {
      cs_db_free (db);
      return NULL;
    }
  return db;
}

/* The database holds what no other user of the machine may read; SQLite gives its -wal and -shm the
 * mode of the main file. */
static gboolean
create_private (const char *path, GError **error)
{
  int file = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (file < 0)
    return ct_fail (error, CT_ERROR_IO, "%s: %s", path, g_strerror (errno));
  close (file);
  return TRUE;
}

static void
store_free (CsStore *store)
{
  g_clear_pointer (&store->db, cs_db_free);
  g_ptr_array_unref (store->readers);
  g_mutex_clear (&store->readers_lock);
  g_mutex_clear (&store->lock);
  g_cond_clear (&store->wake);
  ct_clock_unref (store->clock);
  g_free (store->path);
  g_free (store);
}

CsStore *
cs_store_open (const char *path, CtClock *clock, const CsMigration *migrations, gsize n_migrations,
               GError **error)
{
  static GOnce configured = G_ONCE_INIT;
  CsStore *store = g_new0 (CsStore, 1);

  g_once (&configured, configure_once, NULL);
  store->path = g_strdup (path);
  store->clock = ct_clock_ref (clock);
  store->readers = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_db_free);
  g_mutex_init (&store->readers_lock);
  g_mutex_init (&store->lock);
  g_cond_init (&store->wake);
  g_queue_init (&store->queue);
  g_queue_init (&store->taken);
  store->due_us = G_MAXINT64;
  if (!create_private (path, error) || (store->db = cs_db_open (store, TRUE, error)) == NULL
      || !cs_migrate (store->db, migrations, n_migrations, &store->schema, error))
    {
      store_free (store);
      return NULL;
    }
  cs_writer_start (store);
  return store;
}

void
cs_store_close (CsStore *store)
{
  if (store == NULL)
    return;
  cs_writer_stop (store);
  store_free (store);
}

CtClock *
cs_store_get_clock (CsStore *store)
{
  return store->clock;
}

int
cs_store_get_schema (CsStore *store)
{
  return store->schema;
}

CsDb *
cs_store_acquire_reader (CsStore *store)
{
  g_autoptr (GError) error = NULL;
  CsDb *db = NULL;

  g_mutex_lock (&store->readers_lock);
  if (store->readers->len > 0)
    db = g_ptr_array_steal_index_fast (store->readers, store->readers->len - 1);
  g_mutex_unlock (&store->readers_lock);
  if (db == NULL)
    db = cs_db_open (store, FALSE, &error);
  if (db == NULL)
    {
      g_warning ("no reader: %s", error->message);
      db = db_new (store);
    }
  return db;
}

void
cs_store_release_reader (CsStore *store, CsDb *db)
{
  gboolean keep;

  if (db == NULL)
    return;
  g_mutex_lock (&store->readers_lock);
  keep = db->handle != NULL && store->readers->len < IDLE_READERS;
  if (keep)
    g_ptr_array_add (store->readers, db);
  g_mutex_unlock (&store->readers_lock);
  if (!keep)
    cs_db_free (db);
}

CtClock *
cs_db_get_clock (CsDb *db)
{
  return db->store->clock;
}

gboolean
cs_db_is_writing (CsDb *db)
{
  return db->writing;
}
