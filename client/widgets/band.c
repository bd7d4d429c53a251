/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/widgets/band.h"

#include <math.h>

#define DEFAULT_COLOUR "#1c71d8"
#define RADIUS 12

struct _CdBand {
  GtkWidget parent_instance;
  GtkWidget *child;
  GdkRGBA colour;
};

static void buildable_init (GtkBuildableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CdBand, cd_band, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE, buildable_init))

static double
linear (float channel)
{
  return channel <= 0.03928 ? channel / 12.92 : pow ((channel + 0.055) / 1.055, 2.4);
}

static double
luminance (const GdkRGBA *colour)
{
  return 0.2126 * linear (colour->red) + 0.7152 * linear (colour->green)
         + 0.0722 * linear (colour->blue);
}

double
cd_colour_contrast (const GdkRGBA *a, const GdkRGBA *b)
{
  double one = luminance (a), two = luminance (b);

  return (MAX (one, two) + 0.05) / (MIN (one, two) + 0.05);
}

void
cd_band_set_colour (CdBand *self, const char *colour)
{
  const GdkRGBA white = { 1, 1, 1, 1 }, black = { 0, 0, 0, 1 };
  gboolean dark_text;

  if (colour == NULL || !gdk_rgba_parse (&self->colour, colour))
    gdk_rgba_parse (&self->colour, DEFAULT_COLOUR);
  self->colour.alpha = 1;
  dark_text
      = cd_colour_contrast (&self->colour, &black) > cd_colour_contrast (&self->colour, &white);
  gtk_widget_remove_css_class (GTK_WIDGET (self), dark_text ? "on-dark" : "on-light");
  gtk_widget_add_css_class (GTK_WIDGET (self), dark_text ? "on-light" : "on-dark");
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
cd_band_set_child (CdBand *self, GtkWidget *child)
{
  g_clear_pointer (&self->child, gtk_widget_unparent);
  self->child = child;
  if (child != NULL)
    gtk_widget_set_parent (child, GTK_WIDGET (self));
}

static void
cd_band_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CdBand *self = CD_BAND (widget);
  GskRoundedRect outline;
  graphene_rect_t area;

  graphene_rect_init (&area, 0, 0, (float) gtk_widget_get_width (widget),
                      (float) gtk_widget_get_height (widget));
  gsk_rounded_rect_init_from_rect (&outline, &area, RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &self->colour, &area);
  gtk_snapshot_pop (snapshot);
  GTK_WIDGET_CLASS (cd_band_parent_class)->snapshot (widget, snapshot);
}

static void
cd_band_add_child (GtkBuildable *buildable, GtkBuilder *builder, GObject *child, const char *type)
{
  cd_band_set_child (CD_BAND (buildable), GTK_WIDGET (child));
}

static void
buildable_init (GtkBuildableIface *iface)
{
  iface->add_child = cd_band_add_child;
}

static void
cd_band_dispose (GObject *object)
{
  cd_band_set_child (CD_BAND (object), NULL);
  G_OBJECT_CLASS (cd_band_parent_class)->dispose (object);
}

static void
cd_band_class_init (CdBandClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_band_dispose;
  widget_class->snapshot = cd_band_snapshot;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "companyband");
}

static void
cd_band_init (CdBand *self)
{
  cd_band_set_colour (self, NULL);
}
