/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of the ranges that are reserved for examples, where a country has one. */
#include "common/rules/phone.h"

static const struct {
  const char *country; /* NULL: no plan */
  const char *text;
  const char *number; /* NULL: refused */
} forms[] = {
  { NULL, "+31201234567", "+31201234567" },
  { NULL, "+31 (0)20 123 45 67", "+31201234567" },
  { NULL, "0031-20-1234567", "+31201234567" },
  { NULL,
    "  +31\xc2\xa0"
    "20\xe2\x80\x91"
    "1234567 ",
    "+31201234567" },
  { NULL, "tel:+31-20-123.45.67;phone-context=x", "+31201234567" },
  { NULL, "sip:+31201234567@192.0.2.1:5060;user=phone", "+31201234567" },
  { NULL, "\"Anna\" <sips:+31201234567@example.org>;tag=9", "+31201234567" },
  { NULL, "0201234567", NULL },
  { NULL, "31201234567", NULL },
  { "NL", "0201234567", "+31201234567" },
  { "NL", "020 - 123 45 67", "+31201234567" },
  { "NL", "(020) 1234567", "+31201234567" },
  { "NL", "31201234567", "+31201234567" },
  { "NL", "sip:31201234567@198.51.100.7", "+31201234567" },
  { "NL", "00390612345678", "+390612345678" },
  { "NL", "+14165550123", "+14165550123" },
  { "NL", "201234567", NULL },
  { "NL", "3112345", NULL },
  { "NL", "112", NULL },
  { "IT", "06 1234 5678", "+390612345678" },
  { "IT", "390 123 4567", "+393901234567" },
  { "IT", "+39 06 12345678", "+390612345678" },
  { "FR", "01 99 00 12 34", "+33199001234" },
  { "FR", "+33 (0)1 99 00 12 34", "+33199001234" },
  { "ES", "912 345 678", "+34912345678" },
  { "ES", "0033 199001234", "+33199001234" },
  { "CA", "514-555-0199", "+15145550199" },
  { "CA", "(514) 555-0199", "+15145550199" },
  { "CA", "1 514 555 0199", "+15145550199" },
  { "CA", "5550199", NULL },
  { "CA", "011 31 20 123 4567", "+31201234567" },
  { "US", "2 514 555 0199", NULL },
  { "AU", "0011 31 20 123 4567", "+31201234567" },
  { "AU", "0491 570 156", "+61491570156" },
  { "HU", "06 1 234 5678", "+3612345678" },
  { "NL", "", NULL },
  { "NL", NULL, NULL },
  { "NL", "+", NULL },
  { "NL", "++31201234567", NULL },
  { "NL", "020+1234567", NULL },
  { "NL", "+0201234567", NULL },
  { "NL", "+3120123456789012", NULL },
  { "NL", "00000000000000000000000000000000000000000000000000000000", NULL },
  { "NL", "020 123 abc", NULL },
  { "NL", "1-800-FLOWERS", NULL },
  { "NL", "020123456\xff", NULL },
  { "NL", "anonymous", NULL },
  { "NL", "sip:anonymous@anonymous.invalid", NULL },
  { "NL", "<", NULL },
  { "NL", "sip:@", NULL },
};

static void
test_normalise (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *number
          = ct_phone_normalise (forms[i].text, ct_dial_plan_find (forms[i].country));

      g_test_message ("form %" G_GSIZE_FORMAT, i);
      g_assert_cmpstr (number, ==, forms[i].number);
      if (number != NULL) /* the normal form is its own */
        {
          g_autofree char *again = ct_phone_normalise (number, NULL);

          g_assert_cmpstr (again, ==, number);
        }
    }
}

static void
test_withheld (void)
{
  static const char *const withheld[] = { NULL,
                                          "",
                                          " ",
                                          "anonymous",
                                          "Anonymous",
                                          "RESTRICTED",
                                          "unavailable",
                                          "Private",
                                          "sip:anonymous@anonymous.invalid",
                                          "\"Anonymous\" <sip:anonymous@example.org>",
                                          "<sip:1234567@anonymous.invalid;user=phone>",
                                          "sip:unknown@192.0.2.1",
                                          "0",
                                          "+",
                                          "0000000000",
                                          "-",
                                          "sip:restricted;x=y@host",
                                          "number withheld" };
  static const char *const shown[]
      = { "+31201234567", "anna", "sip:+31201234567@example.org", "112", "private eye" };

  for (gsize i = 0; i < G_N_ELEMENTS (withheld); i++)
    g_assert_true (ct_phone_is_withheld (withheld[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    g_assert_false (ct_phone_is_withheld (shown[i]));
}

static void
test_pretty (void)
{
  static const char *const pairs[][2] = {
    { "+15145550199", "514-555-0199" },
    { "+31201234567", "+31 20 123 45 67" },
    { "+33199001234", "+33 1 99 00 12 34" },
    { "+31612345678", "+31 6 1234 5678" },
    { "+31172123456", "+31 172 123 456" },
    { "+31305550118", "+31 30 555 01 18" },
    { "+31318123456", "+31 318 123 456" },
    { "+3225550123", "+32 2 555 01 23" },
    { "+3250123456", "+32 50 12 34 56" },
    { "+3242223344", "+32 4 222 33 44" },
    { "+32470123456", "+32 470 12 34 56" },
    { "+33612345678", "+33 6 12 34 56 78" },
    { "+390612345678", "+39 06 1234 5678" },
    { "+39061234567", "+39 06 123 4567" },
    { "+390551234567", "+39 055 123 4567" },
    { "+393331234567", "+39 333 123 4567" },
    { "+34612345678", "+34 612 345 678" },
    { "+447400123456", "+44 7400 123456" },
    { "+34912345678", "+34 912 345 678" },
    { "+442079460123", "+44 20 7946 0123" },
    { "+3545812345", "+354 581 2345" },
    { "+297582123", "+297 582 123" },
    { "+79161234567", "+7 916 123 4567" },
    { "anonymous", "anonymous" },
    { "", "" },
    { NULL, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *pretty = ct_phone_pretty (pairs[i][0]);

      g_assert_cmpstr (pretty, ==, pairs[i][1]);
    }
}

/* Every length that E.164 allows keeps its digits. */
static void
test_pretty_digits (void)
{
  g_autoptr (GString) number = g_string_new ("+21234");

  for (gsize digits = 5; digits < 15; digits++)
    {
      g_autofree char *pretty = NULL;
      g_autofree char *back = NULL;

      g_string_append_c (number, (char) ('0' + digits % 10));
      if (!ct_phone_is_e164 (number->str))
        continue;
      pretty = ct_phone_pretty (number->str);
      back = ct_phone_normalise (pretty, NULL);
      g_assert_cmpstr (back, ==, number->str);
    }
}

static void
test_plans (void)
{
  g_assert_cmpstr (ct_dial_plan_find ("nl")->country_code, ==, "31");
  g_assert_cmpstr (ct_dial_plan_find ("IT")->trunk, ==, "");
  g_assert_cmpstr (ct_dial_plan_find ("US")->international, ==, "011");
  g_assert_null (ct_dial_plan_find ("XX"));
  g_assert_null (ct_dial_plan_find (""));
  g_assert_null (ct_dial_plan_find (NULL));
  g_assert_cmpstr (ct_dial_plan_find_code ("39")->trunk, ==, "");
  g_assert_cmpstr (ct_dial_plan_find_code ("1")->international, ==, "011");
  g_assert_null (ct_dial_plan_find_code ("999"));
  g_assert_null (ct_dial_plan_find_code (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/phone/normalise", test_normalise);
  g_test_add_func ("/phone/withheld", test_withheld);
  g_test_add_func ("/phone/pretty", test_pretty);
  g_test_add_func ("/phone/pretty-digits", test_pretty_digits);
  g_test_add_func ("/phone/plans", test_plans);
  return g_test_run ();
}
