/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole server with a trunk whose host is a name, and a name server that is gone, silent, or answers. What
 * it does never holds up the thread that serves the signals, and it does not hold up the stop. */
#include <string.h>

#include "../../tools/tree.h"
#include "server/app/app-private.h"
#include "server/tenants/tenants-store.h"

typedef enum {
  GONE,
  SILENT,
  ANSWERS,
} Mood;

/* The name server. Its members are under the lock. */
typedef struct {
  GResolver parent_instance;
  GMutex lock;
  GCond changed;
  Mood mood;
  GResolverError failure; /* while gone */
  guint asked;            /* while not gone */
  guint open;             /* of these without an answer */
  guint most_open;
} NameServer;

typedef GResolverClass NameServerClass;

static GType name_server_get_type (void);
G_DEFINE_TYPE (NameServer, name_server, G_TYPE_RESOLVER)

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  NameServer *self = data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* Stands for GLib's own, which does not wait any longer either once it is cancelled. */
static void
wait_for_answer (NameServer *self, GCancellable *cancellable)
{
  gulong handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self, NULL);

  g_mutex_lock (&self->lock);
  self->asked++;
  self->open++;
  self->most_open = MAX (self->most_open, self->open);
  g_cond_broadcast (&self->changed);
  while (self->mood == SILENT && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->changed, &self->lock);
  self->open--;
  g_mutex_unlock (&self->lock);
  g_cancellable_disconnect (cancellable, handler);
}

static Mood
get_mood (NameServer *self)
{
  Mood mood;

  g_mutex_lock (&self->lock);
  mood = self->mood;
  g_mutex_unlock (&self->lock);
  return mood;
}

static GList *
name_server_lookup (GResolver *resolver, const char *name, GCancellable *cancellable,
                    GError **error)
{
  NameServer *self = (NameServer *) resolver;

  g_assert_true (g_str_has_suffix (name, "carrier.example"));
  if (get_mood (self) == GONE)
    {
      g_set_error (error, G_RESOLVER_ERROR, self->failure, "nobody knows it");
      return NULL;
    }
  /* The main thread of a server cannot wait; nor can that of a test. */
  g_assert_false (g_main_context_is_owner (g_main_context_default ()));
  wait_for_answer (self, cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return g_list_append (NULL, g_inet_address_new_from_string ("192.0.2.7"));
}

static void
name_server_finalize (GObject *object)
{
  NameServer *self = (NameServer *) object;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (name_server_parent_class)->finalize (object);
}

static void
name_server_class_init (NameServerClass *klass)
{
  klass->lookup_by_name = name_server_lookup;
  G_OBJECT_CLASS (klass)->finalize = name_server_finalize;
}

static void
name_server_init (NameServer *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

static void
set_mood (NameServer *self, Mood mood)
{
  g_mutex_lock (&self->lock);
  self->mood = mood;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
wait_until_asked (NameServer *self, guint times)
{
  g_mutex_lock (&self->lock);
  while (self->asked < times)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

typedef struct {
  char *folder;
  CtClock *clock;
  CsConfig *config;
  NameServer *names;
  GResolver *before;
  CsApp *app;
} Fixture;

/* Where a trunk is said to be. */
typedef struct {
  const char *host;
  int port;
} Place;

static gboolean
write_tenant (CsDb *db, gpointer data, GError **error)
{
  CtId tenant;

  return cs_tenants_create (db, cs_scope_system (), "calls.example", "Example", "Europe/Brussels",
                            "en", &tenant, error);
}

static gboolean
write_trunk (CsDb *db, gpointer data, GError **error)
{
  const Place *place = data;
  g_autoptr (CtTrunkSpec) spec = ct_trunk_spec_new ();
  g_autoptr (CsTenant) tenant
      = cs_tenants_find_domain (db, cs_scope_system (), "calls.example", error);

  spec->key = g_strdup ("carrier");
  spec->host = g_strdup (place->host);
  spec->port = place->port;
  return tenant != NULL && cs_tenants_put_trunk (db, cs_scope_tenant (tenant->id), spec, error);
}

static void
write_data (Fixture *f)
{
  g_autoptr (GArray) steps = cs_app_migrations ();
  g_autoptr (GError) error = NULL;
  CsPlaces places;
  CsStore *store;

  cs_places_fill (&places, f->folder);
  g_assert_true (cs_blobs_create_master_key (places.master_key, NULL));
  store = cs_store_open (places.database, f->clock, (const CsMigration *) (gpointer) steps->data,
                         steps->len, &error);
  g_assert_no_error (error);
  cs_store_write (store, write_tenant, NULL, &error);
  g_assert_no_error (error);
  cs_store_write (store, write_trunk, &(Place){ "carrier.example", 0 }, &error);
  g_assert_no_error (error);
  cs_store_close (store);
  cs_places_clear (&places);
}

/* Started while the name server was gone. */
static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  f->folder = g_dir_make_tmp ("trunks-XXXXXX", NULL);
  f->clock = ct_clock_new ();
  write_data (f);
  text = g_strdup_printf ("[server]\ndata-folder=%s\n[http]\nport=0\nhash-memory=1\nhash-passes=1\n"
                          "[sip]\nport=0\n",
                          f->folder);
  f->config = cs_config_parse ("trunks.conf", text, strlen (text), &error);
  g_assert_no_error (error);
  f->names = g_object_new (name_server_get_type (), NULL);
  f->before = g_resolver_get_default ();
  g_resolver_set_default (G_RESOLVER (f->names));
  f->app = cs_app_start (f->config, f->clock, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->app, cs_app_stop);
  g_resolver_set_default (f->before);
  g_clear_object (&f->before);
  g_assert_cmpuint (f->names->most_open, <=, 1);
  g_clear_object (&f->names);
  cs_config_free (f->config);
  ct_clock_unref (f->clock);
  remove_tree (f->folder);
  g_free (f->folder);
}

static int warnings; /* atomic: that a host stays where it was */

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0
        && strstr (fields[i].value, "carrier.example stays at 192.0.2.7") != NULL)
      g_atomic_int_inc (&warnings);
  return g_log_writer_default (level, fields, n_fields, data);
}

static guint
count_trunks (Fixture *f)
{
  g_autoptr (GPtrArray) last
      = cs_sip_dump_bindings (f->app->sip); /* SIP did what it was told before */
  CsSipCounts counts;

  cs_sip_get_counts (f->app->sip, &counts);
  return counts.trunks;
}

static void
test_found (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (count_trunks (f), ==, 0);
  set_mood (f->names, SILENT);
  cs_app_retry_trunks (f->app);
  wait_until_asked (f->names, 1);
  cs_app_retry_trunks (f->app); /* the next times it is due */
  cs_app_retry_trunks (f->app);
  g_assert_cmpuint (count_trunks (f), ==, 0);
  set_mood (f->names, ANSWERS);
  while (count_trunks (f) == 0)
    g_thread_yield ();
  while (g_atomic_int_get (&f->app->retrying))
    g_thread_yield ();
  cs_app_retry_trunks (f->app); /* none is missing */
  cs_app_reload_all (f->app);
  wait_until_asked (f->names, 2);
  g_clear_pointer (&f->app, cs_app_stop);
  g_assert_cmpuint (f->names->asked, ==, 2);
}

/* SIGHUP, more than once, while the name server is silent. */
static void
test_reload (Fixture *f, gconstpointer data)
{
  set_mood (f->names, SILENT);
  cs_app_reload_all (f->app);
  wait_until_asked (f->names, 1);
  for (int i = 0; i < 5; i++)
    {
      cs_app_retry_trunks (f->app);
      cs_app_reload_all (f->app);
    }
  set_mood (f->names, ANSWERS);
  wait_until_asked (f->names, 2); /* what was said in between is read too */
  while (count_trunks (f) == 0)
    g_thread_yield ();
  g_clear_pointer (&f->app, cs_app_stop);
  g_assert_cmpuint (f->names->asked, ==, 2);
}

/* Reads anew as SIGHUP does, here: nobody waits for a name server that is gone. */
static void
reload_at (Fixture *f, const char *host, int port)
{
  g_autoptr (GError) error = NULL;

  cs_store_write (f->app->store, write_trunk, &(Place){ host, port }, &error);
  g_assert_no_error (error);
  cs_app_reload (f->app, &error);
  g_assert_no_error (error);
}

static void
retry (Fixture *f)
{
  cs_app_retry_trunks (f->app);
  while (g_atomic_int_get (&f->app->retrying))
    g_thread_yield ();
}

/* Found once, a trunk stays where it was while the name server fails, and only there. */
static void
test_kept (Fixture *f, gconstpointer data)
{
  f->names->failure = GPOINTER_TO_INT (data);
  set_mood (f->names, ANSWERS);
  retry (f);
  g_assert_cmpuint (count_trunks (f), ==, 1);
  set_mood (f->names, GONE);
  g_atomic_int_set (&warnings, 0);
  reload_at (f, "carrier.example", 0);
  reload_at (f, "carrier.example", 0);
  retry (f);
  g_assert_cmpuint (count_trunks (f), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&warnings), ==, 1);
  reload_at (f, "other.carrier.example", 0);
  g_assert_cmpuint (count_trunks (f), ==, 0);
  reload_at (f, "carrier.example", 5070);
  g_assert_cmpuint (count_trunks (f), ==, 0);
  reload_at (f, "carrier.example", 0);
  g_assert_cmpuint (count_trunks (f), ==, 1);
  g_assert_cmpuint (f->names->asked, ==, 1);
  set_mood (f->names, ANSWERS);
  retry (f); /* it is still looked for */
  retry (f); /* it is found */
  g_assert_cmpuint (f->names->asked, ==, 2);
  set_mood (f->names, GONE);
  g_atomic_int_set (&warnings, 0);
  reload_at (f, "carrier.example", 0);
  g_assert_cmpint (g_atomic_int_get (&warnings), ==, 1); /* the next time it is told again */
}

static void
test_stopped (Fixture *f, gconstpointer data)
{
  set_mood (f->names, SILENT);
  if (data == NULL)
    cs_app_retry_trunks (f->app);
  else
    cs_app_reload_all (f->app);
  wait_until_asked (f->names, 1);
  cs_app_reload_all (f->app); /* and what waits behind it */
  g_clear_pointer (&f->app, cs_app_stop);
  g_assert_cmpuint (f->names->asked, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL
                          | G_LOG_FATAL_MASK); /* a warning tells of the trunk */
  g_log_set_writer_func (count_warnings, NULL, NULL);
  /* As the loop of main() does. */
  g_assert_true (g_main_context_acquire (g_main_context_default ()));
  g_test_add ("/trunks/found", Fixture, NULL, set_up, test_found, tear_down);
  g_test_add ("/trunks/reload", Fixture, NULL, set_up, test_reload, tear_down);
  g_test_add ("/trunks/kept-unknown", Fixture, GINT_TO_POINTER (G_RESOLVER_ERROR_NOT_FOUND), set_up,
              test_kept, tear_down);
  g_test_add ("/trunks/kept-unanswered", Fixture,
              GINT_TO_POINTER (G_RESOLVER_ERROR_TEMPORARY_FAILURE), set_up, test_kept, tear_down);
  g_test_add ("/trunks/stopped", Fixture, NULL, set_up, test_stopped, tear_down);
  g_test_add ("/trunks/stopped-reload", Fixture, "reload", set_up, test_stopped, tear_down);
  return g_test_run ();
}
