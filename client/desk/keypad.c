/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/keypad.h"

#include <glib/gi18n.h>
#include <string.h>

#define CD_TYPE_KEYPAD (cd_keypad_get_type ())
G_DECLARE_FINAL_TYPE (CdKeypad, cd_keypad, CD, KEYPAD, GtkPopover)

struct _CdKeypad {
  GtkPopover parent_instance;
  CdPhone *phone;
  GtkLabel *sent;
};

G_DEFINE_FINAL_TYPE (CdKeypad, cd_keypad, GTK_TYPE_POPOVER)

static const char keys[] = "123456789*0#";

static void
press (CdKeypad *self, char key)
{
  if (cd_phone_send_dtmf (self->phone, key))
    {
      g_autofree char *text = g_strdup_printf ("%s%c", gtk_label_get_text (self->sent), key);

      gtk_label_set_text (self->sent, text);
    }
}

static void
on_key_clicked (GtkButton *button, CdKeypad *self)
{
  press (self, *gtk_button_get_label (button));
}

static gboolean
on_key_pressed (CdKeypad *self, guint value, guint code, GdkModifierType modifiers)
{
  gunichar character = gdk_keyval_to_unicode (value);

  if (character == 0 || character > 127 || strchr (keys, (int) character) == NULL)
    return FALSE;
  press (self, (char) character);
  return TRUE;
}

/* Back to the script, not to the button that opens the keypad: Enter would open it again. */
static gboolean
leave_focus (gpointer data)
{
  gtk_widget_activate_action (data, "win.answer-field", NULL);
  return G_SOURCE_REMOVE;
}

/* The popover gives the focus to its button once it is gone. */
static void
on_closed (CdKeypad *self)
{
  gtk_label_set_text (self->sent, "");
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, leave_focus, g_object_ref (self), g_object_unref);
}

static void
cd_keypad_finalize (GObject *object)
{
  g_clear_object (&CD_KEYPAD (object)->phone);
  G_OBJECT_CLASS (cd_keypad_parent_class)->finalize (object);
}

static void
cd_keypad_class_init (CdKeypadClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cd_keypad_finalize;
}

static void
cd_keypad_init (CdKeypad *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *grid = gtk_grid_new ();
  GtkEventController *controller = gtk_event_controller_key_new ();

  self->sent = GTK_LABEL (gtk_label_new (""));
  gtk_label_set_ellipsize (self->sent, PANGO_ELLIPSIZE_START);
  gtk_label_set_max_width_chars (self->sent, 12);
  gtk_widget_add_css_class (GTK_WIDGET (self->sent), "digits");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->sent), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Keys sent"), -1);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->sent));
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_row_homogeneous (GTK_GRID (grid), TRUE);
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  for (int i = 0; keys[i] != '\0'; i++)
    {
      const char label[2] = { keys[i], '\0' };
      GtkWidget *button = gtk_button_new_with_label (label);

      gtk_widget_set_size_request (button, 56, 44);
      gtk_widget_add_css_class (button, "digits");
      g_signal_connect_object (button, "clicked", G_CALLBACK (on_key_clicked), self, 0);
      gtk_grid_attach (GTK_GRID (grid), button, i % 3, i / 3, 1, 1);
    }
  gtk_box_append (GTK_BOX (box), grid);
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect_object (controller, "key-pressed", G_CALLBACK (on_key_pressed), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
  gtk_popover_set_child (GTK_POPOVER (self), box);
  g_signal_connect (self, "closed", G_CALLBACK (on_closed), NULL);
}

GtkWidget *
cd_keypad_new (CdPhone *phone)
{
  CdKeypad *self = g_object_new (CD_TYPE_KEYPAD, NULL);

  self->phone = g_object_ref (phone);
  return GTK_WIDGET (self);
}
