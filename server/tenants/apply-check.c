/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a tenant file and checking what the field tables cannot: that keys are unique and named
 * things exist, amounts and numbers are in form, hours can be built. Each finding names file and line.
 * Scripts, and whether a number can be dialled: apply-dialled.c. */
#define G_LOG_DOMAIN "tenants"

#include <string.h>

#include "common/base/error.h"
#include "common/rules/mail-address.h"
#include "common/rules/phone.h"
#include "common/wire/record-json.h"
#include "server/tenants/apply-private.h"
#include "server/tenants/tenants-store.h"

static void
add (GPtrArray *list, CsApplyCheck *check, const char *pointer, const char *kind, const char *what)
{
  g_ptr_array_add (list,
                   g_strdup_printf ("%s:%u: %s%s: %s", cs_yaml_get_name (check->yaml),
                                    cs_yaml_find_line (check->yaml, pointer), kind, pointer, what));
}

void
cs_apply_find (CsApplyCheck *check, const char *pointer, const char *format, ...)
{
  va_list arguments;
  g_autofree char *what = NULL;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  add (check->findings, check, pointer, "", what);
}

void
cs_apply_warn (CsApplyCheck *check, const char *pointer, const char *format, ...)
{
  va_list arguments;
  g_autofree char *what = NULL;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  add (check->warnings, check, pointer, "warning: ", what);
}

/* An address, or a block of them like 198.51.100.0/24. */
static gboolean
is_block (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 2);
  g_autoptr (GInetAddress) address
      = parts[0] != NULL ? g_inet_address_new_from_string (parts[0]) : NULL;

  return address != NULL
         && (parts[1] == NULL
             || g_ascii_string_to_unsigned (
                 parts[1], 10, 0, 8 * g_inet_address_get_native_size (address), NULL, NULL));
}

/* One that SIP cannot read would put the whole trunk out of service. */
static void
check_trunk (CsApplyCheck *check, guint index, const CtTrunkSpec *trunk)
{
  for (guint i = 0; trunk->sources != NULL && trunk->sources[i] != NULL; i++)
    if (!is_block (trunk->sources[i]))
      {
        g_autofree char *at = g_strdup_printf ("/trunks/%u/sources/%u", index, i);

        cs_apply_find (check, at, "\"%s\" is no address or block like 198.51.100.0/24",
                       trunk->sources[i]);
      }
}

/* The key of any of the file's things stands first behind the record. */
static const char *
key_of (gconstpointer record)
{
  const CtRecordType *type = ((const CtRecord *) record)->type;
  const CtField *field = ct_record_type_find (type, "key");

  return G_STRUCT_MEMBER (const char *, record, field->offset);
}

static gboolean
has (const GPtrArray *list, const char *key)
{
  for (guint i = 0; list != NULL && i < list->len; i++)
    if (strcmp (key_of (list->pdata[i]), key) == 0)
      return TRUE;
  return FALSE;
}

static void
check_unique (CsApplyCheck *check, const char *pointer, const GPtrArray *list)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; list != NULL && i < list->len; i++)
    if (!g_hash_table_add (seen, (gpointer) key_of (list->pdata[i])))
      {
        g_autofree char *at = g_strdup_printf ("%s/%u/key", pointer, i);

        cs_apply_find (check, at, "the key %s stands twice", key_of (list->pdata[i]));
      }
}

/* @seen: the values of this kind so far. */
static void
check_once (CsApplyCheck *check, GHashTable *seen, const char *pointer, const char *member,
            const char *value)
{
  g_autofree char *at = g_strdup_printf ("%s/%s", pointer, member);

  if (!g_hash_table_add (seen, (gpointer) value))
    cs_apply_find (check, at, "%s stands twice", value);
}

static void
check_named (CsApplyCheck *check, const char *pointer, const char *member, const GPtrArray *list,
             const char *key, const char *what)
{
  g_autofree char *at = g_strdup_printf ("%s/%s", pointer, member);

  if (key != NULL && !has (list, key))
    cs_apply_find (check, at, "there is no %s %s in this file", what, key);
}

static void
check_all_named (CsApplyCheck *check, const char *pointer, const char *member,
                 const GPtrArray *list, char **keys, const char *what)
{
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      g_autofree char *at = g_strdup_printf ("%s/%u", member, i);

      check_named (check, pointer, at, list, keys[i], what);
    }
}

static void
check_money (CsApplyCheck *check, const char *pointer, const char *member, const char *text)
{
  g_autofree char *at = g_strdup_printf ("%s/%s", pointer, member);
  CtMoney money;

  if (text != NULL && (!ct_money_parse (text, &money) || money < 0))
    cs_apply_find (check, at, "an amount like \"0.02\" is wanted, not \"%s\"", text);
}

static void
check_number (CsApplyCheck *check, const char *pointer, const char *member, const char *number)
{
  g_autofree char *at = g_strdup_printf ("%s/%s", pointer, member);

  if (number != NULL && !ct_phone_is_e164 (number))
    cs_apply_find (check, at, "a number like +3225550123 is wanted, not %s", number);
}

static void
check_end (CsApplyCheck *check, const char *pointer, const char *member, const CtEndSpec *end)
{
  g_autofree char *at = g_strdup_printf ("%s/%s", pointer, member);

  if (end == NULL)
    return;
  check_named (check, at, "prompt", check->file->prompts, end->prompt, "prompt");
  check_number (check, at, "number", end->number);
  if (strcmp (end->kind, "forward") == 0 && end->number == NULL)
    cs_apply_find (check, at, "a forward needs a number");
}

static void
check_hours (CsApplyCheck *check, const char *pointer, const CtHoursSpec *spec,
             const char *time_zone)
{
  g_autofree char *at = g_strdup_printf ("%s/hours", pointer);
  g_autoptr (GError) error = NULL;
  g_autoptr (CtHours) hours = cs_tenants_hours (spec, time_zone, &error);

  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (hours == NULL)
    cs_apply_find (check, at, "%s", error->message);
  for (guint i = 0; spec->dates != NULL && i < spec->dates->len; i++)
    {
      g_autofree char *date = g_strdup_printf ("%s/dates/%u", at, i);

      check_once (check, seen, date, "date", ((CtDateSpec *) spec->dates->pdata[i])->date);
    }
}

static void
check_options (CsApplyCheck *check, const char *pointer, const CtStepSpec *step)
{
  g_autofree char *all = g_strdup_printf ("%s/options", pointer);

  check_unique (check, all, step->options);
  for (guint i = 0; step->options != NULL && i < step->options->len; i++)
    {
      const CtOptionSpec *option = step->options->pdata[i];
      g_autofree char *at = g_strdup_printf ("%s/%u/key", all, i);

      if (step->keys == NULL || !g_hash_table_contains (step->keys, option->key))
        cs_apply_find (check, at, "%s is none of the step's keys", option->key);
    }
}

static void
check_steps (CsApplyCheck *check, const char *pointer, const GPtrArray *steps)
{
  g_autofree char *all = g_strdup_printf ("%s/steps", pointer);

  check_unique (check, all, steps);
  for (guint i = 0; steps != NULL && i < steps->len; i++)
    {
      const CtStepSpec *step = steps->pdata[i];
      g_autofree char *at = g_strdup_printf ("%s/%u", all, i);
      gboolean menu = strcmp (step->kind, "menu") == 0;
      GHashTableIter iter;
      gpointer key, value;

      check_named (check, at, "prompt", check->file->prompts, step->prompt, "prompt");
      check_named (check, at, "wrong", check->file->prompts, step->wrong, "prompt");
      check_named (check, at, "next", steps, step->next, "step");
      check_named (check, at, "otherwise", steps, step->otherwise, "step");
      check_end (check, at, "end", step->end);
      check_options (check, at, step);
      if (strcmp (step->kind, "end") == 0 && step->end == NULL)
        cs_apply_find (check, at, "an end step needs `end`");
      if ((menu || strcmp (step->kind, "language") == 0) && step->keys == NULL)
        cs_apply_find (check, at, "a %s needs `keys`", step->kind);
      if (step->keys == NULL)
        continue;
      g_hash_table_iter_init (&iter, step->keys);
      while (g_hash_table_iter_next (&iter, &key, &value))
        if (strlen (key) != 1 || strchr ("0123456789*#", *(char *) key) == NULL)
          cs_apply_find (check, at, "'%s' is no key of a phone", (char *) key);
        else if (menu)
          check_named (check, at, "keys", steps, value, "step");
        else if (cs_language_parse (value) < 0)
          cs_apply_find (check, at, "'%s' is no language", (char *) value);
    }
}

/* The place in the queue is told with ten prompts, one a digit. */
static void
check_digits (CsApplyCheck *check, const char *pointer, const char *prefix)
{
  for (guint i = 0; prefix != NULL && i < 10; i++)
    {
      g_autofree char *key = g_strdup_printf ("%s-%u", prefix, i);

      check_named (check, pointer, "digits", check->file->prompts, key, "prompt");
    }
}

static void
check_line (CsApplyCheck *check, const char *pointer, const CtCompanySpec *company,
            const CtLineSpec *line)
{
  const GPtrArray *prompts = check->file->prompts;
  const CtNeedsSpec *needs = line->needs;
  g_autofree char *at_needs = g_strdup_printf ("%s/needs", pointer);
  gint64 reference = ct_record_has (line, "reference_seconds") ? line->reference_seconds : 20;
  gint64 limit = line->limit_seconds > 0 ? line->limit_seconds : 60;

  check_number (check, pointer, "number", line->number);
  check_number (check, pointer, "caller_number", line->caller_number);
  check_named (check, pointer, "greeting", prompts, line->greeting, "prompt");
  check_named (check, pointer, "announcement", prompts, line->announcement, "prompt");
  check_named (check, pointer, "music", prompts, line->music, "prompt");
  check_named (check, pointer, "position", prompts, line->position, "prompt");
  check_digits (check, pointer, line->digits);
  check_named (check, pointer, "parked", prompts, line->parked, "prompt");
  check_named (check, pointer, "press_one", prompts, line->press_one, "prompt");
  check_named (check, pointer, "script", company->scripts, line->script, "script");
  check_named (check, pointer, "trunk", check->file->trunks, line->trunk, "trunk");
  check_named (check, at_needs, "pool", check->file->pools, needs->pool, "pool");
  check_named (check, at_needs, "badge", check->file->badges, needs->badge, "badge");
  check_all_named (check, at_needs, "skills", check->file->skills, needs->skills, "skill");
  check_end (check, pointer, "closed", line->closed);
  check_end (check, pointer, "no_credit", line->no_credit);
  check_steps (check, pointer, line->steps);
  if (line->hours != NULL)
    check_hours (check, pointer, line->hours,
                 line->time_zone != NULL      ? line->time_zone
                 : company->time_zone != NULL ? company->time_zone
                                              : check->file->time_zone);
  if (line->notice != NULL)
    check_named (check, pointer, "notice/prompt", prompts, ((CtNoticeSpec *) line->notice)->prompt,
                 "prompt");
  if ((!ct_record_has (line, "record") || line->record) && line->announcement == NULL)
    cs_apply_warn (check, pointer,
                   "there is no announcement: calls are not recorded until one is made at the desk"
                   " (record: false for a line that is never recorded)");
  if (reference >= limit)
    cs_apply_find (check, pointer, "reference_seconds must be less than limit_seconds");
}

static void
check_client_code (CsApplyCheck *check, const char *pointer, const char *code)
{
  g_autofree char *at = g_strdup_printf ("%s/client_code", pointer);

  if (strspn (code, "0123456789") != strlen (code))
    cs_apply_find (check, at, "a client code is 4 or 5 digits");
}

/* "#c64600", of which the field's length is checked. */
static void
check_colour (CsApplyCheck *check, const char *pointer, const char *colour)
{
  g_autofree char *at = g_strdup_printf ("%s/colour", pointer);

  if (colour != NULL
      && (*colour != '#' || strspn (colour + 1, "0123456789abcdefABCDEF") != strlen (colour + 1)))
    cs_apply_find (check, at, "a colour like #c64600 is wanted, not \"%s\"", colour);
}

/* What is no address here would make every message to it fail, one call after the other. */
static void
check_mailbox (CsApplyCheck *check, const char *pointer, const char *mailbox)
{
  g_autofree char *address = mailbox != NULL ? ct_mail_address (mailbox) : NULL;

  if (mailbox != NULL && address == NULL)
    cs_apply_find (check, pointer, "\"%s\" is no mail address", mailbox);
}

static void
check_company (CsApplyCheck *check, const char *pointer, const CtCompanySpec *company)
{
  g_autofree char *scripts = g_strdup_printf ("%s/scripts", pointer);

  check_client_code (check, pointer, company->client_code);
  check_colour (check, pointer, company->colour);
  check_money (check, pointer, "rate", company->rate);
  check_money (check, pointer, "pay_rate", company->pay_rate);
  check_money (check, pointer, "onward_rate", company->onward_rate);
  check_money (check, pointer, "opening_credit", company->opening_credit);
  check_money (check, pointer, "provisional_credit", company->provisional_credit);
  for (guint i = 0; company->mail != NULL && company->mail[i] != NULL; i++)
    {
      g_autofree char *at = g_strdup_printf ("%s/mail/%u", pointer, i);

      check_mailbox (check, at, company->mail[i]);
    }
  check_unique (check, scripts, company->scripts);
  for (guint i = 0; company->lines != NULL && i < company->lines->len; i++)
    {
      g_autofree char *at = g_strdup_printf ("%s/lines/%u", pointer, i);

      check_line (check, at, company, company->lines->pdata[i]);
    }
}

static void
check_user (CsApplyCheck *check, const char *pointer, const CtUserSpec *user)
{
  gboolean company_role = FALSE;

  for (guint i = 0; user->roles[i] != NULL; i++)
    {
      CsRole role = 0;
      gboolean known = cs_role_parse (user->roles[i], &role);
      g_autofree char *at = g_strdup_printf ("%s/roles/%u", pointer, i);

      if (!known || role == CS_ROLE_OPERATOR)
        cs_apply_find (check, at, "'%s' is no role of a tenant", user->roles[i]);
      company_role |= (role & (CS_ROLE_OWNER | CS_ROLE_MEMBER)) != 0;
    }
  if (company_role != (user->company != NULL))
    cs_apply_find (check, pointer, "an owner or member belongs to a company, and nobody else does");
  check_named (check, pointer, "company", check->file->companies, user->company, "company");
  check_all_named (check, pointer, "pools", check->file->pools, user->pools, "pool");
  check_all_named (check, pointer, "skills", check->file->skills, user->skills, "skill");
  for (guint i = 0; user->badges != NULL && i < user->badges->len; i++)
    {
      g_autofree char *at = g_strdup_printf ("%s/badges/%u", pointer, i);

      check_named (check, at, "badge", check->file->badges,
                   ((CtBadgeSpec *) user->badges->pdata[i])->badge, "badge");
    }
  for (guint i = 0; user->languages != NULL && user->languages[i] != NULL; i++)
    if (cs_language_parse (user->languages[i]) < 0)
      cs_apply_find (check, pointer, "'%s' is no language", user->languages[i]);
}

static void
check_prompt (CsApplyCheck *check, const char *pointer, const CtPromptSpec *prompt)
{
  GHashTableIter iter;
  gpointer language, file;

  if (prompt->builtin == NULL && prompt->texts == NULL && prompt->files == NULL)
    cs_apply_find (check, pointer, "a prompt needs texts, files or builtin");
  if (prompt->files == NULL)
    return;
  g_hash_table_iter_init (&iter, prompt->files);
  while (g_hash_table_iter_next (&iter, &language, &file))
    {
      g_autofree char *path = g_build_filename (check->folder, file, NULL);
      g_autofree char *at = g_strdup_printf ("%s/files/%s", pointer, (char *) language);

      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
        cs_apply_find (check, at, "there is no file %s", path);
    }
}

/* Client codes are unique in the tenant (D12), numbers on the whole server (D13), of which this file is
 * what can be seen here; users in the tenant. */
static void
check_doubles (CsApplyCheck *check)
{
  const CtTenantFile *file = check->file;
  g_autoptr (GHashTable) codes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) users = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; file->companies != NULL && i < file->companies->len; i++)
    {
      const CtCompanySpec *company = file->companies->pdata[i];
      g_autofree char *at = g_strdup_printf ("/companies/%u", i);

      check_once (check, codes, at, "client_code", company->client_code);
      for (guint j = 0; company->lines != NULL && j < company->lines->len; j++)
        {
          g_autofree char *line = g_strdup_printf ("%s/lines/%u", at, j);

          check_once (check, numbers, line, "number",
                      ((CtLineSpec *) company->lines->pdata[j])->number);
        }
    }
  for (guint i = 0; file->users != NULL && i < file->users->len; i++)
    {
      g_autofree char *at = g_strdup_printf ("/users/%u", i);

      check_once (check, users, at, "user", ((CtUserSpec *) file->users->pdata[i])->user);
    }
}

static void
check_file (CsApplyCheck *check)
{
  const CtTenantFile *file = check->file;
  g_autoptr (GError) error = NULL;
  g_autoptr (CtHours) zone = ct_hours_new (file->time_zone, &error);

  if (!cs_tenants_is_domain (file->domain))
    cs_apply_find (check, "/domain", "a domain like calls.example is wanted, in lower case");
  if (zone == NULL)
    cs_apply_find (check, "/time_zone", "%s", error->message);
  check_mailbox (check, "/mail_from", file->mail_from);
  for (guint i = 0; file->shared_numbers != NULL && file->shared_numbers[i] != NULL; i++)
    {
      g_autofree char *member = g_strdup_printf ("%u", i);

      check_number (check, "/shared_numbers", member, file->shared_numbers[i]);
    }
  check_unique (check, "/trunks", file->trunks);
  for (guint i = 0; file->trunks != NULL && i < file->trunks->len; i++)
    check_trunk (check, i, file->trunks->pdata[i]);
  check_unique (check, "/pools", file->pools);
  check_unique (check, "/skills", file->skills);
  check_unique (check, "/badges", file->badges);
  check_unique (check, "/prompts", file->prompts);
  check_unique (check, "/companies", file->companies);
  for (guint i = 0; file->prompts != NULL && i < file->prompts->len; i++)
    {
      g_autofree char *at = g_strdup_printf ("/prompts/%u", i);

      check_prompt (check, at, file->prompts->pdata[i]);
    }
  for (guint i = 0; file->companies != NULL && i < file->companies->len; i++)
    {
      g_autofree char *at = g_strdup_printf ("/companies/%u", i);

      check_company (check, at, file->companies->pdata[i]);
    }
  for (guint i = 0; file->users != NULL && i < file->users->len; i++)
    {
      g_autofree char *at = g_strdup_printf ("/users/%u", i);

      check_user (check, at, file->users->pdata[i]);
    }
  check_doubles (check);
  cs_apply_check_dialled (check);
}

static char **
steal_texts (GPtrArray *list)
{
  char **texts = (char **) g_ptr_array_steal (list, NULL);

  return texts != NULL ? texts : g_new0 (char *, 1);
}

CtTenantFile *
cs_tenant_file_load (CsStore *store, const char *path, CsYaml **yaml, char ***findings,
                     char ***warnings)
{
  g_autofree char *bytes = NULL;
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GPtrArray) found = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  g_autoptr (GPtrArray) warned = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  g_autoptr (CsYaml) read = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (CtProblem) problem = NULL;
  g_autoptr (GError) error = NULL;
  CtTenantFile *file = NULL;
  gsize size;

  if (g_file_get_contents (path, &bytes, &size, &error))
    read = cs_yaml_parse (name, bytes, size, &error);
  if (read == NULL)
    g_ptr_array_add (found, g_strdup (error->message));
  else
    {
      CsDb *db = store != NULL ? cs_store_acquire_reader (store) : NULL;
      CsApplyCheck check = { read, NULL, folder, db, found, warned };

      node = cs_yaml_to_json (read, &ct_tenant_file_type);
      file = ct_record_from_json (&ct_tenant_file_type, node, CT_WIRE_REQUEST, &problem);
      check.file = file;
      if (file != NULL)
        check_file (&check);
      else
        {
          const char *at = problem->pointer != NULL ? problem->pointer : "";
          const char *what = problem->detail != NULL ? problem->detail : problem->title;

          /* The detail names the place itself. */
          if (g_str_has_prefix (what, at) && g_str_has_prefix (what + strlen (at), ": "))
            what += strlen (at) + 2;
          cs_apply_find (&check, at, "%s", what);
        }
      if (db != NULL)
        cs_store_release_reader (store, db);
    }
  *findings = steal_texts (found);
  *warnings = steal_texts (warned);
  *yaml = g_steal_pointer (&read);
  return file;
}
