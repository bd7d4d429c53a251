/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of the dashboard: what stands in a column is said by a row of a table, how a cell looks is the
 * same for all. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef struct {
  const char *context; /* of the title's translation */
  const char *title;
  char *(*text_of) (gpointer item); /* caller frees */
  gboolean is_number;
  gboolean expands;
} CdColumn;

/* @columns must stay. */
void cd_columns_add (GtkColumnView *view, const CdColumn *columns, gsize n);

typedef char *(*CdColumnLabel) (gpointer item);
typedef void (*CdColumnPressed) (gpointer item, gpointer data);
/* A last column of buttons: a row cannot be pressed by a screen reader, a button in it can. @label_of
 * names each. */
void cd_columns_add_button (GtkColumnView *view, const char *tooltip, CdColumnLabel label_of,
                            CdColumnPressed pressed, gpointer data);

G_END_DECLS
