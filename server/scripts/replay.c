/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs out of their rows and into them. A run is never stored as such: it is its version, the facts and
 * prefill frozen at its beginning, and the log of commands; the interpreter makes the rest of it anew
 * each time. So what the desk sees and what the server holds cannot drift apart without a replay
 * saying so. The log of one call is short (ct_script_run_apply bounds it). */
#define G_LOG_DOMAIN "scripts"

#include <string.h>

#include "server/scripts/scripts-private.h"
#include "server/scripts/seal.h"

/* Facts, frozen as JSON: {"caller": "+31…", "key.reason": "1"} */

static void
add_fact (JsonBuilder *builder, const char *name, const char *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static char *
freeze_facts (const CsScriptCall *call)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  GHashTableIter iter;
  gpointer name, value;

  json_builder_begin_object (builder);
  add_fact (builder, "caller", call->caller);
  add_fact (builder, "called", call->called);
  add_fact (builder, "language", call->language);
  add_fact (builder, "company", call->company_name);
  add_fact (builder, "agent", call->agent_name);
  add_fact (builder, "open", call->open ? "yes" : "no");
  add_fact (builder, "earlier", call->earlier ? "yes" : "no");
  if (call->keys != NULL)
    g_hash_table_iter_init (&iter, call->keys);
  while (call->keys != NULL && g_hash_table_iter_next (&iter, &name, &value))
    {
      g_autofree char *fact = g_strdup_printf ("key.%s", (const char *) name);

      add_fact (builder, fact, value);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static GHashTable *
thaw_facts (const char *text, GError **error)
{
  g_autoptr (JsonNode) root = json_from_string (text, error);
  GHashTable *facts;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;
  facts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  json_object_iter_init (&iter, json_node_get_object (root));
  while (json_object_iter_next (&iter, &name, &value))
    g_hash_table_insert (facts, g_strdup (name), g_strdup (json_node_get_string (value)));
  return facts;
}

/* Out of the rows */

static CtScriptRun *
make_run (CtScript *script, const char *facts_text, GPtrArray *prefill, GError **error)
{
  g_autoptr (GHashTable) facts = thaw_facts (facts_text, error);
  CtScriptRun *run;

  if (facts == NULL)
    return NULL;
  run = ct_script_run_new (script, facts);
  for (guint i = 0; i < prefill->len; i++)
    {
      const CtScriptAnswer *answer = g_ptr_array_index (prefill, i);

      ct_script_run_prefill (run, answer->step, answer->value, CT_SCRIPT_LAST_CALL, answer->at);
    }
  return run;
}

static gboolean
replay (CtScriptRun *run, CsDb *db, CtId call, GError **error)
{
  g_autoptr (GPtrArray) rows = cs_scripts_list_commands (db, call, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      const CsCommandRow *row = g_ptr_array_index (rows, i);
      g_autoptr (GError) failed = NULL;

      if (!ct_script_run_replay (run, row->command, row->at_ms, &failed))
        return ct_fail (error, CT_ERROR_IO, "command %u of call %s does not replay: %s", i + 1,
                        ct_id_text (call).text, failed->message);
    }
  return TRUE;
}

CtScriptRun *
cs_scripts_load_run (CsScripts *scripts, CsDb *db, CsScope scope, CtId call, GError **error)
{
  g_autoptr (CsRunRow) row = cs_scripts_get_run (db, scope, call, error);
  g_autoptr (CtScript) script
      = row != NULL ? cs_scripts_get_version (scripts, db, scope, row->version, error) : NULL;
  g_autoptr (GPtrArray) prefill = script != NULL ? cs_scripts_list_prefill (db, call, error) : NULL;
  g_autoptr (CtScriptRun) run
      = prefill != NULL ? make_run (script, row->facts, prefill, error) : NULL;
  g_autoptr (GError) failed = NULL;
  g_autofree char *ticket = NULL;

  if (run == NULL || !replay (run, db, call, error))
    return NULL;
  ticket = cs_scripts_get_ticket (db, scope, call, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  if (ticket != NULL)
    ct_script_run_set_fact (run, "ticket", ticket);
  return g_steal_pointer (&run);
}

/* Into the rows */

/* Keeps of @prefill what this version takes. */
static gboolean
write_prefill (CsDb *db, CtId call, CtScript *script, const char *facts, GPtrArray *prefill,
               GError **error)
{
  g_autoptr (CtScriptRun) run = make_run (script, facts, prefill, error);

  if (run == NULL)
    return FALSE;
  for (guint i = 0; i < prefill->len; i++)
    {
      const CtScriptAnswer *answer = g_ptr_array_index (prefill, i);
      const CtScriptValue *value = ct_script_run_answer (run, answer->step);

      if (value != NULL && value->origin == CT_SCRIPT_LAST_CALL
          && !cs_scripts_add_prefill (db, call, answer->step, value->value, value->at_ms, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
cs_scripts_begin_run (CsScripts *scripts, CsDb *db, CsScope scope, const CsScriptCall *call,
                      GPtrArray *prefill, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (CsRunRow) row = cs_scripts_get_run (db, scope, call->call, &failed);
  g_autoptr (CtScript) script = NULL;

  if (row != NULL)
    return TRUE;
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  script = cs_scripts_get_version (scripts, db, scope, call->version, error);
  if (script == NULL)
    return FALSE;
  row = g_new0 (CsRunRow, 1);
  row->call = call->call;
  row->company = call->company;
  row->version = call->version;
  row->facts = freeze_facts (call);
  return cs_scripts_add_run (db, scope, row, error)
         && write_prefill (db, call->call, script, row->facts, prefill, error);
}

typedef struct {
  CsScripts *scripts;
  CsDb *db;
  CsScope scope;
  CtId call;
  CtId user;
  const CtScriptCommand *command;
  gint64 at_ms;
} Written;

static gboolean
write_secret (const Written *w, const char *secret, GError **error)
{
  const CsScriptsHands *hands = &w->scripts->hands;
  guint8 key[CS_SCRIPTS_KEY_SIZE];
  g_autoptr (GBytes) sealed = NULL;

  if (!hands->tenant_key (hands->data, w->db, w->scope, key, error))
    return FALSE;
  sealed = cs_scripts_seal (key, w->call, w->command->step, secret);
  explicit_bzero (key, sizeof key);
  return cs_scripts_put_answer (w->db, w->call, w->command->step, NULL, sealed, w->user, w->at_ms,
                                error);
}

static gboolean
write_answer (const Written *w, const CtScriptRun *run, gboolean secret, GError **error)
{
  const CtScriptValue *value = ct_script_run_answer (run, w->command->step);

  if (secret && value != NULL)
    return write_secret (w, value->value, error);
  return cs_scripts_put_answer (w->db, w->call, w->command->step,
                                value != NULL ? value->value : NULL, NULL, w->user, w->at_ms,
                                error);
}

static gboolean
write_command (const Written *w, const CtScriptRun *run, GError **error)
{
  const CtScriptCommand *command = w->command;
  const CtScriptStep *step = ct_script_find (ct_script_run_script (run), command->step);
  gboolean secret = step->kind == CT_SCRIPT_ASK && step->ask == CT_SCRIPT_SECRET;
  gboolean given = ct_script_run_answer (run, command->step) != NULL;
  /* Of a secret the log holds only whether there is one: NULL, else "" as taken away. */
  const char *value = !secret || command->value == NULL ? command->value : given ? NULL : "";

  if (!cs_scripts_add_command (w->db, w->call, command, value, w->user, w->at_ms, error)
      || !cs_scripts_set_number (w->db, w->scope, w->call, command->number, error))
    return FALSE;
  if (strcmp (command->kind, "answer") == 0)
    return write_answer (w, run, secret, error);
  if (strcmp (command->kind, "reveal") == 0)
    return cs_scripts_add_reveal (w->db, w->scope, w->call, command, w->user, w->at_ms, error);
  return TRUE;
}

gboolean
cs_scripts_apply (CsScripts *scripts, CsDb *db, CsScope scope, const CsScriptCall *call, CtId user,
                  const CtScriptCommand *command, CtScriptRun **run, GError **error)
{
  gint64 now_ms = ct_clock_utc_ms (cs_db_get_clock (db));
  const Written written = { scripts, db, scope, call->call, user, command, now_ms };
  g_autoptr (CtScriptRun) loaded = cs_scripts_load_run (scripts, db, scope, call->call, error);
  gint64 before;

  if (loaded == NULL)
    return FALSE;
  before = ct_script_run_number (loaded);
  if (!ct_script_run_apply (loaded, command, now_ms, error))
    return FALSE;
  if (ct_script_run_number (loaded) != before && !write_command (&written, loaded, error))
    return FALSE;
  if (ct_script_run_needs_ticket (loaded))
    {
      g_autofree char *ticket
          = cs_scripts_take_ticket (db, scope, call->company, call->client_code, call->call, error);

      if (ticket == NULL)
        return FALSE;
      ct_script_run_set_fact (loaded, "ticket", ticket);
    }
  *run = g_steal_pointer (&loaded);
  return TRUE;
}
