/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/dashboard/quality-bar.h"

#include "client/dashboard/words.h"

#include <adwaita.h>

#define HEIGHT 22
#define GAP 2
#define RADIUS 7
#define STRIPE 5
#define SWATCH 14
#define HUNDRED 10000 /* in hundredths of a percent */

struct _CdQualityBar {
  GtkWidget parent_instance;
  gint64 parts[CD_QUALITY_PARTS];
};

struct _CdQualitySwatch {
  GtkWidget parent_instance;
  CdQualityPart part;
};

G_DEFINE_FINAL_TYPE (CdQualityBar, cd_quality_bar, GTK_TYPE_WIDGET)
G_DEFINE_FINAL_TYPE (CdQualitySwatch, cd_quality_swatch, GTK_TYPE_WIDGET)

/* Of the palette of GNOME; each reads on light and on dark, and apart from its neighbour without red and
 * green. */
static const struct {
  const char *light, *dark;
  int slant; /* of the hatching: 0 none, 1 and -1 the two diagonals */
} looks[CD_QUALITY_PARTS] = {
  [CD_QUALITY_REACHED] = { "#2ec27e", "#26a269", 0 },
  [CD_QUALITY_LOST_UNANSWERED] = { "#c01c28", "#e01b24", 1 },
  [CD_QUALITY_LOST_LATE] = { "#f5a30a", "#e5a50a", -1 },
  [CD_QUALITY_LOST_EARLY] = { "#62a0ea", "#3584e4", 0 },
};

static void
snapshot_stripes (GtkSnapshot *snapshot, int slant, const graphene_rect_t *area)
{
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, area);
  double height = area->size.height;
  double lean = slant * height;

  cairo_set_source_rgba (cr, 1, 1, 1, 0.35);
  cairo_set_line_width (cr, STRIPE / 2.0);
  for (double x = -height; x < area->size.width + height; x += STRIPE * 1.6)
    {
      cairo_move_to (cr, area->origin.x + x + MAX (lean, 0), area->origin.y);
      cairo_rel_line_to (cr, -lean, height);
    }
  cairo_stroke (cr);
  cairo_destroy (cr);
}

void
cd_quality_snapshot_part (GtkSnapshot *snapshot, CdQualityPart part, gboolean dark,
                          const graphene_rect_t *area)
{
  GdkRGBA colour;

  gdk_rgba_parse (&colour, dark ? looks[part].dark : looks[part].light);
  gtk_snapshot_append_color (snapshot, &colour, area);
  if (looks[part].slant != 0)
    snapshot_stripes (snapshot, looks[part].slant, area);
}

static gboolean
is_dark (void)
{
  return adw_style_manager_get_dark (adw_style_manager_get_default ());
}

static void
push_rounded (GtkSnapshot *snapshot, const graphene_rect_t *area, float radius)
{
  GskRoundedRect rounded;

  gsk_rounded_rect_init_from_rect (&rounded, area, radius);
  gtk_snapshot_push_rounded_clip (snapshot, &rounded);
}

static void
cd_quality_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CdQualityBar *self = CD_QUALITY_BAR (widget);
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  gboolean backwards = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GdkRGBA ground = { 0.5f, 0.5f, 0.5f, 0.2f };
  float from = 0;

  push_rounded (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height), RADIUS);
  gtk_snapshot_append_color (snapshot, &ground, &GRAPHENE_RECT_INIT (0, 0, width, height));
  for (int part = 0; part < CD_QUALITY_PARTS; part++)
    {
      float length = width * (float) self->parts[part] / HUNDRED;
      float start = backwards ? width - from - length : from;

      if (self->parts[part] > 0)
        cd_quality_snapshot_part (snapshot, part, is_dark (),
                                  &GRAPHENE_RECT_INIT (start, 0, MAX (length - GAP, 1), height));
      from += length;
    }
  gtk_snapshot_pop (snapshot);
}

static void
cd_quality_bar_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                        int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 120 : HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 320 : HEIGHT;
}

void
cd_quality_bar_set_quality (CdQualityBar *self, const CtQuality *quality)
{
  g_autofree char *words = cd_words_quality (quality);
  gboolean any = quality != NULL && quality->received > 0;

  self->parts[CD_QUALITY_REACHED] = any ? quality->quality : 0;
  self->parts[CD_QUALITY_LOST_UNANSWERED] = any ? quality->lost_unanswered : 0;
  self->parts[CD_QUALITY_LOST_LATE] = any ? quality->lost_late : 0;
  self->parts[CD_QUALITY_LOST_EARLY] = any ? quality->lost_early : 0;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
cd_quality_bar_class_init (CdQualityBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = cd_quality_bar_snapshot;
  widget_class->measure = cd_quality_bar_measure;
  gtk_widget_class_set_css_name (widget_class, "qualitybar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
cd_quality_bar_init (CdQualityBar *self)
{
  cd_quality_bar_set_quality (self, NULL);
}

static void
cd_quality_swatch_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  graphene_rect_t area = GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                                             (float) gtk_widget_get_height (widget));

  push_rounded (snapshot, &area, 4);
  cd_quality_snapshot_part (snapshot, CD_QUALITY_SWATCH (widget)->part, is_dark (), &area);
  gtk_snapshot_pop (snapshot);
}

static void
cd_quality_swatch_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                           int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = SWATCH;
}

void
cd_quality_swatch_set_part (CdQualitySwatch *self, CdQualityPart part)
{
  self->part = part;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
cd_quality_swatch_class_init (CdQualitySwatchClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = cd_quality_swatch_snapshot;
  widget_class->measure = cd_quality_swatch_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
cd_quality_swatch_init (CdQualitySwatch *self)
{
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}
