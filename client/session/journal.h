/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal of commands (B06): what the user did is on disk, sealed, before it is sent, and is sent
 * in order until the server has answered it; through a network cut, a restart of the server, a crash of
 * the desk. A command's id is its idempotency key, so that sending twice does no harm. Beside it, one
 * snapshot: the call that was open, so that a desk that crashed comes back into it.
 *
 * Bodies are sealed with XSalsa20-Poly1305 (libsodium secretbox); method, path and state are in clear.
 * One thread: the main context's. A write is on disk before it returns (journal-file.h).
 *
 * A command whose answer is final (2xx, or a 4xx that will not change) leaves the queue and is told by
 * `done`; a passing failure (no network, 408, 425, 429, 5xx) keeps it, and it is tried again after a
 * pause that doubles up to 30 s, and at once when the session is online again. 401 waits for the next
 * sign-in.
 *
 * Signals:
 *   done (guint64 number, char *path, char *reply json or NULL, CdProblem *problem or NULL)
 *   notify::waiting    number of commands not yet answered */
#pragma once

#include "client/session/session.h"

G_BEGIN_DECLS

#define CD_TYPE_JOURNAL (cd_journal_get_type ())
G_DECLARE_FINAL_TYPE (CdJournal, cd_journal, CD, JOURNAL, GObject)

/* @path is the database file (made 0600), one for each server and user; ":memory:" survives nothing. */
CdJournal *cd_journal_new (const char *path, const guint8 key[32], CtClock *clock, GError **error);

/* Starts (or stops, with NULL) sending through @session, oldest first. */
void cd_journal_set_session (CdJournal *self, CdSession *session);

/* Keeps and then sends a command; returns its number in the journal (the one in `done`), 0 on error:
 * then nothing was kept. @request may be NULL. */
guint64 cd_journal_add (CdJournal *self, const char *method, const char *path,
                        gconstpointer request, GError **error);
guint cd_journal_get_waiting (CdJournal *self);
/* As cd_journal_get_waiting, of those whose path starts with @prefix. */
guint cd_journal_count_waiting (CdJournal *self, const char *prefix);

/* The open call's snapshot: any text, sealed. NULL text removes it. */
gboolean
cd_journal_save_snapshot (CdJournal *self, const char *name, const char *text, GError **error);
char *cd_journal_load_snapshot (CdJournal *self, const char *name, GError **error);

/* Where the desk keeps the journal of @user at @server: below $XDG_STATE_HOME/centrale. */
char *cd_journal_default_path (const char *server, const char *domain, const char *user);

G_END_DECLS
