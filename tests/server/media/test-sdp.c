/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SDP as strangers write it, and offer and answer by RFC 3264. */
#include "common/base/error.h"
#include "server/media/negotiation.h"
#include "server/media/sdp.h"

#include <arpa/inet.h>
#include <string.h>

#define HEAD "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define NONE CS_SDP_NONE

static void
test_parse (void)
{
  static const struct {
    const char *text;
    gboolean valid;
    int audio; /* index */
    guint8 a, u, event;
    CsSdpDirection direction;
  } cases[] = {
    { HEAD "m=audio 4000 RTP/AVP 0 8\r\n", TRUE, 0, 8, 0, NONE, CS_SDP_SENDRECV },
    { HEAD "m=audio 4000 RTP/AVP 96 97 3\na=rtpmap:96 pcma/8000\na=rtpmap:97 "
           "telephone-event/8000\na=sendonly\n",
      TRUE, 0, 96, NONE, 97, CS_SDP_SENDONLY },
    { HEAD "a=inactive\r\nm=audio 4000 RTP/AVP 0\r\n", TRUE, 0, NONE, 0, NONE, CS_SDP_INACTIVE },
    { HEAD "a=inactive\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n", TRUE, 0, NONE, 0, NONE,
      CS_SDP_SENDRECV },
    /* 8 is called something else here; 101 is mapped but not in the list; wide-band events. */
    { HEAD "m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 G722/8000\r\n", TRUE, -1 },
    { HEAD "m=audio 4000 RTP/AVP 8\r\na=rtpmap:101 telephone-event/8000\r\n", TRUE, 0, 8, NONE,
      NONE, CS_SDP_SENDRECV },
    { HEAD "m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/48000\r\n", TRUE, 0, 8, NONE,
      NONE, CS_SDP_SENDRECV },
    { HEAD "m=video 5000 RTP/AVP 96\r\nm=audio 4000 RTP/SAVP 8\r\nm=audio 4002/2 RTP/AVP 8\r\n",
      TRUE, 2, 8, NONE, NONE, CS_SDP_SENDRECV },
    { HEAD "m=audio 0 RTP/AVP 8\r\n", TRUE, -1 },
    { HEAD "m=audio 4000 RTP/AVP 9 18\r\n", TRUE, -1 },
    { HEAD, TRUE, -1 },
    { "v=0\r\nm=audio 4000 RTP/AVP 8\r\n", FALSE },
    { "v=1\r\n", FALSE },
    { "", FALSE },
    { "\r\n", FALSE },
    { "o=- 1 1 IN IP4 192.0.2.1\r\n", FALSE },
    { HEAD "v=0\r\n", FALSE },
    { HEAD "nonsense\r\n", FALSE },
    { HEAD "\r\nm=audio 4000 RTP/AVP 8\r\n", FALSE },
    { HEAD "m=audio 70000 RTP/AVP 8\r\n", FALSE },
    { HEAD "m=audio 4000 RTP/AVP\r\n", FALSE },
    { HEAD "m=audio 4000 RTP/AVP 8  0\r\n", FALSE },
    { HEAD "m=audio 4000 RTP/AVP 128\r\n", FALSE },
    { HEAD "m=audio 4000 RTP/AVP 8\r\na=rtpmap:x PCMA/8000\r\n", FALSE },
    { "v=0\r\nc=IN IP4 media.example.net\r\nm=audio 4000 RTP/AVP 8\r\n", FALSE },
    { "v=0\r\nc=IN IP4 1.2.3.4.5\r\nm=audio 4000 RTP/AVP 8\r\n", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      CsSdp sdp;
      gboolean valid = cs_sdp_parse (cases[i].text, strlen (cases[i].text), &sdp, &error);

      g_test_message ("case %u: %s", i, error != NULL ? error->message : "read");
      g_assert_cmpint (valid, ==, cases[i].valid);
      if (!valid)
        {
          g_assert_true (ct_error_is (error, CT_ERROR_INVALID));
          continue;
        }
      g_assert_cmpint (sdp.audio_index, ==, cases[i].audio);
      if (sdp.audio_index < 0)
        continue;
      g_assert_cmpuint (sdp.audio.law[CS_LAW_A], ==, cases[i].a);
      g_assert_cmpuint (sdp.audio.law[CS_LAW_U], ==, cases[i].u);
      g_assert_cmpuint (sdp.audio.event, ==, cases[i].event);
      g_assert_cmpint (sdp.audio.direction, ==, cases[i].direction);
    }
}

static void
test_bounds (void)
{
  g_autoptr (GString) text = g_string_new (HEAD);
  g_autoptr (GError) error = NULL;
  CsSdp sdp;

  for (int i = 0; i < CS_SDP_MAX_MEDIA + 1; i++)
    g_string_append (text, "m=audio 4000 RTP/AVP 8\r\n");
  g_assert_false (cs_sdp_parse (text->str, text->len, &sdp, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_LIMIT));
  g_clear_error (&error);
  g_string_assign (text, HEAD);
  while (text->len <= CS_SDP_MAX_BYTES)
    g_string_append (text, "a=some attribute that fills the space of a line to make it longer\r\n");
  g_assert_false (cs_sdp_parse (text->str, text->len, &sdp, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_LIMIT));
  g_clear_error (&error);
  g_assert_false (cs_sdp_parse (HEAD "a=\0\r\n", strlen (HEAD) + 5, &sdp, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_INVALID));
}

static void
init (CsNegotiation *negotiation)
{
  struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons (20000) };

  inet_pton (AF_INET, "198.51.100.7", &local.sin_addr);
  cs_negotiation_init (negotiation, &local);
}

static guint
version_of (const char *sdp)
{
  g_auto (GStrv) words = g_strsplit (strstr (sdp, "o="), " ", 4);

  return (guint) atoi (words[2]);
}

static void
test_answer (void)
{
  CsNegotiation negotiation;
  CsAgreement agreement;
  g_autofree char *answer = NULL;

  init (&negotiation);
  g_assert_true (cs_negotiation_answer (
      &negotiation,
      HEAD "a=group:BUNDLE 0\r\nm=video 5000 RTP/AVP 96\r\nm=audio 4000 RTP/AVP 18 0 96 8\r\n"
           "a=rtpmap:96 telephone-event/8000\r\na=candidate:1 1 UDP 1 10.0.0.1 1 typ host\r\n"
           "a=rtcp-mux\r\nm=application 6000 UDP/BFCP *\r\n",
      &answer, &agreement, NULL));
  g_assert_nonnull (strstr (answer, "c=IN IP4 198.51.100.7\r\n"));
  g_assert_nonnull (strstr (answer, "m=video 0 RTP/AVP 96\r\nm=audio 20000 RTP/AVP 8 0 96\r\n"
                                    "a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
                                    "a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\n"
                                    "a=ptime:20\r\na=sendrecv\r\nm=application 0 UDP/BFCP *\r\n"));
  g_assert_null (strstr (answer, "rtcp-mux"));
  g_assert_cmpint (agreement.law, ==, CS_LAW_A);
  g_assert_cmpuint (agreement.send_event, ==, 96);
  g_assert_true (agreement.may_send && agreement.expects);
  g_assert_cmpuint (ntohs (agreement.peer.sin_port), ==, 4000);
}

static void
test_refusals (void)
{
  static const char *const offers[] = {
    HEAD "m=audio 4000 RTP/SAVP 8\r\n",
    HEAD "m=audio 4000 RTP/AVP 18\r\n",
    HEAD,
    "v=0\r\nc=IN IP6 2001:db8::1\r\nm=audio 4000 RTP/AVP 8\r\n",
    "garbage",
  };
  CsNegotiation negotiation;
  CsAgreement agreement;

  for (guint i = 0; i < G_N_ELEMENTS (offers); i++)
    {
      g_autoptr (GError) error = NULL;
      char *answer = NULL;

      init (&negotiation);
      g_assert_false (cs_negotiation_answer (&negotiation, offers[i], &answer, &agreement, &error));
      g_assert_true (ct_error_is (error, CT_ERROR_INVALID));
      g_assert_null (answer);
    }
}

/* What the peer asks, what we want, what is answered and what follows. */
static void
test_directions (void)
{
  static const struct {
    const char *offered;
    CsMediaDirection wish;
    const char *answered;
    gboolean may_send, expects, held;
  } cases[] = {
    { "a=sendrecv", CS_MEDIA_SEND_RECEIVE, "a=sendrecv", TRUE, TRUE, FALSE },
    { "a=sendonly", CS_MEDIA_SEND_RECEIVE, "a=recvonly", FALSE, TRUE, TRUE },
    { "a=recvonly", CS_MEDIA_SEND_RECEIVE, "a=sendonly", TRUE, FALSE, FALSE },
    { "a=inactive", CS_MEDIA_SEND_RECEIVE, "a=inactive", FALSE, FALSE, TRUE },
    { "c=IN IP4 0.0.0.0", CS_MEDIA_SEND_RECEIVE, "a=inactive", FALSE, FALSE, TRUE },
    { "a=sendrecv", CS_MEDIA_SEND_ONLY, "a=sendonly", TRUE, FALSE, FALSE },
    { "a=sendonly", CS_MEDIA_SEND_ONLY, "a=inactive", FALSE, FALSE, TRUE },
    { "a=sendrecv", CS_MEDIA_INACTIVE, "a=inactive", FALSE, FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CsNegotiation negotiation;
      CsAgreement agreement;
      g_autofree char *ours = NULL, *answer = NULL;
      g_autofree char *offer
          = g_strdup_printf (HEAD "m=audio 4000 RTP/AVP 8\r\n%s\r\n", cases[i].offered);

      init (&negotiation);
      ours = cs_negotiation_offer (&negotiation, cases[i].wish);
      g_assert_true (cs_negotiation_answer (&negotiation, offer, &answer, &agreement, NULL));
      g_test_message ("%s: %s", cases[i].offered, answer);
      g_assert_nonnull (strstr (answer, cases[i].answered));
      g_assert_cmpint (agreement.may_send, ==, cases[i].may_send);
      g_assert_cmpint (agreement.expects, ==, cases[i].expects);
      g_assert_cmpint (cs_negotiation_is_held (&negotiation), ==, cases[i].held);
      g_assert_cmpuint (version_of (answer), ==, version_of (ours) + 1);
    }
}

static void
test_offer (void)
{
  CsNegotiation negotiation;
  CsAgreement agreement;
  g_autofree char *offer = NULL, *again = NULL;

  init (&negotiation);
  offer = cs_negotiation_offer (&negotiation, CS_MEDIA_SEND_RECEIVE);
  g_assert_nonnull (strstr (offer, "m=audio 20000 RTP/AVP 8 0 101\r\n"));
  g_assert_true (cs_negotiation_accept (
      &negotiation,
      HEAD "m=audio 4000 RTP/AVP 0 97\r\na=rtpmap:97 telephone-event/8000\r\na=recvonly\r\n",
      &agreement, NULL));
  g_assert_cmpint (agreement.law, ==, CS_LAW_U);
  g_assert_cmpuint (agreement.send_event, ==, 97);
  g_assert_cmpuint (agreement.take_event, ==, 101);
  g_assert_true (agreement.may_send && !agreement.expects);
  again = cs_negotiation_offer (&negotiation, CS_MEDIA_SEND_ONLY);
  g_assert_nonnull (strstr (again, "a=sendonly\r\n"));
  g_assert_cmpuint (version_of (again), ==, version_of (offer) + 1);
  g_assert_false (cs_negotiation_accept (&negotiation, HEAD, &agreement, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sdp/parse", test_parse);
  g_test_add_func ("/sdp/bounds", test_bounds);
  g_test_add_func ("/sdp/answer", test_answer);
  g_test_add_func ("/sdp/refusals", test_refusals);
  g_test_add_func ("/sdp/directions", test_directions);
  g_test_add_func ("/sdp/offer", test_offer);
  return g_test_run ();
}
