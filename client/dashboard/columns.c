/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/dashboard/columns.h"

typedef struct {
  const char *tooltip;
  CdColumnLabel label_of;
  CdColumnPressed pressed;
  gpointer data;
} Buttons;

static void
on_cell_made (GtkSignalListItemFactory *factory, GtkListItem *cell, const CdColumn *column)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), column->is_number ? 1 : 0);
  gtk_label_set_ellipsize (GTK_LABEL (label),
                           column->expands ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
  gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (cell, label);
}

static void
on_cell_bound (GtkSignalListItemFactory *factory, GtkListItem *cell, const CdColumn *column)
{
  g_autofree char *text = column->text_of (gtk_list_item_get_item (cell));

  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (cell)), text);
}

static GtkWidget *
find_label (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_LABEL (widget) ? widget : NULL;
  GtkWidget *child = gtk_widget_get_first_child (widget);

  for (; child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_label (child);
  return found;
}

/* A title stands above its numbers, on the right. GTK has no property for it. */
static void
align_title (GtkColumnView *view)
{
  GtkWidget *header = gtk_widget_get_first_child (GTK_WIDGET (view));
  GtkWidget *title = header != NULL ? gtk_widget_get_last_child (header) : NULL;
  GtkWidget *label = title != NULL ? find_label (title) : NULL;

  if (label == NULL)
    return;
  gtk_widget_set_hexpand (label, TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
}

static void
append (GtkColumnView *view, const char *title, GtkListItemFactory *factory, gboolean expands)
{
  g_autoptr (GtkColumnViewColumn) column = gtk_column_view_column_new (title, factory);

  gtk_column_view_column_set_expand (column, expands);
  gtk_column_view_append_column (view, column);
}

void
cd_columns_add (GtkColumnView *view, const CdColumn *columns, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

      g_signal_connect (factory, "setup", G_CALLBACK (on_cell_made), (gpointer) &columns[i]);
      g_signal_connect (factory, "bind", G_CALLBACK (on_cell_bound), (gpointer) &columns[i]);
      append (view, g_dpgettext2 (NULL, columns[i].context, columns[i].title), factory,
              columns[i].expands);
      if (columns[i].is_number)
        align_title (view);
    }
}

static void
on_button_clicked (GtkButton *button, GtkListItem *cell)
{
  const Buttons *buttons = g_object_get_data (G_OBJECT (button), "buttons");

  buttons->pressed (gtk_list_item_get_item (cell), buttons->data);
}

static void
on_button_made (GtkSignalListItemFactory *factory, GtkListItem *cell, Buttons *buttons)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("go-next-symbolic");

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, buttons->tooltip);
  g_object_set_data (G_OBJECT (button), "buttons", buttons);
  g_signal_connect (button, "clicked", G_CALLBACK (on_button_clicked), cell);
  gtk_list_item_set_child (cell, button);
}

static void
on_button_bound (GtkSignalListItemFactory *factory, GtkListItem *cell, Buttons *buttons)
{
  g_autofree char *label = buttons->label_of (gtk_list_item_get_item (cell));

  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_list_item_get_child (cell)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
free_buttons (gpointer data, GClosure *closure)
{
  g_free (data);
}

void
cd_columns_add_button (GtkColumnView *view, const char *tooltip, CdColumnLabel label_of,
                       CdColumnPressed pressed, gpointer data)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  Buttons *buttons = g_new (Buttons, 1);

  *buttons = (Buttons){ tooltip, label_of, pressed, data };
  g_signal_connect (factory, "bind", G_CALLBACK (on_button_bound), buttons);
  g_signal_connect_data (factory, "setup", G_CALLBACK (on_button_made), buttons, free_buttons, 0);
  append (view, NULL, factory, FALSE);
}
