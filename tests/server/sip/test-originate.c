/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that go out: to the phones of a user, forked, and over a trunk. */
#include "peer.h"

#include <string.h>

#define LEG ((CsLegId) 4711)
#define CALL ((CtId) 815)

static const CsSipTarget to_user = { .kind = CS_SIP_TO_USER,
                                     .user = USER_ID,
                                     .caller = "+31201234567",
                                     .display_name = "The \"best\"\r\nBakery",
                                     .call = CALL };
static const CsSipTarget to_trunk = { .kind = CS_SIP_TO_TRUNK,
                                      .trunk = TRUNK_ID,
                                      .number = "+31612345678",
                                      .caller = "+31880001",
                                      .call = CALL };

static void
phone_registered (House *house, Peer *phone, const char *user)
{
  g_autoptr (Dialog) dialog = dialog_new (phone, user, user);
  g_autofree char *ok = register_phone (dialog, user, NULL);

  cs_sip_event_free (house_expect (house, CS_SIP_REGISTERED));
}

static void
ended (House *house, CsCause cause, int status)
{
  g_autoptr (CsSipEvent) event = house_expect (house, CS_SIP_ENDED);

  g_assert_cmpint (event->leg, ==, LEG);
  g_assert_cmpint (event->cause, ==, cause);
  g_assert_cmpint (event->status, ==, status);
}

static void
progressed (House *house, int status)
{
  g_autoptr (CsSipEvent) event = house_expect (house, CS_SIP_PROGRESS);

  g_assert_cmpint (event->leg, ==, LEG);
  g_assert_cmpint (event->status, ==, status);
}

static void
test_nobody (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);

  house->port->originate (house->port->self, LEG, &to_user, SDP);
  ended (house, CS_CAUSE_UNREACHABLE, 480);
}

static void
test_answered (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) phone = peer_new (house, PHONE_IP, FALSE);
  g_autoptr (Dialog) dialog = NULL;
  g_autoptr (CsSipEvent) answered = NULL;
  g_autofree char *invite = NULL;
  g_autofree char *ack = NULL;
  g_autofree char *header = NULL;
  g_autofree char *from = NULL;
  g_autofree char *ok = NULL;

  phone_registered (house, phone, "anna");
  house->port->originate (house->port->self, LEG, &to_user, SDP);
  invite = peer_expect (phone, "INVITE sip:me@" PHONE_IP);
  header = header_of (invite, "X-Centrale-Call");
  g_assert_cmpstr (header, ==, ct_id_text (CALL).text);
  from = header_of (invite, "From");
  g_assert_true (
      g_str_has_prefix (from, "\"The \\\"best\\\"Bakery\" <sip:+31201234567@" REALM ">"));
  g_assert_cmpstr (body_of (invite), ==, SDP);
  peer_respond (phone, invite, "180 Ringing", "callee", NULL, NULL);
  progressed (house, 180);
  /* Its Contact is a name: nobody resolves it, the ACK goes where the answer came from. */
  peer_respond (phone, invite, "200 OK", "callee", NULL, SDP);
  answered = house_expect (house, CS_SIP_ANSWERED);
  g_assert_cmpstr (answered->sdp, ==, SDP);
  ack = peer_expect (phone, "ACK sip:me@" PHONE_IP);
  dialog = dialog_new_incoming (phone, invite);
  dialog_request (dialog, "BYE", NULL, NULL);
  ok = peer_expect (phone, "SIP/2.0 200");
  ended (house, CS_CAUSE_NORMAL, 0);
  house_expect_none (house);
}

static void
test_refused (void)
{
  static const struct {
    const char *status;
    CsCause cause;
    int seen;
  } rows[] = {
    { "486 Busy Here", CS_CAUSE_BUSY, 486 },   { "603 Decline", CS_CAUSE_REFUSED, 603 },
    { "480 Away", CS_CAUSE_NO_ANSWER, 480 },   { "404 Not Found", CS_CAUSE_UNREACHABLE, 404 },
    { "500 Oops", CS_CAUSE_UNREACHABLE, 500 }, { "302 Moved", CS_CAUSE_REFUSED, 302 },
    { "401 Who", CS_CAUSE_REFUSED, 401 },      { "488 No", CS_CAUSE_REFUSED, 488 },
  };
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) phone = peer_new (house, PHONE_IP, FALSE);

  phone_registered (house, phone, "anna");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *invite = NULL;
      g_autofree char *ack = NULL;

      house->port->originate (house->port->self, LEG, &to_user, SDP);
      invite = peer_expect (phone, "INVITE ");
      peer_respond (phone, invite, rows[i].status, "callee", NULL, NULL);
      ack = peer_expect (phone, "ACK ");
      ended (house, rows[i].cause, rows[i].seen);
    }
  house_expect_none (house);
}

static void
test_given_up (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) phone = peer_new (house, PHONE_IP, FALSE);
  g_autofree char *invite = NULL;
  g_autofree char *cancel = NULL;
  g_autofree char *ack = NULL;

  phone_registered (house, phone, "anna");
  house->port->originate (house->port->self, LEG, &to_user, SDP);
  invite = peer_expect (phone, "INVITE ");
  peer_respond (phone, invite, "180 Ringing", "callee", NULL, NULL);
  progressed (house, 180);
  house->port->hang_up (house->port->self, LEG, CS_CAUSE_NO_ANSWER);
  ended (house, CS_CAUSE_NO_ANSWER, 487);
  cancel = peer_expect (phone, "CANCEL ");
  peer_respond (phone, cancel, "200 OK", "callee", NULL, NULL);
  peer_respond (phone, invite, "487 Terminated", "callee", NULL, NULL);
  ack = peer_expect (phone, "ACK ");
  house_expect_none (house);
}

/* The phone answers as we cancel: the answer is acknowledged and ended. */
static void
test_crossed (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) phone = peer_new (house, PHONE_IP, FALSE);
  g_autofree char *invite = NULL;
  g_autofree char *cancel = NULL;
  g_autofree char *ack = NULL;
  g_autofree char *bye = NULL;

  phone_registered (house, phone, "anna");
  house->port->originate (house->port->self, LEG, &to_user, SDP);
  invite = peer_expect (phone, "INVITE ");
  peer_respond (phone, invite, "180 Ringing", "callee", NULL, NULL);
  progressed (house, 180);
  house->port->hang_up (house->port->self, LEG, CS_CAUSE_NO_ANSWER);
  cancel = peer_expect (phone, "CANCEL ");
  peer_respond (phone, invite, "200 OK", "callee", NULL, SDP);
  ack = peer_expect (phone, "ACK ");
  bye = peer_expect (phone, "BYE ");
  peer_respond (phone, bye, "200 OK", NULL, NULL, NULL);
  ended (house, CS_CAUSE_NO_ANSWER, 487);
  house_expect_none (house);
}

static void
test_forked (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) first = peer_new (house, PHONE_IP, FALSE);
  g_autoptr (Peer) second = peer_new (house, "127.0.0.4", FALSE);
  g_autoptr (Peer) third = peer_new (house, "127.0.0.5", FALSE);
  g_autoptr (CsSipEvent) answered = NULL;
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *three = NULL;
  g_autofree char *cancel = NULL;
  g_autofree char *bye = NULL;

  phone_registered (house, first, "anna");
  phone_registered (house, second, "bert");
  phone_registered (house, third, "bert");
  house->port->originate (house->port->self, LEG, &to_user, SDP);
  one = peer_expect (first, "INVITE ");
  two = peer_expect (second, "INVITE ");
  three = peer_expect (third, "INVITE ");
  peer_respond (first, one, "180 Ringing", "one", NULL, NULL);
  progressed (house, 180);
  /* One that is busy does not end it for the others. */
  peer_respond (third, three, "486 Busy Here", "three", NULL, NULL);
  peer_respond (second, two, "200 OK", "two", NULL, SDP);
  answered = house_expect (house, CS_SIP_ANSWERED);
  cancel = peer_expect (first, "CANCEL ");
  peer_respond (first, cancel, "200 OK", "one", NULL, NULL);
  peer_respond (first, one, "487 Terminated", "one", NULL, NULL);
  house->port->hang_up (house->port->self, LEG, CS_CAUSE_NORMAL);
  ended (house, CS_CAUSE_NORMAL, 0);
  bye = peer_expect (second, "BYE ");
  peer_respond (second, bye, "200 OK", NULL, NULL, NULL);
  house_expect_none (house);
}

static void
test_over_tcp (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) phone = peer_new (house, PHONE_IP, TRUE);
  g_autoptr (CsSipEvent) answered = NULL;
  g_autofree char *invite = NULL;
  g_autofree char *ack = NULL;
  g_autofree char *bye = NULL;

  /* Keepalives of RFC 5626 between messages. */
  peer_send (phone, "\r\n\r\n");
  phone_registered (house, phone, "anna");
  house->port->originate (house->port->self, LEG, &to_user, SDP);
  invite = peer_expect (phone, "INVITE ");
  peer_respond (phone, invite, "200 OK", "callee", NULL, SDP);
  answered = house_expect (house, CS_SIP_ANSWERED);
  ack = peer_expect (phone, "ACK ");
  house->port->hang_up (house->port->self, LEG, CS_CAUSE_NORMAL);
  bye = peer_expect (phone, "BYE ");
  peer_respond (phone, bye, "200 OK", NULL, NULL, NULL);
  ended (house, CS_CAUSE_NORMAL, 0);
}

/* A trunk that is listened for at @peer's own port. */
static House *
house_with_trunk (Peer **peer, void (*set_up) (CsSipTrunk *))
{
  CsSipTrunk *trunk = cs_sip_trunk_new (TRUNK_ID, TENANT_ID, "test", TRUNK_IP);
  House *house;
  Peer *bound = peer_new (NULL, TRUNK_IP, FALSE);

  trunk->country = g_strdup ("31");
  trunk->allowed = g_strdupv ((char *[]){ (char *) "+31", NULL });
  trunk->port = bound->port;
  if (set_up != NULL)
    set_up (trunk);
  house = house_new_full (NULL, TRUE, trunk);
  peer_join (bound, house);
  *peer = bound;
  return house;
}

static void
test_trunk (void)
{
  Peer *peer = NULL;
  g_autoptr (House) house = house_with_trunk (&peer, NULL);
  g_autoptr (Peer) owned G_GNUC_UNUSED = peer;
  g_autoptr (Dialog) back = dialog_new (peer, "0880001", "0612345678");
  g_autoptr (Dialog) stripped = dialog_new (peer, "0880001", "0612345678");
  g_autoptr (Dialog) other = dialog_new (peer, "0880009", "0612345678");
  g_autoptr (CsSipEvent) looped = NULL;
  g_autoptr (CsSipEvent) guessed = NULL;
  g_autoptr (CsSipEvent) strange = NULL;
  g_autofree char *invite = NULL;
  g_autofree char *loop = NULL;
  g_autofree char *line = NULL;
  CsSipTarget abroad = to_trunk;

  house->port->originate (house->port->self, LEG, &to_trunk, SDP);
  invite = peer_expect (peer, "INVITE sip:+31612345678@" TRUNK_IP);
  loop = header_of (invite, "X-Centrale-Loop");
  line = g_strdup_printf ("X-Centrale-Loop: %s\r\n", loop);
  dialog_request (back, "INVITE", line, SDP);
  looped = house_expect (house, CS_SIP_INCOMING);
  g_assert_cmpint (looped->from_call, ==, CALL);
  dialog_request (stripped, "INVITE", NULL, SDP);
  guessed = house_expect (house, CS_SIP_INCOMING);
  g_assert_cmpint (guessed->from_call, ==, CALL);
  dialog_request (other, "INVITE", "X-Centrale-Loop: 00-0000000000001\r\n", SDP);
  strange = house_expect (house, CS_SIP_INCOMING);
  g_assert_cmpint (strange->from_call, ==, CT_ID_NONE);
  peer_respond (peer, invite, "486 Busy", "callee", NULL, NULL);
  ended (house, CS_CAUSE_BUSY, 486);

  abroad.number = "+39061234";
  house->port->originate (house->port->self, LEG, &abroad, SDP);
  ended (house, CS_CAUSE_REFUSED, 403);
  abroad.number = "+31x@evil.invalid";
  house->port->originate (house->port->self, LEG, &abroad, SDP);
  ended (house, CS_CAUSE_REFUSED, 403);
  abroad.trunk = 1;
  house->port->originate (house->port->self, LEG, &abroad, SDP);
  ended (house, CS_CAUSE_UNREACHABLE, 503);
}

static void
with_secret (CsSipTrunk *trunk)
{
  trunk->user = g_strdup ("us");
  trunk->secret = g_strdup ("them");
  trunk->max_calls = 1;
}

static void
test_trunk_digest (void)
{
  Peer *peer = NULL;
  g_autoptr (House) house = house_with_trunk (&peer, with_secret);
  g_autoptr (Peer) owned G_GNUC_UNUSED = peer;
  g_autoptr (CsSipEvent) answered = NULL;
  g_autoptr (CsSipEvent) full = NULL;
  g_autofree char *invite = NULL;
  g_autofree char *again = NULL;
  g_autofree char *line = NULL;

  house->port->originate (house->port->self, LEG, &to_trunk, SDP);
  invite = peer_expect (peer, "INVITE ");
  peer_respond (peer, invite, "407 Proxy Authentication Required", "x",
                "Proxy-Authenticate: Digest realm=\"prov\", nonce=\"n1\", qop=\"auth\"\r\n", NULL);
  again = peer_expect (peer, "INVITE ");
  line = header_of (again, "Proxy-Authorization");
  g_assert_nonnull (strstr (line, "username=\"us\""));
  peer_respond (peer, again, "200 OK", "y", NULL, SDP);
  answered = house_expect (house, CS_SIP_ANSWERED);
  house->port->originate (house->port->self, LEG + 1, &to_trunk, SDP);
  full = house_expect (house, CS_SIP_ENDED);
  g_assert_cmpint (full->leg, ==, LEG + 1);
  g_assert_cmpint (full->status, ==, 503);
}

static void
with_registration (CsSipTrunk *trunk)
{
  with_secret (trunk);
  trunk->registers = TRUE;
  trunk->max_calls = 0;
}

/* Registered after a challenge; a call to the contact we gave is the trunk's, wherever it comes from;
 * when the registrar refuses, the trunk is down and is tried again. */
static void
test_trunk_registration (void)
{
  Peer *peer = NULL;
  g_autoptr (House) house = house_with_trunk (&peer, with_registration);
  g_autoptr (Peer) owned G_GNUC_UNUSED = peer;
  g_autoptr (Peer) elsewhere = peer_new (house, "127.0.0.7", FALSE);
  g_autoptr (Dialog) dialog = NULL;
  g_autoptr (CsSipEvent) event = NULL;
  g_autofree char *plain = NULL;
  g_autofree char *signed_one = NULL;
  g_autofree char *call_id = NULL;
  g_autofree char *contact = NULL;
  g_autofree char *token = NULL;
  g_autofree char *line = NULL;

  g_assert_false (cs_sip_is_trunk_up (house->sip, TRUNK_ID));
  plain = peer_expect (peer, "REGISTER ");
  peer_respond (peer, plain, "503 Later", "x", NULL, NULL);
  call_id = header_of (plain, "Call-ID");
  /* Tried again after 5 s, with a new Call-ID. */
  for (int i = 0; i < 60 && (plain == NULL || strstr (plain, call_id) != NULL); i++)
    {
      house_advance (house, 1);
      g_free (plain);
      plain = peer_poll (peer);
    }
  g_assert_nonnull (plain);
  peer_respond (peer, plain, "401 Unauthorized", "x",
                "WWW-Authenticate: Digest realm=\"prov\", nonce=\"n1\", qop=\"auth\"\r\n", NULL);
  /* Retransmissions of the plain one may stand before it. */
  while (signed_one == NULL || strstr (signed_one, "Authorization:") == NULL)
    {
      g_free (signed_one);
      signed_one = peer_expect (peer, "REGISTER ");
    }
  contact = header_of (signed_one, "Contact");
  line = g_strdup_printf ("Contact: %s;expires=300\r\n", contact);
  peer_respond_bare (peer, signed_one, "200 OK", line);
  for (int i = 0; i < 2000 && !cs_sip_is_trunk_up (house->sip, TRUNK_ID); i++)
    house_settle (house);
  g_assert_true (cs_sip_is_trunk_up (house->sip, TRUNK_ID));
  token = g_strndup (contact + strlen ("<sip:"), strcspn (contact + strlen ("<sip:"), "@"));
  dialog = dialog_new (elsewhere, "0201", token);
  g_free (dialog->remote);
  dialog->remote = g_strdup ("<sip:0880001@prov>");
  dialog_request (dialog, "INVITE", NULL, SDP);
  event = house_expect (house, CS_SIP_INCOMING);
  g_assert_cmpint (event->trunk, ==, TRUNK_ID);
  g_assert_cmpstr (event->called, ==, "+31880001");
}

static void
with_probe (CsSipTrunk *trunk)
{
  trunk->probes = TRUE;
  trunk->probe_seconds = 60;
}

static void
test_trunk_probed (void)
{
  Peer *peer = NULL;
  g_autoptr (House) house = house_with_trunk (&peer, with_probe);
  g_autoptr (Peer) owned G_GNUC_UNUSED = peer;
  g_autofree char *options = peer_expect (peer, "OPTIONS ");
  gboolean up = TRUE;

  peer_respond (peer, options, "404 Whatever", "x", NULL, NULL);
  for (int i = 0; i < 300 && up; i++)
    {
      house_advance (house, 1);
      up = cs_sip_is_trunk_up (house->sip, TRUNK_ID);
    }
  g_assert_false (up);
  house->port->originate (house->port->self, LEG, &to_trunk, SDP);
  ended (house, CS_CAUSE_UNREACHABLE, 503);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sip/originate/nobody", test_nobody);
  g_test_add_func ("/sip/originate/answered", test_answered);
  g_test_add_func ("/sip/originate/refused", test_refused);
  g_test_add_func ("/sip/originate/given-up", test_given_up);
  g_test_add_func ("/sip/originate/crossed", test_crossed);
  g_test_add_func ("/sip/originate/forked", test_forked);
  g_test_add_func ("/sip/originate/tcp", test_over_tcp);
  g_test_add_func ("/sip/trunk/allowed-and-loop", test_trunk);
  g_test_add_func ("/sip/trunk/digest", test_trunk_digest);
  g_test_add_func ("/sip/trunk/registration", test_trunk_registration);
  g_test_add_func ("/sip/trunk/probed", test_trunk_probed);
  return g_test_run ();
}
