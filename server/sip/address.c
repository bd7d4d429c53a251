/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/sip/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const guint8 v4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static gboolean
is_v4 (const CsSipAddress *address)
{
  return memcmp (address->bytes, v4_prefix, sizeof v4_prefix) == 0;
}

gboolean
cs_sip_address_parse (const char *text, CsSipAddress *address)
{
  char bare[CS_SIP_ADDRESS_TEXT];
  CsSipAddress parsed;
  size_t length = text != NULL ? strlen (text) : 0;

  if (length == 0 || length >= sizeof bare)
    return FALSE;
  if (text[0] == '[' && text[length - 1] == ']')
    g_strlcpy (bare, text + 1, length - 1);
  else
    g_strlcpy (bare, text, sizeof bare);

  memcpy (parsed.bytes, v4_prefix, sizeof v4_prefix);
  if (inet_pton (AF_INET, bare, parsed.bytes + 12) != 1
      && inet_pton (AF_INET6, bare, parsed.bytes) != 1)
    return FALSE;
  *address = parsed;
  return TRUE;
}

gboolean
cs_sip_address_from_sockaddr (const struct sockaddr *sockaddr, CsSipAddress *address, guint16 *port)
{
  if (sockaddr->sa_family == AF_INET)
    {
      const struct sockaddr_in *in = (const struct sockaddr_in *) sockaddr;

      memcpy (address->bytes, v4_prefix, sizeof v4_prefix);
      memcpy (address->bytes + 12, &in->sin_addr, 4);
      if (port != NULL)
        *port = ntohs (in->sin_port);
      return TRUE;
    }
  if (sockaddr->sa_family == AF_INET6)
    {
      const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) sockaddr;

      memcpy (address->bytes, &in6->sin6_addr, 16);
      if (port != NULL)
        *port = ntohs (in6->sin6_port);
      return TRUE;
    }
  return FALSE;
}

void
cs_sip_address_print (const CsSipAddress *address, char text[CS_SIP_ADDRESS_TEXT])
{
  if (is_v4 (address))
    {
      inet_ntop (AF_INET, address->bytes + 12, text, CS_SIP_ADDRESS_TEXT);
      return;
    }
  text[0] = '[';
  inet_ntop (AF_INET6, address->bytes, text + 1, CS_SIP_ADDRESS_TEXT - 2);
  strcat (text, "]");
}

guint
cs_sip_address_hash (gconstpointer address)
{
  const guint32 *words = address;

  return (words[0] * 31 + words[1]) * 31 + words[2] * 17 + words[3] * 2654435761u;
}

gboolean
cs_sip_address_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (CsSipAddress)) == 0;
}

gboolean
cs_sip_block_parse (const char *text, CsSipBlock *block)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 2);
  CsSipBlock parsed = { .bits = 128 };
  guint64 bits = 0;

  if (parts[0] == NULL || !cs_sip_address_parse (parts[0], &parsed.address))
    return FALSE;
  if (parts[1] != NULL)
    {
      guint whole = is_v4 (&parsed.address) ? 32 : 128;

      if (!g_ascii_string_to_unsigned (parts[1], 10, 0, whole, &bits, NULL))
        return FALSE;
      parsed.bits = 128 - whole + (guint) bits;
    }
  *block = parsed;
  return TRUE;
}

gboolean
cs_sip_block_contains (const CsSipBlock *block, const CsSipAddress *address)
{
  guint whole = block->bits / 8, rest = block->bits % 8;
  guint8 mask = (guint8) (0xff << (8 - rest));

  if (memcmp (block->address.bytes, address->bytes, whole) != 0)
    return FALSE;
  return rest == 0 || ((block->address.bytes[whole] ^ address->bytes[whole]) & mask) == 0;
}
