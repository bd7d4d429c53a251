/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings: both sides on one time line, gaps in their length, masked when asked, whole when closed. */
#include "common/base/id.h"
#include "rig.h"
#include "server/media/mend.h"
#include "server/media/recorder.h"
#include "server/media/timeline.h"

#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER 58
#define RECORDING ((CtId) 4711)

/* A recording read back: two sides of linear samples. */
typedef struct {
  gint16 *sides[2];
  guint samples;
} Wav;

static void
wav_clear (Wav *wav)
{
  g_free (wav->sides[0]);
  g_free (wav->sides[1]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wav, wav_clear)

static guint32
read_u32 (const char *at)
{
  guint32 value;

  memcpy (&value, at, 4);
  return GUINT32_FROM_LE (value);
}

static void
wav_read (Wav *wav, const char *path)
{
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_cmpuint (length, >=, HEADER);
  g_assert_cmpmem (bytes, 4, "RIFF", 4);
  g_assert_cmpuint (read_u32 (bytes + 4), ==, length - 8);
  g_assert_cmpmem (bytes + 8, 8, "WAVEfmt ", 8);
  g_assert_cmpuint (bytes[20], ==, 7);
  g_assert_cmpuint (bytes[22], ==, 2);
  g_assert_cmpuint (read_u32 (bytes + 24), ==, 8000);
  g_assert_cmpmem (bytes + 50, 4, "data", 4);
  g_assert_cmpuint (read_u32 (bytes + 54), ==, length - HEADER);
  wav->samples = (guint) (length - HEADER) / 2;
  g_assert_cmpuint (read_u32 (bytes + 46), ==, wav->samples);
  for (int side = 0; side < 2; side++)
    {
      wav->sides[side] = g_new (gint16, wav->samples);
      for (guint i = 0; i < wav->samples; i++)
        wav->sides[side][i]
            = cs_g711_to_linear (CS_LAW_U, (guint8) bytes[HEADER + 2 * i + (guint) side]);
    }
}

/* Amplitude of @hertz on a side between two moments, in milliseconds. */
static void
assert_wav (const Wav *wav, int side, guint from_ms, guint to_ms, double hertz, double level)
{
  double found = goertzel (wav->sides[side] + from_ms * 8, (to_ms - from_ms) * 8, hertz);

  g_assert_cmpuint (to_ms * 8, <=, wav->samples);
  g_assert_cmpfloat_with_epsilon (found, level, AMPLITUDE * 0.05);
}

/* Not a sample of sound. */
static void
assert_wav_silent (const Wav *wav, int side, guint from_ms, guint to_ms)
{
  g_assert_cmpuint (to_ms * 8, <=, wav->samples);
  for (guint i = from_ms * 8; i < to_ms * 8; i++)
    g_assert_cmpint (wav->sides[side][i], ==, 0);
}

static void
talk (Phone *a, double a_hertz, Phone *b, double b_hertz, guint frames)
{
  for (guint i = 0; i < frames; i++)
    {
      if (a_hertz > 0)
        phone_send_tone (a, a_hertz);
      if (b_hertz > 0)
        phone_send_tone (b, b_hertz);
      rig_tick (a->rig);
    }
}

static CsMediaEvent *
wait_recorded (Rig *rig)
{
  CsMediaEvent *event;

  cs_media_step (rig->media);
  event = g_async_queue_timeout_pop (rig->events, 10 * G_USEC_PER_SEC);
  g_assert_nonnull (event);
  g_assert_cmpint (event->kind, ==, CS_MEDIA_RECORDED);
  g_assert_cmpint (event->recording, ==, RECORDING);
  return event;
}

/* 1 s of prompt, 1 s of talk, 3 s in which the caller is not heard, 1 s of talk. The two use different
 * laws. */
static void
test_timeline (void)
{
  g_autoptr (Rig) rig = rig_new (4, 1);
  g_autoptr (Phone) caller = phone_new (rig, "127.0.0.1"), agent = phone_new (rig, "127.0.0.1");
  g_autoptr (CsMediaEvent) event = NULL;
  g_auto (Wav) wav = { 0 };
  const CsMediaItem prompt = { "hello", 0 };

  rig_add_prompt (rig, "hello", 700, 8000);
  phone_call (caller, 1, CS_LAW_A);
  phone_call (agent, 2, CS_LAW_U);
  talk (caller, 425, agent, 1000, 10); /* before the recording: not in it */
  rig->port->record (rig->port->self, 1, RECORDING);
  rig->port->play (rig->port->self, 1, &prompt, 1, 1, 1);
  rig_settle (rig);
  talk (caller, 425, agent, 1000, 50);
  rig_expect (rig, CS_MEDIA_PLAYED, 1);
  rig->port->bridge (rig->port->self, 1, 2);
  rig_settle (rig);
  talk (caller, 425, agent, 1000, 50);
  caller->timestamp += 150 * FRAME; /* his timestamps go on, as with voice activity detection */
  talk (caller, 0, agent, 1000, 150);
  talk (caller, 425, agent, 1000, 50);
  rig->port->record_stop (rig->port->self, 1);
  rig_settle (rig);
  event = wait_recorded (rig);
  g_assert_nonnull (event->path);
  g_assert_cmpint (event->samples, ==, 6 * 8000);
  wav_read (&wav, event->path);
  g_assert_cmpuint (wav.samples, ==, 6 * 8000);
  assert_wav (&wav, 0, 0, 2000, 425, AMPLITUDE);
  assert_wav_silent (&wav, 0, 2000, 5000);
  assert_wav (&wav, 0, 5000, 6000, 425, AMPLITUDE);
  assert_wav (&wav, 1, 100, 1000, 700, AMPLITUDE);
  assert_wav (&wav, 1, 1100, 6000, 1000, AMPLITUDE);
  assert_wav (&wav, 1, 1100, 6000, 425, 0);
}

/* The caller's timestamps stand still in the gap: the clock places what follows. */
static void
test_gap_without_timestamps (void)
{
  g_autoptr (Rig) rig = rig_new (4, 1);
  g_autoptr (Phone) caller = phone_new (rig, "127.0.0.1");
  g_autoptr (CsMediaEvent) event = NULL;
  g_auto (Wav) wav = { 0 };

  phone_call (caller, 1, CS_LAW_U);
  rig->port->record (rig->port->self, 1, RECORDING);
  rig_settle (rig);
  talk (caller, 425, NULL, 0, 50);
  talk (caller, 0, NULL, 0, 150);
  talk (caller, 425, NULL, 0, 50);
  rig->port->close (rig->port->self, 1); /* ends the recording too */
  rig_settle (rig);
  event = wait_recorded (rig);
  g_assert_cmpint (event->samples, ==, 5 * 8000);
  wav_read (&wav, event->path);
  assert_wav (&wav, 0, 0, 1000, 425, AMPLITUDE);
  assert_wav_silent (&wav, 0, 1000, 4000);
  assert_wav (&wav, 0, 4000, 5000, 425, AMPLITUDE);
}

static void
test_mask (void)
{
  g_autoptr (Rig) rig = rig_new (4, 1);
  g_autoptr (Phone) caller = phone_new (rig, "127.0.0.1"), agent = phone_new (rig, "127.0.0.1");
  g_autoptr (CsMediaEvent) event = NULL;
  g_auto (Wav) wav = { 0 };

  phone_call (caller, 1, CS_LAW_A);
  phone_call (agent, 2, CS_LAW_A);
  rig->port->bridge (rig->port->self, 1, 2);
  rig->port->record (rig->port->self, 1, RECORDING);
  rig_settle (rig);
  talk (caller, 425, agent, 1000, 50);
  rig->port->mask (rig->port->self, 1, TRUE);
  rig_settle (rig);
  talk (caller, 425, agent, 1000, 100);
  rig->port->mask (rig->port->self, 1, FALSE);
  rig_settle (rig);
  talk (caller, 425, agent, 1000, 50);
  rig->port->record_stop (rig->port->self, 1);
  rig_settle (rig);
  event = wait_recorded (rig);
  wav_read (&wav, event->path);
  for (int side = 0; side < 2; side++)
    {
      double hertz = side == 0 ? 425 : 1000;

      assert_wav (&wav, side, 0, 1000, hertz, AMPLITUDE);
      assert_wav_silent (&wav, side, 1000, 3000);
      assert_wav (&wav, side, 3000, 4000, hertz, AMPLITUDE);
    }
  /* They talked on all the time. */
  g_assert_cmpuint (agent->heard->len, ==, 200);
}

/* Followed through a park and another e-agent. */
static void
test_follows (void)
{
  g_autoptr (Rig) rig = rig_new (8, 2);
  g_autoptr (Phone) caller = phone_new (rig, "127.0.0.1"), first = phone_new (rig, "127.0.0.1");
  g_autoptr (Phone) second = phone_new (rig, "127.0.0.1");
  g_autoptr (CsMediaEvent) event = NULL;
  g_auto (Wav) wav = { 0 };

  phone_call (caller, 1, CS_LAW_A);
  phone_call (first, 2, CS_LAW_A);
  phone_call (second, 3, CS_LAW_A);
  rig->port->record (rig->port->self, 1, RECORDING);
  rig->port->bridge (rig->port->self, 1, 2);
  rig_settle (rig);
  talk (caller, 425, first, 1000, 50);
  rig->port->unbridge (rig->port->self, 1);
  rig_settle (rig);
  talk (caller, 425, NULL, 0, 50);
  rig->port->bridge (rig->port->self, 3, 1);
  rig_settle (rig);
  talk (caller, 425, second, 1200, 50);
  rig->port->record_stop (rig->port->self, 1);
  rig_settle (rig);
  event = wait_recorded (rig);
  wav_read (&wav, event->path);
  assert_wav (&wav, 0, 0, 3000, 425, AMPLITUDE);
  assert_wav (&wav, 1, 0, 1000, 1000, AMPLITUDE);
  assert_wav_silent (&wav, 1, 1000, 2000);
  assert_wav (&wav, 1, 2000, 3000, 1200, AMPLITUDE);
}

/* A spool that is gone: the call goes on, the recording says that it failed. */
static void
test_no_disk (void)
{
  g_autoptr (Rig) rig = rig_new (4, 1);
  g_autoptr (Phone) caller = phone_new (rig, "127.0.0.1");
  g_autoptr (CsMediaEvent) event = NULL;

  phone_call (caller, 1, CS_LAW_A);
  g_assert_no_errno (g_rmdir (rig->spool));
  rig->port->record (rig->port->self, 1, RECORDING);
  rig_settle (rig);
  talk (caller, 425, NULL, 0, 150);
  g_assert_cmpuint (rig_count_warnings (), ==, 1);
  rig->port->record_stop (rig->port->self, 1);
  rig_settle (rig);
  event = wait_recorded (rig);
  g_assert_null (event->path);
  g_assert_no_errno (g_mkdir (rig->spool, 0700));
}

/* A crash in the middle: the next start finds what was written, and gives it its header and name. */
static void
test_mend (void)
{
  g_autofree char *spool = g_dir_make_tmp ("centrale-spool-XXXXXX", NULL);
  g_autofree char *part = g_build_filename (spool, "00000000004K7.wav.part", NULL);
  g_autofree char *empty = g_build_filename (spool, "00000000004K8.wav.part", NULL);
  g_autofree char *whole = g_build_filename (spool, "00000000004K7.wav", NULL);
  g_autofree char *bytes = g_strnfill (HEADER + 2 * 8000 + 1, '\377');
  g_auto (Wav) wav = { 0 };

  g_assert_true (g_file_set_contents (part, bytes, HEADER + 2 * 8000 + 1, NULL));
  g_assert_true (g_file_set_contents (empty, bytes, HEADER, NULL));
  g_assert_cmpuint (cs_recordings_mend (spool), ==, 2);
  wav_read (&wav, whole);
  g_assert_cmpuint (wav.samples, ==, 8000);
  g_assert_cmpuint (cs_recordings_mend (spool), ==, 0);
  g_assert_no_errno (g_unlink (whole));
  g_assert_no_errno (g_rmdir (spool));
}

static CsRingSlot
slot_at (gint64 ms, guint32 timestamp, guint8 code)
{
  CsRingSlot slot = { .time_us = ms * 1000,
                      .timestamp = timestamp,
                      .side = CS_SIDE_LEFT,
                      .law = CS_LAW_U,
                      .length = FRAME };

  memset (slot.bytes, code, FRAME);
  return slot;
}

static gint64
place (CsTimeline *timeline, gint64 ms, guint32 timestamp)
{
  CsRingSlot slot = slot_at (ms, timestamp, 1);
  gint64 position = cs_timeline_place (timeline, &slot);

  cs_timeline_put (timeline, position, &slot);
  return position;
}

/* Jitter, reordering, jumps, and a clock that is off by 200 ppm for two hours. */
static void
test_placing (void)
{
  g_autofree CsTimeline *timeline = g_new0 (CsTimeline, 1);
  const guint32 first = 0xffffff00;
  gint64 position;

  cs_timeline_init (timeline, 0);
  g_assert_cmpint (place (timeline, 20, first), ==, 160);
  g_assert_cmpint (place (timeline, 200, first + 160), ==, 320); /* late by 160 ms */
  g_assert_cmpint (place (timeline, 201, first + 480), ==, 640);
  g_assert_cmpint (place (timeline, 202, first + 320), ==, 480); /* after the one behind it */
  g_assert_cmpint (place (timeline, 240, 12345), ==, 1920);      /* other timestamps: the clock */
  g_assert_cmpint (place (timeline, 260, 12345 + 160), ==, 2080);

  cs_timeline_init (timeline, 0);
  for (guint i = 0; i < 2 * 3600 * 50; i++)
    {
      gint64 ms = (gint64) i * 20 + i / 250; /* 200 ppm slow */

      position = place (timeline, ms, i * 160);
      g_assert_cmpint (ABS (position - ms * 8), <=, CS_TIMELINE_LATE);
      timeline->base = MAX (position - 4000, 0);
    }
}

static void
on_event (CsMediaEvent *event, gpointer data)
{
  g_async_queue_push (data, event);
}

/* The disk does not keep up: the writer is never held up, and what did not fit is counted. */
static void
test_full_ring (void)
{
  g_autoptr (CtClock) clock = ct_clock_new_manual (0);
  g_autofree char *spool = g_dir_make_tmp ("centrale-spool-XXXXXX", NULL);
  g_autoptr (GAsyncQueue) events = g_async_queue_new ();
  g_autoptr (CsMediaEvent) event = NULL;
  CsRecorder *recorder = cs_recorder_new (spool, 1, clock, on_event, events);
  CsRecording *recording = cs_recording_new (recorder, RECORDING, 1);
  CsRing *ring = cs_recorder_get_ring (recorder, 0);
  gint64 now = ct_clock_monotonic_us (clock);
  guint8 bytes[FRAME] = { 0 };

  cs_recording_start (recording, now);
  for (guint i = 0; i < 20000; i++)
    cs_recording_put (recording, ring, CS_SIDE_LEFT, CS_LAW_U, i * 160, bytes, FRAME,
                      now + i * 20000);
  g_assert_cmpuint (cs_recorder_get_unrecorded (recorder), ==, 20000 - 16384);
  cs_recording_stop (recording, now + 20000 * G_GINT64_CONSTANT (20000));
  cs_recorder_free (recorder);
  event = g_async_queue_try_pop (events);
  g_assert_nonnull (event);
  g_assert_cmpint (event->samples, ==, 20000 * FRAME);
  g_unlink (event->path);
  g_rmdir (spool);
}

/* Orders in any order on threads of their own, with packets in between: every recording is told of
 * once, and nothing is left. */
static void
test_storm (void)
{
  enum { LEGS = 12, ORDERS = 4000 };
  g_autoptr (CtClock) clock = ct_clock_new ();
  g_autoptr (GAsyncQueue) events = g_async_queue_new_full ((GDestroyNotify) cs_media_event_free);
  g_autofree char *spool = g_dir_make_tmp ("centrale-spool-XXXXXX", NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  CsMediaConfig config = { .bind_address = "127.0.0.1",
                           .port_min = 20000,
                           .port_max = 29999,
                           .threads = 3,
                           .spool_folder = spool };
  CsMedia *media = cs_media_new (&config, clock, on_event, events, NULL);
  CsMediaPort *port = cs_media_get_port (media);
  const CsMediaItem items[] = { { NULL, 60 }, { NULL, 5 } };
  guint16 ports[LEGS + 1] = { 0 };
  guint started = 0, told = 0;
  CsMediaEvent *event;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  guint8 packet[CS_RTP_HEADER + FRAME] = { 0x80, 8 };

  for (guint i = 0; i < ORDERS; i++)
    {
      CsLegId leg = g_rand_int_range (random, 1, LEGS + 1);
      CsLegId other = g_rand_int_range (random, 1, LEGS + 1);
      gboolean on = g_rand_boolean (random);
      g_autofree char *answer = NULL;

      switch (g_rand_int_range (random, 0, 10))
        {
        case 0:
          if (on && ports[leg] != 0)
            port->close (port->self, leg);
          if (on)
            ports[leg] = 0;
          break;
        case 1:
          if (ports[leg] == 0 && port->open (port->self, leg, NULL))
            answer = port->answer (port->self, leg,
                                   "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 8 0\r\n", NULL);
          if (answer != NULL)
            ports[leg] = (guint16) atoi (strstr (answer, "m=audio ") + 8);
          break;
        case 2:
        case 3:
          port->bridge (port->self, leg, other);
          break;
        case 4:
          port->unbridge (port->self, leg);
          break;
        case 5:
          port->play (port->self, leg, items, 2, on ? 0 : 1, i);
          break;
        case 6:
          if (ports[leg] != 0)
            started++;
          port->record (port->self, leg, 1000 + i);
          break;
        case 7:
          port->record_stop (port->self, leg);
          break;
        case 8:
          port->mask (port->self, leg, on);
          port->mute (port->self, other, on);
          break;
        default:
          break;
        }
      to.sin_port = htons (ports[other]);
      if (to.sin_port != 0)
        (void) sendto (fd, packet, sizeof packet, 0, (struct sockaddr *) &to, sizeof to);
      packet[3]++;
      packet[7] += FRAME;
    }
  cs_media_free (media);
  while ((event = g_async_queue_try_pop (events)) != NULL)
    {
      told += event->kind == CS_MEDIA_RECORDED;
      g_assert_true (event->path == NULL || g_unlink (event->path) == 0);
      cs_media_event_free (event);
    }
  g_assert_cmpuint (started, >, 0);
  g_assert_cmpuint (told, ==, started);
  close (fd);
  g_assert_no_errno (g_rmdir (spool));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  rig_allow_warnings ("recording 00000000004K7 failed: cannot create");
  g_test_add_func ("/record/timeline", test_timeline);
  g_test_add_func ("/record/gap-without-timestamps", test_gap_without_timestamps);
  g_test_add_func ("/record/mask", test_mask);
  g_test_add_func ("/record/follows", test_follows);
  g_test_add_func ("/record/no-disk", test_no_disk);
  g_test_add_func ("/record/mend", test_mend);
  g_test_add_func ("/record/storm", test_storm);
  g_test_add_func ("/record/placing", test_placing);
  g_test_add_func ("/record/full-ring", test_full_ring);
  return g_test_run ();
}
