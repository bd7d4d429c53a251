/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one place that knows which GTK and libadwaita it was built with. The base is GTK 4.8 and
 * libadwaita 1.2; what those have and later ones call old (message dialogs, the about window), or what
 * only later ones have, is asked for here in our own words. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef void (*CdAnswered) (gboolean yes, gpointer data);

/* A question in front of @parent. @answered is called once, when it was answered or closed (FALSE). */
void cd_ask_question (GtkWidget *parent, const char *heading, const char *body, const char *cancel,
                      const char *yes, gboolean destructive, CdAnswered answered, gpointer data);
/* @icon: the application's icon name. */
void cd_show_about (GtkWidget *parent, const char *icon, const char *name, const char *version,
                    const char *comments);
void cd_load_css (GtkCssProvider *provider, const char *css);
/* @list: a GtkListView or GtkColumnView. */
void cd_scroll_list_to (GtkWidget *list, guint position);

/* What the style sheet calls the widget's colour, for one that draws itself. */
void cd_get_colour (GtkWidget *widget, GdkRGBA *colour);

G_END_DECLS
