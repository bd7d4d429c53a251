/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trunk: the way to and from the telephone network, as configured. Calls are taken from it by
 * source address, and sent to it where its allowed destinations say so. A host name is resolved here,
 * once, when the configuration is read: the SIP thread never resolves anything. */
#pragma once

#include <gio/gio.h>

#include "common/base/id.h"

G_BEGIN_DECLS

typedef enum {
  CS_SIP_UDP,
  CS_SIP_TCP,
  CS_SIP_TLS,
} CsSipTransport;

typedef struct {
  CtId id;
  CtId tenant; /* CT_ID_NONE: shared by the tenants, told apart by the number called */
  char *name;  /* for the log */

  char *host;   /* IP literal or name */
  guint16 port; /* 0: 5060, or 5061 for TLS */
  CsSipTransport transport;
  char *address;  /* IP literal; made of `host` by cs_sip_trunk_resolve() */
  char **sources; /* more places calls come from: "192.0.2.7", "192.0.2.0/24"; may be NULL */

  char *user;               /* digest, NULL: none asked of us */
  char *secret;             /* never logged */
  char *domain;             /* host part of our From there; NULL: `host` */
  gboolean registers;       /* we register there, and calls come back over that flow */
  guint register_seconds;   /* 0: 300 */
  gboolean probes;          /* OPTIONS every `probe_seconds`: down after two without answer */
  guint probe_seconds;      /* 0: 30 */
  gboolean trusts_identity; /* P-Asserted-Identity from there is believed */

  char **allowed;             /* outbound destinations by prefix: "+31", "+3906"; NULL: none */
  guint max_calls;            /* both directions together; 0: no limit */
  guint max_calls_per_second; /* incoming, 0: no limit */

  char *country; /* calling code "31": numbers as dialled there become E.164; may be NULL */
} CsSipTrunk;

CsSipTrunk *cs_sip_trunk_new (CtId id, CtId tenant, const char *name, const char *host);
void cs_sip_trunk_free (CsSipTrunk *trunk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsSipTrunk, cs_sip_trunk_free)

/* Fills `address`. Blocks for DNS: call it where configuration is read, never on a loop. @cancellable
 * (may be NULL) ends the wait for a name server at once. CT_ERROR_IO: the name was not found, or no
 * name server answered, and nothing else is wrong; CT_ERROR_INVALID. */
gboolean cs_sip_trunk_resolve (CsSipTrunk *trunk, GCancellable *cancellable, GError **error);

/* What was dialled or shown ("0031…", "06…", "+31…", "31…") as E.164 with +, or NULL when it is not
 * a number ("anonymous"). Caller frees. */
char *cs_sip_trunk_normalise (const CsSipTrunk *trunk, const char *user);
/* May this E.164 number be called over @trunk? */
gboolean cs_sip_trunk_allows (const CsSipTrunk *trunk, const char *number);

G_END_DECLS
