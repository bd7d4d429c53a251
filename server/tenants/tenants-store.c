/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of people, companies and the things they hold. Lines, trunks and prompts: setup-store.c. */
#define G_LOG_DOMAIN "tenants"

#include "server/tenants/tenants-store.h"

#include <string.h>

#include "common/base/error.h"

void
cs_tenant_free (CsTenant *tenant)
{
  g_free (tenant->name);
  g_free (tenant->domain);
  g_free (tenant->language);
  g_free (tenant->time_zone);
  g_free (tenant->currency);
  g_free (tenant->country_prefix);
  g_free (tenant->mail_from);
  g_free (tenant);
}

void
cs_company_free (CsCompany *company)
{
  g_free (company->key);
  g_free (company->name);
  g_free (company->client_code);
  g_free (company->colour);
  g_free (company->language);
  g_free (company->time_zone);
  g_strfreev (company->mail);
  g_free (company);
}

void
cs_user_free (CsUser *user)
{
  g_free (user->user_name);
  g_free (user->name);
  g_free (user->password_hash);
  g_free (user->language);
  g_free (user->time_zone);
  g_free (user);
}

void
cs_holding_free (gpointer row)
{
  g_free (((CsHolding *) row)->kind);
  g_free (row);
}

void
cs_agent_row_free (gpointer row)
{
  g_free (((CsAgentRow *) row)->name);
  g_free (row);
}

/* Tenants */

#define TENANT_COLUMNS                                                                             \
  "id, domain, name, language, time_zone, currency, country_prefix, mail_from FROM tenant "

CS_SQL (find_domain, "SELECT " TENANT_COLUMNS "WHERE domain = ?1");
CS_SQL (get_tenant, "SELECT " TENANT_COLUMNS "WHERE id = ?1");
CS_SQL (put_tenant,
        "INSERT INTO tenant (id, domain, name, language, time_zone, currency, country_prefix,"
        "  mail_from, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        "  ON CONFLICT (domain) DO UPDATE SET name = excluded.name, language = excluded.language,"
        "  time_zone = excluded.time_zone, country_prefix = excluded.country_prefix,"
        "  mail_from = excluded.mail_from"
        "  RETURNING id, currency");

static CsTenant *
read_tenant (CsQuery *query, const char *what, GError **error)
{
  CsTenant *tenant;

  switch (cs_query_step (query, error))
    {
    case CS_ROW_FAILED:
      return NULL;
    case CS_ROW_NONE:
      ct_fail (error, CT_ERROR_NOT_FOUND, "no tenant %s", what);
      return NULL;
    case CS_ROW_READY:
      break;
    }
  tenant = g_new0 (CsTenant, 1);
  tenant->id = cs_column_id (query, "id");
  tenant->domain = cs_column_dup_text (query, "domain");
  tenant->name = cs_column_dup_text (query, "name");
  tenant->language = cs_column_dup_text (query, "language");
  tenant->time_zone = cs_column_dup_text (query, "time_zone");
  tenant->currency = cs_column_dup_text (query, "currency");
  tenant->country_prefix = cs_column_dup_text (query, "country_prefix");
  tenant->mail_from = cs_column_dup_text (query, "mail_from");
  return tenant;
}

CsTenant *
cs_tenants_find_domain (CsDb *db, CsScope scope, const char *domain, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_domain);
  CsTenant *tenant;

  cs_bind_text (query, 1, domain);
  tenant = read_tenant (query, domain, error);
  if (tenant != NULL && scope.tenant != CT_ID_NONE && scope.tenant != tenant->id)
    {
      cs_tenant_free (tenant);
      ct_fail (error, CT_ERROR_NOT_FOUND, "no tenant %s", domain);
      return NULL;
    }
  return tenant;
}

CsTenant *
cs_tenants_get (CsDb *db, CsScope scope, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_tenant);

  cs_bind_id (query, 1, scope.tenant);
  return read_tenant (query, ct_id_text (scope.tenant).text, error);
}

static gboolean
write_tenant (CsDb *db, const char *domain, const char *name, const char *language,
              const char *time_zone, const char *currency, const char *country_prefix,
              const char *mail_from, CtId *id, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_tenant);
  CtClock *clock = cs_db_get_clock (db);

  cs_bind_id (query, 1, ct_id_new (clock));
  cs_bind_text (query, 2, domain);
  cs_bind_text (query, 3, name);
  cs_bind_text (query, 4, language);
  cs_bind_text (query, 5, time_zone);
  cs_bind_text (query, 6, currency);
  cs_bind_text (query, 7, country_prefix);
  cs_bind_text (query, 8, mail_from);
  cs_bind_int (query, 9, ct_clock_utc_ms (clock));
  if (cs_query_step (query, error) != CS_ROW_READY)
    return FALSE;
  if (strcmp (cs_column_text (query, "currency"), currency) != 0)
    return ct_fail (error, CT_ERROR_CONFLICT,
                    "the currency of %s cannot change: it has accounts in %s", domain,
                    cs_column_text (query, "currency"));
  *id = cs_column_id (query, "id");
  return TRUE;
}

static const char *
or_else (const char *text, const char *otherwise)
{
  return text != NULL ? text : otherwise;
}

gboolean
cs_tenants_put_tenant (CsDb *db, const CtTenantFile *file, CtId *id, GError **error)
{
  return write_tenant (db, file->domain, file->name, or_else (file->language, "en"),
                       file->time_zone, or_else (file->currency, "EUR"),
                       or_else (file->country_prefix, ""), file->mail_from, id, error);
}

gboolean
cs_tenants_is_domain (const char *text)
{
  const char *label = text;

  if (strlen (text) > 253)
    return FALSE;
  for (const char *c = text;; c++)
    if (*c == '.' || *c == '\0')
      {
        if (c == label || c - label > 63 || *label == '-' || c[-1] == '-')
          return FALSE;
        if (*c == '\0')
          return TRUE;
        label = c + 1;
      }
    else if (!g_ascii_islower (*c) && !g_ascii_isdigit (*c) && *c != '-')
      return FALSE;
}

gboolean
cs_tenants_create (CsDb *db, CsScope scope, const char *domain, const char *name,
                   const char *time_zone, const char *language, CtId *tenant, GError **error)
{
  g_assert (scope.tenant == CT_ID_NONE);
  return write_tenant (db, domain, name, language, time_zone, "EUR", "", NULL, tenant, error);
}

/* Companies */

#define COMPANY_COLUMNS                                                                            \
  "id, tenant, key, name, client_code, colour, language, time_zone, mail, paused FROM company "

CS_SQL (get_company, "SELECT " COMPANY_COLUMNS "WHERE id = ?1 AND (tenant = ?2 OR ?2 IS NULL)");
CS_SQL (list_companies, "SELECT " COMPANY_COLUMNS "WHERE tenant = ?1 OR ?1 IS NULL ORDER BY id");
CS_SQL (page_companies,
        "SELECT " COMPANY_COLUMNS "WHERE tenant = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
CS_SQL (find_company, "SELECT id FROM company WHERE tenant = ?1 AND key = ?2");
CS_SQL (
    put_company,
    "INSERT INTO company (id, tenant, key, name, client_code, colour, language, time_zone, mail)"
    "  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    "  ON CONFLICT (tenant, key) DO UPDATE SET name = excluded.name,"
    "  client_code = excluded.client_code, colour = excluded.colour,"
    "  language = excluded.language, time_zone = excluded.time_zone, mail = excluded.mail"
    "  RETURNING id");

static CsCompany *
company_of (CsQuery *query)
{
  CsCompany *company = g_new0 (CsCompany, 1);

  company->id = cs_column_id (query, "id");
  company->tenant = cs_column_id (query, "tenant");
  company->key = cs_column_dup_text (query, "key");
  company->name = cs_column_dup_text (query, "name");
  company->client_code = cs_column_dup_text (query, "client_code");
  company->colour = cs_column_dup_text (query, "colour");
  company->language = cs_column_dup_text (query, "language");
  company->time_zone = cs_column_dup_text (query, "time_zone");
  company->mail = g_strsplit (cs_column_text (query, "mail"), "\n", -1);
  company->paused = cs_column_int (query, "paused") != 0;
  return company;
}

CsCompany *
cs_tenants_get_company (CsDb *db, CsScope scope, CtId company, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_company);
  CsRowResult result;

  cs_bind_id (query, 1, company);
  cs_bind_id (query, 2, scope.tenant);
  result = cs_query_step (query, error);
  if (result == CS_ROW_NONE)
    ct_fail (error, CT_ERROR_NOT_FOUND, "no company %s", ct_id_text (company).text);
  return result == CS_ROW_READY ? company_of (query) : NULL;
}

GPtrArray *
cs_tenants_list_companies (CsDb *db, CsScope scope, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_company_free);
  g_autoptr (CsQuery) query = cs_query (db, &list_companies);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    g_ptr_array_add (list, company_of (query));
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

GPtrArray *
cs_tenants_page_companies (CsDb *db, CsScope scope, gint64 after, guint limit, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_company_free);
  g_autoptr (CsQuery) query = cs_query (db, &page_companies);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_int (query, 2, after);
  cs_bind_int (query, 3, limit);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    g_ptr_array_add (list, company_of (query));
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

/* One id by a text key within the tenant: companies, tokens, trunks. */
static CtId
find_id (CsQuery *query, const char *what, const char *key, GError **error)
{
  CsRowResult result = cs_query_step (query, error);

  if (result == CS_ROW_NONE)
    ct_fail (error, CT_ERROR_NOT_FOUND, "no %s %s", what, key);
  return result == CS_ROW_READY ? cs_column_id (query, "id") : CT_ID_NONE;
}

CtId
cs_tenants_find_company (CsDb *db, CsScope scope, const char *key, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_company);

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_text (query, 2, key);
  return find_id (query, "company", key, error);
}

gboolean
cs_tenants_put_company (CsDb *db, CsScope scope, const CtCompanySpec *spec,
                        const CtTenantFile *file, CtId *id, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_company);
  g_autofree char *mail = spec->mail != NULL ? g_strjoinv ("\n", spec->mail) : g_strdup ("");

  cs_bind_id (query, 1, ct_id_new (cs_db_get_clock (db)));
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_text (query, 3, spec->key);
  cs_bind_text (query, 4, spec->name);
  cs_bind_text (query, 5, spec->client_code);
  cs_bind_text (query, 6, or_else (spec->colour, "#3584e4"));
  cs_bind_text (query, 7, or_else (spec->language, or_else (file->language, "en")));
  cs_bind_text (query, 8, or_else (spec->time_zone, file->time_zone));
  cs_bind_text (query, 9, mail);
  *id = find_id (query, "company", spec->key, error);
  return *id != CT_ID_NONE;
}

/* Users */

#define USER_COLUMNS                                                                               \
  "id, tenant, company, user_name, name, password_hash, roles, language, time_zone, disabled"      \
  "  FROM person "

CS_SQL (find_user, "SELECT " USER_COLUMNS "WHERE tenant = ?1 AND user_name = ?2");
CS_SQL (get_user, "SELECT " USER_COLUMNS "WHERE tenant = ?1 AND id = ?2");
CS_SQL (list_agents, "SELECT id, tenant, name, spoken, level, roles FROM person"
                     "  WHERE (tenant = ?1 OR ?1 IS NULL) AND disabled = 0 ORDER BY id");
CS_SQL (put_user,
        "INSERT INTO person (id, tenant, company, user_name, name, password_hash, roles, language,"
        "  time_zone, spoken, level, disabled)"
        "  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        "  ON CONFLICT (tenant, user_name) DO UPDATE SET company = excluded.company,"
        "  name = excluded.name, password_hash = excluded.password_hash, roles = excluded.roles,"
        "  language = excluded.language, time_zone = excluded.time_zone, spoken = excluded.spoken,"
        "  level = excluded.level, disabled = excluded.disabled RETURNING id");

static CsUser *
read_user (CsQuery *query, const char *what, GError **error)
{
  CsRowResult result = cs_query_step (query, error);
  CsUser *user;

  if (result == CS_ROW_NONE)
    ct_fail (error, CT_ERROR_NOT_FOUND, "no user %s", what);
  if (result != CS_ROW_READY)
    return NULL;
  user = g_new0 (CsUser, 1);
  user->id = cs_column_id (query, "id");
  user->tenant = cs_column_id (query, "tenant");
  user->company = cs_column_id (query, "company");
  user->user_name = cs_column_dup_text (query, "user_name");
  user->name = cs_column_dup_text (query, "name");
  user->password_hash = cs_column_dup_text (query, "password_hash");
  user->roles = (guint) cs_column_int (query, "roles");
  user->language = cs_column_dup_text (query, "language");
  user->time_zone = cs_column_dup_text (query, "time_zone");
  user->disabled = cs_column_int (query, "disabled") != 0;
  return user;
}

CsUser *
cs_tenants_find_user (CsDb *db, CsScope scope, const char *user_name, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_user);

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_text (query, 2, user_name);
  return read_user (query, user_name, error);
}

CsUser *
cs_tenants_get_user (CsDb *db, CsScope scope, CtId user, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_user);

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, user);
  return read_user (query, ct_id_text (user).text, error);
}

GPtrArray *
cs_tenants_list_agents (CsDb *db, CsScope scope, guint roles, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (cs_agent_row_free);
  g_autoptr (CsQuery) query = cs_query (db, &list_agents);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CsAgentRow *row;

      if (((guint) cs_column_int (query, "roles") & roles) == 0)
        continue;
      row = g_new0 (CsAgentRow, 1);
      row->id = cs_column_id (query, "id");
      row->tenant = cs_column_id (query, "tenant");
      row->name = cs_column_dup_text (query, "name");
      row->spoken = (guint) cs_column_int (query, "spoken");
      row->level = (guint) cs_column_int (query, "level");
      g_ptr_array_add (list, row);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

static guint
spoken_bits (const CtUserSpec *spec)
{
  guint bits = 0;

  for (guint i = 0; spec->languages != NULL && spec->languages[i] != NULL; i++)
    {
      int language = cs_language_parse (spec->languages[i]);

      if (language >= 0)
        bits |= 1u << language;
    }
  return bits;
}

gboolean
cs_tenants_put_user (CsDb *db, CsScope scope, const CtUserSpec *spec, const char *password_hash,
                     CtId *user, GError **error)
{
  g_autoptr (CsQuery) query = NULL;
  g_autoptr (CsTenant) tenant = cs_tenants_get (db, scope, error);
  CtId company = CT_ID_NONE;
  guint roles = 0;

  if (tenant == NULL)
    return FALSE;
  if (spec->company != NULL)
    company = cs_tenants_find_company (db, scope, spec->company, error);
  if (spec->company != NULL && company == CT_ID_NONE)
    return FALSE;
  for (guint i = 0; spec->roles[i] != NULL; i++)
    {
      CsRole role = 0;

      cs_role_parse (spec->roles[i], &role);
      roles |= role;
    }
  query = cs_query (db, &put_user);
  cs_bind_id (query, 1, ct_id_new (cs_db_get_clock (db)));
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, company);
  cs_bind_text (query, 4, spec->user);
  cs_bind_text (query, 5, spec->name);
  cs_bind_text (query, 6, password_hash);
  cs_bind_int (query, 7, roles);
  cs_bind_text (query, 8, or_else (spec->language, tenant->language));
  cs_bind_text (query, 9, or_else (spec->time_zone, tenant->time_zone));
  cs_bind_int (query, 10, spoken_bits (spec));
  cs_bind_int (query, 11, spec->level > 0 ? spec->level : 1);
  cs_bind_int (query, 12, spec->disabled);
  *user = find_id (query, "user", spec->user, error);
  return *user != CT_ID_NONE;
}

/* Pools, skills, badges, and who holds them */

CS_SQL (put_token, "INSERT INTO token (id, tenant, kind, key, name) VALUES (?1, ?2, ?3, ?4, ?5)"
                   "  ON CONFLICT (tenant, kind, key) DO UPDATE SET name = excluded.name");
CS_SQL (find_token, "SELECT id FROM token WHERE tenant = ?1 AND kind = ?2 AND key = ?3");
CS_SQL (list_holdings, "SELECT h.person, h.token, t.kind, h.level, h.valid_until"
                       "  FROM person_token h JOIN token t ON t.id = h.token"
                       "  WHERE t.tenant = ?1 OR ?1 IS NULL ORDER BY h.person, h.token");
CS_SQL (clear_holdings, "DELETE FROM person_token WHERE person = ?1 AND token IN"
                        "  (SELECT id FROM token WHERE tenant = ?2)");
CS_SQL (put_holding, "INSERT INTO person_token (person, token, level, valid_until)"
                     "  SELECT ?1, id, ?3, ?4 FROM token WHERE id = ?2 AND tenant = ?5");

gboolean
cs_tenants_put_token (CsDb *db, CsScope scope, const char *kind, const CtNamedSpec *spec,
                      GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_token);

  cs_bind_id (query, 1, ct_id_new (cs_db_get_clock (db)));
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_text (query, 3, kind);
  cs_bind_text (query, 4, spec->key);
  cs_bind_text (query, 5, spec->name);
  return cs_query_run (query, NULL, error);
}

CtId
cs_tenants_find_token (CsDb *db, CsScope scope, const char *kind, const char *key, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_token);

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_text (query, 2, kind);
  cs_bind_text (query, 3, key);
  return find_id (query, kind, key, error);
}

GPtrArray *
cs_tenants_list_holdings (CsDb *db, CsScope scope, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (cs_holding_free);
  g_autoptr (CsQuery) query = cs_query (db, &list_holdings);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CsHolding *row = g_new0 (CsHolding, 1);

      row->person = cs_column_id (query, "person");
      row->token = cs_column_id (query, "token");
      row->kind = cs_column_dup_text (query, "kind");
      row->level = (guint) cs_column_int (query, "level");
      row->valid_until_ms = cs_column_int (query, "valid_until");
      g_ptr_array_add (list, row);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

gboolean
cs_tenants_clear_holdings (CsDb *db, CsScope scope, CtId person, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &clear_holdings);

  cs_bind_id (query, 1, person);
  cs_bind_id (query, 2, scope.tenant);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_tenants_put_holding (CsDb *db, CsScope scope, CtId person, CtId token, guint level,
                        gint64 valid_until_ms, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_holding);

  cs_bind_id (query, 1, person);
  cs_bind_id (query, 2, token);
  cs_bind_int (query, 3, level);
  cs_bind_int (query, 4, valid_until_ms);
  cs_bind_id (query, 5, scope.tenant);
  return cs_query_run (query, NULL, error);
}
