/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/caller-pane.h"

#include "client/desk/why.h"
#include "client/desk/words.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>

struct _CdCallerPane {
  AdwBin parent_instance;
  GtkLabel *clock, *cost;
  GtkLabel *conduct, *allowed, *forbidden;
  GtkLabel *number, *language, *line, *keyed, *ticket, *rate, *why;
  GtkBox *contacts;
  GtkWidget *contacts_title;
  char *currency;
  CtId shown; /* whose contacts are listed */
  guint n_shown;
};

G_DEFINE_FINAL_TYPE (CdCallerPane, cd_caller_pane, ADW_TYPE_BIN)

void
cd_caller_pane_tick (CdCallerPane *self, gboolean metered, gint64 seconds, CtMoney cost)
{
  g_autofree char *clock = metered ? cd_format_clock (seconds) : NULL;
  g_autofree char *money = metered ? cd_format_money (cost, self->currency) : NULL;

  gtk_label_set_text (self->clock, clock != NULL ? clock : "–");
  gtk_label_set_text (self->cost, money != NULL ? money : "");
}

static GtkLabel *
append_text (GtkWidget *box, const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  gtk_widget_add_css_class (label, "tabular");
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static void
append_contact (CdCallerPane *self, const CtCall *call, const CtEarlier *earlier, gint64 now_ms)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autofree char *day = cd_format_day (earlier->at, now_ms);
  g_autofree char *time = cd_format_time (earlier->at);
  /* Translators: %1$s a day, %2$s a time: "12 May, 14:05" */
  g_autofree char *head = g_strdup_printf (_ ("%1$s, %2$s"), day, time);

  append_text (box, head, "heading");
  if (earlier->disposition != NULL && *earlier->disposition != '\0')
    append_text (box, cd_disposition_label (call, earlier->disposition), NULL);
  if (earlier->ticket != NULL && *earlier->ticket != '\0')
    {
      g_autofree char *ticket = g_strdup_printf (_ ("Ticket %s"), earlier->ticket);

      append_text (box, ticket, NULL);
    }
  if (earlier->note != NULL && *earlier->note != '\0')
    append_text (box, earlier->note, "dim-label");
  if (earlier->agent_name != NULL && *earlier->agent_name != '\0')
    append_text (box, earlier->agent_name, "dim-label");
  gtk_box_append (self->contacts, box);
}

static void
show_contacts (CdCallerPane *self, const CtCall *call, gint64 now_ms)
{
  guint n = call->earlier != NULL ? call->earlier->len : 0;
  g_autofree char *title = NULL;

  if (self->shown == call->id && self->n_shown == n)
    return;
  self->shown = call->id;
  self->n_shown = n;
  cd_remove_children (GTK_WIDGET (self->contacts));
  title = n > 0 ? g_strdup_printf (ngettext ("%u earlier call", "%u earlier calls", n), n)
                : g_strdup (_ ("The first call of this number"));
  gtk_label_set_text (GTK_LABEL (self->contacts_title), title);
  for (guint i = 0; i < n; i++)
    append_contact (self, call, g_ptr_array_index (call->earlier, i), now_ms);
}

void
cd_caller_pane_show (CdCallerPane *self, const CtCall *call, gint64 now_ms)
{
  g_autofree char *number = cd_dup_number (call->caller);
  g_autofree char *language = cd_format_language (call->language);
  g_autofree char *keyed = cd_dup_keyed (call);
  g_autofree char *why = cd_why_to_text (call->why);
  g_autofree char *money = call->rate > 0 ? cd_format_rate (call->rate, call->currency) : NULL;
  /* Translators: %s is money: "€ 0.02 a second" */
  g_autofree char *rate = money != NULL ? g_strdup_printf (_ ("%s a second"), money) : NULL;

  g_free (self->currency);
  self->currency = g_strdup (call->currency);
  cd_show_detail (self->number, number);
  cd_show_detail (self->language, language);
  cd_show_detail (self->line, call->line_label);
  cd_show_detail (self->keyed, keyed);
  cd_show_detail (self->ticket, call->ticket);
  cd_show_detail (self->rate, rate);
  cd_show_detail (self->why, why);
  show_contacts (self, call, now_ms);
}

static char *
dup_texts (CtScript *script, GPtrArray *texts, const char *language)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint i = 0; texts != NULL && i < texts->len; i++)
    g_string_append_printf (lines, "%s%s", i > 0 ? "\n" : "",
                            ct_script_text_in (script, g_ptr_array_index (texts, i), language));
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

void
cd_caller_pane_show_script (CdCallerPane *self, CtScriptRun *run, const char *language)
{
  CtScript *script = run != NULL ? ct_script_run_script (run) : NULL;
  g_autofree char *allowed
      = script != NULL ? dup_texts (script, ct_script_allowed (script), language) : NULL;
  g_autofree char *forbidden
      = script != NULL ? dup_texts (script, ct_script_forbidden (script), language) : NULL;

  cd_show_detail (self->conduct,
                  script != NULL ? ct_script_text_in (script, ct_script_conduct (script), language)
                                 : NULL);
  cd_show_detail (self->allowed, allowed);
  cd_show_detail (self->forbidden, forbidden);
}

static void
cd_caller_pane_finalize (GObject *object)
{
  g_free (CD_CALLER_PANE (object)->currency);
  G_OBJECT_CLASS (cd_caller_pane_parent_class)->finalize (object);
}

static void
cd_caller_pane_class_init (CdCallerPaneClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cd_caller_pane_finalize;
}

static void
cd_caller_pane_init (CdCallerPane *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *meter = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->clock = append_text (meter, NULL, "title-2");
  gtk_widget_set_hexpand (GTK_WIDGET (self->clock), TRUE);
  self->cost = append_text (meter, NULL, "title-2");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->cost), _ ("What the company pays so far"));
  gtk_box_append (GTK_BOX (box), meter);
  self->number = cd_append_detail (GTK_BOX (box), _ ("Caller"));
  self->language = cd_append_detail (GTK_BOX (box), _ ("Language"));
  self->line = cd_append_detail (GTK_BOX (box), C_ ("phone", "Line"));
  self->keyed = cd_append_detail (GTK_BOX (box), _ ("Keyed by the caller"));
  self->ticket = cd_append_detail (GTK_BOX (box), C_ ("call", "Ticket"));
  self->rate = cd_append_detail (GTK_BOX (box), C_ ("money", "Rate"));
  self->why = cd_append_detail (GTK_BOX (box), _ ("Why me"));
  self->conduct = cd_append_detail (GTK_BOX (box), _ ("How to behave"));
  self->allowed = cd_append_detail (GTK_BOX (box), _ ("You may"));
  self->forbidden = cd_append_detail (GTK_BOX (box), _ ("You may not"));
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  self->contacts_title = GTK_WIDGET (append_text (box, NULL, "dim-label"));
  self->contacts = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 12));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->contacts));
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_widget_set_margin_top (box, 18);
  gtk_widget_set_margin_bottom (box, 18);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (scrolled, TRUE);
  /* The keyboard stands on it to scroll. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (scrolled), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Caller"), -1);
  adw_bin_set_child (ADW_BIN (self), scrolled);
}
