/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What strangers send: scanners, floods, broken messages; and the limits of those we know. After each,
 * the house still answers. */
#include "peer.h"

#include <string.h>

static void
alive (House *house)
{
  g_autoptr (Peer) phone = peer_new (house, PHONE_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (phone, "anna", "anna");
  g_autofree char *ok = register_phone (dialog, "anna", NULL);
}

static guint64
dropped (House *house)
{
  CsSipCounts counts;

  cs_sip_get_counts (house->sip, &counts);
  return counts.dropped;
}

static void
test_stranger (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) stranger = peer_new (house, STRANGER_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (stranger, "100", "+31880001");
  g_autoptr (Dialog) hang_up = dialog_new (stranger, "100", "+31880001");
  g_autofree char *unknown = NULL;

  dialog_request (dialog, "INVITE", NULL, SDP);
  peer_expect_nothing (stranger);
  house_expect_none (house);
  g_assert_cmpuint (dropped (house), ==, 1);
  hang_up->remote = (g_free (hang_up->remote), g_strdup ("<sip:x@y>;tag=1"));
  dialog_request (hang_up, "BYE", NULL, NULL);
  unknown = peer_expect (stranger, "SIP/2.0 481");
  alive (house);
}

static void
test_stranger_refused (void)
{
  g_autoptr (House) house = house_new (&(CsSipConfig){ .refuse_unknown = TRUE }, FALSE);
  g_autoptr (Peer) stranger = peer_new (house, STRANGER_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (stranger, "100", "+31880001");
  g_autofree char *refusal = NULL;

  dialog_request (dialog, "INVITE", NULL, SDP);
  refusal = peer_expect (stranger, "SIP/2.0 403");
}

static void
test_too_fast (void)
{
  g_autoptr (House) house
      = house_new (&(CsSipConfig){ .source_rate = 1, .source_burst = 10 }, TRUE);
  g_autoptr (Peer) stranger = peer_new (house, STRANGER_IP, FALSE);
  g_autofree char *again = NULL;
  g_autoptr (Dialog) last = dialog_new (stranger, "x", "y");

  for (int i = 0; i < 30; i++)
    {
      g_autoptr (Dialog) dialog = dialog_new (stranger, "x", "y");

      dialog_request (dialog, "OPTIONS", NULL, NULL);
      if (i < 10)
        g_free (peer_expect (stranger, "SIP/2.0 200"));
    }
  /* Others are not disturbed, and it may speak again later. */
  alive (house);
  g_assert_cmpuint (dropped (house), ==, 20);
  house_advance (house, 5);
  dialog_request (last, "OPTIONS", NULL, NULL);
  again = peer_expect (stranger, "SIP/2.0 200");
}

static CsSipTrunk *
small_trunk (void)
{
  CsSipTrunk *trunk = cs_sip_trunk_new (TRUNK_ID, TENANT_ID, "small", TRUNK_IP);

  trunk->max_calls = 3;
  trunk->max_calls_per_second = 2;
  return trunk;
}

static void
test_trunk_limits (void)
{
  g_autoptr (House) house = house_new_full (NULL, TRUE, small_trunk ());
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  static const gboolean admitted[] = { TRUE, TRUE, FALSE, TRUE, FALSE };

  for (guint i = 0; i < G_N_ELEMENTS (admitted); i++)
    {
      g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
      g_autofree char *response = NULL;

      if (i == 3)
        house_advance (house, 1);
      dialog_request (dialog, "INVITE", NULL, SDP);
      response = peer_expect (trunk, admitted[i] ? "SIP/2.0 100" : "SIP/2.0 503");
      if (admitted[i])
        cs_sip_event_free (house_expect (house, CS_SIP_INCOMING));
      else
        {
          g_autofree char *later = header_of (response, "Retry-After");

          g_assert_nonnull (later);
        }
    }
  house_expect_none (house);
}

static void
test_stopping (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) running = dialog_new (trunk, "0201", "0880001");
  g_autoptr (Dialog) late = dialog_new (trunk, "0202", "0880001");
  g_autoptr (CsSipEvent) event = NULL;
  g_autofree char *refusal = NULL;
  g_autofree char *ringing = NULL;

  dialog_request (running, "INVITE", NULL, SDP);
  event = house_expect (house, CS_SIP_INCOMING);
  cs_sip_stop (house->sip);
  house_settle (house);
  dialog_request (late, "INVITE", NULL, SDP);
  refusal = peer_expect (trunk, "SIP/2.0 503");
  house->port->ring (house->port->self, event->leg);
  ringing = peer_expect (trunk, "SIP/2.0 180");
  alive (house);
}

/* A phone calls: challenged, then known by its user. */
static void
phone_calls (const char *ip, gboolean stream)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) phone = peer_new (house, ip, stream);
  g_autoptr (Dialog) registration = dialog_new (phone, "anna", "anna");
  g_autoptr (Dialog) call = dialog_new (phone, "whoever", "500");
  g_autofree char *ok = register_phone (registration, "anna", NULL);
  g_autofree char *challenge = NULL;
  g_autofree char *line = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *bye = NULL;
  g_autoptr (CsSipEvent) registered = house_expect (house, CS_SIP_REGISTERED);
  g_autoptr (CsSipEvent) event = NULL;
  g_autoptr (CsSipEvent) confirmed = NULL;
  g_autoptr (CsSipEvent) ended = NULL;

  dialog_request (call, "INVITE", NULL, SDP);
  challenge = peer_expect (phone, "SIP/2.0 401");
  dialog_take_tag (call, challenge);
  dialog_same_transaction (call, "ACK");
  call->remote = (g_free (call->remote), g_strdup ("<sip:500@" REALM ">"));
  line = digest_line (challenge, "anna", SECRET, "INVITE", call->uri, 1);
  dialog_request (call, "INVITE", line, SDP);
  event = house_expect (house, CS_SIP_INCOMING);
  g_assert_cmpint (event->user, ==, USER_ID);
  g_assert_cmpint (event->trunk, ==, CT_ID_NONE);
  g_assert_cmpstr (event->called, ==, "500");
  house->port->answer (house->port->self, event->leg, SDP);
  answer = peer_expect (phone, "SIP/2.0 200");
  dialog_ack (call, answer, NULL);
  confirmed = house_expect (house, CS_SIP_CONFIRMED);
  house->port->hang_up (house->port->self, event->leg, CS_CAUSE_NORMAL);
  bye = peer_expect (phone, "BYE ");
  peer_respond (phone, bye, "200 OK", NULL, NULL, NULL);
  ended = house_expect (house, CS_SIP_ENDED);
}

static void
test_phone_calls (void)
{
  phone_calls (PHONE_IP, FALSE);
  /* On the same machine as the trunk. */
  phone_calls (TRUNK_IP, FALSE);
}

static void
test_phone_calls_over_tcp (void)
{
  phone_calls (PHONE_IP, TRUE);
}

#define HEAD                                                                                       \
  "Via: SIP/2.0/UDP 127.0.0.2:5060;branch=z9hG4bKm%d;rport\r\nFrom: <sip:a@b>;tag=1\r\n"           \
  "To: <sip:c@d>\r\nCall-ID: m%d\r\nCSeq: 1 "

static const char *const broken[] = {
  "",
  "\r\n",
  "\r\n\r\n\r\n\r\n",
  "INVITE",
  "INVITE sip:x@y SIP/2.0\r\n",
  "INVITE sip:x@y SIP/2.0\r\n\r\n",
  "INVITE sip:x@y SIP/7.0\r\n" HEAD "INVITE\r\n\r\n",
  "SIP/2.0 200 OK\r\n\r\n",
  "SIP/2.0 999999 Huh\r\n" HEAD "INVITE\r\n\r\n",
  "INVITE sip:x@y SIP/2.0\r\n" HEAD "BYE\r\n\r\n",
  "INVITE sip:x@y SIP/2.0\r\n" HEAD "INVITE\r\nContent-Length: 99999\r\n\r\nv=0",
  "INVITE sip:x@y SIP/2.0\r\n" HEAD "INVITE\r\nContent-Length: -1\r\n\r\nv=0",
  "INVITE sip:x@y SIP/2.0\r\n" HEAD "INVITE\r\nContact: <sip:[::1@@]>\r\n\r\n",
  "INVITE sip:x@y SIP/2.0\r\n" HEAD "INVITE\r\nContact: *\r\n\r\n",
  "INVITE sip:x@y SIP/2.0\r\n" HEAD "INVITE\r\nMax-Forwards: 0\r\n\r\n",
  "INVITE sip:x@y SIP/2.0\r\n" HEAD "INVITE\r\nMax-Forwards: many\r\n\r\n",
  "INVITE sip:x@y SIP/2.0\r\n" HEAD "INVITE\r\nContact: <sip:evil.invalid;maddr=1.2.3.4>\r\n"
  "Record-Route: <sip:evil.invalid>\r\n\r\n",
  "INVITE sip:x@y SIP/2.0\r\n" HEAD "INVITE\r\nRequire: everything\r\n\r\n",
  "INVITE tel:+31880001 SIP/2.0\r\n" HEAD "INVITE\r\n\r\n",
  "INVITE * SIP/2.0\r\n" HEAD "INVITE\r\n\r\n",
  "INVITE mailto:x@y SIP/2.0\r\n" HEAD "INVITE\r\n\r\n",
  "INVITE sip:%%00%%ff@y SIP/2.0\r\n" HEAD "INVITE\r\n\r\n",
  "REGISTER sip:x SIP/2.0\r\n" HEAD "REGISTER\r\nAuthorization: Digest\r\n\r\n",
  "REGISTER sip:x SIP/2.0\r\n" HEAD
  "REGISTER\r\nAuthorization: Digest realm=\"centrale.test\"\r\n\r\n",
  "REGISTER sip:x SIP/2.0\r\n" HEAD "REGISTER\r\nAuthorization: Digest realm=\"centrale.test\", "
  "username=\"anna\", nonce=\"\", uri=\"\", response=\"\", qop=auth, nc=zz, cnonce=\"\"\r\n\r\n",
  "REGISTER sip:x SIP/2.0\r\n" HEAD "REGISTER\r\nContact: *\r\nExpires: 4\r\n\r\n",
  "CANCEL sip:x@y SIP/2.0\r\n" HEAD "CANCEL\r\n\r\n",
  "ACK sip:x@y SIP/2.0\r\n" HEAD "ACK\r\n\r\n",
  "BYE sip:x@y SIP/2.0\r\n" HEAD "BYE\r\n\r\n",
  "PRACK sip:x@y SIP/2.0\r\n" HEAD "PRACK\r\nRAck: 1 1 INVITE\r\n\r\n",
  "UPDATE sip:x@y SIP/2.0\r\n" HEAD "UPDATE\r\n\r\n",
  "INFO sip:x@y SIP/2.0\r\n" HEAD "INFO\r\n\r\n",
  "SUBSCRIBE sip:x@y SIP/2.0\r\n" HEAD "SUBSCRIBE\r\nEvent: presence\r\n\r\n",
  "NOTIFY sip:x@y SIP/2.0\r\n" HEAD "NOTIFY\r\nEvent: x\r\nSubscription-State: active\r\n\r\n",
  "MESSAGE sip:x@y SIP/2.0\r\n" HEAD "MESSAGE\r\nContent-Type: text/plain\r\n\r\nhello",
  "PUBLISH sip:x@y SIP/2.0\r\n" HEAD "PUBLISH\r\nEvent: presence\r\n\r\n",
  "REFER sip:x@y SIP/2.0\r\n" HEAD "REFER\r\nRefer-To: <sip:z@evil.invalid>\r\n\r\n",
  "FROBNICATE sip:x@y SIP/2.0\r\n" HEAD "FROBNICATE\r\n\r\n",
  "OPTIONS sip:x@y SIP/2.0\r\n" HEAD
  "OPTIONS\r\nVia: SIP/2.0/UDP evil.invalid;maddr=evil.invalid\r\n\r\n",
};

static void
test_malformed (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  static const char valid[] = "INVITE sip:0880001@127.0.0.1 SIP/2.0\r\n"
                              "Via: SIP/2.0/UDP 127.0.0.2;branch=z9hG4bKv;rport\r\n"
                              "From: <sip:0201@x>;tag=1\r\nTo: <sip:0880001@y>\r\nCall-ID: v\r\n"
                              "CSeq: 1 INVITE\r\nContact: <sip:me@127.0.0.2>\r\n"
                              "Content-Type: application/sdp\r\n\r\n" SDP;
  GRand *random = g_rand_new_with_seed (7);

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GString) text = g_string_new (broken[i]);
      g_autofree char *number = g_strdup_printf ("%u", i);

      g_string_replace (text, "%d", number, 0);
      g_string_replace (text, "%%", "%", 0);
      peer_send (trunk, text->str);
    }
  for (int i = 0; i < 300; i++)
    {
      g_autofree char *mutant = g_memdup2 (valid, sizeof valid - 1);

      for (int k = 0; k < 4; k++)
        mutant[g_rand_int_range (random, 0, sizeof valid - 1)] = (char) g_rand_int (random);
      peer_send_bytes (trunk, mutant, (gsize) g_rand_int_range (random, 1, sizeof valid));
    }
  g_rand_free (random);
  alive (house);
}

/* The same over TCP, a connection each. */
static void
test_malformed_streams (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (Peer) peer = peer_new (house, STRANGER_IP, TRUE);

      peer_send (peer, broken[i]);
    }
  alive (house);
}

/* Too many connections: the silent ones go, the registered phone's stays. */
static void
test_connections (void)
{
  g_autoptr (House) house = house_new (&(CsSipConfig){ .max_connections = 5 }, TRUE);
  g_autoptr (Peer) phone = peer_new (house, PHONE_IP, TRUE);
  g_autoptr (Dialog) dialog = dialog_new (phone, "anna", "anna");
  g_autoptr (GPtrArray) idle = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_free);
  g_autofree char *ok = register_phone (dialog, "anna", NULL);
  g_autofree char *again = NULL;
  CsSipCounts counts = { 0 };
  guint closed = 0;

  for (int i = 0; i < 20; i++)
    g_ptr_array_add (idle, peer_new (house, STRANGER_IP, TRUE));
  /* All are accepted when the last one is answered. */
  for (guint i = 0; i < idle->len; i++)
    {
      g_autoptr (Dialog) probe = dialog_new (g_ptr_array_index (idle, i), "x", "y");

      dialog_request (probe, "OPTIONS", NULL, NULL);
      g_free (peer_expect (probe->peer, "SIP/2.0 200"));
    }
  house_advance (house, 3);
  for (int i = 0; i < 100 && counts.connections != 5; i++)
    {
      house_advance (house, 1);
      cs_sip_get_counts (house->sip, &counts);
    }
  g_assert_cmpuint (counts.connections, ==, 5);
  for (guint i = 0; i < idle->len; i++)
    closed += peer_is_closed (g_ptr_array_index (idle, i));
  g_assert_cmpuint (closed, ==, 16);
  again = register_phone (dialog, "anna", NULL);
}

/* A device that was taken away is no longer called. */
static void
test_device_removed (void)
{
  g_autoptr (House) house = house_new (NULL, TRUE);
  g_autoptr (CsSipEvent) came = NULL;
  g_autoptr (CsSipEvent) went = NULL;

  alive (house);
  came = house_expect (house, CS_SIP_REGISTERED);
  cs_sip_directory_set (house->directory, g_ptr_array_new ());
  for (int i = 0; i < 10 && g_async_queue_length (house->events) == 0; i++)
    house_advance (house, 1);
  went = house_expect (house, CS_SIP_UNREGISTERED);
}

/* Without a Contact there is no place for a BYE, and the stack would resolve the name in From. */
static void
test_no_contact (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autofree char *refusal = NULL;

  peer_send (trunk, "INVITE sip:0880001@127.0.0.1 SIP/2.0\r\n"
                    "Via: SIP/2.0/UDP 127.0.0.2;branch=z9hG4bKn;rport\r\n"
                    "From: <sip:0201@evil.invalid>;tag=1\r\nTo: <sip:0880001@y>\r\n"
                    "Call-ID: n\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
                    "Content-Length: 0\r\n\r\n");
  refusal = peer_expect (trunk, "SIP/2.0 400");
  house_expect_none (house);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sip/hostile/stranger", test_stranger);
  g_test_add_func ("/sip/hostile/stranger-refused", test_stranger_refused);
  g_test_add_func ("/sip/hostile/too-fast", test_too_fast);
  g_test_add_func ("/sip/hostile/trunk-limits", test_trunk_limits);
  g_test_add_func ("/sip/hostile/stopping", test_stopping);
  g_test_add_func ("/sip/phone/calls", test_phone_calls);
  g_test_add_func ("/sip/phone/calls-over-tcp", test_phone_calls_over_tcp);
  g_test_add_func ("/sip/hostile/malformed", test_malformed);
  g_test_add_func ("/sip/hostile/malformed-streams", test_malformed_streams);
  g_test_add_func ("/sip/hostile/no-contact", test_no_contact);
  g_test_add_func ("/sip/hostile/connections", test_connections);
  g_test_add_func ("/sip/phone/device-removed", test_device_removed);
  return g_test_run ();
}
