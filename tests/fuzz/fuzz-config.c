/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a configuration: taken with every number in its place, or refused with a reason. */
#include "fuzz.h"
#include "server/app/config.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CsConfig) config
      = cs_config_parse ("/etc/centrale.conf", (const char *) data, size, &error);

  g_assert_true ((config == NULL) == (error != NULL));
  if (config != NULL)
    {
      g_assert_true (config->http_port >= 0 && config->http_port <= 65535);
      g_assert_true (config->sip_port >= 0 && config->sip_port <= 65535);
      g_assert_cmpint (config->media_port_min, <, config->media_port_max);
    }
  return 0;
}
