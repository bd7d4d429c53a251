/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which company, and when it is read: once, and anew at most a few times a second, however many events say
 * so. What stands on the board moves by itself between two readings (board.h). */
#define G_LOG_DOMAIN "dashboard"

#include "client/dashboard/dashboard.h"

#include "client/dashboard/board.h"
#include "client/dashboard/call-window.h"
#include "client/dashboard/company-list.h"
#include "client/dashboard/template.h"
#include "client/sounds/sounds.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <string.h>

/* Events that come together lead to one reading. */
#define COALESCE_MS 300
#define RETRY_SECONDS 10

struct _CdDashboardWindow {
  AdwApplicationWindow parent_instance;
  AdwWindowTitle *title;
  GtkMenuButton *menu_button;
  GtkWidget *to_companies;
  CdCompanyList *companies; /* for staff */
  GtkRevealer *trouble_revealer;
  GtkLabel *trouble;
  GtkStack *stack;
  AdwStatusPage *failure;
  CdBoard *board;

  CdSession *session;
  GCancellable *cancellable;
  CtId company_id; /* CT_ID_NONE: none is chosen yet */
  gboolean reading;
  gboolean stale; /* an event came while it was read */
  guint read_timer;
};

G_DEFINE_FINAL_TYPE (CdDashboardWindow, cd_dashboard_window, ADW_TYPE_APPLICATION_WINDOW)

static void read_anew (CdDashboardWindow *self);
static void read_soon (CdDashboardWindow *self);

/* Reading */

static void
show_trouble (CdDashboardWindow *self, const char *text)
{
  gtk_label_set_text (self->trouble, text != NULL ? text : "");
  gtk_revealer_set_reveal_child (self->trouble_revealer, text != NULL);
}

static void
show_connection (CdDashboardWindow *self)
{
  const CtDashboard *dashboard = cd_board_get_dashboard (self->board);
  g_autofree char *time = NULL;
  g_autofree char *text = NULL;

  if (dashboard == NULL || cd_session_get_connection (self->session) == CD_CONNECTION_ONLINE)
    {
      show_trouble (self, NULL);
      return;
    }
  time = cd_format_time (dashboard->at);
  /* Translators: %s is a time, as "14:05". */
  text = g_strdup_printf (
      _ ("No connection. These are the figures of %s; new ones come by themselves."), time);
  show_trouble (self, text);
}

/* Takes @dashboard. */
static void
show_board (CdDashboardWindow *self, CtDashboard *dashboard)
{
  adw_window_title_set_subtitle (self->title, dashboard->name);
  cd_board_show (self->board, dashboard);
  show_connection (self);
  gtk_stack_set_visible_child_name (self->stack, "board");
}

static gboolean
on_time_to_read (gpointer data)
{
  CdDashboardWindow *self = data;

  self->read_timer = 0;
  read_anew (self);
  return G_SOURCE_REMOVE;
}

static void
read_soon (CdDashboardWindow *self)
{
  if (self->reading)
    self->stale = TRUE;
  else if (self->read_timer == 0)
    self->read_timer = g_timeout_add (COALESCE_MS, on_time_to_read, self);
}

static void
show_failure (CdDashboardWindow *self, const CdProblem *problem)
{
  const char *words = cd_problem_text (problem);

  if (cd_board_get_dashboard (self->board) != NULL)
    show_trouble (self, words);
  else
    {
      adw_status_page_set_description (self->failure, words);
      gtk_stack_set_visible_child_name (self->stack, "failed");
    }
  if (cd_problem_is_passing (problem) && self->read_timer == 0)
    self->read_timer = g_timeout_add_seconds (RETRY_SECONDS, on_time_to_read, self);
}

static void
on_dashboard_read (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdDashboardWindow) self = data;
  g_autoptr (CdProblem) problem = NULL;
  g_autoptr (GError) error = NULL;
  gpointer dashboard = NULL;
  gboolean good
      = cd_session_call_finish (CD_SESSION (session), result, &dashboard, &problem, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    {
      ct_record_free (dashboard);
      return;
    }
  self->reading = FALSE;
  if (self->company_id == CT_ID_NONE
      || (dashboard != NULL && ((CtDashboard *) dashboard)->company != self->company_id))
    {
      /* Another one was chosen meanwhile. */
      ct_record_free (dashboard);
      self->stale = self->company_id != CT_ID_NONE;
    }
  else if (good && dashboard != NULL)
    show_board (self, dashboard);
  else if (!good)
    show_failure (self, problem);
  if (self->stale)
    read_soon (self);
  self->stale = FALSE;
}

static void
read_anew (CdDashboardWindow *self)
{
  g_autofree char *path
      = g_strdup_printf ("/api/v1/companies/%s/dashboard", ct_id_text (self->company_id).text);

  g_clear_handle_id (&self->read_timer, g_source_remove);
  if (self->company_id == CT_ID_NONE)
    return;
  if (self->reading)
    {
      self->stale = TRUE;
      return;
    }
  self->reading = TRUE;
  cd_session_call_async (self->session, "GET", path, NULL, &ct_dashboard_type, self->cancellable,
                         on_dashboard_read, g_object_ref (self));
}

/* Events */

static void
on_dashboard_changed (CdDashboardWindow *self, const char *company)
{
  CtId id;

  if (ct_id_parse (company, &id) && id == self->company_id)
    read_soon (self);
}

static void
on_connection_changed (CdDashboardWindow *self)
{
  show_connection (self);
  if (cd_session_get_connection (self->session) == CD_CONNECTION_ONLINE)
    read_soon (self);
}

/* What the user does */

static void
on_call_opened (CdDashboardWindow *self, const CtCall *call)
{
  const char *currency = cd_board_get_dashboard (self->board)->currency;

  gtk_window_present (
      GTK_WINDOW (cd_call_window_new (GTK_WINDOW (self), self->session, call, currency)));
}

static void
show_company (CdDashboardWindow *self, CtId company, const char *name)
{
  gboolean staff = cd_session_get_user (self->session)->company == CT_ID_NONE;

  cd_board_show (self->board, NULL);
  g_clear_handle_id (&self->read_timer, g_source_remove);
  show_trouble (self, NULL);
  self->company_id = company;
  adw_window_title_set_subtitle (self->title, name != NULL ? name : "");
  gtk_widget_set_visible (self->to_companies, staff && company != CT_ID_NONE);
  g_simple_action_set_enabled (
      G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), "sounds")),
      company != CT_ID_NONE);
  gtk_stack_set_visible_child_name (self->stack, company != CT_ID_NONE ? "loading" : "companies");
  if (company != CT_ID_NONE)
    read_anew (self);
  else
    cd_company_list_focus (self->companies);
}

static void
on_company_chosen (CdDashboardWindow *self, const CtCompany *company)
{
  show_company (self, company->id, company->name);
}

static void
on_companies (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDashboardWindow *self = data;

  if (cd_session_get_user (self->session)->company != CT_ID_NONE || self->company_id == CT_ID_NONE)
    return;
  show_company (self, CT_ID_NONE, NULL);
  cd_company_list_read (self->companies);
}

static void
on_refresh (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDashboardWindow *self = data;

  if (self->company_id == CT_ID_NONE)
    {
      cd_company_list_read (self->companies);
      return;
    }
  if (cd_board_get_dashboard (self->board) == NULL)
    gtk_stack_set_visible_child_name (self->stack, "loading");
  read_anew (self);
}

static void
on_sounds (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdDashboardWindow *self = data;

  if (self->company_id != CT_ID_NONE)
    gtk_window_present (cd_sounds_window_new (GTK_WINDOW (self), self->session, self->company_id,
                                              adw_window_title_get_subtitle (self->title)));
}

static const GActionEntry actions[] = {
  { .name = "sounds", .activate = on_sounds },
  { .name = "refresh", .activate = on_refresh },
  { .name = "companies", .activate = on_companies },
};

static void
cd_dashboard_window_dispose (GObject *object)
{
  CdDashboardWindow *self = CD_DASHBOARD_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->read_timer, g_source_remove);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_DASHBOARD_WINDOW);
  G_OBJECT_CLASS (cd_dashboard_window_parent_class)->dispose (object);
}

static void
cd_dashboard_window_finalize (GObject *object)
{
  g_clear_object (&CD_DASHBOARD_WINDOW (object)->cancellable);
  G_OBJECT_CLASS (cd_dashboard_window_parent_class)->finalize (object);
}

static void
cd_dashboard_window_class_init (CdDashboardWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_dashboard_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_dashboard_window_finalize;
  g_type_ensure (CD_TYPE_BOARD);
  g_type_ensure (CD_TYPE_COMPANY_LIST);
  cd_dashboard_set_template (widget_class, "dashboard-window");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdDashboardWindow, name)
  CHILD (title);
  CHILD (menu_button);
  CHILD (to_companies);
  CHILD (companies);
  CHILD (trouble_revealer);
  CHILD (trouble);
  CHILD (stack);
  CHILD (failure);
  CHILD (board);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_call_opened);
  gtk_widget_class_bind_template_callback (widget_class, on_company_chosen);
  gtk_widget_class_bind_template_callback (widget_class, read_soon);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "win.companies",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "win.sounds", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F5, 0, "win.refresh", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_r, GDK_CONTROL_MASK, "win.refresh",
                                       NULL);
}

static void
cd_dashboard_window_init (CdDashboardWindow *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
}

static void
follow (CdDashboardWindow *self)
{
  static const struct {
    const char *signal;
    GCallback callback;
  } ears[] = {
    { "connection-changed", G_CALLBACK (on_connection_changed) },
    { "reset", G_CALLBACK (read_soon) },
    { "dashboard-changed", G_CALLBACK (on_dashboard_changed) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ears); i++)
    g_signal_connect_object (self->session, ears[i].signal, ears[i].callback, self,
                             G_CONNECT_SWAPPED);
}

GtkWindow *
cd_dashboard_window_new (GtkApplication *application, CdSession *session)
{
  CdDashboardWindow *self
      = g_object_new (CD_TYPE_DASHBOARD_WINDOW, "application", application, NULL);
  const CtSession *user;

  self->session = g_object_ref (session);
  cd_board_set_session (self->board, session);
  user = cd_session_get_user (session);
  gtk_menu_button_set_menu_model (self->menu_button, G_MENU_MODEL (gtk_application_get_menu_by_id (
                                                         application, "primary-menu")));
  follow (self);
  if (user->company == CT_ID_NONE)
    cd_company_list_set_session (self->companies, session);
  show_company (self, user->company, user->company_name);
  return GTK_WINDOW (self);
}
