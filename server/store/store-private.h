/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the store share: the connection, and the writer's queue. Not for others. */
#pragma once

#include <sqlite3.h>

#include "server/store/store.h"

G_BEGIN_DECLS

struct _CsDb {
  CsStore *store;
  sqlite3 *handle;        /* NULL when it could not be opened: every query then fails with IO */
  GHashTable *statements; /* CsSql* -> CsQuery*, prepared once */
  gboolean writing;       /* a write closure runs */
  GArray *hooks;          /* of CsHook, of that closure; NULL while it has none */
};

typedef struct {
  CsPostFunc function;
  gpointer data;
  GDestroyNotify destroy;
} CsHook;

struct _CsStore {
  char *path;
  CtClock *clock;
  int schema;

  GMutex readers_lock;
  GPtrArray *readers; /* idle CsDb */

  /* Of the writer's thread alone. */
  GThread *thread;
  CsDb *db;
  GQueue taken;    /* from the queue, to be run next */
  guint64 commits; /* so far */

  int waiting;  /* closures in the queue and taken; atomic */
  GMutex lock;  /* for what follows */
  GCond wake;   /* the writer sleeps on it */
  GQueue queue; /* of CsWrite */
  gboolean stopping;
  gint64 due_us;   /* when the first of `queue` has waited long enough */
  gboolean broken; /* the connection is being reopened: nothing new is taken */
};

/* Opens a connection with the pragmas set. */
CsDb *cs_db_open (CsStore *store, gboolean writing, GError **error);
void cs_db_free (CsDb *db);
/* Runs SQL that returns nothing. */
gboolean cs_db_exec (CsDb *db, const char *sql, GError **error);
/* Sets @error from what SQLite says of @db; always FALSE. */
gboolean cs_db_fail (CsDb *db, const char *doing, GError **error);

extern const char cs_migrate_schema[]; /* the table that keeps what was applied */
/* Brings the schema up to date; tells the highest step applied. */
gboolean cs_migrate (CsDb *db, const CsMigration *migrations, gsize n_migrations, int *schema,
                     GError **error);

void cs_writer_start (CsStore *store);
/* Commits what was queued, ends the thread. */
void cs_writer_stop (CsStore *store);

G_END_DECLS
