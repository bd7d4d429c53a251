/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/limits.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

typedef struct {
  double tokens;
  gint64 at_us; /* when `tokens` was true */
} Bucket;

struct _CsBuckets {
  CtClock *clock;
  double per_second;
  double burst;
  guint max_keys;
  GMutex lock;
  GHashTable *buckets; /* char* -> Bucket* */
  gint64 swept_us;
};

CsBuckets *
cs_buckets_new (CtClock *clock, double per_second, guint burst, guint max_keys)
{
  CsBuckets *buckets = g_new0 (CsBuckets, 1);

  buckets->clock = ct_clock_ref (clock);
  buckets->per_second = per_second;
  buckets->burst = burst;
  buckets->max_keys = max_keys;
  g_mutex_init (&buckets->lock);
  buckets->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return buckets;
}

void
cs_buckets_free (CsBuckets *buckets)
{
  g_hash_table_unref (buckets->buckets);
  g_mutex_clear (&buckets->lock);
  ct_clock_unref (buckets->clock);
  g_free (buckets);
}

static void
refill (CsBuckets *buckets, Bucket *bucket, gint64 now)
{
  double gained = (double) (now - bucket->at_us) / G_USEC_PER_SEC * buckets->per_second;

  bucket->tokens = MIN (buckets->burst, bucket->tokens + gained);
  bucket->at_us = now;
}

static void
forget_full (CsBuckets *buckets, gint64 now)
{
  GHashTableIter iter;
  gpointer value;

  /* At most once a second: under a flood of keys each look at all of them would cost more than it
   * frees. */
  if (buckets->swept_us != 0 && now - buckets->swept_us < G_USEC_PER_SEC)
    return;
  buckets->swept_us = now;
  g_hash_table_iter_init (&iter, buckets->buckets);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      refill (buckets, value, now);
      if (((Bucket *) value)->tokens >= buckets->burst)
        g_hash_table_iter_remove (&iter);
    }
}

static Bucket *
find_or_add (CsBuckets *buckets, const char *key, gint64 now)
{
  Bucket *bucket = g_hash_table_lookup (buckets->buckets, key);

  if (bucket != NULL)
    return bucket;
  if (g_hash_table_size (buckets->buckets) >= buckets->max_keys)
    forget_full (buckets, now);
  if (g_hash_table_size (buckets->buckets) >= buckets->max_keys && *key != '\0')
    return find_or_add (buckets, "", now);
  bucket = g_new (Bucket, 1);
  *bucket = (Bucket){ buckets->burst, now };
  g_hash_table_insert (buckets->buckets, g_strdup (key), bucket);
  return bucket;
}

gboolean
cs_buckets_take (CsBuckets *buckets, const char *key, guint *retry_seconds)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&buckets->lock);
  gint64 now = ct_clock_monotonic_us (buckets->clock);
  Bucket *bucket = find_or_add (buckets, key, now);

  refill (buckets, bucket, now);
  if (bucket->tokens >= 1)
    {
      bucket->tokens -= 1;
      return TRUE;
    }
  *retry_seconds = (guint) MAX (1, ceil ((1 - bucket->tokens) / buckets->per_second));
  return FALSE;
}

guint
cs_buckets_get_size (CsBuckets *buckets)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&buckets->lock);

  return g_hash_table_size (buckets->buckets);
}

char *
cs_address_key (const char *address)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);
  const guint8 *bytes;

  if (inet == NULL || g_inet_address_get_family (inet) != G_SOCKET_FAMILY_IPV6)
    return g_strdup (address);
  bytes = g_inet_address_to_bytes (inet);
  return g_strdup_printf ("%02x%02x:%02x%02x:%02x%02x:%02x%02x::/64", bytes[0], bytes[1], bytes[2],
                          bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]);
}
