/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registering: digest right, wrong, stale and replayed; clamped and expired; wiped; restored. */
#include "peer.h"

#include <string.h>

static void
test_right (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) phone = peer_new (house, PHONE_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (phone, "anna", "anna");
  g_autofree char *response = register_phone (dialog, "anna", "Expires: 3600\r\n");
  g_autofree char *again = NULL;
  g_autofree char *contact = header_of (response, "Contact");
  g_autoptr (CsSipEvent) event = house_expect (house, CS_SIP_REGISTERED);
  g_autoptr (GPtrArray) bindings = cs_sip_dump_bindings (house->sip);
  const CsSipBinding *binding;
  g_autofree char *flow = g_strdup_printf ("udp:" PHONE_IP ":%u", phone->port);

  g_assert_true (g_str_has_suffix (contact, ";expires=120"));
  g_assert_cmpint (event->user, ==, USER_ID);
  g_assert_cmpint (event->tenant, ==, TENANT_ID);
  g_assert_cmpuint (bindings->len, ==, 1);
  binding = g_ptr_array_index (bindings, 0);
  g_assert_cmpstr (binding->flow, ==, flow);
  g_assert_cmpstr (binding->sip_user, ==, "anna");
  /* A refresh is no news. */
  again = register_phone (dialog, "anna", "Expires: 60\r\n");
  house_expect_none (house);
}

static void
test_wrong (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) phone = peer_new (house, PHONE_IP, FALSE);
  static const char *const users[] = { "anna", "nobody", "bert" };

  for (guint i = 0; i < G_N_ELEMENTS (users); i++)
    {
      g_autoptr (Dialog) dialog = dialog_new (phone, "anna", "anna");
      g_autofree char *challenge = NULL;
      g_autofree char *line = NULL;
      g_autofree char *refusal = NULL;

      dialog_request (dialog, "REGISTER", NULL, NULL);
      challenge = peer_expect (phone, "SIP/2.0 401");
      /* A wrong secret, a user unknown, a right one who speaks for another. */
      line = digest_line (challenge, users[i], i == 2 ? SECRET : "wrong", "REGISTER", dialog->uri,
                          1);
      dialog_request (dialog, "REGISTER", line, NULL);
      refusal = peer_expect (phone, "SIP/2.0 403");
    }
  house_expect_none (house);
}

static void
test_stale (void)
{
  g_autoptr (House) house = house_new (NULL, TRUE);
  g_autoptr (Peer) phone = peer_new (house, PHONE_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (phone, "anna", "anna");
  g_autoptr (Dialog) thief = dialog_new (phone, "anna", "anna");
  g_autoptr (CsSipEvent) event = NULL;
  g_autofree char *challenge = NULL;
  g_autofree char *line = NULL;
  g_autofree char *second = NULL;
  g_autofree char *ok = NULL;
  g_autofree char *replayed = NULL;
  g_autofree char *replay_header = NULL;
  g_autofree char *ok_again = NULL;
  g_autofree char *old = NULL;
  g_autofree char *third = NULL;
  g_autofree char *header = NULL;

  dialog_request (dialog, "REGISTER", NULL, NULL);
  challenge = peer_expect (phone, "SIP/2.0 401");
  line = digest_line (challenge, "anna", SECRET, "REGISTER", dialog->uri, 1);
  dialog_request (dialog, "REGISTER", line, NULL);
  ok = peer_expect (phone, "SIP/2.0 200");
  event = house_expect (house, CS_SIP_REGISTERED);
  /* The same answer again, by somebody who overheard it. */
  dialog_request (thief, "REGISTER", line, NULL);
  replayed = peer_expect (phone, "SIP/2.0 401");
  replay_header = header_of (replayed, "WWW-Authenticate");
  g_assert_nonnull (strstr (replay_header, "stale=true"));
  /* The same nonce counted on is right. */
  second = digest_line (challenge, "anna", SECRET, "REGISTER", dialog->uri, 2);
  dialog_request (dialog, "REGISTER", second, NULL);
  ok_again = peer_expect (phone, "SIP/2.0 200");
  house_advance (house, 301);
  third = digest_line (challenge, "anna", SECRET, "REGISTER", dialog->uri, 3);
  dialog_request (dialog, "REGISTER", third, NULL);
  old = peer_expect (phone, "SIP/2.0 401");
  header = header_of (old, "WWW-Authenticate");
  g_assert_nonnull (strstr (header, "stale=true"));
}

static void
test_expired (void)
{
  g_autoptr (House) house = house_new (NULL, TRUE);
  g_autoptr (Peer) phone = peer_new (house, PHONE_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (phone, "anna", "anna");
  g_autofree char *response = register_phone (dialog, "anna", "Expires: 10\r\n");
  g_autofree char *contact = header_of (response, "Contact");
  g_autoptr (CsSipEvent) came = house_expect (house, CS_SIP_REGISTERED);
  g_autoptr (CsSipEvent) went = NULL;

  g_assert_true (g_str_has_suffix (contact, ";expires=60"));
  house_advance (house, 59);
  house_expect_none (house);
  house_advance (house, 2);
  went = house_expect (house, CS_SIP_UNREGISTERED);
  g_assert_cmpint (went->user, ==, USER_ID);
}

static guint
count_contacts (const char *response)
{
  guint count = 0;

  while ((response = strstr (response, ";expires=")) != NULL)
    {
      response++;
      count++;
    }
  return count;
}

static void
test_wiped (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (Peer) first = peer_new (house, PHONE_IP, FALSE);
  g_autoptr (Peer) second = peer_new (house, "127.0.0.4", FALSE);
  g_autoptr (Dialog) one = dialog_new (first, "anna", "anna");
  g_autoptr (Dialog) two = dialog_new (second, "anna", "anna");
  g_autoptr (CsSipEvent) came = NULL;
  g_autoptr (CsSipEvent) came_too = NULL;
  g_autoptr (CsSipEvent) went = NULL;
  g_autofree char *response = register_phone (one, "anna", NULL);
  g_autofree char *both = register_phone (two, "anna", NULL);
  g_autofree char *gone = NULL;

  came = house_expect (house, CS_SIP_REGISTERED);
  came_too = house_expect (house, CS_SIP_REGISTERED);
  g_assert_cmpuint (count_contacts (both), ==, 2);
  gone = register_phone (two, "anna", "Expires: 0\r\n");
  g_assert_cmpuint (count_contacts (gone), ==, 1);
  house_expect_none (house);
  g_clear_pointer (&gone, g_free);
  gone = register_phone (one, "anna", "Expires: 0\r\n");
  went = house_expect (house, CS_SIP_UNREGISTERED);
}

static void
test_restored (void)
{
  g_autoptr (House) house = house_new (NULL, FALSE);
  g_autoptr (House) next = NULL;
  g_autoptr (Peer) phone = peer_new (house, PHONE_IP, FALSE);
  g_autoptr (Dialog) dialog = dialog_new (phone, "anna", "anna");
  g_autofree char *response = register_phone (dialog, "anna", NULL);
  GPtrArray *bindings = cs_sip_dump_bindings (house->sip);
  g_autoptr (CsSipEvent) event = NULL;
  CsSipCounts counts;

  g_clear_pointer (&house, house_free);
  next = house_new (NULL, FALSE);
  cs_sip_restore_bindings (next->sip, bindings);
  event = house_expect (next, CS_SIP_REGISTERED);
  g_assert_cmpint (event->user, ==, USER_ID);
  cs_sip_get_counts (next->sip, &counts);
  g_assert_cmpuint (counts.registrations, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sip/register/right", test_right);
  g_test_add_func ("/sip/register/wrong", test_wrong);
  g_test_add_func ("/sip/register/stale", test_stale);
  g_test_add_func ("/sip/register/expired", test_expired);
  g_test_add_func ("/sip/register/wiped", test_wiped);
  g_test_add_func ("/sip/register/restored", test_restored);
  return g_test_run ();
}
