/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of CdScriptView share: script-view.c (what the user types, and where he goes),
 * script-screen.c (what a step looks like). */
#pragma once

#include "client/desk/connect-panel.h"
#include "client/desk/script-field.h"
#include "client/desk/script-view.h"

G_BEGIN_DECLS

struct _CdScriptView {
  AdwBin parent_instance;
  CdScriptDo doer;
  gpointer doer_data;
  char *language; /* the e-agent's */

  CtScriptRun *run;   /* borrowed, see cd_script_view_show() */
  const CtCall *call; /* borrowed; NULL in tests */
  gint64 now_ms;
  CtScript *script;  /* of what is on the screen */
  char *step;        /* id; NULL: none */
  gboolean typed;    /* the field holds something that is no answer yet */
  GHashTable *unfit; /* step -> what was typed there and is no answer */
  guint pause;       /* source: the user pauses in typing */
  gboolean showing;

  CdScriptField *field; /* NULL: this step asks nothing */
  GtkWidget *scrolled;
  GtkLabel *say, *direction, *conduct, *label, *mark, *error, *protected_text, *ticket, *place;
  GtkWidget *direction_box, *question, *reveal_box, *ticket_box;
  AdwBin *field_bin;
  GtkEditable *reason;
  GtkWidget *reveal_button, *back_button, *next_button;
  GtkLabel *next_key; /* in next_button */
  CdConnectPanel *connect_panel;
};

/* script-screen.c */
gboolean cd_script_is_secret (const CtScriptStep *step);
/* A label without a text is not there. */
void cd_script_show_text (GtkLabel *label, const char *text);
/* @step: the run's current one, for which the field was made. */
void cd_script_show_step (CdScriptView *self, const CtScriptStep *step);

G_END_DECLS
