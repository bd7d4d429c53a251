/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The front of server/sip: construction, the port of the switch, and what other threads may ask. Each
 * function makes an order for the SIP thread; nothing here touches a dialog. */
#define G_LOG_DOMAIN "sip"
#include "server/sip/stack.h"

#include "common/base/error.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <netinet/in.h>

#define ASK_TIMEOUT_US (5 * G_USEC_PER_SEC)
#define FREE_PORT_TRIES 5

/* The switch's orders, one struct for all: what is done to the leg, if it is still there. */
typedef struct PortOrder PortOrder;
struct PortOrder {
  void (*act) (CsSipLeg *leg, const PortOrder *order);
  CsLegId leg;
  int status;
  CsCause cause;
  CsSipTarget target;
  char *number, *caller, *display_name, *sdp; /* owned; @target points at them */
};

static void
port_order_free (gpointer data)
{
  PortOrder *order = data;

  g_free (order->number);
  g_free (order->caller);
  g_free (order->display_name);
  g_free (order->sdp);
  g_free (order);
}

static PortOrder *
port_order_new (CsLegId leg, void (*act) (CsSipLeg *leg, const PortOrder *order), const char *sdp)
{
  PortOrder *order = g_new0 (PortOrder, 1);

  order->leg = leg;
  order->act = act;
  order->sdp = g_strdup (sdp);
  return order;
}

static void
order_act (CsSip *sip, gpointer data)
{
  PortOrder *order = data;
  CsSipLeg *leg = cs_sip_leg_find (sip, order->leg);

  if (leg != NULL)
    order->act (leg, order);
}

static void
post (gpointer self, PortOrder *order)
{
  cs_sip_order (self, order_act, order, port_order_free);
}

static void
belong (CsSipLeg *leg, const PortOrder *order)
{
  leg->call = order->target.call;
  leg->tenant = order->target.tenant;
}

static void
port_belongs (gpointer self, CsLegId leg, CtId call, CtId tenant)
{
  PortOrder *order = port_order_new (leg, belong, NULL);

  order->target.call = call;
  order->target.tenant = tenant;
  post (self, order);
}

static void
ring (CsSipLeg *leg, const PortOrder *order)
{
  cs_sip_leg_ring (leg);
}

static void
port_ring (gpointer self, CsLegId leg)
{
  post (self, port_order_new (leg, ring, NULL));
}

static void
answer (CsSipLeg *leg, const PortOrder *order)
{
  cs_sip_leg_answer (leg, order->sdp);
}

static void
port_answer (gpointer self, CsLegId leg, const char *sdp)
{
  post (self, port_order_new (leg, answer, sdp));
}

static void
refuse (CsSipLeg *leg, const PortOrder *order)
{
  cs_sip_leg_refuse (leg, order->status);
}

static void
port_refuse (gpointer self, CsLegId leg, int status)
{
  PortOrder *order = port_order_new (leg, refuse, NULL);

  order->status = status;
  post (self, order);
}

static void
reanswer (CsSipLeg *leg, const PortOrder *order)
{
  cs_sip_leg_reanswer (leg, order->sdp);
}

static void
port_reanswer (gpointer self, CsLegId leg, const char *sdp)
{
  post (self, port_order_new (leg, reanswer, sdp));
}

static void
hang_up (CsSipLeg *leg, const PortOrder *order)
{
  CsSipEnd end = { order->cause, 0 };

  if (leg->outgoing && leg->dialog == NULL)
    end = (CsSipEnd){ CS_CAUSE_NO_ANSWER, 487 };
  cs_sip_leg_end (leg, end, "hung up by us");
}

static void
port_hang_up (gpointer self, CsLegId leg, CsCause cause)
{
  PortOrder *order = port_order_new (leg, hang_up, NULL);

  order->cause = cause;
  post (self, order);
}

/* The one that makes a leg. */
static void
order_originate (CsSip *sip, gpointer data)
{
  PortOrder *order = data;

  cs_sip_originate (sip, order->leg, &order->target, order->sdp);
}

static void
port_originate (gpointer self, CsLegId leg, const CsSipTarget *target, const char *sdp)
{
  PortOrder *order = port_order_new (leg, NULL, sdp);

  order->target = *target;
  order->target.number = order->number = g_strdup (target->number);
  order->target.caller = order->caller = g_strdup (target->caller);
  order->target.display_name = order->display_name = g_strdup (target->display_name);
  cs_sip_order (self, order_originate, order, port_order_free);
}

const CsSipPort *
cs_sip_get_port (CsSip *sip)
{
  return &sip->switch_port;
}

guint16
cs_sip_get_udp_port (CsSip *sip)
{
  return sip->port;
}

guint16
cs_sip_get_tls_port (CsSip *sip)
{
  return sip->tls_port;
}

/* A port free for UDP and TCP just now. */
static guint16
port_find (const CsSipAddress *address)
{
  struct sockaddr_in name = { .sin_family = AF_INET };
  socklen_t length = sizeof name;
  guint16 port = 0;
  int tcp = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int udp = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  memcpy (&name.sin_addr, address->bytes + 12, 4);
  for (int attempt = 0; attempt < 20 && port == 0; attempt++)
    {
      name.sin_port = 0;
      if (bind (udp, (struct sockaddr *) &name, sizeof name) != 0
          || getsockname (udp, (struct sockaddr *) &name, &length) != 0)
        break;
      if (bind (tcp, (struct sockaddr *) &name, sizeof name) == 0)
        port = ntohs (name.sin_port);
      close (udp);
      udp = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    }
  close (udp);
  close (tcp);
  return port;
}

static void
prepare_tls (CsSip *sip, const CsSipAddress *address)
{
  const char *host = sip->public_address != NULL ? sip->public_address : sip->address;
  CsSipAddress named, any;

  if (sip->tls_port == 0)
    sip->tls_port = port_find (address);
  if (cs_sip_address_parse (host, &named)
      && !(cs_sip_address_parse ("0.0.0.0", &any) && cs_sip_address_equal (&named, &any)))
    sip->tls_contact = g_strdup_printf ("<sip:%s:%u;transport=tls>", host, sip->tls_port);
}

static guint
or_default (guint value, guint fallback)
{
  return value != 0 ? value : fallback;
}

static CsSip *
sip_alloc (const CsSipConfig *config, CtClock *clock, CsSipDirectory *directory)
{
  CsSip *sip = g_new0 (CsSip, 1);
  guint8 random[16];

  sip->address = g_strdup (config->address != NULL ? config->address : "0.0.0.0");
  sip->public_address = g_strdup (config->public_address);
  sip->realm = g_strdup (config->realm);
  sip->user_agent = g_strdup (config->user_agent != NULL ? config->user_agent : "Centrale");
  sip->certificates = g_strdup (config->certificates);
  sip->port = config->port;
  sip->tls_port = config->certificates != NULL ? config->tls_port : 0;
  sip->max_calls = or_default (config->max_calls, 4000);
  sip->max_connections = or_default (config->max_connections, 2000);
  sip->session_seconds = MAX (or_default (config->session_seconds, 1800), 90);
  sip->refuse_unknown = config->refuse_unknown;
  sip->clock = clock;
  sip->directory = directory;
  sip->order_bell = -1;
  g_mutex_init (&sip->order_lock);
  g_mutex_init (&sip->lock);
  g_cond_init (&sip->started);
  g_queue_init (&sip->orders);
  if (getrandom (random, sizeof random, 0) != sizeof random)
    g_error ("No randomness");
  for (guint i = 0; i < sizeof random; i++)
    g_snprintf (sip->loop_token + 2 * i, 3, "%02x", random[i]);

  sip->digest = cs_sip_digest_new (sip->realm, clock);
  sip->sources = cs_sip_sources_new (clock, or_default (config->source_rate, 50),
                                     or_default (config->source_burst, 200));
  sip->registrar = cs_sip_registrar_new (sip);
  sip->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_sip_line_free);
  sip->legs = cs_sip_legs_new ();
  sip->dialogs = g_hash_table_new_full (NULL, NULL, g_free, NULL);
  sip->by_number = g_hash_table_new (g_str_hash, g_str_equal);
  sip->down_trunks = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  sip->switch_port = (CsSipPort){
    .self = sip,
    .belongs = port_belongs,
    .ring = port_ring,
    .answer = port_answer,
    .refuse = port_refuse,
    .originate = port_originate,
    .reanswer = port_reanswer,
    .hang_up = port_hang_up,
  };
  return sip;
}

static CsSip *
sip_start (const CsSipConfig *config, CtClock *clock, CsSipDirectory *directory, CsSipSink sink,
           gpointer data, GError **error)
{
  g_autoptr (CsSip) sip = sip_alloc (config, clock, directory);
  CsSipAddress address;

  sip->sink = sink;
  sip->sink_data = data;
  cs_sip_address_parse (sip->address, &address);
  if (sip->port == 0)
    sip->port = port_find (&address);
  if (sip->certificates != NULL)
    prepare_tls (sip, &address);
  return cs_sip_stack_start (sip, error) ? g_steal_pointer (&sip) : NULL;
}

CsSip *
cs_sip_new (const CsSipConfig *config, CtClock *clock, CsSipDirectory *directory, CsSipSink sink,
            gpointer data, GError **error)
{
  CsSip *sip = NULL;
  CsSipAddress address;

  if (config->realm == NULL
      || !cs_sip_address_parse (config->address != NULL ? config->address : "0.0.0.0", &address)
      || (config->public_address != NULL
          && !cs_sip_address_parse (config->public_address, &address)))
    {
      ct_fail (error, CT_ERROR_INVALID, "SIP needs a realm and literal addresses");
      return NULL;
    }
  /* A port that was free may be another's by the time that the stack takes it. */
  for (int more = config->port == 0 ? FREE_PORT_TRIES : 1; sip == NULL && more > 0; more--)
    {
      g_autoptr (GError) wrong = NULL;

      sip = sip_start (config, clock, directory, sink, data, &wrong);
      if (sip == NULL && more == 1)
        g_propagate_error (error, g_steal_pointer (&wrong));
    }
  if (sip == NULL)
    return NULL;
  g_message ("SIP listens on %s:%u", sip->address, sip->port);
  if (sip->tls_port != 0)
    g_message ("SIP over TLS listens on %s:%u", sip->address, sip->tls_port);
  return sip;
}

void
cs_sip_free (CsSip *sip)
{
  cs_sip_stack_stop (sip);
  g_hash_table_unref (sip->legs);
  g_hash_table_unref (sip->dialogs);
  g_hash_table_unref (sip->by_number);
  g_hash_table_unref (sip->down_trunks);
  g_ptr_array_unref (sip->lines);
  cs_sip_registrar_free (sip->registrar);
  cs_sip_sources_free (sip->sources);
  cs_sip_digest_free (sip->digest);
  g_mutex_clear (&sip->order_lock);
  g_mutex_clear (&sip->lock);
  g_cond_clear (&sip->started);
  g_free (sip->address);
  g_free (sip->public_address);
  g_free (sip->realm);
  g_free (sip->user_agent);
  g_free (sip->certificates);
  g_free (sip->tls_contact);
  g_free (sip);
}

static void
order_stop (CsSip *sip, gpointer data)
{
  sip->stopping = TRUE;
}

void
cs_sip_stop (CsSip *sip)
{
  cs_sip_order (sip, order_stop, NULL, NULL);
}

static void
order_trunks (CsSip *sip, gpointer data)
{
  GPtrArray *trunks = data;

  /* The lines take the trunks. */
  g_ptr_array_set_free_func (trunks, NULL);
  cs_sip_lines_set (sip, trunks);
}

void
cs_sip_set_trunks (CsSip *sip, GPtrArray *trunks)
{
  g_ptr_array_set_free_func (trunks, (GDestroyNotify) cs_sip_trunk_free);
  cs_sip_order (sip, order_trunks, trunks, (GDestroyNotify) g_ptr_array_unref);
}

gboolean
cs_sip_is_trunk_up (CsSip *sip, CtId trunk)
{
  gboolean up;

  g_mutex_lock (&sip->lock);
  up = !g_hash_table_contains (sip->down_trunks, &trunk);
  g_mutex_unlock (&sip->lock);
  return up;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
cs_sip_dup_down_trunks (CsSip *sip)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;
  char *text;

  g_mutex_lock (&sip->lock);
  g_hash_table_iter_init (&iter, sip->down_trunks);
  while (g_hash_table_iter_next (&iter, NULL, &name))
    g_ptr_array_add (names, name);
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  text = g_strjoinv (", ", (char **) names->pdata);
  g_mutex_unlock (&sip->lock);
  return text;
}

/* A question to the SIP thread; both sides hold it, as the asker may stop waiting. */
typedef struct {
  gatomicrefcount references;
  GMutex lock;
  GCond answered;
  GPtrArray *bindings; /* NULL until answered */
} Question;

static void
question_unref (gpointer data)
{
  Question *question = data;

  if (!g_atomic_ref_count_dec (&question->references))
    return;
  g_clear_pointer (&question->bindings, g_ptr_array_unref);
  g_mutex_clear (&question->lock);
  g_cond_clear (&question->answered);
  g_free (question);
}

static void
order_dump (CsSip *sip, gpointer data)
{
  Question *question = data;

  g_mutex_lock (&question->lock);
  question->bindings = cs_sip_registrar_dup_all (sip->registrar);
  g_cond_signal (&question->answered);
  g_mutex_unlock (&question->lock);
}

GPtrArray *
cs_sip_dump_bindings (CsSip *sip)
{
  Question *question = g_new0 (Question, 1);
  gint64 deadline = g_get_monotonic_time () + ASK_TIMEOUT_US;
  GPtrArray *bindings;

  g_atomic_ref_count_init (&question->references);
  g_atomic_ref_count_inc (&question->references);
  g_mutex_init (&question->lock);
  g_cond_init (&question->answered);
  cs_sip_order (sip, order_dump, question, question_unref);
  g_mutex_lock (&question->lock);
  while (question->bindings == NULL
         && g_cond_wait_until (&question->answered, &question->lock, deadline))
    continue;
  bindings = g_steal_pointer (&question->bindings);
  g_mutex_unlock (&question->lock);
  question_unref (question);
  if (bindings == NULL)
    bindings = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_sip_binding_free);
  return bindings;
}

static void
order_restore (CsSip *sip, gpointer data)
{
  cs_sip_registrar_restore (sip->registrar, data);
}

void
cs_sip_restore_bindings (CsSip *sip, GPtrArray *bindings)
{
  cs_sip_order (sip, order_restore, bindings, (GDestroyNotify) g_ptr_array_unref);
}

void
cs_sip_get_counts (CsSip *sip, CsSipCounts *counts)
{
  __atomic_load (&sip->counts.calls, &counts->calls, __ATOMIC_RELAXED);
  __atomic_load (&sip->counts.registrations, &counts->registrations, __ATOMIC_RELAXED);
  __atomic_load (&sip->counts.connections, &counts->connections, __ATOMIC_RELAXED);
  g_mutex_lock (&sip->lock);
  counts->trunks = sip->counts.trunks;
  counts->trunks_down = sip->counts.trunks_down;
  g_mutex_unlock (&sip->lock);
  __atomic_load (&sip->counts.incoming, &counts->incoming, __ATOMIC_RELAXED);
  __atomic_load (&sip->counts.outgoing, &counts->outgoing, __ATOMIC_RELAXED);
  __atomic_load (&sip->counts.refused, &counts->refused, __ATOMIC_RELAXED);
  __atomic_load (&sip->counts.challenged, &counts->challenged, __ATOMIC_RELAXED);
  __atomic_load (&sip->counts.rejected, &counts->rejected, __ATOMIC_RELAXED);
  __atomic_load (&sip->counts.dropped, &counts->dropped, __ATOMIC_RELAXED);
}
