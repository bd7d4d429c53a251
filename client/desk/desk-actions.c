/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user does: actions and keys. Keys without a modifier (space, digits, Enter) count only where
 * nothing under the focus wants them. */
#include "client/desk/desk-private.h"

#include <string.h>

static void
on_available (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDeskWindow *self = data;

  cd_agent_set_presence (self->agent, "available", NULL);
}

static void
on_pause (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDeskWindow *self = data;
  const char *reason = g_variant_get_string (parameter, NULL);

  cd_agent_set_presence (self->agent, "paused", *reason != '\0' ? reason : NULL);
}

static void
on_offline (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDeskWindow *self = data;

  cd_agent_set_presence (self->agent, "offline", NULL);
}

static void
on_answer (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDeskWindow *self = data;

  cd_agent_answer (self->agent);
}

static void
on_refuse (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDeskWindow *self = data;

  if (cd_phone_get_state (self->phone) == CD_PHONE_RINGING)
    cd_agent_hang_up (self->agent);
}

static void
on_end (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDeskWindow *self = data;

  cd_script_view_flush (self->script_view);
  cd_agent_hang_up (self->agent);
}

/* The states of hold and mute follow the phone. */
static void
on_hold_asked (GSimpleAction *action, GVariant *value, gpointer data)
{
  CdDeskWindow *self = data;

  cd_agent_hold (self->agent, g_variant_get_boolean (value));
  cd_desk_update_actions (self);
}

static void
on_mute_asked (GSimpleAction *action, GVariant *value, gpointer data)
{
  CdDeskWindow *self = data;

  cd_phone_mute (self->phone, g_variant_get_boolean (value));
  cd_desk_update_actions (self);
}

static void
on_keypad (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDeskWindow *self = data;

  cd_phone_bar_open_keypad (self->phone_bar);
}

static void
on_next (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDeskWindow *self = data;

  cd_script_view_next (self->script_view);
}

static void
on_back (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDeskWindow *self = data;

  cd_script_view_back (self->script_view);
}

static void
on_answer_field (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDeskWindow *self = data;

  if (strcmp (self->page, "call") == 0)
    cd_script_view_focus (self->script_view);
  else if (strcmp (self->page, "wrap-up") == 0)
    cd_wrap_up_page_focus (self->wrap_up_page);
}

static void
on_finish (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDeskWindow *self = data;

  if (self->show_form)
    {
      cd_script_view_flush (self->script_view);
      self->show_form = FALSE;
      cd_desk_update (self);
    }
  else
    cd_wrap_up_page_finish (self->wrap_up_page, FALSE);
}

static const GActionEntry actions[] = {
  { .name = "available", .activate = on_available },
  { .name = "pause", .activate = on_pause, .parameter_type = "s" },
  { .name = "offline", .activate = on_offline },
  { .name = "answer", .activate = on_answer },
  { .name = "refuse", .activate = on_refuse },
  { .name = "end", .activate = on_end },
  { .name = "hold", .state = "false", .change_state = on_hold_asked },
  { .name = "mute", .state = "false", .change_state = on_mute_asked },
  { .name = "keypad", .activate = on_keypad },
  { .name = "next", .activate = on_next },
  { .name = "back", .activate = on_back },
  { .name = "answer-field", .activate = on_answer_field },
  { .name = "finish", .activate = on_finish },
};

static const struct {
  const char *action;
  const char *key;
} keys[] = {
  { "win.available", "<Control><Shift>a" },
  { "win.pause::", "<Control><Shift>p" },
  { "win.answer", "F2" },
  { "win.refuse", "<Shift>F2" },
  { "win.hold", "F4" },
  { "win.mute", "F5" },
  { "win.keypad", "F6" },
  { "win.answer-field", "F7" },
  { "win.end", "F8" },
  { "win.back", "<Alt>Left" },
  { "win.finish", "<Control>Return" },
};

static GSimpleAction *
find (CdDeskWindow *self, const char *name)
{
  return G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), name));
}

void
cd_desk_update_actions (CdDeskWindow *self)
{
  CdPhoneState state = cd_phone_get_state (self->phone);
  gboolean ringing = state == CD_PHONE_RINGING;
  gboolean talking
      = state == CD_PHONE_TALKING || state == CD_PHONE_HELD_BY_ME || state == CD_PHONE_HELD_BY_PEER;
  gboolean script = strcmp (self->page, "call") == 0;
  gboolean wrap_up = self->wrapping != CT_ID_NONE;

  g_simple_action_set_enabled (find (self, "answer"), ringing);
  g_simple_action_set_enabled (find (self, "refuse"), ringing);
  g_simple_action_set_enabled (find (self, "end"), talking || state == CD_PHONE_DIALING);
  g_simple_action_set_enabled (find (self, "hold"), talking);
  g_simple_action_set_enabled (find (self, "mute"), talking);
  g_simple_action_set_enabled (find (self, "keypad"), talking);
  g_simple_action_set_enabled (find (self, "next"), script);
  g_simple_action_set_enabled (find (self, "back"), script);
  g_simple_action_set_enabled (find (self, "finish"), wrap_up);
  g_simple_action_set_state (find (self, "hold"),
                             g_variant_new_boolean (state == CD_PHONE_HELD_BY_ME));
  g_simple_action_set_state (find (self, "mute"),
                             g_variant_new_boolean (cd_phone_get_muted (self->phone)));
}

/* Before anything under the focus: the space bar answers, whichever button has the focus. */
static gboolean
on_key_captured (CdDeskWindow *self, guint key, guint code, GdkModifierType modifiers)
{
  if (key != GDK_KEY_space || strcmp (self->page, "ringing") != 0
      || (modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return FALSE;
  return cd_agent_answer (self->agent);
}

/* After everything under the focus. */
static gboolean
on_key_left_over (CdDeskWindow *self, guint key, guint code, GdkModifierType modifiers)
{
  gunichar character = gdk_keyval_to_unicode (key);

  if ((modifiers & GDK_ALT_MASK) != 0)
    return FALSE;
  /* Ctrl+Enter goes on as well: it does where Enter makes a new line, and hands remember it. */
  if ((key == GDK_KEY_Return || key == GDK_KEY_KP_Enter) && strcmp (self->page, "call") == 0)
    {
      cd_script_view_next (self->script_view);
      return TRUE;
    }
  if ((modifiers & GDK_CONTROL_MASK) != 0)
    return FALSE;
  if (character >= '1' && character <= '9')
    {
      if (strcmp (self->page, "call") == 0)
        return cd_script_view_choose (self->script_view, character - '0');
      return strcmp (self->page, "wrap-up") == 0
             && cd_wrap_up_page_choose (self->wrap_up_page, character - '0');
    }
  return FALSE;
}

static void
add_keys (CdDeskWindow *self, GtkPropagationPhase phase, GCallback callback)
{
  GtkEventController *controller = gtk_event_controller_key_new ();

  gtk_event_controller_set_propagation_phase (controller, phase);
  g_signal_connect_object (controller, "key-pressed", callback, self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

void
cd_desk_add_actions (CdDeskWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_application_set_accels_for_action (application, keys[i].action,
                                           (const char *[]){ keys[i].key, NULL });
  add_keys (self, GTK_PHASE_CAPTURE, G_CALLBACK (on_key_captured));
  add_keys (self, GTK_PHASE_BUBBLE, G_CALLBACK (on_key_left_over));
}
