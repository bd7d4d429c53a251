/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backups: a folder each, database and files at one point; one a day, thinned as it ages (S1-35). */
#pragma once

#include "server/app/app-private.h"

G_BEGIN_DECLS

typedef struct {
  CsStore *store;
  CsBlobs *blobs;
  CtClock *clock;
  const char *prompts;       /* folder */
  GCancellable *cancellable; /* NULL: goes on to its end */
} CsBackupSource;

/* Blocks; on a worker or from a command. The path of the new backup, which the caller frees. */
char *cs_backup_make (const CsBackupSource *source, const char *folder, GError **error);
/* No backup stands in @folder since the last time it was @hour o'clock (UTC): also so when the server was
 * down at that time. One of a time to come, made while the clock was wrong, does not count. */
gboolean cs_backup_is_due (const char *folder, gint64 now_ms, gint64 hour);
/* Removes what is no longer kept, and what a crash left half made; how many of the former. */
guint cs_backup_thin (const char *folder, gint64 now_ms);

G_END_DECLS
