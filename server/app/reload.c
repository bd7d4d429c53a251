/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the store to SIP's tables and the switch's plan: at start, when a device changes, at SIGHUP.
 * A trunk's host may be a name, and a name server may not answer: after the start nothing here is done on the
 * main thread, which serves the signals. */
#define G_LOG_DOMAIN "app"

#include <string.h>

#include "common/base/error.h"
#include "server/app/app-private.h"
#include "server/app/certificate.h"
#include "server/base/log.h"

static GPtrArray *
read_devices (CsDb *db, GError **error)
{
  g_autoptr (GPtrArray) rows = cs_tenants_list_devices (db, cs_scope_system (), error);
  GPtrArray *devices;

  if (rows == NULL)
    return NULL;
  devices = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_sip_device_free);
  for (guint i = 0; i < rows->len; i++)
    {
      CsDevice *row = rows->pdata[i];

      g_ptr_array_add (
          devices, cs_sip_device_new (row->sip_user, row->id, row->user, row->tenant, row->ha1));
    }
  return devices;
}

/* The secret stands in a file of its own, below the data folder unless its path is absolute. */
static char *
read_secret (CsApp *app, CtId tenant, const char *file)
{
  g_autofree char *path = g_canonicalize_filename (file, app->config->data_folder);
  g_autoptr (GError) error = NULL;
  char *secret = NULL;

  if (!g_file_get_contents (path, &secret, NULL, &error))
    {
      cs_warning (CS_ABOUT (.tenant = tenant), "trunk secret: %s", error->message);
      return NULL;
    }
  return g_strchomp (secret);
}

/* A host that was found before stays where it was while the name server fails. That it knows no such
 * name is taken for a failure as well: many say so when they cannot ask any further. */
static gboolean
find_address (CsApp *app, CsSipTrunk *trunk, GError **error)
{
  g_autofree char *place = g_strdup_printf ("%s:%u", trunk->host, trunk->port);
  const char *last = g_hash_table_lookup (app->addresses, place);
  g_autoptr (GError) wrong = NULL;

  if (cs_sip_trunk_resolve (trunk, app->stopping, &wrong))
    {
      g_hash_table_remove (app->not_found, place);
      g_hash_table_replace (app->addresses, g_steal_pointer (&place), g_strdup (trunk->address));
      return TRUE;
    }
  if (last == NULL || !ct_error_is (wrong, CT_ERROR_IO)
      || g_cancellable_is_cancelled (app->stopping))
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  trunk->address = g_strdup (last);
  app->trunks_missing = TRUE;
  if (g_hash_table_add (app->not_found, g_strdup (place)))
    cs_warning (CS_ABOUT (.tenant = trunk->tenant), "%s; %s stays at %s", wrong->message,
                trunk->host, last);
  return TRUE;
}

static CsSipTrunk *
trunk_of (CsApp *app, const CsTrunk *row, GError **error)
{
  const CtTrunkSpec *spec = row->spec;
  CsSipTrunk *trunk = cs_sip_trunk_new (row->id, row->tenant, row->key, spec->host);

  trunk->port = (guint16) spec->port;
  trunk->transport = g_strcmp0 (spec->transport, "tcp") == 0 ? CS_SIP_TCP : CS_SIP_UDP;
  trunk->sources = g_strdupv (spec->sources);
  trunk->allowed = g_strdupv (spec->allowed);
  trunk->user = g_strdup (spec->user);
  trunk->secret
      = spec->secret_file != NULL ? read_secret (app, row->tenant, spec->secret_file) : NULL;
  trunk->registers = spec->registers;
  trunk->probes = spec->probes;
  trunk->trusts_identity = spec->trusts_identity;
  trunk->max_calls = (guint) spec->max_calls;
  trunk->max_calls_per_second = (guint) spec->calls_per_second;
  trunk->country = g_strdup (spec->country_prefix);
  if (find_address (app, trunk, error))
    return trunk;
  cs_sip_trunk_free (trunk);
  return NULL;
}

static GPtrArray *
read_trunks (CsApp *app, CsDb *db, GError **error)
{
  g_autoptr (GPtrArray) rows = cs_tenants_list_trunks (db, cs_scope_system (), error);
  g_autoptr (GPtrArray) trunks = NULL;

  if (rows == NULL)
    return NULL;
  trunks = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_sip_trunk_free);
  app->trunks_missing = FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      const CsTrunk *row = rows->pdata[i];
      g_autoptr (GError) wrong = NULL;
      CsSipTrunk *trunk = trunk_of (app, row, &wrong);

      if (trunk != NULL)
        g_ptr_array_add (trunks, trunk);
      else if (g_cancellable_set_error_if_cancelled (app->stopping, error))
        return NULL; /* the server stops: it was not looked for */
      else
        {
          app->trunks_missing = TRUE;
          cs_warning (CS_ABOUT (.tenant = row->tenant), "trunk %s is out of service: %s", row->key,
                      wrong->message);
        }
    }
  return g_steal_pointer (&trunks);
}

/* What other domains own: tariffs and live script versions. */
static gboolean
complete_plan (CsDb *db, CsPlan *plan, GError **error)
{
  g_autofree CtMoney *onward_rates = g_new0 (CtMoney, plan->companies->len);

  for (guint i = 0; i < plan->companies->len; i++)
    {
      CsPlanCompany *company = plan->companies->pdata[i];
      CsTariff tariff;

      if (!cs_billing_get_tariff (db, cs_scope_tenant (company->tenant), company->id, &tariff,
                                  error))
        return FALSE;
      company->rate = tariff.rate;
      company->pay_rate = tariff.pay_rate;
      g_strlcpy (company->currency, tariff.currency, sizeof company->currency);
      company->paused = company->paused || tariff.paused;
      onward_rates[i] = tariff.onward_rate;
    }
  for (guint i = 0; i < plan->lines->len; i++)
    {
      CsPlanLine *line = plan->lines->pdata[i];
      CsScriptLive live;

      line->onward_rate = onward_rates[line->company_index];
      if (!cs_scripts_get_live (db, cs_scope_tenant (line->tenant), line->script, &live, error))
        return FALSE;
      line->script_version = live.version;
      /* The line may ask for more than its script, never for less (S0-26). */
      line->needs.difficulty = MAX (line->needs.difficulty, live.difficulty);
    }
  return TRUE;
}

static CsPlan *
read_plan (CsDb *db, guint64 version, GError **error)
{
  g_autoptr (CsPlan) plan = cs_tenants_build_plan (db, cs_scope_system (), version, error);

  if (plan == NULL || !complete_plan (db, plan, error))
    return NULL;
  cs_plan_seal (plan);
  return g_steal_pointer (&plan);
}

typedef struct {
  CsApp *app;
  CsPlan *plan;
} SetPlan;

static void
set_plan (gpointer data)
{
  SetPlan *set = data;

  cs_switch_set_plan (set->app->self, set->plan);
}

static void
set_plan_free (gpointer data)
{
  cs_plan_unref (((SetPlan *) data)->plan);
  g_free (data);
}

static gboolean
reload (CsApp *app, CsDb *db, GError **error)
{
  /* First what may take long: the others shall not be old when they are handed over. */
  GPtrArray *trunks = read_trunks (app, db, error);
  GPtrArray *devices = trunks != NULL ? read_devices (db, error) : NULL;
  CsPlan *plan = devices != NULL ? read_plan (db, app->plan_version + 1, error) : NULL;
  SetPlan *set;

  if (plan == NULL)
    {
      g_clear_pointer (&devices, g_ptr_array_unref);
      g_clear_pointer (&trunks, g_ptr_array_unref);
      return FALSE;
    }
  app->plan_version++;
  g_message ("plan %" G_GUINT64_FORMAT ": %u companies, %u lines, %u e-agents", plan->version,
             plan->companies->len, plan->lines->len, plan->agents->len);
  cs_sip_directory_set (app->directory, devices);
  cs_sip_set_trunks (app->sip, trunks);
  set = g_new (SetPlan, 1);
  *set = (SetPlan){ app, plan };
  cs_post_urgent (app->switch_loop, set_plan, set, set_plan_free);
  cs_calls_plan_changed (app->calls);
  return TRUE;
}

gboolean
cs_app_reload (CsApp *app, GError **error)
{
  CsDb *db = cs_store_acquire_reader (app->store);
  gboolean good;

  g_mutex_lock (&app->reload_lock);
  good = reload (app, db, error);
  g_mutex_unlock (&app->reload_lock);
  cs_store_release_reader (app->store, db);
  return good;
}

/* The SIP stack reads its certificate once. */
static void
tell_new_sip_certificate (const CsApp *app)
{
  g_autofree char *sum = NULL;

  if (app->config->sip_certificate == NULL)
    return;
  sum = cs_certificate_sum (app->config->sip_certificate);
  if (g_strcmp0 (sum, app->sip_certificate_sum) != 0)
    g_warning ("the new %s is for SIP from the next start on", app->config->sip_certificate);
}

static gboolean
reload_certificate (CsApp *app, GError **error)
{
  return app->config->certificate == NULL
         || (cs_certificate_check (app->config, "http", error)
             && cs_http_reload_certificate (app->http, error));
}

static void
reload_all (gpointer data)
{
  CsApp *app = data;
  g_autoptr (GError) error = NULL;

  if (g_cancellable_is_cancelled (app->stopping))
    return;
  tell_new_sip_certificate (app);
  cs_http_forget_users (app->http);
  if (!reload_certificate (app, &error))
    g_warning ("reload: %s", error->message);
  g_clear_error (&error);
  if (!cs_app_reload (app, &error) && !g_cancellable_is_cancelled (app->stopping))
    g_warning ("reload: %s", error->message);
}

void
cs_app_reload_all (CsApp *app)
{
  /* Refused only when one waits already, which will read what is there then. */
  cs_workers_push (app->reader, reload_all, app, NULL);
}

static void
retry_trunks (gpointer data)
{
  CsApp *app = data;
  g_autoptr (GError) error = NULL;
  GPtrArray *trunks = NULL;

  g_mutex_lock (&app->reload_lock);
  if (app->trunks_missing && !g_cancellable_is_cancelled (app->stopping))
    {
      CsDb *db = cs_store_acquire_reader (app->store);

      trunks = read_trunks (app, db, &error);
      cs_store_release_reader (app->store, db);
    }
  if (trunks != NULL)
    cs_sip_set_trunks (app->sip, trunks);
  else if (error != NULL && !g_cancellable_is_cancelled (app->stopping))
    g_warning ("trunks: %s", error->message);
  g_mutex_unlock (&app->reload_lock);
}

static void
retry_ended (gpointer data)
{
  g_atomic_int_set (&((CsApp *) data)->retrying, FALSE);
}

void
cs_app_retry_trunks (CsApp *app)
{
  if (g_atomic_int_compare_and_exchange (&app->retrying, FALSE, TRUE))
    cs_workers_push (app->reader, retry_trunks, app, retry_ended);
}

void
cs_app_start_reader (CsApp *app)
{
  app->stopping = g_cancellable_new ();
  /* One look for trunks waits there, and one reload. */
  app->reader = cs_workers_new ("reader", 1, 2);
}

void
cs_app_stop_reader (CsApp *app)
{
  g_cancellable_cancel (app->stopping);
  g_clear_pointer (&app->reader, cs_workers_free);
}

gboolean
cs_app_reload_devices (CsApp *app, GError **error)
{
  CsDb *db = cs_store_acquire_reader (app->store);
  GPtrArray *devices = read_devices (db, error);

  if (devices != NULL)
    cs_sip_directory_set (app->directory, devices);
  cs_store_release_reader (app->store, db);
  return devices != NULL;
}
