/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of server/tenants that only this folder writes and reads. Upserts are by the tenant and the
 * file's key; they return the row's id. All writers run inside a write closure. */
#pragma once

#include "server/tenants/tenants.h"

G_BEGIN_DECLS

typedef struct {
  CtId id;
  CtId tenant;
  CtId company;
  CtId script;
  CtLineSpec *spec;
} CsLineRow;

typedef struct {
  CtId tenant;
  char *key;
  int language; /* CsLanguage */
  char *media;
} CsPromptRow;

typedef struct {
  CtId person;
  CtId token;
  char *kind; /* "pool", "skill", "badge" */
  guint level;
  gint64 valid_until_ms;
} CsHolding;

typedef struct {
  CtId id;
  CtId tenant;
  char *name;
  guint spoken;
  guint level;
} CsAgentRow;

void cs_line_row_free (gpointer row);
void cs_prompt_row_free (gpointer row);
void cs_holding_free (gpointer row);
void cs_agent_row_free (gpointer row);

GPtrArray *cs_tenants_list_companies (CsDb *db, CsScope scope, GError **error); /* CsCompany* */
GPtrArray *cs_tenants_list_lines (CsDb *db, CsScope scope, GError **error);     /* CsLineRow* */
GPtrArray *cs_tenants_list_prompts (CsDb *db, CsScope scope, GError **error);   /* CsPromptRow* */
GPtrArray *
cs_tenants_list_holdings (CsDb *db, CsScope scope, GError **error); /* CsHolding*, by person */
GPtrArray *cs_tenants_list_agents (CsDb *db, CsScope scope, guint roles, GError **error);

gboolean cs_tenants_put_tenant (CsDb *db, const CtTenantFile *file, CtId *id, GError **error);
gboolean cs_tenants_put_company (CsDb *db, CsScope scope, const CtCompanySpec *spec,
                                 const CtTenantFile *file, CtId *id, GError **error);
gboolean cs_tenants_put_token (CsDb *db, CsScope scope, const char *kind, const CtNamedSpec *spec,
                               GError **error);
/* CT_ID_NONE and CT_ERROR_NOT_FOUND when there is none. */
CtId
cs_tenants_find_token (CsDb *db, CsScope scope, const char *kind, const char *key, GError **error);
CtId cs_tenants_find_company (CsDb *db, CsScope scope, const char *key, GError **error);
gboolean cs_tenants_put_trunk (CsDb *db, CsScope scope, const CtTrunkSpec *spec, GError **error);
CtId cs_tenants_find_trunk (CsDb *db, CsScope scope, const char *key, GError **error);
gboolean cs_tenants_put_prompt (CsDb *db, CsScope scope, const char *key, const char *language,
                                const char *media, const char *spoken, GError **error);
/* Whose line has @number: CT_ID_NONE for nobody's, or with an error. */
CtId cs_tenants_find_number (CsDb *db, CsScope scope, const char *number, GError **error);
gboolean cs_tenants_put_line (CsDb *db, CsScope scope, CtId company, CtId script,
                              const CtLineSpec *spec, GError **error);
gboolean cs_tenants_clear_holdings (CsDb *db, CsScope scope, CtId person, GError **error);
gboolean cs_tenants_put_holding (CsDb *db, CsScope scope, CtId person, CtId token, guint level,
                                 gint64 valid_until_ms, GError **error);

/* Opening hours out of their specification. */
CtHours *cs_tenants_hours (const CtHoursSpec *spec, const char *time_zone, GError **error);

G_END_DECLS
