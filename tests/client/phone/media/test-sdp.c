/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offers and answers as strangers write them. */
#include "client/phone/media/sdp.h"

#include <string.h>

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

static void
test_parse (void)
{
  static const struct {
    const char *what;
    const char *text;
    int codec; /* CD_CODEC_NONE: refused */
    int event;
    CdSdpDirection direction;
    const char *address;
    guint port;
  } cases[] = {
    { "the peer's first choice",
      HEAD "m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n", 0, 101,
      CD_SDP_SEND_RECEIVE, "192.0.2.1", 4000 },
    { "an unknown codec first", HEAD "m=audio 4000 RTP/AVP 9 96 8\r\na=rtpmap:96 opus/48000/2\r\n",
      8, -1, CD_SDP_SEND_RECEIVE, "192.0.2.1", 4000 },
    { "line feeds only, own address, hold",
      "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nt=0 0\nm=audio 6 RTP/AVP 8\nc=IN IP4 "
      "192.0.2.9\na=sendonly\n",
      8, -1, CD_SDP_SEND_ONLY, "192.0.2.9", 6 },
    { "old hold", "v=0\nc=IN IP4 0.0.0.0\nm=audio 6 RTP/AVP 8\n", 8, -1, CD_SDP_SEND_ONLY,
      "0.0.0.0", 6 },
    { "direction of the session", HEAD "a=inactive\r\nm=audio 6 RTP/AVP 8\r\n", 8, -1,
      CD_SDP_INACTIVE, "192.0.2.1", 6 },
    { "video's direction is not the audio's",
      HEAD "m=audio 6 RTP/AVP 8\r\nm=video 8 RTP/AVP 96\r\na=sendonly\r\n", 8, -1,
      CD_SDP_SEND_RECEIVE, "192.0.2.1", 6 },
    { "no common codec", HEAD "m=audio 6 RTP/AVP 9\r\n", CD_CODEC_NONE },
    { "encrypted only", HEAD "m=audio 6 RTP/SAVP 8\r\n", CD_CODEC_NONE },
    { "switched off", HEAD "m=audio 0 RTP/AVP 8\r\n", CD_CODEC_NONE },
    { "port too high", HEAD "m=audio 65536 RTP/AVP 8\r\n", CD_CODEC_NONE },
    { "payload too high", HEAD "m=audio 6 RTP/AVP 128\r\n", CD_CODEC_NONE },
    { "a name, not an address", "v=0\nc=IN IP4 media.example\nm=audio 6 RTP/AVP 8\n",
      CD_CODEC_NONE },
    { "no address", "v=0\nm=audio 6 RTP/AVP 8\n", CD_CODEC_NONE },
    { "not SDP", "hello", CD_CODEC_NONE },
    { "empty", "", CD_CODEC_NONE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (CdSdp) sdp = { 0 };
      g_autoptr (GError) error = NULL;
      gboolean good = cd_sdp_parse (cases[i].text, &sdp, &error);

      g_test_message ("%s", cases[i].what);
      g_assert_cmpint (good, ==, cases[i].codec != CD_CODEC_NONE);
      if (!good)
        {
          g_assert_true (ct_error_is (error, CT_ERROR_INVALID));
          continue;
        }
      g_assert_cmpint (sdp.codec, ==, cases[i].codec);
      g_assert_cmpint (sdp.event, ==, cases[i].event);
      g_assert_cmpint (sdp.direction, ==, cases[i].direction);
      g_assert_cmpstr (sdp.address, ==, cases[i].address);
      g_assert_cmpint (sdp.port, ==, cases[i].port);
    }
}

static void
test_answer (void)
{
  g_auto (CdSdp) offer = { 0 }, back = { 0 };
  g_autofree char *text = NULL;

  g_assert_true (cd_sdp_parse (HEAD "m=video 8 RTP/AVP 96\r\nm=audio 6 RTP/AVP 0 8 97\r\n"
                                    "a=rtpmap:97 telephone-event/8000\r\n",
                               &offer, NULL));
  text = cd_sdp_write ("198.51.100.7", 7000, 1, 1, CD_SDP_RECEIVE_ONLY, &offer);
  g_assert_nonnull (strstr (text, "m=video 0 RTP/AVP 96\r\nm=audio 7000 RTP/AVP 0 97\r\n"));
  g_assert_true (cd_sdp_parse (text, &back, NULL));
  g_assert_cmpint (back.event, ==, 97);
  g_assert_cmpint (back.direction, ==, CD_SDP_RECEIVE_ONLY);
}

static void
test_directions (void)
{
#define A cd_sdp_answer_direction
  g_assert_cmpint (A (CD_SDP_SEND_RECEIVE, CD_SDP_SEND_RECEIVE), ==, CD_SDP_SEND_RECEIVE);
  g_assert_cmpint (A (CD_SDP_SEND_ONLY, CD_SDP_SEND_RECEIVE), ==, CD_SDP_RECEIVE_ONLY);
  g_assert_cmpint (A (CD_SDP_SEND_ONLY, CD_SDP_SEND_ONLY), ==, CD_SDP_INACTIVE);
  g_assert_cmpint (A (CD_SDP_RECEIVE_ONLY, CD_SDP_SEND_RECEIVE), ==, CD_SDP_SEND_ONLY);
  g_assert_cmpint (A (CD_SDP_INACTIVE, CD_SDP_SEND_RECEIVE), ==, CD_SDP_INACTIVE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sdp/parse", test_parse);
  g_test_add_func ("/sdp/answer", test_answer);
  g_test_add_func ("/sdp/directions", test_directions);
  return g_test_run ();
}
