/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest challenge (RFC 2617, RFC 3261 22; MD5, qop=auth). A nonce carries its own birth time and
 * an HMAC of it under a key made at start, so an unanswered challenge costs no memory; only a nonce
 * that was used rightly is remembered, with its last count, until it expires: no answer works twice.
 * SIP thread only. */
#pragma once

#include "common/base/clock.h"

#include <sofia-sip/msg_types.h>

G_BEGIN_DECLS

typedef struct _CsSipDigest CsSipDigest;

typedef enum {
  CS_SIP_DIGEST_RIGHT,
  CS_SIP_DIGEST_MISSING, /* no answer for our realm */
  CS_SIP_DIGEST_STALE,   /* right, but the nonce is old or its count was used */
  CS_SIP_DIGEST_WRONG,
} CsSipDigestVerdict;

CsSipDigest *cs_sip_digest_new (const char *realm, CtClock *clock);
void cs_sip_digest_free (CsSipDigest *digest);

/* The value of a WWW-Authenticate header. Caller frees. */
char *cs_sip_digest_challenge (CsSipDigest *digest, gboolean stale);
/* The user name that answers our realm in the chain of Authorization headers, or NULL. Caller frees. */
char *cs_sip_digest_dup_user (CsSipDigest *digest, const msg_auth_t *answers);
/* @ha1 NULL: unknown user; takes the same time. */
CsSipDigestVerdict cs_sip_digest_verify (CsSipDigest *digest, const msg_auth_t *answers,
                                         const char *method, const char *ha1);
/* Forgets nonces that expired; called now and then. */
void cs_sip_digest_sweep (CsSipDigest *digest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsSipDigest, cs_sip_digest_free)

G_END_DECLS
