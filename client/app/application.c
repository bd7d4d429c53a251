/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "app"

#include "client/app/application.h"

#include "client/app/app-private.h"
#include "client/app/locale.h"
#include "client/app/settings.h"
#include "client/app/sign-in-window.h"
#include "client/app/workplace.h"
#include "client/dashboard/dashboard.h"
#include "client/desk/desk-window.h"
#include "client/widgets/compat.h"
#include "client/widgets/shortcuts.h"

#include <glib/gi18n.h>
#include <gst/gst.h>

struct _CdApplication {
  AdwApplication parent_instance;
  CtClock *clock;
  CdSettings *settings;
  char *server, *domain, *user; /* of the command line; NULL when not given */

  GtkWindow *sign_in; /* the windows are borrowed; NULL when closed */
  GtkWindow *desk;
  GtkWindow *dashboard;
  CdWorkplace *workplace; /* NULL when nobody is signed in */
  gboolean closing;       /* the windows are being closed by us */
};

G_DEFINE_FINAL_TYPE (CdApplication, cd_application, ADW_TYPE_APPLICATION)

static const CdShortcut shortcuts[] = {
  { N_ ("The call"), NULL, "desk" },
  { N_ ("Answer"), "F2 space" },
  { N_ ("Refuse the ringing call"), "<Shift>F2" },
  { N_ ("Hold, or take back"), "F4" },
  { N_ ("Mute the microphone"), "F5" },
  { N_ ("Keypad"), "F6" },
  { N_ ("End the call"), "F8" },
  { N_ ("The script"), NULL, "desk" },
  { N_ ("Next step"), "Return <Control>Return" },
  { N_ ("Previous step"), "<Alt>Left" },
  { N_ ("Choose an answer or an outcome"), "1 9" },
  { N_ ("Go to the answer"), "F7" },
  { N_ ("After the call"), NULL, "desk" },
  { N_ ("Finish the wrap-up"), "<Control>Return" },
  { N_ ("Presence"), NULL, "desk" },
  { N_ ("Available"), "<Control><Shift>a" },
  { N_ ("Pause"), "<Control><Shift>p" },
  { N_ ("The dashboard"), NULL, "dashboard" },
  { N_ ("Choose another company"), "<Alt>Left" },
  { N_ ("Read everything anew"), "<Control>r" },
  { N_ ("What callers hear"), "<Control><Shift>s" },
  { N_ ("In a recording: back, on"), "Left Right" },
  { N_ ("General"), NULL },
  { N_ ("Open the desk"), "<Alt>1", "desk" },
  { N_ ("Open the dashboard"), "<Alt>2", "dashboard" },
  { N_ ("Main menu"), "F10" },
  { N_ ("Keyboard shortcuts"), "<Control>question" },
  { N_ ("Close the window"), "<Control>w" },
  { N_ ("Quit"), "<Control>q" },
};

static void show_sign_in (CdApplication *self, const char *message);

/* Windows */

static gboolean
may_see_desk (CdApplication *self)
{
  return self->workplace != NULL && cd_workplace_get_agent (self->workplace) != NULL;
}

static gboolean
may_see_dashboard (CdApplication *self)
{
  CdSession *session = self->workplace != NULL ? cd_workplace_get_session (self->workplace) : NULL;
  const CtSession *user = session != NULL ? cd_session_get_user (session) : NULL;

  return user != NULL && cd_session_may (session, "see-company");
}

/* A team leader has his desk before him; the companies' dashboards are in the menu. */
static gboolean
begins_with_dashboard (CdApplication *self)
{
  return may_see_dashboard (self)
         && (!may_see_desk (self)
             || cd_session_get_user (cd_workplace_get_session (self->workplace))->company
                    != CT_ID_NONE);
}

static void
set_enabled (CdApplication *self, const char *action, gboolean enabled)
{
  g_simple_action_set_enabled (
      G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), action)), enabled);
}

static void
update_actions (CdApplication *self)
{
  set_enabled (self, "desk", may_see_desk (self));
  set_enabled (self, "dashboard", may_see_dashboard (self));
  set_enabled (self, "sign-out", self->workplace != NULL);
}

static void
forget_window (GtkWindow **window)
{
  if (*window != NULL)
    g_object_remove_weak_pointer (G_OBJECT (*window), (gpointer *) window);
  *window = NULL;
}

static void
keep_window (GtkWindow **place, gpointer window)
{
  forget_window (place);
  *place = window;
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) place);
}

static void
close_window (GtkWindow **place)
{
  GtkWindow *window = *place;

  forget_window (place);
  if (window != NULL)
    gtk_window_destroy (window);
}

/* The way out */

/* TRUE, and the user is told, when a call would be cut off. */
static gboolean
refuse_for_call (CdApplication *self)
{
  if (self->workplace == NULL || !cd_workplace_has_call (self->workplace))
    return FALSE;
  if (self->desk == NULL)
    g_action_group_activate_action (G_ACTION_GROUP (self), "desk", NULL);
  gtk_window_present (self->desk);
  cd_desk_window_refuse_to_quit (CD_DESK_WINDOW (self->desk));
  return TRUE;
}

static void
close_workplace (CdApplication *self)
{
  g_autoptr (CdWorkplace) workplace = g_steal_pointer (&self->workplace);

  if (workplace == NULL)
    return;
  self->closing = TRUE;
  g_application_hold (G_APPLICATION (self));
  g_signal_handlers_disconnect_by_data (cd_workplace_get_session (workplace), self);
  close_window (&self->desk);
  close_window (&self->dashboard);
  update_actions (self);
  cd_workplace_close (workplace);
  g_application_release (G_APPLICATION (self));
  self->closing = FALSE;
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdApplication *self = data;

  if (refuse_for_call (self))
    return;
  close_workplace (self);
  g_application_quit (G_APPLICATION (self));
}

static void
on_end_call_and_quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdApplication *self = data;

  close_workplace (self);
  g_application_quit (G_APPLICATION (self));
}

static void
on_sign_out (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdApplication *self = data;

  if (refuse_for_call (self))
    return;
  g_application_hold (G_APPLICATION (self));
  close_workplace (self);
  show_sign_in (self, NULL);
  g_application_release (G_APPLICATION (self));
}

/* The desk asks before it closes; a TRUE keeps it. */
static gboolean
on_window_close_requested (GtkWindow *window, gpointer data)
{
  CdApplication *self = data;

  if (self->closing)
    return FALSE;
  if ((window == self->desk || self->desk == NULL) && refuse_for_call (self))
    return TRUE;
  /* The last one: the user leaves. */
  if ((window == self->desk ? self->dashboard : self->desk) == NULL)
    {
      g_action_group_activate_action (G_ACTION_GROUP (self), "quit", NULL);
      return TRUE;
    }
  return FALSE;
}

static void
add_window (CdApplication *self, GtkWindow **place, gpointer window)
{
  keep_window (place, window);
  g_signal_connect_object (window, "close-request", G_CALLBACK (on_window_close_requested), self,
                           0);
  gtk_window_present (*place);
}

static void
on_desk (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdApplication *self = data;

  if (self->desk != NULL)
    gtk_window_present (self->desk);
  else if (may_see_desk (self))
    add_window (
        self, &self->desk,
        cd_desk_window_new (GTK_APPLICATION (self), cd_workplace_get_agent (self->workplace)));
}

static void
on_dashboard (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CdApplication *self = data;

  if (self->dashboard != NULL)
    gtk_window_present (self->dashboard);
  else if (may_see_dashboard (self))
    add_window (self, &self->dashboard,
                cd_dashboard_window_new (GTK_APPLICATION (self),
                                         cd_workplace_get_session (self->workplace)));
}

/* Sign-in */

static gboolean
on_leave_due (gpointer data)
{
  CdApplication *self = data;

  if (self->workplace == NULL || cd_workplace_has_call (self->workplace)
      || cd_session_is_signed_in (cd_workplace_get_session (self->workplace)))
    return G_SOURCE_REMOVE;
  g_application_hold (G_APPLICATION (self));
  close_workplace (self);
  show_sign_in (self, _ ("You have been signed out. Sign in again."));
  g_application_release (G_APPLICATION (self));
  return G_SOURCE_REMOVE;
}

/* Not from within a signal of the phone or the session: both end in it. */
static void
leave_soon (CdApplication *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, on_leave_due, g_object_ref (self), g_object_unref);
}

/* The server ended the session. A call that runs is not cut off for it. */
static void
on_session_lost (CdApplication *self)
{
  CdAgent *agent = cd_workplace_get_agent (self->workplace);

  if (cd_workplace_has_call (self->workplace))
    g_signal_connect_object (cd_agent_get_phone (agent), "notify::state", G_CALLBACK (leave_soon),
                             self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  else
    leave_soon (self);
}

static void
on_workplace_opened (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdApplication) self = data;
  CdWorkplace *workplace = CD_WORKPLACE (object);
  g_autoptr (GError) error = NULL;
  gboolean kept = cd_workplace_open_finish (workplace, result, &error);

  g_application_release (G_APPLICATION (self));
  if (self->workplace != workplace)
    return;
  update_actions (self);
  if (!may_see_desk (self) && !may_see_dashboard (self))
    {
      close_workplace (self);
      show_sign_in (self, _ ("Your work has no window in this version yet."));
      return;
    }
  if (may_see_desk (self))
    g_action_group_activate_action (G_ACTION_GROUP (self), "desk", NULL);
  if (begins_with_dashboard (self))
    g_action_group_activate_action (G_ACTION_GROUP (self), "dashboard", NULL);
  if (!kept)
    {
      g_warning ("no journal: %s", error->message);
      cd_desk_window_toast (CD_DESK_WINDOW (self->desk),
                            _ ("What you type cannot be kept on this computer's disk."));
    }
  close_window (&self->sign_in);
}

static void
on_signed_in (CdApplication *self, CdSession *session)
{
  g_application_hold (G_APPLICATION (self));
  self->workplace = cd_workplace_new (session, self->settings, self->clock);
  g_signal_connect_object (session, "signed-out", G_CALLBACK (on_session_lost), self,
                           G_CONNECT_SWAPPED);
  cd_workplace_open_async (self->workplace, on_workplace_opened, g_object_ref (self));
}

static void
show_sign_in (CdApplication *self, const char *message)
{
  if (self->sign_in == NULL)
    {
      CdSignInWindow *window
          = cd_sign_in_window_new (GTK_APPLICATION (self), self->settings, self->clock);

      cd_sign_in_window_prefill (window, self->server, self->domain, self->user);
      /* The next time it is what was right this time. */
      g_clear_pointer (&self->server, g_free);
      g_clear_pointer (&self->domain, g_free);
      g_clear_pointer (&self->user, g_free);
      g_signal_connect_object (window, "signed-in", G_CALLBACK (on_signed_in), self,
                               G_CONNECT_SWAPPED);
      keep_window (&self->sign_in, window);
    }
  cd_sign_in_window_set_message (CD_SIGN_IN_WINDOW (self->sign_in), message);
  gtk_window_present (self->sign_in);
}

/* Other actions */

static GtkWindow *
get_window (CdApplication *self)
{
  return gtk_application_get_active_window (GTK_APPLICATION (self));
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window = get_window (data);

  if (window != NULL)
    cd_show_about (GTK_WIDGET (window), CD_APP_ID, "Centrale", CENTRALE_VERSION,
                   _ ("A call centre that several firms share"));
}

static void
on_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window = get_window (data);

  if (window != NULL)
    cd_show_shortcuts (window, shortcuts, G_N_ELEMENTS (shortcuts));
}

static const GActionEntry actions[] = {
  { .name = "desk", .activate = on_desk },
  { .name = "dashboard", .activate = on_dashboard },
  { .name = "sign-out", .activate = on_sign_out },
  { .name = "shortcuts", .activate = on_shortcuts },
  { .name = "about", .activate = on_about },
  { .name = "quit", .activate = on_quit },
  { .name = "end-call-and-quit", .activate = on_end_call_and_quit },
};

static const struct {
  const char *action;
  const char *keys[2];
} keys[] = {
  { "app.desk", { "<Alt>1" } },
  { "app.dashboard", { "<Alt>2" } },
  { "app.shortcuts", { "<Control>question" } },
  { "app.quit", { "<Control>q" } },
  { "window.close", { "<Control>w" } },
};

/* The type */

static void
cd_application_startup (GApplication *application)
{
  CdApplication *self = CD_APPLICATION (application);

  G_APPLICATION_CLASS (cd_application_parent_class)->startup (application);
  self->settings = cd_settings_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_application_set_accels_for_action (
        GTK_APPLICATION (self), keys[i].action,
        (const char *[]){ keys[i].keys[0], keys[i].keys[1], NULL });
  update_actions (self);
}

static void
cd_application_activate (GApplication *application)
{
  CdApplication *self = CD_APPLICATION (application);

  if (self->desk != NULL)
    gtk_window_present (self->desk);
  else if (self->dashboard != NULL)
    gtk_window_present (self->dashboard);
  else if (self->workplace == NULL || self->sign_in != NULL)
    show_sign_in (self, NULL);
}

static int
cd_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  CdApplication *self = CD_APPLICATION (application);

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("centrale %s\n", CENTRALE_VERSION);
      return 0;
    }
  g_variant_dict_lookup (options, "server", "s", &self->server);
  g_variant_dict_lookup (options, "domain", "s", &self->domain);
  g_variant_dict_lookup (options, "user", "s", &self->user);
  if (self->server == NULL)
    self->server = g_strdup (g_getenv ("CENTRALE_SERVER"));
  return -1;
}

static void
cd_application_finalize (GObject *object)
{
  CdApplication *self = CD_APPLICATION (object);

  forget_window (&self->sign_in);
  forget_window (&self->desk);
  forget_window (&self->dashboard);
  g_clear_object (&self->workplace);
  g_clear_pointer (&self->settings, cd_settings_free);
  g_free (self->server);
  g_free (self->domain);
  g_free (self->user);
  ct_clock_unref (self->clock);
  G_OBJECT_CLASS (cd_application_parent_class)->finalize (object);
}

static void
cd_application_class_init (CdApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cd_application_finalize;
  application_class->startup = cd_application_startup;
  application_class->activate = cd_application_activate;
  application_class->handle_local_options = cd_application_handle_local_options;
}

static const GOptionEntry options[] = {
  { "server", 's', 0, G_OPTION_ARG_STRING, NULL,
    N_ ("Address of the server (else CENTRALE_SERVER, else the last one)"), "URL" },
  { "domain", 'd', 0, G_OPTION_ARG_STRING, NULL, N_ ("Domain of the call centre"), "DOMAIN" },
  { "user", 'u', 0, G_OPTION_ARG_STRING, NULL, N_ ("Name to sign in with"), "USER" },
  { "version", 'v', 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version"), NULL },
};

static void
cd_application_init (CdApplication *self)
{
  self->clock = ct_clock_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    g_application_add_main_option (G_APPLICATION (self), options[i].long_name,
                                   options[i].short_name, G_OPTION_FLAG_NONE, options[i].arg,
                                   _ (options[i].description), options[i].arg_description);
}

CdApplication *
cd_application_new (void)
{
  return g_object_new (CD_TYPE_APPLICATION, "application-id", CD_APP_ID, "resource-base-path",
                       CD_RESOURCES, "flags", G_APPLICATION_CAN_OVERRIDE_APP_ID, NULL);
}

int
cd_application_main (int argc, char **argv)
{
  const char *locales = g_getenv ("CENTRALE_LOCALEDIR");
  g_autoptr (CdApplication) application = NULL;

  cd_set_locale ();
  bindtextdomain (GETTEXT_PACKAGE, locales != NULL ? locales : CENTRALE_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name ("Centrale");
  gst_init (NULL, NULL);
  cd_widgets_register_resources ();
  g_resources_register (cd_app_get_resource ());
  gtk_window_set_default_icon_name (CD_APP_ID);
  application = cd_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
