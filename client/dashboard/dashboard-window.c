/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dashboard"

#include "client/dashboard/dashboard.h"

#include "client/dashboard/template.h"

struct _CdDashboardWindow {
  AdwApplicationWindow parent_instance;
  AdwWindowTitle *title;
  GtkMenuButton *menu_button;
  CdSession *session;
};

G_DEFINE_FINAL_TYPE (CdDashboardWindow, cd_dashboard_window, ADW_TYPE_APPLICATION_WINDOW)

static void
cd_dashboard_window_dispose (GObject *object)
{
  CdDashboardWindow *self = CD_DASHBOARD_WINDOW (object);

  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_DASHBOARD_WINDOW);
  G_OBJECT_CLASS (cd_dashboard_window_parent_class)->dispose (object);
}

static void
cd_dashboard_window_class_init (CdDashboardWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_dashboard_window_dispose;
  cd_dashboard_set_template (widget_class, "dashboard-window");
  gtk_widget_class_bind_template_child (widget_class, CdDashboardWindow, title);
  gtk_widget_class_bind_template_child (widget_class, CdDashboardWindow, menu_button);
}

static void
cd_dashboard_window_init (CdDashboardWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWindow *
cd_dashboard_window_new (GtkApplication *application, CdSession *session)
{
  CdDashboardWindow *self
      = g_object_new (CD_TYPE_DASHBOARD_WINDOW, "application", application, NULL);

  self->session = g_object_ref (session);
  adw_window_title_set_subtitle (self->title, cd_session_get_user (session)->company_name);
  gtk_menu_button_set_menu_model (self->menu_button, G_MENU_MODEL (gtk_application_get_menu_by_id (
                                                         application, "primary-menu")));
  return GTK_WINDOW (self);
}
