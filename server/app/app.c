/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Start and stop. The order matters: what a crash left open is settled before the first call comes;
 * at the end calls stop before money, money before the disk. */
#define G_LOG_DOMAIN "app"

#include "server/app/app-private.h"
#include "server/app/backup.h"
#include "server/app/certificate.h"
#include "server/app/lock.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/records/session.h"
#include "common/wire/record-json.h"
#include "server/base/metrics.h"
#include "server/billing/module.h"

#define MIB (1024 * 1024)
#define CREDIT_RETRY_US (5 * G_USEC_PER_SEC)

void
cs_places_fill (CsPlaces *places, const char *data_folder)
{
  places->database = g_build_filename (data_folder, "centrale.db", NULL);
  places->blobs = g_build_filename (data_folder, "blobs", NULL);
  places->master_key = g_build_filename (data_folder, "master.key", NULL);
  places->prompts = g_build_filename (data_folder, "prompts", NULL);
  places->spool = g_build_filename (data_folder, "spool", NULL);
  places->pid = g_build_filename (data_folder, "centrale.pid", NULL);
}

void
cs_places_clear (CsPlaces *places)
{
  g_free (places->database);
  g_free (places->blobs);
  g_free (places->master_key);
  g_free (places->prompts);
  g_free (places->spool);
  g_free (places->pid);
}

char *
cs_app_find_helper (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : g_strdup (".");
  char *helper = g_build_filename (folder, "centrale-decode", NULL);

  if (g_file_test (helper, G_FILE_TEST_IS_EXECUTABLE))
    return helper;
  g_free (helper);
  return g_strdup (CENTRALE_LIBEXECDIR "/centrale-decode");
}

CsStore *
cs_app_open_store (const CsConfig *config, CtClock *clock, GError **error)
{
  g_autoptr (GArray) migrations = cs_app_migrations ();
  CsPlaces places;
  CsStore *store = NULL;

  cs_places_fill (&places, config->data_folder);
  if (g_file_test (places.database, G_FILE_TEST_EXISTS))
    store
        = cs_store_open (places.database, clock, (const CsMigration *) (gpointer) migrations->data,
                         migrations->len, error);
  else
    ct_fail (error, CT_ERROR_NOT_FOUND, "there is no database in %s: run \"centrale-server init\"",
             config->data_folder);
  cs_places_clear (&places);
  return store;
}

static void
on_device_given (gpointer data, CtId tenant, CtId user, CtId serial)
{
  CsApp *app = data;
  g_autoptr (CtDeviceGiven) given = ct_device_given_new ();
  g_autofree char *topic = g_strconcat ("user:", ct_id_text (user).text, NULL);
  g_autofree char *json = NULL;

  given->serial = serial;
  json = ct_record_to_json (given, 0);
  cs_hub_publish (cs_http_get_hub (app->http), tenant, topic, "device", json);
}

static void
on_devices_changed (gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!cs_app_reload_devices (data, &error))
    g_warning ("devices: %s", error->message);
}

static gboolean
start_store (CsApp *app, GError **error)
{
  guint settled = 0;

  app->store = cs_app_open_store (app->config, app->clock, error);
  if (app->store == NULL)
    return FALSE;
  app->blobs = cs_blobs_open (app->places.blobs, app->places.master_key, error);
  if (app->blobs == NULL)
    return FALSE;
  app->billing = cs_billing_new ();
  if (!cs_credit_recover (app->store, app->billing, &settled, error))
    return FALSE;
  if (settled > 0)
    g_message ("%u calls of an earlier run were settled", settled);
  return TRUE;
}

static char *
read_token (const char *path, GError **error)
{
  char *token = NULL;

  return path != NULL && g_file_get_contents (path, &token, NULL, error) ? g_strchomp (token)
                                                                         : NULL;
}

static gboolean
start_http (CsApp *app, GError **error)
{
  const CsConfig *config = app->config;
  g_autoptr (GError) wrong = NULL;
  g_autofree char *token = read_token (config->metrics_token_file, &wrong);
  CsHttpConfig http;

  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  cs_http_config_init (&http);
  http.host = config->http_address;
  http.port = (guint16) config->http_port;
  http.certificate_path = config->certificate;
  http.key_path = config->certificate_key;
  http.plain = config->certificate == NULL;
  http.web_folder = config->web_folder;
  http.metrics_token = token;
  http.workers = (guint) config->workers;
  http.sign_in_per_minute = (guint) config->sign_ins_per_minute;
  http.hash = (CsHashCost){ (gsize) config->hash_memory_mib * MIB, (guint) config->hash_passes };
  app->http = cs_http_new (&http, app->store, &cs_tenants_authenticator, error);
  return app->http != NULL;
}

static void
start_calls (CsApp *app)
{
  CsCallsConfig config = {
    .clock = app->clock,
    .store = app->store,
    .blobs = app->blobs,
    .switch_loop = app->switch_loop,
    .hub = cs_http_get_hub (app->http),
    .spool_folder = app->places.spool,
    .recording_days = (guint) app->config->recording_days,
  };

  app->calls = cs_calls_new (&config);
  /* What the recovery settled before had nobody to tell it to. */
  cs_billing_watch (app->billing, cs_billing_publish, config.hub);
}

static gboolean
start_sip (CsApp *app, GError **error)
{
  const CsConfig *config = app->config;
  g_autofree char *certificates = NULL;
  CsSipConfig sip = {
    .address = config->sip_address,
    .port = (guint16) config->sip_port,
    .public_address = config->sip_public_address,
    .realm = config->sip_realm,
    .max_calls = (guint) config->sip_max_calls,
    .source_rate = (guint) config->sip_source_rate,
    .tls_port = (guint16) config->sip_tls_port,
  };

  if (config->sip_certificate != NULL)
    {
      certificates = cs_certificate_lay_out (config->sip_certificate, config->sip_certificate_key,
                                             config->data_folder, error);
      if (certificates == NULL)
        return FALSE;
      app->sip_certificate_sum = cs_certificate_sum (config->sip_certificate);
    }
  sip.certificates = certificates;
  app->sip = cs_sip_new (&sip, app->clock, app->directory, cs_app_on_sip, app, error);
  if (certificates != NULL)
    cs_certificate_put_away (certificates);
  return app->sip != NULL;
}

static gboolean
start_ports (CsApp *app, GError **error)
{
  const CsConfig *config = app->config;
  CsMediaConfig media = {
    .bind_address = config->media_address,
    .public_address = config->media_public_address,
    .port_min = (guint16) config->media_port_min,
    .port_max = (guint16) config->media_port_max,
    .threads = (guint) config->media_threads,
    .prompt_folder = app->places.prompts,
    .spool_folder = app->places.spool,
  };

  app->directory = cs_sip_directory_new ();
  if (!cs_prompt_prepare_builtin (&(CsDecodeConfig){ .prompt_folder = app->places.prompts }, error))
    return FALSE;
  app->media = cs_media_new (&media, app->clock, cs_app_on_media, app, error);
  if (app->media == NULL)
    return FALSE;
  app->credit = cs_credit_new (app->store, app->billing, cs_app_on_credit, app);
  return start_sip (app, error);
}

static void
make_switch (gpointer data)
{
  CsApp *app = data;
  CsJournal journal = cs_calls_get_journal (app->calls);

  app->timers = cs_timers_new (app->clock, cs_loop_get_context (app->switch_loop));
  app->self
      = cs_switch_new (app->clock, app->timers, cs_sip_get_port (app->sip),
                       cs_media_get_port (app->media), cs_credit_get_port (app->credit), &journal);
  cs_calls_set_switch (app->calls, app->self);
}

static void
end_switch (gpointer data)
{
  CsApp *app = data;

  cs_app_save_bindings (app);
  app->ending = TRUE;
  cs_switch_end_all (app->self);
}

static void
free_switch (gpointer data)
{
  CsApp *app = data;

  cs_calls_set_switch (app->calls, NULL);
  g_clear_pointer (&app->self, cs_switch_free);
  g_clear_pointer (&app->timers, cs_timers_free);
}

static gboolean
on_credit_retry (gpointer data)
{
  CsApp *app = data;

  if (app->ending)
    return G_SOURCE_REMOVE; /* SIP is being taken down */
  cs_credit_retry (app->credit);
  cs_app_save_bindings (app);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_hour (gpointer data)
{
  cs_calls_expire (((CsApp *) data)->calls);
  return G_SOURCE_CONTINUE;
}

static void
attach_timers (CsApp *app)
{
  g_autoptr (GSource) retry = g_timeout_source_new (CREDIT_RETRY_US / 1000);
  g_autoptr (GSource) hour = g_timeout_source_new_seconds (3600);

  g_source_set_callback (retry, on_credit_retry, app, NULL);
  g_source_attach (retry, cs_loop_get_context (app->switch_loop));
  g_source_set_callback (hour, on_hour, app, NULL);
  g_source_attach (hour, cs_loop_get_context (app->switch_loop));
  cs_calls_expire (app->calls); /* hours without the server count too */
}

static gboolean
finish_start (CsApp *app, GError **error)
{
  if (!cs_loop_call (app->switch_loop, make_switch, app, NULL, 10000, error)
      || !cs_app_start_domains (app, error) || !cs_calls_recover (app->calls, error)
      || !cs_app_reload (app, error) || !cs_app_restore_bindings (app, error)
      || (app->mailer != NULL && !cs_mailer_start (app->mailer, error)))
    return FALSE;
  app->tenants.sip_port = cs_sip_get_udp_port (app->sip);
  attach_timers (app);
  cs_app_watch (app);
  return cs_http_start (app->http, error);
}

CsApp *
cs_app_start (const CsConfig *config, CtClock *clock, GError **error)
{
  g_autoptr (CsApp) app = g_new0 (CsApp, 1);

  app->config = config;
  app->lock = -1;
  app->clock = ct_clock_ref (clock);
  app->helper = cs_app_find_helper ();
  app->resuming = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_mutex_init (&app->reload_lock);
  app->addresses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  app->not_found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  cs_app_start_reader (app);
  cs_places_fill (&app->places, config->data_folder);
  app->tenants = (CsTenantsContext){ config->sip_realm,
                                     config->sip_public_address != NULL ? config->sip_public_address
                                                                        : config->sip_address,
                                     (guint16) config->sip_port,
                                     config->sip_transport,
                                     on_devices_changed,
                                     on_device_given,
                                     app };
  app->switch_loop = cs_loop_new ("switch", CS_APP_SWITCH_CAPACITY);
  cs_loop_start (app->switch_loop);
  if (g_mkdir_with_parents (app->places.prompts, 0750) != 0
      || g_mkdir_with_parents (app->places.spool, 0700) != 0)
    {
      ct_fail (error, CT_ERROR_IO, "cannot make folders in %s", config->data_folder);
      return NULL;
    }
  if (!cs_certificate_check (config, "http", error) || !cs_certificate_check (config, "sip", error))
    return NULL;
  app->lock = cs_lock_take (app->places.pid, error);
  if (app->lock < 0)
    return NULL;
  if (!start_store (app, error) || !start_http (app, error))
    return NULL;
  start_calls (app);
  if (!start_ports (app, error) || !finish_start (app, error))
    return NULL;
  return g_steal_pointer (&app);
}

static void
drain (gpointer data)
{
  cs_switch_drain (((CsApp *) data)->self);
}

void
cs_app_drain (CsApp *app)
{
  cs_sip_stop (app->sip);
  cs_post_urgent (app->switch_loop, drain, app, NULL);
}

guint
cs_app_count_calls (CsApp *app)
{
  CsSipCounts counts;

  cs_sip_get_counts (app->sip, &counts);
  return counts.calls;
}

/* Stops in the opposite order; each part may be missing when the start failed. */
void
cs_app_stop (CsApp *app)
{
  cs_app_stop_reader (app);
  if (app->http != NULL)
    cs_http_stop (app->http, 5);
  if (app->self != NULL)
    cs_loop_call (app->switch_loop, end_switch, app, NULL, 10000, NULL);
  g_clear_pointer (&app->sip, cs_sip_free);
  g_clear_pointer (&app->media, cs_media_free);
  if (app->self != NULL)
    cs_loop_call (app->switch_loop, free_switch, app, NULL, 10000, NULL);
  if (app->calls != NULL)
    cs_calls_flush (app->calls);
  cs_app_stop_domains (app);
  if (app->credit != NULL)
    cs_credit_retry (app->credit);
  cs_loop_stop (app->switch_loop);
  g_clear_pointer (&app->credit, cs_credit_free);
  cs_metric_forget (app);
  g_clear_pointer (&app->calls, cs_calls_free);
  if (app->http != NULL)
    cs_billing_unwatch (app->billing, cs_http_get_hub (app->http));
  g_clear_pointer (&app->http, cs_http_free);
  g_clear_pointer (&app->directory, cs_sip_directory_free);
  /* Before those whose functions run after a commit. */
  g_clear_pointer (&app->store, cs_store_close);
  g_clear_pointer (&app->billing, cs_billing_free);
  g_clear_pointer (&app->blobs, cs_blobs_free);
  cs_loop_free (app->switch_loop);
  g_hash_table_unref (app->resuming);
  g_free (app->sip_certificate_sum);
  cs_places_clear (&app->places);
  g_free (app->helper);
  if (app->lock >= 0)
    close (app->lock);
  g_hash_table_unref (app->addresses);
  g_hash_table_unref (app->not_found);
  g_mutex_clear (&app->reload_lock);
  g_object_unref (app->stopping);
  ct_clock_unref (app->clock);
  g_free (app);
}

char *
cs_app_backup (CsApp *app, const char *folder, GCancellable *cancellable, GError **error)
{
  return cs_backup_make (
      &(CsBackupSource){ app->store, app->blobs, app->clock, app->places.prompts, cancellable },
      folder, error);
}

guint16
cs_app_get_http_port (CsApp *app)
{
  return cs_http_get_port (app->http);
}

guint16
cs_app_get_sips_port (CsApp *app)
{
  return cs_sip_get_tls_port (app->sip);
}

guint16
cs_app_get_sip_port (CsApp *app)
{
  return cs_sip_get_udp_port (app->sip);
}
