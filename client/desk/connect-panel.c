/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/desk/connect-panel.h"

#include "client/widgets/format.h"
#include "common/rules/phone.h"

#include <glib/gi18n.h>
#include <string.h>

struct _CdConnectPanel {
  AdwBin parent_instance;
  GtkLabel *who, *rate, *phase;
  GtkWidget *spinner;
  GtkWidget *button, *cancel;
};

G_DEFINE_FINAL_TYPE (CdConnectPanel, cd_connect_panel, ADW_TYPE_BIN)

enum { CONNECT, CANCELLED, N_SIGNALS };
static guint signals[N_SIGNALS];

static const char *
get_phase_text (const char *phase)
{
  if (strcmp (phase, "dialling") == 0)
    return _ ("Their phone rings; the caller hears music.");
  if (strcmp (phase, "asked") == 0)
    return _ ("They are asked to press 1.");
  if (strcmp (phase, "connected") == 0)
    return _ ("The caller talks to them.");
  if (strcmp (phase, "failed") == 0)
    return _ ("Nobody took it. The caller is with you again.");
  return NULL;
}

static char *
dup_rate (const CtCall *call)
{
  CtMoney rate = call != NULL ? call->onward_rate : 0;
  g_autofree char *money = cd_format_rate (rate, call != NULL ? call->currency : NULL);

  if (rate == 0)
    return g_strdup (_ ("It costs the company nothing more."));
  /* Translators: %s is money: "€ 0.005" */
  return g_strdup_printf (_ ("It costs the company %s a second."), money);
}

void
cd_connect_panel_show (CdConnectPanel *self, const char *name, const char *number,
                       const CtCall *call)
{
  const char *phase = call != NULL && call->onward != NULL ? call->onward : "none";
  const char *text = get_phase_text (phase);
  gboolean runs = strcmp (phase, "dialling") == 0 || strcmp (phase, "asked") == 0;
  gboolean mine
      = call != NULL && (strcmp (call->state, "talking") == 0 || strcmp (call->state, "held") == 0);
  g_autofree char *pretty = number != NULL ? ct_phone_pretty (number) : NULL;
  g_autofree char *rate = dup_rate (call);
  g_autofree char *who = name != NULL && pretty != NULL ? g_strdup_printf ("%s\n%s", name, pretty)
                                                        : g_strdup (name != NULL ? name : pretty);

  gtk_label_set_text (self->who, who != NULL ? who : "");
  gtk_label_set_text (self->rate, rate);
  gtk_label_set_text (self->phase, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->phase), text != NULL);
  gtk_widget_set_visible (self->spinner, runs);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), runs);
  gtk_widget_set_visible (self->button, !runs && strcmp (phase, "connected") != 0);
  gtk_widget_set_sensitive (self->button, mine);
  gtk_button_set_label (GTK_BUTTON (self->button), strcmp (phase, "failed") == 0
                                                       ? _ ("_Try Again")
                                                       : C_ ("call", "_Connect the Caller"));
  gtk_widget_set_visible (self->cancel, runs);
}

void
cd_connect_panel_focus (CdConnectPanel *self)
{
  gtk_widget_grab_focus (gtk_widget_get_visible (self->button) ? self->button : self->cancel);
}

static void
on_button_clicked (CdConnectPanel *self)
{
  g_signal_emit (self, signals[CONNECT], 0);
}

static void
on_cancel_clicked (CdConnectPanel *self)
{
  g_signal_emit (self, signals[CANCELLED], 0);
}

static void
cd_connect_panel_class_init (CdConnectPanelClass *klass)
{
  signals[CONNECT] = g_signal_new ("connect", CD_TYPE_CONNECT_PANEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  signals[CANCELLED] = g_signal_new ("cancelled", CD_TYPE_CONNECT_PANEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 0);
}

static GtkLabel *
append_label (GtkWidget *box, const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (label, style);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static void
cd_connect_panel_init (CdConnectPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);

  gtk_widget_add_css_class (box, "card");
  gtk_widget_add_css_class (box, "padded-card");
  self->who = append_label (box, "title-3");
  gtk_widget_add_css_class (GTK_WIDGET (self->who), "tabular");
  self->rate = append_label (box, "dim-label");
  self->spinner = gtk_spinner_new ();
  gtk_widget_set_size_request (self->spinner, 24, 24);
  gtk_box_append (GTK_BOX (box), self->spinner);
  self->phase = append_label (box, "heading");
  self->button = gtk_button_new_with_mnemonic ("");
  gtk_widget_set_halign (self->button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->button, "pill");
  g_signal_connect_object (self->button, "clicked", G_CALLBACK (on_button_clicked), self,
                           G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), self->button);
  self->cancel = gtk_button_new_with_mnemonic (C_ ("call", "_Take the Caller Back"));
  gtk_widget_set_halign (self->cancel, GTK_ALIGN_CENTER);
  g_signal_connect_object (self->cancel, "clicked", G_CALLBACK (on_cancel_clicked), self,
                           G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), self->cancel);
  adw_bin_set_child (ADW_BIN (self), box);
}
