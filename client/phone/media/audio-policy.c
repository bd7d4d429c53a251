/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "phone"

#include "client/phone/media/audio-policy.h"

CdAudioPolicy *
cd_audio_policy_new (CdAudioKind kind, double tone_hz, const char *sink_path)
{
  CdAudioPolicy *policy = g_new0 (CdAudioPolicy, 1);

  policy->kind = kind;
  policy->tone_hz = tone_hz;
  policy->sink_path = g_strdup (sink_path);
  return policy;
}

CdAudioPolicy *
cd_audio_policy_new_from_environment (void)
{
  static const char *const words[] = { "auto", "pulse", "fake", "test" };
  const char *word = g_getenv ("CENTRALE_AUDIO");
  const char *tone = g_getenv ("CENTRALE_AUDIO_TONE");
  CdAudioKind kind = CD_AUDIO_AUTO;

  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (word, words[i]) == 0)
      kind = i;
  return cd_audio_policy_new (kind, tone != NULL ? g_ascii_strtod (tone, NULL) : 440,
                              g_getenv ("CENTRALE_AUDIO_SINK"));
}

CdAudioPolicy *
cd_audio_policy_copy (const CdAudioPolicy *policy)
{
  return cd_audio_policy_new (policy->kind, policy->tone_hz, policy->sink_path);
}

void
cd_audio_policy_free (CdAudioPolicy *policy)
{
  if (policy == NULL)
    return;
  g_free (policy->sink_path);
  g_free (policy);
}

gboolean
cd_audio_policy_has_devices (const CdAudioPolicy *policy)
{
  return policy->kind == CD_AUDIO_AUTO || policy->kind == CD_AUDIO_PULSE;
}

static gboolean
has_plugin (const char *name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

gboolean
cd_audio_policy_processes (const CdAudioPolicy *policy)
{
  return policy->kind == CD_AUDIO_AUTO && has_plugin ("webrtcdsp")
         && has_plugin ("webrtcechoprobe");
}

static GstElement *
make_tone (double hz)
{
  GstElement *tone = gst_element_factory_make ("audiotestsrc", NULL);

  /* A sine half as loud as can be: -9 dBFS. 4 is silence. */
  g_object_set (tone, "is-live", TRUE, "samplesperbuffer", 160, "volume", 0.5, "wave",
                hz > 0 ? 0 : 4, "freq", hz > 0 ? hz : 440.0, NULL);
  return tone;
}

GstElement *
cd_audio_policy_make_silence (void)
{
  return make_tone (0);
}

GstElement *
cd_audio_policy_make_nowhere (void)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  g_object_set (sink, "sync", TRUE, "async", FALSE, NULL);
  return sink;
}

/* Small steps, so that a word is on its way soon; only where the element knows them. */
static void
set_latency (GstElement *element)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (element);

  if (g_object_class_find_property (klass, "latency-time") != NULL
      && g_object_class_find_property (klass, "buffer-time") != NULL)
    g_object_set (element, "latency-time", (gint64) 20000, "buffer-time", (gint64) 80000, NULL);
}

static GstElement *
make_of_device (CdPhoneDevice *device)
{
  GObject *handle = device != NULL ? cd_phone_device_get_handle (device) : NULL;

  return GST_IS_DEVICE (handle) ? gst_device_create_element (GST_DEVICE (handle), NULL) : NULL;
}

static GstElement *
make_of_kind (const CdAudioPolicy *policy, CdPhoneDevice *device, const char *automatic,
              const char *pulse)
{
  GstElement *element = NULL;

  if (cd_audio_policy_has_devices (policy))
    {
      element = make_of_device (device);
      if (element == NULL)
        element
            = gst_element_factory_make (policy->kind == CD_AUDIO_PULSE ? pulse : automatic, NULL);
      if (element != NULL)
        set_latency (element);
      else
        g_warning ("no %s plugin", policy->kind == CD_AUDIO_PULSE ? pulse : automatic);
    }
  return element;
}

GstElement *
cd_audio_policy_make_source (const CdAudioPolicy *policy, CdPhoneDevice *device)
{
  GstElement *source = make_of_kind (policy, device, "autoaudiosrc", "pulsesrc");

  if (source != NULL)
    return source;
  return policy->kind == CD_AUDIO_TEST ? make_tone (policy->tone_hz)
                                       : cd_audio_policy_make_silence ();
}

GstElement *
cd_audio_policy_make_sink (const CdAudioPolicy *policy, CdPhoneDevice *device)
{
  GstElement *sink = make_of_kind (policy, device, "autoaudiosink", "pulsesink");

  return sink != NULL ? sink : cd_audio_policy_make_nowhere ();
}
