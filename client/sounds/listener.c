/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "sounds"

#include "client/sounds/listener.h"

#include "client/phone/media/audio-policy.h"
#include "client/sounds/sound-file.h"

#include <glib/gstdio.h>
#include <unistd.h>

/* Of playbin's GstPlayFlags: sound, and nothing else. */
#define FLAGS_AUDIO 2

struct _CdListener {
  GObject parent_instance;
  GstElement *playbin;
  guint bus_watch;
  char *path; /* a file of ours, that goes when it was played */
};

enum { ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CdListener, cd_listener, G_TYPE_OBJECT)

static gboolean
clear (CdListener *self)
{
  gboolean playing = self->playbin != NULL;

  g_clear_handle_id (&self->bus_watch, g_source_remove);
  if (playing)
    gst_element_set_state (self->playbin, GST_STATE_NULL);
  g_clear_pointer (&self->playbin, gst_object_unref);
  if (self->path != NULL)
    g_unlink (self->path);
  g_clear_pointer (&self->path, g_free);
  return playing;
}

void
cd_listener_stop (CdListener *self)
{
  if (clear (self))
    g_signal_emit (self, signals[ENDED], 0);
}

static gboolean
on_bus_message (GstBus *bus, GstMessage *message, gpointer data)
{
  g_autoptr (CdListener) self = g_object_ref (data);
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      gst_message_parse_error (message, &error, NULL);
      g_warning ("a sound cannot be played: %s", error->message);
    }
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR
      && GST_MESSAGE_TYPE (message) != GST_MESSAGE_EOS)
    return G_SOURCE_CONTINUE;
  self->bus_watch = 0;
  cd_listener_stop (self);
  return G_SOURCE_REMOVE;
}

gboolean
cd_listener_play_file (CdListener *self, const char *path)
{
  g_autoptr (CdAudioPolicy) policy = cd_audio_policy_new_from_environment ();
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  g_autoptr (GstBus) bus = NULL;

  if (self->playbin != NULL)
    cd_listener_stop (self);
  if (uri == NULL || !gst_init_check (NULL, NULL, NULL))
    return FALSE;
  self->playbin = gst_element_factory_make ("playbin", NULL);
  if (self->playbin == NULL)
    return FALSE;
  gst_object_ref_sink (self->playbin);
  g_object_set (self->playbin, "uri", uri, "flags", FLAGS_AUDIO, "audio-sink",
                cd_audio_policy_make_sink (policy, NULL), NULL);
  bus = gst_element_get_bus (self->playbin);
  self->bus_watch = gst_bus_add_watch (bus, on_bus_message, self);
  gst_element_set_state (self->playbin, GST_STATE_PLAYING);
  return TRUE;
}

gboolean
cd_listener_play_bytes (CdListener *self, GBytes *wav)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *data = g_bytes_get_data (wav, &size);
  int file;

  cd_listener_stop (self);
  file = cd_sound_file_open (&path, &error);
  if (file < 0)
    {
      g_warning ("%s", error->message);
      return FALSE;
    }
  close (file);
  if (!g_file_set_contents (path, data, (gssize) size, NULL) || !cd_listener_play_file (self, path))
    {
      g_unlink (path);
      return FALSE;
    }
  self->path = g_steal_pointer (&path);
  return TRUE;
}

static void
cd_listener_finalize (GObject *object)
{
  clear (CD_LISTENER (object));
  G_OBJECT_CLASS (cd_listener_parent_class)->finalize (object);
}

static void
cd_listener_class_init (CdListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cd_listener_finalize;
  signals[ENDED] = g_signal_new ("ended", CD_TYPE_LISTENER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
cd_listener_init (CdListener *self)
{
}

CdListener *
cd_listener_new (void)
{
  return g_object_new (CD_TYPE_LISTENER, NULL);
}
