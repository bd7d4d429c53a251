/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/words.h"

#include "client/session/keyed.h"
#include "common/rules/phone.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

char *
cd_dup_number (const char *number)
{
  return ct_phone_is_withheld (number) ? g_strdup (_ ("Number withheld"))
                                       : ct_phone_pretty (number);
}

char *
cd_dup_keyed (const CtCall *call)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; call->keyed != NULL && i < call->keyed->len; i++)
    {
      const CtKeyed *keyed = g_ptr_array_index (call->keyed, i);

      if (*keyed->value == '\0')
        continue;
      if (text->len > 0)
        g_string_append_c (text, '\n');
      /* Translators: what a caller keyed in at a question of the menu: %1$s the question's name, %2$s
       * the digits */
      g_string_append_printf (text, _ ("%1$s: %2$s"), cd_keyed_get_label (keyed),
                              cd_keyed_get_meaning (keyed));
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

const char *
cd_disposition_label (const CtCall *call, const char *code)
{
  for (guint i = 0; call->dispositions != NULL && i < call->dispositions->len; i++)
    {
      const CtDisposition *disposition = g_ptr_array_index (call->dispositions, i);

      if (strcmp (disposition->code, code) == 0)
        return disposition->label;
    }
  return code;
}

GtkLabel *
cd_append_detail (GtkBox *box, const char *caption)
{
  GtkWidget *detail = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *head = gtk_label_new (caption);
  GtkWidget *text = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (head), 0);
  gtk_widget_add_css_class (head, "caption");
  gtk_widget_add_css_class (head, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (text), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (text), TRUE);
  gtk_widget_set_can_focus (text, FALSE);
  gtk_widget_add_css_class (text, "tabular");
  gtk_accessible_update_relation (GTK_ACCESSIBLE (text), GTK_ACCESSIBLE_RELATION_LABELLED_BY, head,
                                  NULL, -1);
  gtk_box_append (GTK_BOX (detail), head);
  gtk_box_append (GTK_BOX (detail), text);
  gtk_box_append (box, detail);
  return GTK_LABEL (text);
}

void
cd_show_detail (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (label)),
                          text != NULL && *text != '\0');
}

/* Before the title a button, after it the key; the row is what has the focus. */
GtkWidget *
cd_append_choice (GtkListBox *list, GPtrArray *checks, const char *label)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *check = gtk_check_button_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), label);
  gtk_widget_set_can_focus (check, FALSE);
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  if (checks->len > 0)
    gtk_check_button_set_group (GTK_CHECK_BUTTON (check), g_ptr_array_index (checks, 0));
  g_ptr_array_add (checks, check);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  if (checks->len <= 9)
    {
      g_autofree char *digit = g_strdup_printf ("%u", checks->len);
      GtkWidget *key = gtk_label_new (digit);

      gtk_widget_add_css_class (key, "keycap");
      gtk_widget_set_valign (key, GTK_ALIGN_CENTER);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), key);
    }
  gtk_list_box_append (list, row);
  return check;
}

static gboolean
on_choices_key_pressed (GtkEventControllerKey *keys, guint keyval, guint code,
                        GdkModifierType state, gpointer data)
{
  GtkWidget *list = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (keys));
  GtkWidget *edge = NULL;

  if (keyval == GDK_KEY_Tab)
    edge = gtk_widget_get_last_child (list);
  else if (keyval == GDK_KEY_ISO_Left_Tab)
    edge = gtk_widget_get_first_child (list);
  if (edge != NULL)
    gtk_widget_grab_focus (edge);
  return GDK_EVENT_PROPAGATE; /* from the edge the key leads out */
}

void
cd_make_one_stop (GtkListBox *list)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_choices_key_pressed), NULL);
  gtk_widget_add_controller (GTK_WIDGET (list), keys);
}

void
cd_remove_children (GtkWidget *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)) != NULL)
    if (GTK_IS_LIST_BOX (box))
      gtk_list_box_remove (GTK_LIST_BOX (box), child);
    else
      gtk_box_remove (GTK_BOX (box), child);
}
