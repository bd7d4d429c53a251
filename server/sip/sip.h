/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP: registrar, digest, dialogs, trunks. It knows no queue, no call and no money: it is the sip
 * port of the switch (server/ports/sip-port.h) and nothing else.
 *
 * One thread of its own runs Sofia-SIP's NUA on Sofia's own root; it alone touches dialogs, bindings
 * and trunks. Orders come in as messages to that thread, events go out through the sink, on that
 * thread: the plug posts them on. What is said about threads below: "any" may be called from
 * anywhere, the rest from the thread that made the CsSip. */
#pragma once

#include "common/base/clock.h"
#include "server/ports/sip-port.h"
#include "server/sip/directory.h"
#include "server/sip/trunk.h"

G_BEGIN_DECLS

/* Strings are copied. A zero is the default written beside the field. */
typedef struct {
  const char *address;        /* IP literal to listen on, UDP and TCP; NULL: 0.0.0.0 */
  guint16 port;               /* 0: any free one, see cs_sip_get_udp_port() */
  const char *certificates;   /* folder with agent.pem and cafile.pem, read at once; NULL: no TLS */
  guint16 tls_port;           /* 0: any free one, see cs_sip_get_tls_port() */
  const char *public_address; /* IP literal phones reach us at, when it is not `address` */
  const char *realm;          /* digest realm, and the domain in our From; required */
  const char *user_agent;     /* NULL: "Centrale" */
  guint max_calls;            /* legs alive at once: 4000; beyond, INVITE gets 503 */
  guint source_rate;          /* requests a second from one address that is no trunk: 50 */
  guint source_burst;         /* 200 */
  guint max_connections;      /* TCP and TLS: 2000 */
  guint session_seconds;      /* RFC 4028: 1800; at least 90 */
  gboolean refuse_unknown;    /* 403 to strangers' INVITE instead of silence */
} CsSipConfig;

typedef struct _CsSip CsSip;

/* @clock and @directory are borrowed and outlive the CsSip. CT_ERROR_IO when it cannot listen. */
CsSip *cs_sip_new (const CsSipConfig *config, CtClock *clock, CsSipDirectory *directory,
                   CsSipSink sink, gpointer data, GError **error);
/* Refuses new INVITEs with 503 and Retry-After; running calls and registrations go on. Any. */
void cs_sip_stop (CsSip *sip);
/* Ends what still runs (BYE without waiting for answers), then the thread. */
void cs_sip_free (CsSip *sip);

/* Its functions may be called from any one thread at a time; the switch's. */
const CsSipPort *cs_sip_get_port (CsSip *sip);
guint16 cs_sip_get_udp_port (CsSip *sip);
guint16 cs_sip_get_tls_port (CsSip *sip); /* 0: no TLS */

/* @trunks: CsSipTrunk*, resolved, taken over (full transfer). Calls on a trunk that is gone end as
 * they would; new ones are judged by the new list. Any. */
void cs_sip_set_trunks (CsSip *sip, GPtrArray *trunks);
/* FALSE while its probe or registration fails. Any. */
gboolean cs_sip_is_trunk_up (CsSip *sip, CtId trunk);
/* The names of those that are down, in order: "carrier, second"; "" when all are up. Caller frees.
 * Any. */
char *cs_sip_dup_down_trunks (CsSip *sip);

/* A registered contact, as written through and restored. */
typedef struct {
  CtId device;
  CtId user;
  CtId tenant;
  char *sip_user;
  char *contact; /* the URI, as registered */
  char *flow;    /* where it came from: "udp:192.0.2.1:5060" */
  char *call_id; /* of the REGISTER, with `cseq` orders refreshes (RFC 3261 10.3) */
  guint32 cseq;
  char *user_agent;
  gint64 expires_ms; /* UTC */
} CsSipBinding;

void cs_sip_binding_free (CsSipBinding *binding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsSipBinding, cs_sip_binding_free)

/* CsSipBinding*, in no order. Free it. Any. */
GPtrArray *cs_sip_dump_bindings (CsSip *sip);
/* After a restart, before traffic. Expired ones, unknown devices and TCP flows (they died with the
 * process; such phones register again at once) are left out. Emits REGISTERED. @bindings is taken
 * over. Any. */
void cs_sip_restore_bindings (CsSip *sip, GPtrArray *bindings);

/* For metrics. Any. */
typedef struct {
  guint calls;         /* legs alive */
  guint registrations; /* contacts */
  guint connections;   /* TCP and TLS */
  guint trunks;        /* configured */
  guint trunks_down;   /* of them: not registered, or without an answer */
  guint64 incoming;    /* INVITEs accepted as legs */
  guint64 outgoing;    /* legs originated */
  guint64 refused;     /* INVITEs answered 403, 404, 503 by us */
  guint64 challenged;  /* 401 */
  guint64 rejected;    /* wrong digest */
  guint64 dropped;     /* messages ignored: strangers, too fast, malformed */
} CsSipCounts;

void cs_sip_get_counts (CsSip *sip, CsSipCounts *counts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsSip, cs_sip_free)

G_END_DECLS
