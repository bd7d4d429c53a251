/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where people make the prompts of a line (D35): see what callers hear and who made it, hear it, replace
 * it by a recording or a file, take that away again. A sound is prepared in the sandboxed helper, lies
 * in the prompt folder under a name of its own for ever (SOUND_PREFIX and an id), and is named by a row;
 * what is replaced keeps its file for a day, to be brought back, and for the calls that go on with the
 * plan they began with. */
#pragma once

#include "server/base/loop.h"
#include "server/http/route.h"
#include "server/media/prepare.h"
#include "server/switch/switch.h"

G_BEGIN_DECLS

typedef struct _CsStudio CsStudio;

typedef struct {
  CtClock *clock;
  CsStore *store;
  CsHub *hub;
  CsDecodeConfig decode;
  /* What callers hear has changed: the plan must be made anew. Called on a worker. */
  void (*lines_changed) (gpointer data);
  CsLoop *switch_loop;
  CsSwitch *(*get_switch) (gpointer data); /* on its loop; NULL once it is gone */
  gpointer data;
} CsStudioConfig;

/* Everything is borrowed and outlives it. */
CsStudio *cs_studio_new (const CsStudioConfig *config);
void cs_studio_free (CsStudio *studio);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsStudio, cs_studio_free)

/* For cs_switch_set_studio(). Its orders may come until the switch is gone; cs_studio_free() is after that,
 * and finishes them. */
CsStudioPort cs_studio_get_port (CsStudio *studio);

/* At start, before the first call: forgets what nobody can bring back any more, and removes sounds that
 * no row names. */
gboolean cs_studio_sweep (CsStudio *studio, GError **error);
/* For `check`: sounds that a row names and the folder has not. A line in @faults for each. */
gboolean cs_studio_check (CsDb *db, const char *prompt_folder, GPtrArray *faults, GError **error);

/* The handlers' module pointer is a CsStudio. */
extern const CsModule cs_studio_module;

G_END_DECLS
