/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server counts, since it alone knows who may answer what, and it tells an e-agent nothing of the calls
 * of others. It is asked when he comes to work, and tells what changes from then on; the clock runs here. */
#define G_LOG_DOMAIN "desk"

#include "client/desk/waiting.h"

#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <string.h>

#define AGAIN_MS 5000 /* after a failure */

struct _CdWaiting {
  AdwBin parent_instance;
  GtkLabel *label;
  CdAgent *agent;
  CdSession *session; /* of the agent */
  GCancellable *cancellable;
  CtWaiting *waiting;         /* NULL: not known */
  gboolean asking, overtaken; /* by what was told meanwhile */
  gint64 asked_ms;
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
  if (self->waiting == NULL && now_ms - self->asked_ms > AGAIN_MS
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

/* Takes it. */
static void
set_waiting (CdWaiting *self, CtWaiting *waiting)
{
  ct_waiting_free (self->waiting);
  self->waiting = waiting;
  cd_waiting_tick (self, cd_session_server_now_ms (self->session));
}

static void
on_asked (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdWaiting) self = data;
  gpointer reply = NULL;
  gboolean good = cd_session_call_finish (CD_SESSION (session), result, &reply, NULL, NULL);

  self->asking = FALSE;
  if (good && reply != NULL && !self->overtaken && !g_cancellable_is_cancelled (self->cancellable))
    set_waiting (self, reply);
  else
    ct_record_free (reply);
}

static void
ask (CdWaiting *self)
{
  if (self->asking || !is_at_work (self) || !cd_session_is_signed_in (self->session))
    return;
  self->asking = TRUE;
  self->overtaken = FALSE;
  self->asked_ms = cd_session_server_now_ms (self->session);
  cd_session_call_async (self->session, "GET", "/api/v1/me/waiting", NULL, &ct_waiting_type,
                         self->cancellable, on_asked, g_object_ref (self));
}

static void
on_told (CdWaiting *self, const CtWaiting *waiting)
{
  self->overtaken = TRUE;
  if (is_at_work (self))
    set_waiting (self, ct_record_copy (waiting));
}

/* The server forgets whom it tells when he leaves his work. */
static void
on_presence_changed (CdWaiting *self)
{
  if (!is_at_work (self))
    g_clear_pointer (&self->waiting, ct_waiting_free);
  else if (self->waiting == NULL)
    ask (self);
}

/* Another server's process, say, which has yet to be asked. */
static void
on_reset (CdWaiting *self)
{
  g_clear_pointer (&self->waiting, ct_waiting_free);
  ask (self);
}

void
cd_waiting_set_agent (CdWaiting *self, CdAgent *agent)
{
  self->agent = g_object_ref (agent);
  self->session = cd_agent_get_session (agent);
#define FOLLOW(object, signal, function)                                                           \
  g_signal_connect_object (object, signal, G_CALLBACK (function), self, G_CONNECT_SWAPPED)
  FOLLOW (self->session, "reset", on_reset);
  FOLLOW (self->session, "waiting", on_told);
  FOLLOW (agent, "presence-changed", on_presence_changed);
#undef FOLLOW
  on_presence_changed (self);
}

static void
cd_waiting_dispose (GObject *object)
{
  CdWaiting *self = CD_WAITING (object);

  g_cancellable_cancel (self->cancellable);
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
