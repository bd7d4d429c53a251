/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/widgets/compat.h"

void
cd_show_about (GtkWidget *parent, const char *icon, const char *name, const char *version,
               const char *comments)
{
#if ADW_CHECK_VERSION(1, 5, 0)
  adw_show_about_dialog (parent, "application-icon", icon, "application-name", name, "version",
                         version, "comments", comments, "license-type", GTK_LICENSE_GPL_3_0, NULL);
#else
  adw_show_about_window (GTK_WINDOW (gtk_widget_get_root (parent)), "application-icon", icon,
                         "application-name", name, "version", version, "comments", comments,
                         "license-type", GTK_LICENSE_GPL_3_0, NULL);
#endif
}

void
cd_get_colour (GtkWidget *widget, GdkRGBA *colour)
{
#if GTK_CHECK_VERSION(4, 10, 0)
  gtk_widget_get_color (widget, colour);
#else
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), colour);
#endif
}
