/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bounded pool of threads for work that may block: route handlers, argon2, mail, prompts. */
#pragma once

#include "server/base/loop.h"

G_BEGIN_DECLS

typedef struct _CsWorkers CsWorkers;

CsWorkers *cs_workers_new (const char *name, guint threads, guint capacity);
/* Finishes what was pushed. */
void cs_workers_free (CsWorkers *workers);
/* FALSE when @capacity jobs wait or the pool stops: @destroy has then run. */
gboolean
cs_workers_push (CsWorkers *workers, CsPostFunc function, gpointer data, GDestroyNotify destroy);
guint cs_workers_get_depth (CsWorkers *workers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsWorkers, cs_workers_free)

G_END_DECLS
