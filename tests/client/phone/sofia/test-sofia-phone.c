/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real phone against a registrar and caller over real sockets, with tones measured both ways. */
#include "../../../tools/wait.h"
#include "client/phone/sofia/sofia-phone.h"

#include "../media/tone.h"
#include "sip-peer.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  SipPeer *peer;
  SipPeerSeen *seen;
  CdPhone *phone;
  GString *states;
  GString *digits; /* heard by the peer */
  char *heard[2];  /* by the phone, by the peer */
} Fixture;

#define STATE(f) cd_phone_get_state ((f)->phone)

static void
on_state_changed (CdPhone *phone, GParamSpec *pspec, Fixture *f)
{
  g_string_append_printf (f->states, "%s%s", f->states->len > 0 ? " " : "",
                          cd_phone_state_name (cd_phone_get_state (phone)));
}

static void
on_digit (CdMedia *media, int digit, Fixture *f)
{
  g_string_append_c (f->digits, (char) digit);
}

static void
sign_on (Fixture *f, const char *transport, const char *secret)
{
  g_autoptr (CdPhoneAccount) account
      = cd_phone_account_new (SIP_PEER_USER, secret, SIP_PEER_REALM, "127.0.0.1",
                              sip_peer_get_port (f->peer), transport, 120);

  cd_phone_set_account (f->phone, account);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  const char *transport = data != NULL ? data : "udp";
  g_autoptr (CdAudioPolicy) policy = NULL;

  for (guint i = 0; i < 2; i++)
    g_close (g_file_open_tmp ("heard-XXXXXX.wav", &f->heard[i], NULL), NULL);
  f->states = g_string_new (NULL);
  f->digits = g_string_new (NULL);
  f->peer = sip_peer_new (transport, 1000, f->heard[1]);
  f->seen = sip_peer_seen (f->peer);
  g_signal_connect (sip_peer_get_media (f->peer), "digit", G_CALLBACK (on_digit), f);
  policy = cd_audio_policy_new (CD_AUDIO_TEST, 440, f->heard[0]);
  f->phone = cd_sofia_phone_new_with_policy (policy);
  sign_on (f, transport, SIP_PEER_SECRET);
  WAIT_UNTIL (STATE (f) == CD_PHONE_READY);
  g_signal_connect (f->phone, "notify::state", G_CALLBACK (on_state_changed), f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_object_unref (f->phone);
  sip_peer_free (f->peer);
  for (guint i = 0; i < 2; i++)
    {
      g_unlink (f->heard[i]);
      g_free (f->heard[i]);
    }
  g_string_free (f->states, TRUE);
  g_string_free (f->digits, TRUE);
}

static void
take_call (Fixture *f, gboolean with_offer)
{
  sip_peer_call (f->peer, with_offer);
  WAIT_UNTIL (STATE (f) == CD_PHONE_RINGING);
  g_assert_true (cd_phone_answer (f->phone));
  WAIT_UNTIL (STATE (f) == CD_PHONE_TALKING && f->seen->ready);
}

static void
test_register (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (f->seen->registered, ==, 1);
  g_assert_cmpuint (f->seen->challenged, ==, 1);
  cd_phone_clear_account (f->phone);
  g_assert_cmpint (STATE (f), ==, CD_PHONE_OFFLINE);
  WAIT_UNTIL (f->seen->unregistered == 1);

  sign_on (f, data != NULL ? data : "udp", "wrong one");
  WAIT_UNTIL (cd_phone_get_problem (f->phone) != NULL);
  g_assert_cmpstr (cd_phone_get_problem (f->phone), ==, "wrong-secret");
  g_assert_cmpint (STATE (f), ==, CD_PHONE_REGISTERING);
  sign_on (f, data != NULL ? data : "udp", SIP_PEER_SECRET);
  WAIT_UNTIL (STATE (f) == CD_PHONE_READY);
  cd_sofia_phone_shut_down (CD_SOFIA_PHONE (f->phone));
  g_assert_cmpuint (f->seen->unregistered, ==, 2);
}

static void
on_level (CdPhone *phone, double in, double out, guint *loud)
{
  *loud += in > -12 && in < -6 && out > -12 && out < -6;
}

static void
test_incoming (Fixture *f, gconstpointer data)
{
  guint loud = 0;
  double dbfs;

  sip_peer_call (f->peer, TRUE);
  WAIT_UNTIL (STATE (f) == CD_PHONE_RINGING);
  g_assert_cmpint (cd_phone_get_call_id (f->phone), ==, 42);
  g_assert_cmpstr (cd_phone_get_remote_name (f->phone), ==, "Bakkerij Jansen");
  g_assert_cmpstr (cd_phone_get_remote_number (f->phone), ==, "+31612345678");
  WAIT_UNTIL (f->seen->status == 180);
  g_signal_connect (f->phone, "level", G_CALLBACK (on_level), &loud);
  cd_phone_answer (f->phone);
  WAIT_UNTIL (loud >= 8);
  /* A second caller hears that the line is busy; the first goes on. */
  sip_peer_call_again (f->peer);
  WAIT_UNTIL (f->seen->status == 486);
  for (const char *key = "17#"; *key != '\0'; key++)
    g_assert_true (cd_phone_send_dtmf (f->phone, *key));
  WAIT_UNTIL (f->digits->len == 3);
  g_assert_cmpstr (f->digits->str, ==, "17#");
  sip_peer_bye (f->peer);
  WAIT_UNTIL (STATE (f) == CD_PHONE_READY);
  g_assert_cmpint (cd_phone_get_end (f->phone), ==, CD_PHONE_END_BY_PEER);
  g_assert_cmpstr (f->states->str, ==, "ringing talking ended ready");

  cd_media_stop (sip_peer_get_media (f->peer));
  g_assert_cmpfloat (tone_share (f->heard[0], 1000, &dbfs), >, 0.95);
  g_assert_cmpfloat_with_epsilon (dbfs, -9, 1);
  g_assert_cmpfloat (tone_share (f->heard[1], 440, &dbfs), >, 0.95);
  g_assert_cmpfloat_with_epsilon (dbfs, -9, 1);
}

static void
test_cancel_and_refuse (Fixture *f, gconstpointer data)
{
  sip_peer_call (f->peer, TRUE);
  WAIT_UNTIL (STATE (f) == CD_PHONE_RINGING && f->seen->status == 180);
  sip_peer_cancel (f->peer);
  WAIT_UNTIL (STATE (f) == CD_PHONE_READY && f->seen->terminated);
  g_assert_cmpint (cd_phone_get_end (f->phone), ==, CD_PHONE_END_MISSED);
  g_assert_cmpint (f->seen->status, ==, 487);

  sip_peer_call (f->peer, TRUE);
  WAIT_UNTIL (STATE (f) == CD_PHONE_RINGING);
  cd_phone_hang_up (f->phone);
  WAIT_UNTIL (f->seen->terminated);
  g_assert_cmpint (f->seen->status, ==, 603);
  g_assert_cmpint (cd_phone_get_end (f->phone), ==, CD_PHONE_END_REFUSED);
}

static void
test_hold (Fixture *f, gconstpointer data)
{
  take_call (f, TRUE);
  g_assert_true (cd_phone_hold (f->phone, TRUE));
  WAIT_UNTIL (STATE (f) == CD_PHONE_HELD_BY_ME);
  g_assert_true (f->seen->held);
  g_assert_true (cd_phone_hold (f->phone, FALSE));
  WAIT_UNTIL (STATE (f) == CD_PHONE_TALKING);
  g_assert_false (f->seen->held);
  sip_peer_hold (f->peer, TRUE);
  WAIT_UNTIL (STATE (f) == CD_PHONE_HELD_BY_PEER);
  sip_peer_hold (f->peer, FALSE);
  WAIT_UNTIL (STATE (f) == CD_PHONE_TALKING);
  /* Held and taken back before the first answer came. */
  cd_phone_hold (f->phone, TRUE);
  WAIT_UNTIL (STATE (f) == CD_PHONE_HELD_BY_ME);
  cd_phone_hang_up (f->phone);
  g_assert_cmpint (STATE (f), ==, CD_PHONE_ENDED);
  WAIT_UNTIL (f->seen->terminated);
  g_assert_cmpuint (f->seen->byes, ==, 1);
  g_assert_cmpint (cd_phone_get_end (f->phone), ==, CD_PHONE_END_BY_ME);
}

static void
test_offer_in_answer (Fixture *f, gconstpointer data)
{
  guint loud = 0;

  g_signal_connect (f->phone, "level", G_CALLBACK (on_level), &loud);
  take_call (f, FALSE);
  WAIT_UNTIL (loud >= 3);
}

static void
test_dial (Fixture *f, gconstpointer data)
{
  guint loud = 0;

  g_signal_connect (f->phone, "level", G_CALLBACK (on_level), &loud);
  g_assert_true (cd_phone_dial (f->phone, "+3232001122"));
  WAIT_UNTIL (STATE (f) == CD_PHONE_TALKING && loud >= 3);
  g_assert_cmpuint (f->seen->invited, ==, 1);
  cd_phone_hang_up (f->phone);
  WAIT_UNTIL (f->seen->terminated && STATE (f) == CD_PHONE_READY);
  g_assert_cmpstr (f->states->str, ==, "dialing talking ended ready");
}

/* New credentials (another sign-in) during a call are taken up after it. */
static void
test_account_in_call (Fixture *f, gconstpointer data)
{
  take_call (f, TRUE);
  sign_on (f, data != NULL ? data : "udp", SIP_PEER_SECRET);
  g_assert_cmpint (STATE (f), ==, CD_PHONE_TALKING);
  sip_peer_bye (f->peer);
  WAIT_UNTIL (f->seen->registered == 2 && STATE (f) == CD_PHONE_READY);
  take_call (f, TRUE);
}

/* A name server that takes its time. */
typedef struct {
  GResolver parent_instance;
  GTask *asked;
} SlowResolver;

typedef GResolverClass SlowResolverClass;

static GType slow_resolver_get_type (void);
G_DEFINE_TYPE (SlowResolver, slow_resolver, G_TYPE_RESOLVER)

static void
slow_resolver_lookup (GResolver *resolver, const char *name, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
  ((SlowResolver *) resolver)->asked = g_task_new (resolver, cancellable, callback, data);
}

static GList *
slow_resolver_lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
slow_resolver_class_init (SlowResolverClass *klass)
{
  klass->lookup_by_name_async = slow_resolver_lookup;
  klass->lookup_by_name_finish = slow_resolver_lookup_finish;
}

static void
slow_resolver_init (SlowResolver *self)
{
}

static void
slow_resolver_answer (SlowResolver *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->asked);

  g_task_return_pointer (task, g_list_append (NULL, g_inet_address_new_from_string ("127.0.0.1")),
                         (GDestroyNotify) g_resolver_free_addresses);
}

/* Signed off (the session ended) in the middle of a call: the call keeps its line, and what was under way for
 * the account still finds it. */
static void
test_sign_off_in_call (Fixture *f, gconstpointer data)
{
  g_autoptr (GResolver) before = g_resolver_get_default ();
  g_autoptr (GResolver) slow = g_object_new (slow_resolver_get_type (), NULL);
  g_autoptr (CdPhoneAccount) account
      = cd_phone_account_new (SIP_PEER_USER, SIP_PEER_SECRET, SIP_PEER_REALM, "calls.example",
                              sip_peer_get_port (f->peer), "udp", 120);

  g_resolver_set_default (slow);
  cd_phone_set_account (f->phone, account);
  g_assert_nonnull (((SlowResolver *) slow)->asked);
  take_call (f, TRUE);
  cd_phone_clear_account (f->phone);
  slow_resolver_answer ((SlowResolver *) slow);
  WAIT_UNTIL (f->seen->registered == 2);
  g_assert_cmpint (STATE (f), ==, CD_PHONE_TALKING);
  sip_peer_bye (f->peer);
  WAIT_UNTIL (STATE (f) == CD_PHONE_OFFLINE);
  WAIT_UNTIL (f->seen->unregistered == 2);
  g_resolver_set_default (before);
}

/* A scanner that asks is answered and forgotten. */
static void
test_strangers (Fixture *f, gconstpointer data)
{
  g_autoptr (GSocket) sock
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) phone
      = g_inet_socket_address_new (loopback, sip_peer_get_contact_port (f->peer));

  g_assert_true (g_socket_bind (sock, any, FALSE, NULL));
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *text = g_strdup_printf (
          "OPTIONS sip:zoe@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP "
          "127.0.0.1;rport;branch=z9hG4bK%u\r\n"
          "From: <sip:x@127.0.0.1>;tag=%u\r\nTo: <sip:zoe@127.0.0.1>\r\nCall-ID: %u@x\r\n"
          "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
          i, i, i);
      char answer[2048] = "";

      g_socket_send_to (sock, phone, text, strlen (text), NULL, NULL);
      WAIT_UNTIL (g_socket_condition_check (sock, G_IO_IN) != 0);
      g_socket_receive (sock, answer, sizeof answer - 1, NULL, NULL);
      g_assert_true (g_str_has_prefix (answer, "SIP/2.0 200 "));
    }
  take_call (f, TRUE);
}

/* Quitting in the middle of a call says goodbye on both layers. */
static void
test_quit_in_call (Fixture *f, gconstpointer data)
{
  take_call (f, TRUE);
  cd_sofia_phone_shut_down (CD_SOFIA_PHONE (f->phone));
  WAIT_UNTIL (f->seen->terminated && f->seen->unregistered == 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
#define ADD(path, data, function) g_test_add (path, Fixture, data, set_up, function, tear_down)
  ADD ("/sofia/register", NULL, test_register);
  ADD ("/sofia/register/tcp", "tcp", test_register);
  ADD ("/sofia/incoming", NULL, test_incoming);
  ADD ("/sofia/incoming/tcp", "tcp", test_incoming);
  ADD ("/sofia/cancel-and-refuse", NULL, test_cancel_and_refuse);
  ADD ("/sofia/hold", NULL, test_hold);
  ADD ("/sofia/offer-in-answer", NULL, test_offer_in_answer);
  ADD ("/sofia/dial", NULL, test_dial);
  ADD ("/sofia/account-in-call", NULL, test_account_in_call);
  ADD ("/sofia/sign-off-in-call", NULL, test_sign_off_in_call);
  ADD ("/sofia/strangers", NULL, test_strangers);
  ADD ("/sofia/quit-in-call", NULL, test_quit_in_call);
  return g_test_run ();
}
