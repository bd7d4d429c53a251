/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of media that are pure: laws, RTP header, stream numbering, latching, keys. */
#include "server/media/dtmf.h"
#include "server/media/g711.h"
#include "server/media/latch.h"
#include "server/media/rtp.h"
#include "server/media/stream.h"

#include <arpa/inet.h>
#include <string.h>

static void
test_laws (void)
{
  /* Reference points of G.711: full scale, zero, and their codes. */
  g_assert_cmpint (cs_g711_to_linear (CS_LAW_U, 0x80), ==, 32124);
  g_assert_cmpint (cs_g711_to_linear (CS_LAW_U, 0xff), ==, 0);
  g_assert_cmpint (cs_g711_to_linear (CS_LAW_A, 0xd5), ==, 8);
  g_assert_cmpint (cs_g711_to_linear (CS_LAW_A, 0xaa), ==, 32256);
  for (int law = 0; law < CS_LAWS; law++)
    for (int code = 0; code < 256; code++)
      {
        gint16 sample = cs_g711_to_linear ((CsLaw) law, (guint8) code);
        guint8 back = cs_g711_from_linear ((CsLaw) law, sample);

        g_assert_cmpint (cs_g711_to_linear ((CsLaw) law, back), ==, sample);
        g_assert_true (back == code || sample == 0);
      }
  for (int sample = -32768; sample < 32768; sample++)
    for (int law = 0; law < CS_LAWS; law++)
      {
        gint16 heard
            = cs_g711_to_linear ((CsLaw) law, cs_g711_from_linear ((CsLaw) law, (gint16) sample));

        /* Half a step of the segment, and the clipping at the top. */
        g_assert_cmpint (ABS (heard - sample), <=, ABS (sample) / 32 + 8);
      }
}

static void
test_translation (void)
{
  const guint8 *to_u = cs_g711_translation (CS_LAW_A), *to_a = cs_g711_translation (CS_LAW_U);

  for (int code = 0; code < 256; code++)
    {
      int a = cs_g711_to_linear (CS_LAW_A, (guint8) code);
      int u = cs_g711_to_linear (CS_LAW_U, (guint8) code);

      g_assert_cmpint (ABS (cs_g711_to_linear (CS_LAW_U, to_u[code]) - a), <=,
                       MAX (ABS (a) / 16, 16));
      g_assert_cmpint (ABS (cs_g711_to_linear (CS_LAW_A, to_a[code]) - u), <=,
                       MAX (ABS (u) / 16, 16));
    }
}

static void
test_rtp (void)
{
  static const struct {
    const char *name;
    gsize length;
    guint8 bytes[24];
    gboolean valid;
    guint offset, payload;
  } cases[] = {
    { "plain", 14, { 0x80, 0x08 }, TRUE, 12, 2 },
    { "no payload", 12, { 0x80, 0x08 }, TRUE, 12, 0 },
    { "short", 11, { 0x80, 0x08 }, FALSE, 0, 0 },
    { "version 1", 14, { 0x40, 0x08 }, FALSE, 0, 0 },
    { "one csrc", 18, { 0x81, 0x08 }, TRUE, 16, 2 },
    { "csrc beyond the end", 14, { 0x8f, 0x08 }, FALSE, 0, 0 },
    { "extension", 24, { 0x90, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 1 }, TRUE, 20, 4 },
    { "extension beyond the end",
      24,
      { 0x90, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0xff, 0xff },
      FALSE,
      0,
      0 },
    { "extension header cut", 14, { 0x90, 8 }, FALSE, 0, 0 },
    { "padding", 16, { 0xa0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 2 }, TRUE, 12, 2 },
    { "padding of nothing", 14, { 0xa0, 8 }, FALSE, 0, 0 },
    { "padding beyond", 14, { 0xa0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9 }, FALSE, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CsRtp rtp;
      gboolean valid = cs_rtp_parse (cases[i].bytes, cases[i].length, &rtp);

      g_test_message ("%s", cases[i].name);
      g_assert_cmpint (valid, ==, cases[i].valid);
      if (valid)
        {
          g_assert_cmpuint (rtp.offset, ==, cases[i].offset);
          g_assert_cmpuint (rtp.length, ==, cases[i].payload);
        }
    }
}

static CsRtp
packet (guint32 ssrc, guint16 sequence, guint32 timestamp)
{
  return (CsRtp){ .ssrc = ssrc, .sequence = sequence, .timestamp = timestamp };
}

/* Play, then a source, a loss, a late packet, a gap, a source that jumps, and play again. */
static void
test_stream (void)
{
  CsStream stream;
  CsRtp first, rtp;
  gint64 now = 1000000;
  int a;

  cs_stream_init (&stream);
  cs_stream_next (&stream, 160, now, &first);
  g_assert_true (first.marker);
  cs_stream_next (&stream, 160, now += 20000, &rtp);
  g_assert_false (rtp.marker);
  g_assert_cmpuint ((guint16) (rtp.sequence - first.sequence), ==, 1);

  rtp = packet (7, 65535, 0xfffffff0);
  g_assert_true (cs_stream_map (&stream, &a, 160, now += 100000, &rtp));
  g_assert_true (rtp.marker);
  g_assert_cmpuint (rtp.ssrc, ==, first.ssrc);
  g_assert_cmpuint ((guint16) (rtp.sequence - first.sequence), ==, 2);
  g_assert_cmpuint (rtp.timestamp - first.timestamp, ==, 160 + 800);

  /* Number 0 is lost, 1 comes: the hole stays. Then 0 comes late. */
  rtp = packet (7, 1, 0xfffffff0 + 320);
  g_assert_true (cs_stream_map (&stream, &a, 160, now += 40000, &rtp));
  g_assert_false (rtp.marker);
  g_assert_cmpuint ((guint16) (rtp.sequence - first.sequence), ==, 4);
  g_assert_cmpuint (rtp.timestamp - first.timestamp, ==, 160 + 800 + 320);
  rtp = packet (7, 0, 0xfffffff0 + 160);
  g_assert_true (cs_stream_map (&stream, &a, 160, now, &rtp));
  g_assert_cmpuint ((guint16) (rtp.sequence - first.sequence), ==, 3);
  /* Before the source's first packet: it would repeat numbers of the play. */
  rtp = packet (7, 65534, 0xfffffff0 - 160);
  g_assert_false (cs_stream_map (&stream, &a, 160, now, &rtp));

  /* One that is kept back leaves no hole. */
  rtp = packet (7, 2, 0xfffffff0 + 480);
  cs_stream_skip (&stream, &a, &rtp);
  rtp = packet (7, 3, 0xfffffff0 + 640);
  g_assert_true (cs_stream_map (&stream, &a, 160, now += 40000, &rtp));
  g_assert_cmpuint ((guint16) (rtp.sequence - first.sequence), ==, 5);

  /* The source starts over with other numbers: followed by the clock. */
  rtp = packet (7, 30000, 12345);
  g_assert_true (cs_stream_map (&stream, &a, 160, now += 20000, &rtp));
  g_assert_true (rtp.marker);
  g_assert_cmpuint ((guint16) (rtp.sequence - first.sequence), ==, 6);
  g_assert_cmpuint (rtp.timestamp - first.timestamp, ==, 160 + 800 + 640 + 160);

  cs_stream_next (&stream, 160, now += 3000000, &rtp);
  g_assert_true (rtp.marker);
  g_assert_cmpuint ((guint16) (rtp.sequence - first.sequence), ==, 7);
  g_assert_cmpuint (rtp.timestamp - first.timestamp, ==, 160 + 800 + 640 + 160 + 24000);
  /* A tick late is no pause; ten seconds in which we were held are. */
  cs_stream_next (&stream, 160, now += 60000, &rtp);
  g_assert_false (rtp.marker);
  g_assert_cmpuint (rtp.timestamp - first.timestamp, ==, 160 + 800 + 640 + 160 + 24160);
  cs_stream_next (&stream, 160, now += 10000000, &rtp);
  g_assert_true (rtp.marker);
  g_assert_cmpuint ((guint16) (rtp.sequence - first.sequence), ==, 9);
  g_assert_cmpuint (rtp.timestamp - first.timestamp, ==, 160 + 800 + 640 + 160 + 24160 + 80000);
}

/* A long call: the numbers go round several times without a break. */
static void
test_stream_long (void)
{
  CsStream stream;
  gint64 now = 1000000;
  guint16 last = 0;
  int a;

  cs_stream_init (&stream);
  for (guint i = 0; i < 300000; i++)
    {
      CsRtp rtp = packet (7, (guint16) i, i * 160);

      g_assert_true (cs_stream_map (&stream, &a, 160, now += 20000, &rtp));
      g_assert_cmpint (rtp.marker, ==, i == 0);
      g_assert_true (i == 0 || (guint16) (rtp.sequence - last) == 1);
      last = rtp.sequence;
    }
}

static struct sockaddr_in
address (const char *host, guint16 port)
{
  struct sockaddr_in result = { .sin_family = AF_INET, .sin_port = htons (port) };

  inet_pton (AF_INET, host, &result.sin_addr);
  return result;
}

static gboolean
accepts (CsLatch *latch, const char *host, guint16 port)
{
  struct sockaddr_in from = address (host, port);

  return cs_latch_accept (latch, &from);
}

static void
announce (CsLatch *latch, const char *host, guint16 port)
{
  struct sockaddr_in to = address (host, port);

  cs_latch_announce (latch, &to);
}

static void
test_latch (void)
{
  CsLatch latch = { 0 };

  g_assert_false (accepts (&latch, "192.0.2.1", 4000));
  announce (&latch, "192.0.2.1", 4000);
  g_assert_cmpuint (ntohs (latch.peer.sin_port), ==, 4000);
  g_assert_false (accepts (&latch, "198.51.100.9", 4000));
  g_assert_true (accepts (&latch, "192.0.2.1", 4711)); /* another port: symmetric RTP */
  g_assert_cmpuint (ntohs (latch.peer.sin_port), ==, 4711);
  g_assert_false (accepts (&latch, "192.0.2.1", 4000)); /* locked */
  g_assert_false (accepts (&latch, "198.51.100.9", 4711));
  latch.lost = TRUE;
  g_assert_false (accepts (&latch, "198.51.100.9", 4711));
  g_assert_true (accepts (&latch, "192.0.2.1", 4712)); /* the NAT forgot */
  latch.lost = FALSE;
  /* A refresh of the same address keeps the peer, and lets it move. */
  announce (&latch, "192.0.2.1", 4000);
  g_assert_cmpuint (ntohs (latch.peer.sin_port), ==, 4712);
  g_assert_true (accepts (&latch, "192.0.2.1", 4000));
  /* A private address cannot be the true one: the first packet teaches. */
  announce (&latch, "10.1.2.3", 5000);
  g_assert_true (accepts (&latch, "203.0.113.5", 61000));
  g_assert_false (accepts (&latch, "203.0.113.6", 61000));
  g_assert_false (accepts (&latch, "10.1.2.3", 5000));
}

static guint
key_packet (CsDtmf *dtmf, guint8 event, gboolean end, guint32 timestamp, gboolean masked, gint64 ms,
            char keys[2])
{
  guint8 payload[4] = { event, end ? 0x8a : 0x0a, 0, 160 };

  return cs_dtmf_read (dtmf, payload, sizeof payload, timestamp, masked, ms * 1000, keys);
}

static void
test_keys (void)
{
  CsDtmf dtmf = { 0 };
  char keys[2];

  g_assert_cmpuint (key_packet (&dtmf, 5, FALSE, 100, FALSE, 0, keys), ==, 0);
  g_assert_cmpuint (key_packet (&dtmf, 5, TRUE, 100, FALSE, 20, keys), ==, 1);
  g_assert_cmpint (keys[0], ==, '5');
  g_assert_cmpuint (key_packet (&dtmf, 5, TRUE, 100, FALSE, 20, keys), ==, 0);
  g_assert_cmpuint (key_packet (&dtmf, 5, TRUE, 100, FALSE, 20, keys), ==, 0);
  /* Lost end: told by the next key; which here has only its end. */
  g_assert_cmpuint (key_packet (&dtmf, 10, FALSE, 2000, FALSE, 400, keys), ==, 0);
  g_assert_cmpuint (key_packet (&dtmf, 11, TRUE, 4000, FALSE, 600, keys), ==, 2);
  g_assert_cmpint (keys[0], ==, '*');
  g_assert_cmpint (keys[1], ==, '#');
  /* A stray copy of an older one. */
  g_assert_cmpuint (key_packet (&dtmf, 10, TRUE, 2000, FALSE, 620, keys), ==, 0);
  /* Lost end: told by quiet. */
  g_assert_cmpuint (key_packet (&dtmf, 0, FALSE, 8000, FALSE, 1000, keys), ==, 0);
  g_assert_cmpint (cs_dtmf_expire (&dtmf, FALSE, 1100 * 1000), ==, 0);
  g_assert_cmpint (cs_dtmf_expire (&dtmf, FALSE, 1200 * 1000), ==, '0');
  g_assert_cmpint (cs_dtmf_expire (&dtmf, FALSE, 1400 * 1000), ==, 0);
  /* Masked from the start, and in the middle. */
  g_assert_cmpuint (key_packet (&dtmf, 1, FALSE, 16000, TRUE, 2000, keys), ==, 0);
  g_assert_cmpuint (key_packet (&dtmf, 1, TRUE, 16000, FALSE, 2020, keys), ==, 0);
  g_assert_cmpuint (key_packet (&dtmf, 2, FALSE, 20000, FALSE, 2500, keys), ==, 0);
  g_assert_cmpuint (key_packet (&dtmf, 2, FALSE, 20000, TRUE, 2520, keys), ==, 0);
  g_assert_cmpint (cs_dtmf_expire (&dtmf, FALSE, 3000 * 1000), ==, 0);
  /* Not a key: a hook flash; and a cut payload. */
  g_assert_cmpuint (key_packet (&dtmf, 16, TRUE, 30000, FALSE, 4000, keys), ==, 0);
  g_assert_cmpuint (cs_dtmf_read (&dtmf, (const guint8 *) "\1\200", 2, 1, FALSE, 0, keys), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/laws", test_laws);
  g_test_add_func ("/media/translation", test_translation);
  g_test_add_func ("/media/rtp", test_rtp);
  g_test_add_func ("/media/stream", test_stream);
  g_test_add_func ("/media/stream-long", test_stream_long);
  g_test_add_func ("/media/latch", test_latch);
  g_test_add_func ("/media/keys", test_keys);
  return g_test_run ();
}
