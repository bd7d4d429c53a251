/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/script-path.h"

#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <string.h>

struct _CdScriptPath {
  AdwBin parent_instance;
  GtkListBox *list;
  char *shown; /* what the list was made of, so that it is not made anew for nothing */
};

G_DEFINE_FINAL_TYPE (CdScriptPath, cd_script_path, ADW_TYPE_BIN)

static guint chosen_signal;

static GtkLabel *
append_label (GtkWidget *box, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

/* Its label, or where it has none the beginning of what is said; never the id, which is the author's. */
static char *
dup_name (const CtScriptRun *run, const CtScriptStep *step, const char *language)
{
  const char *label = ct_script_step_label (step, language, run);
  g_autofree char *said = NULL;

  if (strcmp (label, step->id) != 0)
    return g_strdup (label);
  said = ct_script_step_say (step, language, run);
  return g_strdup (said != NULL && *said != '\0' ? said : label);
}

/* As people of the e-agent's language read it. */
static char *
dup_answer (const CtScriptRun *run, const CtScriptStep *step, const char *language)
{
  char *answer = ct_script_step_show (step, language, run);

  if (answer != NULL && step->kind == CT_SCRIPT_ASK && step->ask == CT_SCRIPT_DATE)
    {
      g_autofree char *iso = answer;

      answer = cd_format_date_digits (iso);
    }
  return answer;
}

static void
append_step (CdScriptPath *self, const CtScriptRun *run, const CtScriptStep *step,
             const char *language, gboolean current)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autofree char *answer = dup_answer (run, step, language);
  g_autofree char *name = dup_name (run, step, language);
  GtkLabel *label = append_label (box, name);

  if (current)
    gtk_widget_add_css_class (GTK_WIDGET (label), "heading");
  if (answer != NULL && *answer != '\0')
    {
      GtkLabel *value = append_label (box, answer);

      gtk_label_set_single_line_mode (value, TRUE);
      gtk_widget_add_css_class (GTK_WIDGET (value), "caption");
      gtk_widget_add_css_class (GTK_WIDGET (value), "dim-label");
      gtk_widget_add_css_class (GTK_WIDGET (value), "tabular");
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  if (answer != NULL && *answer != '\0')
    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    answer, -1);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_top (box, 4);
  gtk_widget_set_margin_bottom (box, 4);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data_full (G_OBJECT (row), "step", g_strdup (step->id), g_free);
  gtk_list_box_append (self->list, row);
  if (current)
    gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));
}

static char *
describe (const CtScriptRun *run, const char *language)
{
  GString *text = g_string_new (language);
  GPtrArray *path = ct_script_run_path (run);

  for (guint i = 0; i < path->len; i++)
    {
      const CtScriptStep *step = g_ptr_array_index (path, i);
      g_autofree char *answer = ct_script_step_show (step, language, run);

      g_string_append_printf (text, "\n%s%s=%s", step == ct_script_run_current (run) ? "*" : "",
                              step->id, answer != NULL ? answer : "");
    }
  return g_string_free (text, FALSE);
}

void
cd_script_path_show (CdScriptPath *self, const CtScriptRun *run, const char *language)
{
  g_autofree char *now = run != NULL ? describe (run, language) : g_strdup ("");
  GPtrArray *path;
  GtkWidget *row;

  if (g_strcmp0 (now, self->shown) == 0)
    return;
  g_free (self->shown);
  self->shown = g_steal_pointer (&now);
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, row);
  path = run != NULL ? ct_script_run_path (run) : NULL;
  for (guint i = 0; path != NULL && i < path->len; i++)
    {
      const CtScriptStep *step = g_ptr_array_index (path, i);

      append_step (self, run, step, language, step == ct_script_run_current (run));
    }
}

static void
on_row_activated (CdScriptPath *self, GtkListBoxRow *row)
{
  g_autofree char *step = g_strdup (g_object_get_data (G_OBJECT (row), "step"));

  g_signal_emit (self, chosen_signal, 0, step);
}

static void
cd_script_path_finalize (GObject *object)
{
  g_free (CD_SCRIPT_PATH (object)->shown);
  G_OBJECT_CLASS (cd_script_path_parent_class)->finalize (object);
}

static void
cd_script_path_class_init (CdScriptPathClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cd_script_path_finalize;
  chosen_signal = g_signal_new ("chosen", CD_TYPE_SCRIPT_PATH, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cd_script_path_init (CdScriptPath *self)
{
  GtkWidget *list = gtk_list_box_new ();

  self->list = GTK_LIST_BOX (list);
  gtk_widget_add_css_class (list, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Steps of the script"), -1);
  g_signal_connect_object (list, "row-activated", G_CALLBACK (on_row_activated), self,
                           G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), list);
}
