/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script of the call. The document (an immutable version) and the state are asked of the server; from
 * there on the run here is ahead of the server by the commands that wait in the journal. It is put right
 * by the server's state only when none waits: then both stand at the same number, or the server knows
 * better.
 *
 * Snapshot: {"call": ..., "document": ..., "state": ...}, sealed, so that a desk that crashed, with or
 * without a network, shows the same step again. */
#define G_LOG_DOMAIN "agent"

#include "client/session/agent-private.h"
#include "common/wire/record-json.h"

#include <string.h>

#define SNAPSHOT "call"
/* 200 answers of 4,000 characters, and room. */
#define MOST_STATE (8 * 1024 * 1024)

static char *
dup_script_path (CdAgent *self)
{
  return g_strdup_printf ("/api/v1/calls/%s/script", ct_id_text (self->call->id).text);
}

CtScriptRun *
cd_agent_get_run (CdAgent *self)
{
  return self->run;
}

void
cd_agent_drop_script (CdAgent *self)
{
  g_clear_pointer (&self->run, ct_script_run_free);
  g_clear_pointer (&self->document, ct_script_document_free);
  g_clear_pointer (&self->early_state, ct_script_state_free);
}

/* Loading */

static gboolean
build_run (CdAgent *self, const CtScriptState *state)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *pointer = NULL;
  g_autoptr (CtScript) script = ct_script_parse_text (self->document->body, -1, &pointer, &error);
  CtScriptRun *run = script != NULL ? ct_script_run_new_from_state (script, state, &error) : NULL;

  if (run == NULL)
    {
      g_warning ("script %s: %s: %s", ct_id_text (self->document->id).text,
                 pointer != NULL ? pointer : "", error->message);
      return FALSE;
    }
  g_clear_pointer (&self->run, ct_script_run_free);
  self->run = run;
  return TRUE;
}

static void
take_state (CdAgent *self, const CtScriptState *state)
{
  g_autofree char *path = dup_script_path (self);
  gboolean ahead = cd_journal_count_waiting (self->journal, path) > 0;

  if (self->run == NULL || (!ahead && state->number != ct_script_run_number (self->run)))
    build_run (self, state);
  else if (state->ticket != NULL)
    ct_script_run_set_fact (self->run, "ticket", state->ticket);
  cd_agent_save_snapshot (self);
  cd_agent_emit_script_changed (self);
}

static void
on_document (GObject *session, GAsyncResult *result, gpointer data)
{
  CdAgent *self = data;
  g_autoptr (CdProblem) problem = NULL;
  g_autoptr (CtScriptDocument) document = NULL;
  g_autoptr (CtScriptState) state = NULL;
  gpointer reply = NULL;
  gboolean good = cd_session_call_finish (CD_SESSION (session), result, &reply, &problem, NULL);

  document = reply;
  if (cd_agent_is_cancelled (result))
    return;
  self->document_asked = CT_ID_NONE;
  if (!good)
    cd_agent_ask_later (self, problem);
  if (document == NULL || self->call == NULL || document->id != self->call->script_version)
    return;
  g_clear_pointer (&self->document, ct_script_document_free);
  self->document = g_steal_pointer (&document);
  state = g_steal_pointer (&self->early_state);
  if (state != NULL)
    take_state (self, state);
}

static void
ask_document (CdAgent *self)
{
  g_autofree char *path = g_strdup_printf ("/api/v1/scripts/versions/%s",
                                           ct_id_text (self->call->script_version).text);

  if (self->document_asked == self->call->script_version)
    return;
  self->document_asked = self->call->script_version;
  cd_session_call_async (self->session, "GET", path, NULL, &ct_script_document_type,
                         self->cancellable, on_document, self);
}

static void
on_state (GObject *session, GAsyncResult *result, gpointer data)
{
  CdAgent *self = data;
  g_autoptr (CdProblem) problem = NULL;
  g_autoptr (CtScriptState) state = NULL;
  gpointer reply = NULL;
  gboolean good = cd_session_call_finish (CD_SESSION (session), result, &reply, &problem, NULL);
  gboolean again;

  state = reply;
  if (cd_agent_is_cancelled (result))
    return;
  again = self->ask_state_again || self->call == NULL || self->state_asked != self->call->id;
  self->state_asked = CT_ID_NONE;
  if (!good && cd_problem_is_passing (problem))
    cd_agent_ask_later (self, problem);
  else if (again)
    /* For the next call, or a command went by meanwhile: this answer may be older than that. */
    cd_agent_ensure_script (self, TRUE);
  else if (!good)
    cd_agent_emit_problem (self, problem, "script");
  else if (state == NULL || state->call != self->call->id)
    return;
  else if (self->document != NULL)
    take_state (self, state);
  else
    {
      g_clear_pointer (&self->early_state, ct_script_state_free);
      self->early_state = g_steal_pointer (&state);
    }
}

static void
ask_state (CdAgent *self)
{
  g_autofree char *path = dup_script_path (self);

  self->ask_state_again = self->state_asked != CT_ID_NONE;
  if (self->ask_state_again)
    return;
  self->state_asked = self->call->id;
  cd_session_call_async (self->session, "GET", path, NULL, &ct_script_state_type, self->cancellable,
                         on_state, self);
}

void
cd_agent_ensure_script (CdAgent *self, gboolean again)
{
  const CtCall *call = self->call;

  if (call == NULL || call->script_version == CT_ID_NONE
      || !cd_session_is_signed_in (self->session))
    return;
  if (self->document == NULL || self->document->id != call->script_version)
    ask_document (self);
  /* The state is frozen at the answer. */
  if (call->answered != 0 && (again || self->run == NULL))
    ask_state (self);
}

/* Commands */

gboolean
cd_agent_script (CdAgent *self, const char *kind, const char *step, const char *value,
                 const char *reason, GError **error)
{
  g_autoptr (CtScriptCommand) command = ct_script_command_new ();
  g_autofree char *path = NULL;

  if (self->call == NULL || self->run == NULL)
    return ct_fail (error, CT_ERROR_STATE, "no script runs");
  command->number = ct_script_run_number (self->run) + 1;
  command->kind = g_strdup (kind);
  command->step = g_strdup (step);
  command->value = g_strdup (value);
  command->reason = g_strdup (reason);
  if (value != NULL)
    ct_record_mark (command, "value"); /* "" takes an answer away: it must travel */
  if (!ct_script_run_apply (self->run, command, cd_session_server_now_ms (self->session), error))
    return FALSE;
  path = dup_script_path (self);
  if (cd_journal_add (self->journal, "POST", path, command, error) == 0)
    {
      /* Not kept, so not sent: back to what the server knows. */
      g_clear_pointer (&self->run, ct_script_run_free);
      ask_state (self);
      cd_agent_emit_script_changed (self);
      return FALSE;
    }
  self->ask_state_again = self->state_asked != CT_ID_NONE;
  cd_agent_save_snapshot (self);
  cd_agent_emit_script_changed (self);
  return TRUE;
}

static void
on_script_answered (CdAgent *self, const char *reply, const CdProblem *problem)
{
  g_autoptr (CtScriptState) state = NULL;

  self->ask_state_again = self->state_asked != CT_ID_NONE;
  if (problem != NULL)
    {
      cd_agent_emit_problem (self, problem, "script");
      ask_state (self);
      return;
    }
  state = reply != NULL ? ct_record_from_bytes (&ct_script_state_type, reply, strlen (reply),
                                                MOST_STATE, CT_WIRE_REPLY, NULL)
                        : NULL;
  if (state != NULL && self->run != NULL)
    take_state (self, state);
}

void
cd_agent_on_command_done (CdAgent *self, guint64 number, const char *path, const char *reply,
                          const CdProblem *problem)
{
  g_autofree char *script_path = self->call != NULL ? dup_script_path (self) : NULL;

  if (script_path != NULL && strcmp (path, script_path) == 0)
    on_script_answered (self, reply, problem);
  else if (g_str_has_suffix (path, "/finish") && problem != NULL)
    {
      self->last_call = CT_ID_NONE;
      cd_agent_emit_problem (self, problem, "finish");
      cd_agent_ask_call (self);
    }
  else if (problem != NULL)
    cd_agent_emit_problem (self, problem, "script");
}

/* Snapshot */

/* Kept instead of the text, in which there may be secrets. */
static char *
dup_hash (const char *text)
{
  return text != NULL ? g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1) : NULL;
}

void
cd_agent_save_snapshot (CdAgent *self)
{
  g_autofree char *text = NULL;
  g_autofree char *hash = NULL;
  g_autoptr (GError) error = NULL;

  if (self->call != NULL)
    {
      g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
      JsonObject *object = json_object_new ();
      const guint all = CT_WIRE_STAFF | CT_WIRE_SECRETS;

      json_object_set_member (object, "call", ct_record_to_json_node (self->call, all));
      if (self->document != NULL && self->run != NULL)
        {
          g_autoptr (CtScriptState) state = ct_script_run_to_state (self->run, TRUE);

          state->call = self->call->id;
          state->version = self->document->id;
          json_object_set_member (object, "document", ct_record_to_json_node (self->document, all));
          json_object_set_member (object, "state", ct_record_to_json_node (state, all));
        }
      json_node_take_object (root, object);
      text = json_to_string (root, FALSE);
    }
  hash = dup_hash (text);
  if (g_strcmp0 (hash, self->saved) == 0)
    return;
  g_free (self->saved);
  self->saved = g_steal_pointer (&hash);
  if (!cd_journal_save_snapshot (self->journal, SNAPSHOT, text, &error))
    g_warning ("the open call is not kept: %s", error->message);
}

static gpointer
read_part (JsonObject *object, const char *name, const CtRecordType *type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL ? ct_record_from_json (type, node, CT_WIRE_REPLY, NULL) : NULL;
}

void
cd_agent_restore_snapshot (CdAgent *self)
{
  g_autofree char *text = cd_journal_load_snapshot (self->journal, SNAPSHOT, NULL);
  g_autoptr (JsonNode) root
      = text != NULL ? ct_json_parse (text, strlen (text), G_MAXSSIZE, NULL) : NULL;
  g_autoptr (CtScriptState) state = NULL;
  JsonObject *object
      = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;

  if (text == NULL || self->call != NULL)
    return;
  g_free (self->saved);
  self->saved = dup_hash (text);
  self->call = object != NULL ? read_part (object, "call", &ct_call_type) : NULL;
  if (self->call == NULL)
    {
      cd_agent_save_snapshot (self); /* of an older desk perhaps: of no use to this one */
      return;
    }
  g_info ("call %s was open", ct_id_text (self->call->id).text);
  self->document = read_part (object, "document", &ct_script_document_type);
  state = read_part (object, "state", &ct_script_state_type);
  if (self->document != NULL && state != NULL)
    build_run (self, state);
  cd_agent_emit_call_changed (self);
  cd_agent_emit_script_changed (self);
}
