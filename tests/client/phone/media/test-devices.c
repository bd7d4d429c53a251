/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real devices, as far as a machine without any can have them: a PulseAudio of the test's own with two
 * loudspeakers and two microphones that are not there. What is said into one microphone is heard at the
 * other end, what the other end says comes out of one loudspeaker; both are changed within the call. */
#include "../../../tools/tree.h"
#include "../../../tools/wait.h"
#include "client/phone/media/devices.h"
#include "client/phone/media/media.h"

#include <math.h>
#include <signal.h>
#include <string.h>

#define LOUD(level) ((level) > -20)
#define STILL(level) ((level) < -60)

typedef struct {
  char *folder;
  GPid pulse;
  GstElement *taps[2]; /* what comes out of each loudspeaker */
  double out[2];       /* dBFS, last */
  double in;           /* dBFS, last, at the other end */
  CdMedia *desk, *other;
  GListStore *lists[2];
  CdDevices *devices;
} Fixture;

/* FALSE when there is no PulseAudio to start. */
static gboolean
start_pulse (Fixture *f)
{
  g_autofree char *socket = g_build_filename (f->folder, "native", NULL);
  g_autofree char *server = g_strconcat ("unix:", socket, NULL);
  g_autofree char *protocol
      = g_strdup_printf ("module-native-protocol-unix auth-anonymous=1 socket=%s", socket);
  const char *const argv[] = {
    "pulseaudio",
    "-n",
    "--daemonize=no",
    "--exit-idle-time=-1",
    "--disable-shm=yes",
    "-L",
    protocol,
    "-L",
    "module-null-sink sink_name=speaker0",
    "-L",
    "module-null-sink sink_name=speaker1",
    "-L",
    "module-null-sink sink_name=mouth0",
    "-L",
    "module-null-sink sink_name=mouth1",
    "-L",
    "module-remap-source master=mouth0.monitor source_name=mic0",
    "-L",
    "module-remap-source master=mouth1.monitor source_name=mic1",
    NULL,
  };

  g_setenv ("XDG_RUNTIME_DIR", f->folder, TRUE);
  g_setenv ("PULSE_RUNTIME_PATH", f->folder, TRUE);
  g_setenv ("PULSE_STATE_PATH", f->folder, TRUE);
  g_setenv ("PULSE_SERVER", server, TRUE);
  if (!g_spawn_async (NULL, (char **) argv, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_DO_NOT_REAP_CHILD,
                      NULL, NULL, &f->pulse, NULL))
    return FALSE;
  WAIT_UNTIL (g_file_test (socket, G_FILE_TEST_EXISTS));
  return TRUE;
}

static gboolean
on_tap_message (GstBus *bus, GstMessage *message, gpointer level)
{
  if (gst_message_has_name (message, "level"))
    {
      const GValue *rms = gst_structure_get_value (gst_message_get_structure (message), "rms");
      GValueArray *channels = g_value_get_boxed (rms);

      *(double *) level = g_value_get_double (channels->values);
    }
  return G_SOURCE_CONTINUE;
}

static GstElement *
play (const char *description)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (description, &error);

  g_assert_no_error (error);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

static void
stop (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
start_taps (Fixture *f)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *description = g_strdup_printf (
          "pulsesrc device=speaker%u.monitor ! audioconvert ! audio/x-raw,channels=1 ! "
          "level interval=100000000 ! fakesink",
          i);
      g_autoptr (GstBus) bus = NULL;

      f->out[i] = -INFINITY;
      f->taps[i] = play (description);
      bus = gst_element_get_bus (f->taps[i]);
      gst_bus_add_watch (bus, on_tap_message, &f->out[i]);
    }
}

static void
on_level (CdMedia *media, double in, double out, Fixture *f)
{
  f->in = in;
}

static void
start_call (Fixture *f)
{
  g_autoptr (CdAudioPolicy) real = cd_audio_policy_new (CD_AUDIO_PULSE, 0, NULL);
  g_autoptr (CdAudioPolicy) tone = cd_audio_policy_new (CD_AUDIO_TEST, 440, NULL);
  g_autofree char *offer = NULL, *answer = NULL;

  f->desk = cd_media_new (real, "127.0.0.1", NULL);
  f->other = cd_media_new (tone, "127.0.0.1", NULL);
  f->in = -INFINITY;
  g_signal_connect (f->other, "level", G_CALLBACK (on_level), f);
  offer = cd_media_offer (f->desk);
  answer = cd_media_answer (f->other, offer, NULL);
  g_assert_true (cd_media_accept (f->desk, answer, NULL));
}

static void
begin (Fixture *f)
{
  for (guint kind = 0; kind < 2; kind++)
    f->lists[kind] = g_list_store_new (CD_TYPE_PHONE_DEVICE);
  f->devices = cd_devices_new (f->lists[CD_PHONE_INPUT], f->lists[CD_PHONE_OUTPUT]);
  start_taps (f);
  start_call (f);
}

static CdPhoneDevice *
find (Fixture *f, CdPhoneDeviceKind kind, const char *name)
{
  GListModel *list = G_LIST_MODEL (f->lists[kind]);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (CdPhoneDevice) device = g_list_model_get_item (list, i);
      GstDevice *handle = GST_DEVICE (cd_phone_device_get_handle (device));
      g_autoptr (GstElement) element = gst_device_create_element (handle, NULL);
      g_autofree char *its_name = NULL;

      g_object_get (element, "device", &its_name, NULL);
      if (g_strcmp0 (its_name, name) == 0)
        return g_steal_pointer (&device);
    }
  return NULL;
}

static void
choose (Fixture *f, CdPhoneDeviceKind kind, const char *name)
{
  g_autoptr (CdPhoneDevice) device = find (f, kind, name);

  g_assert_nonnull (device);
  cd_media_set_device (f->desk, kind, device);
}

static void
test_devices (void)
{
  Fixture f = { .folder = g_dir_make_tmp ("pulse-XXXXXX", NULL) };
  GstElement *mouths[2];

  if (!start_pulse (&f))
    {
      g_test_skip ("no pulseaudio");
      remove_tree (f.folder);
      g_free (f.folder);
      return;
    }
  begin (&f);
  /* Four loudspeakers (mouths too), two microphones; what only listens to a loudspeaker is none. */
  WAIT_UNTIL (g_list_model_get_n_items (G_LIST_MODEL (f.lists[CD_PHONE_OUTPUT])) == 4
              && g_list_model_get_n_items (G_LIST_MODEL (f.lists[CD_PHONE_INPUT])) == 2);
  choose (&f, CD_PHONE_INPUT, "mic0");
  choose (&f, CD_PHONE_OUTPUT, "speaker0");
  mouths[0] = play ("audiotestsrc is-live=true volume=0.5 ! pulsesink device=mouth0");
  cd_media_start (f.desk);
  cd_media_start (f.other);
  WAIT_UNTIL (LOUD (f.out[0]) && LOUD (f.in) && STILL (f.out[1]));

  choose (&f, CD_PHONE_OUTPUT, "speaker1");
  WAIT_UNTIL (LOUD (f.out[1]) && STILL (f.out[0]));
  choose (&f, CD_PHONE_INPUT, "mic1");
  WAIT_UNTIL (STILL (f.in));
  mouths[1] = play ("audiotestsrc is-live=true volume=0.5 ! pulsesink device=mouth1");
  WAIT_UNTIL (LOUD (f.in));
  /* The sound server dies: the call goes on in silence, which is not the same as nothing. */
  kill (f.pulse, SIGKILL);
  WAIT_UNTIL (STILL (f.in) && isfinite (f.in));

  g_object_unref (f.desk);
  g_object_unref (f.other);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GstBus) bus = gst_element_get_bus (f.taps[i]);

      gst_bus_remove_watch (bus);
      stop (f.taps[i]);
      stop (mouths[i]);
      g_object_unref (f.lists[i]);
    }
  cd_devices_free (f.devices);
  g_spawn_close_pid (f.pulse);
  remove_tree (f.folder);
  g_free (f.folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL); /* warnings are part of it */
  gst_init (NULL, NULL);
  g_test_add_func ("/media/devices", test_devices);
  return g_test_run ();
}
