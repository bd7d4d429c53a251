/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prompts of a line (D35). The tenant file gives prompts by key, shared by its lines: spoken texts,
 * files, the house's music. A person replaces one of them for one place of one line in one language: a
 * row of `line_prompt`. Such a row covers what the file gives until it is taken away, and applying the
 * file again does not touch it. What was taken away or replaced is kept a day, to be brought back. */
#pragma once

#include "server/tenants/tenants.h"

G_BEGIN_DECLS

#define CS_PROMPT_UNDO_MS (24 * G_GINT64_CONSTANT (3600000))

typedef struct {
  CtId id;
  CtId tenant;
  CtId company;
  CtLineSpec *spec;
  CsLanguage language; /* its own, else its company's */
} CsLine;

void cs_line_free (CsLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsLine, cs_line_free)

/* Within the scope's tenant. @company CT_ID_NONE: of every company. */
CsLine *cs_tenants_get_line (CsDb *db, CsScope scope, CtId id, GError **error);
GPtrArray *cs_tenants_list_company_lines (CsDb *db, CsScope scope, CtId company, GError **error);

/* Where in a line a prompt is heard (common/records/line.h lists the places). */
typedef struct {
  char *name;
  char *key;              /* of the tenant file's prompt; NULL: it names none */
  const CtStepSpec *step; /* that it belongs to; borrowed from the specification, or NULL */
  CsPrompt *planned;      /* in the plan's line; NULL when none was given */
} CsPlace;

/* All places of a line, in the order a caller comes by. @line: the plan's line that was made of @spec, or
 * NULL. */
GPtrArray *cs_places_of (const CtLineSpec *spec, CsPlanLine *line);
const CsPlace *cs_places_find (GPtrArray *places, const char *name);
/* Music has no language: one sound is for all. */
gboolean cs_place_speaks (const CsPlace *place);
/* The languages a caller of the line can have: bits of 1 << CsLanguage. */
guint cs_line_languages (const CsLine *line);

/* What the tenant file gives: CS_LANGUAGES of them a key. */
typedef struct {
  char *media[CS_LANGUAGES];
  char *spoken[CS_LANGUAGES]; /* the text; NULL: not spoken */
} CsGivenPrompt;

/* By key: CsGivenPrompt*. */
GHashTable *cs_tenants_list_given_prompts (CsDb *db, CsScope scope, GError **error);

typedef struct {
  CtId line;
  char *place;
  int language; /* CsLanguage */
  gint64 version;
  char *origin;
  char *by; /* the person's name */
  gint64 at_ms;
  char *media;
  gint64 samples;
} CsLinePromptRow;

void cs_line_prompt_row_free (gpointer row);

/* Those in force, by line. @line CT_ID_NONE: of all lines. CsLinePromptRow* */
GPtrArray *cs_tenants_list_line_prompts (CsDb *db, CsScope scope, CtId line, GError **error);
/* Those that can be brought back, newest first. */
GPtrArray *cs_tenants_list_old_prompts (CsDb *db, CsScope scope, CtId line, GError **error);
/* 0: what the file gives is in force. */
gboolean cs_tenants_get_prompt_version (CsDb *db, CsScope scope, CtId line, const char *place,
                                        const char *language, gint64 *version, GError **error);

/* In a write closure; @version is what the asker saw: CT_ERROR_CONFLICT when it is not so any more. The
 * row's `by` and `at_ms` are not read: it is @person, now. */
gboolean cs_tenants_put_line_prompt (CsDb *db, CsScope scope, const CsLinePromptRow *row,
                                     CtId person, gint64 version, GError **error);
gboolean cs_tenants_remove_line_prompt (CsDb *db, CsScope scope, CtId line, const char *place,
                                        const char *language, gint64 version, GError **error);
/* The sound before, in force again; what is in force now can be brought back in turn. NOT_FOUND. */
gboolean cs_tenants_restore_line_prompt (CsDb *db, CsScope scope, CtId line, const char *place,
                                         const char *language, gint64 version, GError **error);
/* In a write closure, system scope: forgets what was taken away before @before_ms. */
gboolean cs_tenants_forget_old_prompts (CsDb *db, CsScope scope, gint64 before_ms, GError **error);
/* The name of every sound that a row speaks of, in force or not, of the file or of a person: a set of
 * char*. */
GHashTable *cs_tenants_list_sounds (CsDb *db, CsScope scope, GError **error);

G_END_DECLS
