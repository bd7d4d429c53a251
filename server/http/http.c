/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building it, starting it, and taking it down in order: the listener first, then what runs, then the
 * connections, the workers (whose last replies find their clients gone), and the loop. */
#define G_LOG_DOMAIN "http"
#include "server/http/exchange-private.h"
#include "server/http/password.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define LOOP_CAPACITY 8192
#define CALL_MS 10000
#define MAX_KEYS 65536 /* token buckets of one kind */
#define SWEEP_MS 1000
#define SESSION_SWEEP_US (5 * 60 * G_USEC_PER_SEC)
#define ADDRESS_TRIES 10 /* an address may try so much more often than an account */

const CsModule cs_http_module
    = { .name = "http", .migrations = cs_http_migrations, .n_migrations = CS_HTTP_N_MIGRATIONS };

void
cs_user_record_clear (CsUserRecord *user)
{
  g_free (user->password_hash);
  g_free (user->user_name);
  g_free (user->name);
  g_free (user->language);
  g_free (user->time_zone);
  g_free (user->domain);
  g_free (user->tenant_name);
  g_free (user->company_name);
  *user = (CsUserRecord){ 0 };
}

void
cs_http_config_init (CsHttpConfig *config)
{
  *config = (CsHttpConfig){
    .host = "::",
    .port = 8443,
    .workers = 8,
    .slow_workers = 4,
    .hash_workers = 1,
    .worker_queue = 512,
    .hash_queue = 32,
    .max_body = 1024 * 1024,
    .max_upload = 16 * 1024 * 1024,
    .max_uploads = 8,
    .max_header = 16 * 1024,
    .max_connections = 4096,
    .max_connections_per_address = 256,
    .max_sockets_per_user = 8,
    .idle_seconds = 75,
    .request_seconds = 30,
    .address_rate = 200,
    .address_burst = 400,
    .session_rate = 50,
    .session_burst = 100,
    .sign_in_per_minute = 10,
    .socket_queue = 256,
    .socket_queue_bytes = 1024 * 1024,
    .event_ring = 10000,
    .hash = { .memory = 64 * 1024 * 1024, .passes = 2 },
  };
}

static void
copy_config (CsHttpConfig *to, const CsHttpConfig *from)
{
  *to = *from;
  to->host = g_strdup (from->host);
  to->certificate_path = g_strdup (from->certificate_path);
  to->key_path = g_strdup (from->key_path);
  to->web_folder = g_strdup (from->web_folder);
  to->metrics_token = g_strdup (from->metrics_token);
}

static void
clear_config (CsHttpConfig *config)
{
  g_free ((char *) config->host);
  g_free ((char *) config->certificate_path);
  g_free ((char *) config->key_path);
  g_free ((char *) config->web_folder);
  g_free ((char *) config->metrics_token);
}

static GTlsCertificate *
read_certificate (CsHttp *http, GError **error)
{
  GTlsCertificate *certificate;

  if (http->config.certificate_path == NULL || http->config.key_path == NULL)
    {
      ct_fail (error, CT_ERROR_INVALID, "a certificate and its key are needed");
      return NULL;
    }
  certificate = g_tls_certificate_new_from_files (http->config.certificate_path,
                                                  http->config.key_path, error);
  if (certificate == NULL)
    g_prefix_error (error, "%s: ", http->config.certificate_path);
  return certificate;
}

static void
health_free (gpointer data)
{
  CsHealth *health = data;

  g_free (health->name);
  g_free (health);
}

static void
on_events (gpointer data)
{
  CsHttp *http = data;

  if (http->sockets != NULL)
    cs_web_sockets_pump (http->sockets);
}

static void
add_routes (CsHttp *http, const CsRoute *routes, gsize n_routes, gpointer data)
{
  for (gsize i = 0; i < n_routes; i++)
    if (!cs_route_tree_add (http->routes, &routes[i], data))
      g_error ("The route %s %s is there twice, or differs in a parameter's name", routes[i].method,
               routes[i].path);
}

void
cs_http_add_module (CsHttp *http, const CsModule *module, gpointer data)
{
  g_return_if_fail (http->server == NULL);
  add_routes (http, module->routes, module->n_routes, data);
}

static void
make_limits (CsHttp *http)
{
  const CsHttpConfig *config = &http->config;
  double a_second = config->sign_in_per_minute / 60.0;

  http->per_address
      = cs_buckets_new (http->clock, config->address_rate, config->address_burst, MAX_KEYS);
  http->per_session
      = cs_buckets_new (http->clock, config->session_rate, config->session_burst, MAX_KEYS);
  http->sign_in_account
      = cs_buckets_new (http->clock, a_second, config->sign_in_per_minute, MAX_KEYS);
  http->sign_in_address = cs_buckets_new (http->clock, a_second * ADDRESS_TRIES,
                                          config->sign_in_per_minute * ADDRESS_TRIES, MAX_KEYS);
}

static void
make_metrics (CsHttp *http)
{
  static const double bounds[] = { 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5 };

  for (int i = 0; i < 6; i++)
    {
      g_autofree char *name = g_strdup_printf ("centrale_http_requests_total{class=\"%dxx\"}", i);

      http->requests[i] = cs_metric_counter (name, "Requests by the hundred of their status");
    }
  http->latency = cs_metric_histogram ("centrale_http_request_seconds",
                                       "From a request's headers to the end of its reply", bounds,
                                       G_N_ELEMENTS (bounds));
}

CsHttp *
cs_http_new (const CsHttpConfig *config, CsStore *store, const CsAuthenticator *authenticator,
             GError **error)
{
  g_autoptr (CsHttp) http = g_new0 (CsHttp, 1);
  g_autoptr (GTlsCertificate) certificate = NULL;

  if (sodium_init () < 0)
    g_error ("libsodium did not start");
  copy_config (&http->config, config);
  http->store = store;
  http->clock = ct_clock_ref (cs_store_get_clock (store));
  http->authenticator = *authenticator;
  http->routes = cs_route_tree_new ();
  http->health = g_ptr_array_new_with_free_func (health_free);
  g_mutex_init (&http->keys_lock);
  http->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_init (&http->drain_lock);
  g_cond_init (&http->drained);
  http->loop = cs_loop_new ("api", LOOP_CAPACITY);
  make_limits (http);
  make_metrics (http);
  http->sessions = cs_sessions_new (store, authenticator);
  http->hub = cs_hub_new (http->clock, config->event_ring, http->loop, on_events, http);
  add_routes (http, cs_sign_in_routes, cs_sign_in_n_routes, NULL);
  add_routes (http, cs_status_routes, cs_status_n_routes, NULL);

  http->dummy_hash = cs_password_dummy (&config->hash);
  if (!config->plain)
    {
      certificate = read_certificate (http, error);
      if (certificate == NULL)
        return NULL;
    }
  if (config->web_folder != NULL && *config->web_folder != '\0')
    http->web_root = realpath (config->web_folder, NULL);
  return g_steal_pointer (&http);
}

static gboolean
on_sweep (gpointer data)
{
  CsHttp *http = data;
  gint64 now = ct_clock_monotonic_us (http->clock);

  cs_listener_sweep (http->listener);
  cs_web_sockets_sweep (http->sockets);
  if (now - http->swept_us > SESSION_SWEEP_US)
    {
      http->swept_us = now;
      cs_sessions_sweep (http->sessions);
    }
  return G_SOURCE_CONTINUE;
}

/* A question to the loop that somebody waits for; shared, because the waiting can end first. */
typedef struct {
  gatomicrefcount references;
  CsHttp *http;
  GTlsCertificate *certificate;
  GError *error;
} Order;

static Order *
order_new (CsHttp *http)
{
  Order *order = g_new0 (Order, 1);

  g_atomic_ref_count_init (&order->references);
  order->http = http;
  return order;
}

static void
order_unref (gpointer data)
{
  Order *order = data;

  if (!g_atomic_ref_count_dec (&order->references))
    return;
  g_clear_object (&order->certificate);
  g_clear_error (&order->error);
  g_free (order);
}

/* Runs @function on the loop and waits; the order's error becomes ours. Takes @order. */
static gboolean
call (Order *order, CsPostFunc function, GError **error)
{
  gboolean done;

  g_atomic_ref_count_inc (&order->references);
  done = cs_loop_call (order->http->loop, function, order, order_unref, CALL_MS, error);
  if (done && order->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&order->error));
      done = FALSE;
    }
  order_unref (order);
  return done;
}

static void
start_on_loop (gpointer data)
{
  Order *order = data;
  CsHttp *http = order->http;
  CsListenerLimits limits
      = { http->config.max_connections, http->config.max_connections_per_address,
          http->config.idle_seconds, http->config.request_seconds };

  http->server = soup_server_new ("raw-paths", TRUE, NULL);
  http->sockets = cs_web_sockets_new (http);
  cs_http_serve (http);
  http->listener = cs_listener_new (http->server, http->clock, &limits);
  cs_listener_set_certificate (http->listener, order->certificate);
  http->sweep = g_timeout_source_new (SWEEP_MS);
  g_source_set_callback (http->sweep, on_sweep, http, NULL);
  g_source_attach (http->sweep, g_main_context_get_thread_default ());
  if (cs_listener_listen (http->listener, http->config.host, http->config.port, &order->error))
    http->port = cs_listener_get_port (http->listener);
}

static gint64
count_running (gpointer data)
{
  CsHttp *http = data;

  return __atomic_load_n (&http->running, __ATOMIC_RELAXED);
}

static gint64
count_waiting (gpointer data)
{
  CsHttp *http = data;

  return cs_workers_get_depth (http->workers);
}

gboolean
cs_http_start (CsHttp *http, GError **error)
{
  const CsHttpConfig *config = &http->config;
  Order *order = order_new (http);

  if (!config->plain)
    {
      order->certificate = read_certificate (http, error);
      if (order->certificate == NULL)
        {
          order_unref (order);
          return FALSE;
        }
    }
  http->openapi = cs_http_describe (http);
  http->workers = cs_workers_new ("http", config->workers, config->worker_queue);
  http->slow = cs_workers_new ("http-slow", config->slow_workers, config->worker_queue);
  http->hash = cs_workers_new ("http-hash", config->hash_workers, config->hash_queue);
  cs_metric_gauge_func ("centrale_http_requests_running", "Requests being answered", count_running,
                        http);
  cs_metric_gauge_func ("centrale_http_jobs_waiting", "Requests waiting for a worker",
                        count_waiting, http);
  cs_loop_start (http->loop);
  return call (order, start_on_loop, error);
}

static void
drain_on_loop (gpointer data)
{
  CsHttp *http = ((Order *) data)->http;

  http->draining = TRUE;
  cs_listener_close (http->listener);
  cs_web_sockets_close_all (http->sockets);
}

static void
disconnect_on_loop (gpointer data)
{
  CsHttp *http = ((Order *) data)->http;

  g_source_destroy (http->sweep);
  g_clear_pointer (&http->sweep, g_source_unref);
  soup_server_disconnect (http->server);
  g_clear_pointer (&http->sockets, cs_web_sockets_free);
  /* Connections end in later rounds of the loop; the listener that counts them goes last. */
}

static void
wait_until_drained (CsHttp *http, guint seconds)
{
  gint64 deadline = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;

  g_mutex_lock (&http->drain_lock);
  while (http->running > 0 && g_cond_wait_until (&http->drained, &http->drain_lock, deadline))
    ;
  if (http->running > 0)
    g_warning ("%u requests did not end in time", http->running);
  g_mutex_unlock (&http->drain_lock);
}

void
cs_http_stop (CsHttp *http, guint seconds)
{
  if (http->server == NULL)
    return;
  call (order_new (http), drain_on_loop, NULL);
  wait_until_drained (http, seconds);
  call (order_new (http), disconnect_on_loop, NULL);
  cs_metric_forget (http);
  g_clear_pointer (&http->hash, cs_workers_free);
  g_clear_pointer (&http->slow, cs_workers_free);
  g_clear_pointer (&http->workers, cs_workers_free);
  cs_loop_stop (http->loop);
  g_clear_pointer (&http->exchanges, g_hash_table_unref);
  g_clear_object (&http->server);
  g_clear_pointer (&http->listener, cs_listener_free);
}

void
cs_http_free (CsHttp *http)
{
  cs_http_stop (http, 0);
  g_clear_pointer (&http->workers, cs_workers_free);
  g_clear_pointer (&http->slow, cs_workers_free);
  g_clear_pointer (&http->hash, cs_workers_free);
  g_clear_pointer (&http->hub, cs_hub_free);
  g_clear_pointer (&http->sessions, cs_sessions_free);
  g_clear_pointer (&http->per_address, cs_buckets_free);
  g_clear_pointer (&http->per_session, cs_buckets_free);
  g_clear_pointer (&http->sign_in_account, cs_buckets_free);
  g_clear_pointer (&http->sign_in_address, cs_buckets_free);
  g_clear_pointer (&http->loop, cs_loop_free);
  g_clear_pointer (&http->routes, cs_route_tree_free);
  g_clear_pointer (&http->health, g_ptr_array_unref);
  g_clear_pointer (&http->keys, g_hash_table_unref);
  g_clear_pointer (&http->openapi, g_bytes_unref);
  g_mutex_clear (&http->keys_lock);
  g_mutex_clear (&http->drain_lock);
  g_cond_clear (&http->drained);
  ct_clock_unref (http->clock);
  clear_config (&http->config);
  g_free (http->dummy_hash);
  free (http->web_root);
  g_free (http);
}

static void
set_certificate_on_loop (gpointer data)
{
  Order *order = data;

  cs_listener_set_certificate (order->http->listener, order->certificate);
}

gboolean
cs_http_reload_certificate (CsHttp *http, GError **error)
{
  Order *order;

  if (http->config.plain || http->server == NULL)
    return TRUE;
  order = order_new (http);
  order->certificate = read_certificate (http, error);
  if (order->certificate != NULL)
    return call (order, set_certificate_on_loop, error);
  order_unref (order);
  return FALSE;
}

CsHub *
cs_http_get_hub (CsHttp *http)
{
  return http->hub;
}

CsLoop *
cs_http_get_loop (CsHttp *http)
{
  return http->loop;
}

guint16
cs_http_get_port (CsHttp *http)
{
  return http->port;
}

typedef struct {
  CsHttp *http;
  CtId tenant;
  CtId user;
} Forgotten;

static void
recheck_sockets (gpointer data)
{
  Forgotten *forgotten = data;

  if (forgotten->http->sockets != NULL)
    cs_web_sockets_recheck (forgotten->http->sockets, forgotten->tenant, forgotten->user);
}

static void
recheck_sockets_of (CsHttp *http, CtId tenant, CtId user)
{
  Forgotten *forgotten = g_new (Forgotten, 1);

  *forgotten = (Forgotten){ http, tenant, user };
  cs_post_urgent (http->loop, recheck_sockets, forgotten, g_free);
}

void
cs_http_forget_user (CsHttp *http, CtId tenant, CtId user, gboolean end_sessions)
{
  cs_sessions_forget_user (http->sessions, tenant, user, end_sessions);
  recheck_sockets_of (http, tenant, user);
}

void
cs_http_forget_users (CsHttp *http)
{
  cs_sessions_forget_all (http->sessions);
  recheck_sockets_of (http, CT_ID_NONE, CT_ID_NONE);
}

void
cs_http_add_health (CsHttp *http, const char *name, CsHealthFunc check, gpointer data)
{
  CsHealth *health = g_new (CsHealth, 1);

  g_return_if_fail (http->server == NULL);
  *health = (CsHealth){ g_strdup (name), check, data };
  g_ptr_array_add (http->health, health);
}
