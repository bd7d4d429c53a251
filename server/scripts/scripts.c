/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The module's object, and a cache of parsed versions: they are immutable, so an entry is never wrong;
 * when there are too many all are dropped. An entry remembers whose it is, so the cache shows a tenant
 * nothing that its scope would not. */
#define G_LOG_DOMAIN "scripts"

#include "server/scripts/scripts-private.h"

#include <string.h>

#define MAX_CACHED 256

typedef struct {
  CtId id; /* the key */
  CtId tenant;
  CtScript *script;
} Cached;

static void
cached_free (gpointer data)
{
  Cached *cached = data;

  ct_script_unref (cached->script);
  g_free (cached);
}

CsScripts *
cs_scripts_new (CsStore *store, const CsScriptsHands *hands)
{
  CsScripts *scripts = g_new0 (CsScripts, 1);

  scripts->store = store;
  scripts->hands = *hands;
  g_mutex_init (&scripts->lock);
  scripts->versions = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, cached_free);
  return scripts;
}

void
cs_scripts_free (CsScripts *scripts)
{
  g_hash_table_unref (scripts->versions);
  g_mutex_clear (&scripts->lock);
  g_free (scripts);
}

void
cs_script_call_clear (CsScriptCall *call)
{
  g_free (call->company_name);
  g_free (call->client_code);
  g_free (call->agent_name);
  g_free (call->language);
  g_free (call->caller);
  g_free (call->called);
  g_clear_pointer (&call->keys, g_hash_table_unref);
  memset (call, 0, sizeof *call);
}

static CtScript *
find_cached (CsScripts *scripts, CsScope scope, CtId version)
{
  CtScript *script = NULL;
  const Cached *cached;

  g_mutex_lock (&scripts->lock);
  cached = g_hash_table_lookup (scripts->versions, &version);
  if (cached != NULL && (scope.tenant == CT_ID_NONE || cached->tenant == scope.tenant))
    script = ct_script_ref (cached->script);
  g_mutex_unlock (&scripts->lock);
  return script;
}

static void
keep (CsScripts *scripts, CsScope scope, CtId version, CtScript *script)
{
  Cached *cached;

  if (scope.tenant == CT_ID_NONE)
    return;
  cached = g_new0 (Cached, 1);
  cached->id = version;
  cached->tenant = scope.tenant;
  cached->script = ct_script_ref (script);
  g_mutex_lock (&scripts->lock);
  if (g_hash_table_size (scripts->versions) >= MAX_CACHED)
    g_hash_table_remove_all (scripts->versions);
  g_hash_table_replace (scripts->versions, &cached->id, cached);
  g_mutex_unlock (&scripts->lock);
}

CtScript *
cs_scripts_get_version (CsScripts *scripts, CsDb *db, CsScope scope, CtId version, GError **error)
{
  CtScript *script = find_cached (scripts, scope, version);
  g_autoptr (CsVersionRow) row = NULL;

  if (script != NULL)
    return script;
  row = cs_scripts_get_row (db, scope, version, error);
  if (row == NULL)
    return NULL;
  script = ct_script_parse_text (row->body, -1, NULL, error);
  if (script != NULL)
    keep (scripts, scope, version, script);
  return script;
}

GPtrArray *
cs_scripts_list_dispositions (CsScripts *scripts, CsDb *db, CsScope scope, CtId version,
                              const char *language, GError **error)
{
  g_autoptr (CtScript) script = cs_scripts_get_version (scripts, db, scope, version, error);
  GPtrArray *list;

  if (script == NULL)
    return NULL;
  list = g_ptr_array_new_with_free_func (ct_record_free);
  for (guint i = 0; i < ct_script_dispositions (script)->len; i++)
    {
      const CtScriptDisposition *written = g_ptr_array_index (ct_script_dispositions (script), i);
      CtDisposition *disposition = ct_disposition_new ();

      disposition->code = g_strdup (written->code);
      disposition->label = g_strdup (ct_script_text_in (script, &written->label, language));
      g_ptr_array_add (list, disposition);
    }
  return list;
}
