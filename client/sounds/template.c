/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/sounds/template.h"

GResource *cd_sounds_get_resource (void); /* made by glib-compile-resources */

void
cd_sounds_set_template (GtkWidgetClass *widget_class, const char *name)
{
  g_autofree char *path = g_strdup_printf ("/org/centrale/Centrale/sounds/%s.ui", name);

  g_resources_register (cd_sounds_get_resource ());
  gtk_widget_class_set_template_from_resource (widget_class, path);
}
