/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two phones, real sockets, a clock that is moved: what one says the other hears, exactly. */
#include "common/base/error.h"
#include "rig.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define LEVEL_TOLERANCE (AMPLITUDE * 0.05) /* 0.4 dB: the steps of two laws in a row */

/* Both speak for @frames x 20 ms; NULL for one who does not. */
static void
talk (Phone *a, double a_hertz, Phone *b, double b_hertz, guint frames)
{
  for (guint i = 0; i < frames; i++)
    {
      if (a != NULL)
        phone_send_tone (a, a_hertz);
      if (b != NULL)
        phone_send_tone (b, b_hertz);
      rig_tick (a != NULL ? a->rig : b->rig);
    }
}

static void
assert_level (Phone *phone, guint from, guint to, double hertz, double level)
{
  g_assert_cmpfloat_with_epsilon (phone_level (phone, from, to, hertz), level, LEVEL_TOLERANCE);
}

/* One stream: one SSRC, sequence without a hole, timestamps never back and never closer than audio. */
static void
assert_continuous (Phone *phone)
{
  for (guint i = 1; i < phone->heard->len; i++)
    {
      const CsRtp *before = &phone_heard (phone, i - 1)->rtp, *rtp = &phone_heard (phone, i)->rtp;

      g_assert_cmpuint (rtp->ssrc, ==, before->ssrc);
      g_assert_cmpuint ((guint16) (rtp->sequence - before->sequence), ==, 1);
      g_assert_cmpuint (rtp->timestamp - before->timestamp, >=, before->length);
      g_assert_cmpuint (rtp->timestamp - before->timestamp, <, 8000);
    }
}

/* An order holds for every packet that comes after it, also where nothing but the packet wakes the relay. */
static void
test_bridge (void)
{
  g_autoptr (Rig) rig = rig_new (4, 1);
  g_autoptr (Phone) a = phone_new (rig, "127.0.0.1"), b = phone_new (rig, "127.0.0.1");

  phone_call (a, 1, CS_LAW_A);
  phone_call (b, 2, CS_LAW_A);
  talk (a, 425, b, 1000, 5);
  g_assert_cmpuint (a->heard->len + b->heard->len, ==, 0);
  rig->port->bridge (rig->port->self, 1, 2);
  talk (a, 425, b, 1000, 50);
  g_assert_cmpuint (a->heard->len, ==, 50);
  g_assert_cmpuint (b->heard->len, ==, 50);
  assert_level (b, 0, 50, 425, AMPLITUDE);
  assert_level (b, 0, 50, 1000, 0);
  assert_level (a, 0, 50, 1000, AMPLITUDE);
  for (guint i = 0; i < 50; i++)
    g_assert_cmpmem (phone_heard (b, i)->bytes, FRAME, a->said->data + (5 + i) * FRAME, FRAME);
  assert_continuous (a);
  assert_continuous (b);
  g_assert_true (phone_heard (a, 0)->rtp.marker);
  g_assert_false (phone_heard (a, 1)->rtp.marker);
  rig->port->mute (rig->port->self, 1, TRUE);
  talk (a, 425, b, 1000, 10);
  g_assert_cmpuint (b->heard->len, ==, 50);
  g_assert_cmpuint (a->heard->len, ==, 60);
  rig->port->mute (rig->port->self, 1, FALSE);
  talk (a, 425, b, 1000, 10);
  assert_continuous (b);
  g_assert_cmpuint (phone_heard (b, 50)->rtp.timestamp - phone_heard (b, 49)->rtp.timestamp, ==,
                    11 * FRAME);
  rig_expect_none (rig);
}

static void
test_translation (void)
{
  g_autoptr (Rig) rig = rig_new (4, 1);
  g_autoptr (Phone) a = phone_new (rig, "127.0.0.1"), b = phone_new (rig, "127.0.0.1");

  phone_call (a, 1, CS_LAW_A);
  phone_call (b, 2, CS_LAW_U);
  rig->port->bridge (rig->port->self, 1, 2);
  rig_settle (rig);
  talk (a, 425, b, 1000, 50);
  g_assert_cmpuint (phone_heard (a, 0)->rtp.payload_type, ==, 8);
  g_assert_cmpuint (phone_heard (b, 0)->rtp.payload_type, ==, 0);
  assert_level (a, 0, 50, 1000, AMPLITUDE);
  assert_level (b, 0, 50, 425, AMPLITUDE);
}

/* The legs are opened on two threads; the bridge brings them together with what was ordered before. */
static void
test_two_relays (void)
{
  g_autoptr (Rig) rig = rig_new (8, 2);
  g_autoptr (Phone) a = phone_new (rig, "127.0.0.1"), b = phone_new (rig, "127.0.0.1");
  g_autoptr (Phone) c = phone_new (rig, "127.0.0.1");

  phone_call (a, 1, CS_LAW_A);
  phone_call (b, 2, CS_LAW_A);
  phone_call (c, 3, CS_LAW_A);
  rig->port->bridge (rig->port->self, 2, 1);
  rig->port->mute (rig->port->self, 2, TRUE);
  rig->port->mute (rig->port->self, 2, FALSE);
  rig->port->bridge (rig->port->self, 3, 1);
  rig->port->bridge (rig->port->self, 2, 1);
  rig_settle (rig);
  talk (a, 425, b, 1000, 50);
  assert_level (a, 0, 50, 1000, AMPLITUDE);
  assert_level (b, 0, 50, 425, AMPLITUDE);
  g_assert_cmpuint (c->heard->len, ==, 0);
  /* Moved and closed at once. */
  rig->port->bridge (rig->port->self, 3, 1);
  rig->port->close (rig->port->self, 1);
  rig->port->close (rig->port->self, 3);
  rig_settle (rig);
  talk (NULL, 0, b, 1000, 2);
}

static void
press (Phone *phone, guint event)
{
  for (guint i = 1; i <= 4; i++)
    {
      phone_send_key (phone, event, i * FRAME, FALSE);
      rig_tick (phone->rig);
    }
  for (guint i = 0; i < 3; i++)
    phone_send_key (phone, event, 5 * FRAME, TRUE);
  rig_tick (phone->rig);
  phone->timestamp += 5 * FRAME;
}

static void
expect_key (Rig *rig, CsLegId leg, char digit)
{
  g_autoptr (CsMediaEvent) event = rig_next_event (rig);

  g_assert_nonnull (event);
  g_assert_cmpint (event->kind, ==, CS_MEDIA_DTMF);
  g_assert_cmpint (event->leg, ==, leg);
  g_assert_cmpint (event->digit, ==, digit);
}

static void
test_keys (void)
{
  g_autoptr (Rig) rig = rig_new (4, 1);
  g_autoptr (Phone) a = phone_new (rig, "127.0.0.1"), b = phone_new (rig, "127.0.0.1");

  phone_call (a, 1, CS_LAW_A);
  phone_call (b, 2, CS_LAW_U);
  press (a, 1);
  expect_key (rig, 1, '1');
  press (a, 1);
  expect_key (rig, 1, '1');
  rig->port->bridge (rig->port->self, 1, 2);
  rig_settle (rig);
  talk (a, 425, b, 1000, 5);
  press (a, 11);
  expect_key (rig, 1, '#');
  g_assert_cmpuint (b->heard->len, ==, 5 + 7);
  g_assert_cmpuint (phone_heard (b, 5)->rtp.payload_type, ==, 101);
  g_assert_cmpuint (phone_heard (b, 5)->bytes[0], ==, 11);
  g_assert_cmpuint (phone_heard (b, 11)->rtp.timestamp, ==, phone_heard (b, 5)->rtp.timestamp);
  talk (a, 425, b, 1000, 5);
  g_assert_cmpuint (phone_heard (b, 12)->rtp.timestamp - phone_heard (b, 5)->rtp.timestamp, ==,
                    5 * FRAME);
  /* Masked: neither told nor relayed, and the numbers close over it. */
  rig->port->mask (rig->port->self, 1, TRUE);
  rig_settle (rig);
  press (a, 7);
  talk (a, 425, b, 1000, 5);
  rig->port->mask (rig->port->self, 1, FALSE);
  rig_settle (rig);
  rig_expect_none (rig);
  g_assert_cmpuint (b->heard->len, ==, 5 + 7 + 5 + 5);
  for (guint i = 1; i < b->heard->len; i++)
    g_assert_cmpuint (
        (guint16) (phone_heard (b, i)->rtp.sequence - phone_heard (b, i - 1)->rtp.sequence), ==, 1);
}

static void
test_intruder (void)
{
  g_autoptr (Rig) rig = rig_new (4, 1);
  g_autoptr (Phone) a = phone_new (rig, "127.0.0.1"), b = phone_new (rig, "127.0.0.1");
  g_autoptr (Phone) intruder = phone_new (rig, "127.0.0.2");
  g_autoptr (Phone) neighbour = phone_new (rig, "127.0.0.1");
  CsMediaCounters counters;

  phone_call (a, 1, CS_LAW_A);
  phone_call (b, 2, CS_LAW_A);
  rig->port->bridge (rig->port->self, 1, 2);
  rig_settle (rig);
  intruder->media_port = neighbour->media_port = a->media_port;
  /* From another host, even first: not taken. */
  talk (intruder, 300, NULL, 0, 5);
  g_assert_cmpuint (b->heard->len, ==, 0);
  talk (a, 425, b, 1000, 5);
  /* From another port of the same host, once locked: not taken; and the answer goes to the peer. */
  talk (intruder, 300, neighbour, 300, 5);
  talk (a, 425, b, 1000, 5);
  g_assert_cmpuint (b->heard->len, ==, 10);
  g_assert_cmpuint (a->heard->len, ==, 10);
  g_assert_cmpuint (intruder->heard->len + neighbour->heard->len, ==, 0);
  cs_media_get_counters (rig->media, &counters);
  g_assert_cmpuint (counters.strangers, ==, 15);
  g_assert_cmpuint (counters.packets_out, ==, 20);
}

/* The announced address is private: the first packet teaches, and then nobody else is heard. */
static void
test_nat (void)
{
  g_autoptr (Rig) rig = rig_new (4, 1);
  g_autoptr (Phone) a = phone_new (rig, "127.0.0.1"), b = phone_new (rig, "127.0.0.1");
  g_autoptr (Phone) intruder = phone_new (rig, "127.0.0.2");
  g_autofree char *offer = phone_sdp (a, "192.168.1.20", "8 101", ""), *answer = NULL;

  phone_call (b, 2, CS_LAW_A);
  rig->port->open (rig->port->self, 1, NULL);
  answer = rig->port->answer (rig->port->self, 1, offer, NULL);
  a->media_port = intruder->media_port = (guint16) atoi (strstr (answer, "m=audio ") + 8);
  a->law = CS_LAW_A;
  rig->port->bridge (rig->port->self, 1, 2);
  rig_settle (rig);
  talk (a, 425, NULL, 0, 2);
  talk (intruder, 300, NULL, 0, 2);
  talk (NULL, 0, b, 1000, 1);
  g_assert_cmpuint (a->heard->len, ==, 1);
  g_assert_cmpuint (b->heard->len, ==, 2);
}

static void
expect_played (Rig *rig, CsLegId leg, guint tag)
{
  g_autoptr (CsMediaEvent) event = rig_next_event (rig);

  g_assert_nonnull (event);
  g_assert_cmpint (event->kind, ==, CS_MEDIA_PLAYED);
  g_assert_cmpint (event->leg, ==, leg);
  g_assert_cmpuint (event->tag, ==, tag);
}

static void
test_play (void)
{
  g_autoptr (Rig) rig = rig_new (4, 1);
  g_autoptr (Phone) a = phone_new (rig, "127.0.0.1");
  const CsMediaItem items[] = { { "hello", 0 }, { NULL, 100 }, { "missing", 0 }, { "bye", 0 } };

  rig_add_prompt (rig, "hello", 500, 8000);
  rig_add_prompt (rig, "bye", 1500, 4040);
  phone_call (a, 1, CS_LAW_U);
  rig->port->play (rig->port->self, 1, items, 4, 2, 77);
  g_assert_cmpuint (rig_count_warnings (), ==, 1);
  rig_settle (rig);
  /* Once over is 8000 + 800 + 4040 = 12840 samples; twice 25680: 160.5 frames. */
  for (guint i = 0; i < 160; i++)
    rig_tick (rig);
  rig_expect_none (rig);
  rig_tick (rig);
  expect_played (rig, 1, 77);
  rig_tick (rig);
  g_assert_cmpuint (a->heard->len, ==, 161);
  assert_level (a, 0, 50, 500, AMPLITUDE);
  assert_level (a, 50, 55, 500, 0);
  assert_level (a, 55, 80, 1500, AMPLITUDE);
  assert_level (a, 81, 130, 500, AMPLITUDE);
  assert_continuous (a);
  /* For ever, until stopped; a stop is not told. */
  rig->port->play (rig->port->self, 1, &items[3], 1, 0, 78);
  rig_settle (rig);
  for (guint i = 0; i < 200; i++)
    rig_tick (rig);
  rig->port->stop (rig->port->self, 1);
  rig_settle (rig);
  rig_tick (rig);
  g_assert_cmpuint (a->heard->len, ==, 361);
  rig_expect_none (rig);
  /* Nothing to play is played at once. */
  rig->port->play (rig->port->self, 1, NULL, 0, 1, 79);
  rig_settle (rig);
  expect_played (rig, 1, 79);
  /* Music that is missing has no end: who is told of one plays it again, and again. */
  rig->port->play (rig->port->self, 1, &items[2], 1, 0, 80);
  rig_settle (rig);
  rig_expect_none (rig);
}

/* Play, bridge, park with music, bridge with another: one stream. */
static void
test_continuity (void)
{
  g_autoptr (Rig) rig = rig_new (4, 1);
  g_autoptr (Phone) a = phone_new (rig, "127.0.0.1"), b = phone_new (rig, "127.0.0.1");
  g_autoptr (Phone) c = phone_new (rig, "127.0.0.1");
  const CsMediaItem music = { "music", 0 };

  rig_add_prompt (rig, "music", 600, 8000);
  phone_call (a, 1, CS_LAW_A);
  phone_call (b, 2, CS_LAW_A);
  phone_call (c, 3, CS_LAW_U);
  rig->port->play (rig->port->self, 1, &music, 1, 0, 1);
  rig_settle (rig);
  talk (a, 425, NULL, 0, 20);
  rig->port->bridge (rig->port->self, 1, 2);
  rig_settle (rig);
  /* While it plays, the caller does not hear his peer, but is heard. */
  talk (a, 425, b, 1000, 10);
  g_assert_cmpuint (b->heard->len, ==, 10);
  assert_level (a, 20, 30, 1000, 0);
  rig->port->stop (rig->port->self, 1);
  rig_settle (rig);
  talk (a, 425, b, 1000, 20);
  assert_level (a, 30, 50, 1000, AMPLITUDE);
  rig->port->unbridge (rig->port->self, 2);
  rig->port->play (rig->port->self, 1, &music, 1, 0, 2);
  rig_settle (rig);
  talk (a, 425, b, 1000, 20);
  assert_level (a, 50, 70, 600, AMPLITUDE);
  rig->port->stop (rig->port->self, 1);
  rig->port->bridge (rig->port->self, 3, 1);
  rig_settle (rig);
  talk (a, 425, c, 1200, 20);
  assert_level (a, 70, 90, 1200, AMPLITUDE);
  g_assert_cmpuint (a->heard->len, ==, 90);
  assert_continuous (a);
  for (guint i = 0; i < 90; i++)
    g_assert_cmpint (phone_heard (a, i)->rtp.marker, ==, i == 0 || i == 30 || i == 50 || i == 70);
}

/* Told after five seconds, not sooner. */
static void
fall_silent (Rig *rig, CsLegId leg)
{
  for (guint i = 0; i < 245; i++)
    rig_tick (rig);
  rig_expect_none (rig);
  for (guint i = 0; i < 20; i++)
    rig_tick (rig);
  rig_expect (rig, CS_MEDIA_SILENT, leg);
}

static void
test_silence (void)
{
  g_autoptr (Rig) rig = rig_new (4, 1);
  g_autoptr (Phone) a = phone_new (rig, "127.0.0.1"), b = phone_new (rig, "127.0.0.1");
  g_autofree char *hold = NULL, *answer = NULL;

  phone_call (a, 1, CS_LAW_A);
  phone_call (b, 2, CS_LAW_A); /* never says anything: no news of it, until it is asked to */
  talk (a, 425, NULL, 0, 10);
  fall_silent (rig, 1);
  talk (a, 425, NULL, 0, 1);
  rig_expect (rig, CS_MEDIA_HEARD, 1);
  hold = phone_sdp (a, "127.0.0.1", "8 101", "a=inactive\r\n");
  answer = rig->port->answer (rig->port->self, 1, hold, NULL);
  g_assert_true (rig->port->is_held (rig->port->self, 1));
  rig_settle (rig);
  for (guint i = 0; i < 300; i++)
    rig_tick (rig);
  rig_expect_none (rig);
  rig->port->expect (rig->port->self, 2);
  rig_settle (rig);
  fall_silent (rig, 2);
  talk (b, 425, NULL, 0, 1);
  rig_expect (rig, CS_MEDIA_HEARD, 2);
}

/* No descriptor is left: the pair that rests is used before its time. */
static void
test_no_descriptors (void)
{
  g_autoptr (Rig) rig = rig_new (3, 1);
  g_autoptr (GError) error = NULL;
  struct rlimit files, none;
  int lowest;

  g_assert_true (rig->port->open (rig->port->self, 1, NULL));
  rig_settle (rig);
  rig->port->close (rig->port->self, 1);
  rig_settle (rig);
  lowest = dup (0);
  close (lowest);
  getrlimit (RLIMIT_NOFILE, &files);
  none = (struct rlimit){ (rlim_t) lowest, files.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  g_assert_true (rig->port->open (rig->port->self, 2, &error));
  g_assert_no_error (error);
  g_assert_false (rig->port->open (rig->port->self, 3, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_LIMIT));
  setrlimit (RLIMIT_NOFILE, &files);
}

static void
test_ports (void)
{
  g_autoptr (Rig) rig = rig_new (3, 1);
  g_autoptr (GError) error = NULL;
  CsMediaCounters counters;

  /* Another program may hold one of them, so at most three. */
  for (CsLegId leg = 1; leg <= 4; leg++)
    if (!rig->port->open (rig->port->self, leg, &error))
      break;
  g_assert_true (ct_error_is (error, CT_ERROR_LIMIT));
  g_clear_error (&error);
  g_assert_false (rig->port->open (rig->port->self, 1, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_CONFLICT));
  rig_settle (rig);
  rig->port->close (rig->port->self, 1);
  rig_settle (rig);
  g_assert_true (rig->port->open (rig->port->self, 9, NULL));
  /* A leg that is not there is ignored. */
  rig->port->close (rig->port->self, 1);
  rig->port->bridge (rig->port->self, 1, 9);
  rig->port->play (rig->port->self, 1, NULL, 0, 1, 1);
  g_assert_null (rig->port->offer (rig->port->self, 1, CS_MEDIA_SEND_RECEIVE));
  cs_media_get_counters (rig->media, &counters);
  g_assert_cmpuint (counters.legs, <=, 3);
}

static void
test_malformed (void)
{
  static const guint8 rtp[] = { 0x80, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1 };
  g_autoptr (Rig) rig = rig_new (4, 1);
  g_autoptr (Phone) a = phone_new (rig, "127.0.0.1"), b = phone_new (rig, "127.0.0.1");
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  guint8 junk[3000];
  CsMediaCounters counters;

  phone_call (a, 1, CS_LAW_A);
  phone_call (b, 2, CS_LAW_A);
  rig->port->bridge (rig->port->self, 1, 2);
  rig_settle (rig);
  phone_send (a, (const guint8 *) "", 0);
  phone_send (a, rtp, 5);
  phone_send (a, rtp, sizeof rtp); /* no payload: nothing to send on */
  memset (junk, 0, sizeof junk);
  phone_send (a, junk, sizeof junk);
  for (guint i = 0; i < 2000; i++)
    {
      gsize length = (gsize) g_rand_int_range (random, 0, 400);

      for (gsize j = 0; j < length; j++)
        junk[j] = (guint8) g_rand_int_range (random, 0, 256);
      /* Half of them look right at first, and have odd lengths, extensions, padding, events. */
      if (i % 2)
        junk[0] |= 0x80, junk[0] &= 0xbf, junk[1] = i % 4 == 1 ? 8 : 101;
      phone_send (a, junk, length);
      if (i % 16 == 0)
        rig_tick (rig);
    }
  rig_tick (rig);
  g_array_set_size (b->heard, 0);
  talk (a, 425, b, 1000, 10);
  g_assert_cmpuint (b->heard->len, ==, 10);
  assert_level (b, 0, 10, 425, AMPLITUDE);
  cs_media_get_counters (rig->media, &counters);
  g_assert_cmpuint (counters.malformed, >, 1000);
}

/* With its own threads and the machine's clock: a prompt arrives at its pace, and all ends cleanly. */
static void
on_event (CsMediaEvent *event, gpointer data)
{
  g_async_queue_push (data, event);
}

static void
test_threads (void)
{
  g_autoptr (CtClock) clock = ct_clock_new ();
  g_autoptr (GAsyncQueue) events = g_async_queue_new_full ((GDestroyNotify) cs_media_event_free);
  g_autoptr (CsMediaEvent) event = NULL;
  g_autoptr (CsMedia) media = NULL;
  CsMediaConfig config
      = { .bind_address = "127.0.0.1", .port_min = 30000, .port_max = 39999, .threads = 2 };
  const CsMediaItem item = { NULL, 200 };
  CsMediaPort *port;
  gint64 start = g_get_monotonic_time ();

  media = cs_media_new (&config, clock, on_event, events, NULL);
  port = cs_media_get_port (media);
  g_assert_true (port->open (port->self, 1, NULL));
  g_assert_true (port->open (port->self, 2, NULL));
  port->bridge (port->self, 1, 2);
  port->play (port->self, 1, &item, 1, 1, 5);
  event = g_async_queue_timeout_pop (events, 10 * G_USEC_PER_SEC);
  g_assert_nonnull (event);
  g_assert_cmpint (event->kind, ==, CS_MEDIA_PLAYED);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 150 * 1000);
}

static void
test_bad_config (void)
{
  g_autoptr (CtClock) clock = ct_clock_new_manual (0);
  static const CsMediaConfig configs[] = {
    { .bind_address = NULL, .port_min = 20000, .port_max = 20100 },
    { .bind_address = "localhost", .port_min = 20000, .port_max = 20100 },
    { .bind_address = "0.0.0.0", .port_min = 20000, .port_max = 20100 },
    { .bind_address = "127.0.0.1", .port_min = 20001, .port_max = 20002 },
    { .bind_address = "127.0.0.1",
      .port_min = 20000,
      .port_max = 20100,
      .prompt_folder = "/nonexistent" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (cs_media_new (&configs[i], clock, on_event, NULL, &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  rig_allow_warnings ("prompt missing is missing");
  g_test_add_func ("/relay/bridge", test_bridge);
  g_test_add_func ("/relay/translation", test_translation);
  g_test_add_func ("/relay/two-relays", test_two_relays);
  g_test_add_func ("/relay/keys", test_keys);
  g_test_add_func ("/relay/intruder", test_intruder);
  g_test_add_func ("/relay/nat", test_nat);
  g_test_add_func ("/relay/play", test_play);
  g_test_add_func ("/relay/continuity", test_continuity);
  g_test_add_func ("/relay/silence", test_silence);
  g_test_add_func ("/relay/ports", test_ports);
  g_test_add_func ("/relay/no-descriptors", test_no_descriptors);
  g_test_add_func ("/relay/malformed", test_malformed);
  g_test_add_func ("/relay/threads", test_threads);
  g_test_add_func ("/relay/bad-config", test_bad_config);
  return g_test_run ();
}
