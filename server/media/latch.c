/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/media/latch.h"

/* Networks that cannot be reached over the internet as written (RFC 1918, 6598, 3927). */
static const struct {
  guint32 network, mask;
} private_networks[] = {
  { 0x0a000000, 0xff000000 }, { 0xac100000, 0xfff00000 }, { 0xc0a80000, 0xffff0000 },
  { 0x64400000, 0xffc00000 }, { 0xa9fe0000, 0xffff0000 },
};

static gboolean
is_private (const struct sockaddr_in *address)
{
  guint32 host = ntohl (address->sin_addr.s_addr);

  for (guint i = 0; i < G_N_ELEMENTS (private_networks); i++)
    if ((host & private_networks[i].mask) == private_networks[i].network)
      return TRUE;
  return FALSE;
}

static inline gboolean
same_host (const struct sockaddr_in *a, const struct sockaddr_in *b)
{
  return a->sin_addr.s_addr == b->sin_addr.s_addr;
}

static inline gboolean
same_address (const struct sockaddr_in *a, const struct sockaddr_in *b)
{
  return same_host (a, b) && a->sin_port == b->sin_port;
}

void
cs_latch_announce (CsLatch *latch, const struct sockaddr_in *address)
{
  /* A refresh of the same address keeps what was learned until another packet teaches better. */
  if (latch->announced.sin_port == 0 || !same_address (&latch->announced, address))
    latch->peer = *address;
  latch->announced = *address;
  latch->locked = FALSE;
}

gboolean
cs_latch_accept (CsLatch *latch, const struct sockaddr_in *from)
{
  if (latch->locked && same_address (from, &latch->peer))
    return TRUE;
  if (latch->announced.sin_port == 0)
    return FALSE;
  if (latch->locked && !(latch->lost && same_host (from, &latch->peer)))
    return FALSE;
  if (!latch->locked && !same_host (from, &latch->announced) && !is_private (&latch->announced))
    return FALSE;
  latch->peer = *from;
  latch->locked = TRUE;
  return TRUE;
}
