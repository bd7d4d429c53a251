/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two phones' sound against each other over loopback: a tone each way, keys, hold, mute. */
#include "../../../tools/wait.h"
#include "client/phone/media/devices.h"
#include "client/phone/media/media.h"
#include "tone.h"

#include <glib/gstdio.h>

typedef struct {
  CdMedia *one, *other;
  char *paths[2];
  GString *digits;       /* heard by `other` */
  double level_in;       /* last, at `other` */
  CdLineQuality quality; /* last, at `other` */
} Fixture;

static void
on_level (CdMedia *media, double in, double out, Fixture *f)
{
  f->level_in = in;
}

static void
on_quality (CdMedia *media, CdLineQuality *quality, Fixture *f)
{
  f->quality = *quality;
}

static void
on_digit (CdMedia *media, int digit, Fixture *f)
{
  g_string_append_c (f->digits, (char) digit);
}

static CdMedia *
make (double hz, char **path)
{
  g_autoptr (CdAudioPolicy) policy = NULL;
  int fd = g_file_open_tmp ("heard-XXXXXX.wav", path, NULL);
  CdMedia *media;

  g_close (fd, NULL);
  policy = cd_audio_policy_new (CD_AUDIO_TEST, hz, *path);
  media = cd_media_new (policy, "127.0.0.1", NULL);
  g_assert_nonnull (media);
  return media;
}

static void
negotiate (CdMedia *from, CdMedia *to)
{
  g_autofree char *offer = cd_media_offer (from);
  g_autofree char *answer = cd_media_answer (to, offer, NULL);

  g_assert_nonnull (answer);
  g_assert_true (cd_media_accept (from, answer, NULL));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->one = make (440, &f->paths[0]);
  f->other = make (1000, &f->paths[1]);
  f->digits = g_string_new (NULL);
  f->level_in = -INFINITY;
  g_signal_connect (f->other, "level", G_CALLBACK (on_level), f);
  g_signal_connect (f->other, "quality", G_CALLBACK (on_quality), f);
  g_signal_connect (f->other, "digit", G_CALLBACK (on_digit), f);
  negotiate (f->one, f->other);
  cd_media_start (f->one);
  cd_media_start (f->other);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_object_unref (f->one);
  g_object_unref (f->other);
  for (guint i = 0; i < 2; i++)
    {
      g_unlink (f->paths[i]);
      g_free (f->paths[i]);
    }
  g_string_free (f->digits, TRUE);
}

static void
test_both_ways (Fixture *f, gconstpointer data)
{
  double dbfs;

  WAIT_UNTIL (f->quality.received > 40);
  g_assert_cmpfloat (f->level_in, >, -12);
  g_assert_cmpfloat (f->level_in, <, -6);
  g_assert_cmpuint (f->quality.bars, >=, 3);
  g_assert_cmpuint (f->quality.lost, ==, 0);
  cd_media_stop (f->one);
  cd_media_stop (f->other);
  g_assert_cmpfloat (tone_share (f->paths[1], 440, &dbfs), >, 0.95);
  g_assert_cmpfloat_with_epsilon (dbfs, -9, 1);
  g_assert_cmpfloat (tone_share (f->paths[0], 1000, &dbfs), >, 0.95);
  g_assert_cmpfloat_with_epsilon (dbfs, -9, 1);
}

static void
test_keys (Fixture *f, gconstpointer data)
{
  WAIT_UNTIL (f->level_in > -20);
  for (const char *key = "1#5*5"; *key != '\0'; key++)
    cd_media_send_digit (f->one, *key);
  WAIT_UNTIL (f->digits->len == 5);
  g_assert_cmpstr (f->digits->str, ==, "1#5*5");
}

static void
test_hold_and_mute (Fixture *f, gconstpointer data)
{
  WAIT_UNTIL (f->level_in > -20);
  cd_media_set_muted (f->one, TRUE);
  WAIT_UNTIL (f->level_in < -60);
  cd_media_set_muted (f->one, FALSE);
  WAIT_UNTIL (f->level_in > -20);

  cd_media_set_held (f->one, TRUE);
  negotiate (f->one, f->other);
  g_assert_true (cd_media_is_held_by_peer (f->other));
  g_assert_false (cd_media_is_held_by_peer (f->one));
  WAIT_UNTIL (f->level_in == -INFINITY && f->quality.bars == 0);
  cd_media_set_held (f->one, FALSE);
  negotiate (f->one, f->other);
  g_assert_false (cd_media_is_held_by_peer (f->other));
  WAIT_UNTIL (f->level_in > -20);
}

static void
change_codec (Fixture *f)
{
  g_autofree char *offer = cd_media_offer (f->one);
  g_autofree char *answer = NULL;
  char *line = strstr (offer, "RTP/AVP 8 0 101");

  g_assert_nonnull (line);
  memcpy (line, "RTP/AVP 0 8 101", 15);
  answer = cd_media_answer (f->other, offer, NULL);
  g_assert_nonnull (strstr (answer, "RTP/AVP 0 101"));
  g_assert_true (cd_media_accept (f->one, answer, NULL));
}

/* The other side takes the other law from now on. */
static void
test_codec_change (Fixture *f, gconstpointer data)
{
  WAIT_UNTIL (f->level_in > -20);
  change_codec (f);
  f->level_in = -INFINITY;
  WAIT_UNTIL (f->level_in > -12);
}

/* Devices that cannot be opened are stood in for, and again when the pipeline is made anew. */
static void
test_no_devices (Fixture *f, gconstpointer data)
{
  g_autoptr (CdAudioPolicy) policy = cd_audio_policy_new (CD_AUDIO_PULSE, 0, NULL);

  g_setenv ("PULSE_SERVER", "unix:/nonexistent", TRUE);
  g_object_unref (f->one);
  f->one = cd_media_new (policy, "127.0.0.1", NULL);
  f->quality.received = 0;
  negotiate (f->one, f->other);
  cd_media_start (f->one);
  WAIT_UNTIL (f->quality.received > 40 && f->quality.bars > 0);
  change_codec (f);
  f->quality.bars = 0;
  WAIT_UNTIL (f->quality.bars > 0);
  f->quality.bars = 0;
  WAIT_UNTIL (f->quality.bars > 0);
}

/* The list is let go while it is being made. */
static void
test_devices_at_once (void)
{
  for (guint i = 0; i < 30; i++)
    {
      g_autoptr (GListStore) inputs = g_list_store_new (CD_TYPE_PHONE_DEVICE);
      g_autoptr (GListStore) outputs = g_list_store_new (CD_TYPE_PHONE_DEVICE);
      CdDevices *devices = cd_devices_new (inputs, outputs);

      if (i % 3 > 0)
        g_usleep (i * 100);
      cd_devices_free (devices);
    }
}

/* Stopped before the devices were open. */
static void
test_stop_at_once (Fixture *f, gconstpointer data)
{
  cd_media_stop (f->one);
  cd_media_stop (f->other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL); /* warnings are part of it */
  gst_init (NULL, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/media/both-ways", test_both_ways);
  ADD ("/media/keys", test_keys);
  ADD ("/media/hold-and-mute", test_hold_and_mute);
  ADD ("/media/codec-change", test_codec_change);
  ADD ("/media/no-devices", test_no_devices);
  ADD ("/media/stop-at-once", test_stop_at_once);
  g_test_add_func ("/media/devices-at-once", test_devices_at_once);
  return g_test_run ();
}
