/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "tenants"

#include "server/tenants/module.h"

#include <sodium.h>

#include "common/base/error.h"
#include "common/records/session.h"
#include "server/ports/ha1.h"

#define SECRET_BYTES 18 /* 24 characters of base64 */
#define EXPIRES_SECONDS 120

static gboolean
fill_record (CsDb *db, const CsTenant *tenant, CsUser *user, CsUserRecord *record, GError **error)
{
  record->id = user->id;
  record->tenant = user->tenant;
  record->company = user->company;
  record->roles = user->roles;
  record->disabled = user->disabled;
  record->password_hash = g_steal_pointer (&user->password_hash);
  record->user_name = g_steal_pointer (&user->user_name);
  record->name = g_steal_pointer (&user->name);
  record->language = g_steal_pointer (&user->language);
  record->time_zone = g_steal_pointer (&user->time_zone);
  record->domain = g_strdup (tenant->domain);
  record->tenant_name = g_strdup (tenant->name);
  if (user->company != CT_ID_NONE)
    {
      g_autoptr (CsCompany) company
          = cs_tenants_get_company (db, cs_scope_tenant (tenant->id), user->company, error);

      if (company == NULL)
        return FALSE;
      record->company_name = g_strdup (company->name);
    }
  return TRUE;
}

static gboolean
find_user (gpointer self, CsDb *db, const char *domain, const char *user_name, CsUserRecord *record,
           GError **error)
{
  g_autofree char *folded = g_ascii_strdown (domain, -1);
  g_autoptr (CsTenant) tenant = cs_tenants_find_domain (db, cs_scope_system (), folded, error);
  g_autoptr (CsUser) user = NULL;

  if (tenant == NULL)
    return FALSE;
  user = cs_tenants_find_user (db, cs_scope_tenant (tenant->id), user_name, error);
  return user != NULL && fill_record (db, tenant, user, record, error);
}

static gboolean
read_user (gpointer self, CsDb *db, CtId tenant_id, CtId user_id, CsUserRecord *record,
           GError **error)
{
  CsScope scope = cs_scope_tenant (tenant_id);
  g_autoptr (CsTenant) tenant = cs_tenants_get (db, scope, error);
  g_autoptr (CsUser) user = tenant != NULL ? cs_tenants_get_user (db, scope, user_id, error) : NULL;

  return user != NULL && fill_record (db, tenant, user, record, error);
}

const CsAuthenticator cs_tenants_authenticator = { NULL, find_user, read_user };

typedef struct {
  CsScope scope;
  CtId user;
  const char *sip_user;
  const char *ha1;
} PutDevice;

static gboolean
put_device (CsDb *db, gpointer data, GError **error)
{
  PutDevice *put = data;

  return cs_tenants_put_device (db, put->scope, put->user, "softphone", put->sip_user, put->ha1,
                                error);
}

static gboolean
post_device (CsExchange *exchange, gpointer module, GError **error)
{
  CsTenantsContext *context = module;
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  unsigned char random[SECRET_BYTES];
  char secret[sodium_base64_ENCODED_LEN (SECRET_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
  CtIdText sip_user = ct_id_text (principal->user);
  g_autofree char *ha1 = NULL;
  PutDevice put;
  CtDevice *device;

  randombytes_buf (random, sizeof random);
  sodium_bin2base64 (secret, sizeof secret, random, sizeof random,
                     sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  ha1 = cs_sip_ha1 (sip_user.text, context->realm, secret);
  put = (PutDevice){ principal->scope, principal->user, sip_user.text, ha1 };
  if (!cs_store_write (cs_exchange_store (exchange), put_device, &put, error))
    return FALSE;
  context->devices_changed (context->data);
  device = ct_device_new ();
  device->serial = ct_id_new (cs_db_get_clock (cs_exchange_reader (exchange)));
  context->device_given (context->data, principal->scope.tenant, principal->user, device->serial);
  device->sip_user = g_strdup (sip_user.text);
  device->secret = g_strdup (secret);
  device->realm = g_strdup (context->realm);
  device->host = g_strdup (context->sip_host);
  device->port = context->sip_port;
  device->transport = g_strdup (context->transport);
  device->expires_seconds = EXPIRES_SECONDS;
  sodium_memzero (secret, sizeof secret);
  cs_exchange_set_status (exchange, 201);
  cs_exchange_reply (exchange, device);
  return TRUE;
}

static const CsRoute routes[] = {
  { "POST", "/api/v1/me/device", CS_ALLOW_ANSWER, NULL, &ct_device_type, 0, post_device,
    "Give my softphone new SIP credentials" },
};

const CsModule cs_tenants_module
    = { "tenants", cs_tenants_migrations, 3, routes, G_N_ELEMENTS (routes) };
