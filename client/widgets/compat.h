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

G_END_DECLS
