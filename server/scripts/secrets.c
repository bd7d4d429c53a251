/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may read a sealed answer (D33): who typed it, in her own run; and the role that the script names at
 * the step, in the calls that it may see. What somebody else typed is given out only after it is on disk who
 * read it. */
#define G_LOG_DOMAIN "scripts"

#include <string.h>

#include "server/scripts/scripts-private.h"
#include "server/scripts/seal.h"

static gboolean
open_answers (const guint8 *key, CtId call, GPtrArray *answers, GPtrArray *rows, GError **error)
{
  for (guint i = 0; i < answers->len; i++)
    {
      CtScriptAnswer *answer = g_ptr_array_index (answers, i);

      for (guint j = 0; answer->secret && j < rows->len; j++)
        {
          const CsSealedRow *row = g_ptr_array_index (rows, j);

          if (strcmp (row->step, answer->step) != 0)
            continue;
          g_free (answer->value);
          answer->value = cs_scripts_unseal (key, call, row->step, row->sealed, error);
          if (answer->value == NULL)
            return FALSE;
        }
    }
  return TRUE;
}

/* Into those of @answers that are secret, from @rows. */
static gboolean
open_rows (CsScripts *scripts, CsDb *db, CsScope scope, CtId call, GPtrArray *answers,
           GPtrArray *rows, GError **error)
{
  guint8 key[CS_SCRIPTS_KEY_SIZE];
  gboolean good;

  if (rows->len == 0)
    return TRUE;
  if (!scripts->hands.tenant_key (scripts->hands.data, db, scope, key, error))
    return FALSE;
  good = open_answers (key, call, answers, rows, error);
  explicit_bzero (key, sizeof key);
  return good;
}

gboolean
cs_scripts_open_secrets (CsScripts *scripts, CsDb *db, CsScope scope, CtId person,
                         CtScriptState *state, GError **error)
{
  g_autoptr (GPtrArray) rows = cs_scripts_list_sealed (db, state->call, person, error);

  return rows != NULL && open_rows (scripts, db, scope, state->call, state->answers, rows, error);
}

/* The route */

typedef struct {
  CsScope scope;
  CtId call;
  CtId person;
  GPtrArray *answers;
} Reading;

static gboolean
write_reading (CsDb *db, gpointer data, GError **error)
{
  const Reading *reading = data;

  for (guint i = 0; i < reading->answers->len; i++)
    if (!cs_scripts_add_secret_read (
            db, reading->scope, reading->call,
            ((CtScriptAnswer *) g_ptr_array_index (reading->answers, i))->step, reading->person,
            error))
      return FALSE;
  return TRUE;
}

static gboolean
is_shown_to (const CtScriptStep *step, guint roles)
{
  CsRole role;

  return step != NULL && step->shown_to != NULL && cs_role_parse (step->shown_to, &role)
         && (roles & role) != 0;
}

/* The answers to fill: those sealed whose step is shown to one of @roles. */
static GPtrArray *
list_shown (const CtScript *script, GPtrArray *rows, guint roles)
{
  GPtrArray *answers = g_ptr_array_new_with_free_func (ct_record_free);

  for (guint i = 0; i < rows->len; i++)
    {
      const CsSealedRow *row = g_ptr_array_index (rows, i);
      CtScriptAnswer *answer;

      if (!is_shown_to (ct_script_find (script, row->step), roles))
        continue;
      answer = ct_script_answer_new ();
      answer->step = g_strdup (row->step);
      answer->origin = g_strdup (ct_script_origin_name (CT_SCRIPT_TYPED));
      answer->at = row->at_ms;
      answer->confirmed = TRUE;
      answer->secret = TRUE;
      g_ptr_array_add (answers, answer);
    }
  return answers;
}

/* The run, if the principal may know of it at all. */
static CsRunRow *
find_run (CsScripts *scripts, CsDb *db, const CsPrincipal *principal, CtId call, GError **error)
{
  const CsScriptsHands *hands = &scripts->hands;
  g_autoptr (GError) failed = NULL;
  g_autoptr (CsRunRow) row = cs_scripts_get_run (db, principal->scope, call, &failed);

  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  if (row == NULL)
    ct_fail (error, CT_ERROR_NOT_FOUND, "no script ran in call %s", ct_id_text (call).text);
  else if (!hands->may_see_call (hands->data, db, principal, call, error))
    return NULL;
  return g_steal_pointer (&row);
}

gboolean
cs_scripts_get_secrets (CsExchange *exchange, gpointer module, GError **error)
{
  CsScripts *scripts = module;
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  CtId call = cs_exchange_id (exchange, "id");
  g_autoptr (CsRunRow) run = find_run (scripts, db, principal, call, error);
  g_autoptr (CtScript) script
      = run != NULL ? cs_scripts_get_version (scripts, db, principal->scope, run->version, error)
                    : NULL;
  g_autoptr (GPtrArray) rows
      = script != NULL ? cs_scripts_list_sealed (db, call, CT_ID_NONE, error) : NULL;
  g_autoptr (GPtrArray) answers = rows != NULL ? list_shown (script, rows, principal->roles) : NULL;
  Reading reading = { principal->scope, call, principal->user, answers };

  if (answers == NULL)
    return FALSE;
  if (answers->len > 0
      && (!cs_store_write (cs_exchange_store (exchange), write_reading, &reading, error)
          || !open_rows (scripts, db, principal->scope, call, answers, rows, error)))
    return FALSE;
  if (answers->len > 0)
    cs_info (cs_exchange_about (exchange), "secrets are read");
  cs_exchange_reply_list (exchange, g_steal_pointer (&answers), 0);
  return TRUE;
}
