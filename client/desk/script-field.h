/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The input for one question of a script, by its kind: a line, several lines, radio rows with keys 1 to
 * 9, a date with a calendar, a hidden line for a secret.
 *
 * Signals:
 *   changed ()     by the user
 *   activated ()   Enter (Ctrl+Enter where Enter makes a new line): he is done with it */
#pragma once

#include "common/script/run.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_SCRIPT_FIELD (cd_script_field_get_type ())
G_DECLARE_FINAL_TYPE (CdScriptField, cd_script_field, CD, SCRIPT_FIELD, AdwBin)

/* @script is kept. @language: the e-agent's, for labels. @now_ms: for dates without a year. */
GtkWidget *cd_script_field_new (CtScript *script, const CtScriptStep *step, const char *language,
                                gint64 now_ms);

/* As the interpreter keeps it (an ISO date, a choice's code). "" clears. Emits nothing. */
void cd_script_field_set_value (CdScriptField *self, const char *value);
/* What stands there, turned into that form where it can be. Caller frees. */
char *cd_script_field_dup_value (CdScriptField *self);
/* As it was typed, to be put back by cd_script_field_set_typed(). Caller frees. */
char *cd_script_field_dup_typed (CdScriptField *self);
void cd_script_field_set_typed (CdScriptField *self, const char *typed);
/* The @n-th choice, from 1. FALSE when there is none. */
gboolean cd_script_field_choose (CdScriptField *self, guint n);
/* Enter makes a new line in it. */
gboolean cd_script_field_has_lines (CdScriptField *self);
void cd_script_field_focus (CdScriptField *self);

G_END_DECLS
