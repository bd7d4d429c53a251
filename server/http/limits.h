/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Token buckets: so many a second, so many at once, for each key (an address, a session, an account).
 * Thread-safe. The number of keys is bounded: what has refilled is forgotten, and when all are in use
 * newcomers share one bucket, so that a flood of keys cannot grow the memory or escape the limit. */
#pragma once

#include "common/base/clock.h"

G_BEGIN_DECLS

typedef struct _CsBuckets CsBuckets;

CsBuckets *cs_buckets_new (CtClock *clock, double per_second, guint burst, guint max_keys);
void cs_buckets_free (CsBuckets *buckets);
/* Takes one token. FALSE when there is none; *@retry_seconds is when there will be (1 or more). */
gboolean cs_buckets_take (CsBuckets *buckets, const char *key, guint *retry_seconds);
guint cs_buckets_get_size (CsBuckets *buckets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsBuckets, cs_buckets_free)

/* The key of an address: IPv4 as it is, of IPv6 the /64, which one household holds whole. Caller
 * frees. */
char *cs_address_key (const char *address);

G_END_DECLS
