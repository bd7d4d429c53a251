/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/widgets/compat.h"

#include <string.h>

typedef struct {
  CdAnswered answered;
  gpointer data;
} Question;

static void
on_response (gpointer dialog, const char *response, Question *question)
{
  question->answered (strcmp (response, "yes") == 0, question->data);
}

static void
question_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

void
cd_ask_question (GtkWidget *parent, const char *heading, const char *body, const char *cancel,
                 const char *yes, gboolean destructive, CdAnswered answered, gpointer data)
{
  Question *question = g_new (Question, 1);
  AdwResponseAppearance look = destructive ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED;

  *question = (Question){ answered, data };
#if ADW_CHECK_VERSION(1, 5, 0)
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, body));

  adw_alert_dialog_add_responses (dialog, "cancel", cancel, "yes", yes, NULL);
  adw_alert_dialog_set_response_appearance (dialog, "yes", look);
  adw_alert_dialog_set_default_response (dialog, "cancel");
  adw_alert_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), question, question_free, 0);
  adw_dialog_present (ADW_DIALOG (dialog), parent);
#else
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (parent));
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (window, heading, body));

  adw_message_dialog_add_responses (dialog, "cancel", cancel, "yes", yes, NULL);
  adw_message_dialog_set_response_appearance (dialog, "yes", look);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), question, question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
#endif
}

void
cd_show_about (GtkWidget *parent, const char *icon, const char *name, const char *version,
               const char *comments)
{
#if ADW_CHECK_VERSION(1, 5, 0)
  adw_show_about_dialog (parent, "application-icon", icon, "application-name", name, "version",
                         version, "comments", comments, "license-type", GTK_LICENSE_GPL_3_0, NULL);
#else
  adw_show_about_window (GTK_WINDOW (gtk_widget_get_root (parent)), "application-icon", icon,
                         "application-name", name, "version", version, "comments", comments,
                         "license-type", GTK_LICENSE_GPL_3_0, NULL);
#endif
}

void
cd_load_css (GtkCssProvider *provider, const char *css)
{
#if GTK_CHECK_VERSION(4, 12, 0)
  gtk_css_provider_load_from_string (provider, css);
#else
  gtk_css_provider_load_from_data (provider, css, -1);
#endif
}

void
cd_scroll_list_to (GtkWidget *list, guint position)
{
#if GTK_CHECK_VERSION(4, 12, 0)
  if (GTK_IS_LIST_VIEW (list))
    gtk_list_view_scroll_to (GTK_LIST_VIEW (list), position, GTK_LIST_SCROLL_FOCUS, NULL);
  else
    gtk_column_view_scroll_to (GTK_COLUMN_VIEW (list), position, NULL, GTK_LIST_SCROLL_FOCUS, NULL);
#else
  GtkWidget *inner = GTK_IS_COLUMN_VIEW (list) ? gtk_widget_get_last_child (list) : list;

  gtk_widget_activate_action (inner, "list.scroll-to-item", "u", position);
#endif
}

void
cd_get_colour (GtkWidget *widget, GdkRGBA *colour)
{
#if GTK_CHECK_VERSION(4, 10, 0)
  gtk_widget_get_color (widget, colour);
#else
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), colour);
#endif
}
