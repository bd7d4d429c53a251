/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one place that knows which GTK and libadwaita it was built with. The base is GTK 4.8 and
 * libadwaita 1.2; what those have and later ones call old, or what only later ones have, is asked for
 * here in our own words. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* @icon: the application's icon name. */
void cd_show_about (GtkWidget *parent, const char *icon, const char *name, const char *version,
                    const char *comments);
/* What the style sheet calls the widget's colour, for one that draws itself. */
void cd_get_colour (GtkWidget *widget, GdkRGBA *colour);

/* Lets the user choose a file to open, of one of the MIME @types (NULL-terminated) or with one of their
 * usual endings; @callback gets NULL when he chooses none. */
typedef void (*CdFileFunc) (GFile *file, gpointer data);
void cd_choose_file (GtkWindow *parent, const char *title, const char *filter_name,
                     const char *const *types, CdFileFunc callback, gpointer data);

G_END_DECLS
