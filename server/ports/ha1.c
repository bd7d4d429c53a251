/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/ports/ha1.h"

char *
cs_sip_ha1 (const char *sip_user, const char *realm, const char *secret)
{
  g_autofree char *a1 = g_strdup_printf ("%s:%s:%s", sip_user, realm, secret);

  return g_compute_checksum_for_string (G_CHECKSUM_MD5, a1, -1);
}
