/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script of a call, one step at a time: what to say, large and in the caller's language; directions
 * and conduct in the e-agent's; the input of a question, with what is known already and how old it is;
 * the protected text, the connection, the ticket number.
 *
 * What is typed becomes a command when the user goes on, and also when he pauses in typing, so that
 * neither a crash nor the end of the call takes it away. What is not a valid answer yet stays in its
 * step as it was typed.
 *
 * Signals: connect (char *step), connect-cancelled () */
#pragma once

#include "common/records/call.h"
#include "common/script/run.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_SCRIPT_VIEW (cd_script_view_get_type ())
G_DECLARE_FINAL_TYPE (CdScriptView, cd_script_view, CD, SCRIPT_VIEW, AdwBin)

/* Does a command of common/script/run.h: CdAgent's, or a test's. */
typedef gboolean (*CdScriptDo) (const char *kind, const char *step, const char *value,
                                const char *reason, gpointer data, GError **error);

void cd_script_view_set_doer (CdScriptView *self, CdScriptDo doer, gpointer data);
/* @language: the e-agent's. */
void cd_script_view_set_language (CdScriptView *self, const char *language);
/* Shows @run (NULL: none) as it is now. What the user is typing is left alone while the step is the
 * same. Both are borrowed until the next call of this. */
void cd_script_view_show (CdScriptView *self, CtScriptRun *run, const CtCall *call, gint64 now_ms);
/* Makes an answer of what is typed, if it can be one. */
void cd_script_view_flush (CdScriptView *self);

void cd_script_view_next (CdScriptView *self);
void cd_script_view_back (CdScriptView *self);
/* Stands at @step of the path. */
void cd_script_view_go_to (CdScriptView *self, const char *step);
gboolean cd_script_view_choose (CdScriptView *self, guint n);
void cd_script_view_focus (CdScriptView *self);

G_END_DECLS
