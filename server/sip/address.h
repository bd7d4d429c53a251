/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Internet addresses as values: 16 bytes, IPv4 mapped into IPv6, so that one comparison serves both.
 * Literals only: nothing here, and nothing on the SIP thread, looks a name up. */
#pragma once

#include <glib.h>
#include <sys/socket.h>

G_BEGIN_DECLS

typedef struct {
  guint8 bytes[16];
} CsSipAddress;

#define CS_SIP_ADDRESS_TEXT 48

/* Accepts "192.0.2.1", "2001:db8::1" and "[2001:db8::1]". */
gboolean cs_sip_address_parse (const char *text, CsSipAddress *address);
/* FALSE for anything but AF_INET and AF_INET6. @port may be NULL. */
gboolean cs_sip_address_from_sockaddr (const struct sockaddr *sockaddr, CsSipAddress *address,
                                       guint16 *port);
/* As a URI's host: IPv6 in brackets. */
void cs_sip_address_print (const CsSipAddress *address, char text[CS_SIP_ADDRESS_TEXT]);
guint cs_sip_address_hash (gconstpointer address);
gboolean cs_sip_address_equal (gconstpointer a, gconstpointer b);

typedef struct {
  CsSipAddress address;
  guint bits; /* 0..128 */
} CsSipBlock;

/* "192.0.2.0/24", "192.0.2.7" */
gboolean cs_sip_block_parse (const char *text, CsSipBlock *block);
gboolean cs_sip_block_contains (const CsSipBlock *block, const CsSipAddress *address);

G_END_DECLS
