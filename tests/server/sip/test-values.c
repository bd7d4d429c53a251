/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses, blocks, numbers, destinations, buckets: tables. */
#include "common/base/error.h"
#include "server/sip/address.h"
#include "server/sip/sources.h"
#include "server/sip/trunk.h"

#include <string.h>

static void
test_addresses (void)
{
  static const struct {
    const char *text, *printed;
  } rows[] = {
    { "192.0.2.1", "192.0.2.1" },
    { "2001:db8::1", "[2001:db8::1]" },
    { "[2001:db8::1]", "[2001:db8::1]" },
    { "192.0.2", NULL },
    { "", NULL },
    { NULL, NULL },
    { "example.org", NULL },
    { "[", NULL },
    { "[]", NULL },
    { "192.0.2.1 ", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CsSipAddress address;
      char printed[CS_SIP_ADDRESS_TEXT];

      g_assert_cmpint (cs_sip_address_parse (rows[i].text, &address), ==, rows[i].printed != NULL);
      if (rows[i].printed == NULL)
        continue;
      cs_sip_address_print (&address, printed);
      g_assert_cmpstr (printed, ==, rows[i].printed);
    }
}

static void
test_blocks (void)
{
  static const struct {
    const char *block, *address;
    gboolean within;
  } rows[] = {
    { "192.0.2.0/24", "192.0.2.255", TRUE },    { "192.0.2.0/24", "192.0.3.0", FALSE },
    { "192.0.2.128/25", "192.0.2.127", FALSE }, { "192.0.2.128/25", "192.0.2.129", TRUE },
    { "192.0.2.7", "192.0.2.7", TRUE },         { "192.0.2.7", "192.0.2.8", FALSE },
    { "0.0.0.0/0", "198.51.100.1", TRUE },      { "0.0.0.0/0", "2001:db8::1", FALSE },
    { "2001:db8::/32", "2001:db8:1::1", TRUE }, { "2001:db8::/32", "2001:db9::1", FALSE },
  };
  static const char *const wrong[]
      = { "", "/", "192.0.2.0/33", "192.0.2.0/x", "x/8", "1.2.3.4/-1" };
  CsSipBlock block;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CsSipAddress address;

      g_assert_true (cs_sip_block_parse (rows[i].block, &block));
      g_assert_true (cs_sip_address_parse (rows[i].address, &address));
      g_assert_cmpint (cs_sip_block_contains (&block, &address), ==, rows[i].within);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (cs_sip_block_parse (wrong[i], &block));
}

static void
test_numbers (void)
{
  static const struct {
    const char *country, *dialled, *number;
  } rows[] = {
    { "31", "+31612345678", "+31612345678" },
    { "31", "0031612345678", "+31612345678" },
    { "31", "0612345678", "+31612345678" },
    { "31", "31612345678", "+31612345678" },
    { "31", "612345678", "+31612345678" },
    { "31", "06-1234 5678;phone-context=x", "+31612345678" },
    { "39", "0655501120", "+390655501120" }, /* the zero is part of it */
    { "39", "390655501120", "+390655501120" },
    { "1", "01131612345678", "+31612345678" },
    { "1", "15145550199", "+15145550199" },
    { "999", "0612345678", "+999612345678" },
    { NULL, "31612345678", "+31612345678" },
    { "31", "anonymous", NULL },
    { "31", "", NULL },
    { "31", "1", NULL },
    { "31", NULL, NULL },
    { "31", "12345678901234567890123456789", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CsSipTrunk trunk = { .country = (char *) rows[i].country };
      g_autofree char *number = cs_sip_trunk_normalise (&trunk, rows[i].dialled);

      g_assert_cmpstr (number, ==, rows[i].number);
    }
}

static void
test_allowed (void)
{
  char *prefixes[] = { (char *) "+31", (char *) "+3906", NULL };
  CsSipTrunk trunk = { .allowed = prefixes };
  CsSipTrunk closed = { 0 };

  g_assert_true (cs_sip_trunk_allows (&trunk, "+31612345678"));
  g_assert_true (cs_sip_trunk_allows (&trunk, "+39061234"));
  g_assert_false (cs_sip_trunk_allows (&trunk, "+39021234"));
  g_assert_false (cs_sip_trunk_allows (&trunk, "31612345678"));
  g_assert_false (cs_sip_trunk_allows (&trunk, "+31612345678@evil.invalid"));
  g_assert_false (cs_sip_trunk_allows (&trunk, NULL));
  g_assert_false (cs_sip_trunk_allows (&closed, "+31612345678"));
}

static void
test_resolve (void)
{
  g_autoptr (CsSipTrunk) good = cs_sip_trunk_new (1, 1, "t", "192.0.2.1");
  g_autoptr (CsSipTrunk) bad = cs_sip_trunk_new (1, 1, "t", "192.0.2.1");
  g_autoptr (GError) error = NULL;

  g_assert_true (cs_sip_trunk_resolve (good, NULL, NULL));
  g_assert_cmpstr (good->address, ==, "192.0.2.1");
  bad->sources = g_strdupv ((char *[]){ (char *) "192.0.2.0/99", NULL });
  g_assert_false (cs_sip_trunk_resolve (bad, NULL, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_INVALID));
  g_assert_null (bad->address);
}

static void
test_buckets (void)
{
  g_autoptr (CtClock) clock = ct_clock_new_manual (0);
  CsSipSources *sources = cs_sip_sources_new (clock, 2, 3);
  CsSipAddress one, two;

  cs_sip_address_parse ("192.0.2.1", &one);
  cs_sip_address_parse ("192.0.2.2", &two);
  g_assert_true (cs_sip_sources_take (sources, &one, 3));
  g_assert_false (cs_sip_sources_take (sources, &one, 1));
  g_assert_true (cs_sip_sources_take (sources, &two, 1));
  ct_clock_advance_us (clock, G_USEC_PER_SEC);
  g_assert_true (cs_sip_sources_take (sources, &one, 2));
  g_assert_false (cs_sip_sources_take (sources, &one, 1));
  cs_sip_sources_sweep (sources);
  g_assert_cmpuint (cs_sip_sources_get_size (sources), ==, 1);
  /* A flood with forged senders shares one bucket in the end. */
  for (guint32 i = 0; i < 40000; i++)
    {
      memcpy (two.bytes + 12, &i, sizeof i);
      cs_sip_sources_take (sources, &two, 1);
    }
  g_assert_cmpuint (cs_sip_sources_get_size (sources), ==, 20000);
  g_assert_false (cs_sip_sources_take (sources, &two, 1));
  cs_sip_sources_free (sources);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sip/values/addresses", test_addresses);
  g_test_add_func ("/sip/values/blocks", test_blocks);
  g_test_add_func ("/sip/values/numbers", test_numbers);
  g_test_add_func ("/sip/values/allowed", test_allowed);
  g_test_add_func ("/sip/values/resolve", test_resolve);
  g_test_add_func ("/sip/values/buckets", test_buckets);
  return g_test_run ();
}
