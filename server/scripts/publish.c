/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a body to a live version (D8). Equal bodies are known by the hash of their JSON without spaces, so
 * a tenant file that is applied again makes no new versions. */
#define G_LOG_DOMAIN "scripts"

#include <string.h>

#include "common/script/check.h"
#include "common/wire/json-check.h"
#include "server/base/log.h"
#include "server/scripts/scripts-private.h"

#define MAX_BODY 262144

/* The first error among the findings, as ours. */
static gboolean
refuse (const char *key, GPtrArray *findings, GError **error)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const CtScriptFinding *finding = g_ptr_array_index (findings, i);
      g_autofree char *text = ct_script_finding_to_text (finding);

      if (finding->severity == CT_SCRIPT_ERROR)
        return ct_fail (error, CT_ERROR_INVALID, "script %s: %s", key, text);
    }
  return TRUE;
}

/* @row gets body, hash, difficulty. */
static gboolean
read_body (const char *key, const char *body, CsVersionRow *row, GError **error)
{
  g_autoptr (JsonNode) node = ct_json_parse (body, strlen (body), MAX_BODY, error);
  g_autoptr (CtScript) script = node != NULL ? ct_script_parse (node, NULL, error) : NULL;
  g_autoptr (GPtrArray) findings = NULL;

  if (script == NULL)
    {
      g_prefix_error (error, "script %s: ", key);
      return FALSE;
    }
  findings = ct_script_check (script);
  if (!ct_script_findings_pass (findings))
    return refuse (key, findings, error);
  row->body = json_to_string (node, FALSE);
  row->hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, row->body, -1);
  row->difficulty = ct_script_difficulty (script);
  return TRUE;
}

gboolean
cs_scripts_publish (CsDb *db, CsScope scope, CtId company, const char *key, const char *name,
                    const char *body, CtId *script, CtId *version, GError **error)
{
  g_autoptr (CsVersionRow) row = g_new0 (CsVersionRow, 1);
  g_autoptr (CsVersionRow) live = NULL;
  g_autoptr (GError) none = NULL;

  if (!read_body (key, body, row, error)
      || !cs_scripts_put_script (db, scope, company, key, name, &row->script, error))
    return FALSE;
  live = cs_scripts_get_live_row (db, scope, row->script, &none);
  if (live == NULL && !ct_error_is (none, CT_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&none));
      return FALSE;
    }
  row->id = live != NULL ? live->id : CT_ID_NONE;
  if (live == NULL || strcmp (live->hash, row->hash) != 0)
    {
      row->name = g_strdup (name);
      row->number = live != NULL ? live->number + 1 : 1;
      if (!cs_scripts_add_version (db, scope, row, error)
          || !cs_scripts_set_live (db, scope, row->script, row->id, error))
        return FALSE;
      cs_info (CS_ABOUT (.tenant = scope.tenant),
               "script %s of company %s: version %" G_GINT64_FORMAT " is live", key,
               ct_id_text (company).text, row->number);
    }
  if (script != NULL)
    *script = row->script;
  if (version != NULL)
    *version = row->id;
  return TRUE;
}

gboolean
cs_scripts_get_live (CsDb *db, CsScope scope, CtId script, CsScriptLive *live, GError **error)
{
  g_autoptr (CsVersionRow) row = cs_scripts_get_live_row (db, scope, script, error);

  if (row == NULL)
    return FALSE;
  *live = (CsScriptLive){ row->script, row->company, row->id, row->number, row->difficulty };
  return TRUE;
}
