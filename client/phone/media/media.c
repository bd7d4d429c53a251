/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "phone"

#include "client/phone/media/media.h"

#include "client/phone/media/rtp-line.h"
#include "client/phone/media/wav-file.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <math.h>
#include <string.h>

#define RAW "audio/x-raw,format=S16LE,rate=8000,channels=1,layout=interleaved"
#define LEVEL_MS 100
/* A microphone that gives nothing for so many levels is none. */
#define DEAD_LEVELS 20

struct _CdMedia {
  GObject parent_instance;
  CdAudioPolicy *policy;
  char *address;
  CdRtpLine *line;
  guint64 session; /* of the SDP */
  guint version;
  gboolean held, muted;
  CdSdpDirection peer_direction;
  int codec;
  gboolean wanted; /* started, perhaps before the codec was known */
  gboolean line_started;

  GstElement *pipeline; /* NULL while not running; the elements below are its own */
  GstElement *source, *sink, *mute, *levels[2];
  GThread *opener; /* sets the pipeline to work */
  GMutex lock;     /* guards: */
  GstElement *line_source;
  guint bus_watch, timer;
  guint ticks;
  gboolean silent, nowhere; /* silence, nothing stands in for the device */
  double level[2];     /* dBFS by CdPhoneDeviceKind: out of the microphone, into the loudspeaker */
  guint level_tick[2]; /* when it was measured */
  CdWavFile *wav;
  CdPhoneDevice *device[2];
};

G_DEFINE_FINAL_TYPE (CdMedia, cd_media, G_TYPE_OBJECT)

enum {
  SIGNAL_LEVEL,
  SIGNAL_QUALITY,
  SIGNAL_DIGIT,
  SIGNAL_FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

CdMedia *
cd_media_new (const CdAudioPolicy *policy, const char *address, GError **error)
{
  CdRtpLine *line = cd_rtp_line_new (address, error);
  CdMedia *self;

  if (line == NULL)
    return NULL;
  self = g_object_new (CD_TYPE_MEDIA, NULL);
  self->policy = cd_audio_policy_copy (policy);
  self->address = g_strdup (address);
  self->line = line;
  self->session = (guint64) g_random_int ();
  return self;
}

static void stop_pipeline (CdMedia *self);

/* Negotiation. */

static gboolean
sends (CdMedia *self)
{
  return !self->held && self->peer_direction != CD_SDP_SEND_ONLY
         && self->peer_direction != CD_SDP_INACTIVE;
}

static gboolean
take_peer (CdMedia *self, const CdSdp *sdp, GError **error)
{
  gboolean other_codec = self->codec != CD_CODEC_NONE && self->codec != sdp->codec;

  if (!cd_rtp_line_set_peer (self->line, sdp->address, sdp->port, sdp->codec, sdp->event, error))
    return FALSE;
  self->codec = sdp->codec;
  self->peer_direction = sdp->direction;
  cd_rtp_line_set_sending (self->line, sends (self));
  if (other_codec && self->pipeline != NULL)
    {
      stop_pipeline (self);
      cd_media_start (self);
    }
  else if (self->wanted)
    cd_media_start (self);
  return TRUE;
}

static CdSdpDirection
own_direction (CdMedia *self)
{
  return self->held ? CD_SDP_SEND_ONLY : CD_SDP_SEND_RECEIVE;
}

char *
cd_media_offer (CdMedia *self)
{
  return cd_sdp_write (self->address, cd_rtp_line_get_port (self->line), self->session,
                       ++self->version, own_direction (self), NULL);
}

char *
cd_media_answer (CdMedia *self, const char *text, GError **error)
{
  g_auto (CdSdp) sdp = { 0 };
  CdSdpDirection direction;

  if (text == NULL || *text == '\0')
    return cd_media_offer (self);
  if (!cd_sdp_parse (text, &sdp, error) || !take_peer (self, &sdp, error))
    return NULL;
  direction = cd_sdp_answer_direction (sdp.direction, own_direction (self));
  return cd_sdp_write (self->address, cd_rtp_line_get_port (self->line), self->session,
                       ++self->version, direction, &sdp);
}

gboolean
cd_media_accept (CdMedia *self, const char *text, GError **error)
{
  g_auto (CdSdp) sdp = { 0 };

  if (!cd_sdp_parse (text, &sdp, error))
    return FALSE;
  /* A peer that we hold answers recvonly or inactive: that is our hold, not his. */
  if (self->held)
    sdp.direction = CD_SDP_SEND_RECEIVE;
  return take_peer (self, &sdp, error);
}

gboolean
cd_media_is_held_by_peer (CdMedia *self)
{
  return self->peer_direction == CD_SDP_SEND_ONLY || self->peer_direction == CD_SDP_INACTIVE;
}

/* Between line and pipeline. */

/* On the line's thread. */
static void
on_packet (const guint8 *packet, gsize size, gpointer data)
{
  CdMedia *self = data;

  g_mutex_lock (&self->lock);
  /* Before it plays there is no clock to stamp packets with. */
  if (self->line_source != NULL && GST_STATE (self->line_source) == GST_STATE_PLAYING)
    gst_app_src_push_buffer (GST_APP_SRC (self->line_source), gst_buffer_new_memdup (packet, size));
  g_mutex_unlock (&self->lock);
}

static void
on_digit_heard (char digit, gpointer data)
{
  g_signal_emit (data, signals[SIGNAL_DIGIT], 0, (int) digit);
}

/* On the pipeline's threads. */
static GstFlowReturn
on_coded (GstAppSink *sink, gpointer data)
{
  CdMedia *self = data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstMapInfo map;

  if (sample != NULL && gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ))
    {
      cd_rtp_line_send_audio (self->line, map.data, map.size);
      gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
    }
  return GST_FLOW_OK;
}

static GstFlowReturn
on_heard (GstAppSink *sink, gpointer data)
{
  CdMedia *self = data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstMapInfo map;

  if (sample != NULL && gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ))
    {
      cd_wav_file_write (self->wav, map.data, map.size);
      gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
    }
  return GST_FLOW_OK;
}

/* Devices within the pipeline. */

/* A pipeline that runs takes a new element along at once. One that does not yet, or whose device failed, takes
 * it along when it starts: a source that began before the rest would push once, be refused, and stop. */
static void
take_along (GstElement *pipeline, GstElement *element)
{
  if (GST_STATE (pipeline) >= GST_STATE_PAUSED)
    gst_element_sync_state_with_parent (element);
}

static void
replace_source (CdMedia *self, GstElement *source)
{
  g_autoptr (GstElement) entry = gst_bin_get_by_name (GST_BIN (self->pipeline), "entry");

  gst_element_set_state (self->source, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->pipeline), self->source);
  self->source = source;
  gst_bin_add (GST_BIN (self->pipeline), source);
  gst_element_link (source, entry);
  take_along (self->pipeline, source);
}

/* While no sound passes to the sink: at once, or on the pipeline's thread in a moment. */
static GstPadProbeReturn
on_sink_idle (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstElement *sink = data;
  g_autoptr (GstElement) exit = gst_pad_get_parent_element (pad);
  g_autoptr (GstObject) pipeline = gst_element_get_parent (exit);
  g_autoptr (GstPad) old_pad = gst_pad_get_peer (pad);
  g_autoptr (GstElement) old = gst_pad_get_parent_element (old_pad);

  gst_element_unlink (exit, old);
  gst_element_set_state (old, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (pipeline), old);
  gst_bin_add (GST_BIN (pipeline), sink);
  gst_element_link (exit, sink);
  take_along (GST_ELEMENT (pipeline), sink);
  return GST_PAD_PROBE_REMOVE;
}

static void
replace_sink (CdMedia *self, GstElement *sink)
{
  g_autoptr (GstElement) exit = gst_bin_get_by_name (GST_BIN (self->pipeline), "exit");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (exit, "src");

  self->sink = sink;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_IDLE, on_sink_idle, gst_object_ref_sink (sink),
                     gst_object_unref);
}

void
cd_media_set_device (CdMedia *self, CdPhoneDeviceKind kind, CdPhoneDevice *device)
{
  g_set_object (&self->device[kind], device);
  if (self->pipeline == NULL || !cd_audio_policy_has_devices (self->policy))
    return;
  if (kind == CD_PHONE_INPUT)
    {
      self->silent = FALSE;
      self->level_tick[CD_PHONE_INPUT] = self->ticks;
      replace_source (self, cd_audio_policy_make_source (self->policy, device));
    }
  else
    {
      self->nowhere = FALSE;
      replace_sink (self, cd_audio_policy_make_sink (self->policy, device));
    }
}

static void
use_silence (CdMedia *self)
{
  self->silent = TRUE;
  replace_source (self, cd_audio_policy_make_silence ());
}

static gboolean
is_of (GstObject *where, GstElement *element)
{
  return where == GST_OBJECT (element) || gst_object_has_as_ancestor (where, GST_OBJECT (element));
}

/* A device that cannot be opened, or was pulled out: silence stands in for it. */
static void
on_device_failed (CdMedia *self, GstObject *where, const GError *error)
{
  g_warning ("sound: %s: %s", GST_OBJECT_NAME (where), error->message);
  if (is_of (where, self->source) && !self->silent)
    use_silence (self);
  else if (is_of (where, self->sink) && !self->nowhere)
    {
      self->nowhere = TRUE;
      replace_sink (self, cd_audio_policy_make_nowhere ());
    }
  else
    return;
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, "no-device");
}

/* Levels and errors. */

static void
take_level (CdMedia *self, GstMessage *message)
{
  const GstStructure *facts = gst_message_get_structure (message);
  const GValue *value = gst_structure_get_value (facts, "rms");
  GValueArray *channels = value != NULL ? g_value_get_boxed (value) : NULL;

  for (guint kind = 0; kind < 2; kind++)
    if (GST_MESSAGE_SRC (message) == GST_OBJECT (self->levels[kind]) && channels != NULL
        && channels->n_values > 0)
      {
        self->level[kind] = g_value_get_double (channels->values);
        self->level_tick[kind] = self->ticks;
      }
}

static gboolean
on_bus_message (GstBus *bus, GstMessage *message, gpointer data)
{
  CdMedia *self = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT)
    {
      if (gst_message_has_name (message, "level"))
        take_level (self, message);
    }
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      g_autoptr (GError) error = NULL;

      gst_message_parse_error (message, &error, NULL);
      on_device_failed (self, GST_MESSAGE_SRC (message), error);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_tick (gpointer data)
{
  CdMedia *self = data;

  self->ticks++;
  /* The other side must hear something, if only silence, or it takes us for lost. */
  if (!self->silent && self->ticks - self->level_tick[CD_PHONE_INPUT] > DEAD_LEVELS)
    {
      g_warning ("the microphone gives nothing");
      use_silence (self);
      g_signal_emit (self, signals[SIGNAL_FAILED], 0, "no-device");
    }
  for (guint kind = 0; kind < 2; kind++)
    if (self->ticks - self->level_tick[kind] > 3)
      self->level[kind] = -INFINITY;
  g_signal_emit (self, signals[SIGNAL_LEVEL], 0, self->level[CD_PHONE_OUTPUT],
                 self->muted ? -INFINITY : self->level[CD_PHONE_INPUT]);
  if (self->ticks % (1000 / LEVEL_MS) == 0)
    {
      CdLineQuality quality;

      cd_rtp_line_get_quality (self->line, &quality);
      g_signal_emit (self, signals[SIGNAL_QUALITY], 0, &quality);
    }
  return G_SOURCE_CONTINUE;
}

/* The pipeline. */

static char *
describe (CdMedia *self, gboolean to_file)
{
  gboolean processed = cd_audio_policy_processes (self->policy);
  gboolean a_law = self->codec == CD_CODEC_PCMA;

  return g_strdup_printf (
      "audioconvert name=entry ! audioresample ! " RAW " ! %s volume name=mute ! "
      "level name=out interval=100000000 ! %s ! "
      "appsink name=coded emit-signals=false sync=false async=false max-buffers=50 drop=true "
      "appsrc name=line is-live=true do-timestamp=true format=time max-buffers=100 "
      "leaky-type=downstream caps=application/x-rtp,media=audio,clock-rate=8000,"
      "encoding-name=%s,payload=%d ! "
      "rtpjitterbuffer latency=60 ! %s ! audioconvert ! audioresample ! " RAW " ! "
      "level name=in interval=100000000 ! %s "
      "queue max-size-time=400000000 max-size-buffers=0 max-size-bytes=0 leaky=downstream ! %s",
      processed ? "webrtcdsp probe=centrale-probe !" : "", a_law ? "alawenc" : "mulawenc",
      a_law ? "PCMA" : "PCMU", self->codec,
      a_law ? "rtppcmadepay ! alawdec" : "rtppcmudepay ! mulawdec",
      processed ? "webrtcechoprobe name=centrale-probe !" : "",
      to_file ? "appsink name=heard emit-signals=false sync=false async=false"
              : "audioconvert ! audioresample name=exit");
}

static void
connect_appsink (CdMedia *self, const char *name,
                 GstFlowReturn (*function) (GstAppSink *, gpointer))
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (self->pipeline), name);
  GstAppSinkCallbacks callbacks = { .new_sample = function };

  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);
}

/* Borrowed: the pipeline holds it. */
static GstElement *
borrow_element (CdMedia *self, const char *name)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (self->pipeline), name);

  return element;
}

/* A source that fails says goodbye with an EOS, after which nothing would take another's sound. */
static GstPadProbeReturn
on_source_event (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  return GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS ? GST_PAD_PROBE_DROP
                                                                           : GST_PAD_PROBE_OK;
}

static void
build_ends (CdMedia *self, gboolean to_file)
{
  g_autoptr (GstPad) entry = gst_element_get_static_pad (borrow_element (self, "entry"), "sink");

  gst_pad_add_probe (entry, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_source_event, NULL, NULL);
  self->silent = self->nowhere = FALSE;
  self->level_tick[CD_PHONE_INPUT] = self->ticks;
  self->source = cd_audio_policy_make_source (self->policy, self->device[CD_PHONE_INPUT]);
  gst_bin_add (GST_BIN (self->pipeline), self->source);
  gst_element_link (self->source, borrow_element (self, "entry"));
  if (to_file)
    {
      connect_appsink (self, "heard", on_heard);
      self->sink = borrow_element (self, "heard");
      return;
    }
  self->sink = cd_audio_policy_make_sink (self->policy, self->device[CD_PHONE_OUTPUT]);
  gst_bin_add (GST_BIN (self->pipeline), self->sink);
  gst_element_link (borrow_element (self, "exit"), self->sink);
}

static gboolean
build (CdMedia *self, GError **error)
{
  const char *path = self->policy->kind == CD_AUDIO_TEST ? self->policy->sink_path : NULL;
  g_autofree char *description = describe (self, path != NULL);
  GstElement *pipeline;

  if (path != NULL && self->wav == NULL)
    {
      self->wav = cd_wav_file_new (path, 8000, error);
      if (self->wav == NULL)
        return FALSE;
    }
  pipeline = gst_parse_launch (description, error);
  if (pipeline == NULL)
    return FALSE;
  self->pipeline = gst_object_ref_sink (pipeline);
  g_mutex_lock (&self->lock);
  self->line_source = borrow_element (self, "line");
  g_mutex_unlock (&self->lock);
  self->mute = borrow_element (self, "mute");
  self->levels[CD_PHONE_INPUT] = borrow_element (self, "out");
  self->levels[CD_PHONE_OUTPUT] = borrow_element (self, "in");
  connect_appsink (self, "coded", on_coded);
  build_ends (self, path != NULL);
  return TRUE;
}

/* Opening devices may wait for the sound server; a failure comes as a message on the bus. */
static gpointer
play (gpointer pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return NULL;
}

void
cd_media_start (CdMedia *self)
{
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstClock) clock = NULL;
  g_autoptr (GError) error = NULL;

  self->wanted = TRUE;
  if (self->pipeline != NULL || self->codec == CD_CODEC_NONE)
    return;
  if (!build (self, &error))
    {
      g_warning ("no sound: %s", error->message);
      g_signal_emit (self, signals[SIGNAL_FAILED], 0, "no-device");
      return;
    }
  /* The system's clock, not a device's: devices come and go during a call. */
  clock = gst_system_clock_obtain ();
  gst_pipeline_use_clock (GST_PIPELINE (self->pipeline), clock);
  bus = gst_element_get_bus (self->pipeline);
  self->bus_watch = gst_bus_add_watch (bus, on_bus_message, self);
  self->timer = g_timeout_add (LEVEL_MS, on_tick, self);
  g_object_set (self->mute, "mute", self->muted, NULL);
  cd_rtp_line_set_sending (self->line, sends (self));
  self->opener = g_thread_new ("sound", play, self->pipeline);
  if (!self->line_started)
    cd_rtp_line_start (self->line, on_packet, on_digit_heard, self);
  self->line_started = TRUE;
}

static void
stop_pipeline (CdMedia *self)
{
  if (self->pipeline == NULL)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->bus_watch, g_source_remove);
  g_mutex_lock (&self->lock);
  self->line_source = NULL;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->opener, g_thread_join);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_pointer (&self->pipeline, gst_object_unref);
}

void
cd_media_stop (CdMedia *self)
{
  /* The pipeline first: its threads send through the line. */
  stop_pipeline (self);
  g_clear_pointer (&self->line, cd_rtp_line_free);
  g_clear_pointer (&self->wav, cd_wav_file_close);
}

void
cd_media_set_held (CdMedia *self, gboolean held)
{
  self->held = held;
  cd_rtp_line_set_sending (self->line, sends (self));
}

void
cd_media_set_muted (CdMedia *self, gboolean muted)
{
  self->muted = muted;
  if (self->pipeline != NULL)
    g_object_set (self->mute, "mute", muted, NULL);
}

void
cd_media_send_digit (CdMedia *self, char digit)
{
  cd_rtp_line_send_digit (self->line, digit);
}

static void
cd_media_finalize (GObject *object)
{
  CdMedia *self = CD_MEDIA (object);

  cd_media_stop (self);
  cd_audio_policy_free (self->policy);
  g_free (self->address);
  g_clear_object (&self->device[0]);
  g_clear_object (&self->device[1]);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (cd_media_parent_class)->finalize (object);
}

static void
cd_media_class_init (CdMediaClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cd_media_finalize;
  signals[SIGNAL_LEVEL] = g_signal_new ("level", CD_TYPE_MEDIA, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[SIGNAL_QUALITY]
      = g_signal_new ("quality", CD_TYPE_MEDIA, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                      1, CD_TYPE_LINE_QUALITY | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[SIGNAL_DIGIT] = g_signal_new ("digit", CD_TYPE_MEDIA, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", CD_TYPE_MEDIA, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cd_media_init (CdMedia *self)
{
  g_mutex_init (&self->lock);
  self->codec = CD_CODEC_NONE;
  self->level[0] = self->level[1] = -INFINITY;
}
