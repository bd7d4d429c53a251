/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A widget's template out of its folder's resources. Each folder of windows has a template.h of its own,
 * which names them, for the class_init of its widgets. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @name: "desk/ring-card" for client/desk/ring-card.ui in @resource, which is made known. */
void cd_widget_set_template (GtkWidgetClass *widget_class, GResource *resource, const char *name);

G_END_DECLS
