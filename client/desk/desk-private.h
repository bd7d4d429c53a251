/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of CdDeskWindow share: desk-window.c (what is shown), desk-actions.c (what the user
 * does), desk-draft.c (the note that is not sent yet). */
#pragma once

#include "client/desk/caller-pane.h"
#include "client/desk/desk-window.h"
#include "client/desk/idle-page.h"
#include "client/desk/phone-bar.h"
#include "client/desk/presence-menu.h"
#include "client/desk/ring-card.h"
#include "client/desk/script-path.h"
#include "client/desk/script-view.h"
#include "client/desk/waiting.h"
#include "client/desk/wrap-up-page.h"
#include "client/widgets/band.h"
#include "client/widgets/level-meter.h"

G_BEGIN_DECLS

struct _CdDeskWindow {
  AdwApplicationWindow parent_instance;
  CdAgent *agent;
  CdPhone *phone;     /* of the agent */
  CdSession *session; /* of the agent */
  guint clock;        /* source: each second */

  const char *page;   /* "idle", "ringing", "call", "wrap-up" */
  CtId wrapping;      /* the ended call on the wrap-up page; CT_ID_NONE: none */
  CtId counted;       /* the settled call that the sum of today has in it */
  gboolean talking;   /* the call at hand was answered and is not over */
  gboolean show_form; /* in the wrap-up the form is looked at again */
  char *suggested;    /* disposition of the script's end */
  char *fallback;     /* disposition for a note of a wrap-up that ran out */
  guint draft;        /* source: the note is to be kept */

  AdwToastOverlay *toasts;
  AdwToast *told; /* weak: the last word, while it is there */
  AdwWindowTitle *title;
  GtkMenuButton *menu_button;
  CdPresenceMenu *presence_menu;
  CdWaiting *waiting;
  GtkLabel *earned, *banner_text, *company, *call_facts;
  GtkWidget *line_box, *left_pane, *to_wrap_up;
  CdLevelMeter *line;
  GtkRevealer *banner;
  GtkStack *pages;
  CdIdlePage *idle_page;
  CdRingCard *ring_card;
  CdBand *band;
  CdScriptPath *script_path;
  CdScriptView *script_view;
  AdwStatusPage *no_script;
  CdWrapUpPage *wrap_up_page;
  CdCallerPane *caller_pane;
  CdPhoneBar *phone_bar;
};

/* desk-window.c */
void cd_desk_update (CdDeskWindow *self);
gboolean cd_desk_call_is_over (const CtCall *call);

/* desk-actions.c */
void cd_desk_add_actions (CdDeskWindow *self);
void cd_desk_update_actions (CdDeskWindow *self);

/* desk-draft.c */
void cd_desk_begin_wrap_up (CdDeskWindow *self, const CtCall *call);
/* The call of the wrap-up is gone: what was typed is sent all the same. */
void cd_desk_end_wrap_up (CdDeskWindow *self);
void cd_desk_keep_draft (CdDeskWindow *self);
void cd_desk_finish_wrap_up (CdDeskWindow *self, const char *disposition, const char *note,
                             gboolean pause);

G_END_DECLS
