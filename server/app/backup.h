/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "server/app/app-private.h"

G_BEGIN_DECLS

typedef struct {
  CsStore *store;
  CsBlobs *blobs;
  CtClock *clock;
  const char *prompts; /* folder */
} CsBackupSource;

/* Blocks; on a worker or from a command. The path of the new backup, which the caller frees. */
char *cs_backup_make (const CsBackupSource *source, const char *folder, GError **error);
/* Removes what is no longer kept; how many. */
guint cs_backup_thin (const char *folder, gint64 now_ms);

G_END_DECLS
