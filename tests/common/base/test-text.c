/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Catalogues made byte by byte, right ones and lying ones. */
#include "common/base/text.h"

#include "common/base/error.h"
#include "common/base/text-plural.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  const char *original;
  gsize original_size;
  const char *translation;
  gsize translation_size;
} Entry;

#define ENTRY(original, translation)                                                               \
  {                                                                                                \
    original, sizeof (original) - 1, translation, sizeof (translation) - 1                         \
  }

/* Sorted, as in every catalogue. */
static const Entry dutch[] = {
  ENTRY ("",
         "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"),
  ENTRY ("%lu call\0%lu calls", "%lu gesprek\0%lu gesprekken"),
  ENTRY ("Answer", "Opnemen"),
  ENTRY ("Empty", ""),
  ENTRY ("Hold", "Wacht"),
  ENTRY ("call\4Open", "Open gesprek"),
  ENTRY ("call state\4Hold", "In de wacht"),
};

static void
put_number (GByteArray *out, guint32 number, gboolean swapped)
{
  if (swapped)
    number = GUINT32_SWAP_LE_BE (number);
  g_byte_array_append (out, (const guint8 *) &number, sizeof number);
}

static GByteArray *
catalogue_bytes (const Entry *entries, guint32 n_entries, gboolean swapped)
{
  GByteArray *out = g_byte_array_new ();
  guint32 offset = 28 + n_entries * 16;
  guint32 head[] = { 0x950412de, 0, n_entries, 28, 28 + n_entries * 8, 0, offset };

  for (gsize i = 0; i < G_N_ELEMENTS (head); i++)
    put_number (out, head[i], swapped);
  for (int translations = 0; translations < 2; translations++)
    for (guint32 i = 0; i < n_entries; i++)
      {
        gsize size = translations ? entries[i].translation_size : entries[i].original_size;

        put_number (out, (guint32) size, swapped);
        put_number (out, offset, swapped);
        offset += (guint32) size + 1;
      }
  for (int translations = 0; translations < 2; translations++)
    for (guint32 i = 0; i < n_entries; i++)
      if (translations)
        g_byte_array_append (out, (const guint8 *) entries[i].translation,
                             (guint) entries[i].translation_size + 1);
      else
        g_byte_array_append (out, (const guint8 *) entries[i].original,
                             (guint) entries[i].original_size + 1);
  return out;
}

static CtCatalogue *
catalogue_of (const guint8 *data, gsize size, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size); /* a block of its own size */

  return ct_catalogue_new (bytes, error);
}

static void
test_find (void)
{
  for (int swapped = 0; swapped < 2; swapped++)
    {
      g_autoptr (GByteArray) bytes = catalogue_bytes (dutch, G_N_ELEMENTS (dutch), swapped);
      g_autoptr (GError) error = NULL;
      g_autoptr (CtCatalogue) catalogue = catalogue_of (bytes->data, bytes->len, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (ct_catalogue_find (catalogue, NULL, "Answer"), ==, "Opnemen");
      g_assert_cmpstr (ct_catalogue_find (catalogue, NULL, "Hold"), ==, "Wacht");
      g_assert_cmpstr (ct_catalogue_find (catalogue, "call state", "Hold"), ==, "In de wacht");
      g_assert_cmpstr (ct_catalogue_find (catalogue, "call", "Open"), ==, "Open gesprek");
      g_assert_null (ct_catalogue_find (catalogue, "call", "Hold"));
      g_assert_null (ct_catalogue_find (catalogue, "Hold", ""));
      g_assert_null (ct_catalogue_find (catalogue, NULL, "Empty"));
      g_assert_null (ct_catalogue_find (catalogue, NULL, "Zebra"));
      g_assert_cmpstr (ct_catalogue_find_plural (catalogue, "%lu call", 1), ==, "%lu gesprek");
      g_assert_cmpstr (ct_catalogue_find_plural (catalogue, "%lu call", 0), ==, "%lu gesprekken");
      g_assert_cmpstr (ct_catalogue_find_plural (catalogue, "%lu call", 7), ==, "%lu gesprekken");
      g_assert_cmpstr (ct_catalogue_find_plural (catalogue, "Answer", 1), ==, "Opnemen");
      g_assert_null (ct_catalogue_find_plural (catalogue, "Answer", 2)); /* it has one form */
    }
}

static void
ask_everything (const CtCatalogue *catalogue)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dutch); i++)
    {
      const char *text = ct_catalogue_find (catalogue, NULL, dutch[i].original);

      g_assert_true (text == NULL || g_utf8_validate (text, -1, NULL));
      for (gulong n = 0; n < 4; n++)
        ct_catalogue_find_plural (catalogue, dutch[i].original, n);
      ct_catalogue_find (catalogue, "call", dutch[i].original);
    }
}

/* Cut short, or with any byte changed, it is refused or harmless. */
static void
test_damaged (void)
{
  static const guint8 values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
  g_autoptr (GByteArray) bytes = catalogue_bytes (dutch, G_N_ELEMENTS (dutch), FALSE);

  for (gsize size = 0; size < bytes->len; size++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (catalogue_of (bytes->data, size, &error));
      g_assert_error (error, CT_ERROR, CT_ERROR_INVALID);
    }
  for (gsize at = 0; at < bytes->len; at++)
    for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
      {
        guint8 kept = bytes->data[at];
        g_autoptr (CtCatalogue) catalogue = NULL;

        bytes->data[at] = values[i];
        catalogue = catalogue_of (bytes->data, bytes->len, NULL);
        if (catalogue != NULL)
          ask_everything (catalogue);
        bytes->data[at] = kept;
      }
}

static void
test_refused (void)
{
  static const Entry unsorted[] = { ENTRY ("b", "b"), ENTRY ("a", "a") };
  static const Entry twice[] = { ENTRY ("a", "b"), ENTRY ("a", "c") };
  static const Entry latin[] = { ENTRY ("a", "\xe9") };
  static const Entry rule[] = { ENTRY ("", "X: y\nPlural-Forms: nplurals=2; plural=system(n);\n") };
  static const struct {
    const Entry *entries;
    guint32 n_entries;
  } cases[] = { { unsorted, 2 }, { twice, 2 }, { latin, 1 }, { rule, 1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GByteArray) bytes = catalogue_bytes (cases[i].entries, cases[i].n_entries, FALSE);
      g_autoptr (GError) error = NULL;

      g_assert_null (catalogue_of (bytes->data, bytes->len, &error));
      g_assert_error (error, CT_ERROR, CT_ERROR_INVALID);
    }
}

static void
test_rules (void)
{
  static const struct {
    const char *rule;
    gulong n;
    gulong form;
  } cases[] = {
    { " nplurals=2; plural=(n != 1);", 0, 1 },
    { " nplurals=2; plural=(n != 1);", 1, 0 },
    { " nplurals=2; plural=n>1;", 0, 0 },
    { " nplurals=2; plural=n > 1;", 2, 1 },
    { " nplurals=1; plural=0;", 5, 0 },
    /* French, Italian and Spanish as of late: millions apart. */
    { "nplurals=3; plural=(n == 0 || n == 1) ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;", 0, 0 },
    { "nplurals=3; plural=(n == 0 || n == 1) ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;", 3, 2 },
    { "nplurals=3; plural=(n == 0 || n == 1) ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;", 2000000,
      1 },
    { "nplurals=3; plural=n == 1 ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;", 1, 0 },
    /* Polish, to be sure of the operators. */
    { "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);", 22,
      1 },
    { "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);", 12,
      2 },
    { "nplurals=10; plural=1+2*3-8/4%3;", 1, 5 },
    { "nplurals=10; plural=9-3-2;", 1, 4 },
    { "nplurals=2; plural=!n;", 0, 1 },
    { "nplurals=2; plural=!!n == 1;", 7, 1 },
    { "nplurals=2; plural=n/0+n%0;", 7, 0 },
    { "nplurals=2; plural=n;", 7, 0 }, /* a form that does not exist */
  };
  static const char *const bad[] = { "",
                                     "nplurals=2",
                                     "nplurals=0; plural=0;",
                                     "nplurals=11; plural=0;",
                                     "nplurals=2; plural=;",
                                     "nplurals=2; plural=n!;",
                                     "nplurals=2; plural=(n;",
                                     "nplurals=2; plural=n);",
                                     "nplurals=2; plural=n?1;",
                                     "nplurals=2; plural=n=1;",
                                     "nplurals=2; plural=x;",
                                     "nplurals=2; plural=99999999999999999999999;",
                                     "nplurals=2; plural=n n;",
                                     "nplurals=; plural=n;" };
  g_autofree char *deep = NULL;
  GString *brackets = g_string_new ("nplurals=2; plural=");
  CtPluralRule rule = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].rule);
      ct_plural_rule_parse (&rule, cases[i].rule, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (ct_plural_rule_choose (&rule, cases[i].n), ==, cases[i].form);
      ct_plural_rule_clear (&rule);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (ct_plural_rule_parse (&rule, bad[i], NULL));
  for (int i = 0; i < 400; i++)
    g_string_append_c (brackets, '(');
  deep = g_string_free (brackets, FALSE);
  g_assert_false (ct_plural_rule_parse (&rule, deep, NULL));
}

static void
test_languages (void)
{
  g_autoptr (GByteArray) bytes = catalogue_bytes (dutch, G_N_ELEMENTS (dutch), FALSE);
  g_autofree char *folder = g_dir_make_tmp ("centrale-text-XXXXXX", NULL);
  g_autofree char *messages = g_build_filename (folder, "nl", "LC_MESSAGES", NULL);
  g_autofree char *language = g_path_get_dirname (messages);
  g_autofree char *file = g_build_filename (messages, "centrale.mo", NULL);

  g_assert_cmpstr (ct_text ("nl", "Answer"), ==, "Answer"); /* nothing read yet */
  g_mkdir_with_parents (messages, 0700);
  g_assert_true (g_file_set_contents (file, (const char *) bytes->data, bytes->len, NULL));
  ct_text_init (folder);
  g_assert_cmpstr (ct_text ("nl", "Answer"), ==, "Opnemen");
  g_assert_cmpstr (ct_text ("nl_BE", "Answer"), ==, "Opnemen");
  g_assert_cmpstr (ct_text ("nl-BE", "Answer"), ==, "Opnemen");
  g_assert_cmpstr (ct_text ("nl", "Nowhere"), ==, "Nowhere");
  g_assert_cmpstr (ct_text ("nl", "Empty"), ==, "Empty");
  g_assert_cmpstr (ct_text ("en", "Answer"), ==, "Answer");
  g_assert_cmpstr (ct_text ("de", "Answer"), ==, "Answer");
  g_assert_cmpstr (ct_text ("", "Answer"), ==, "Answer");
  g_assert_cmpstr (ct_text (NULL, "Answer"), ==, "Answer");
  g_assert_cmpstr (ct_text ("../../nl", "Answer"), ==, "Answer");
  g_assert_cmpstr (ct_text_context ("nl", "call state", "Hold"), ==, "In de wacht");
  g_assert_cmpstr (ct_text_context ("it", "call state", "Hold"), ==, "Hold");
  g_assert_cmpstr (ct_text_plural ("nl", "%lu call", "%lu calls", 1), ==, "%lu gesprek");
  g_assert_cmpstr (ct_text_plural ("en", "%lu call", "%lu calls", 1), ==, "%lu call");
  g_assert_cmpstr (ct_text_plural ("en", "%lu call", "%lu calls", 0), ==, "%lu calls");
  g_unlink (file);
  ct_text_init (folder);
  g_assert_cmpstr (ct_text ("nl", "Answer"), ==, "Answer");
  g_rmdir (messages);
  g_rmdir (language);
  g_rmdir (folder);
  ct_text_init (folder); /* no such folder */
  g_assert_cmpstr (ct_text ("nl", "Answer"), ==, "Answer");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/find", test_find);
  g_test_add_func ("/text/damaged", test_damaged);
  g_test_add_func ("/text/refused", test_refused);
  g_test_add_func ("/text/rules", test_rules);
  g_test_add_func ("/text/languages", test_languages);
  return g_test_run ();
}
