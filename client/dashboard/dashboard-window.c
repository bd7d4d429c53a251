/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window holds the last dashboard that was read. Events change it at once where they say enough (a
 * call, a meter, credit); the rest is read anew, at most a few times a second, however many events say
 * so. One timer, that runs only while somebody calls, moves the figures on. */
#define G_LOG_DOMAIN "dashboard"

#include "client/dashboard/dashboard.h"

#include "client/dashboard/call-list.h"
#include "client/dashboard/call-window.h"
#include "client/dashboard/company-list.h"
#include "client/dashboard/credit-card.h"
#include "client/dashboard/live-row.h"
#include "client/dashboard/quality-card.h"
#include "client/dashboard/template.h"
#include "client/dashboard/words.h"
#include "client/sounds/sounds.h"
#include "client/widgets/band.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <string.h>

/* Events that come together lead to one reading. */
#define COALESCE_MS 300
#define RETRY_SECONDS 10
/* While somebody calls, the pace changes without an event. */
#define PACE_MS 30000

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
  CdBand *band;
  GtkLabel *company;
  CdCreditCard *credit_card;
  CdQualityCard *quality_card;
  GtkLabel *live_heading;
  GtkListBox *live;
  GtkSizeGroup *people; /* of the rows in live */
  CdCallList *today;

  CdSession *session;
  CdOutcomes *outcomes;
  GCancellable *cancellable;
  CtId company_id;        /* CT_ID_NONE: none is chosen yet */
  CtDashboard *dashboard; /* of the company; NULL before the first reading */
  GHashTable *rows;       /* CtId -> CdLiveRow, borrowed from the list */
  gboolean reading;
  gboolean stale; /* an event came while it was read */
  guint read_timer, tick_timer;
};

G_DEFINE_FINAL_TYPE (CdDashboardWindow, cd_dashboard_window, ADW_TYPE_APPLICATION_WINDOW)

static void read_anew (CdDashboardWindow *self);
static void read_soon (CdDashboardWindow *self);

/* The calls of now */

static gboolean
on_second_passed (gpointer data)
{
  CdDashboardWindow *self = data;
  gint64 now_ms = cd_session_server_now_ms (self->session);
  GHashTableIter each;
  gpointer row;

  g_hash_table_iter_init (&each, self->rows);
  while (g_hash_table_iter_next (&each, NULL, &row))
    cd_live_row_tick (row, now_ms);
  if (now_ms - self->dashboard->at > PACE_MS
      && cd_session_get_connection (self->session) == CD_CONNECTION_ONLINE)
    read_soon (self);
  return G_SOURCE_CONTINUE;
}

/* The calls that cost money at this moment. */
static guint
count_running (CdDashboardWindow *self)
{
  GHashTableIter each;
  gpointer row;
  guint n = 0;

  g_hash_table_iter_init (&each, self->rows);
  while (g_hash_table_iter_next (&each, NULL, &row))
    {
      const char *state = cd_live_row_get_call (row)->state;

      n += g_strcmp0 (state, "talking") == 0 || g_strcmp0 (state, "held") == 0;
    }
  return n;
}

static void
show_credit (CdDashboardWindow *self)
{
  cd_credit_card_show (self->credit_card, self->dashboard, count_running (self),
                       cd_session_server_now_ms (self->session));
}

static void
show_live (CdDashboardWindow *self)
{
  guint n = g_hash_table_size (self->rows);
  g_autofree char *number = cd_format_number (n, 0);
  /* Translators: a heading; %s is a number of calls that run. */
  g_autofree char *heading
      = n > 0 ? g_strdup_printf (ngettext ("Now: %s call", "Now: %s calls", n), number)
              : g_strdup (C_ ("dashboard", "Now"));

  gtk_label_set_text (self->live_heading, heading);
  if (n == 0)
    g_clear_handle_id (&self->tick_timer, g_source_remove);
  else if (self->tick_timer == 0)
    self->tick_timer = g_timeout_add_seconds (1, on_second_passed, self);
  show_credit (self);
}

static void
put_live (CdDashboardWindow *self, const CtCall *call)
{
  CdLiveRow *row = g_hash_table_lookup (self->rows, &call->id);

  if (row == NULL)
    {
      row = cd_live_row_new (self->dashboard->currency, self->people);
      g_hash_table_insert (self->rows, g_memdup2 (&call->id, sizeof (CtId)), row);
      gtk_list_box_append (self->live, GTK_WIDGET (row));
    }
  cd_live_row_set_call (row, call);
  cd_live_row_tick (row, cd_session_server_now_ms (self->session));
}

static void
remove_live (CdDashboardWindow *self, CtId call)
{
  GtkWidget *row = g_hash_table_lookup (self->rows, &call);

  if (row == NULL)
    return;
  g_hash_table_remove (self->rows, &call);
  gtk_list_box_remove (self->live, row);
}

/* The rows stay in the order in which the calls came. */
static void
replace_live (CdDashboardWindow *self)
{
  g_autoptr (GHashTable) there = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (GList) known = g_hash_table_get_values (self->rows);
  GPtrArray *live = self->dashboard->live;

  for (guint i = 0; live != NULL && i < live->len; i++)
    {
      const CtCall *call = live->pdata[i];

      g_hash_table_add (there, (gpointer) &call->id);
      put_live (self, call);
    }
  for (GList *one = known; one != NULL; one = one->next)
    {
      CtId id = cd_live_row_get_call (one->data)->id;

      if (!g_hash_table_contains (there, &id))
        remove_live (self, id);
    }
  show_live (self);
}

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
  g_autofree char *time = NULL;
  g_autofree char *text = NULL;

  if (self->dashboard == NULL || cd_session_get_connection (self->session) == CD_CONNECTION_ONLINE)
    {
      show_trouble (self, NULL);
      return;
    }
  time = cd_format_time (self->dashboard->at);
  /* Translators: %s is a time, as "14:05". */
  text = g_strdup_printf (
      _ ("No connection. These are the figures of %s; new ones come by themselves."), time);
  show_trouble (self, text);
}

static void
show_board (CdDashboardWindow *self)
{
  CtDashboard *dashboard = self->dashboard;

  gtk_label_set_text (self->company, dashboard->name);
  adw_window_title_set_subtitle (self->title, dashboard->name);
  cd_band_set_colour (self->band, dashboard->colour);
  cd_quality_card_show (self->quality_card, dashboard->quality);
  cd_call_list_set_calls (self->today, dashboard->today, dashboard->currency);
  replace_live (self);
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

  if (self->dashboard != NULL)
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
    {
      ct_dashboard_free (self->dashboard);
      self->dashboard = dashboard;
      show_board (self);
    }
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

static gboolean
is_ours (CdDashboardWindow *self, CtId company)
{
  return self->dashboard != NULL && self->dashboard->company == company;
}

static void
on_call_changed (CdDashboardWindow *self, const CtCall *call)
{
  if (!is_ours (self, call->company))
    return;
  if (call->ended != 0)
    {
      remove_live (self, call->id);
      read_soon (self);
    }
  else
    put_live (self, call);
  show_live (self);
}

static void
on_meter (CdDashboardWindow *self, const CtMeter *meter)
{
  CdLiveRow *row = g_hash_table_lookup (self->rows, &meter->call);

  if (row == NULL)
    return;
  cd_live_row_apply_meter (row, meter);
  cd_live_row_tick (row, cd_session_server_now_ms (self->session));
}

static void
on_credit (CdDashboardWindow *self, const CtCredit *credit)
{
  if (!is_ours (self, credit->company))
    return;
  self->dashboard->credit = credit->credit;
  self->dashboard->reserved = credit->reserved;
  self->dashboard->provisional = credit->provisional;
  self->dashboard->provisional_used = credit->provisional_used;
  show_credit (self);
}

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
open_call (CdDashboardWindow *self, const CtCall *call)
{
  gtk_window_present (GTK_WINDOW (
      cd_call_window_new (GTK_WINDOW (self), self->session, call, self->dashboard->currency)));
}

static void
on_call_opened (CdDashboardWindow *self, const CtCall *call)
{
  open_call (self, call);
}

static void
on_live_activated (CdDashboardWindow *self, CdLiveRow *row)
{
  open_call (self, cd_live_row_get_call (row));
}

/* Nothing of the company that was shown before stays. */
static void
show_company (CdDashboardWindow *self, CtId company, const char *name)
{
  gboolean staff = cd_session_get_user (self->session)->company == CT_ID_NONE;
  g_autoptr (GList) calls = g_hash_table_get_values (self->rows);

  for (GList *one = calls; one != NULL; one = one->next)
    remove_live (self, cd_live_row_get_call (one->data)->id);
  g_clear_pointer (&self->dashboard, ct_dashboard_free);
  g_clear_handle_id (&self->read_timer, g_source_remove);
  g_clear_handle_id (&self->tick_timer, g_source_remove);
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
  if (self->dashboard == NULL)
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
  g_clear_handle_id (&self->tick_timer, g_source_remove);
  g_hash_table_remove_all (self->rows);
  g_clear_object (&self->outcomes);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_DASHBOARD_WINDOW);
  G_OBJECT_CLASS (cd_dashboard_window_parent_class)->dispose (object);
}

static void
cd_dashboard_window_finalize (GObject *object)
{
  CdDashboardWindow *self = CD_DASHBOARD_WINDOW (object);

  g_clear_object (&self->cancellable);
  g_hash_table_unref (self->rows);
  ct_dashboard_free (self->dashboard);
  G_OBJECT_CLASS (cd_dashboard_window_parent_class)->finalize (object);
}

static void
cd_dashboard_window_class_init (CdDashboardWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_dashboard_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_dashboard_window_finalize;
  g_type_ensure (CD_TYPE_BAND);
  g_type_ensure (CD_TYPE_CREDIT_CARD);
  g_type_ensure (CD_TYPE_QUALITY_CARD);
  g_type_ensure (CD_TYPE_CALL_LIST);
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
  CHILD (band);
  CHILD (credit_card);
  CHILD (quality_card);
  CHILD (live_heading);
  CHILD (live);
  CHILD (people);
  CHILD (today);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_live_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_call_opened);
  gtk_widget_class_bind_template_callback (widget_class, on_company_chosen);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "win.companies",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "win.sounds", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F5, 0, "win.refresh", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_r, GDK_CONTROL_MASK, "win.refresh",
                                       NULL);
}

static void
fill_band (CdDashboardWindow *self)
{
  self->company = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->company, 0);
  gtk_label_set_ellipsize (self->company, PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (GTK_WIDGET (self->company), "title-3");
  gtk_widget_set_margin_top (GTK_WIDGET (self->company), 9);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->company), 9);
  gtk_widget_set_margin_start (GTK_WIDGET (self->company), 18);
  gtk_widget_set_margin_end (GTK_WIDGET (self->company), 18);
  cd_band_set_child (self->band, GTK_WIDGET (self->company));
}

static void
cd_dashboard_window_init (CdDashboardWindow *self)
{
  self->cancellable = g_cancellable_new ();
  self->rows = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  fill_band (self);
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
    { "call-changed", G_CALLBACK (on_call_changed) },
    { "meter", G_CALLBACK (on_meter) },
    { "credit", G_CALLBACK (on_credit) },
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
  self->outcomes = cd_outcomes_new (session);
  cd_call_list_set_outcomes (self->today, self->outcomes);
  user = cd_session_get_user (session);
  gtk_menu_button_set_menu_model (self->menu_button, G_MENU_MODEL (gtk_application_get_menu_by_id (
                                                         application, "primary-menu")));
  follow (self);
  if (user->company == CT_ID_NONE)
    cd_company_list_set_session (self->companies, session);
  show_company (self, user->company, user->company_name);
  return GTK_WINDOW (self);
}
