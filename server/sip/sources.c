/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/sip/sources.h"

#define MAX_ADDRESSES 20000

typedef struct {
  CsSipAddress address;
  gint64 filled_us;
  double tokens;
} Bucket;

struct _CsSipSources {
  CtClock *clock; /* borrowed */
  double rate, burst;
  GHashTable *buckets; /* CsSipAddress (inside its Bucket) -> Bucket */
  Bucket shared;       /* of the addresses for which there was no room */
};

CsSipSources *
cs_sip_sources_new (CtClock *clock, guint rate, guint burst)
{
  CsSipSources *sources = g_new0 (CsSipSources, 1);

  sources->clock = clock;
  sources->rate = rate;
  sources->burst = burst;
  sources->buckets
      = g_hash_table_new_full (cs_sip_address_hash, cs_sip_address_equal, NULL, g_free);
  sources->shared.filled_us = ct_clock_monotonic_us (clock);
  sources->shared.tokens = burst;
  return sources;
}

void
cs_sip_sources_free (CsSipSources *sources)
{
  g_hash_table_unref (sources->buckets);
  g_free (sources);
}

static Bucket *
bucket_find (CsSipSources *sources, const CsSipAddress *address, gint64 now)
{
  Bucket *bucket = g_hash_table_lookup (sources->buckets, address);

  if (bucket != NULL)
    return bucket;
  if (g_hash_table_size (sources->buckets) >= MAX_ADDRESSES)
    return &sources->shared;
  bucket = g_new (Bucket, 1);
  *bucket = (Bucket){ *address, now, sources->burst };
  g_hash_table_insert (sources->buckets, &bucket->address, bucket);
  return bucket;
}

static void
bucket_fill (CsSipSources *sources, Bucket *bucket, gint64 now)
{
  double tokens
      = bucket->tokens + (double) (now - bucket->filled_us) * sources->rate / G_USEC_PER_SEC;

  bucket->tokens = MIN (tokens, sources->burst);
  bucket->filled_us = now;
}

gboolean
cs_sip_sources_take (CsSipSources *sources, const CsSipAddress *address, guint tokens)
{
  gint64 now = ct_clock_monotonic_us (sources->clock);
  Bucket *bucket = bucket_find (sources, address, now);

  bucket_fill (sources, bucket, now);
  if (bucket->tokens < tokens)
    return FALSE;
  bucket->tokens -= tokens;
  return TRUE;
}

static gboolean
is_full (gpointer key, gpointer value, gpointer data)
{
  CsSipSources *sources = data;
  Bucket *bucket = value;

  bucket_fill (sources, bucket, ct_clock_monotonic_us (sources->clock));
  return bucket->tokens >= sources->burst;
}

void
cs_sip_sources_sweep (CsSipSources *sources)
{
  g_hash_table_foreach_remove (sources->buckets, is_full, sources);
}

guint
cs_sip_sources_get_size (CsSipSources *sources)
{
  return g_hash_table_size (sources->buckets);
}
