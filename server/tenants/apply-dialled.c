/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts of a tenant file, the numbers of its lines, and those that scripts and the ends of lines dial.
 * Such a number stands in the file, so that one that no call could ever be sent to is seen here and not
 * first by a caller: the switch refuses the numbers of all lines of the server, and a line without a trunk;
 * the trunk what is not allowed. Of another tenant is said only that the number is in use. */
#define G_LOG_DOMAIN "tenants"

#include <string.h>

#include "common/base/error.h"
#include "common/rules/phone.h"
#include "common/script/check.h"
#include "server/tenants/apply-private.h"
#include "server/tenants/tenants-store.h"

typedef struct {
  CsApplyCheck *check;
  GHashTable *own; /* the numbers of all lines */
  CtId tenant;     /* as the database knows it; CT_ID_NONE: it is new */
} Dialled;

static const CtTrunkSpec *
trunk_of (const CtTenantFile *file, const CtLineSpec *line)
{
  for (guint i = 0; file->trunks != NULL && i < file->trunks->len; i++)
    if (g_strcmp0 (((CtTrunkSpec *) file->trunks->pdata[i])->key, line->trunk) == 0)
      return file->trunks->pdata[i];
  return NULL;
}

/* Whose line the database has under the number. */
static CtId
find_owner (Dialled *dialled, const char *pointer, const char *number)
{
  g_autoptr (GError) error = NULL;
  CtId owner = dialled->check->db != NULL
                   ? cs_tenants_find_number (dialled->check->db, cs_scope_system (), number, &error)
                   : CT_ID_NONE;

  if (error != NULL)
    cs_apply_find (dialled->check, pointer, "%s", error->message);
  return owner;
}

static gboolean
check_not_in_use (Dialled *dialled, const char *pointer, const char *number, CtId owner)
{
  if (owner == CT_ID_NONE || owner == dialled->tenant)
    return TRUE;
  cs_apply_find (dialled->check, pointer, "%s is already in use on this server", number);
  return FALSE;
}

/* Also a line that the file no longer names is there. */
static gboolean
check_foreign (Dialled *dialled, const char *pointer, const char *number)
{
  CtId owner = find_owner (dialled, pointer, number);

  if (!check_not_in_use (dialled, pointer, number, owner))
    return FALSE;
  if (owner == CT_ID_NONE && !g_hash_table_contains (dialled->own, number))
    return TRUE;
  cs_apply_find (dialled->check, pointer, "%s is a number of our own, which is never dialled",
                 number);
  return FALSE;
}

static void
check_trunk (Dialled *dialled, const char *pointer, const CtLineSpec *line, const char *number)
{
  const CtTrunkSpec *trunk = trunk_of (dialled->check->file, line);

  if (line->trunk == NULL)
    cs_apply_find (dialled->check, pointer, "%s cannot be dialled: line %s has no trunk", number,
                   line->number);
  else if (trunk != NULL && !ct_phone_begins_with (number, trunk->allowed))
    cs_apply_find (dialled->check, pointer,
                   "%s cannot be dialled: trunk %s of line %s does not allow it", number,
                   trunk->key, line->number);
}

/* Ends of lines */

static void
check_end (Dialled *dialled, const char *pointer, const char *member, const CtLineSpec *line,
           const CtEndSpec *end)
{
  g_autofree char *at = g_strdup_printf ("%s/%s/number", pointer, member);

  if (end != NULL && strcmp (end->kind, "forward") == 0 && ct_phone_is_e164 (end->number)
      && check_foreign (dialled, at, end->number))
    check_trunk (dialled, at, line, end->number);
}

static void
check_line (Dialled *dialled, const char *pointer, const CtLineSpec *line)
{
  g_autofree char *at = g_strconcat (pointer, "/number", NULL);

  check_not_in_use (dialled, at, line->number, find_owner (dialled, at, line->number));
  check_end (dialled, pointer, "closed", line, line->closed);
  check_end (dialled, pointer, "no_credit", line, line->no_credit);
  for (guint i = 0; line->steps != NULL && i < line->steps->len; i++)
    {
      g_autofree char *member = g_strdup_printf ("steps/%u/end", i);

      check_end (dialled, pointer, member, line, ((CtStepSpec *) line->steps->pdata[i])->end);
    }
}

/* Scripts */

static void
report (CsApplyCheck *check, const char *pointer, const CtScriptFinding *finding)
{
  g_autofree char *at = g_strconcat (pointer, finding->pointer, NULL);
  g_autofree char *params = g_strjoinv (", ", finding->params);
  g_autofree char *what = g_strconcat (finding->code, *params != '\0' ? ": " : "", params, NULL);

  if (finding->severity == CT_SCRIPT_ERROR)
    cs_apply_find (check, at, "%s", what);
  else
    cs_apply_warn (check, at, "%s", what);
}

/* NULL when it cannot be read; that is a finding then. */
static CtScript *
read_script (CsApplyCheck *check, const char *pointer, const CtScriptSpec *spec)
{
  g_autofree char *place = NULL;
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;
  CtScript *script = ct_script_parse_text (spec->body, -1, &place, &error);

  if (script == NULL)
    {
      g_autofree char *at = g_strconcat (pointer, place, NULL);
      const char *what = error->message;

      /* The message names the place itself. */
      if (place != NULL && g_str_has_prefix (what, place))
        what += strlen (place) + strlen (": ");
      cs_apply_find (check, at, "%s", what);
      return NULL;
    }
  findings = ct_script_check (script);
  for (guint i = 0; i < findings->len; i++)
    report (check, pointer, findings->pdata[i]);
  return script;
}

static gboolean
dials_entry (CtScript *script, const char *name)
{
  for (guint i = 0; i < ct_script_steps (script)->len; i++)
    {
      const CtScriptStep *step = g_ptr_array_index (ct_script_steps (script), i);

      if (step->kind == CT_SCRIPT_CONNECT && g_strcmp0 (step->entry, name) == 0)
        return TRUE;
    }
  return FALSE;
}

/* @number is dialled in calls of every line with this script. */
static void
check_number (Dialled *dialled, const char *pointer, const CtCompanySpec *company,
              const CtScriptSpec *spec, const char *number)
{
  if (!check_foreign (dialled, pointer, number))
    return;
  for (guint i = 0; company->lines != NULL && i < company->lines->len; i++)
    if (strcmp (((CtLineSpec *) company->lines->pdata[i])->script, spec->key) == 0)
      check_trunk (dialled, pointer, company->lines->pdata[i], number);
}

static void
check_script (Dialled *dialled, const char *pointer, const CtCompanySpec *company,
              const CtScriptSpec *spec)
{
  g_autoptr (CtScript) script = read_script (dialled->check, pointer, spec);
  const GPtrArray *directory = script != NULL ? ct_script_directory (script) : NULL;
  const GPtrArray *steps = script != NULL ? ct_script_steps (script) : NULL;

  for (guint i = 0; directory != NULL && i < directory->len; i++)
    {
      const CtScriptEntry *entry = directory->pdata[i];
      g_autofree char *at = g_strdup_printf ("%s/directory/%u/number", pointer, i);

      if (dials_entry (script, entry->name))
        check_number (dialled, at, company, spec, entry->number);
    }
  for (guint i = 0; steps != NULL && i < steps->len; i++)
    {
      const CtScriptStep *step = steps->pdata[i];
      g_autofree char *at = g_strdup_printf ("%s/steps/%s/number", pointer, step->id);

      if (step->kind == CT_SCRIPT_CONNECT && step->number != NULL)
        check_number (dialled, at, company, spec, step->number);
    }
}

static void
check_company (Dialled *dialled, const char *pointer, const CtCompanySpec *company)
{
  for (guint i = 0; company->scripts != NULL && i < company->scripts->len; i++)
    {
      g_autofree char *at = g_strdup_printf ("%s/scripts/%u/body", pointer, i);

      check_script (dialled, at, company, company->scripts->pdata[i]);
    }
  for (guint i = 0; company->lines != NULL && i < company->lines->len; i++)
    {
      g_autofree char *at = g_strdup_printf ("%s/lines/%u", pointer, i);

      check_line (dialled, at, company->lines->pdata[i]);
    }
}

void
cs_apply_check_dialled (CsApplyCheck *check)
{
  const GPtrArray *companies = check->file->companies;
  g_autoptr (GHashTable) own = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (CsTenant) tenant
      = check->db != NULL
            ? cs_tenants_find_domain (check->db, cs_scope_system (), check->file->domain, NULL)
            : NULL;
  Dialled dialled = { check, own, tenant != NULL ? tenant->id : CT_ID_NONE };

  for (guint i = 0; companies != NULL && i < companies->len; i++)
    {
      const GPtrArray *lines = ((CtCompanySpec *) companies->pdata[i])->lines;

      for (guint j = 0; lines != NULL && j < lines->len; j++)
        g_hash_table_add (own, ((CtLineSpec *) lines->pdata[j])->number);
    }
  for (guint i = 0; companies != NULL && i < companies->len; i++)
    {
      g_autofree char *at = g_strdup_printf ("/companies/%u", i);

      check_company (&dialled, at, companies->pdata[i]);
    }
}
