/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this folder share: the model's inside, and the one reader of placeholders. */
#pragma once

#include "common/rules/phone.h"
#include "common/script/script.h"

G_BEGIN_DECLS

struct _CtScript {
  gatomicrefcount references;
  gboolean speaks[CT_SCRIPT_LANGUAGES];
  int first_language;
  char *start;
  char *country;
  const CtDialPlan
      *plan; /* of the country, static: whose national numbers callers give; NULL: none's */
  guint difficulty;
  CtScriptText conduct;
  GPtrArray *steps;        /* CtScriptStep */
  GHashTable *by_id;       /* char* (the step's) -> CtScriptStep */
  GPtrArray *dispositions; /* CtScriptDisposition */
  GPtrArray *outputs;      /* CtScriptOutput */
  GPtrArray *directory;    /* CtScriptEntry */
  GPtrArray *allowed;      /* CtScriptText */
  GPtrArray *forbidden;    /* CtScriptText */
};

CtScript *ct_script_new (void);
void ct_script_text_clear (CtScriptText *text);
void ct_script_text_free (CtScriptText *text);
void ct_script_condition_free (CtScriptCondition *condition);
void ct_script_choice_free (CtScriptChoice *choice);
void ct_script_arm_free (CtScriptArm *arm);
void ct_script_step_free (CtScriptStep *step);
void ct_script_disposition_free (CtScriptDisposition *disposition);
void ct_script_output_free (CtScriptOutput *output);
void ct_script_entry_free (CtScriptEntry *entry);

const CtScriptChoice *ct_script_step_find_choice (const CtScriptStep *step, const char *code);
/* UTF-8 without control characters but \n and \t, as the wire takes it (common/wire). */
gboolean ct_script_is_plain_text (const char *value);
gboolean ct_script_name_is_valid (const char *name);
/* TRUE for the facts that run.h lists. */
gboolean ct_script_fact_is_known (const char *name);

/* Cuts @text at its placeholders. @literal is the text before one (never NULL), @name what stands
 * between its braces, or NULL after the last. A brace without its partner is literal. Returns where to
 * go on; NULL at the end. */
const char *ct_script_next_piece (const char *text, char **literal, char **name);
/* TRUE when the text holds {NAME} in any language. */
gboolean ct_script_text_mentions (const CtScriptText *text, const char *name);

G_END_DECLS
