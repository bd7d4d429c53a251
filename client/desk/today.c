/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "desk"

#include "client/desk/today.h"

#include "client/desk/words.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>

#define MOST 20

struct _CdToday {
  AdwBin parent_instance;
  CdSession *session;
  GCancellable *cancellable;
  gboolean known;
  CtMoney earned;
  char *currency;
  GtkLabel *title;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (CdToday, cd_today, ADW_TYPE_BIN)

static guint earned_changed_signal;

/* The e-agent's own day (D27): by the zone of his record, where there is one. */
static GTimeZone *
get_zone (CdToday *self)
{
  const CtSession *user = cd_session_get_user (self->session);
  GTimeZone *zone = user != NULL && user->time_zone != NULL
                        ? g_time_zone_new_identifier (user->time_zone)
                        : NULL;

  return zone != NULL ? zone : g_time_zone_new_local ();
}

static gboolean
is_today (CdToday *self, gint64 at_ms, gint64 now_ms)
{
  g_autoptr (GTimeZone) zone = get_zone (self);
  g_autoptr (GDateTime) at_utc = g_date_time_new_from_unix_utc (at_ms / 1000);
  g_autoptr (GDateTime) now_utc = g_date_time_new_from_unix_utc (now_ms / 1000);
  g_autoptr (GDateTime) at = g_date_time_to_timezone (at_utc, zone);
  g_autoptr (GDateTime) now = g_date_time_to_timezone (now_utc, zone);

  return g_date_time_get_day_of_year (at) == g_date_time_get_day_of_year (now)
         && g_date_time_get_year (at) == g_date_time_get_year (now);
}

static void
append_suffix (GtkWidget *row, const char *text, gboolean dim)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "tabular");
  if (dim)
    gtk_widget_add_css_class (label, "dim-label");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
}

static void
append_call (CdToday *self, const CtCall *call)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *time = cd_format_time (call->started);
  g_autofree char *number = cd_dup_number (call->caller);
  g_autofree char *lasted = cd_format_clock (call->seconds);
  g_autofree char *pay = call->pay > 0 ? cd_format_money (call->pay, call->currency) : NULL;
  g_autofree char *text = call->ticket != NULL && *call->ticket != '\0'
                              ? g_strjoin (" · ", time, number, call->ticket, NULL)
                              : g_strjoin (" · ", time, number, NULL);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), call->company_name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  append_suffix (row, lasted, TRUE);
  if (pay != NULL)
    append_suffix (row, pay, FALSE);
  gtk_list_box_append (self->list, row);
}

static void
on_calls_listed (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdToday) self = data;
  g_autoptr (GPtrArray) calls
      = cd_session_list_finish (CD_SESSION (session), result, NULL, NULL, NULL);
  gint64 now_ms = cd_session_server_now_ms (CD_SESSION (session));
  guint shown = 0;

  if (calls == NULL || g_cancellable_is_cancelled (self->cancellable))
    return;
  cd_remove_children (GTK_WIDGET (self->list));
  for (guint i = 0; i < calls->len; i++)
    {
      const CtCall *call = g_ptr_array_index (calls, i);

      if (call->ended != 0 && call->answered != 0 && is_today (self, call->started, now_ms))
        {
          append_call (self, call);
          shown++;
        }
    }
  gtk_widget_set_visible (GTK_WIDGET (self), shown > 0);
}

static void
take_presence (CdToday *self, const CtPresence *presence)
{
  self->earned = presence->earned_today;
  g_free (self->currency);
  self->currency = g_strdup (presence->currency);
}

static void
on_presence_told (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdToday) self = data;
  gpointer reply = NULL;

  if (cd_session_call_finish (CD_SESSION (session), result, &reply, NULL, NULL) && reply != NULL)
    {
      self->known = TRUE;
      take_presence (self, reply);
      g_signal_emit (self, earned_changed_signal, 0);
    }
  ct_record_free (reply);
}

void
cd_today_refresh (CdToday *self)
{
  g_autofree char *path = g_strdup_printf ("/api/v1/calls?limit=%d", MOST);

  if (!cd_session_is_signed_in (self->session))
    return;
  cd_session_list_async (self->session, path, &ct_call_type, self->cancellable, on_calls_listed,
                         g_object_ref (self));
  cd_session_call_async (self->session, "GET", "/api/v1/me/presence", NULL, &ct_presence_type,
                         self->cancellable, on_presence_told, g_object_ref (self));
}

char *
cd_today_dup_earned (CdToday *self)
{
  return self->known ? cd_format_money (self->earned, self->currency) : NULL;
}

void
cd_today_set_session (CdToday *self, CdSession *session)
{
  self->session = g_object_ref (session);
  g_signal_connect_object (session, "reset", G_CALLBACK (cd_today_refresh), self,
                           G_CONNECT_SWAPPED);
  cd_today_refresh (self);
}

static void
cd_today_dispose (GObject *object)
{
  CdToday *self = CD_TODAY (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (cd_today_parent_class)->dispose (object);
}

static void
cd_today_finalize (GObject *object)
{
  g_object_unref (CD_TODAY (object)->cancellable);
  g_free (CD_TODAY (object)->currency);
  G_OBJECT_CLASS (cd_today_parent_class)->finalize (object);
}

static void
cd_today_class_init (CdTodayClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cd_today_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_today_finalize;
  earned_changed_signal = g_signal_new ("earned-changed", CD_TYPE_TODAY, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);
}

static void
cd_today_init (CdToday *self)
{
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *list = gtk_list_box_new ();

  self->cancellable = g_cancellable_new ();
  self->title = GTK_LABEL (gtk_label_new (_ ("Your calls today")));
  self->list = GTK_LIST_BOX (list);
  gtk_label_set_xalign (self->title, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "heading");
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Your calls today"), -1);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (box), list);
  gtk_widget_set_margin_top (box, 12);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 560);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  adw_bin_set_child (ADW_BIN (self), clamp);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
