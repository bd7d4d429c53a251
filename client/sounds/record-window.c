/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three states: nothing yet, recording, recorded. A recording ends by itself after ten minutes, which is
 * as long as a prompt may be. */
#define G_LOG_DOMAIN "sounds"

#include "client/sounds/record-window.h"

#include "client/sounds/listener.h"
#include "client/sounds/recorder.h"
#include "client/sounds/template.h"
#include "client/widgets/format.h"
#include "client/widgets/level-meter.h"

#include <glib/gi18n.h>
#include <math.h>

#define TICK_MS 200
#define MOST_SECONDS 590

typedef enum {
  STATE_READY,
  STATE_RECORDING,
  STATE_CLOSING, /* the file is being made whole */
  STATE_RECORDED,
} State;

struct _CdRecordWindow {
  AdwWindow parent_instance;
  AdwWindowTitle *title;
  GtkLabel *text;
  CdLevelMeter *meter;
  GtkLabel *time;
  GtkLabel *hint;
  GtkButton *record;
  GtkButton *listen;
  GtkWidget *keep;

  CtClock *clock;
  State state;
  CdRecorder *recorder; /* of the last recording */
  CdListener *listener;
  gboolean listening;
  gint64 since_us;
  guint timer;
};

enum { KEPT, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CdRecordWindow, cd_record_window, ADW_TYPE_WINDOW)

static void
show_state (CdRecordWindow *self, const char *hint)
{
  gboolean recorded = self->state == STATE_RECORDED;
  const char *label = self->state == STATE_READY ? C_ ("sound", "_Record")
                      : recorded                 ? C_ ("sound", "Record _Again")
                                                 : C_ ("sound", "_Stop");

  gtk_button_set_label (self->record, label);
  gtk_widget_set_sensitive (GTK_WIDGET (self->record), self->state != STATE_CLOSING);
  for (int i = 0; i < 2; i++)
    {
      const char *style = i == 0 ? "suggested-action" : "destructive-action";
      gboolean on = self->state == (i == 0 ? STATE_READY : STATE_RECORDING);

      if (on)
        gtk_widget_add_css_class (GTK_WIDGET (self->record), style);
      else
        gtk_widget_remove_css_class (GTK_WIDGET (self->record), style);
    }
  gtk_button_set_label (self->listen,
                        self->listening ? C_ ("sound", "_Stop") : C_ ("sound", "_Listen"));
  gtk_widget_set_visible (GTK_WIDGET (self->listen), recorded);
  gtk_widget_set_visible (self->keep, recorded);
  if (hint != NULL)
    gtk_label_set_text (self->hint, hint);
}

static void
show_time (CdRecordWindow *self)
{
  gint64 seconds = (ct_clock_monotonic_us (self->clock) - self->since_us) / G_USEC_PER_SEC;
  g_autofree char *text = cd_format_clock (seconds);

  gtk_label_set_text (self->time, text);
}

static void
stop (CdRecordWindow *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->state != STATE_RECORDING)
    return;
  self->state = STATE_CLOSING;
  show_state (self, NULL);
  cd_recorder_stop (self->recorder);
}

static gboolean
on_tick (gpointer data)
{
  CdRecordWindow *self = data;

  show_time (self);
  if (ct_clock_monotonic_us (self->clock) - self->since_us < MOST_SECONDS * G_USEC_PER_SEC)
    return G_SOURCE_CONTINUE;
  self->timer = 0;
  stop (self);
  return G_SOURCE_REMOVE;
}

static void
on_level (CdRecordWindow *self, double dbfs)
{
  if (self->state == STATE_RECORDING)
    cd_level_meter_set_level (self->meter, dbfs);
}

static void
on_done (CdRecordWindow *self, gboolean good)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  cd_level_meter_set_level (self->meter, -INFINITY);
  self->state = good ? STATE_RECORDED : STATE_READY;
  show_state (self, good ? _ ("Listen to it, keep it, or record it again.")
                         : _ ("There is no microphone that could be used."));
  gtk_window_set_focus (GTK_WINDOW (self),
                        good ? GTK_WIDGET (self->listen) : GTK_WIDGET (self->record));
}

static void
start (CdRecordWindow *self)
{
  cd_listener_stop (self->listener);
  g_clear_object (&self->recorder);
  self->recorder = cd_recorder_new ();
  g_signal_connect_object (self->recorder, "level", G_CALLBACK (on_level), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->recorder, "done", G_CALLBACK (on_done), self, G_CONNECT_SWAPPED);
  self->state = STATE_RECORDING;
  self->since_us = ct_clock_monotonic_us (self->clock);
  show_state (self, _ ("Speak now."));
  show_time (self);
  if (cd_recorder_start (self->recorder))
    self->timer = g_timeout_add (TICK_MS, on_tick, self);
  else
    on_done (self, FALSE);
}

static void
on_record_clicked (CdRecordWindow *self)
{
  if (self->state == STATE_RECORDING)
    stop (self);
  else if (self->state != STATE_CLOSING)
    start (self);
}

static void
on_listened (CdRecordWindow *self)
{
  self->listening = FALSE;
  show_state (self, NULL);
}

static void
on_listen_clicked (CdRecordWindow *self)
{
  if (self->listening)
    {
      cd_listener_stop (self->listener);
      return;
    }
  self->listening = cd_listener_play_file (self->listener, cd_recorder_get_path (self->recorder));
  show_state (self, self->listening ? NULL : _ ("There is nothing here to play sound with."));
}

static void
on_keep_clicked (CdRecordWindow *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) wav = cd_recorder_load (self->recorder, &error);

  if (wav == NULL)
    {
      g_warning ("a recording is gone: %s", error->message);
      on_done (self, FALSE);
      return;
    }
  g_signal_emit (self, signals[KEPT], 0, wav);
  gtk_window_close (GTK_WINDOW (self));
}

static void
cd_record_window_dispose (GObject *object)
{
  CdRecordWindow *self = CD_RECORD_WINDOW (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->recorder);
  g_clear_object (&self->listener);
  g_clear_pointer (&self->clock, ct_clock_unref);
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_RECORD_WINDOW);
  G_OBJECT_CLASS (cd_record_window_parent_class)->dispose (object);
}

static void
cd_record_window_class_init (CdRecordWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_record_window_dispose;
  signals[KEPT] = g_signal_new ("kept", CD_TYPE_RECORD_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_BYTES);
  g_type_ensure (CD_TYPE_LEVEL_METER);
  cd_sounds_set_template (widget_class, "record-window");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdRecordWindow, name)
  CHILD (title);
  CHILD (text);
  CHILD (meter);
  CHILD (time);
  CHILD (hint);
  CHILD (record);
  CHILD (listen);
  CHILD (keep);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_record_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_listen_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_keep_clicked);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
cd_record_window_init (CdRecordWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->listener = cd_listener_new ();
  g_signal_connect_object (self->listener, "ended", G_CALLBACK (on_listened), self,
                           G_CONNECT_SWAPPED);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->meter), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Microphone level"), -1);
}

GtkWindow *
cd_record_window_new (GtkWindow *parent, const char *title, const char *text, CtClock *clock)
{
  CdRecordWindow *self = g_object_new (CD_TYPE_RECORD_WINDOW, "transient-for", parent, NULL);

  self->clock = ct_clock_ref (clock);
  adw_window_title_set_subtitle (self->title, title);
  gtk_label_set_text (self->text, text != NULL ? text : title);
  show_state (self, _ ("Press Record, wait a moment, then say this to your callers."));
  return GTK_WINDOW (self);
}
