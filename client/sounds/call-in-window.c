/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/sounds/call-in-window.h"

#include "client/sounds/template.h"
#include "client/widgets/format.h"
#include "common/rules/phone.h"

#include <glib/gi18n.h>

struct _CdCallInWindow {
  AdwWindow parent_instance;
  AdwWindowTitle *title;
  GtkStack *stack;
  GtkLabel *number;
  GtkLabel *code;
  GtkLabel *left;
  GtkWidget *close;

  CtClock *clock;
  gint64 until_us;
  guint timer;
};

G_DEFINE_FINAL_TYPE (CdCallInWindow, cd_call_in_window, ADW_TYPE_WINDOW)

static gboolean
on_second_passed (gpointer data)
{
  CdCallInWindow *self = data;
  gint64 seconds = (self->until_us - ct_clock_monotonic_us (self->clock)) / G_USEC_PER_SEC;
  g_autofree char *clock = cd_format_clock (MAX (seconds, 0));
  /* Translators: %s is a running clock, as "4:59". */
  g_autofree char *text
      = seconds > 0
            ? g_strdup_printf (_ ("These digits are good for one call, and for %s more."), clock)
            : g_strdup (
                _ ("These digits are no longer good. Close this window and ask for new ones."));

  gtk_label_set_text (self->left, text);
  if (seconds > 0)
    return G_SOURCE_CONTINUE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->code), FALSE);
  self->timer = 0;
  return G_SOURCE_REMOVE;
}

void
cd_call_in_window_set_done (CdCallInWindow *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  gtk_stack_set_visible_child_name (self->stack, "done");
  gtk_window_set_focus (GTK_WINDOW (self), self->close);
}

static void
cd_call_in_window_dispose (GObject *object)
{
  CdCallInWindow *self = CD_CALL_IN_WINDOW (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->clock, ct_clock_unref);
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_CALL_IN_WINDOW);
  G_OBJECT_CLASS (cd_call_in_window_parent_class)->dispose (object);
}

static void
cd_call_in_window_class_init (CdCallInWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_call_in_window_dispose;
  cd_sounds_set_template (widget_class, "call-in-window");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdCallInWindow, name)
  CHILD (title);
  CHILD (stack);
  CHILD (number);
  CHILD (code);
  CHILD (left);
  CHILD (close);
#undef CHILD
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
cd_call_in_window_init (CdCallInWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* Star, then the digits in two groups, as people read them off. */
static char *
spread (const char *code)
{
  gsize half = strlen (code) / 2;
  g_autofree char *first = g_strndup (code, half);

  return g_strdup_printf ("✱ %s %s", first, code + half);
}

GtkWindow *
cd_call_in_window_new (GtkWindow *parent, const char *title, const CtCallIn *call_in,
                       gint64 seconds, CtClock *clock)
{
  CdCallInWindow *self = g_object_new (CD_TYPE_CALL_IN_WINDOW, "transient-for", parent, NULL);
  g_autofree char *code = spread (call_in->code);
  g_autofree char *number = ct_phone_pretty (call_in->number);

  self->clock = ct_clock_ref (clock);
  adw_window_title_set_subtitle (self->title, title);
  gtk_label_set_text (self->number, number);
  gtk_label_set_text (self->code, code);
  self->until_us = ct_clock_monotonic_us (self->clock) + seconds * G_USEC_PER_SEC;
  self->timer = g_timeout_add_seconds (1, on_second_passed, self);
  on_second_passed (self);
  return GTK_WINDOW (self);
}
