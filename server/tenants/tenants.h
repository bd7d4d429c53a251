/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tenants and what is set up in them: companies, lines, trunks, prompts, users, pools, skills, badges,
 * devices. Rows named by keys of the tenant's own file. Reading for the switch is one function that
 * builds a CsPlan; writing is one function that applies a tenant file, in one transaction. */
#pragma once

#include "common/records/tenant.h"
#include "server/http/route.h"
#include "server/ports/plan.h"

G_BEGIN_DECLS

extern const CsMigration cs_tenants_migrations[];
extern const gsize cs_tenants_n_migrations;

typedef struct {
  CtId id;
  char *name;
  char *domain;
  char *language;
  char *time_zone;
  char *currency;
  char *country_prefix; /* "32": what a national number is completed with */
  char *mail_from;
} CsTenant;

typedef struct {
  CtId id;
  CtId tenant;
  char *key;
  char *name;
  char *client_code;
  char *colour;
  char *language;
  char *time_zone;
  char **mail;
  gboolean paused;
} CsCompany;

typedef struct {
  CtId id;
  CtId tenant;
  CtId company;
  char *user_name;
  char *name;
  char *password_hash;
  guint roles;
  char *language;
  char *time_zone;
  gboolean disabled; /* known by name, and otherwise as if he were not there */
} CsUser;

typedef struct {
  CtId id;
  CtId tenant;
  char *key;
  CtTrunkSpec *spec;
} CsTrunk;

typedef struct {
  CtId id;
  CtId tenant;
  CtId user;
  char *sip_user;
  char *ha1; /* of RFC 2617, hex, for the realm it was made for */
} CsDevice;

void cs_tenant_free (CsTenant *tenant);
void cs_company_free (CsCompany *company);
void cs_user_free (CsUser *user);
void cs_trunk_free (CsTrunk *trunk);
void cs_device_free (CsDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsTenant, cs_tenant_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsCompany, cs_company_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsUser, cs_user_free)

/* Domain to tenant: system scope. CT_ERROR_NOT_FOUND. */
CsTenant *cs_tenants_find_domain (CsDb *db, CsScope scope, const char *domain, GError **error);
CsTenant *cs_tenants_get (CsDb *db, CsScope scope, GError **error);
CsCompany *cs_tenants_get_company (CsDb *db, CsScope scope, CtId company, GError **error);
CsUser *cs_tenants_find_user (CsDb *db, CsScope scope, const char *user_name, GError **error);
CsUser *cs_tenants_get_user (CsDb *db, CsScope scope, CtId user, GError **error);

/* CsCompany* of the scope after @after (0: from the first), ordered by id. */
GPtrArray *
cs_tenants_page_companies (CsDb *db, CsScope scope, gint64 after, guint limit, GError **error);

/* Lists of the scope, ordered by id. CsTrunk*; CsDevice*, none of a disabled user */
GPtrArray *cs_tenants_list_trunks (CsDb *db, CsScope scope, GError **error);
GPtrArray *cs_tenants_list_devices (CsDb *db, CsScope scope, GError **error);

/* A new device for a user, in place of the one of the same `label` ("softphone"). Write closure. */
gboolean cs_tenants_put_device (CsDb *db, CsScope scope, CtId user, const char *label,
                                const char *sip_user, const char *ha1, GError **error);

/* Labels of lower-case letters, digits and hyphens; sign-in folds what people type to it. */
gboolean cs_tenants_is_domain (const char *text);
/* The first tenant, for `init`: only its domain, name and one administrator. */
gboolean cs_tenants_create (CsDb *db, CsScope scope, const char *domain, const char *name,
                            const char *time_zone, const char *language, CtId *tenant,
                            GError **error);
gboolean cs_tenants_put_user (CsDb *db, CsScope scope, const CtUserSpec *spec,
                              const char *password_hash, CtId *user, GError **error);

/* The whole plan, of every tenant (system scope). */
CsPlan *cs_tenants_build_plan (CsDb *db, CsScope scope, guint64 version, GError **error);

G_END_DECLS
