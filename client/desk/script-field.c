/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/script-field.h"

#include "client/desk/words.h"
#include "client/widgets/format.h"
#include "common/rules/phone.h"

#include <glib/gi18n.h>
#include <string.h>

#define LONG_TEXT 200 /* characters: from here on a text gets several lines */

struct _CdScriptField {
  AdwBin parent_instance;
  CtScript *script;
  const CtScriptStep *step; /* of the script */
  char *language;
  gint64 now_ms;
  gboolean quiet; /* a value is being set by the program */

  /* One of these: */
  GtkEditable *line;
  GtkTextView *lines;
  GPtrArray *checks; /* GtkCheckButton, borrowed, as the step's choices */
  GtkWidget *list;   /* the rows of `checks` */
};

G_DEFINE_FINAL_TYPE (CdScriptField, cd_script_field, ADW_TYPE_BIN)

enum { CHANGED, ACTIVATED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
on_changed (CdScriptField *self)
{
  if (!self->quiet)
    g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_activated (CdScriptField *self)
{
  g_signal_emit (self, signals[ACTIVATED], 0);
}

static gboolean
on_activate_shortcut (GtkWidget *widget, GVariant *args, gpointer data)
{
  on_activated (data);
  return TRUE;
}

static const char *
get_label (CdScriptField *self)
{
  return ct_script_text_in (self->script, &self->step->label, self->language);
}

static void
set_accessible_label (CdScriptField *self, GtkWidget *input)
{
  const char *label = get_label (self);

  gtk_accessible_update_property (GTK_ACCESSIBLE (input), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  *label != '\0' ? label : _ ("Answer"), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (input), GTK_ACCESSIBLE_PROPERTY_REQUIRED,
                                  self->step->required, -1);
}

/* Several lines */

static GtkWidget *
make_lines (CdScriptField *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *view = gtk_text_view_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();

  self->lines = GTK_TEXT_VIEW (view);
  gtk_text_view_set_wrap_mode (self->lines, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (self->lines, FALSE);
  gtk_text_view_set_top_margin (self->lines, 9);
  gtk_text_view_set_bottom_margin (self->lines, 9);
  gtk_text_view_set_left_margin (self->lines, 12);
  gtk_text_view_set_right_margin (self->lines, 12);
  gtk_widget_add_css_class (view, "answer-lines");
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (
          gtk_alternative_trigger_new (gtk_keyval_trigger_new (GDK_KEY_Return, GDK_CONTROL_MASK),
                                       gtk_keyval_trigger_new (GDK_KEY_KP_Enter, GDK_CONTROL_MASK)),
          gtk_callback_action_new (on_activate_shortcut, self, NULL)));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (view, keys);
  g_signal_connect_object (gtk_text_view_get_buffer (self->lines), "changed",
                           G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), 96);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_add_css_class (scrolled, "answer-frame");
  set_accessible_label (self, view);
  return scrolled;
}

gboolean
cd_script_field_has_lines (CdScriptField *self)
{
  return self->lines != NULL;
}

static char *
dup_lines (CdScriptField *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->lines);
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

/* One line */

static void
on_day_selected (CdScriptField *self, GtkCalendar *calendar)
{
  g_autoptr (GDateTime) day = gtk_calendar_get_date (calendar);
  g_autofree char *iso = g_date_time_format (day, "%Y-%m-%d");
  g_autofree char *digits = cd_format_date_digits (iso);
  GtkWidget *popover = gtk_widget_get_ancestor (GTK_WIDGET (calendar), GTK_TYPE_POPOVER);

  gtk_editable_set_text (self->line, digits);
  gtk_popover_popdown (GTK_POPOVER (popover));
  cd_script_field_focus (self);
}

static GtkWidget *
make_calendar_button (CdScriptField *self)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *calendar = gtk_calendar_new ();

  g_signal_connect_object (calendar, "day-selected", G_CALLBACK (on_day_selected), self,
                           G_CONNECT_SWAPPED);
  gtk_popover_set_child (GTK_POPOVER (popover), calendar);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "x-office-calendar-symbolic");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_widget_set_tooltip_text (button, _ ("Choose a day"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Choose a day"), -1);
  return button;
}

static GtkInputPurpose
get_purpose (CtScriptAskKind kind)
{
  switch (kind)
    {
    case CT_SCRIPT_NUMBER:
      return GTK_INPUT_PURPOSE_NUMBER;
    case CT_SCRIPT_PHONE:
      return GTK_INPUT_PURPOSE_PHONE;
    case CT_SCRIPT_EMAIL:
      return GTK_INPUT_PURPOSE_EMAIL;
    default:
      return GTK_INPUT_PURPOSE_FREE_FORM;
    }
}

static GtkWidget *
make_line (CdScriptField *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *entry
      = self->step->ask == CT_SCRIPT_SECRET ? gtk_password_entry_new () : gtk_entry_new ();
  g_autofree char *today = NULL;

  self->line = GTK_EDITABLE (entry);
  gtk_widget_set_hexpand (entry, TRUE);
  gtk_widget_add_css_class (entry, "answer-entry");
  if (GTK_IS_ENTRY (entry))
    {
      gtk_entry_set_input_purpose (GTK_ENTRY (entry), get_purpose (self->step->ask));
      if (self->step->ask == CT_SCRIPT_NUMBER || self->step->ask == CT_SCRIPT_PHONE
          || self->step->ask == CT_SCRIPT_DATE)
        gtk_widget_add_css_class (entry, "tabular");
    }
  else
    gtk_password_entry_set_show_peek_icon (GTK_PASSWORD_ENTRY (entry), TRUE);
  g_signal_connect_object (entry, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (entry, "activate", G_CALLBACK (on_activated), self, G_CONNECT_SWAPPED);
  set_accessible_label (self, entry);
  gtk_box_append (GTK_BOX (box), entry);
  if (self->step->ask == CT_SCRIPT_DATE)
    {
      gtk_box_append (GTK_BOX (box), make_calendar_button (self));
      today = cd_format_date_digits ("2026-12-31");
      /* Translators: %s is a date as the user's country writes it */
      g_autofree char *hint = g_strdup_printf (_ ("For example %s"), today);
      gtk_entry_set_placeholder_text (GTK_ENTRY (entry), hint);
    }
  return box;
}

/* Choices */

static gboolean
on_choice_key_pressed (CdScriptField *self, guint key, guint code, GdkModifierType modifiers)
{
  if (key != GDK_KEY_Return && key != GDK_KEY_KP_Enter)
    return FALSE;
  for (guint i = 0; i < self->checks->len; i++)
    if (gtk_check_button_get_active (g_ptr_array_index (self->checks, i)))
      {
        on_activated (self);
        return TRUE;
      }
  return FALSE; /* the row under the focus is chosen */
}

static void
append_choice (CdScriptField *self, const CtScriptChoice *choice)
{
  const char *label = ct_script_text_in (self->script, &choice->label, self->language);
  GtkWidget *check = cd_append_choice (GTK_LIST_BOX (self->list), self->checks,
                                       *label != '\0' ? label : choice->code);

  g_signal_connect_object (check, "toggled", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
}

static GtkWidget *
make_choices (CdScriptField *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->checks = g_ptr_array_new ();
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "boxed-list");
  set_accessible_label (self, self->list);
  cd_make_one_stop (GTK_LIST_BOX (self->list));
  for (guint i = 0; i < self->step->choices->len; i++)
    append_choice (self, g_ptr_array_index (self->step->choices, i));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (on_choice_key_pressed), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->list, keys);
  return self->list;
}

gboolean
cd_script_field_choose (CdScriptField *self, guint n)
{
  if (self->checks == NULL || n < 1 || n > self->checks->len)
    return FALSE;
  gtk_check_button_set_active (g_ptr_array_index (self->checks, n - 1), TRUE);
  gtk_widget_grab_focus (
      GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), (int) n - 1)));
  return TRUE;
}

static void
set_choice (CdScriptField *self, const char *code)
{
  for (guint i = 0; i < self->checks->len; i++)
    {
      const CtScriptChoice *choice = g_ptr_array_index (self->step->choices, i);

      gtk_check_button_set_active (g_ptr_array_index (self->checks, i),
                                   strcmp (choice->code, code) == 0);
    }
}

static char *
dup_choice (CdScriptField *self)
{
  for (guint i = 0; i < self->checks->len; i++)
    if (gtk_check_button_get_active (g_ptr_array_index (self->checks, i)))
      return g_strdup (((CtScriptChoice *) g_ptr_array_index (self->step->choices, i))->code);
  return g_strdup ("");
}

/* Values */

void
cd_script_field_set_typed (CdScriptField *self, const char *typed)
{
  g_autofree char *before = cd_script_field_dup_typed (self);

  if (strcmp (before, typed) == 0)
    return; /* the cursor stays where it is */
  self->quiet = TRUE;
  if (self->lines != NULL)
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->lines), typed, -1);
  else if (self->checks != NULL)
    set_choice (self, typed);
  else
    gtk_editable_set_text (self->line, typed);
  self->quiet = FALSE;
}

char *
cd_script_field_dup_typed (CdScriptField *self)
{
  if (self->lines != NULL)
    return dup_lines (self);
  if (self->checks != NULL)
    return dup_choice (self);
  return g_strdup (gtk_editable_get_text (self->line));
}

void
cd_script_field_set_value (CdScriptField *self, const char *value)
{
  g_autofree char *shown = NULL;

  if (self->step->ask == CT_SCRIPT_DATE)
    shown = cd_format_date_digits (value);
  else if (self->step->ask == CT_SCRIPT_PHONE)
    shown = ct_phone_pretty (value);
  else
    shown = g_strdup (value);
  cd_script_field_set_typed (self, shown);
}

char *
cd_script_field_dup_value (CdScriptField *self)
{
  g_autofree char *typed = cd_script_field_dup_typed (self);
  char *date;

  if (self->step->ask == CT_SCRIPT_DATE)
    {
      date = cd_parse_date (typed, self->now_ms);
      return date != NULL ? date : g_steal_pointer (&typed);
    }
  /* A secret is kept as it is typed, all else without the spaces around it. */
  return self->step->ask == CT_SCRIPT_SECRET ? g_steal_pointer (&typed)
                                             : g_strdup (g_strstrip (typed));
}

void
cd_script_field_focus (CdScriptField *self)
{
  GtkListBoxRow *row = NULL;

  if (self->lines != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (self->lines));
  else if (self->line != NULL)
    {
      gtk_widget_grab_focus (GTK_WIDGET (self->line));
      gtk_editable_set_position (self->line, -1);
    }
  else
    {
      for (guint i = 0; i < self->checks->len; i++)
        if (row == NULL || gtk_check_button_get_active (g_ptr_array_index (self->checks, i)))
          row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), (int) i);
      if (row != NULL)
        gtk_widget_grab_focus (GTK_WIDGET (row));
    }
}

static void
cd_script_field_finalize (GObject *object)
{
  CdScriptField *self = CD_SCRIPT_FIELD (object);

  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_clear_pointer (&self->script, ct_script_unref);
  g_free (self->language);
  G_OBJECT_CLASS (cd_script_field_parent_class)->finalize (object);
}

static void
cd_script_field_class_init (CdScriptFieldClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cd_script_field_finalize;
  signals[CHANGED] = g_signal_new ("changed", CD_TYPE_SCRIPT_FIELD, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  signals[ACTIVATED] = g_signal_new ("activated", CD_TYPE_SCRIPT_FIELD, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 0);
}

static void
cd_script_field_init (CdScriptField *self)
{
}

GtkWidget *
cd_script_field_new (CtScript *script, const CtScriptStep *step, const char *language,
                     gint64 now_ms)
{
  CdScriptField *self = g_object_new (CD_TYPE_SCRIPT_FIELD, NULL);
  GtkWidget *input;

  self->script = ct_script_ref (script);
  self->step = step;
  self->language = g_strdup (language);
  self->now_ms = now_ms;
  if (step->ask == CT_SCRIPT_CHOICE)
    input = make_choices (self);
  else if (step->ask == CT_SCRIPT_ADDRESS
           || (step->ask == CT_SCRIPT_TEXT && step->has_maximum && step->maximum >= LONG_TEXT))
    input = make_lines (self);
  else
    input = make_line (self);
  adw_bin_set_child (ADW_BIN (self), input);
  return GTK_WIDGET (self);
}
