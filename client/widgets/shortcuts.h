/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window that lists the keys (Ctrl+?). A list of our own: GTK's window for it is old in 4.18. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct {
  const char *title; /* of a group when `keys` is NULL; NOT yet translated (N_()) */
  const char *keys;  /* one or more accelerators, as "F2 space" */
  const char *
      needs; /* an action of the application: left out (a group with its keys) while it is disabled */
} CdShortcut;

void cd_show_shortcuts (GtkWindow *parent, const CdShortcut *shortcuts, gsize n);

G_END_DECLS
