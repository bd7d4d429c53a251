/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an offer and as an answer: what we write in return must be SDP that we read. */
#include "fuzz.h"
#include "server/media/negotiation.h"

#include <arpa/inet.h>
#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons (4000) };
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *answer = NULL;
  g_autofree char *offer = NULL;
  CsNegotiation negotiation;
  CsAgreement agreement;
  CsSdp sdp;

  local.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  (void) cs_sdp_parse ((const char *) data, size, &sdp, NULL);
  cs_negotiation_init (&negotiation, &local);
  if (cs_negotiation_answer (&negotiation, text, &answer, &agreement, NULL))
    g_assert_true (cs_sdp_parse (answer, strlen (answer), &sdp, NULL));
  cs_negotiation_init (&negotiation, &local);
  offer = cs_negotiation_offer (&negotiation, CS_MEDIA_SEND_RECEIVE);
  g_assert_true (cs_sdp_parse (offer, strlen (offer), &sdp, NULL));
  (void) cs_negotiation_accept (&negotiation, text, &agreement, NULL);
  return 0;
}
