/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tenant files as text: typing by the record's table, lines, and what is refused. */
#include <string.h>

#include "common/base/error.h"
#include "common/records/tenant.h"
#include "server/tenants/yaml.h"

static CsYaml *
parse (const char *text, GError **error)
{
  return cs_yaml_parse ("t.yaml", text, strlen (text), error);
}

static void
test_typed (void)
{
  g_autoptr (CsYaml) yaml = parse ("domain: 0427\n"
                                   "name: true\n"
                                   "trunks:\n"
                                   "- key: a\n"
                                   "  host: 10.0.0.1\n"
                                   "  port: 5060\n"
                                   "  sources: [1, 2]\n"
                                   "companies:\n"
                                   "- key: b\n"
                                   "  client_code: 0001\n"
                                   "  scripts:\n"
                                   "  - key: s\n"
                                   "    body: {difficulty: 2, text: '2', yes: true, none: ~x}\n",
                                   NULL);
  g_autoptr (JsonNode) node = cs_yaml_to_json (yaml, &ct_tenant_file_type);
  g_autofree char *text = json_to_string (node, FALSE);

  g_assert_cmpstr (text, ==,
                   "{\"domain\":\"0427\",\"name\":\"true\",\"trunks\":[{\"key\":\"a\",\"host\":"
                   "\"10.0.0.1\",\"port\":5060,\"sources\":[\"1\",\"2\"]}],\"companies\":[{\"key\":"
                   "\"b\",\"client_code\":\"0001\",\"scripts\":[{\"key\":\"s\",\"body\":{"
                   "\"difficulty\":2,\"text\":\"2\",\"yes\":true,\"none\":\"~x\"}}]}]}");
  g_assert_cmpuint (cs_yaml_find_line (yaml, "/trunks/0/port"), ==, 6);
  g_assert_cmpuint (cs_yaml_find_line (yaml, "/companies/0/scripts/0/body/text"), ==, 13);
  g_assert_cmpuint (cs_yaml_find_line (yaml, "/companies/0/nothing/here"), ==, 9);
}

static void
test_refused (void)
{
  static const struct {
    const char *text;
    const char *message;
  } cases[] = {
    { "a: &x 1\nb: 2\n", "t.yaml:1: anchors, aliases and tags are not read here" },
    { "a: 1\nb: *x\n", "t.yaml:2: anchors, aliases and tags are not read here" },
    { "a: !!str 1\n", "t.yaml:1: anchors, aliases and tags are not read here" },
    { "a: 1\na: 2\n", "t.yaml:2: a key must be a plain word, once in its mapping" },
    { "? [a]\n: 1\n", "t.yaml:1: a key must be a plain word, once in its mapping" },
    { "a: 1\n---\nb: 2\n", "t.yaml:2: a second document" },
    { "", "t.yaml:1: the file is empty" },
    { "a: \"unfinished\n", NULL },
    { "a:\n\t- b\n", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (cases[i].text, &error));
      g_assert_true (ct_error_is (error, CT_ERROR_INVALID));
      if (cases[i].message != NULL)
        g_assert_cmpstr (error->message, ==, cases[i].message);
      else
        g_assert_true (g_str_has_prefix (error->message, "t.yaml:"));
    }
}

static void
test_deep (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 20000; i++)
    g_string_append_c (text, '[');
  g_assert_null (parse (text->str, &error));
  g_assert_true (ct_error_is (error, CT_ERROR_INVALID));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/yaml/typed", test_typed);
  g_test_add_func ("/yaml/refused", test_refused);
  g_test_add_func ("/yaml/deep", test_deep);
  return g_test_run ();
}
