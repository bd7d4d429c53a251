/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/records/line.h"
#include "server/base/workers.h"
#include "server/studio/studio.h"
#include "server/tenants/prompts.h"

G_BEGIN_DECLS

#define CS_STUDIO_SOUND_PREFIX "said-"

struct _CsStudio {
  CsStudioConfig config;
  CsWorkers *workers;  /* for the switch's orders */
  GMutex lock;         /* of what follows */
  GHashTable *errands; /* by ticket: the prompt that it is for */
};

/* A line as its people see it (lines.c). */
typedef struct {
  CsScope scope;
  CsLine *line;
  GPtrArray *places; /* CsPlace* */
  GHashTable *given; /* by key; borrowed when several lines are read */
  GPtrArray *made;   /* CsLinePromptRow*, in force */
  GPtrArray *old;    /* that can be brought back */
} CsLineView;

void cs_line_view_free (CsLineView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsLineView, cs_line_view_free)

/* One prompt of a line as a request names it: what is heard there now. */
typedef struct {
  const CsPlace *place;
  int language;
  const CsLinePromptRow *made; /* NULL: nobody made it */
  const char *media;           /* NULL: nothing is heard */
  const char *spoken;          /* what the machine says there, or would */
} CsHeard;

/* Takes @line. NULL and an error. @given NULL: reads it. */
CsLineView *
cs_line_view_new (CsDb *db, CsScope scope, CsLine *line, GHashTable *given, GError **error);
void cs_line_view_hear (const CsLineView *view, const CsPlace *place, int language, CsHeard *heard);
/* The line of the request, if it is one for who asks; NOT_FOUND else. */
CsLineView *cs_studio_open_line (CsExchange *exchange, GError **error);
/* And the place and language of the request. */
gboolean
cs_studio_find_heard (CsExchange *exchange, const CsLineView *view, CsHeard *heard, GError **error);
CtLine *cs_studio_line_record (CsStudio *studio, const CsLineView *view);
CtLinePrompt *
cs_studio_prompt_record (CsStudio *studio, const CsLineView *view, const CsHeard *heard);

/* Sounds in the folder (sounds.c). */
gint64 cs_studio_get_samples (CsStudio *studio, const char *media);
/* As a WAV file; NULL and NOT_FOUND. */
GBytes *cs_studio_load_wav (CsStudio *studio, const char *media, GError **error);
/* A name that no sound has or had. */
char *cs_studio_new_name (CsStudio *studio);

/* Writes the row and tells everybody; on a worker. @origin: CT_PROMPT_ORIGIN_CHOICES. */
gboolean cs_studio_keep (CsStudio *studio, CsScope scope, CtId company, CsLinePromptRow *row,
                         CtId person, gint64 version, GError **error);

/* call-in.c */
void cs_studio_init_call_in (CsStudio *studio);
void cs_studio_clear_call_in (CsStudio *studio);

gboolean cs_studio_get_lines (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_studio_get_sound (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_studio_put_sound (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_studio_delete_sound (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_studio_post_restore (CsExchange *exchange, gpointer module, GError **error);
gboolean cs_studio_post_call_in (CsExchange *exchange, gpointer module, GError **error);

G_END_DECLS
