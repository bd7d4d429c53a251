/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration says where it is wrong, and its own description is right. */
#include <string.h>

#include "common/base/error.h"
#include "server/app/config.h"

static void
test_defaults (void)
{
  g_autofree char *text = cs_config_describe ();
  g_autoptr (CsConfig) empty = cs_config_parse ("/etc/x.conf", "", 0, NULL);
  g_autoptr (CsConfig) described = cs_config_parse ("/etc/x.conf", text, strlen (text), NULL);

  g_assert_nonnull (empty);
  g_assert_nonnull (described);
  g_assert_cmpint (empty->http_port, ==, 8443);
  g_assert_cmpstr (described->mail_security, ==, "starttls");
  g_assert_null (described->certificate);
}

static void
test_values (void)
{
  const char *text
      = "[server]\ndata-folder=data\n[http]\nport=0\nworkers=2\n[mail]\nhost=127.0.0.1\n";
  g_autoptr (CsConfig) config = cs_config_parse ("/etc/centrale/x.conf", text, strlen (text), NULL);

  g_assert_nonnull (config);
  g_assert_cmpstr (config->data_folder, ==, "/etc/centrale/data");
  g_assert_cmpint (config->http_port, ==, 0);
  g_assert_cmpstr (config->mail_host, ==, "127.0.0.1");
}

static void
test_errors (void)
{
  static const struct {
    const char *text;
    const char *message;
  } cases[] = {
    { "[http]\nport=99999\n", "x.conf:2: port: a number from 0 to 65535 is wanted" },
    { "[http]\n\nprot=1\n", "x.conf:3: [http] has no key \"prot\"" },
    { "[server]\n[htpt]\nport=1\n", "x.conf:2: there is no group [htpt]" },
    { "[mail]\nsecurity=ssl\n", "x.conf:2: security: one of these is wanted: none starttls tls" },
    { "[http]\ncertificate=a.pem\n", "x.conf:2: certificate and key go together" },
    { "[http]\n[sip]\nport=1\nkey=a.key\n", "x.conf:4: certificate and key go together" },
    { "[media]\nport-min=3000\nport-max=2000\n", "x.conf:1: port-max must be above port-min" },
    { "[server]\ndata-folder=\n", "x.conf:2: data-folder: a value is wanted" },
    { "[sip]\nport=0\nrealm=\n", "x.conf:3: realm: a value is wanted" },
    { "[http]\nport=\n", "x.conf:2: port: a value is wanted" },
    { "[sip]\naddress=localhost\n", "x.conf:2: address: an IP address is wanted" },
    { "[sip]\npublic-address=x\n", "x.conf:2: public-address: an IP address is wanted" },
    { "[media]\naddress=::1\n", "x.conf:2: address: an IPv4 address is wanted" },
    { "[http]\naddress=::\n", "x.conf:2: address: without a certificate only 127.0.0.1 is served" },
    { "[http]\nport=1\n#\n port = 2\n", "x.conf:4: port stands twice" },
    { "[http]\nrubbish\n", "x.conf:2: a [group] or key=value is wanted" },
    { "port=1\n", "x.conf:1: a [group] or key=value is wanted" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (cs_config_parse ("x.conf", cases[i].text, strlen (cases[i].text), &error));
      g_assert_true (ct_error_is (error, CT_ERROR_INVALID));
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
  g_assert_null (cs_config_parse ("x.conf", "[http]\0port", 11, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/defaults", test_defaults);
  g_test_add_func ("/config/values", test_values);
  g_test_add_func ("/config/errors", test_errors);
  return g_test_run ();
}
