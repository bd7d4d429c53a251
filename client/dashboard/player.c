/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GStreamer's playbin does the playing; its bus and a timer of ten a second, that runs only while it
 * plays, bring the position. */
#define G_LOG_DOMAIN "dashboard"

#include "client/dashboard/player.h"

#include "client/dashboard/recording.h"
#include "client/dashboard/template.h"
#include "client/dashboard/waveform.h"
#include "client/widgets/format.h"
#include "common/rules/phone.h"

#include <glib/gi18n.h>
#include <gst/gst.h>

#define TICK_MS 100
/* Of playbin's GstPlayFlags: sound, and nothing else. */
#define FLAGS_AUDIO 2
#define MOST_COPIES 99

struct _CdPlayer {
  GtkWidget parent_instance;
  GtkStack *stack;
  GtkWidget *listen;
  GtkLabel *message;
  GtkProgressBar *progress;
  GtkWidget *play;
  GtkWidget *lower;
  CdWaveform *wave;
  GtkLabel *time;
  GtkLabel *saved;

  CdSession *session;
  CtCall *call;
  char *part; /* NULL: the conversation */
  CdRecording *recording;
  GCancellable *cancellable;
  GstElement *playbin; /* NULL until the recording is here */
  guint bus_watch, timer;
  gint64 position_ms;
  gboolean playing;
};

G_DEFINE_FINAL_TYPE (CdPlayer, cd_player, GTK_TYPE_WIDGET)

static void
show_message (CdPlayer *self, const char *text)
{
  gtk_label_set_text (self->message, text);
  gtk_stack_set_visible_child_name (self->stack, "ask");
}

static void
show_position (CdPlayer *self)
{
  const CdPeaks *peaks = cd_recording_get_peaks (self->recording);
  g_autofree char *position = cd_format_clock (self->position_ms / 1000);
  g_autofree char *length = cd_format_clock (peaks->length_ms / 1000);
  g_autofree char *text = g_strdup_printf ("%s / %s", position, length);

  gtk_label_set_text (self->time, text);
  cd_waveform_set_position (self->wave, self->position_ms);
}

static void
show_button (CdPlayer *self)
{
  const char *label = self->playing ? C_ ("recording", "Pause") : C_ ("recording", "Play");

  gtk_button_set_icon_name (GTK_BUTTON (self->play), self->playing
                                                         ? "media-playback-pause-symbolic"
                                                         : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (self->play, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

static gboolean
on_tick (gpointer data)
{
  CdPlayer *self = data;
  gint64 position;

  if (gst_element_query_position (self->playbin, GST_FORMAT_TIME, &position))
    {
      self->position_ms = position / GST_MSECOND;
      show_position (self);
    }
  return G_SOURCE_CONTINUE;
}

static void
set_playing (CdPlayer *self, gboolean playing)
{
  if (self->playbin == NULL || self->playing == playing)
    return;
  self->playing = playing;
  gst_element_set_state (self->playbin, playing ? GST_STATE_PLAYING : GST_STATE_PAUSED);
  g_clear_handle_id (&self->timer, g_source_remove);
  if (playing)
    self->timer = g_timeout_add (TICK_MS, on_tick, self);
  show_button (self);
}

static void
seek (CdPlayer *self, gint64 position_ms)
{
  self->position_ms = position_ms;
  gst_element_seek_simple (self->playbin, GST_FORMAT_TIME,
                           GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, position_ms * GST_MSECOND);
  show_position (self);
}

static gboolean
on_bus_message (GstBus *bus, GstMessage *message, gpointer data)
{
  CdPlayer *self = data;
  g_autoptr (GError) error = NULL;

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_EOS:
      set_playing (self, FALSE);
      seek (self, 0);
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      g_warning ("a recording cannot be played: %s", error->message);
      set_playing (self, FALSE);
      gtk_label_set_text (self->time, _ ("Cannot be played"));
      break;
    default:
      break;
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
prepare (CdPlayer *self)
{
  g_autofree char *uri = g_filename_to_uri (cd_recording_get_path (self->recording), NULL, NULL);
  g_autoptr (GstBus) bus = NULL;

  if (!gst_init_check (NULL, NULL, NULL))
    return FALSE;
  self->playbin = gst_element_factory_make ("playbin", NULL);
  if (self->playbin == NULL)
    return FALSE;
  gst_object_ref_sink (self->playbin);
  g_object_set (self->playbin, "uri", uri, "flags", FLAGS_AUDIO, NULL);
  bus = gst_element_get_bus (self->playbin);
  self->bus_watch = gst_bus_add_watch (bus, on_bus_message, self);
  gst_element_set_state (self->playbin, GST_STATE_PAUSED);
  return TRUE;
}

static void
on_fetched (GObject *recording, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdPlayer) self = data;
  g_autoptr (CdProblem) problem = NULL;
  g_autoptr (GError) error = NULL;

  if (cd_recording_fetch_finish (CD_RECORDING (recording), result, &problem, &error))
    {
      const CdPeaks *peaks = cd_recording_get_peaks (self->recording);

      if (!prepare (self))
        {
          show_message (self, _ ("There is nothing here to play sound with."));
          return;
        }
      gtk_widget_set_visible (self->lower, peaks->n_sides > 1 && self->part == NULL);
      cd_waveform_set_peaks (self->wave, peaks);
      show_position (self);
      gtk_stack_set_visible_child_name (self->stack, "play");
      set_playing (self, TRUE);
      gtk_widget_grab_focus (self->play);
      return;
    }
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  g_info ("a recording could not be fetched: %s", error->message);
  show_message (self, problem != NULL ? cd_problem_text (problem)
                                      : _ ("The recording could not be read."));
  gtk_widget_set_sensitive (self->listen, problem != NULL && cd_problem_is_passing (problem));
}

static void
on_progress (CdRecording *recording, GParamSpec *spec, CdPlayer *self)
{
  double progress;

  g_object_get (recording, "progress", &progress, NULL);
  gtk_progress_bar_set_fraction (self->progress, progress);
}

static void
on_listen_clicked (CdPlayer *self)
{
  g_clear_object (&self->recording);
  self->recording = cd_recording_new (self->session, self->call->id, self->part);
  g_signal_connect_object (self->recording, "notify::progress", G_CALLBACK (on_progress), self, 0);
  gtk_stack_set_visible_child_name (self->stack, "fetch");
  cd_recording_fetch_async (self->recording, self->cancellable, on_fetched, g_object_ref (self));
}

static void
on_play_clicked (CdPlayer *self)
{
  set_playing (self, !self->playing);
}

static void
on_wave_sought (CdPlayer *self, gint64 position_ms)
{
  if (self->playbin != NULL)
    seek (self, position_ms);
}

/* "2026-11-22 14.05 +31612345678.wav", with a number behind it where there is one already. */
static char *
make_copy_path (CdPlayer *self, guint nth)
{
  const char *folder = g_get_user_special_dir (G_USER_DIRECTORY_DOWNLOAD);
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_local (self->call->started / 1000);
  g_autofree char *time = g_date_time_format (at, "%Y-%m-%d %H.%M");
  g_autofree char *more = nth > 1 ? g_strdup_printf (" (%u)", nth) : g_strdup ("");
  g_autofree char *name = g_strdup_printf (
      "%s %s%s%s.wav", time, ct_phone_is_e164 (self->call->caller) ? self->call->caller : "-",
      self->part != NULL ? " voicemail" : "", more);

  return g_build_filename (folder != NULL ? folder : g_get_home_dir (), name, NULL);
}

static gboolean
copy (CdPlayer *self, char **name, GError **error)
{
  g_autoptr (GFile) from = g_file_new_for_path (cd_recording_get_path (self->recording));

  for (guint nth = 1; nth <= MOST_COPIES; nth++)
    {
      g_autofree char *path = make_copy_path (self, nth);
      g_autofree char *folder = g_path_get_dirname (path);
      g_autoptr (GFile) to = g_file_new_for_path (path);
      g_autoptr (GError) failed = NULL;

      g_mkdir_with_parents (folder, 0755);
      if (g_file_copy (from, to, G_FILE_COPY_NONE, NULL, NULL, NULL, &failed))
        {
          *name = g_file_get_basename (to);
          return TRUE;
        }
      if (!g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_EXISTS) || nth == MOST_COPIES)
        {
          g_propagate_error (error, g_steal_pointer (&failed));
          return FALSE;
        }
    }
  return FALSE;
}

static void
on_save_clicked (CdPlayer *self)
{
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (copy (self, &name, &error))
    /* Translators: %s is the name of a file */
    text = g_strdup_printf (_ ("Saved in your downloads as %s"), name);
  else
    text = g_strdup_printf (_ ("The copy could not be saved: %s"), error->message);
  gtk_label_set_text (self->saved, text);
  gtk_widget_set_visible (GTK_WIDGET (self->saved), TRUE);
}

void
cd_player_set_call (CdPlayer *self, CdSession *session, const CtCall *call, const char *part)
{
  g_set_object (&self->session, session);
  ct_call_free (self->call);
  self->call = ct_record_copy (call);
  g_free (self->part);
  self->part = g_strdup (part);
}

static void
cd_player_dispose (GObject *object)
{
  CdPlayer *self = CD_PLAYER (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->bus_watch, g_source_remove);
  if (self->playbin != NULL)
    gst_element_set_state (self->playbin, GST_STATE_NULL);
  g_clear_pointer (&self->playbin, gst_object_unref);
  g_clear_object (&self->recording);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (object), CD_TYPE_PLAYER);
  G_OBJECT_CLASS (cd_player_parent_class)->dispose (object);
}

static void
cd_player_finalize (GObject *object)
{
  CdPlayer *self = CD_PLAYER (object);

  g_clear_object (&self->cancellable);
  ct_call_free (self->call);
  g_free (self->part);
  G_OBJECT_CLASS (cd_player_parent_class)->finalize (object);
}

static void
cd_player_class_init (CdPlayerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cd_player_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_player_finalize;
  g_type_ensure (CD_TYPE_WAVEFORM);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  cd_dashboard_set_template (widget_class, "player");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, CdPlayer, name)
  CHILD (stack);
  CHILD (listen);
  CHILD (message);
  CHILD (progress);
  CHILD (play);
  CHILD (lower);
  CHILD (wave);
  CHILD (time);
  CHILD (saved);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_listen_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_play_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_wave_sought);
  gtk_widget_class_bind_template_callback (widget_class, on_save_clicked);
}

static void
cd_player_init (CdPlayer *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  show_button (self);
}
