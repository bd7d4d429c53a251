/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dashboard"

#include "client/dashboard/call-window.h"

#include "client/dashboard/player.h"
#include "client/dashboard/readings.h"
#include "client/dashboard/template.h"
#include "client/dashboard/words.h"
#include "client/widgets/format.h"
#include "common/rules/phone.h"

#include <glib/gi18n.h>

struct _CdCallWindow {
  AdwWindow parent_instance;
  AdwWindowTitle *title;
  GtkGrid *facts;
  AdwActionRow *bill;
  AdwActionRow *why;
  AdwExpanderRow *refusals;
  GtkStack *recording;
  GtkLabel *no_recording;
  CdPlayer *player;
  GtkWidget *recording_group, *voicemail_group;
  CdPlayer *voicemail;
  AdwPreferencesGroup *readings;
  AdwPreferencesGroup *messages;
  AdwActionRow *no_messages;

  CdSession *session;
  GCancellable *cancellable;
  CtCall *call;
  char *currency;
  int n_facts;
  gboolean player_set, voicemail_set;
};

G_DEFINE_FINAL_TYPE (CdCallWindow, cd_call_window, ADW_TYPE_WINDOW)

/* What happened */

static void
set_title (gpointer row, const char *title)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
}

static GtkWidget *
new_label (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  return label;
}

/* A line with a name and what it is; none for what is not known. */
static void
add_fact (CdCallWindow *self, const char *name, const char *value)
{
  GtkWidget *heading, *text;

  if (value == NULL || *value == '\0')
    return;
  heading = new_label (name);
  text = new_label (value);
  gtk_widget_add_css_class (heading, "dim-label");
  gtk_widget_add_css_class (text, "numeric");
  gtk_widget_set_hexpand (text, TRUE);
  gtk_label_set_selectable (GTK_LABEL (text), TRUE);
  /* Else the window would open with the first value selected. */
  gtk_widget_set_can_focus (text, FALSE);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (text), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY,
                                  heading, NULL, -1);
  gtk_grid_attach (self->facts, heading, 0, self->n_facts, 1, 1);
  gtk_grid_attach (self->facts, text, 1, self->n_facts, 1, 1);
  self->n_facts++;
}

static void
show_facts (CdCallWindow *self)
{
  const CtCall *call = self->call;
  g_autofree char *keyed = cd_words_keyed (call, "\n");
  g_autofree char *waited = call->queued != 0 ? cd_format_clock (call->waited_seconds) : NULL;
  g_autofree char *talked = call->answered != 0 ? cd_format_clock (call->seconds) : NULL;
  g_autofree char *language = cd_format_language (call->language);
  g_autofree char *called = call->called != NULL ? ct_phone_pretty (call->called) : NULL;
  const char *disposition = cd_words_disposition (call);
  g_autofree char *pay = call->pay > 0 ? cd_format_money (call->pay, call->currency) : NULL;

  for (; self->n_facts > 0; self->n_facts--)
    gtk_grid_remove_row (self->facts, self->n_facts - 1);
  add_fact (self, _ ("Line called"), call->line_label != NULL ? call->line_label : called);
  add_fact (self, C_ ("call", "Language"), language);
  add_fact (self, _ ("Keys pressed"), keyed);
  add_fact (self, C_ ("call", "Waited"), waited);
  add_fact (self, _ ("Answered by"), call->agent_name);
  add_fact (self, C_ ("call", "Talked"), talked);
  add_fact (self, C_ ("call", "End"),
            call->ended != 0 ? cd_words_cause (call) : cd_words_state (call));
  add_fact (self, C_ ("call", "Outcome"), disposition != NULL ? disposition : call->disposition);
  add_fact (self, _ ("Ticket number"), call->ticket);
  add_fact (self, _ ("Note of the e-agent"), call->note);
  add_fact (self, _ ("The e-agent earned"), pay);
}

static void
show_recording (CdCallWindow *self)
{
  const CtCall *call = self->call;
  gboolean voicemail = call->ended != 0 && call->voicemail_ms > 0;
  gboolean there = call->ended != 0 && call->recorded && (call->recording_ms > 0 || !voicemail);

  if (there && !self->player_set)
    cd_player_set_call (self->player, self->session, call, NULL);
  self->player_set = self->player_set || there;
  if (voicemail && !self->voicemail_set)
    cd_player_set_call (self->voicemail, self->session, call, "voicemail");
  self->voicemail_set = self->voicemail_set || voicemail;
  gtk_widget_set_visible (self->voicemail_group, voicemail);
  gtk_widget_set_visible (self->recording_group, there || !voicemail);
  gtk_label_set_text (self->no_recording,
                      self->call->ended != 0
                          ? _ ("There is no recording of this call.")
                          : _ ("The recording can be heard when the call has ended."));
  gtk_stack_set_visible_child_name (self->recording, there ? "player" : "none");
}

static void
show_call (CdCallWindow *self)
{
  g_autofree char *caller = cd_words_caller (self->call);
  gint64 now_ms = cd_session_server_now_ms (self->session);
  g_autofree char *day = cd_format_day (self->call->started, now_ms);
  g_autofree char *time = cd_format_time (self->call->started);
  g_autofree char *when = g_strdup_printf ("%s, %s", day, time);

  adw_window_title_set_title (self->title, caller);
  adw_window_title_set_subtitle (self->title, when);
  gtk_window_set_title (GTK_WINDOW (self), caller);
  show_facts (self);
  show_recording (self);
}

/* What the server adds. Each request holds a reference on the window, which is closed meanwhile or not. */

static const char *
problem_words (const CdProblem *problem)
{
  return problem != NULL ? cd_problem_text (problem) : _ ("The server could not do it.");
}

static void
on_call_read (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdCallWindow) self = data;
  g_autoptr (GError) error = NULL;
  gpointer call = NULL;

  if (cd_session_call_finish (CD_SESSION (session), result, &call, NULL, &error) && call != NULL
      && !g_cancellable_is_cancelled (self->cancellable))
    {
      ct_call_free (self->call);
      self->call = call;
      show_call (self);
    }
  else
    ct_record_free (call);
}

static void
on_bill_read (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdCallWindow) self = data;
  g_autoptr (CdProblem) problem = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CtBill) bill = NULL;
  g_autofree char *words = NULL;
  g_autofree char *amount = NULL;

  if (!cd_session_call_finish (CD_SESSION (session), result, (gpointer *) &bill, &problem, &error)
      || bill == NULL)
    {
      if (g_cancellable_is_cancelled (self->cancellable))
        return;
      set_title (self->bill, problem != NULL && problem->status == 404
                                 ? _ ("Nothing was billed for this call.")
                                 : problem_words (problem));
      return;
    }
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  words = cd_words_bill (bill, self->currency);
  amount = cd_format_rate (bill->amount, self->currency);
  set_title (self->bill, amount);
  adw_action_row_set_subtitle (self->bill, words);
}

static void
add_refusals (CdCallWindow *self, const CtWhy *why)
{
  for (guint i = 0; why->refused != NULL && i < why->refused->len; i++)
    {
      const CtRefusal *refusal = why->refused->pdata[i];
      g_autofree char *count = cd_format_number ((double) refusal->count, 0);
      GtkWidget *row = adw_action_row_new ();
      GtkWidget *label = gtk_label_new (count);

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      set_title (row, cd_words_rule (refusal->rule));
      gtk_widget_add_css_class (label, "numeric");
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
      adw_expander_row_add_row (self->refusals, row);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->refusals),
                          why->refused != NULL && why->refused->len > 0);
}

static void
on_why_read (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdCallWindow) self = data;
  g_autoptr (CdProblem) problem = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CtWhy) why = NULL;
  g_autofree char *words = NULL;

  if (!cd_session_call_finish (CD_SESSION (session), result, (gpointer *) &why, &problem, &error)
      || why == NULL)
    {
      if (!g_cancellable_is_cancelled (self->cancellable))
        set_title (self->why, problem != NULL && problem->status == 404
                                  ? _ ("It was offered to no e-agent.")
                                  : problem_words (problem));
      return;
    }
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  words = cd_words_why (why, why->user == self->call->agent ? self->call->agent_name : NULL);
  set_title (self->why, words);
  add_refusals (self, why);
}

static void
add_message (CdCallWindow *self, const CtMessage *message)
{
  GtkWidget *row = adw_expander_row_new ();
  GtkWidget *inner = adw_preferences_row_new ();
  GtkWidget *text = gtk_label_new (message->text);
  g_autofree char *to = g_strjoinv (", ", message->to);
  g_autofree char *state = cd_words_message (message, cd_session_server_now_ms (self->session));
  g_autofree char *subtitle = g_strdup_printf ("%s\n%s", to != NULL ? to : "", state);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  set_title (row, message->subject);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), subtitle);
  gtk_label_set_selectable (GTK_LABEL (text), TRUE);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_widget_set_margin_top (text, 12);
  gtk_widget_set_margin_bottom (text, 12);
  gtk_widget_set_margin_start (text, 12);
  gtk_widget_set_margin_end (text, 12);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (inner), text);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (inner), FALSE);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), inner);
  adw_preferences_group_add (self->messages, row);
}

static void
on_messages_read (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdCallWindow) self = data;
  g_autoptr (CdProblem) problem = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list
      = cd_session_list_finish (CD_SESSION (session), result, NULL, &problem, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (list == NULL)
    {
      set_title (self->no_messages, problem_words (problem));
      return;
    }
  set_title (self->no_messages, _ ("No message went out about this call."));
  gtk_widget_set_visible (GTK_WIDGET (self->no_messages), list->len == 0);
  for (guint i = 0; i < list->len; i++)
    add_message (self, list->pdata[i]);
}

static void
on_readings_read (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdCallWindow) self = data;
  g_autoptr (GPtrArray) list
      = cd_session_list_finish (CD_SESSION (session), result, NULL, NULL, NULL);

  if (list != NULL && !g_cancellable_is_cancelled (self->cancellable))
    cd_readings_fill (self->readings, list, cd_session_server_now_ms (self->session));
}

static void
read_rest (CdCallWindow *self)
{
  g_autofree char *call = g_strdup_printf ("/api/v1/calls/%s", ct_id_text (self->call->id).text);
  g_autofree char *bill = g_strconcat (call, "/bill", NULL);
  g_autofree char *why = g_strconcat (call, "/why", NULL);
  g_autofree char *messages = g_strconcat (call, "/messages", NULL);
  g_autofree char *readings = g_strconcat (call, "/readings?limit=200", NULL);

  cd_session_call_async (self->session, "GET", call, NULL, &ct_call_type, self->cancellable,
                         on_call_read, g_object_ref (self));
  if (self->call->ended == 0)
    set_title (self->bill, _ ("The bill is made when the call has ended."));
  else
    cd_session_call_async (self->session, "GET", bill, NULL, &ct_bill_type, self->cancellable,
                           on_bill_read, g_object_ref (self));
  cd_session_call_async (self->session, "GET", why, NULL, &ct_why_type, self->cancellable,
                         on_why_read, g_object_ref (self));
  cd_session_list_async (self->session, messages, &ct_message_type, self->cancellable,
                         on_messages_read, g_object_ref (self));
  if (cd_session_may (self->session, "hear"))
    cd_session_list_async (self->session, readings, &ct_reading_type, self->cancellable,
                           on_readings_read, g_object_ref (self));
}

static void
cd_call_window_dispose (GObject *object)
{
  CdCallWindow *self = CD_CALL_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_CALL_WINDOW);
  G_OBJECT_CLASS (cd_call_window_parent_class)->dispose (object);
}

static void
cd_call_window_finalize (GObject *object)
{
  CdCallWindow *self = CD_CALL_WINDOW (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->session);
  ct_call_free (self->call);
  g_free (self->currency);
  G_OBJECT_CLASS (cd_call_window_parent_class)->finalize (object);
}

static void
cd_call_window_class_init (CdCallWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_call_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_call_window_finalize;
  g_type_ensure (CD_TYPE_PLAYER);
  cd_dashboard_set_template (widget_class, "call-window");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdCallWindow, name)
  CHILD (title);
  CHILD (facts);
  CHILD (bill);
  CHILD (why);
  CHILD (refusals);
  CHILD (recording);
  CHILD (no_recording);
  CHILD (player);
  CHILD (recording_group);
  CHILD (voicemail_group);
  CHILD (voicemail);
  CHILD (readings);
  CHILD (messages);
  CHILD (no_messages);
#undef CHILD
}

static void
cd_call_window_init (CdCallWindow *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

CdCallWindow *
cd_call_window_new (GtkWindow *parent, CdSession *session, const CtCall *call, const char *currency)
{
  CdCallWindow *self = g_object_new (CD_TYPE_CALL_WINDOW, "transient-for", parent, NULL);

  self->session = g_object_ref (session);
  self->call = ct_record_copy (call);
  self->currency = g_strdup (currency);
  show_call (self);
  read_rest (self);
  return self;
}
