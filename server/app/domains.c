/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of domains: a new one is a folder and a line here. */
#define G_LOG_DOMAIN "app"

#include "common/base/error.h"
#include "server/app/app-private.h"
#include "server/billing/module.h"
#include "server/contacts/contacts.h"

typedef struct {
  const CsMigration *list;
  const gsize *n;
} Migrations;

static int
compare (gconstpointer a, gconstpointer b)
{
  return ((const CsMigration *) a)->number - ((const CsMigration *) b)->number;
}

GArray *
cs_app_migrations (void)
{
  const Migrations all[] = {
    { cs_tenants_migrations, &cs_tenants_n_migrations },
    { cs_billing_migrations, &cs_billing_n_migrations },
    { cs_messages_migrations, &cs_messages_n_migrations },
    { cs_contacts_migrations, &cs_contacts_n_migrations },
    { cs_scripts_migrations, &cs_scripts_n_migrations },
    { cs_calls_migrations, &cs_calls_n_migrations },
    { cs_http_module.migrations, &cs_http_module.n_migrations },
    { cs_blobs_migrations, &cs_blobs_n_migrations },
  };
  GArray *migrations = g_array_new (FALSE, FALSE, sizeof (CsMigration));

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    g_array_append_vals (migrations, all[i].list, (guint) *all[i].n);
  g_array_sort (migrations, compare);
  return migrations;
}

static gboolean
get_script_key (gpointer data, CsDb *db, CsScope scope, guint8 key[CS_SCRIPTS_KEY_SIZE],
                GError **error)
{
  return cs_blobs_derive_key (((CsApp *) data)->blobs, db, scope, "scripts", key, error);
}

static gboolean
find_call (gpointer data, CsDb *db, CsScope scope, CtId id, CsScriptCall *call, GError **error)
{
  return cs_calls_find_script_call (((CsApp *) data)->calls, db, scope, id, call, error);
}

static GPtrArray *
prefill (gpointer data, CsDb *db, CsScope scope, const CsScriptCall *call, GError **error)
{
  return cs_calls_prefill (((CsApp *) data)->calls, db, scope, call, error);
}

static gboolean
on_enter (gpointer data, CtId call, CtId user, GError **error)
{
  return cs_calls_on_enter (((CsApp *) data)->calls, call, user, error);
}

static gboolean
on_leave (gpointer data, CtId call, CtId user, GError **error)
{
  return cs_calls_on_leave (((CsApp *) data)->calls, call, user, error);
}

static gboolean
make_mailer (CsApp *app, GError **error)
{
  const CsConfig *config = app->config;
  g_autofree char *password = NULL;
  CsMailConfig mail = {
    .host = config->mail_host,
    .port = (guint16) config->mail_port,
    .security = g_strcmp0 (config->mail_security, "none") == 0  ? CS_MAIL_PLAIN
                : g_strcmp0 (config->mail_security, "tls") == 0 ? CS_MAIL_TLS
                                                                : CS_MAIL_STARTTLS,
    .user = config->mail_user,
    .from = config->mail_from,
    .host_name = g_get_host_name (),
  };

  if (config->mail_host == NULL)
    return TRUE; /* messages wait in the outbox */
  if (config->mail_password_file != NULL
      && !g_file_get_contents (config->mail_password_file, &password, NULL, error))
    return FALSE;
  mail.password = password != NULL ? g_strchomp (password) : NULL;
  app->mailer = cs_mailer_new (app->store, &mail);
  return TRUE;
}

static void
on_lines_changed (gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!cs_app_reload (data, &error))
    g_warning ("a changed prompt is not heard yet: %s", error->message);
}

static CsSwitch *
get_switch (gpointer data)
{
  return ((CsApp *) data)->self;
}

static void
plug_studio (gpointer data)
{
  CsApp *app = data;
  const CsStudioPort port = cs_studio_get_port (app->studio);

  cs_switch_set_studio (app->self, &port);
}

static gboolean
start_studio (CsApp *app, GError **error)
{
  const CsStudioConfig config
      = { .clock = app->clock,
          .store = app->store,
          .hub = cs_http_get_hub (app->http),
          .decode = { .helper = app->helper, .prompt_folder = app->places.prompts },
          .lines_changed = on_lines_changed,
          .switch_loop = app->switch_loop,
          .get_switch = get_switch,
          .data = app };

  app->studio = cs_studio_new (&config);
  return cs_studio_sweep (app->studio, error)
         && cs_loop_call (app->switch_loop, plug_studio, app, NULL, 10000, error);
}

gboolean
cs_app_start_domains (CsApp *app, GError **error)
{
  const CsScriptsHands hands
      = { app, find_call, prefill, get_script_key, on_enter, on_leave, cs_calls_may_see_call };

  app->scripts = cs_scripts_new (app->store, &hands);
  app->messages = (CsMessagesAccess){ app->calls, cs_calls_may_see_call };
  cs_http_add_module (app->http, &cs_tenants_module, &app->tenants);
  cs_http_add_module (app->http, &cs_billing_module, app->billing);
  cs_http_add_module (app->http, &cs_scripts_module, app->scripts);
  cs_http_add_module (app->http, &cs_messages_module, &app->messages);
  cs_http_add_module (app->http, &cs_calls_module, app->calls);
  if (!start_studio (app, error) || !make_mailer (app, error))
    return FALSE;
  cs_http_add_module (app->http, &cs_studio_module, app->studio);
  cs_calls_set_domains (app->calls, app->scripts, app->mailer);
  return TRUE;
}

void
cs_app_stop_domains (CsApp *app)
{
  if (app->mailer != NULL)
    cs_mailer_stop (app->mailer);
  g_clear_pointer (&app->mailer, cs_mailer_free);
  g_clear_pointer (&app->scripts, cs_scripts_free);
  g_clear_pointer (&app->studio, cs_studio_free);
}
