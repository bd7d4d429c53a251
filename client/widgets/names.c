/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/widgets/names.h"

#include <glib/gi18n.h>

static void
set_name (GtkWidget *button, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
on_tooltip_changed (GtkWidget *button)
{
  set_name (button, gtk_widget_get_tooltip_text (button));
}

void
cd_name_buttons (GtkWidget *widget)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);

  for (; child != NULL; child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_BUTTON (child) && gtk_widget_get_tooltip_text (child) != NULL)
      {
        g_signal_connect (child, "notify::tooltip-text", G_CALLBACK (on_tooltip_changed), NULL);
        on_tooltip_changed (child);
      }
    else
      cd_name_buttons (child);
}

/* The button for undoing has words, the one that closes an icon. */
static void
name_close_button (GtkWidget *widget)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);

  for (; child != NULL; child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_BUTTON (child) && gtk_button_get_icon_name (GTK_BUTTON (child)) != NULL)
      set_name (child, _ ("Close the message"));
    else
      name_close_button (child);
}

static void
on_children_changed (GListModel *children, guint position, guint removed, guint added)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (GtkWidget) child = g_list_model_get_item (children, i);

      /* The other child is the window's content. */
      if (g_strcmp0 (gtk_widget_get_css_name (child), "toast") == 0)
        name_close_button (child);
    }
}

void
cd_name_toasts (AdwToastOverlay *overlay)
{
  GListModel *children = gtk_widget_observe_children (GTK_WIDGET (overlay));

  g_signal_connect (children, "items-changed", G_CALLBACK (on_children_changed), NULL);
  g_object_set_data_full (G_OBJECT (overlay), "children", children, g_object_unref);
}
