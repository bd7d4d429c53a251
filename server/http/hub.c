/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "http"
#include "server/http/hub-private.h"

#include <sodium.h>
#include <string.h>

#define EPOCH_BYTES 8
#define LOOK_AT_MOST 2000 /* in one read, so that the lock is never held long */

/* A tenant's last events, oldest first, numbers ascending. */
typedef struct {
  CtId tenant;
  CsEvent **events;
  guint first, count;
  guint64 forgotten; /* the number of the last one that fell out; 0: none did */
} Ring;

struct _CsHub {
  CtClock *clock;
  guint ring_size;
  char epoch[EPOCH_BYTES * 2 + 1];
  CsLoop *loop;
  CsPostFunc wake;
  gpointer wake_data;

  GMutex lock;
  guint64 number;
  GHashTable *rings; /* &ring->tenant -> Ring* */
  GHashTable *heard; /* CtId*: tenants of whom a socket has asked */
  gboolean waking;
};

void
cs_event_unref (CsEvent *event)
{
  if (!g_atomic_ref_count_dec (&event->references))
    return;
  g_free (event->text);
  g_free (event);
}

static void
ring_free (gpointer data)
{
  Ring *ring = data;

  for (guint i = 0; i < ring->count; i++)
    cs_event_unref (ring->events[i]);
  g_free (ring->events);
  g_free (ring);
}

CsHub *
cs_hub_new (CtClock *clock, guint ring_size, CsLoop *loop, CsPostFunc wake, gpointer data)
{
  CsHub *hub = g_new0 (CsHub, 1);
  guint8 epoch[EPOCH_BYTES];

  randombytes_buf (epoch, sizeof epoch);
  sodium_bin2hex (hub->epoch, sizeof hub->epoch, epoch, sizeof epoch);
  hub->clock = ct_clock_ref (clock);
  hub->ring_size = ring_size;
  hub->loop = loop;
  hub->wake = wake;
  hub->wake_data = data;
  g_mutex_init (&hub->lock);
  hub->rings = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, ring_free);
  hub->heard = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return hub;
}

void
cs_hub_free (CsHub *hub)
{
  g_hash_table_unref (hub->rings);
  g_hash_table_unref (hub->heard);
  g_mutex_clear (&hub->lock);
  ct_clock_unref (hub->clock);
  g_free (hub);
}

const char *
cs_hub_get_epoch (CsHub *hub)
{
  return hub->epoch;
}

guint64
cs_hub_get_number (CsHub *hub)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&hub->lock);

  return hub->number;
}

static gboolean
parse_topic (const char *topic, CsTopicKind *kind, CtId *id)
{
  static const struct {
    const char *prefix;
    CsTopicKind kind;
  } kinds[] = {
    { "user:", CS_TOPIC_USER },
    { "company:", CS_TOPIC_COMPANY },
    { "tenant:", CS_TOPIC_TENANT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (topic, kinds[i].prefix))
      {
        *kind = kinds[i].kind;
        return ct_id_parse (topic + strlen (kinds[i].prefix), id);
      }
  return FALSE;
}

/* A word that needs no escaping in JSON. */
static gboolean
is_word (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("_-.", *c) == NULL)
      return FALSE;
  return *text != '\0';
}

static CsEvent *
event_new (CsHub *hub, CsTopicKind kind, CtId id, const char *topic, const char *type,
           const char *json)
{
  g_autofree char *at = ct_time_format (ct_clock_utc_ms (hub->clock));
  CsEvent *event = g_new0 (CsEvent, 1);

  g_atomic_ref_count_init (&event->references);
  event->number = hub->number;
  event->kind = kind;
  event->id = id;
  event->text
      = g_strdup_printf ("{\"epoch\":\"%s\",\"number\":%" G_GUINT64_FORMAT
                         ",\"topic\":\"%s\",\"type\":\"%s\",\"at\":\"%s\",\"body\":%s}",
                         hub->epoch, hub->number, topic, type, at, json != NULL ? json : "null");
  event->size = strlen (event->text);
  return event;
}

static Ring *
ring_of (CsHub *hub, CtId tenant)
{
  Ring *ring = g_hash_table_lookup (hub->rings, &tenant);

  if (ring == NULL)
    {
      ring = g_new0 (Ring, 1);
      ring->tenant = tenant;
      ring->events = g_new (CsEvent *, hub->ring_size);
      g_hash_table_insert (hub->rings, &ring->tenant, ring);
    }
  return ring;
}

static CsEvent *
ring_at (CsHub *hub, Ring *ring, guint index)
{
  return ring->events[(ring->first + index) % hub->ring_size];
}

static void
ring_push (CsHub *hub, Ring *ring, CsEvent *event)
{
  if (ring->count == hub->ring_size)
    {
      CsEvent *oldest = ring->events[ring->first];

      ring->forgotten = oldest->number;
      cs_event_unref (oldest);
      ring->first = (ring->first + 1) % hub->ring_size;
      ring->count--;
    }
  ring->events[(ring->first + ring->count++) % hub->ring_size] = event;
}

static void
on_wake (gpointer data)
{
  CsHub *hub = data;

  g_mutex_lock (&hub->lock);
  hub->waking = FALSE;
  g_mutex_unlock (&hub->lock);
  hub->wake (hub->wake_data);
}

void
cs_hub_publish (CsHub *hub, CtId tenant, const char *topic, const char *type, const char *json)
{
  CsTopicKind kind;
  CtId id;
  gboolean wake;

  if (tenant == CT_ID_NONE || !parse_topic (topic, &kind, &id) || !is_word (type))
    {
      g_warning ("An event was dropped: topic \"%s\", type \"%s\"", topic, type);
      return;
    }
  g_mutex_lock (&hub->lock);
  hub->number++;
  ring_push (hub, ring_of (hub, tenant), event_new (hub, kind, id, topic, type, json));
  wake = !hub->waking;
  hub->waking = TRUE;
  g_mutex_unlock (&hub->lock);
  if (wake)
    cs_post_urgent (hub->loop, on_wake, hub, NULL);
}

void
cs_hub_listen (CsHub *hub, CtId tenant)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&hub->lock);

  if (!g_hash_table_contains (hub->heard, &tenant))
    g_hash_table_add (hub->heard, g_memdup2 (&tenant, sizeof tenant));
}

gboolean
cs_hub_is_heard (CsHub *hub, CtId tenant)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&hub->lock);

  return g_hash_table_contains (hub->heard, &tenant);
}

gboolean
cs_hub_can_resume (CsHub *hub, CtId tenant, const char *epoch, guint64 number)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&hub->lock);
  Ring *ring = g_hash_table_lookup (hub->rings, &tenant);

  return strcmp (epoch, hub->epoch) == 0 && number <= hub->number
         && (ring == NULL || number >= ring->forgotten);
}

gboolean
cs_event_is_for (const CsEvent *event, const CsPrincipal *principal)
{
  gboolean staff = cs_principal_is_staff (principal);

  switch (event->kind)
    {
    case CS_TOPIC_USER:
      return event->id == principal->user;
    case CS_TOPIC_COMPANY:
      return event->id == principal->company
             || (staff && cs_principal_may (principal, CS_ALLOW_SEE_COMPANY));
    case CS_TOPIC_TENANT:
      return cs_principal_sees_all_calls (principal) && event->id == principal->scope.tenant;
    }
  return FALSE;
}

/* The first event after @number. */
static guint
ring_search (CsHub *hub, Ring *ring, guint64 number)
{
  guint low = 0, high = ring->count;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (ring_at (hub, ring, middle)->number <= number)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

int
cs_hub_read (CsHub *hub, const CsPrincipal *principal, guint64 *number, CsEvent **events, int max)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&hub->lock);
  Ring *ring = g_hash_table_lookup (hub->rings, &principal->scope.tenant);
  guint looked = 0;
  int found = 0;

  if (ring == NULL)
    return 0;
  if (*number < ring->forgotten)
    return -1;
  for (guint i = ring_search (hub, ring, *number);
       i < ring->count && found < max && looked < LOOK_AT_MOST; i++, looked++)
    {
      CsEvent *event = ring_at (hub, ring, i);

      *number = event->number;
      if (!cs_event_is_for (event, principal))
        continue;
      g_atomic_ref_count_inc (&event->references);
      events[found++] = event;
    }
  return found;
}
