/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a run, for the files of this folder. */
#pragma once

#include "common/script/run.h"
#include "common/script/script-private.h"

G_BEGIN_DECLS

typedef struct {
  gboolean given;
  CtScriptValue view; /* `value` owned */
} CtScriptSlot;

struct _CtScriptRun {
  CtScript *script;
  GHashTable *facts;   /* char* -> char* */
  CtScriptSlot *slots; /* by the step's index, all of them */
  gboolean *passed;    /* gone past */
  gboolean *revealed;
  const CtScriptStep *current;
  const CtScriptStep *entered;
  gint64 number;
  gint64 first;    /* commands up to this one were applied before our log begins */
  GPtrArray *log;  /* char*: what was applied since, to know a repetition by */
  GPtrArray *path; /* const CtScriptStep* */
};

/* Works the path out anew. */
void ct_script_run_walk (CtScriptRun *run);
/* Where `go` from @step, on the path, leads: over branches, to what is shown next; NULL: nowhere. */
const CtScriptStep *ct_script_run_after (const CtScriptRun *run, const CtScriptStep *step);
/* TRUE when @step asks and nothing required is missing there. */
gboolean ct_script_run_satisfies (const CtScriptRun *run, const CtScriptStep *step);

void ct_script_slot_set (CtScriptSlot *slot, const char *value, CtScriptOrigin origin, gint64 at_ms,
                         gboolean confirmed);
void ct_script_slot_clear (CtScriptSlot *slot);

G_END_DECLS
