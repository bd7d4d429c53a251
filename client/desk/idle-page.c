/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/idle-page.h"

#include <glib/gi18n.h>
#include <string.h>

struct _CdIdlePage {
  AdwBin parent_instance;
  AdwStatusPage *page;
  GtkWidget *button;
  GtkWidget *spinner;
  CdToday *today;
  gconstpointer shown; /* Face */
};

G_DEFINE_FINAL_TYPE (CdIdlePage, cd_idle_page, ADW_TYPE_BIN)

typedef struct {
  const char *icon;
  const char *title;
  const char *text;
  const char *button; /* NULL: none */
  gboolean waits;     /* for something that comes by itself */
} Face;

static const Face faces[] = {
  { "network-wireless-symbolic", N_ ("Connecting…"), N_ ("The desk asks the server for your work."),
    NULL, TRUE },
  { "network-offline-symbolic", N_ ("No connection"),
    N_ ("The desk tries again by itself. What you type is kept."), NULL, TRUE },
  { "call-start-symbolic", N_ ("Signing on your phone…"),
    N_ ("Calls can come as soon as your phone is registered."), NULL, TRUE },
  { "dialog-warning-symbolic", N_ ("Your phone is not signed on"),
    N_ ("The server did not take its registration. The desk tries again; if this stays, tell your "
        "administrator."),
    NULL, TRUE },
  { "call-start-symbolic", N_ ("Ready for calls"),
    N_ ("The next call for you rings here. F2 or the space bar answers it."), NULL, FALSE },
  { "media-playback-pause-symbolic", N_ ("You are on a pause"),
    N_ ("No calls come until you are available again."), N_ ("Be _Available"), FALSE },
  { "computer-symbolic", N_ ("Your phone is signed on at another desk"),
    N_ ("Calls for you ring there. Be available here to take the phone back."),
    N_ ("Be _Available"), FALSE },
  { "system-shutdown-symbolic", N_ ("You are offline"), N_ ("Become available to take calls."),
    N_ ("Be _Available"), FALSE },
};

enum { CONNECTING, CUT, SIGNING_ON, PHONE_REFUSED, AVAILABLE, PAUSED, TAKEN, OFFLINE };

static const Face *
choose (const CtPresence *presence, CdPhone *phone, gboolean online, gboolean taken)
{
  if (presence == NULL)
    return &faces[online ? CONNECTING : CUT];
  if (taken)
    return &faces[TAKEN];
  if (strcmp (presence->state, "paused") == 0)
    return &faces[PAUSED];
  if (!presence->registered && !cd_phone_get_registered (phone))
    return &faces[cd_phone_get_problem (phone) != NULL ? PHONE_REFUSED : SIGNING_ON];
  if (strcmp (presence->state, "offline") == 0)
    return &faces[OFFLINE];
  return &faces[AVAILABLE];
}

void
cd_idle_page_show (CdIdlePage *self, const CtPresence *presence, CdPhone *phone, gboolean online,
                   gboolean taken)
{
  const Face *face = choose (presence, phone, online, taken);

  if (face == self->shown)
    return;
  self->shown = face;
  adw_status_page_set_icon_name (self->page, face->icon);
  adw_status_page_set_title (self->page, _ (face->title));
  adw_status_page_set_description (self->page, _ (face->text));
  gtk_widget_set_visible (self->button, face->button != NULL);
  if (face->button != NULL)
    gtk_button_set_label (GTK_BUTTON (self->button), _ (face->button));
  gtk_widget_set_visible (self->spinner, face->waits);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), face->waits);
}

CdToday *
cd_idle_page_get_today (CdIdlePage *self)
{
  return self->today;
}

static void
cd_idle_page_class_init (CdIdlePageClass *klass)
{
}

static void
cd_idle_page_init (CdIdlePage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  self->page = ADW_STATUS_PAGE (adw_status_page_new ());
  self->button = gtk_button_new ();
  gtk_button_set_use_underline (GTK_BUTTON (self->button), TRUE);
  gtk_widget_set_halign (self->button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->button, "pill");
  gtk_widget_add_css_class (self->button, "suggested-action");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), "win.available");
  self->spinner = gtk_spinner_new ();
  gtk_widget_set_size_request (self->spinner, 32, 32);
  gtk_widget_set_halign (self->spinner, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), self->button);
  gtk_box_append (GTK_BOX (box), self->spinner);
  self->today = g_object_new (CD_TYPE_TODAY, NULL);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->today));
  adw_status_page_set_child (self->page, box);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->page));
}
