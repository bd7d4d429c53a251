/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/widgets/level-meter.h"

#include "client/widgets/compat.h"

#include <math.h>

#define QUIETEST (-60.0)
#define LOUD 0.85 /* from here on it is too loud */
#define FALL 0.08 /* of the whole, at each new level */
#define SEGMENTS 10
#define BARS 4

struct _CdLevelMeter {
  GtkWidget parent_instance;
  double fraction; /* 0..1 */
  gboolean steps;  /* of growing height: a line's quality */
};

G_DEFINE_FINAL_TYPE (CdLevelMeter, cd_level_meter, GTK_TYPE_WIDGET)

static void
show (CdLevelMeter *self, double fraction)
{
  if (fraction == self->fraction)
    return;
  self->fraction = fraction;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                  fraction, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
cd_level_meter_set_level (CdLevelMeter *self, double dbfs)
{
  double fraction = isfinite (dbfs) ? CLAMP ((dbfs - QUIETEST) / -QUIETEST, 0, 1) : 0;

  show (self, MAX (fraction, self->fraction - FALL));
}

void
cd_level_meter_set_bars (CdLevelMeter *self, guint bars)
{
  if (!self->steps)
    {
      self->steps = TRUE;
      gtk_widget_queue_resize (GTK_WIDGET (self));
    }
  show (self, (double) MIN (bars, BARS) / BARS);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
cd_level_meter_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                        int *natural, int *minimum_baseline, int *natural_baseline)
{
  CdLevelMeter *self = CD_LEVEL_METER (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = *natural = self->steps ? BARS * 5 : SEGMENTS * 5;
  else
    *minimum = *natural = self->steps ? 16 : 8;
}

static void
choose_colour (CdLevelMeter *self, guint i, guint n, GdkRGBA *colour)
{
  if ((double) i >= self->fraction * n)
    colour->alpha *= 0.2f;
  else if (!self->steps && (double) i >= LOUD * n)
    gdk_rgba_parse (colour, "#e66100");
  else if (!self->steps || self->fraction > 0.5)
    gdk_rgba_parse (colour, "#2ec27e");
  else
    gdk_rgba_parse (colour, self->fraction > 0.25 ? "#e5a50a" : "#e01b24");
}

static void
cd_level_meter_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CdLevelMeter *self = CD_LEVEL_METER (widget);
  guint n = self->steps ? BARS : SEGMENTS;
  float width = (float) gtk_widget_get_width (widget) / (float) n;
  float height = (float) gtk_widget_get_height (widget);
  GdkRGBA text;

  cd_get_colour (widget, &text);
  for (guint i = 0; i < n; i++)
    {
      GdkRGBA colour = text;
      float part = self->steps ? height * (float) (i + 1) / (float) n : height;
      graphene_rect_t area;

      choose_colour (self, i, n, &colour);
      graphene_rect_init (&area, width * (float) i, height - part, width - 2, part);
      gtk_snapshot_append_color (snapshot, &colour, &area);
    }
}

static void
cd_level_meter_class_init (CdLevelMeterClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = cd_level_meter_measure;
  widget_class->snapshot = cd_level_meter_snapshot;
  gtk_widget_class_set_css_name (widget_class, "levelmeter");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_METER);
}

static void
cd_level_meter_init (CdLevelMeter *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 1.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, 0.0, -1);
}
