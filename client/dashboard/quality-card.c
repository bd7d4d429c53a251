/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/dashboard/quality-card.h"

#include "client/dashboard/quality-bar.h"
#include "client/dashboard/template.h"
#include "client/dashboard/words.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>

struct _CdQualityCard {
  AdwBin parent_instance;
  GtkLabel *figure;
  CdQualityBar *bar;
  GtkWidget *nothing;
  GtkWidget *numbers;
  CdQualitySwatch *reached_swatch, *unanswered_swatch, *late_swatch, *early_swatch;
  GtkLabel *reached, *unanswered, *late, *early, *received, *answered, *beyond;
  GtkLabel *explanation, *formula;
};

G_DEFINE_FINAL_TYPE (CdQualityCard, cd_quality_card, ADW_TYPE_BIN)

/* Takes @text. */
static void
set_text (GtkLabel *label, char *text)
{
  gtk_label_set_text (label, text);
  g_free (text);
}

static void
set_number (GtkLabel *label, gint64 number)
{
  set_text (label, cd_format_number ((double) number, 0));
}

static void
show_definition (CdQualityCard *self, const CtQuality *quality)
{
  g_autofree char *reference = quality != NULL && quality->limit_seconds > 0
                                   ? cd_words_seconds (quality->reference_seconds)
                                   : NULL;
  g_autofree char *limit = quality != NULL && quality->limit_seconds > 0
                               ? cd_words_seconds (quality->limit_seconds)
                               : NULL;

  if (reference == NULL)
    gtk_label_set_text (
        self->explanation,
        _ ("It is 100 % when every call was answered exactly after the reference wait. It falls "
           "when "
           "calls are not answered before the limit, falls when they are answered late, and falls "
           "less when they are answered early."));
  else
    set_text (
        self->explanation,
        /* Translators: %1$s is the reference wait, as "20 seconds", %2$s the limit, as "60 seconds". */
        g_strdup_printf (_ ("It is 100 %% when every call was answered exactly after the reference "
                            "wait, on your lines "
                            "%1$s. It falls when calls are not answered before the limit of %2$s, "
                            "falls when they are "
                            "answered late, and falls less when they are answered early."),
                         reference, limit));
  gtk_label_set_text (
      self->formula,
      /* Translators: a formula; translate the words after it, keep the letters. */
      _ ("Q = 100 · [1 − (U + T ⁄ (L − R) + κ · E ⁄ max (R, L − R)) ⁄ n]\n"
         "n calls received, U not answered, T late seconds, E early seconds, R reference, L limit, "
         "κ weight of an early answer"));
}

void
cd_quality_card_show (CdQualityCard *self, const CtQuality *quality)
{
  gboolean any = quality != NULL && quality->received > 0;

  cd_quality_bar_set_quality (self->bar, quality);
  show_definition (self, quality);
  gtk_widget_set_visible (self->nothing, !any);
  gtk_widget_set_visible (self->numbers, any);
  set_text (self->figure, any ? cd_words_percent (quality->quality) : g_strdup ("–"));
  if (!any)
    return;
  set_text (self->reached, cd_words_percent (quality->quality));
  set_text (self->unanswered, cd_words_percent (quality->lost_unanswered));
  set_text (self->late, cd_words_percent (quality->lost_late));
  set_text (self->early, cd_words_percent (quality->lost_early));
  set_number (self->received, quality->received);
  set_number (self->answered, quality->answered);
  set_number (self->beyond, quality->beyond_limit);
}

static void
cd_quality_card_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_QUALITY_CARD);
  G_OBJECT_CLASS (cd_quality_card_parent_class)->dispose (object);
}

static void
cd_quality_card_class_init (CdQualityCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_quality_card_dispose;
  g_type_ensure (CD_TYPE_QUALITY_BAR);
  g_type_ensure (CD_TYPE_QUALITY_SWATCH);
  cd_dashboard_set_template (widget_class, "quality-card");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdQualityCard, name)
  CHILD (figure);
  CHILD (bar);
  CHILD (nothing);
  CHILD (numbers);
  CHILD (reached_swatch);
  CHILD (unanswered_swatch);
  CHILD (late_swatch);
  CHILD (early_swatch);
  CHILD (reached);
  CHILD (unanswered);
  CHILD (late);
  CHILD (early);
  CHILD (received);
  CHILD (answered);
  CHILD (beyond);
  CHILD (explanation);
  CHILD (formula);
#undef CHILD
}

static void
cd_quality_card_init (CdQualityCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  cd_quality_swatch_set_part (self->reached_swatch, CD_QUALITY_REACHED);
  cd_quality_swatch_set_part (self->unanswered_swatch, CD_QUALITY_LOST_UNANSWERED);
  cd_quality_swatch_set_part (self->late_swatch, CD_QUALITY_LOST_LATE);
  cd_quality_swatch_set_part (self->early_swatch, CD_QUALITY_LOST_EARLY);
  cd_quality_card_show (self, NULL);
}
