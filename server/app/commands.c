/* SPDX-License-Identifier: GPL-3.0-or-later */
/* init, apply, check. Backup and restore: backup.c. */
#define G_LOG_DOMAIN "app"

#include "server/app/commands.h"

#include <signal.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/error.h"
#include "server/app/app-private.h"
#include "server/app/hands.h"
#include "server/app/lock.h"

#define MIB (1024 * 1024)

int
cs_command_fail (const GError *error)
{
  g_printerr ("centrale-server: %s\n", error->message);
  if (error->domain == G_FILE_ERROR)
    return EX_NOINPUT;
  if (error->domain == G_IO_ERROR)
    return EX_IOERR;
  if (error->domain != CT_ERROR)
    return EX_SOFTWARE;
  switch ((CtErrorCode) error->code)
    {
    case CT_ERROR_INVALID:
    case CT_ERROR_CONFLICT:
    case CT_ERROR_LIMIT:
      return EX_DATAERR;
    case CT_ERROR_NOT_FOUND:
    case CT_ERROR_STATE:
      return EX_UNAVAILABLE;
    case CT_ERROR_IO:
    case CT_ERROR_UNKNOWN:
      return EX_IOERR;
    default:
      return EX_SOFTWARE;
    }
}

static int
usage (const char *text)
{
  g_printerr ("usage: centrale-server %s\n", text);
  return EX_USAGE;
}

/* init DOMAIN NAME USER PASSWORD-FILE */

typedef struct {
  const char *domain;
  const char *name;
  const CtUserSpec *user;
  const char *hash;
} Init;

static gboolean
write_first (CsDb *db, gpointer data, GError **error)
{
  Init *init = data;
  CtId tenant;
  CtId user;

  return cs_tenants_create (db, cs_scope_system (), init->domain, init->name, "Europe/Brussels",
                            "en", &tenant, error)
         && cs_tenants_put_user (db, cs_scope_tenant (tenant), init->user, init->hash, &user,
                                 error);
}

static gboolean
make_database (const CsConfig *config, CtClock *clock, const CsPlaces *places, CsStore **store,
               GError **error)
{
  g_autoptr (GArray) migrations = cs_app_migrations ();

  if (g_file_test (places->database, G_FILE_TEST_EXISTS))
    return ct_fail (error, CT_ERROR_STATE, "%s is there already", places->database);
  if (g_mkdir_with_parents (config->data_folder, 0750) != 0)
    return ct_fail (error, CT_ERROR_IO, "cannot make %s", config->data_folder);
  if (!cs_blobs_create_master_key (places->master_key, error))
    return FALSE;
  *store
      = cs_store_open (places->database, clock, (const CsMigration *) (gpointer) migrations->data,
                       migrations->len, error);
  return *store != NULL;
}

static gboolean
init (const CsConfig *config, CtClock *clock, const CsPlaces *places, char **arguments,
      GError **error)
{
  CsHashCost cost = { (gsize) config->hash_memory_mib * MIB, (guint) config->hash_passes };
  char *roles[] = { (char *) "administrator", NULL };
  g_autofree char *password = NULL;
  g_autofree char *hash = NULL;
  g_autoptr (CsStore) store = NULL;
  CtUserSpec user = { .user = arguments[2], .name = arguments[2], .roles = roles };

  if (!cs_tenants_is_domain (arguments[0]))
    return ct_fail (error, CT_ERROR_INVALID, "a domain like calls.example is wanted, not \"%s\"",
                    arguments[0]);
  if (*arguments[1] == '\0' || *arguments[2] == '\0')
    return ct_fail (error, CT_ERROR_INVALID, "the tenant and its administrator need names");
  if (!g_file_get_contents (arguments[3], &password, NULL, error))
    return FALSE;
  g_strchomp (password);
  if (strlen (password) < 8)
    return ct_fail (error, CT_ERROR_INVALID, "a password has at least 8 characters");
  hash = cs_http_hash_password (password, &cost, error);
  if (hash == NULL || !make_database (config, clock, places, &store, error))
    return FALSE;
  return cs_store_write (store, write_first, &(Init){ arguments[0], arguments[1], &user, hash },
                         error);
}

int
cs_command_init (const CsConfig *config, CtClock *clock, char **arguments)
{
  g_autoptr (GError) error = NULL;
  CsPlaces places;
  gboolean good;

  if (g_strv_length (arguments) != 4)
    return usage ("init DOMAIN NAME ADMINISTRATOR PASSWORD-FILE");
  cs_places_fill (&places, config->data_folder);
  good = init (config, clock, &places, arguments, &error);
  cs_places_clear (&places);
  if (!good)
    return cs_command_fail (error);
  g_print ("%s is set up; its administrator is %s.\n", arguments[0], arguments[2]);
  g_print ("Keep master.key in a safe place: without it no backup can be read.\n");
  return EX_OK;
}

/* apply FILE */

/* A running server reads its plan anew. */
static void
tell_server (const CsPlaces *places)
{
  pid_t server = cs_lock_get_holder (places->pid);

  if (server > 0 && kill (server, SIGHUP) == 0)
    g_print ("The running server reads it now.\n");
}

/* Prints what is wrong with the file; NULL then. Without @store: whatever can be seen before the database is
 * opened, which may bring it up to date. */
static CtTenantFile *
load_file (CsStore *store, const char *path)
{
  g_autoptr (CsYaml) yaml = NULL;
  g_autoptr (CtTenantFile) file = NULL;
  g_auto (GStrv) findings = NULL;
  g_auto (GStrv) warnings = NULL;

  file = cs_tenant_file_load (store, path, &yaml, &findings, &warnings);
  for (guint i = 0; findings[i] != NULL; i++)
    g_printerr ("%s\n", findings[i]);
  for (guint i = 0; (store != NULL || findings[0] != NULL) && warnings[i] != NULL; i++)
    g_printerr ("%s\n", warnings[i]);
  return findings[0] == NULL ? g_steal_pointer (&file) : NULL;
}

int
cs_command_apply (const CsConfig *config, CtClock *clock, char **arguments)
{
  g_autofree char *helper = cs_app_find_helper ();
  g_autofree char *folder = NULL;
  g_autoptr (CtTenantFile) seen = NULL;
  g_autoptr (CtTenantFile) file = NULL;
  g_autoptr (CsStore) store = NULL;
  g_autoptr (GError) error = NULL;
  CsPlaces places;
  CsHands hands;
  CsApplyHands out;
  int code = EX_OK;

  if (g_strv_length (arguments) != 1)
    return usage ("apply FILE");
  seen = load_file (NULL, arguments[0]);
  if (seen == NULL)
    return EX_DATAERR;
  cs_places_fill (&places, config->data_folder);
  hands = (CsHands){ config->sip_realm,
                     { .helper = helper, .prompt_folder = places.prompts },
                     { (gsize) config->hash_memory_mib * MIB, (guint) config->hash_passes } };
  cs_hands_fill (&hands, &out);
  store = cs_app_open_store (config, clock, &error);
  file = store != NULL ? load_file (store, arguments[0]) : NULL;
  folder = g_path_get_dirname (arguments[0]);
  if (store != NULL && file == NULL)
    code = EX_DATAERR;
  else if (store == NULL || !cs_tenant_file_apply (store, file, folder, &out, &error))
    code = cs_command_fail (error);
  else
    {
      g_print ("%s is set up: companies %u, users %u.\n", file->domain,
               file->companies != NULL ? file->companies->len : 0,
               file->users != NULL ? file->users->len : 0);
      tell_server (&places);
    }
  cs_places_clear (&places);
  return code;
}

/* check [--deep] */

/* Without @blobs: whatever can be checked before the key is there. */
static gboolean
find_faults (CsStore *store, CsBlobs *blobs, gboolean deep, const char *prompts, GPtrArray *faults,
             GError **error)
{
  g_autoptr (GArray) migrations = cs_app_migrations ();
  CsDb *db = cs_store_acquire_reader (store);
  gboolean good = cs_store_check (db, (const CsMigration *) (gpointer) migrations->data,
                                  migrations->len, faults, error)
                  && cs_ledger_check (db, faults, error) && cs_calls_check (db, faults, error)
                  && (blobs == NULL || cs_blobs_check (blobs, db, deep, faults, error))
                  && cs_studio_check (db, prompts, faults, error);

  cs_store_release_reader (store, db);
  return good;
}

static int
check (const CsConfig *config, CtClock *clock, gboolean deep, gboolean has_key)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CsStore) store = NULL;
  g_autoptr (CsBlobs) blobs = NULL;
  g_autoptr (GError) error = NULL;
  CsPlaces places;

  store = cs_app_open_store (config, clock, &error);
  if (store == NULL)
    return cs_command_fail (error);
  cs_places_fill (&places, config->data_folder);
  if (has_key)
    blobs = cs_blobs_open (places.blobs, places.master_key, &error);
  if (error == NULL)
    find_faults (store, blobs, deep, places.prompts, faults, &error);
  cs_places_clear (&places);
  if (error != NULL)
    return cs_command_fail (error);
  for (guint i = 0; i < faults->len; i++)
    g_print ("%s\n", (char *) faults->pdata[i]);
  g_print ("%u faults; schema %d.\n", faults->len, cs_store_get_schema (store));
  return faults->len == 0 ? EX_OK : EX_UNAVAILABLE;
}

int
cs_command_check (const CsConfig *config, CtClock *clock, char **arguments)
{
  gboolean deep = g_strv_contains ((const char *const *) arguments, "--deep");

  if (g_strv_length (arguments) != (deep ? 1 : 0))
    return usage ("check [--deep]");
  return check (config, clock, deep, TRUE);
}

int
cs_command_check_restored (const CsConfig *config, CtClock *clock, gboolean has_key)
{
  return check (config, clock, FALSE, has_key);
}
