/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/widgets/template.h"

#include "client/widgets/resources.h"

void
cd_widget_set_template (GtkWidgetClass *widget_class, GResource *resource, const char *name)
{
  g_autofree char *path = g_strdup_printf (CD_RESOURCES "/%s.ui", name);

  g_resources_register (resource);
  gtk_widget_class_set_template_from_resource (widget_class, path);
}
