/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database behind one door. One writing connection lives on the writer's thread and commits in
 * groups (what waits; at most 256 closures or 5 ms) with synchronous=FULL; a closure that fails undoes only
 * itself. Readers have connections of their own. SQL stands only in *-store.c
 * files and migrations, each statement declared with CS_SQL so that tests can find and prepare them
 * all, on SQLite and on a real PostgreSQL: parameters ?1 ?2, RETURNING, ON CONFLICT, every ORDER BY
 * ending in a unique NOT NULL key, columns read by name.
 *
 * An error at COMMIT means unknown: every closure of the group answers CT_ERROR_UNKNOWN, the
 * connection is reopened, and the callers reconcile by idempotency key. */
#pragma once

#include "common/base/error.h"
#include "server/base/loop.h"
#include "server/base/scope.h"

G_BEGIN_DECLS

typedef struct _CsStore CsStore;
typedef struct _CsDb CsDb;       /* one connection, of one thread at a time */
typedef struct _CsQuery CsQuery; /* one statement being run */

typedef struct {
  const char *name; /* of the C variable, for messages */
  const char *text;
} CsSql;

/* CS_SQL (find_company, "SELECT ... "); defines `static const CsSql find_company` and lists it. */
#define CS_SQL(variable, sql)                                                                      \
  static const CsSql variable = { #variable, sql };                                                \
  static const CsSql *const variable##_listed __attribute__ ((used, section ("cs_sql"))) = &variable

/* All statements linked into the program. */
const CsSql *const *cs_sql_all (gsize *n);

typedef struct {
  int number; /* of the file: 1, 2, 3...; unique over all modules, runs in this order */
  const char *name;
  const char *sql; /* several statements; runs in a transaction of its own */
} CsMigration;

/* Opens or creates. A newer schema than the program knows, or a failed migration, is an error and
 * changes nothing. @migrations is sorted by number. */
CsStore *cs_store_open (const char *path, CtClock *clock, const CsMigration *migrations,
                        gsize n_migrations, GError **error);
/* Commits what was queued, closes. */
void cs_store_close (CsStore *store);
CtClock *cs_store_get_clock (CsStore *store);
int cs_store_get_schema (CsStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsStore, cs_store_close)

/* Writing. The closure may run its statements, nothing else; it reads again what it decides on. */
typedef gboolean (*CsWriteFunc) (CsDb *db, gpointer data, GError **error);
typedef void (*CsWroteFunc) (const GError *error, gpointer data);

/* Blocks until the group is on disk (workers, tests, tools); never from a closure. CT_ERROR_BUSY: it
 * did not run; CT_ERROR_IO: it was rolled back; CT_ERROR_UNKNOWN: nobody knows. */
gboolean cs_store_write (CsStore *store, CsWriteFunc function, gpointer data, GError **error);
/* The same for a thread that nobody waits for: it may take 100 ms more, to share its commit with others,
 * and @function may run more than once, as with cs_store_write_async. */
gboolean
cs_store_write_patiently (CsStore *store, CsWriteFunc function, gpointer data, GError **error);
/* Queues. @function may run more than once (when another closure of its group fails, all run again), so
 * it only sets what it answers, never adds to it. @wrote (may be NULL) is posted to @loop (NULL: runs on
 * the writer) when the group is on disk or the closure failed; then @destroy (@data). FALSE and
 * CT_ERROR_BUSY when the queue is full: @destroy has then run. Closures of one caller run in the order
 * queued. */
gboolean cs_store_write_async (CsStore *store, CsWriteFunc function, gpointer data, CsLoop *loop,
                               CsWroteFunc wrote, GDestroyNotify destroy, GError **error);

/* As cs_store_write_async, but never refused for fullness: for what a running call needs. */
gboolean cs_store_write_urgent (CsStore *store, CsWriteFunc function, gpointer data, CsLoop *loop,
                                CsWroteFunc wrote, GDestroyNotify destroy, GError **error);
/* A closure that changes nothing and yet writes to the disk, for whoever must know whether it can: a commit
 * of nothing succeeds on a disk that is full or has become read-only. */
gboolean cs_store_try_disk (CsDb *db, gpointer unused, GError **error);
/* Closures waiting now; for metrics and refusal. */
guint cs_store_get_depth (CsStore *store);

/* From inside a write closure: @function (@data) runs on the writer after the commit that holds this
 * closure, and never if it fails. For events. */
void cs_db_after_commit (CsDb *db, CsPostFunc function, gpointer data, GDestroyNotify destroy);
/* For such a function, which may read @db: the same number for all that were committed together. */
guint64 cs_db_get_commits (CsDb *db);

/* Reading, on a worker. Each statement sees what was committed when it began. Never NULL: when no
 * connection is to be had, every query of it fails with CT_ERROR_IO. */
CsDb *cs_store_acquire_reader (CsStore *store);
void cs_store_release_reader (CsStore *store, CsDb *db);
CtClock *cs_db_get_clock (CsDb *db);
/* Is this the writer's connection, in a write closure? */
gboolean cs_db_is_writing (CsDb *db);

/* Statements. Prepared once a connection and kept. The handle is given back with cs_query_free, which
 * resets it. Binding and reading never fail; the first error is kept and told by step or run. A wrong
 * parameter or column is a mistake of the programmer: critical in the log, and zero. */
CsQuery *cs_query (CsDb *db, const CsSql *sql);
void cs_query_free (CsQuery *query);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsQuery, cs_query_free)

void cs_bind_int (CsQuery *query, int position, gint64 value);
void cs_bind_id (CsQuery *query, int position, CtId id);            /* CT_ID_NONE binds NULL */
void cs_bind_text (CsQuery *query, int position, const char *text); /* copied; NULL binds NULL */
void cs_bind_blob (CsQuery *query, int position, gconstpointer bytes, gsize size);
void cs_bind_null (CsQuery *query, int position);

typedef enum { CS_ROW_FAILED = -1, CS_ROW_NONE = 0, CS_ROW_READY = 1 } CsRowResult;
CsRowResult cs_query_step (CsQuery *query, GError **error);
/* Runs to the end; @changed (may be NULL) is the number of rows changed. A violated UNIQUE or foreign
 * key is CT_ERROR_CONFLICT. */
gboolean cs_query_run (CsQuery *query, gint64 *changed, GError **error);

gint64 cs_column_int (CsQuery *query, const char *name);
CtId cs_column_id (CsQuery *query, const char *name); /* NULL reads CT_ID_NONE */
const char *
cs_column_text (CsQuery *query, const char *name); /* until the next step; NULL for NULL */
char *cs_column_dup_text (CsQuery *query, const char *name);
GBytes *cs_column_dup_blob (CsQuery *query, const char *name);
gboolean cs_column_is_null (CsQuery *query, const char *name);

/* For `check`: the file's integrity, every reference, and that tables and indexes are those of @migrations; a
 * line in @faults for each fault. */
gboolean cs_store_check (CsDb *db, const CsMigration *migrations, gsize n_migrations,
                         GPtrArray *faults, GError **error);

/* Replaces @path. A consistent copy of the database at one point, while all runs on (S1-35). */
gboolean cs_store_backup (CsStore *store, const char *path, GError **error);

G_END_DECLS
