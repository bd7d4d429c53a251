/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/phone-bar.h"

#include "client/desk/devices-menu.h"
#include "client/desk/keypad.h"
#include "client/desk/template.h"
#include "client/widgets/format.h"
#include "client/widgets/level-meter.h"

#include <glib/gi18n.h>
#include <math.h>

struct _CdPhoneBar {
  AdwBin parent_instance;
  CdPhone *phone;
  gboolean elsewhere;
  GtkWidget *hold, *mute, *levels, *recording, *end;
  GtkMenuButton *keypad, *devices;
  CdLevelMeter *own_level, *caller_level;
  GtkLabel *state, *clock, *recording_text;
};

G_DEFINE_FINAL_TYPE (CdPhoneBar, cd_phone_bar, ADW_TYPE_BIN)

static const char *
get_state_text (CdPhoneBar *self)
{
  CdPhone *phone = self->phone;

  if (self->elsewhere)
    return C_ ("phone", "The call is on another phone of yours");
  switch (cd_phone_get_state (phone))
    {
    case CD_PHONE_OFFLINE:
      return C_ ("phone", "Phone off");
    case CD_PHONE_REGISTERING:
      return C_ ("phone", "Phone signs on…");
    case CD_PHONE_READY:
      return C_ ("phone", "Phone ready");
    case CD_PHONE_RINGING:
      return C_ ("phone", "Ringing");
    case CD_PHONE_DIALING:
      return C_ ("phone", "Dialling");
    case CD_PHONE_TALKING:
      return cd_phone_get_registered (phone) ? "" : C_ ("phone", "Line lost, the call goes on");
    case CD_PHONE_HELD_BY_ME:
      return C_ ("phone", "On hold");
    case CD_PHONE_HELD_BY_PEER:
      return C_ ("phone", "The other side holds");
    case CD_PHONE_ENDED:
      break;
    }
  return "";
}

static void
show_phone (CdPhoneBar *self)
{
  gboolean call = cd_phone_has_call (self->phone);
  CdPhoneState state = cd_phone_get_state (self->phone);

  gtk_label_set_text (self->state, get_state_text (self));
  gtk_widget_set_visible (self->hold, call && state != CD_PHONE_RINGING);
  gtk_widget_set_visible (self->mute, call && state != CD_PHONE_RINGING);
  gtk_widget_set_visible (GTK_WIDGET (self->keypad), call && state != CD_PHONE_RINGING);
  gtk_widget_set_visible (self->levels, call && state != CD_PHONE_RINGING);
  gtk_widget_set_visible (self->end, call && state != CD_PHONE_RINGING);
  if (!call)
    {
      cd_level_meter_set_level (self->own_level, -INFINITY);
      cd_level_meter_set_level (self->caller_level, -INFINITY);
    }
}

static void
on_level_changed (CdPhoneBar *self, double in, double out)
{
  cd_level_meter_set_level (self->own_level, out);
  cd_level_meter_set_level (self->caller_level, in);
}

void
cd_phone_bar_set_phone (CdPhoneBar *self, CdPhone *phone)
{
  self->phone = g_object_ref (phone);
  gtk_menu_button_set_popover (self->keypad, cd_keypad_new (phone));
  gtk_menu_button_set_popover (self->devices, cd_devices_menu_new (phone));
  g_signal_connect_object (phone, "notify::state", G_CALLBACK (show_phone), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (phone, "notify::registered", G_CALLBACK (show_phone), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (phone, "level", G_CALLBACK (on_level_changed), self, G_CONNECT_SWAPPED);
  show_phone (self);
  cd_phone_bar_tick (self, -1, FALSE, FALSE);
}

void
cd_phone_bar_tick (CdPhoneBar *self, gint64 seconds, gboolean recorded, gboolean masked)
{
  g_autofree char *clock = seconds >= 0 ? cd_format_clock (seconds) : NULL;

  gtk_label_set_text (self->clock, clock != NULL ? clock : "");
  gtk_widget_set_visible (GTK_WIDGET (self->clock), clock != NULL);
  gtk_widget_set_visible (self->recording, recorded);
  gtk_label_set_text (self->recording_text,
                      masked ? C_ ("recording", "Masked") : C_ ("recording", "Recording"));
  if (masked)
    gtk_widget_add_css_class (self->recording, "masked");
  else
    gtk_widget_remove_css_class (self->recording, "masked");
}

void
cd_phone_bar_set_elsewhere (CdPhoneBar *self, gboolean elsewhere)
{
  if (self->elsewhere == elsewhere)
    return;
  self->elsewhere = elsewhere;
  show_phone (self);
}

void
cd_phone_bar_open_keypad (CdPhoneBar *self)
{
  if (gtk_widget_get_visible (GTK_WIDGET (self->keypad)))
    gtk_menu_button_popup (self->keypad);
}

static void
cd_phone_bar_dispose (GObject *object)
{
  g_clear_object (&CD_PHONE_BAR (object)->phone);
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_PHONE_BAR);
  G_OBJECT_CLASS (cd_phone_bar_parent_class)->dispose (object);
}

static void
cd_phone_bar_class_init (CdPhoneBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_phone_bar_dispose;
  g_type_ensure (CD_TYPE_LEVEL_METER);
  cd_desk_set_template (widget_class, "phone-bar");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdPhoneBar, name)
  CHILD (hold);
  CHILD (mute);
  CHILD (keypad);
  CHILD (devices);
  CHILD (levels);
  CHILD (own_level);
  CHILD (caller_level);
  CHILD (state);
  CHILD (clock);
  CHILD (recording);
  CHILD (recording_text);
  CHILD (end);
#undef CHILD
}

static void
cd_phone_bar_init (CdPhoneBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
