/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/dashboard/waveform.h"

#include "client/widgets/compat.h"
#include "client/widgets/format.h"

#include <glib/gi18n.h>

#define HEIGHT 96
#define BAR 2
#define GAP 1
#define STEP_MS 5000
#define SMALL_STEP_MS 1000
#define PAGE_MS 30000

struct _CdWaveform {
  GtkWidget parent_instance;
  CdPeaks peaks; /* length_ms 0: none yet */
  gint64 position_ms;
};

enum { SEEK, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CdWaveform, cd_waveform, GTK_TYPE_WIDGET)

/* Drawing */

/* The loudest of the columns that share this bar. */
static guint
height_between (const guint8 *side, double from, double to)
{
  guint most = 0;
  guint first = (guint) (from * CD_PEAKS_COLUMNS), last = (guint) (to * CD_PEAKS_COLUMNS);

  for (guint i = first; i <= MIN (last, CD_PEAKS_COLUMNS - 1); i++)
    most = MAX (most, side[i]);
  return most;
}

static void
snapshot_bars (CdWaveform *self, GtkSnapshot *snapshot, float width, float height)
{
  float half = height / 2 - 1;
  double played
      = self->peaks.length_ms > 0 ? (double) self->position_ms / (double) self->peaks.length_ms : 0;
  GdkRGBA colour, faint;

  cd_get_colour (GTK_WIDGET (self), &colour);
  faint = colour;
  faint.alpha *= 0.4f;
  for (float x = 0; x + BAR <= width; x += BAR + GAP)
    {
      double from = x / width, to = (x + BAR) / width;
      const GdkRGBA *ink = to <= played ? &colour : &faint;

      for (guint side = 0; side < self->peaks.n_sides; side++)
        {
          float length
              = MAX (half * (float) height_between (self->peaks.sides[side], from, to) / 255, 1);

          gtk_snapshot_append_color (
              snapshot, ink,
              &GRAPHENE_RECT_INIT (x, side == 0 ? half - length : half + 2, BAR, length));
        }
    }
  gtk_snapshot_append_color (snapshot, &colour,
                             &GRAPHENE_RECT_INIT ((float) (width * played), 0, 1, height));
}

static void
cd_waveform_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CdWaveform *self = CD_WAVEFORM (widget);

  if (self->peaks.length_ms > 0)
    snapshot_bars (self, snapshot, (float) gtk_widget_get_width (widget),
                   (float) gtk_widget_get_height (widget));
}

static void
cd_waveform_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 120 : HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 480 : HEIGHT;
}

/* Values */

static void
tell (CdWaveform *self)
{
  g_autofree char *position = cd_format_clock (self->position_ms / 1000);
  g_autofree char *length = cd_format_clock (self->peaks.length_ms / 1000);
  /* Translators: place in a recording and its length: "0:12 of 1:07" */
  g_autofree char *text = g_strdup_printf (_ ("%s of %s"), position, length);

  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
      GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, (double) self->peaks.length_ms / 1000,
      GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, (double) self->position_ms / 1000,
      GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
}

void
cd_waveform_set_peaks (CdWaveform *self, const CdPeaks *peaks)
{
  self->peaks = *peaks;
  self->position_ms = 0;
  tell (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
cd_waveform_set_position (CdWaveform *self, gint64 position_ms)
{
  gint64 position = CLAMP (position_ms, 0, self->peaks.length_ms);
  gboolean new_second = position / 1000 != self->position_ms / 1000;

  if (position == self->position_ms)
    return;
  self->position_ms = position;
  if (new_second)
    tell (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
seek (CdWaveform *self, gint64 position_ms)
{
  if (self->peaks.length_ms == 0)
    return;
  cd_waveform_set_position (self, position_ms);
  g_signal_emit (self, signals[SEEK], 0, self->position_ms);
}

/* Hands */

static gboolean
on_step (GtkWidget *widget, GVariant *ms, gpointer data)
{
  CdWaveform *self = CD_WAVEFORM (widget);

  seek (self, self->position_ms + g_variant_get_int32 (ms));
  return TRUE;
}

static gboolean
on_edge (GtkWidget *widget, GVariant *end, gpointer data)
{
  CdWaveform *self = CD_WAVEFORM (widget);

  seek (self, g_variant_get_boolean (end) ? self->peaks.length_ms : 0);
  return TRUE;
}

static void
seek_to_x (CdWaveform *self, double x)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));

  if (width > 0)
    seek (self, (gint64) (CLAMP (x / width, 0, 1) * (double) self->peaks.length_ms));
}

static void
on_drag_begun (GtkGestureDrag *gesture, double x, double y, CdWaveform *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  seek_to_x (self, x);
}

static void
on_dragged (GtkGestureDrag *gesture, double dx, double dy, CdWaveform *self)
{
  double x, y;

  if (gtk_gesture_drag_get_start_point (gesture, &x, &y))
    seek_to_x (self, x + dx);
}

static void
add_keys (GtkWidgetClass *widget_class)
{
  static const struct {
    guint key;
    GdkModifierType modifiers;
    int ms;
  } steps[] = {
    { GDK_KEY_Left, 0, -STEP_MS },
    { GDK_KEY_Right, 0, STEP_MS },
    { GDK_KEY_Down, 0, -STEP_MS },
    { GDK_KEY_Up, 0, STEP_MS },
    { GDK_KEY_Left, GDK_CONTROL_MASK, -SMALL_STEP_MS },
    { GDK_KEY_Right, GDK_CONTROL_MASK, SMALL_STEP_MS },
    { GDK_KEY_Page_Down, 0, -PAGE_MS },
    { GDK_KEY_Page_Up, 0, PAGE_MS },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    gtk_widget_class_add_binding (widget_class, steps[i].key, steps[i].modifiers, on_step, "i",
                                  steps[i].ms);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Home, 0, on_edge, "b", FALSE);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_End, 0, on_edge, "b", TRUE);
}

static void
cd_waveform_class_init (CdWaveformClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = cd_waveform_snapshot;
  widget_class->measure = cd_waveform_measure;
  add_keys (widget_class);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
  signals[SEEK] = g_signal_new ("seek", CD_TYPE_WAVEFORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
cd_waveform_init (CdWaveform *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "accent");
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begun), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_dragged), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Place in the recording"), -1);
}
