/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "journal"

#include "client/session/journal-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#define KEY_CHECK "key"
#define KEY_CHECK_TEXT "centrale journal 1"

struct _CdJournalFile {
  sqlite3 *db;
  guint8 key[crypto_secretbox_KEYBYTES];
};

static const char schema[]
    = "PRAGMA journal_mode = WAL;"
      "PRAGMA synchronous = FULL;"
      "CREATE TABLE IF NOT EXISTS command ("
      "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
      "  id TEXT NOT NULL UNIQUE,"
      "  method TEXT NOT NULL,"
      "  path TEXT NOT NULL,"
      "  body BLOB,"
      "  added INTEGER NOT NULL"
      ") STRICT;"
      "CREATE TABLE IF NOT EXISTS snapshot (name TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;";

void
cd_command_free (CdCommand *command)
{
  if (command == NULL)
    return;
  g_free (command->id);
  g_free (command->method);
  g_free (command->path);
  g_free (command->body);
  g_free (command);
}

static gboolean
fail_sql (CdJournalFile *self, GError **error)
{
  return ct_fail (error, CT_ERROR_IO, "journal: %s", sqlite3_errmsg (self->db));
}

/* Sealing */

static GBytes *
seal (CdJournalFile *self, const char *text)
{
  gsize size = strlen (text);
  gsize sealed_size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + size;
  guint8 *sealed = g_malloc (sealed_size);

  randombytes_buf (sealed, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy (sealed + crypto_secretbox_NONCEBYTES, (const guint8 *) text, size, sealed,
                         self->key);
  return g_bytes_new_take (sealed, sealed_size);
}

static char *
unseal (CdJournalFile *self, const guint8 *sealed, gsize size)
{
  gsize text_size = size - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES;
  g_autofree char *text = NULL;

  if (sealed == NULL || size < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)
    return NULL;
  text = g_malloc0 (text_size + 1);
  if (crypto_secretbox_open_easy ((guint8 *) text, sealed + crypto_secretbox_NONCEBYTES,
                                  size - crypto_secretbox_NONCEBYTES, sealed, self->key)
      != 0)
    return NULL;
  return g_steal_pointer (&text);
}

/* Statements */

typedef sqlite3_stmt Statement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Statement, sqlite3_finalize)

static Statement *
prepare (CdJournalFile *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK)
    fail_sql (self, error);
  return statement;
}

static void
bind_text (Statement *statement, int index, const char *text)
{
  sqlite3_bind_text (statement, index, text, -1, SQLITE_TRANSIENT);
}

static void
bind_sealed (CdJournalFile *self, Statement *statement, int index, const char *text)
{
  g_autoptr (GBytes) sealed = text != NULL ? seal (self, text) : NULL;
  gsize size = 0;
  gconstpointer bytes = sealed != NULL ? g_bytes_get_data (sealed, &size) : NULL;

  if (bytes != NULL)
    sqlite3_bind_blob64 (statement, index, bytes, size, SQLITE_TRANSIENT);
}

static gboolean
run (CdJournalFile *self, Statement *statement, GError **error)
{
  return sqlite3_step (statement) == SQLITE_DONE || fail_sql (self, error);
}

static char *
column_unsealed (CdJournalFile *self, Statement *statement, int column)
{
  return unseal (self, sqlite3_column_blob (statement, column),
                 (gsize) sqlite3_column_bytes (statement, column));
}

/* Opening */

static gboolean
is_opened_by_key (CdJournalFile *self, gboolean *fresh)
{
  g_autoptr (Statement) statement
      = prepare (self, "SELECT body FROM snapshot WHERE name = '" KEY_CHECK "'", NULL);
  g_autofree char *text = NULL;

  *fresh = statement != NULL && sqlite3_step (statement) == SQLITE_DONE;
  if (statement == NULL || *fresh)
    return *fresh;
  text = column_unsealed (self, statement, 0);
  return g_strcmp0 (text, KEY_CHECK_TEXT) == 0;
}

static gboolean
make_private (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return ct_fail (error, CT_ERROR_IO, "%s: %s", folder, g_strerror (errno));
  fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return ct_fail (error, CT_ERROR_IO, "%s: %s", path, g_strerror (errno));
  return close (fd) == 0;
}

static CdJournalFile *
open_once (const char *path, const guint8 key[32], gboolean *opened, GError **error)
{
  g_autoptr (CdJournalFile) self = g_new0 (CdJournalFile, 1);
  gboolean fresh = FALSE;

  memcpy (self->key, key, sizeof self->key);
  *opened = FALSE;
  if (sqlite3_open_v2 (path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL)
      != SQLITE_OK)
    {
      fail_sql (self, error);
      return NULL;
    }
  sqlite3_busy_timeout (self->db, 2000);
  if (sqlite3_exec (self->db, schema, NULL, NULL, NULL) != SQLITE_OK)
    {
      *opened = sqlite3_errcode (self->db) != SQLITE_NOTADB
                && sqlite3_errcode (self->db) != SQLITE_CORRUPT;
      fail_sql (self, error);
      return NULL;
    }
  *opened = is_opened_by_key (self, &fresh);
  if (!*opened)
    {
      ct_fail (error, CT_ERROR_DENIED, "%s: sealed with another key", path);
      return NULL;
    }
  if (fresh && !cd_journal_file_save (self, KEY_CHECK, KEY_CHECK_TEXT, error))
    return NULL;
  return g_steal_pointer (&self);
}

CdJournalFile *
cd_journal_file_open (const char *path, const guint8 key[32], GError **error)
{
  gboolean in_memory = strcmp (path, ":memory:") == 0;
  g_autofree char *aside = g_strconcat (path, ".unreadable", NULL);
  g_autoptr (GError) local = NULL;
  CdJournalFile *self;
  gboolean opened;

  if (sodium_init () < 0)
    {
      ct_fail (error, CT_ERROR_IO, "no source of random numbers");
      return NULL;
    }
  if (!in_memory && !make_private (path, error))
    return NULL;
  self = open_once (path, key, &opened, &local);
  if (self != NULL || opened || in_memory)
    {
      if (self == NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      return self;
    }
  g_warning ("put aside as %s: %s", aside, local->message);
  if (g_rename (path, aside) != 0 || !make_private (path, error))
    return NULL;
  return open_once (path, key, &opened, error);
}

void
cd_journal_file_close (CdJournalFile *self)
{
  if (self == NULL)
    return;
  sqlite3_close (self->db);
  sodium_memzero (self->key, sizeof self->key);
  g_free (self);
}

/* Commands */

gboolean
cd_journal_file_add (CdJournalFile *self, CdCommand *command, gint64 at_ms, GError **error)
{
  g_autoptr (Statement) statement = prepare (
      self, "INSERT INTO command (id, method, path, body, added) VALUES (?1, ?2, ?3, ?4, ?5)",
      error);

  if (statement == NULL)
    return FALSE;
  bind_text (statement, 1, command->id);
  bind_text (statement, 2, command->method);
  bind_text (statement, 3, command->path);
  bind_sealed (self, statement, 4, command->body);
  sqlite3_bind_int64 (statement, 5, at_ms);
  if (!run (self, statement, error))
    return FALSE;
  command->number = (guint64) sqlite3_last_insert_rowid (self->db);
  return TRUE;
}

gboolean
cd_journal_file_remove (CdJournalFile *self, guint64 number, GError **error)
{
  g_autoptr (Statement) statement = prepare (self, "DELETE FROM command WHERE number = ?1", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, (gint64) number);
  return run (self, statement, error);
}

GPtrArray *
cd_journal_file_list (CdJournalFile *self, GError **error)
{
  g_autoptr (Statement) statement
      = prepare (self, "SELECT number, id, method, path, body FROM command ORDER BY number", error);
  g_autoptr (GPtrArray) commands
      = g_ptr_array_new_with_free_func ((GDestroyNotify) cd_command_free);
  int step;

  if (statement == NULL)
    return NULL;
  while ((step = sqlite3_step (statement)) == SQLITE_ROW)
    {
      g_autoptr (CdCommand) command = g_new0 (CdCommand, 1);
      gboolean has_body = sqlite3_column_type (statement, 4) != SQLITE_NULL;

      command->number = (guint64) sqlite3_column_int64 (statement, 0);
      command->id = g_strdup ((const char *) sqlite3_column_text (statement, 1));
      command->method = g_strdup ((const char *) sqlite3_column_text (statement, 2));
      command->path = g_strdup ((const char *) sqlite3_column_text (statement, 3));
      command->body = has_body ? column_unsealed (self, statement, 4) : NULL;
      if (has_body && command->body == NULL)
        g_warning ("command %" G_GUINT64_FORMAT " cannot be opened", command->number);
      else
        g_ptr_array_add (commands, g_steal_pointer (&command));
    }
  if (step != SQLITE_DONE)
    {
      fail_sql (self, error);
      return NULL;
    }
  return g_steal_pointer (&commands);
}

/* Snapshots */

gboolean
cd_journal_file_save (CdJournalFile *self, const char *name, const char *text, GError **error)
{
  g_autoptr (Statement) statement
      = prepare (self,
                 text != NULL ? "INSERT INTO snapshot (name, body) VALUES (?1, ?2)"
                                " ON CONFLICT (name) DO UPDATE SET body = excluded.body"
                              : "DELETE FROM snapshot WHERE name = ?1",
                 error);

  if (statement == NULL)
    return FALSE;
  bind_text (statement, 1, name);
  bind_sealed (self, statement, 2, text);
  return run (self, statement, error);
}

char *
cd_journal_file_load (CdJournalFile *self, const char *name, GError **error)
{
  g_autoptr (Statement) statement
      = prepare (self, "SELECT body FROM snapshot WHERE name = ?1", error);
  char *text;

  if (statement == NULL)
    return NULL;
  bind_text (statement, 1, name);
  if (sqlite3_step (statement) != SQLITE_ROW)
    return NULL;
  text = column_unsealed (self, statement, 0);
  if (text == NULL)
    ct_fail (error, CT_ERROR_IO, "journal: snapshot cannot be opened");
  return text;
}
