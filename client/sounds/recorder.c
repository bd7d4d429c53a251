/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of the stream has to travel through the pipeline for the header of the WAV to be right; the bus
 * says when it has arrived. */
#define G_LOG_DOMAIN "sounds"

#include "client/sounds/recorder.h"

#include "client/phone/media/audio-policy.h"
#include "client/sounds/sound-file.h"
#include "common/base/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

#define RATE 16000

struct _CdRecorder {
  GObject parent_instance;
  char *path;
  GstElement *pipeline;
  guint bus_watch;
  gboolean done;
};

enum { LEVEL, DONE, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CdRecorder, cd_recorder, G_TYPE_OBJECT)

static void
finish (CdRecorder *self, gboolean good)
{
  if (self->done)
    return;
  self->done = TRUE;
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_signal_emit (self, signals[DONE], 0, good);
}

static void
tell_level (CdRecorder *self, GstMessage *message)
{
  const GstStructure *structure = gst_message_get_structure (message);
  const GValue *list = gst_structure_get_value (structure, "rms");
  GValueArray *levels = list != NULL ? g_value_get_boxed (list) : NULL;

  if (levels != NULL && levels->n_values > 0)
    g_signal_emit (self, signals[LEVEL], 0, g_value_get_double (levels->values));
}

static gboolean
on_bus_message (GstBus *bus, GstMessage *message, gpointer data)
{
  g_autoptr (CdRecorder) self = g_object_ref (data);
  g_autoptr (GError) error = NULL;

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ELEMENT:
      if (gst_message_has_name (message, "level"))
        tell_level (self, message);
      break;
    case GST_MESSAGE_EOS:
      finish (self, TRUE);
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      g_warning ("the microphone failed: %s", error->message);
      finish (self, FALSE);
      break;
    default:
      break;
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
open_file (CdRecorder *self)
{
  g_autoptr (GError) error = NULL;
  int file = cd_sound_file_open (&self->path, &error);

  if (file >= 0)
    {
      close (file);
      return TRUE;
    }
  g_warning ("%s", error->message);
  return FALSE;
}

static GstElement *
make (const char *factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL)
    g_warning ("no %s plugin", factory);
  return element;
}

static gboolean
build (CdRecorder *self)
{
  g_autoptr (CdAudioPolicy) policy = cd_audio_policy_new_from_environment ();
  g_autoptr (GstCaps) caps
      = gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, "S16LE", "rate", G_TYPE_INT,
                             RATE, "channels", G_TYPE_INT, 1, NULL);
  GstElement *chain[] = { cd_audio_policy_make_source (policy, NULL),
                          make ("audioconvert"),
                          make ("audioresample"),
                          make ("capsfilter"),
                          make ("level"),
                          make ("wavenc"),
                          make ("filesink") };

  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (chain); i++)
    if (chain[i] == NULL || !gst_bin_add (GST_BIN (self->pipeline), chain[i])
        || (i > 0 && !gst_element_link (chain[i - 1], chain[i])))
      return FALSE;
  g_object_set (chain[3], "caps", caps, NULL);
  g_object_set (chain[4], "interval", (guint64) (100 * GST_MSECOND), NULL);
  g_object_set (chain[6], "location", self->path, NULL);
  return TRUE;
}

gboolean
cd_recorder_start (CdRecorder *self)
{
  g_autoptr (GstBus) bus = NULL;

  if (!gst_init_check (NULL, NULL, NULL) || !open_file (self) || !build (self))
    return FALSE;
  bus = gst_element_get_bus (self->pipeline);
  self->bus_watch = gst_bus_add_watch (bus, on_bus_message, self);
  return gst_element_set_state (self->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

void
cd_recorder_stop (CdRecorder *self)
{
  if (self->pipeline != NULL && !self->done)
    gst_element_send_event (self->pipeline, gst_event_new_eos ());
}

const char *
cd_recorder_get_path (CdRecorder *self)
{
  return self->path;
}

GBytes *
cd_recorder_load (CdRecorder *self, GError **error)
{
  char *contents;
  gsize size;

  if (!g_file_get_contents (self->path, &contents, &size, error))
    return NULL;
  return g_bytes_new_take (contents, size);
}

static void
cd_recorder_finalize (GObject *object)
{
  CdRecorder *self = CD_RECORDER (object);

  g_clear_handle_id (&self->bus_watch, g_source_remove);
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_pointer (&self->pipeline, gst_object_unref);
  if (self->path != NULL && g_unlink (self->path) != 0)
    g_warning ("%s: %s", self->path, g_strerror (errno));
  g_free (self->path);
  G_OBJECT_CLASS (cd_recorder_parent_class)->finalize (object);
}

static void
cd_recorder_class_init (CdRecorderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cd_recorder_finalize;
  signals[LEVEL] = g_signal_new ("level", CD_TYPE_RECORDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_DOUBLE);
  signals[DONE] = g_signal_new ("done", CD_TYPE_RECORDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
cd_recorder_init (CdRecorder *self)
{
}

CdRecorder *
cd_recorder_new (void)
{
  return g_object_new (CD_TYPE_RECORDER, NULL);
}
