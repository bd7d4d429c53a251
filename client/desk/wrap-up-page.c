/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/wrap-up-page.h"

#include "client/desk/template.h"
#include "client/desk/words.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>
#include <string.h>

#define LAST_SECONDS 10 /* of the wrap-up: the clock is coloured */

struct _CdWrapUpPage {
  AdwBin parent_instance;
  GPtrArray *checks; /* GtkCheckButton, borrowed */
  GPtrArray *codes;  /* char*, as `checks` */

  GtkLabel *title, *facts, *left;
  GtkListBox *list;
  GtkEditable *free; /* where the script names no outcomes */
  GtkWidget *error;
  GtkTextView *note;
  GtkWidget *form_button;
};

G_DEFINE_FINAL_TYPE (CdWrapUpPage, cd_wrap_up_page, ADW_TYPE_BIN)

enum { CHANGED, FINISHED, FORM_ASKED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
on_touched (CdWrapUpPage *self)
{
  gtk_widget_set_visible (self->error, FALSE);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
append_outcome (CdWrapUpPage *self, const CtDisposition *disposition)
{
  GtkWidget *check = cd_append_choice (self->list, self->checks, disposition->label);

  g_signal_connect_object (check, "toggled", G_CALLBACK (on_touched), self, G_CONNECT_SWAPPED);
  g_ptr_array_add (self->codes, g_strdup (disposition->code));
}

void
cd_wrap_up_page_begin (CdWrapUpPage *self, const CtCall *call, const char *suggested,
                       gboolean has_form)
{
  guint n = call->dispositions != NULL ? call->dispositions->len : 0;

  cd_remove_children (GTK_WIDGET (self->list));
  g_ptr_array_set_size (self->checks, 0);
  g_ptr_array_set_size (self->codes, 0);
  for (guint i = 0; i < n; i++)
    append_outcome (self, g_ptr_array_index (call->dispositions, i));
  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (g_ptr_array_index (self->codes, i), suggested) == 0)
      gtk_check_button_set_active (g_ptr_array_index (self->checks, i), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->list), n > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->free), n == 0);
  gtk_editable_set_text (self->free, "");
  cd_wrap_up_page_set_note (self, "");
  gtk_widget_set_visible (self->form_button, has_form);
  gtk_widget_set_visible (self->error, FALSE);
  gtk_label_set_text (self->title, call->company_name);
}

/* The e-agent would wonder why the caller is gone. */
static gboolean
ended_by_credit (const CtCall *call)
{
  return g_strcmp0 (call->cause, "no_credit") == 0
         || (strcmp (call->state, "ivr") == 0 && call->answered != 0);
}

void
cd_wrap_up_page_tick (CdWrapUpPage *self, const CtCall *call, gint64 left, gint64 seconds,
                      CtMoney cost)
{
  g_autofree char *number = cd_dup_number (call->caller);
  g_autofree char *lasted = cd_format_clock (seconds);
  g_autofree char *facts = NULL;
  g_autofree char *clock = left >= 0 ? cd_format_clock (left) : NULL;
  /* Translators: how long the wrap-up still lasts: "Wrap-up 0:32" */
  g_autofree char *text = clock != NULL ? g_strdup_printf (_ ("Wrap-up %s"), clock) : NULL;

  if (call->pay > 0)
    {
      g_autofree char *pay = cd_format_money (call->pay, call->currency);

      /* Translators: %1$s the caller's number, %2$s how long the call was, %3$s what was earned by it */
      facts = g_strdup_printf (_ ("%1$s · %2$s · earned %3$s"), number, lasted, pay);
    }
  else
    facts = g_strdup_printf ("%s · %s", number, lasted);
  if (ended_by_credit (call))
    {
      g_autofree char *before = g_steal_pointer (&facts);

      facts = g_strdup_printf ("%s\n%s", before,
                               _ ("The company's credit has ended; the caller hears its message "
                                  "for that."));
    }
  gtk_label_set_text (self->facts, facts);
  gtk_label_set_text (self->left, text != NULL ? text : "");
  if (left >= 0 && left <= LAST_SECONDS)
    gtk_widget_add_css_class (GTK_WIDGET (self->left), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->left), "warning");
}

void
cd_wrap_up_page_set_note (CdWrapUpPage *self, const char *note)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->note);

  g_signal_handlers_block_by_func (buffer, on_touched, self);
  gtk_text_buffer_set_text (buffer, note != NULL ? note : "", -1);
  g_signal_handlers_unblock_by_func (buffer, on_touched, self);
}

char *
cd_wrap_up_page_dup_note (CdWrapUpPage *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->note);
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return g_strstrip (gtk_text_buffer_get_text (buffer, &start, &end, FALSE));
}

gboolean
cd_wrap_up_page_choose (CdWrapUpPage *self, guint n)
{
  if (n < 1 || n > self->checks->len)
    return FALSE;
  gtk_check_button_set_active (g_ptr_array_index (self->checks, n - 1), TRUE);
  return TRUE;
}

const char *
cd_wrap_up_page_get_disposition (CdWrapUpPage *self)
{
  const char *text = gtk_editable_get_text (self->free);

  for (guint i = 0; i < self->checks->len; i++)
    if (gtk_check_button_get_active (g_ptr_array_index (self->checks, i)))
      return g_ptr_array_index (self->codes, i);
  return self->checks->len == 0 && *text != '\0' ? text : NULL;
}

void
cd_wrap_up_page_finish (CdWrapUpPage *self, gboolean pause)
{
  const char *disposition = cd_wrap_up_page_get_disposition (self);
  g_autofree char *note = cd_wrap_up_page_dup_note (self);
  g_autofree char *kept = g_strdup (disposition);

  gtk_widget_set_visible (self->error, disposition == NULL);
  if (disposition == NULL)
    cd_wrap_up_page_focus (self);
  else
    g_signal_emit (self, signals[FINISHED], 0, kept, note, pause);
}

void
cd_wrap_up_page_focus (CdWrapUpPage *self)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, 0);

  for (guint i = 0; i < self->checks->len; i++)
    if (gtk_check_button_get_active (g_ptr_array_index (self->checks, i)))
      row = gtk_list_box_get_row_at_index (self->list, (int) i);
  gtk_widget_grab_focus (row != NULL ? GTK_WIDGET (row) : GTK_WIDGET (self->free));
}

static void
on_finish_clicked (CdWrapUpPage *self)
{
  cd_wrap_up_page_finish (self, FALSE);
}

static void
on_pause_clicked (CdWrapUpPage *self)
{
  cd_wrap_up_page_finish (self, TRUE);
}

static void
on_form_clicked (CdWrapUpPage *self)
{
  g_signal_emit (self, signals[FORM_ASKED], 0);
}

static void
cd_wrap_up_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_WRAP_UP_PAGE);
  G_OBJECT_CLASS (cd_wrap_up_page_parent_class)->dispose (object);
}

static void
cd_wrap_up_page_finalize (GObject *object)
{
  CdWrapUpPage *self = CD_WRAP_UP_PAGE (object);

  g_ptr_array_unref (self->checks);
  g_ptr_array_unref (self->codes);
  G_OBJECT_CLASS (cd_wrap_up_page_parent_class)->finalize (object);
}

static void
cd_wrap_up_page_class_init (CdWrapUpPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_wrap_up_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_wrap_up_page_finalize;
#define SIGNAL(name, n, ...)                                                                       \
  g_signal_new (name, CD_TYPE_WRAP_UP_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,   \
                n, ##__VA_ARGS__)
  signals[CHANGED] = SIGNAL ("changed", 0);
  signals[FINISHED] = SIGNAL ("finished", 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_BOOLEAN);
  signals[FORM_ASKED] = SIGNAL ("form-asked", 0);
#undef SIGNAL
  cd_desk_set_template (widget_class, "wrap-up-page");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdWrapUpPage, name)
  CHILD (title);
  CHILD (facts);
  CHILD (left);
  CHILD (list);
  CHILD (free);
  CHILD (error);
  CHILD (note);
  CHILD (form_button);
#undef CHILD
#define CALLBACK(name) gtk_widget_class_bind_template_callback (widget_class, name)
  CALLBACK (on_touched);
  CALLBACK (on_finish_clicked);
  CALLBACK (on_pause_clicked);
  CALLBACK (on_form_clicked);
#undef CALLBACK
}

static void
cd_wrap_up_page_init (CdWrapUpPage *self)
{
  self->checks = g_ptr_array_new ();
  self->codes = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  cd_make_one_stop (self->list);
  g_signal_connect_object (gtk_text_view_get_buffer (self->note), "changed",
                           G_CALLBACK (on_touched), self, G_CONNECT_SWAPPED);
}
