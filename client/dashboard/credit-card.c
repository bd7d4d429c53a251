/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/dashboard/credit-card.h"

#include "client/dashboard/template.h"
#include "client/dashboard/words.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>

struct _CdCreditCard {
  AdwBin parent_instance;
  GtkLabel *credit, *pace, *reserved, *provisional, *rate;
  GtkLabel *received, *answered, *talked, *cost;
};

G_DEFINE_FINAL_TYPE (CdCreditCard, cd_credit_card, ADW_TYPE_BIN)

/* Takes @text. */
static void
set_text (GtkLabel *label, char *text)
{
  gtk_label_set_text (label, text);
  g_free (text);
}

static char *
reserved_words (const CtDashboard *dashboard)
{
  g_autofree char *amount = cd_format_money (dashboard->reserved, dashboard->currency);

  if (dashboard->reserved == 0)
    return g_strdup (_ ("Nothing is reserved for calls now."));
  /* Translators: %s is an amount of money. */
  return g_strdup_printf (_ ("Besides, %s is reserved for the calls of now."), amount);
}

/* NULL: nothing was granted. */
static char *
provisional_words (const CtDashboard *dashboard)
{
  g_autofree char *left = cd_format_money (dashboard->provisional, dashboard->currency);
  g_autofree char *used = cd_format_money (dashboard->provisional_used, dashboard->currency);

  if (dashboard->provisional_used > 0)
    /* Translators: both are amounts of money; provisional credit is granted before a payment came. */
    return g_strdup_printf (
        _ ("Emergency lines used %s of provisional credit, still to be paid; %s is "
           "left for them."),
        used, left);
  if (dashboard->provisional > 0)
    /* Translators: %s is an amount of money; provisional credit is granted before a payment came. */
    return g_strdup_printf (_ ("Emergency lines have %s of provisional credit besides."), left);
  return NULL;
}

void
cd_credit_card_show (CdCreditCard *self, const CtDashboard *dashboard, guint running, gint64 now_ms)
{
  char *provisional = provisional_words (dashboard);

  set_text (self->credit, cd_format_money (dashboard->credit, dashboard->currency));
  set_text (self->pace, cd_words_pace (dashboard, running, now_ms));
  set_text (self->reserved, reserved_words (dashboard));
  gtk_widget_set_visible (GTK_WIDGET (self->provisional), provisional != NULL);
  set_text (self->provisional, provisional != NULL ? provisional : g_strdup (""));
  set_text (self->rate, cd_words_rate (dashboard->rate, dashboard->currency));
  set_text (self->received, cd_format_number ((double) dashboard->received_today, 0));
  set_text (self->answered, cd_format_number ((double) dashboard->answered_today, 0));
  set_text (self->talked, cd_format_clock (dashboard->seconds_today));
  set_text (self->cost, cd_format_money (dashboard->cost_today, dashboard->currency));
  if (dashboard->credit <= 0)
    gtk_widget_add_css_class (GTK_WIDGET (self->pace), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->pace), "error");
}

static void
cd_credit_card_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_CREDIT_CARD);
  G_OBJECT_CLASS (cd_credit_card_parent_class)->dispose (object);
}

static void
cd_credit_card_class_init (CdCreditCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_credit_card_dispose;
  cd_dashboard_set_template (widget_class, "credit-card");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdCreditCard, name)
  CHILD (credit);
  CHILD (pace);
  CHILD (reserved);
  CHILD (provisional);
  CHILD (rate);
  CHILD (received);
  CHILD (answered);
  CHILD (talked);
  CHILD (cost);
#undef CHILD
}

static void
cd_credit_card_init (CdCreditCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
