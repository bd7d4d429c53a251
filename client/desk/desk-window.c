/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "desk"

#include "client/desk/desk-private.h"

#include "client/desk/template.h"
#include "client/desk/words.h"
#include "client/widgets/format.h"
#include "client/widgets/names.h"

#include <glib/gi18n.h>
#include <string.h>

G_DEFINE_FINAL_TYPE (CdDeskWindow, cd_desk_window, ADW_TYPE_APPLICATION_WINDOW)

void
cd_desk_window_toast (CdDeskWindow *self, const char *text)
{
  AdwToast *toast = adw_toast_new (text);

  adw_toast_set_timeout (toast, 8);
  g_set_weak_pointer (&self->told, toast);
  adw_toast_overlay_add_toast (self->toasts, toast);
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

gboolean
cd_desk_call_is_over (const CtCall *call)
{
  return cd_agent_is_over (call);
}

/* Which page. The phone is ahead of the server by a moment: what it says about ringing and talking
 * counts first. */
static const char *
choose_page (CdDeskWindow *self, const CtCall *call)
{
  CdPhoneState state = cd_phone_get_state (self->phone);

  if (state == CD_PHONE_RINGING)
    return "ringing";
  if (call != NULL && cd_desk_call_is_over (call))
    return self->show_form && cd_agent_get_run (self->agent) != NULL ? "call" : "wrap-up";
  if (cd_phone_has_call (self->phone))
    return "call";
  if (call == NULL)
    return "idle";
  if (strcmp (call->state, "offered") == 0)
    return "ringing";
  return strcmp (call->state, "ivr") == 0 || strcmp (call->state, "queued") == 0 ? "idle" : "call";
}

static void
notify_ringing (CdDeskWindow *self, const CtCall *call)
{
  g_autoptr (GNotification) notification = NULL;

  if (gtk_window_is_active (GTK_WINDOW (self)))
    return;
  notification = g_notification_new (call != NULL ? call->company_name : _ ("A call for you"));
  g_notification_set_body (notification, _ ("Your phone rings."));
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_URGENT);
  g_notification_set_default_action (notification, "app.desk");
  g_application_send_notification (G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))),
                                   "ringing", notification);
}

/* The others are hidden outright: GTK 4.8 lets screen readers read what lies behind in a stack. */
static void
show_page (CdDeskWindow *self, const char *page)
{
  GtkWidget *shown = gtk_stack_get_child_by_name (self->pages, page);

  gtk_widget_set_visible (shown, TRUE);
  gtk_stack_set_visible_child (self->pages, shown);
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->pages)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    gtk_widget_set_visible (child, child == shown);
}

static void
turn_page (CdDeskWindow *self, const char *page, const CtCall *call)
{
  if (strcmp (page, self->page) == 0)
    return;
  if (strcmp (self->page, "ringing") == 0)
    g_application_withdraw_notification (
        G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))), "ringing");
  self->page = page;
  show_page (self, page);
  if (strcmp (page, "ringing") == 0)
    {
      /* It was about the call before. */
      if (self->told != NULL)
        adw_toast_dismiss (self->told);
      cd_ring_card_focus (self->ring_card);
      notify_ringing (self, call);
    }
  else if (strcmp (page, "call") == 0)
    cd_script_view_focus (self->script_view);
  else if (strcmp (page, "wrap-up") == 0)
    cd_wrap_up_page_focus (self->wrap_up_page);
  else
    {
      /* Else the focus would go to whatever is left, a toast's button, say, which then stays. */
      gtk_widget_child_focus (GTK_WIDGET (self->presence_menu), GTK_DIR_TAB_FORWARD);
      cd_today_refresh (cd_idle_page_get_today (self->idle_page));
    }
}

static void
show_banner (CdDeskWindow *self)
{
  CdConnection connection = cd_session_get_connection (self->session);
  int credit_left = (int) cd_agent_get_credit_left (self->agent);
  g_autofree char *text = NULL;

  if (!cd_session_is_signed_in (self->session))
    text = g_strdup (_ ("You have been signed out. Sign in again after the call."));
  else if (connection == CD_CONNECTION_RECONNECTING)
    text = g_strdup (
        _ ("No connection to the server. Calls go on and what you type is kept; trying again…"));
  else if (credit_left > 0)
    text = g_strdup_printf (ngettext ("The company's credit ends in %d second.",
                                      "The company's credit ends in %d seconds.",
                                      (gulong) credit_left),
                            credit_left);
  /* Screen readers find what is behind a closed revealer, too. */
  if (g_strcmp0 (gtk_label_get_text (self->banner_text), text != NULL ? text : "") != 0)
    gtk_label_set_text (self->banner_text, text != NULL ? text : "");
  gtk_revealer_set_reveal_child (self->banner, text != NULL);
}

/* Every second: clocks and meters. */
static void
show_clocks (CdDeskWindow *self)
{
  const CtPresence *presence = cd_agent_get_presence (self->agent);
  const CtCall *call = cd_agent_get_call (self->agent);
  CtScriptRun *run = cd_agent_get_run (self->agent);
  gint64 now_ms = cd_session_server_now_ms (self->session);
  gint64 seconds = 0;
  CtMoney cost = 0;
  gboolean metered = cd_agent_get_meter (self->agent, &seconds, &cost);
  gboolean masked
      = (call != NULL && call->masked) || (run != NULL && ct_script_run_entered (run) != NULL);

  show_banner (self);
  cd_presence_menu_show (self->presence_menu, presence, now_ms);
  cd_waiting_tick (self->waiting, now_ms);
  if (strcmp (self->page, "idle") == 0)
    cd_idle_page_show (self->idle_page, presence, self->phone,
                       cd_session_get_connection (self->session) == CD_CONNECTION_ONLINE,
                       cd_agent_is_taken (self->agent));
  else if (strcmp (self->page, "ringing") == 0)
    cd_ring_card_show (self->ring_card, call, self->phone, now_ms);
  cd_caller_pane_tick (self->caller_pane, metered, seconds, cost);
  if (call != NULL && self->wrapping == call->id)
    cd_wrap_up_page_tick (self->wrap_up_page, call, cd_agent_get_wrap_up_left (self->agent),
                          seconds, cost);
  cd_phone_bar_tick (self->phone_bar, metered && cd_phone_has_call (self->phone) ? seconds : -1,
                     call != NULL && call->recorded && !cd_desk_call_is_over (call), masked);
  cd_phone_bar_set_elsewhere (self->phone_bar, call != NULL && call->answered != 0
                                                   && !cd_desk_call_is_over (call)
                                                   && !cd_phone_has_call (self->phone));
}

static void
show_earned (CdDeskWindow *self)
{
  g_autofree char *money = cd_today_dup_earned (cd_idle_page_get_today (self->idle_page));
  /* Translators: %s is money: "€ 31.20 today" */
  g_autofree char *earned = money != NULL ? g_strdup_printf (_ ("%s today"), money) : NULL;

  gtk_label_set_text (self->earned, earned != NULL ? earned : "");
}

/* The call page: company, script or why there is none. */
static void
show_call (CdDeskWindow *self, const CtCall *call)
{
  CtScriptRun *run = cd_agent_get_run (self->agent);
  const CtSession *user = cd_session_get_user (self->session);
  const char *language = user != NULL ? user->language : "en";
  const char *name = call != NULL ? call->company_name : cd_phone_get_remote_name (self->phone);
  g_autofree char *spoken = call != NULL ? cd_format_language (call->language) : NULL;
  gboolean coming = run == NULL && call != NULL && call->script_version != CT_ID_NONE;

  cd_band_set_colour (self->band, call != NULL ? call->colour : NULL);
  gtk_label_set_text (self->company, name != NULL ? name : "");
  gtk_label_set_text (self->call_facts, spoken != NULL ? spoken : "");
  gtk_widget_set_visible (GTK_WIDGET (self->to_wrap_up), self->show_form);
  cd_script_view_set_language (self->script_view, language);
  cd_script_view_show (self->script_view, run, call, cd_session_server_now_ms (self->session));
  cd_script_path_show (self->script_path, run, language);
  gtk_widget_set_visible (GTK_WIDGET (self->no_script), run == NULL);
  adw_status_page_set_title (self->no_script,
                             coming ? _ ("The script is coming…") : _ ("This line has no script"));
  adw_status_page_set_description (
      self->no_script,
      coming ? NULL : _ ("Speak freely. A note and the outcome are asked for after the call."));
}

/* A call that was talked on and is gone without an end and a wrap-up: it went with a crash of the server, or
 * to somebody else while our phone was lost. */
static void
tell_lost_call (CdDeskWindow *self, const CtCall *call)
{
  if (call == NULL && self->talking)
    cd_desk_window_toast (self, _ ("The call is no longer with you. What you entered was kept."));
  self->talking = call != NULL && call->answered != 0 && !cd_desk_call_is_over (call);
}

/* As soon as a call is settled it belongs to what was earned today, not only after the wrap-up. */
static void
count_settled_call (CdDeskWindow *self, const CtCall *call)
{
  if (call == NULL || !call->settled || self->counted == call->id)
    return;
  self->counted = call->id;
  cd_today_refresh (cd_idle_page_get_today (self->idle_page));
}

void
cd_desk_update (CdDeskWindow *self)
{
  const CtCall *call = cd_agent_get_call (self->agent);
  const char *page;

  if (self->wrapping != CT_ID_NONE && (call == NULL || call->id != self->wrapping))
    cd_desk_end_wrap_up (self);
  if (call != NULL && cd_desk_call_is_over (call) && self->wrapping != call->id)
    {
      cd_script_view_flush (self->script_view);
      cd_desk_begin_wrap_up (self, call);
    }
  if (call == NULL)
    self->show_form = FALSE;
  tell_lost_call (self, call);
  count_settled_call (self, call);
  page = choose_page (self, call);
  show_call (self, call);
  if (call != NULL)
    {
      const CtSession *user = cd_session_get_user (self->session);

      cd_caller_pane_show (self->caller_pane, call, cd_session_server_now_ms (self->session));
      cd_caller_pane_show_script (self->caller_pane, cd_agent_get_run (self->agent),
                                  user != NULL ? user->language : "en");
    }
  gtk_widget_set_visible (GTK_WIDGET (self->caller_pane), call != NULL && strcmp (page, "idle") != 0
                                                              && strcmp (page, "ringing") != 0);
  gtk_widget_set_visible (self->left_pane,
                          strcmp (page, "call") == 0 && cd_agent_get_run (self->agent) != NULL);
  gtk_widget_set_visible (self->line_box,
                          cd_phone_has_call (self->phone)
                              && cd_phone_get_state (self->phone) != CD_PHONE_RINGING);
  turn_page (self, page, call);
  show_clocks (self);
  cd_desk_update_actions (self);
}

/* What the agent, the phone and the session tell */

static gboolean
on_second_passed (gpointer data)
{
  show_clocks (data);
  return G_SOURCE_CONTINUE;
}

static void
on_line_quality_told (CdDeskWindow *self, const CdLineQuality *quality)
{
  cd_level_meter_set_bars (self->line, quality->bars);
}

/* What was wanted, and why it did not work. */
static void
on_problem (CdDeskWindow *self, const CdProblem *problem, const char *doing)
{
  const char *what = strcmp (doing, "presence") == 0  ? _ ("Your presence was not changed.")
                     : strcmp (doing, "device") == 0  ? _ ("Your phone cannot be signed on.")
                     : strcmp (doing, "script") == 0  ? _ ("The server did not take the last step.")
                     : strcmp (doing, "finish") == 0  ? _ ("The wrap-up was not taken.")
                     : strcmp (doing, "connect") == 0 ? _ ("The caller was not connected.")
                                                      : _ ("It did not work.");
  g_autofree char *text = g_strdup_printf ("%s %s", what, cd_problem_text (problem));

  /* A step of a call that is no more: that the call is gone is told by itself. */
  if (strcmp (doing, "script") == 0 && problem->status == 404)
    return;
  cd_desk_window_toast (self, text);
}

/* What the views tell */

static gboolean
do_script (const char *kind, const char *step, const char *value, const char *reason, gpointer data,
           GError **error)
{
  CdDeskWindow *self = data;

  return cd_agent_script (self->agent, kind, step, value, reason, error);
}

static void
on_step_chosen (CdDeskWindow *self, const char *step)
{
  cd_script_view_go_to (self->script_view, step);
}

static void
on_connect_asked (CdDeskWindow *self, const char *step)
{
  cd_agent_connect_through (self->agent, step);
}

static void
on_connect_cancelled (CdDeskWindow *self)
{
  const CtCall *call = cd_agent_get_call (self->agent);
  g_autofree char *path = NULL;

  if (call == NULL)
    return;
  path = g_strdup_printf ("/api/v1/calls/%s/connect", ct_id_text (call->id).text);
  cd_session_call_async (self->session, "DELETE", path, NULL, NULL, NULL, NULL, NULL);
}

static void
on_wrap_up_changed (CdDeskWindow *self)
{
  cd_desk_keep_draft (self);
}

static void
on_wrap_up_finished (CdDeskWindow *self, const char *disposition, const char *note, gboolean pause)
{
  cd_desk_finish_wrap_up (self, disposition, note, pause);
}

static void
on_form_asked (CdDeskWindow *self)
{
  self->show_form = TRUE;
  cd_desk_update (self);
}

static void
on_to_wrap_up_clicked (CdDeskWindow *self)
{
  cd_script_view_flush (self->script_view);
  self->show_form = FALSE;
  cd_desk_update (self);
}

/* The type */

static void
cd_desk_window_dispose (GObject *object)
{
  CdDeskWindow *self = CD_DESK_WINDOW (object);

  g_clear_handle_id (&self->clock, g_source_remove);
  g_clear_handle_id (&self->draft, g_source_remove);
  if (self->agent != NULL)
    {
      cd_script_view_flush (self->script_view);
      g_signal_handlers_disconnect_by_data (self->agent, self);
      g_signal_handlers_disconnect_by_data (self->phone, self);
      g_signal_handlers_disconnect_by_data (self->session, self);
    }
  g_clear_weak_pointer (&self->told);
  g_clear_object (&self->agent);
  g_clear_pointer (&self->suggested, g_free);
  g_clear_pointer (&self->fallback, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_DESK_WINDOW);
  G_OBJECT_CLASS (cd_desk_window_parent_class)->dispose (object);
}

static void
cd_desk_window_class_init (CdDeskWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_desk_window_dispose;
  g_type_ensure (CD_TYPE_BAND);
  g_type_ensure (CD_TYPE_CALLER_PANE);
  g_type_ensure (CD_TYPE_IDLE_PAGE);
  g_type_ensure (CD_TYPE_LEVEL_METER);
  g_type_ensure (CD_TYPE_PHONE_BAR);
  g_type_ensure (CD_TYPE_PRESENCE_MENU);
  g_type_ensure (CD_TYPE_RING_CARD);
  g_type_ensure (CD_TYPE_SCRIPT_PATH);
  g_type_ensure (CD_TYPE_SCRIPT_VIEW);
  g_type_ensure (CD_TYPE_WAITING);
  g_type_ensure (CD_TYPE_WRAP_UP_PAGE);
  cd_desk_set_template (widget_class, "desk-window");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdDeskWindow, name)
  CHILD (toasts);
  CHILD (title);
  CHILD (menu_button);
  CHILD (presence_menu);
  CHILD (waiting);
  CHILD (earned);
  CHILD (line_box);
  CHILD (line);
  CHILD (banner);
  CHILD (banner_text);
  CHILD (left_pane);
  CHILD (script_path);
  CHILD (pages);
  CHILD (idle_page);
  CHILD (ring_card);
  CHILD (band);
  CHILD (company);
  CHILD (call_facts);
  CHILD (to_wrap_up);
  CHILD (script_view);
  CHILD (no_script);
  CHILD (wrap_up_page);
  CHILD (caller_pane);
  CHILD (phone_bar);
#undef CHILD
#define CALLBACK(name) gtk_widget_class_bind_template_callback (widget_class, name)
  CALLBACK (on_step_chosen);
  CALLBACK (on_connect_asked);
  CALLBACK (on_connect_cancelled);
  CALLBACK (on_wrap_up_changed);
  CALLBACK (on_wrap_up_finished);
  CALLBACK (on_form_asked);
  CALLBACK (on_to_wrap_up_clicked);
#undef CALLBACK
}

static void
cd_desk_window_init (CdDeskWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  cd_name_toasts (self->toasts);
  self->page = "idle";
  show_page (self, self->page);
}

static void
follow (CdDeskWindow *self)
{
#define FOLLOW(object, signal, function)                                                           \
  g_signal_connect_object (object, signal, G_CALLBACK (function), self, G_CONNECT_SWAPPED)
  FOLLOW (self->agent, "presence-changed", cd_desk_update);
  FOLLOW (self->agent, "call-changed", cd_desk_update);
  FOLLOW (self->agent, "script-changed", cd_desk_update);
  FOLLOW (self->agent, "tick", show_clocks);
  FOLLOW (self->agent, "credit-warning", show_banner);
  FOLLOW (self->agent, "problem", on_problem);
  FOLLOW (self->phone, "notify::state", cd_desk_update);
  FOLLOW (self->phone, "notify::registered", cd_desk_update);
  FOLLOW (self->phone, "notify::muted", cd_desk_update_actions);
  FOLLOW (self->phone, "line-quality", on_line_quality_told);
  FOLLOW (self->session, "connection-changed", cd_desk_update);
  FOLLOW (self->session, "signed-out", show_banner);
#undef FOLLOW
  self->clock = g_timeout_add_seconds (1, on_second_passed, self);
}

CdDeskWindow *
cd_desk_window_new (GtkApplication *application, CdAgent *agent)
{
  CdDeskWindow *self = g_object_new (CD_TYPE_DESK_WINDOW, "application", application, NULL);
  const CtSession *user;

  self->agent = g_object_ref (agent);
  self->session = cd_agent_get_session (agent);
  self->phone = cd_agent_get_phone (agent);
  user = cd_session_get_user (self->session);
  if (user != NULL)
    {
      g_autofree char *who = g_strdup_printf ("%s · %s", user->name, user->tenant_name);

      adw_window_title_set_subtitle (self->title, who);
    }
  gtk_menu_button_set_menu_model (self->menu_button, G_MENU_MODEL (gtk_application_get_menu_by_id (
                                                         application, "primary-menu")));
  cd_desk_add_actions (self);
  cd_waiting_set_agent (self->waiting, agent);
  cd_phone_bar_set_phone (self->phone_bar, self->phone);
  cd_script_view_set_doer (self->script_view, do_script, self);
  follow (self);
  g_signal_connect_object (cd_idle_page_get_today (self->idle_page), "earned-changed",
                           G_CALLBACK (show_earned), self, G_CONNECT_SWAPPED);
  cd_today_set_session (cd_idle_page_get_today (self->idle_page), self->session);
  show_earned (self);
  cd_desk_update (self);
  return self;
}
