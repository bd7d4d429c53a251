/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/widgets/shortcuts.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* "F2", "Ctrl+?" */
static void
append_keys (GtkWidget *box, const char *keys)
{
  g_auto (GStrv) each = g_strsplit (keys, " ", -1);

  for (guint i = 0; each[i] != NULL; i++)
    {
      guint key;
      GdkModifierType modifiers;
      g_autofree char *text = NULL;
      GtkWidget *label;

      if (!gtk_accelerator_parse (each[i], &key, &modifiers))
        continue;
      text = gtk_accelerator_get_label (key, modifiers);
      label = gtk_label_new (text);
      gtk_widget_add_css_class (label, "keycap");
      gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
      gtk_box_append (GTK_BOX (box), label);
    }
}

static GtkWidget *
make_row (const CdShortcut *shortcut)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (shortcut->title));
  append_keys (box, shortcut->keys);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), box);
  return row;
}

static gboolean
on_escape_pressed (GtkWidget *window, GVariant *args, gpointer data)
{
  gtk_window_close (GTK_WINDOW (window));
  return TRUE;
}

static gboolean
is_shown (GtkWindow *parent, const CdShortcut *shortcut)
{
  GtkApplication *application = gtk_window_get_application (parent);

  return shortcut->needs == NULL
         || g_action_group_get_action_enabled (G_ACTION_GROUP (application), shortcut->needs);
}

void
cd_show_shortcuts (GtkWindow *parent, const CdShortcut *shortcuts, gsize n)
{
  GtkWidget *window = adw_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *page = adw_preferences_page_new ();
  AdwPreferencesGroup *group = NULL;
  GtkEventController *keys = gtk_shortcut_controller_new ();

  for (gsize i = 0; i < n; i++)
    if (shortcuts[i].keys == NULL)
      {
        group = NULL;
        if (!is_shown (parent, &shortcuts[i]))
          continue;
        group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
        adw_preferences_group_set_title (group, _ (shortcuts[i].title));
        adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), group);
      }
    else if (group != NULL && is_shown (parent, &shortcuts[i]))
      adw_preferences_group_add (group, make_row (&shortcuts[i]));
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                        gtk_callback_action_new (on_escape_pressed, NULL, NULL)));
  gtk_widget_add_controller (window, keys);
  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), page);
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_set_title (GTK_WINDOW (window), _ ("Keyboard Shortcuts"));
  gtk_window_set_default_size (GTK_WINDOW (window), 520, 640);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
}
