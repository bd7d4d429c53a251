/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the class_init of this folder's widgets: their template out of this folder's resources. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @name: "sound-row" for sounds/sound-row.ui. */
void cd_sounds_set_template (GtkWidgetClass *widget_class, const char *name);

G_END_DECLS
