/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/devices-menu.h"

#include "client/desk/words.h"

#include <glib/gi18n.h>

#define CD_TYPE_DEVICES_MENU (cd_devices_menu_get_type ())
G_DECLARE_FINAL_TYPE (CdDevicesMenu, cd_devices_menu, CD, DEVICES_MENU, GtkPopover)

struct _CdDevicesMenu {
  GtkPopover parent_instance;
  CdPhone *phone;
  GtkWidget *boxes[2]; /* by CdPhoneDeviceKind */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (CdDevicesMenu, cd_devices_menu, GTK_TYPE_POPOVER)

static void
on_toggled (GtkCheckButton *check, CdDevicesMenu *self)
{
  CdPhoneDevice *device = g_object_get_data (G_OBJECT (check), "device");
  int kind = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (check), "kind"));

  if (!self->filling && gtk_check_button_get_active (check))
    cd_phone_choose_device (self->phone, (CdPhoneDeviceKind) kind, device);
}

static GtkWidget *
append_device (CdDevicesMenu *self, CdPhoneDeviceKind kind, CdPhoneDevice *device, GtkWidget *group)
{
  GtkWidget *check = gtk_check_button_new_with_label (
      device != NULL ? cd_phone_device_get_name (device) : _ ("The system's choice"));

  if (group != NULL)
    gtk_check_button_set_group (GTK_CHECK_BUTTON (check), GTK_CHECK_BUTTON (group));
  if (device != NULL)
    g_object_set_data_full (G_OBJECT (check), "device", g_object_ref (device), g_object_unref);
  g_object_set_data (G_OBJECT (check), "kind", GINT_TO_POINTER (kind));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check),
                               cd_phone_get_device (self->phone, kind) == device);
  g_signal_connect_object (check, "toggled", G_CALLBACK (on_toggled), self, 0);
  gtk_box_append (GTK_BOX (self->boxes[kind]), check);
  return check;
}

static void
fill (CdDevicesMenu *self)
{
  self->filling = TRUE;
  for (int kind = CD_PHONE_INPUT; kind <= CD_PHONE_OUTPUT; kind++)
    {
      GListModel *devices = cd_phone_get_devices (self->phone, (CdPhoneDeviceKind) kind);
      GtkWidget *first;

      cd_remove_children (self->boxes[kind]);
      first = append_device (self, (CdPhoneDeviceKind) kind, NULL, NULL);
      /* Alone it is no choice, and a button that is alone could be switched off. */
      gtk_widget_set_sensitive (first, g_list_model_get_n_items (devices) > 0);
      for (guint i = 0; i < g_list_model_get_n_items (devices); i++)
        {
          g_autoptr (CdPhoneDevice) device = g_list_model_get_item (devices, i);

          append_device (self, (CdPhoneDeviceKind) kind, device, first);
        }
    }
  self->filling = FALSE;
}

static void
cd_devices_menu_finalize (GObject *object)
{
  g_clear_object (&CD_DEVICES_MENU (object)->phone);
  G_OBJECT_CLASS (cd_devices_menu_parent_class)->finalize (object);
}

static void
cd_devices_menu_class_init (CdDevicesMenuClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cd_devices_menu_finalize;
}

static void
cd_devices_menu_init (CdDevicesMenu *self)
{
}

static GtkWidget *
append_group (GtkWidget *box, const char *title)
{
  GtkWidget *group = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *label = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), group);
  return group;
}

GtkWidget *
cd_devices_menu_new (CdPhone *phone)
{
  CdDevicesMenu *self = g_object_new (CD_TYPE_DEVICES_MENU, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);

  self->phone = g_object_ref (phone);
  self->boxes[CD_PHONE_INPUT] = append_group (box, _ ("Microphone"));
  self->boxes[CD_PHONE_OUTPUT] = append_group (box, _ ("Loudspeaker"));
  gtk_widget_set_margin_start (box, 6);
  gtk_widget_set_margin_end (box, 6);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_popover_set_child (GTK_POPOVER (self), box);
  g_signal_connect_object (phone, "devices-changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  fill (self);
  return GTK_WIDGET (self);
}
