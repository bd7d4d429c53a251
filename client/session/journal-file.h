/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal's file: SQLite in WAL mode, each write on disk before it returns, texts sealed with
 * XSalsa20-Poly1305 (nonce, then ciphertext). The only place of the desk with SQL. */
#pragma once

#include "common/base/error.h"

G_BEGIN_DECLS

typedef struct _CdJournalFile CdJournalFile;

typedef struct {
  guint64 number;
  char *id; /* idempotency key */
  char *method;
  char *path;
  char *body; /* JSON, or NULL */
} CdCommand;

void cd_command_free (CdCommand *command);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CdCommand, cd_command_free)

/* @path ":memory:" keeps nothing. A file that @key does not open is put aside (".unreadable") and a
 * new one is begun. */
CdJournalFile *cd_journal_file_open (const char *path, const guint8 key[32], GError **error);
void cd_journal_file_close (CdJournalFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CdJournalFile, cd_journal_file_close)

/* Fills in the number. */
gboolean
cd_journal_file_add (CdJournalFile *self, CdCommand *command, gint64 at_ms, GError **error);
gboolean cd_journal_file_remove (CdJournalFile *self, guint64 number, GError **error);
/* All that wait, oldest first: CdCommand*. One that cannot be opened is logged and left out. */
GPtrArray *cd_journal_file_list (CdJournalFile *self, GError **error);

gboolean
cd_journal_file_save (CdJournalFile *self, const char *name, const char *text, GError **error);
/* NULL without an error when there is none. */
char *cd_journal_file_load (CdJournalFile *self, const char *name, GError **error);

G_END_DECLS
