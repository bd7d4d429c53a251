/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server says of itself: version, OpenAPI, health, metrics; and the row of the events'
 * WebSocket. Details of health and the metrics are for loopback and the holder of the metrics token:
 * to anybody else the server says only whether it is well. */
#define G_LOG_DOMAIN "http"
#include "server/http/exchange-private.h"

#include <sodium.h>
#include <string.h>

#define OLDEST_DESK "0.1.0"
#define WRITE_SECONDS 2 /* a write that takes longer is not well */

gboolean
cs_http_trusts (CsHttp *http, CsExchange *exchange)
{
  const char *text = cs_exchange_header (exchange, "Authorization");
  const char *token = http->config.metrics_token;

  if (exchange->loopback)
    return TRUE;
  return token != NULL && *token != '\0' && text != NULL && g_str_has_prefix (text, "Bearer ")
         && strlen (text) == strlen ("Bearer ") + strlen (token)
         && sodium_memcmp (text + strlen ("Bearer "), token, strlen (token)) == 0;
}

static gboolean
get_version (CsExchange *exchange, gpointer module, GError **error)
{
  CtVersion *version = ct_version_new ();

  version->version = g_strdup (CENTRALE_VERSION);
  version->oldest_desk = g_strdup (OLDEST_DESK);
  version->epoch = g_strdup (cs_hub_get_epoch (exchange->http->hub));
  cs_exchange_reply (exchange, version);
  return TRUE;
}

static gboolean
get_openapi (CsExchange *exchange, gpointer module, GError **error)
{
  cs_exchange_reply_bytes (exchange, g_bytes_ref (exchange->http->openapi), "application/json");
  return TRUE;
}

static gboolean
get_events (CsExchange *exchange, gpointer module, GError **error)
{
  /* A browser cannot send the header; its first message will bring the token. */
  if (cs_exchange_header (exchange, "Authorization") != NULL
      && !cs_exchange_find_session (exchange, error))
    return FALSE;
  cs_exchange_set_status (exchange, 101);
  return TRUE;
}

static gboolean
get_metrics (CsExchange *exchange, gpointer module, GError **error)
{
  char *text;

  if (!cs_http_trusts (exchange->http, exchange))
    return ct_fail (error, CT_ERROR_DENIED, "metrics are for loopback or with their token");
  text = cs_metrics_print ();
  cs_exchange_reply_bytes (exchange, g_bytes_new_take (text, strlen (text)),
                           "text/plain; version=0.0.4; charset=utf-8");
  return TRUE;
}

/* A write that nobody may wait for longer than WRITE_SECONDS: shared with the writer. */
typedef struct {
  gatomicrefcount references;
  GMutex lock;
  GCond changed;
  gboolean done;
  gboolean failed;
} Probe;

static void
probe_unref (gpointer data)
{
  Probe *probe = data;

  if (!g_atomic_ref_count_dec (&probe->references))
    return;
  g_mutex_clear (&probe->lock);
  g_cond_clear (&probe->changed);
  g_free (probe);
}

static void
on_wrote (const GError *error, gpointer data)
{
  Probe *probe = data;

  g_mutex_lock (&probe->lock);
  probe->done = TRUE;
  probe->failed = error != NULL;
  g_cond_signal (&probe->changed);
  g_mutex_unlock (&probe->lock);
}

static gboolean
check_database (gpointer data, char **detail)
{
  CsHttp *http = data;
  Probe *probe = g_new0 (Probe, 1);
  gint64 start = g_get_monotonic_time ();
  gboolean well, failed;

  g_atomic_ref_count_init (&probe->references);
  g_mutex_init (&probe->lock);
  g_cond_init (&probe->changed);
  g_atomic_ref_count_inc (&probe->references);
  well = cs_store_write_async (http->store, cs_store_try_disk, probe, NULL, on_wrote, probe_unref,
                               NULL);
  g_mutex_lock (&probe->lock);
  while (well && !probe->done)
    well = g_cond_wait_until (&probe->changed, &probe->lock,
                              start + WRITE_SECONDS * G_TIME_SPAN_SECOND);
  failed = probe->failed;
  g_mutex_unlock (&probe->lock);
  probe_unref (probe);
  *detail = g_strdup_printf ("write %s %.1f ms", failed ? "failed after" : "took",
                             (double) (g_get_monotonic_time () - start) / 1000);
  return well && !failed;
}

static gboolean
check_loop (gpointer data, char **detail)
{
  CsHttp *http = data;

  *detail = g_strdup_printf ("%u messages, %u jobs, %u slow, %u hashes waiting",
                             cs_loop_get_depth (http->loop), cs_workers_get_depth (http->workers),
                             cs_workers_get_depth (http->slow), cs_workers_get_depth (http->hash));
  return cs_workers_get_depth (http->workers) < http->config.worker_queue;
}

static gboolean
run_check (CsHealthFunc check, gpointer data, const char *name, JsonObject *checks)
{
  g_autofree char *detail = NULL;
  gboolean well = check (data, &detail);
  JsonObject *object = json_object_new ();

  json_object_set_boolean_member (object, "ok", well);
  if (detail != NULL)
    json_object_set_string_member (object, "detail", detail);
  json_object_set_object_member (checks, name, object);
  return well;
}

static gboolean
get_health (CsExchange *exchange, gpointer module, GError **error)
{
  CsHttp *http = exchange->http;
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *root = json_object_new ();
  JsonObject *checks = json_object_new ();
  gboolean well = run_check (check_database, http, "database", checks);
  char *text;

  well = run_check (check_loop, http, "api", checks) && well;
  for (guint i = 0; i < http->health->len; i++)
    {
      CsHealth *health = g_ptr_array_index (http->health, i);

      well = run_check (health->check, health->data, health->name, checks) && well;
    }
  json_node_take_object (node, root);
  json_object_set_boolean_member (root, "ok", well);
  if (cs_http_trusts (http, exchange))
    {
      json_object_set_string_member (root, "version", CENTRALE_VERSION);
      json_object_set_object_member (root, "checks", checks);
    }
  else
    json_object_unref (checks);
  text = json_to_string (node, FALSE);
  cs_exchange_reply_bytes (exchange, g_bytes_new_take (text, strlen (text)), "application/json");
  cs_exchange_set_status (exchange, well ? 200 : 503);
  return TRUE;
}

const CsRoute cs_status_routes[] = {
  { "GET", "/api/v1", CS_ALLOW_ANYONE, NULL, &ct_version_type, 0, get_version,
    "What the server is, and the oldest desk it serves" },
  { "GET", "/api/v1/openapi.json", CS_ALLOW_ANYONE, NULL, NULL, CS_ROUTE_RAW, get_openapi,
    "This description" },
  { "GET", "/api/v1/events", CS_ALLOW_ANYONE, NULL, NULL, CS_ROUTE_RAW, get_events,
    "The WebSocket of events; the token in Authorization or in the first message" },
  { "GET", "/health", CS_ALLOW_ANYONE, NULL, NULL, CS_ROUTE_RAW | CS_ROUTE_SLOW, get_health,
    "Whether all is well" },
  { "GET", "/metrics", CS_ALLOW_ANYONE, NULL, NULL, CS_ROUTE_RAW | CS_ROUTE_SLOW, get_metrics,
    "Figures for Prometheus" },
};
const gsize cs_status_n_routes = G_N_ELEMENTS (cs_status_routes);
