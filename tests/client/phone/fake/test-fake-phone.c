/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The phone's state machine and its guards, through the fake: what a window may count on. */
#include "client/phone/fake/fake-phone.h"

typedef struct {
  CdPhone *phone;
  GString *states; /* every state it went through */
} Fixture;

static void
on_state_changed (CdPhone *phone, GParamSpec *pspec, Fixture *f)
{
  g_string_append_printf (f->states, "%s%s", f->states->len > 0 ? " " : "",
                          cd_phone_state_name (cd_phone_get_state (phone)));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (CdPhoneAccount) account
      = cd_phone_account_new ("zoe", "secret", "calls.example", "127.0.0.1", 5060, "udp", 120);

  f->phone = cd_fake_phone_new ();
  f->states = g_string_new (NULL);
  g_signal_connect (f->phone, "notify::state", G_CALLBACK (on_state_changed), f);
  cd_phone_set_account (f->phone, account);
  g_assert_cmpstr (f->states->str, ==, "registering ready");
  g_string_truncate (f->states, 0);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_object_unref (f->phone);
  g_string_free (f->states, TRUE);
}

static void
turn (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_incoming (Fixture *f, gconstpointer data)
{
  CdFakePhone *fake = CD_FAKE_PHONE (f->phone);

  g_assert_false (cd_phone_answer (f->phone));
  g_assert_false (cd_phone_hang_up (f->phone));
  g_assert_true (cd_fake_phone_ring (fake, 42, "Bakkerij Jansen", "+31612345678"));
  g_assert_cmpint (cd_phone_get_call_id (f->phone), ==, 42);
  g_assert_cmpstr (cd_phone_get_remote_name (f->phone), ==, "Bakkerij Jansen");
  g_assert_false (cd_fake_phone_ring (fake, 43, NULL, NULL)); /* one call at a time */
  g_assert_false (cd_phone_hold (f->phone, TRUE));
  g_assert_false (cd_phone_send_dtmf (f->phone, '1'));
  g_assert_true (cd_phone_answer (f->phone));
  g_assert_cmpint (cd_phone_get_talked_since (f->phone), >, 0);
  g_assert_false (cd_phone_answer (f->phone));
  g_assert_true (cd_phone_send_dtmf (f->phone, '1'));
  g_assert_true (cd_phone_send_dtmf (f->phone, '#'));
  g_assert_false (cd_phone_send_dtmf (f->phone, 'x'));
  g_assert_cmpstr (cd_fake_phone_get_keys (fake), ==, "1#");
  g_assert_true (cd_phone_hold (f->phone, TRUE));
  g_assert_false (cd_phone_hold (f->phone, TRUE));
  g_assert_true (cd_phone_hold (f->phone, FALSE));
  cd_fake_phone_peer_hold (fake, TRUE);
  cd_fake_phone_peer_hold (fake, FALSE);
  cd_fake_phone_peer_end (fake, CD_PHONE_END_BY_PEER);
  g_assert_cmpint (cd_phone_get_state (f->phone), ==, CD_PHONE_ENDED);
  g_assert_cmpint (cd_phone_get_end (f->phone), ==, CD_PHONE_END_BY_PEER);
  turn ();
  g_assert_cmpstr (f->states->str, ==,
                   "ringing talking held-by-me talking held-by-peer talking ended ready");
}

static void
test_refuse_and_miss (Fixture *f, gconstpointer data)
{
  CdFakePhone *fake = CD_FAKE_PHONE (f->phone);

  cd_fake_phone_ring (fake, 1, NULL, NULL);
  g_assert_true (cd_phone_hang_up (f->phone));
  g_assert_cmpint (cd_phone_get_end (f->phone), ==, CD_PHONE_END_REFUSED);
  /* The next call rings in the same turn of the loop. */
  g_assert_true (cd_fake_phone_ring (fake, 2, NULL, NULL));
  cd_fake_phone_peer_end (fake, CD_PHONE_END_MISSED);
  turn ();
  g_assert_cmpstr (f->states->str, ==, "ringing ended ready ringing ended ready");
}

static void
test_dial (Fixture *f, gconstpointer data)
{
  g_assert_false (cd_phone_dial (f->phone, ""));
  g_assert_false (cd_phone_dial (f->phone, "sip:evil@example"));
  g_assert_true (cd_phone_dial (f->phone, "+3232001122"));
  g_assert_false (cd_phone_dial (f->phone, "+3232001122"));
  cd_fake_phone_peer_answer (CD_FAKE_PHONE (f->phone));
  g_assert_true (cd_phone_hang_up (f->phone));
  g_assert_cmpint (cd_phone_get_end (f->phone), ==, CD_PHONE_END_BY_ME);
  turn ();
  g_assert_cmpstr (f->states->str, ==, "dialing talking ended ready");
}

static void
test_line_lost (Fixture *f, gconstpointer data)
{
  CdFakePhone *fake = CD_FAKE_PHONE (f->phone);

  cd_fake_phone_ring (fake, 1, NULL, NULL);
  cd_phone_answer (f->phone);
  cd_fake_phone_set_line (fake, FALSE); /* a running call outlives the registration */
  g_assert_cmpint (cd_phone_get_state (f->phone), ==, CD_PHONE_TALKING);
  g_assert_false (cd_phone_get_registered (f->phone));
  g_assert_cmpstr (cd_phone_get_problem (f->phone), ==, "unreachable");
  cd_phone_hang_up (f->phone);
  turn ();
  g_assert_cmpint (cd_phone_get_state (f->phone), ==, CD_PHONE_REGISTERING);
  cd_fake_phone_set_line (fake, TRUE);
  g_assert_cmpint (cd_phone_get_state (f->phone), ==, CD_PHONE_READY);
  cd_phone_clear_account (f->phone);
  g_assert_cmpint (cd_phone_get_state (f->phone), ==, CD_PHONE_OFFLINE);
}

static void
test_devices (Fixture *f, gconstpointer data)
{
  GListModel *outputs = cd_phone_get_devices (f->phone, CD_PHONE_OUTPUT);
  g_autoptr (CdPhoneDevice) second = g_list_model_get_item (outputs, 1);

  g_assert_cmpuint (g_list_model_get_n_items (outputs), ==, 2);
  g_assert_null (cd_phone_get_device (f->phone, CD_PHONE_OUTPUT));
  cd_phone_choose_device (f->phone, CD_PHONE_OUTPUT, second);
  g_assert_true (cd_phone_get_device (f->phone, CD_PHONE_OUTPUT) == second);
  g_list_store_remove (G_LIST_STORE (outputs), 1); /* unplugged */
  g_assert_null (cd_phone_get_device (f->phone, CD_PHONE_OUTPUT));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/phone/incoming", test_incoming);
  ADD ("/phone/refuse-and-miss", test_refuse_and_miss);
  ADD ("/phone/dial", test_dial);
  ADD ("/phone/line-lost", test_line_lost);
  ADD ("/phone/devices", test_devices);
  return g_test_run ();
}
