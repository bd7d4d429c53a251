/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The switch's side of media: the table of legs with their negotiations, and the port's functions,
 * which turn into orders to the relay threads. What the relays hand back is freed here, the next time
 * the switch calls. */
#define G_LOG_DOMAIN "media"
#include "server/media/media.h"

#include "common/base/error.h"
#include "server/base/bell.h"
#include "server/media/media-private.h"
#include "server/media/mend.h"
#include "server/media/relay.h"
#include <arpa/inet.h>
#include <poll.h>
#include <unistd.h>

#define MAX_THREADS 16
#define DEFAULT_SILENCE_MS 5000
#define DISK_PERIOD_MS 40 /* while something records */

typedef struct {
  CsRelayLeg *relay_leg;
  CsRelay *home; /* where its orders go */
  CsNegotiation negotiation;
} Leg;

struct _CsMedia {
  CsMediaPort port;
  CtClock *clock;
  struct in_addr public_address;
  CsSockets *sockets;
  GPtrArray *relays;
  guint next_relay;
  GHashTable *legs;   /* CsLegId -> Leg */
  gint n_legs;        /* atomic, for the counters */
  guint n_relay_legs; /* with those that are closed but not handed back */
  CsPrompts *prompts; /* NULL: none */
  CsRecorder *recorder;

  GThread *disk;
  int disk_bell;
  gboolean disk_stop; /* atomic */
};

static void
order_free (CsMedia *media, CsOrder *order)
{
  g_clear_pointer (&order->play, cs_play_free);
  if (order->kind == CS_ORDER_CLOSE)
    {
      cs_sockets_close (media->sockets, cs_relay_leg_get_pair (order->leg));
      cs_relay_leg_free (order->leg);
      media->n_relay_legs--;
    }
  g_free (order);
}

static void
collect (CsMedia *media)
{
  for (guint i = 0; i < media->relays->len; i++)
    {
      CsOrder *order = cs_relay_collect (g_ptr_array_index (media->relays, i));

      while (order != NULL)
        {
          CsOrder *next = (CsOrder *) order->node.next;

          order_free (media, order);
          order = next;
        }
    }
}

/* Also the door every port function comes through. */
static Leg *
find (CsMedia *media, CsLegId id)
{
  collect (media);
  return g_hash_table_lookup (media->legs, &id);
}

static CsOrder *
order_new (const Leg *leg, CsOrderKind kind)
{
  CsOrder *order = g_new0 (CsOrder, 1);

  order->kind = kind;
  order->leg = leg->relay_leg;
  return order;
}

static void
post (const Leg *leg, CsOrder *order)
{
  cs_relay_post (leg->home, order);
}

static gboolean
open_leg (gpointer self, CsLegId id, GError **error)
{
  CsMedia *media = self;
  CsSocketPair pair;
  struct sockaddr_in local = { .sin_family = AF_INET, .sin_addr = media->public_address };
  gint64 *key;
  Leg *leg;

  if (find (media, id) != NULL)
    return ct_fail (error, CT_ERROR_CONFLICT, "the leg has media already");
  if (!cs_sockets_open (media->sockets, &pair, error))
    return FALSE;
  leg = g_new0 (Leg, 1);
  leg->home = g_ptr_array_index (media->relays, media->next_relay++ % media->relays->len);
  leg->relay_leg = cs_relay_leg_new (id, &pair);
  local.sin_port = htons (pair.port);
  cs_negotiation_init (&leg->negotiation, &local);
  key = g_memdup2 (&id, sizeof id);
  g_hash_table_insert (media->legs, key, leg);
  g_atomic_int_inc (&media->n_legs);
  media->n_relay_legs++;
  post (leg, order_new (leg, CS_ORDER_ADD));
  return TRUE;
}

static char *
offer (gpointer self, CsLegId id, CsMediaDirection direction)
{
  Leg *leg = find (self, id);

  return leg == NULL ? NULL : cs_negotiation_offer (&leg->negotiation, direction);
}

static void
tell_agreement (const Leg *leg, const CsAgreement *agreement)
{
  CsOrder *order = order_new (leg, CS_ORDER_AGREE);

  order->agreement = *agreement;
  post (leg, order);
}

static char *
answer (gpointer self, CsLegId id, const char *sdp, GError **error)
{
  Leg *leg = find (self, id);
  CsAgreement agreement;
  char *text = NULL;

  if (leg == NULL)
    ct_fail (error, CT_ERROR_NOT_FOUND, "no such leg");
  else if (sdp == NULL || sdp[0] == '\0')
    text = cs_negotiation_offer (&leg->negotiation, leg->negotiation.wish);
  else if (cs_negotiation_answer (&leg->negotiation, sdp, &text, &agreement, error))
    tell_agreement (leg, &agreement);
  return text;
}

static gboolean
accept_answer (gpointer self, CsLegId id, const char *sdp, GError **error)
{
  Leg *leg = find (self, id);
  CsAgreement agreement;

  if (leg == NULL)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no such leg");
  if (sdp == NULL)
    return ct_fail (error, CT_ERROR_INVALID, "an answer without SDP");
  if (!cs_negotiation_accept (&leg->negotiation, sdp, &agreement, error))
    return FALSE;
  tell_agreement (leg, &agreement);
  return TRUE;
}

static gboolean
is_held (gpointer self, CsLegId id)
{
  Leg *leg = find (self, id);

  return leg != NULL && cs_negotiation_is_held (&leg->negotiation);
}

static void
play (gpointer self, CsLegId id, const CsMediaItem *items, guint n_items, guint times, guint tag)
{
  CsMedia *media = self;
  Leg *leg = find (media, id);
  CsOrder *order;

  if (leg == NULL)
    return;
  order = order_new (leg, CS_ORDER_PLAY);
  order->play = cs_play_new (media->prompts, items, n_items, times, tag);
  post (leg, order);
}

static void
stop (gpointer self, CsLegId id)
{
  Leg *leg = find (self, id);

  if (leg != NULL)
    post (leg, order_new (leg, CS_ORDER_PLAY));
}

static void
bridge (gpointer self, CsLegId a, CsLegId b)
{
  Leg *leg = find (self, a), *other = find (self, b);
  CsOrder *order;

  if (leg == NULL || other == NULL || leg == other)
    return;
  if (other->home != leg->home)
    {
      order = order_new (other, CS_ORDER_MOVE);
      order->destination = leg->home;
      post (other, order);
      other->home = leg->home;
    }
  order = order_new (leg, CS_ORDER_BRIDGE);
  order->other = other->relay_leg;
  post (leg, order);
}

static void
unbridge (gpointer self, CsLegId id)
{
  Leg *leg = find (self, id);

  if (leg != NULL)
    post (leg, order_new (leg, CS_ORDER_BRIDGE));
}

static void
set_flag (CsMedia *media, CsLegId id, CsOrderKind kind, gboolean on)
{
  Leg *leg = find (media, id);
  CsOrder *order;

  if (leg == NULL)
    return;
  order = order_new (leg, kind);
  order->on = on;
  post (leg, order);
}

static void
mute (gpointer self, CsLegId id, gboolean muted)
{
  set_flag (self, id, CS_ORDER_MUTE, muted);
}

static void
mask (gpointer self, CsLegId id, gboolean masked)
{
  set_flag (self, id, CS_ORDER_MASK, masked);
}

static void
record (gpointer self, CsLegId id, CtId recording)
{
  CsMedia *media = self;
  Leg *leg = find (media, id);
  CsOrder *order;

  if (leg == NULL)
    return;
  order = order_new (leg, CS_ORDER_RECORD);
  order->recording = cs_recording_new (media->recorder, recording, id);
  post (leg, order);
  cs_bell_ring (media->disk_bell);
}

static void
record_stop (gpointer self, CsLegId id)
{
  Leg *leg = find (self, id);

  if (leg != NULL)
    post (leg, order_new (leg, CS_ORDER_RECORD));
}

static void
expect (gpointer self, CsLegId id)
{
  Leg *leg = find (self, id);

  if (leg != NULL)
    post (leg, order_new (leg, CS_ORDER_EXPECT));
}

static void
close_leg (gpointer self, CsLegId id)
{
  CsMedia *media = self;
  Leg *leg = find (media, id);

  if (leg == NULL)
    return;
  post (leg, order_new (leg, CS_ORDER_CLOSE));
  g_hash_table_remove (media->legs, &id);
  g_atomic_int_add (&media->n_legs, -1);
}

static const CsMediaPort functions = {
  .open = open_leg,
  .offer = offer,
  .answer = answer,
  .accept = accept_answer,
  .is_held = is_held,
  .play = play,
  .stop = stop,
  .bridge = bridge,
  .unbridge = unbridge,
  .mute = mute,
  .record = record,
  .mask = mask,
  .record_stop = record_stop,
  .expect = expect,
  .close = close_leg,
};

static guint
run_disk_once (CsMedia *media)
{
  if (media->prompts != NULL)
    cs_prompts_refresh (media->prompts);
  return cs_recorder_run (media->recorder);
}

static gpointer
run_disk (gpointer data)
{
  CsMedia *media = data;

  while (!g_atomic_int_get (&media->disk_stop))
    {
      guint open = run_disk_once (media);
      struct pollfd wait[] = {
        { .fd = media->disk_bell, .events = POLLIN },
        { .fd = media->prompts != NULL ? cs_prompts_get_fd (media->prompts) : -1,
          .events = POLLIN },
      };

      poll (wait, G_N_ELEMENTS (wait), open > 0 ? DISK_PERIOD_MS : -1);
      if (wait[0].revents & POLLIN)
        cs_bell_silence (media->disk_bell);
    }
  return NULL;
}

static gboolean
read_addresses (CsMedia *media, const CsMediaConfig *config, struct in_addr *bind, GError **error)
{
  const char *announced = config->public_address;

  if (config->bind_address == NULL || inet_pton (AF_INET, config->bind_address, bind) != 1)
    return ct_fail (error, CT_ERROR_INVALID, "media address to bind to is not an IPv4 address");
  if (announced == NULL || announced[0] == '\0')
    announced = config->bind_address;
  if (inet_pton (AF_INET, announced, &media->public_address) != 1
      || media->public_address.s_addr == 0)
    return ct_fail (error, CT_ERROR_INVALID, "media address to announce is not an IPv4 address");
  return TRUE;
}

static gboolean
start_relays (CsMedia *media, const CsMediaConfig *config, CsMediaSink sink, gpointer data,
              GError **error)
{
  guint threads = CLAMP (config->threads, 1, MAX_THREADS);
  guint silence_ms = config->silence_ms > 0 ? config->silence_ms : DEFAULT_SILENCE_MS;
  CsRelayShared shared = { media->clock, sink, data, (gint64) silence_ms * 1000 };

  media->recorder = cs_recorder_new (config->spool_folder, threads, media->clock, sink, data);
  for (guint i = 0; i < threads; i++)
    {
      g_autofree char *name = g_strdup_printf ("relay-%u", i);
      CsRelay *relay
          = cs_relay_new (&shared, cs_recorder_get_ring (media->recorder, i), name, error);

      if (relay == NULL)
        return FALSE;
      g_ptr_array_add (media->relays, relay);
    }
  return TRUE;
}

CsMedia *
cs_media_new (const CsMediaConfig *config, CtClock *clock, CsMediaSink sink, gpointer data,
              GError **error)
{
  g_autoptr (CsMedia) media = g_new0 (CsMedia, 1);
  struct in_addr bind;

  media->port = functions;
  media->port.self = media;
  media->clock = ct_clock_ref (clock);
  media->relays = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_relay_free);
  media->legs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  media->disk_bell = cs_bell_new ();
  /* The packet path must find it computed. */
  cs_g711_translation (CS_LAW_A);
  if (!read_addresses (media, config, &bind, error))
    return NULL;
  media->sockets = cs_sockets_new (clock, bind, config->port_min, config->port_max, error);
  if (media->sockets == NULL)
    return NULL;
  if (config->prompt_folder != NULL)
    {
      media->prompts = cs_prompts_new (config->prompt_folder, error);
      if (media->prompts == NULL)
        return NULL;
    }
  if (config->spool_folder != NULL)
    cs_recordings_mend (config->spool_folder);
  if (!start_relays (media, config, sink, data, error))
    return NULL;
  if (!ct_clock_is_manual (clock))
    media->disk = g_thread_new ("media-disk", run_disk, media);
  return g_steal_pointer (&media);
}

/* Until the relays have handed back every leg. Their threads have ended; a leg that was still moving
 * from one to the next needs a round for each move, and what waits only ever waits for older orders. */
static void
close_all (CsMedia *media)
{
  g_autoptr (GList) ids = g_hash_table_get_keys (media->legs);

  for (GList *i = ids; i != NULL; i = i->next)
    {
      CsLegId id = *(CsLegId *) i->data;

      close_leg (media, id);
    }
  for (guint i = 0; i < media->relays->len; i++)
    cs_relay_stop (g_ptr_array_index (media->relays, i));
  while (media->n_relay_legs > 0)
    {
      for (guint i = 0; i < media->relays->len; i++)
        cs_relay_step (g_ptr_array_index (media->relays, i), 0);
      collect (media);
    }
}

void
cs_media_free (CsMedia *media)
{
  close_all (media);
  if (media->disk != NULL)
    {
      g_atomic_int_set (&media->disk_stop, TRUE);
      cs_bell_ring (media->disk_bell);
      g_thread_join (media->disk);
    }
  g_clear_pointer (&media->recorder, cs_recorder_free);
  g_ptr_array_unref (media->relays);
  g_hash_table_unref (media->legs);
  g_clear_pointer (&media->prompts, cs_prompts_free);
  g_clear_pointer (&media->sockets, cs_sockets_free);
  close (media->disk_bell);
  ct_clock_unref (media->clock);
  g_free (media);
}

CsMediaPort *
cs_media_get_port (CsMedia *media)
{
  return &media->port;
}

void
cs_media_get_counters (CsMedia *media, CsMediaCounters *counters)
{
  *counters = (CsMediaCounters){ 0 };
  for (guint i = 0; i < media->relays->len; i++)
    cs_relay_add_counters (g_ptr_array_index (media->relays, i), counters);
  counters->legs = (guint) g_atomic_int_get (&media->n_legs);
  counters->recordings = cs_recorder_get_open (media->recorder);
  counters->unrecorded = cs_recorder_get_unrecorded (media->recorder);
}

void
cs_media_step (CsMedia *media)
{
  /* Packets that an order or a tick sent to ourselves are taken too. */
  for (int round = 0; round < 4; round++)
    for (guint i = 0; i < media->relays->len; i++)
      cs_relay_step (g_ptr_array_index (media->relays, i), 0);
  run_disk_once (media);
  collect (media);
}
