/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server counts, since it alone knows who may answer what, and it tells an e-agent nothing of the calls
 * of others. It is asked every few seconds while he is at work, and whenever something changes for him; the
 * clock runs here. */
#define G_LOG_DOMAIN "desk"

#include "client/desk/waiting.h"

#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <string.h>

#define SOON_MS 300
#define SPREAD_MS 700
#define AGAIN_MS 5000

struct _CdWaiting {
  AdwBin parent_instance;
  GtkLabel *label;
  CdAgent *agent;
  CdSession *session; /* of the agent */
  GCancellable *cancellable;
  CtWaiting *waiting; /* NULL: not known */
  gboolean asking, ask_again;
  gint64 asked_ms;
  guint timer;
};

G_DEFINE_FINAL_TYPE (CdWaiting, cd_waiting, ADW_TYPE_BIN)

static gboolean
is_at_work (CdWaiting *self)
{
  const CtPresence *presence = cd_agent_get_presence (self->agent);

  return presence != NULL && strcmp (presence->state, "offline") != 0;
}

static void ask (CdWaiting *self);

void
cd_waiting_tick (CdWaiting *self, gint64 now_ms)
{
  gboolean shown = self->waiting != NULL && self->waiting->calls > 0 && is_at_work (self);
  g_autofree char *calls = NULL;
  g_autofree char *clock = NULL;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), shown);
  if (now_ms - self->asked_ms > AGAIN_MS
      && cd_session_get_connection (self->session) == CD_CONNECTION_ONLINE)
    ask (self);
  if (!shown)
    return;
  calls = g_strdup_printf (
      ngettext ("Waiting: %d call", "Waiting: %d calls", (gulong) self->waiting->calls),
      (int) self->waiting->calls);
  clock = cd_format_clock ((now_ms - self->waiting->since) / 1000);
  text = self->waiting->since != 0 ? g_strjoin (" · ", calls, clock, NULL) : g_strdup (calls);
  gtk_label_set_text (self->label, text);
}

static gboolean
on_time_to_ask (gpointer data)
{
  CdWaiting *self = data;

  self->timer = 0;
  ask (self);
  return G_SOURCE_REMOVE;
}

static void
ask_soon (CdWaiting *self)
{
  if (self->timer == 0)
    self->timer
        = g_timeout_add (SOON_MS + (guint) g_random_int_range (0, SPREAD_MS), on_time_to_ask, self);
}

static void
on_waiting_told (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdWaiting) self = data;
  gpointer reply = NULL;
  gboolean good = cd_session_call_finish (CD_SESSION (session), result, &reply, NULL, NULL);

  if (g_cancellable_is_cancelled (self->cancellable))
    {
      ct_record_free (reply);
      return;
    }
  self->asking = FALSE;
  if (good && reply != NULL)
    {
      ct_waiting_free (self->waiting);
      self->waiting = reply;
      cd_waiting_tick (self, cd_session_server_now_ms (self->session));
    }
  if (self->ask_again)
    ask_soon (self);
  self->ask_again = FALSE;
}

static void
ask (CdWaiting *self)
{
  if (!is_at_work (self) || !cd_session_is_signed_in (self->session))
    return;
  if (self->asking)
    {
      self->ask_again = TRUE;
      return;
    }
  self->asking = TRUE;
  self->asked_ms = cd_session_server_now_ms (self->session);
  cd_session_call_async (self->session, "GET", "/api/v1/me/waiting", NULL, &ct_waiting_type,
                         self->cancellable, on_waiting_told, g_object_ref (self));
}

/* Coming to work, and whatever else changes for the e-agent: a call that rings here waits no more. */
static void
on_presence_changed (CdWaiting *self)
{
  ask_soon (self);
  if (!is_at_work (self))
    g_clear_pointer (&self->waiting, ct_waiting_free);
}

void
cd_waiting_set_agent (CdWaiting *self, CdAgent *agent)
{
  self->agent = g_object_ref (agent);
  self->session = cd_agent_get_session (agent);
#define FOLLOW(object, signal, function)                                                           \
  g_signal_connect_object (object, signal, G_CALLBACK (function), self, G_CONNECT_SWAPPED)
  FOLLOW (self->session, "reset", ask_soon);
  FOLLOW (agent, "presence-changed", on_presence_changed);
#undef FOLLOW
  on_presence_changed (self);
}

static void
cd_waiting_dispose (GObject *object)
{
  CdWaiting *self = CD_WAITING (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->agent);
  G_OBJECT_CLASS (cd_waiting_parent_class)->dispose (object);
}

static void
cd_waiting_finalize (GObject *object)
{
  CdWaiting *self = CD_WAITING (object);

  g_object_unref (self->cancellable);
  g_clear_pointer (&self->waiting, ct_waiting_free);
  G_OBJECT_CLASS (cd_waiting_parent_class)->finalize (object);
}

static void
cd_waiting_class_init (CdWaitingClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cd_waiting_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_waiting_finalize;
}

static void
cd_waiting_init (CdWaiting *self)
{
  self->cancellable = g_cancellable_new ();
  self->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->label), "tabular");
  gtk_widget_add_css_class (GTK_WIDGET (self->label), "heading");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self),
                               _ ("Callers that you may answer, and how long the "
                                  "first of them has waited"));
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->label));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
