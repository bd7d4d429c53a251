/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "app"

#include "client/app/sign-in-window.h"

#include "client/app/app-private.h"
#include "client/widgets/names.h"

#include <glib/gi18n.h>
#include <string.h>

#define GROUP "sign-in"

struct _CdSignInWindow {
  AdwApplicationWindow parent_instance;
  CdSettings *settings;      /* borrowed */
  CtClock *clock;            /* borrowed */
  GCancellable *cancellable; /* while signing in */

  GtkMenuButton *menu_button;
  GtkLabel *message;
  GtkEditable *server_row, *domain_row, *user_row, *password_row;
  GtkWidget *fields;
  GtkWidget *error_box;
  GtkLabel *error;
  GtkWidget *sign_in_button;
  GtkStack *button_stack;
  GtkSpinner *spinner;
};

G_DEFINE_FINAL_TYPE (CdSignInWindow, cd_sign_in_window, ADW_TYPE_APPLICATION_WINDOW)

static guint signed_in_signal;

static char *
dup_field (GtkEditable *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (row)));
}

static gboolean
is_empty (GtkEditable *row)
{
  g_autofree char *text = dup_field (row);

  return *text == '\0';
}

static void
update (CdSignInWindow *self)
{
  gboolean busy = self->cancellable != NULL;

  gtk_widget_set_sensitive (self->fields, !busy);
  gtk_widget_set_sensitive (self->sign_in_button,
                            !busy && !is_empty (self->server_row) && !is_empty (self->domain_row)
                                && !is_empty (self->user_row)
                                && *gtk_editable_get_text (self->password_row) != '\0');
  gtk_stack_set_visible_child_name (self->button_stack, busy ? "busy" : "ready");
  gtk_spinner_set_spinning (self->spinner, busy);
}

static void
show_error (CdSignInWindow *self, const char *text, GtkEditable *culprit)
{
  GtkEditable *rows[] = { self->server_row, self->domain_row, self->user_row, self->password_row };

  gtk_label_set_text (self->error, text != NULL ? text : "");
  gtk_widget_set_visible (self->error_box, text != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (text != NULL && rows[i] == culprit)
      gtk_widget_add_css_class (GTK_WIDGET (rows[i]), "error");
    else
      gtk_widget_remove_css_class (GTK_WIDGET (rows[i]), "error");
  if (culprit != NULL)
    {
      gtk_widget_grab_focus (GTK_WIDGET (culprit));
      gtk_editable_select_region (culprit, 0, -1);
    }
}

static void
on_field_changed (CdSignInWindow *self)
{
  gtk_widget_set_visible (self->error_box, FALSE);
  for (GtkWidget *row = gtk_widget_get_first_child (self->fields); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    gtk_widget_remove_css_class (row, "error");
  update (self);
}

/* Which field to look at again. */
static GtkEditable *
find_culprit (CdSignInWindow *self, const CdProblem *problem)
{
  if (problem->status == 0)
    return self->server_row;
  return problem->status == 401 || problem->status == 403 ? self->password_row : NULL;
}

static void
remember (CdSignInWindow *self)
{
  g_autofree char *server = dup_field (self->server_row);
  g_autofree char *domain = dup_field (self->domain_row);
  g_autofree char *user = dup_field (self->user_row);

  cd_settings_set (self->settings, GROUP, "server", server);
  cd_settings_set (self->settings, GROUP, "domain", domain);
  cd_settings_set (self->settings, GROUP, "user", user);
}

static void
on_signed_in (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdSignInWindow) self = data;
  g_autoptr (CdSession) session = CD_SESSION (object);
  g_autoptr (CdProblem) problem = NULL;
  gboolean good = cd_session_sign_in_finish (session, result, &problem, NULL);
  gboolean cancelled = g_cancellable_is_cancelled (self->cancellable);

  g_clear_object (&self->cancellable);
  if (cancelled)
    return;
  update (self);
  if (good)
    {
      remember (self);
      gtk_editable_set_text (self->password_row, "");
      g_signal_emit (self, signed_in_signal, 0, session);
    }
  else
    show_error (self, cd_problem_text (problem), find_culprit (self, problem));
}

/* "example.org" -> "https://example.org" */
static char *
dup_server (CdSignInWindow *self)
{
  char *typed = dup_field (self->server_row);
  gsize length = strlen (typed);
  g_autofree char *plain = typed;

  while (length > 0 && typed[length - 1] == '/')
    typed[--length] = '\0';
  return strstr (typed, "://") != NULL ? g_steal_pointer (&plain)
                                       : g_strconcat ("https://", typed, NULL);
}

static void
on_sign_in_clicked (CdSignInWindow *self)
{
  g_autofree char *server = dup_server (self);
  g_autofree char *domain = dup_field (self->domain_row);
  g_autofree char *user = dup_field (self->user_row);
  g_autoptr (GError) error = NULL;
  CdSession *session;

  if (self->cancellable != NULL)
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->message), FALSE);
  session = cd_session_new (server, NULL, self->clock, &error);
  if (session == NULL)
    {
      g_info ("%s: %s", server, error->message);
      show_error (
          self,
          ct_error_is (error, CT_ERROR_IO)
              ? _ ("The file of trusted certificates cannot be read.")
              : _ ("This is not the address of a server. It looks like “calls.example.org”."),
          self->server_row);
      return;
    }
  show_error (self, NULL, NULL);
  self->cancellable = g_cancellable_new ();
  update (self);
  cd_session_sign_in_async (session, domain, user, gtk_editable_get_text (self->password_row),
                            self->cancellable, on_signed_in, g_object_ref (self));
}

/* Enter goes to the next empty field, and signs in from the last. */
static void
on_field_activated (CdSignInWindow *self)
{
  GtkEditable *rows[] = { self->server_row, self->domain_row, self->user_row, self->password_row };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (is_empty (rows[i]))
      {
        gtk_widget_grab_focus (GTK_WIDGET (rows[i]));
        return;
      }
  on_sign_in_clicked (self);
}

static void
focus_first_empty (CdSignInWindow *self)
{
  GtkEditable *rows[] = { self->server_row, self->domain_row, self->user_row };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (is_empty (rows[i]))
      {
        gtk_window_set_focus (GTK_WINDOW (self), GTK_WIDGET (rows[i]));
        return;
      }
  gtk_window_set_focus (GTK_WINDOW (self), GTK_WIDGET (self->password_row));
}

/* A row gives no name to the text in it, which is what a screen reader reads. */
static void
name_text (GtkEditable *row)
{
  GtkEditable *text = gtk_editable_get_delegate (row);

  if (text != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (text), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), -1);
}

static void
fill (CdSignInWindow *self, GtkEditable *row, const char *key)
{
  g_autofree char *value = cd_settings_dup (self->settings, GROUP, key);

  gtk_editable_set_text (row, value);
}

void
cd_sign_in_window_prefill (CdSignInWindow *self, const char *server, const char *domain,
                           const char *user)
{
  if (server != NULL)
    gtk_editable_set_text (self->server_row, server);
  if (domain != NULL)
    gtk_editable_set_text (self->domain_row, domain);
  if (user != NULL)
    gtk_editable_set_text (self->user_row, user);
  focus_first_empty (self);
}

void
cd_sign_in_window_set_message (CdSignInWindow *self, const char *message)
{
  gtk_label_set_text (self->message, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->message), message != NULL);
}

static void
cd_sign_in_window_dispose (GObject *object)
{
  CdSignInWindow *self = CD_SIGN_IN_WINDOW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_SIGN_IN_WINDOW);
  G_OBJECT_CLASS (cd_sign_in_window_parent_class)->dispose (object);
}

/* Closed while signing in: nobody waits for the answer any more. */
static gboolean
cd_sign_in_window_close_request (GtkWindow *window)
{
  CdSignInWindow *self = CD_SIGN_IN_WINDOW (window);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  return GTK_WINDOW_CLASS (cd_sign_in_window_parent_class)->close_request (window);
}

static void
cd_sign_in_window_class_init (CdSignInWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_sign_in_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = cd_sign_in_window_close_request;
  signed_in_signal = g_signal_new ("signed-in", CD_TYPE_SIGN_IN_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, CD_TYPE_SESSION);
  gtk_widget_class_set_template_from_resource (widget_class, CD_RESOURCES "/app/sign-in-window.ui");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdSignInWindow, name)
  CHILD (menu_button);
  CHILD (message);
  CHILD (fields);
  CHILD (server_row);
  CHILD (domain_row);
  CHILD (user_row);
  CHILD (password_row);
  CHILD (error_box);
  CHILD (error);
  CHILD (sign_in_button);
  CHILD (button_stack);
  CHILD (spinner);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_field_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_field_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_sign_in_clicked);
}

static void
cd_sign_in_window_init (CdSignInWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  name_text (self->server_row);
  name_text (self->domain_row);
  name_text (self->user_row);
  name_text (self->password_row);
  cd_name_buttons (GTK_WIDGET (self->password_row)); /* its eye */
}

CdSignInWindow *
cd_sign_in_window_new (GtkApplication *application, CdSettings *settings, CtClock *clock)
{
  CdSignInWindow *self = g_object_new (CD_TYPE_SIGN_IN_WINDOW, "application", application, NULL);

  self->settings = settings;
  self->clock = clock;
  gtk_menu_button_set_menu_model (self->menu_button, G_MENU_MODEL (gtk_application_get_menu_by_id (
                                                         application, "primary-menu")));
  fill (self, self->server_row, "server");
  fill (self, self->domain_row, "domain");
  fill (self, self->user_row, "user");
  focus_first_empty (self);
  update (self);
  return self;
}
