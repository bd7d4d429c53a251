/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line with the content type, then any bytes as the body of a SIP message. */
#include "fuzz.h"
#include "server/sip/body.h"

#include <sofia-sip/sip_header.h>
#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *end = size > 0 ? memchr (data, '\n', size) : NULL;
  su_home_t home[1] = { SU_HOME_INIT (home) };
  g_autofree char *type = NULL;
  g_autofree char *sdp = NULL;
  sip_t message = { 0 };

  if (end == NULL)
    return 0;
  type = g_strndup ((const char *) data, (gsize) (end - data));
  message.sip_content_type = sip_content_type_make (home, type);
  message.sip_payload
      = sip_payload_create (home, end + 1, (isize_t) (size - (gsize) (end + 1 - data)));
  sdp = cs_sip_dup_sdp (&message);
  su_home_deinit (home);
  return 0;
}
