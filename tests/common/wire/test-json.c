/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gate for strangers' JSON: what is JSON passes, what is nearly JSON does not. */
#include "common/wire/json-check.h"

#include "common/base/error.h"

#include <string.h>

#define MAX_SIZE (1024 * 1024)
/* A literal with its length, for those with a NUL inside. */
#define BYTES(literal) (literal), sizeof (literal) - 1

static const struct {
  const char *bytes;
  gsize size;
} good[] = {
  { BYTES ("{}") },
  { BYTES ("[]") },
  { BYTES ("0") },
  { BYTES ("-0") },
  { BYTES (" \t\r\n null \n") },
  { BYTES ("true") },
  { BYTES ("false") },
  { BYTES ("\"\"") },
  { BYTES ("[1,2.5,-3e2,1E+2,0e0,123e-4,-0.0]") },
  { BYTES ("9223372036854775807") },
  { BYTES ("-9223372036854775808") },
  { BYTES ("1.7976931348623157e308") },
  { BYTES ("1e-400") }, /* underflow is a finite nothing */
  { BYTES ("{\"a\":{\"a\":[{\"a\":1}]},\"b\":null}") },
  { BYTES ("{\"\":1}") },
  { BYTES ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"") },
  { BYTES ("\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"") },
  { BYTES ("\"\xef\xbf\xbf\"") }, /* U+FFFF is a scalar value */
  { BYTES ("\"\x7f\"") },
  { BYTES ("\"/* no comment */ // none\"") },
  { BYTES ("[[[[]],{}],[]]") },
};

static const struct {
  const char *bytes;
  gsize size;
  gsize at; /* the byte that the message names */
} bad[] = {
  { BYTES (" "), 1 },
  { BYTES ("["), 1 },
  { BYTES ("{"), 1 },
  { BYTES ("]"), 0 },
  { BYTES ("[1,]"), 3 },
  { BYTES ("[,1]"), 1 },
  { BYTES ("[1 2]"), 3 },
  { BYTES ("[1}"), 2 },
  { BYTES ("{\"a\":1]"), 6 },
  { BYTES ("{\"a\":1,}"), 7 },
  { BYTES ("{\"a\" 1}"), 5 },
  { BYTES ("{\"a\":}"), 5 },
  { BYTES ("{a:1}"), 1 },
  { BYTES ("{'a':1}"), 1 },
  { BYTES ("{1:1}"), 1 },
  { BYTES ("{\"a\":1,,\"b\":2}"), 7 },
  { BYTES ("[1]]"), 3 },
  { BYTES ("{}{}"), 2 },
  { BYTES ("1 2"), 2 },
  { BYTES ("01"), 1 },
  { BYTES ("-"), 1 },
  { BYTES ("-01"), 2 },
  { BYTES ("+1"), 0 },
  { BYTES (".5"), 0 },
  { BYTES ("1."), 2 },
  { BYTES ("1.e5"), 2 },
  { BYTES ("1e"), 2 },
  { BYTES ("1e+"), 3 },
  { BYTES ("0x10"), 1 },
  { BYTES ("1_000"), 1 },
  { BYTES ("NaN"), 0 },
  { BYTES ("-Infinity"), 1 },
  { BYTES ("1e400"), 0 },
  { BYTES ("-1e400"), 0 },
  { BYTES ("9223372036854775808"), 0 },
  { BYTES ("[0, -9223372036854775809]"), 4 },
  { BYTES ("True"), 0 },
  { BYTES ("tru"), 3 },
  { BYTES ("nul"), 3 },
  { BYTES ("nulL"), 3 },
  { BYTES ("undefined"), 0 },
  { BYTES ("/* c */ 1"), 0 },
  { BYTES ("1 // c"), 2 },
  { BYTES ("# c\n1"), 0 },
  { BYTES ("\""), 1 },
  { BYTES ("\"abc"), 4 },
  { BYTES ("'abc'"), 0 },
  { BYTES ("\"a\nb\""), 2 },
  { BYTES ("\"a\tb\""), 2 },
  { BYTES ("\"\x1f\""), 1 },
  { BYTES ("\"\\x41\""), 2 },
  { BYTES ("\"\\'\""), 2 },
  { BYTES ("\"\\"), 2 },
  { BYTES ("\"\\u12"), 5 },
  { BYTES ("\"\\u12G4\""), 5 },
  { BYTES ("\"\\U00e9\""), 2 },
  { BYTES ("\"\\u0000\""), 7 },
  { BYTES ("\"\\ud800\""), 7 },
  { BYTES ("\"\\udc00\""), 7 },
  { BYTES ("\"\\ud800\\u0041\""), 13 },
  { BYTES ("\"\\ud800\\ud800\""), 13 },
  { BYTES ("\"\\ud800x\""), 7 },
  { BYTES ("{\"\\ud800\":1}"), 8 },
  { BYTES ("\xef\xbb\xbf{}"), 0 },       /* byte order mark */
  { BYTES ("\"\xff\""), 1 },             /* never UTF-8 */
  { BYTES ("\"\xc0\xaf\""), 1 },         /* overlong */
  { BYTES ("\"\xe0\x80\xaf\""), 1 },     /* overlong */
  { BYTES ("\"\xed\xa0\x80\""), 1 },     /* a surrogate in UTF-8 */
  { BYTES ("\"\xf4\x90\x80\x80\""), 1 }, /* beyond U+10FFFF */
  { BYTES ("\"\xe2\x82\""), 1 },         /* cut short */
  { BYTES ("\xfe\xff\0[\0]"), 0 },       /* UTF-16 */
  { BYTES ("[\0]"), 1 },
  { BYTES ("\"a\0b\""), 2 },
  { BYTES ("[]\0"), 2 },
  { BYTES ("[1\xa0]"), 2 },
  { BYTES ("[\x0b]"), 1 }, /* a vertical tab is no white space here */
  { BYTES ("\x0c[]"), 0 },
};

static void
test_good (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = ct_json_parse (good[i].bytes, good[i].size, MAX_SIZE, &error);

      g_assert_no_error (error);
      g_assert_nonnull (node);
    }
}

static void
test_bad (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *place = g_strdup_printf (" at byte %" G_GSIZE_FORMAT, bad[i].at);

      g_assert_false (ct_json_check (bad[i].bytes, bad[i].size, MAX_SIZE, &error));
      if (!g_str_has_suffix (error->message, place))
        g_error ("%s: %s, expected%s", bad[i].bytes, error->message, place);
      g_assert_null (ct_json_parse (bad[i].bytes, bad[i].size, MAX_SIZE, NULL));
    }
}

/* Every beginning of a document is no document. */
static void
test_cut (void)
{
  static const char text[]
      = "{\"a\":[1.5e3,true,null,\"\\u00e9\\ud83d\\ude00\xe2\x82\xac\"],\"b\":{}}";

  for (gsize size = 0; size < sizeof text - 1; size++)
    {
      g_autofree char *cut = g_memdup2 (text, size); /* its own block: a sanitizer sees the edge */

      g_assert_false (ct_json_check (cut != NULL ? cut : "", size, MAX_SIZE, NULL));
    }
  g_assert_true (ct_json_check (text, sizeof text - 1, MAX_SIZE, NULL));
}

static char *
nested (guint depth, const char *open, const char *close)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (text, open);
  for (guint i = 0; close != NULL && i < depth; i++)
    g_string_append (text, close);
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autofree char *deepest = nested (CT_JSON_MAX_DEPTH, "[", "]");
  g_autofree char *deeper = nested (CT_JSON_MAX_DEPTH + 1, "[", "]");
  g_autofree char *brackets = nested (75000, "[", "]");
  g_autofree char *open = nested (75000, "[", NULL);
  g_autofree char *objects = nested (75000, "{\"a\":", NULL);
  const char *deep[] = { deeper, brackets, open, objects };
  g_autoptr (JsonNode) node = ct_json_parse (deepest, strlen (deepest), MAX_SIZE, NULL);

  g_assert_nonnull (node);
  for (gsize i = 0; i < G_N_ELEMENTS (deep); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ct_json_parse (deep[i], strlen (deep[i]), MAX_SIZE, &error));
      g_assert_error (error, CT_ERROR, CT_ERROR_LIMIT);
    }
}

static void
test_size (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ct_json_check ("[1]", 3, 3, NULL));
  g_assert_false (ct_json_check ("[1]", 3, 2, &error));
  g_assert_error (error, CT_ERROR, CT_ERROR_LIMIT);
  g_assert_false (ct_json_check ("", 0, 2, NULL));
}

static void
test_twice (void)
{
  static const char *const documents[] = {
    "{\"a\":1,\"a\":1}",
    "{\"a\":1,\"\\u0061\":2}",
    "[{\"b\":{\"a\":1,\"c\":2,\"a\":3}}]",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ct_json_parse (documents[i], strlen (documents[i]), MAX_SIZE, &error));
      g_assert_error (error, CT_ERROR, CT_ERROR_INVALID);
    }
}

static void
test_values (void)
{
  static const char text[]
      = "{\"s\":\"\\ud83d\\ude00\\n\",\"i\":-9223372036854775808,\"d\":0.1,\"z\":-0}";
  g_autoptr (JsonNode) node = ct_json_parse (text, sizeof text - 1, MAX_SIZE, NULL);
  JsonObject *object = json_node_get_object (node);

  g_assert_cmpstr (json_object_get_string_member (object, "s"), ==, "\xf0\x9f\x98\x80\n");
  g_assert_cmpint (json_object_get_int_member (object, "i"), ==, G_MININT64);
  g_assert_cmpfloat (json_object_get_double_member (object, "d"), ==, 0.1);
  g_assert_cmpint (json_object_get_int_member (object, "z"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/good", test_good);
  g_test_add_func ("/json/bad", test_bad);
  g_test_add_func ("/json/cut", test_cut);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/size", test_size);
  g_test_add_func ("/json/twice", test_twice);
  g_test_add_func ("/json/values", test_values);
  return g_test_run ();
}
