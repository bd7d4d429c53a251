/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of CdSoundsWindow share: sounds-window.c (what is shown), sounds-actions.c (what the user
 * does with a prompt). */
#pragma once

#include "client/sounds/listener.h"
#include "client/sounds/sound-row.h"
#include "client/sounds/sounds.h"

G_BEGIN_DECLS

struct _CdSoundsWindow {
  AdwWindow parent_instance;
  AdwWindowTitle *title;
  AdwToastOverlay *toasts;
  AdwToast *said; /* weak: the last one, while it is there */
  GtkStack *stack;
  AdwStatusPage *failure;
  GtkBox *lines;

  CdSession *session;
  CtId company;
  GCancellable *cancellable;
  GHashTable *rows; /* "LINE/place/language" -> CdSoundRow, borrowed from the list */
  CdListener *listener;
  CdSoundRow *playing;   /* borrowed; NULL: nothing plays */
  GtkWindow *call_in;    /* borrowed, weak */
  CdSoundRow *called_in; /* what it is for */
  gint64 called_in_version;
  guint read_timer;
};

/* sounds-window.c */
void cd_sounds_read_anew (CdSoundsWindow *self);
void cd_sounds_show_prompt (CdSoundsWindow *self, CdSoundRow *row, const CtLinePrompt *prompt);

/* sounds-actions.c */
/* The last word is the one that holds: what was said before goes. */
void cd_sounds_say (CdSoundsWindow *self, const char *text);
/* Handler of CdSoundRow's "asked". */
void cd_sounds_on_asked (CdSoundRow *row, const char *what, gpointer data);

G_END_DECLS
