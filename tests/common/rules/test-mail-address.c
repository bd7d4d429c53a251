/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/rules/mail-address.h"

static void
test_addresses (void)
{
  static const struct {
    const char *mailbox, *address;
  } cases[] = {
    { "a@example.org", "a@example.org" },
    { " a@example.org ", "a@example.org" },
    { "A B <a@example.org>", "a@example.org" },
    { "\"A <b>\" <a@example.org>", "a@example.org" },
    { "a.b+c@sub.example.org", "a.b+c@sub.example.org" },
    { "a", NULL },
    { "@example.org", NULL },
    { "a@", NULL },
    { "a@b@c", NULL },
    { "a b@example.org", NULL },
    { "a@example.org, b@example.org", NULL },
    { "a@example.org> SIZE=1 <", NULL },
    { "<a@example.org> x", NULL },
    { "a@ex\nample.org", NULL },
    { "é@example.org", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *address = ct_mail_address (cases[i].mailbox);

      g_assert_cmpstr (address, ==, cases[i].address);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mail-address/addresses", test_addresses);
  return g_test_run ();
}
