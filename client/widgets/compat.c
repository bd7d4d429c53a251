/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/widgets/compat.h"

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
cd_get_colour (GtkWidget *widget, GdkRGBA *colour)
{
#if GTK_CHECK_VERSION(4, 10, 0)
  gtk_widget_get_color (widget, colour);
#else
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), colour);
#endif
}

typedef struct {
  CdFileFunc callback;
  gpointer data;
} Choice;

static void
choose (Choice *choice, GFile *file)
{
  choice->callback (file, choice->data);
  g_free (choice);
}

#if GTK_CHECK_VERSION(4, 10, 0)

static void
on_file_chosen (GObject *dialog, GAsyncResult *result, gpointer data)
{
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (dialog), result, NULL);

  choose (data, file);
}

static void
open_chooser (GtkWindow *parent, const char *title, GtkFileFilter *filter, Choice *choice)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);

  g_list_store_append (filters, filter);
  gtk_file_dialog_set_title (dialog, title);
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  gtk_file_dialog_open (dialog, parent, NULL, on_file_chosen, choice);
}

#else

static void
on_file_chosen (GtkNativeDialog *dialog, int response, gpointer data)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT
                               ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog))
                               : NULL;

  choose (data, file);
  g_object_unref (dialog);
}

static void
open_chooser (GtkWindow *parent, const char *title, GtkFileFilter *filter, Choice *choice)
{
  GtkFileChooserNative *dialog
      = gtk_file_chooser_native_new (title, parent, GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  g_signal_connect (dialog, "response", G_CALLBACK (on_file_chosen), choice);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

#endif

void
cd_choose_file (GtkWindow *parent, const char *title, const char *filter_name,
                const char *const *types, CdFileFunc callback, gpointer data)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  Choice *choice = g_new (Choice, 1);

  *choice = (Choice){ callback, data };
  gtk_file_filter_set_name (filter, filter_name);
  for (gsize i = 0; types[i] != NULL; i++)
    gtk_file_filter_add_mime_type (filter, types[i]);
  open_chooser (parent, title, filter, choice);
}
