/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "desk"

#include "client/desk/desk-window.h"

#include "client/desk/idle-page.h"
#include "client/desk/presence-menu.h"
#include "client/desk/template.h"

#include <glib/gi18n.h>

struct _CdDeskWindow {
  AdwApplicationWindow parent_instance;
  CdAgent *agent;
  CdPhone *phone;
  CdSession *session;
  guint clock; /* source: each second */

  AdwToastOverlay *toasts;
  AdwWindowTitle *title;
  GtkMenuButton *menu_button;
  CdPresenceMenu *presence_menu;
  CdIdlePage *idle_page;
};

G_DEFINE_FINAL_TYPE (CdDeskWindow, cd_desk_window, ADW_TYPE_APPLICATION_WINDOW)

void
cd_desk_window_toast (CdDeskWindow *self, const char *text)
{
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (text));
}

void
cd_desk_window_refuse_to_quit (CdDeskWindow *self)
{
  AdwToast *toast = adw_toast_new (_ ("A call is running."));

  adw_toast_set_button_label (toast, _ ("_End Call and Quit"));
  adw_toast_set_action_name (toast, "app.end-call-and-quit");
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
update (CdDeskWindow *self)
{
  const CtPresence *presence = cd_agent_get_presence (self->agent);

  cd_presence_menu_show (self->presence_menu, presence, cd_session_server_now_ms (self->session));
  cd_idle_page_show (self->idle_page, presence, self->phone,
                     cd_session_get_connection (self->session) == CD_CONNECTION_ONLINE);
}

static gboolean
on_second_passed (gpointer data)
{
  update (data);
  return G_SOURCE_CONTINUE;
}

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

static const GActionEntry actions[] = {
  { .name = "available", .activate = on_available },
  { .name = "pause", .activate = on_pause, .parameter_type = "s" },
  { .name = "offline", .activate = on_offline },
};

static void
cd_desk_window_dispose (GObject *object)
{
  CdDeskWindow *self = CD_DESK_WINDOW (object);

  g_clear_handle_id (&self->clock, g_source_remove);
  g_clear_object (&self->agent);
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_DESK_WINDOW);
  G_OBJECT_CLASS (cd_desk_window_parent_class)->dispose (object);
}

static void
cd_desk_window_class_init (CdDeskWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_desk_window_dispose;
  g_type_ensure (CD_TYPE_PRESENCE_MENU);
  g_type_ensure (CD_TYPE_IDLE_PAGE);
  cd_desk_set_template (widget_class, "desk-window");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdDeskWindow, name)
  CHILD (toasts);
  CHILD (title);
  CHILD (menu_button);
  CHILD (presence_menu);
  CHILD (idle_page);
#undef CHILD
}

static void
cd_desk_window_init (CdDeskWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
}

CdDeskWindow *
cd_desk_window_new (GtkApplication *application, CdAgent *agent)
{
  CdDeskWindow *self = g_object_new (CD_TYPE_DESK_WINDOW, "application", application, NULL);

  self->agent = g_object_ref (agent);
  self->session = cd_agent_get_session (agent);
  self->phone = cd_agent_get_phone (agent);
  adw_window_title_set_subtitle (self->title, cd_session_get_user (self->session)->name);
  gtk_menu_button_set_menu_model (
      self->menu_button,
      G_MENU_MODEL (gtk_application_get_menu_by_id (application, "primary-menu")));
  self->clock = g_timeout_add_seconds (1, on_second_passed, self);
  update (self);
  return self;
}
