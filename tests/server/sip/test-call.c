/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that come in over a trunk, and those that go out to phones, seen from both sides. */
#include "peer.h"

#include <string.h>

static CsLegId
incoming (House *house, Dialog *dialog, const char *extra, const char *body)
{
  g_autoptr (CsSipEvent) event = NULL;
  g_autofree char *trying = NULL;

  dialog_request (dialog, "INVITE", extra, body);
  event = house_expect (house, CS_SIP_INCOMING);
  trying = peer_expect (dialog->peer, "SIP/2.0 100");
  g_assert_cmpint (event->trunk, ==, TRUNK_ID);
  return event->leg;
}

static void
ended (House *house, CsLegId leg, CsCause cause, int status)
{
  g_autoptr (CsSipEvent) event = house_expect (house, CS_SIP_ENDED);

  g_assert_cmpint (event->leg, ==, leg);
  g_assert_cmpint (event->cause, ==, cause);
  g_assert_cmpint (event->status, ==, status);
}

/* An answered call from the trunk. */
static CsLegId
talk (House *house, Dialog *dialog)
{
  CsLegId leg = incoming (house, dialog, NULL, SDP);
  g_autoptr (CsSipEvent) confirmed = NULL;
  g_autofree char *ringing = NULL;
  g_autofree char *ok = NULL;

  house->port->ring (house->port->self, leg);
  ringing = peer_expect (dialog->peer, "SIP/2.0 180");
  house->port->answer (house->port->self, leg, SDP);
  ok = peer_expect (dialog->peer, "SIP/2.0 200");
  g_assert_cmpstr (body_of (ok), ==, SDP);
  dialog_ack (dialog, ok, NULL);
  confirmed = house_expect (house, CS_SIP_CONFIRMED);
  g_assert_cmpint (confirmed->leg, ==, leg);
  return leg;
}

static void
test_numbers (void)
{
  static const struct {
    const char *from, *called, *extra, *caller_seen, *called_seen;
  } rows[] = {
    { "0201234567", "+31880001", NULL, "+31201234567", "+31880001" },
    { "+39061234", "0880001", NULL, "+39061234", "+31880001" },
    { "anonymous", "31880001", NULL, NULL, "+31880001" },
    { "0612345678", "0031880001", "Privacy: id\r\n", NULL, "+31880001" },
    { "anonymous", "0880001", "P-Asserted-Identity: \"X\" <sip:+3215@x.y>\r\n", "+3215",
      "+31880001" },
    { "anonymous", "0880001", "P-Asserted-Identity: <tel:+32-15>\r\n", "+3215", "+31880001" },
    { "0611", "0880001", "P-Asserted-Identity: \"X, Y\" <sip:x@y.z>, <tel:+3215>\r\n", "+3215",
      "+31880001" },
    { "0611", "0880001", "P-Asserted-Identity: <sip:x@y.z>\r\nP-Asserted-Identity: <tel:+3215>\r\n",
      "+3215", "+31880001" },
    { "0611", "0880001", "P-Asserted-Identity: <<>,;\r\n", "+31611", "+31880001" },
    { "0612345678", "sales", NULL, "+31612345678", "sales" },
  };
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Dialog) dialog = dialog_new (trunk, rows[i].from, rows[i].called);
      g_autoptr (CsSipEvent) event = NULL;

      dialog_request (dialog, "INVITE", rows[i].extra, SDP);
      event = house_expect (house, CS_SIP_INCOMING);
      g_assert_cmpstr (event->caller, ==, rows[i].caller_seen);
      g_assert_cmpstr (event->called, ==, rows[i].called_seen);
      g_assert_cmpstr (event->sdp, ==, SDP);
      g_assert_cmpstr (event->sip_call_id, ==, dialog->call_id);
      g_assert_cmpint (event->from_call, ==, CT_ID_NONE);
      house->port->refuse (house->port->self, event->leg, 404);
      ended (house, event->leg, CS_CAUSE_UNREACHABLE, 404);
    }
}

#define MULTIPART "Content-Type: multipart/mixed;boundary=part\r\n"
#define ISUP "--part\r\nContent-Type: application/isup;version=x\r\n\r\n\1\2\r\n"

/* A carrier's offer beside a part of the telephone network's; and one that brings no offer at all. */
static void
test_multipart (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) with = dialog_new (trunk, "0201", "0880001");
  g_autoptr (Dialog) without = dialog_new (trunk, "0202", "0880001");
  g_autoptr (CsSipEvent) event = NULL;
  g_autofree char *refused = NULL;

  dialog_request (with, "INVITE", MULTIPART,
                  ISUP "--part\r\nContent-Type: application/sdp\r\n\r\n" SDP "\r\n--part--\r\n");
  event = house_expect (house, CS_SIP_INCOMING);
  g_assert_cmpstr (event->sdp, ==, SDP);
  house->port->refuse (house->port->self, event->leg, 404);
  ended (house, event->leg, CS_CAUSE_UNREACHABLE, 404);
  dialog_request (without, "INVITE", MULTIPART, ISUP "--part--\r\n");
  refused = peer_expect (trunk, "SIP/2.0 415");
}

static void
test_answered_and_bye (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) theirs = dialog_new (trunk, "0201", "0880001");
  g_autoptr (Dialog) ours = dialog_new (trunk, "0202", "0880001");
  CsLegId leg = talk (house, theirs);
  g_autofree char *ok = NULL;
  g_autofree char *bye = NULL;
  g_autofree char *reason = NULL;
  CsSipCounts counts;

  dialog_request (theirs, "BYE", NULL, NULL);
  ok = peer_expect (trunk, "SIP/2.0 200");
  ended (house, leg, CS_CAUSE_NORMAL, 0);

  leg = talk (house, ours);
  house->port->hang_up (house->port->self, leg, CS_CAUSE_NORMAL);
  ended (house, leg, CS_CAUSE_NORMAL, 0);
  /* To where the dialog came from. */
  bye = peer_expect (trunk, "BYE sip:me@" TRUNK_IP);
  reason = header_of (bye, "Reason");
  g_assert_cmpstr (reason, ==, "Q.850;cause=16;text=\"Normal call clearing\"");
  peer_respond (trunk, bye, "200 OK", NULL, NULL, NULL);
  house_expect_none (house);
  cs_sip_get_counts (house->sip, &counts);
  g_assert_cmpuint (counts.calls, ==, 0);
  g_assert_cmpuint (counts.incoming, ==, 2);
}

static void
test_cancelled (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);

  for (int ringing = 0; ringing < 2; ringing++)
    {
      g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
      CsLegId leg = incoming (house, dialog, NULL, SDP);
      g_autofree char *terminated = NULL;

      if (ringing)
        house->port->ring (house->port->self, leg);
      dialog_same_transaction (dialog, "CANCEL");
      ended (house, leg, CS_CAUSE_CANCELLED, 487);
      terminated = peer_expect (trunk, "SIP/2.0 487");
      dialog_take_tag (dialog, terminated);
      dialog_same_transaction (dialog, "ACK");
      /* Orders that crossed it are ignored. */
      house->port->answer (house->port->self, leg, SDP);
      house_expect_none (house);
    }
}

static void
test_refused (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
  CsLegId leg = incoming (house, dialog, NULL, SDP);
  g_autofree char *busy = NULL;

  house->port->refuse (house->port->self, leg, 486);
  busy = peer_expect (trunk, "SIP/2.0 486");
  dialog_take_tag (dialog, busy);
  dialog_same_transaction (dialog, "ACK");
  ended (house, leg, CS_CAUSE_BUSY, 486);
  house_expect_none (house);
}

static void
test_offerless (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
  CsLegId leg = incoming (house, dialog, NULL, NULL);
  g_autoptr (CsSipEvent) confirmed = NULL;
  g_autofree char *ok = NULL;

  house->port->answer (house->port->self, leg, SDP);
  ok = peer_expect (trunk, "SIP/2.0 200");
  dialog_ack (dialog, ok, SDP);
  confirmed = house_expect (house, CS_SIP_CONFIRMED);
  g_assert_cmpstr (confirmed->sdp, ==, SDP);
}

/* An offer of ours that the ACK does not answer: there will never be sound. */
static void
test_unanswered_offer (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
  CsLegId leg = incoming (house, dialog, NULL, NULL);
  g_autofree char *ok = NULL;
  g_autofree char *bye = NULL;

  house->port->answer (house->port->self, leg, SDP);
  ok = peer_expect (trunk, "SIP/2.0 200");
  dialog_ack (dialog, ok, NULL);
  ended (house, leg, CS_CAUSE_LOST, 0);
  bye = peer_expect (trunk, "BYE ");
}

/* A re-INVITE without SDP asks for an offer: the ACK answers it, or leaves all as it was. */
static void
test_reoffer_asked (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
  CsLegId leg = talk (house, dialog);

  for (int answered = 0; answered < 2; answered++)
    {
      g_autoptr (CsSipEvent) asked = NULL;
      g_autoptr (CsSipEvent) confirmed = NULL;
      g_autofree char *ok = NULL;

      dialog_request (dialog, "INVITE", NULL, NULL);
      asked = house_expect (house, CS_SIP_REOFFER);
      g_assert_null (asked->sdp);
      house->port->reanswer (house->port->self, leg, SDP);
      ok = peer_expect (trunk, "SIP/2.0 200");
      dialog_ack (dialog, ok, answered ? SDP "a=sendonly\r\n" : NULL);
      if (!answered)
        {
          house_expect_none (house);
          continue;
        }
      confirmed = house_expect (house, CS_SIP_CONFIRMED);
      g_assert_cmpint (confirmed->leg, ==, leg);
      g_assert_cmpstr (confirmed->sdp, ==, SDP "a=sendonly\r\n");
    }
}

static void
test_reoffered (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
  CsLegId leg = talk (house, dialog);
  static const char *const methods[] = { "INVITE", "UPDATE" };

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (CsSipEvent) event = NULL;
      g_autofree char *response = NULL;
      gboolean accept = i < 2;

      dialog_request (dialog, methods[i % 2], NULL, SDP "a=sendonly\r\n");
      event = house_expect (house, CS_SIP_REOFFER);
      g_assert_cmpint (event->leg, ==, leg);
      g_assert_cmpstr (event->sdp, ==, SDP "a=sendonly\r\n");
      house->port->reanswer (house->port->self, leg, accept ? SDP : NULL);
      response = peer_expect (trunk, accept ? "SIP/2.0 200" : "SIP/2.0 488");
      if (accept)
        g_assert_cmpstr (body_of (response), ==, SDP);
      if (i % 2 == 0 && accept)
        dialog_ack (dialog, response, NULL);
      else if (i % 2 == 0)
        dialog_same_transaction (dialog, "ACK");
    }
  house->port->hang_up (house->port->self, leg, CS_CAUSE_NORMAL);
  ended (house, leg, CS_CAUSE_NORMAL, 0);
}

static void
test_keys (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
  CsLegId leg = talk (house, dialog);
  g_autoptr (CsSipEvent) event = NULL;
  g_autofree char *text = NULL;
  g_autofree char *ok = NULL;

  dialog->cseq++;
  text = g_strdup_printf (
      "INFO %s SIP/2.0\r\nVia: SIP/2.0/UDP " TRUNK_IP ":%u;branch=z9hG4bKi;rport\r\n"
      "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u INFO\r\nMax-Forwards: 70\r\n"
      "Content-Type: application/dtmf-relay\r\nContent-Length: 24\r\n\r\n"
      "Signal=5\r\nDuration= 160\r\n",
      dialog->uri, trunk->port, dialog->local, dialog->remote, dialog->call_id, dialog->cseq);
  peer_send (trunk, text);
  ok = peer_expect (trunk, "SIP/2.0 200");
  event = house_expect (house, CS_SIP_DTMF);
  g_assert_cmpint (event->leg, ==, leg);
  g_assert_cmpint (event->digit, ==, '5');
}

static void
test_referred (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
  g_autofree char *response = NULL;

  talk (house, dialog);
  dialog_request (dialog, "REFER", "Refer-To: <sip:x@evil.invalid>\r\n", NULL);
  response = peer_expect (trunk, "SIP/2.0 4");
  house_expect_none (house);
}

static void
test_lost_ack (void)
{
  g_autoptr (House) house = house_new (NULL, TRUE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
  CsLegId leg = incoming (house, dialog, NULL, SDP);
  g_autofree char *ok = NULL;
  g_autofree char *bye = NULL;

  house->port->answer (house->port->self, leg, SDP);
  ok = peer_expect (trunk, "SIP/2.0 200");
  for (int second = 0; second < 40 && g_async_queue_length (house->events) == 0; second++)
    house_advance (house, 1);
  ended (house, leg, CS_CAUSE_LOST, 0);
  bye = peer_expect (trunk, "BYE ");
}

/* The session is refreshed by us, and a peer that is gone is noticed. */
static void
test_refreshed (void)
{
  g_autoptr (House) house = house_new (&(CsSipConfig){ .session_seconds = 100 }, TRUE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
  CsLegId leg = talk (house, dialog);
  g_autofree char *refresh = NULL;
  g_autofree char *again = NULL;
  g_autofree char *ack = NULL;

  house_advance (house, 41);
  refresh = peer_expect (trunk, "INVITE ");
  g_assert_cmpstr (body_of (refresh), ==, SDP);
  peer_respond (trunk, refresh, "200 OK", NULL, "Allow: UPDATE\r\n", SDP);
  ack = peer_expect (trunk, "ACK ");
  house_expect_none (house);
  house_advance (house, 41);
  again = peer_expect (trunk, "UPDATE ");
  peer_respond (trunk, again, "481 Gone", NULL, NULL, NULL);
  ended (house, leg, CS_CAUSE_LOST, 481);
}

#define CHALLENGE "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", algorithm=MD5\r\n"

/* A carrier that wants our name for a refresh and for BYE too, in a call that it brought. */
static void
test_challenged (void)
{
  CsSipTrunk *trunk_of_ours = cs_sip_trunk_new (TRUNK_ID, TENANT_ID, "carrier", TRUNK_IP);
  g_autoptr (House) house = NULL;
  g_autoptr (Peer) trunk = NULL;
  static const char *const methods[] = { "INVITE ", "BYE " };

  trunk_of_ours->user = g_strdup ("centrale");
  trunk_of_ours->secret = g_strdup ("s3");
  house = house_new_full (&(CsSipConfig){ .session_seconds = 100 }, TRUE, trunk_of_ours);
  trunk = peer_new (house, TRUNK_IP, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
      CsLegId leg = talk (house, dialog);
      g_autofree char *bare = NULL;
      g_autofree char *again = NULL;
      g_autofree char *name = NULL;

      if (i == 0)
        house_advance (house, 41);
      else
        house->port->hang_up (house->port->self, leg, CS_CAUSE_NORMAL);
      bare = peer_expect (trunk, methods[i]);
      peer_respond (trunk, bare, "407 Who are you", NULL, CHALLENGE, NULL);
      again = peer_expect (trunk, methods[i]);
      name = header_of (again, "Proxy-Authorization");
      g_assert_nonnull (name);
      g_assert_nonnull (strstr (name, "username=\"centrale\""));
      peer_respond (trunk, again, "200 OK", NULL, NULL, i == 0 ? SDP : NULL);
      if (i == 0)
        house_expect_none (house);
      else
        ended (house, leg, CS_CAUSE_NORMAL, 0);
    }
}

/* Both sides re-offer at once: the peer is told 491 or to retry, ours goes on. */
static void
test_glare (void)
{
  g_autoptr (House) house = house_new (&(CsSipConfig){ .session_seconds = 100 }, TRUE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
  CsLegId leg = talk (house, dialog);
  g_autoptr (CsSipEvent) event = NULL;
  g_autofree char *refresh = NULL;
  g_autofree char *glare = NULL;
  g_autofree char *ack = NULL;
  g_autofree char *ok = NULL;

  house_advance (house, 41);
  refresh = peer_expect (trunk, "INVITE ");
  dialog_request (dialog, "INVITE", NULL, SDP);
  glare = peer_expect (trunk, "SIP/2.0 491");
  dialog_same_transaction (dialog, "ACK");
  peer_respond (trunk, refresh, "491 Request Pending", NULL, NULL, NULL);
  ack = peer_expect (trunk, "ACK ");
  house_expect_none (house);
  dialog_request (dialog, "INVITE", NULL, SDP);
  event = house_expect (house, CS_SIP_REOFFER);
  house->port->reanswer (house->port->self, leg, SDP);
  ok = peer_expect (trunk, "SIP/2.0 200");
  dialog_ack (dialog, ok, NULL);
  house_expect_none (house);
}

/* A peer that insists on reliable provisional responses (RFC 3262) gets them. */
static void
test_reliable (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) trunk = peer_new (house, TRUNK_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (trunk, "0201", "0880001");
  CsLegId leg = incoming (house, dialog, "Require: 100rel\r\nSupported: timer\r\n", SDP);
  g_autoptr (CsSipEvent) confirmed = NULL;
  g_autofree char *ringing = NULL;
  g_autofree char *sequence = NULL;
  g_autofree char *line = NULL;
  g_autofree char *acknowledged = NULL;
  g_autofree char *ok = NULL;

  house->port->ring (house->port->self, leg);
  ringing = peer_expect (trunk, "SIP/2.0 180");
  sequence = header_of (ringing, "RSeq");
  g_assert_nonnull (sequence);
  line = g_strdup_printf ("RAck: %s 1 INVITE\r\n", sequence);
  dialog_take_tag (dialog, ringing);
  dialog_request (dialog, "PRACK", line, NULL);
  acknowledged = peer_expect (trunk, "SIP/2.0 200");
  house->port->answer (house->port->self, leg, SDP);
  ok = peer_expect (trunk, "SIP/2.0 200");
  dialog->cseq = 1;
  dialog_ack (dialog, ok, NULL);
  confirmed = house_expect (house, CS_SIP_CONFIRMED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sip/call/numbers", test_numbers);
  g_test_add_func ("/sip/call/answered-and-bye", test_answered_and_bye);
  g_test_add_func ("/sip/call/cancelled", test_cancelled);
  g_test_add_func ("/sip/call/refused", test_refused);
  g_test_add_func ("/sip/call/multipart", test_multipart);
  g_test_add_func ("/sip/call/offerless", test_offerless);
  g_test_add_func ("/sip/call/offerless/unanswered", test_unanswered_offer);
  g_test_add_func ("/sip/call/reoffered/asked", test_reoffer_asked);
  g_test_add_func ("/sip/call/reoffered", test_reoffered);
  g_test_add_func ("/sip/call/keys", test_keys);
  g_test_add_func ("/sip/call/referred", test_referred);
  g_test_add_func ("/sip/call/lost-ack", test_lost_ack);
  g_test_add_func ("/sip/call/refreshed", test_refreshed);
  g_test_add_func ("/sip/call/challenged", test_challenged);
  g_test_add_func ("/sip/call/glare", test_glare);
  g_test_add_func ("/sip/call/reliable", test_reliable);
  return g_test_run ();
}
