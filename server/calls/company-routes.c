/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The companies of a tenant, for its staff to choose from; a company's own people find theirs only. */
#define G_LOG_DOMAIN "calls"

#include "common/records/company.h"
#include "server/calls/routes.h"
#include "server/tenants/tenants.h"

/* CtId -> how many calls run (GUINT_TO_POINTER). */
static GHashTable *
count_live (CsCalls *calls, CtId tenant, CtId company, GError **error)
{
  g_autoptr (GPtrArray) live = cs_calls_list_live (calls, tenant, company, error);
  GHashTable *counts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint i = 0; live != NULL && i < live->len; i++)
    {
      const CtCall *call = live->pdata[i];
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, &call->company));

      g_hash_table_insert (counts, g_memdup2 (&call->company, sizeof (CtId)),
                           GUINT_TO_POINTER (n + 1));
    }
  if (live == NULL)
    g_clear_pointer (&counts, g_hash_table_unref);
  return counts;
}

static CtCompany *
record_of (CsDb *db, CsScope scope, const CsCompany *company, GHashTable *counts, GError **error)
{
  g_autoptr (CtCompany) record = ct_company_new ();
  CsCompanyCredit credit;

  if (!cs_billing_get_credit (db, scope, company->id, &credit, error))
    return NULL;
  record->id = company->id;
  record->name = g_strdup (company->name);
  record->client_code = g_strdup (company->client_code);
  record->colour = g_strdup (company->colour);
  record->currency = g_strdup (credit.currency);
  record->credit = credit.credit;
  record->calls = GPOINTER_TO_UINT (g_hash_table_lookup (counts, &company->id));
  return g_steal_pointer (&record);
}

/* One company's own people: a list of that one. */
static GPtrArray *
list_companies (CsExchange *exchange, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  GPtrArray *list;
  CsCompany *own;

  if (principal->company == CT_ID_NONE)
    return cs_tenants_page_companies (db, principal->scope, cs_exchange_cursor (exchange),
                                      cs_exchange_limit (exchange), error);
  own = cs_tenants_get_company (db, principal->scope, principal->company, error);
  if (own == NULL)
    return NULL;
  list = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_company_free);
  g_ptr_array_add (list, own);
  return list;
}

gboolean
cs_calls_get_companies (CsExchange *exchange, gpointer module, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  guint limit = cs_exchange_limit (exchange);
  g_autoptr (GPtrArray) companies = list_companies (exchange, error);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (ct_record_free);
  g_autoptr (GHashTable) counts = NULL;
  gboolean more;

  if (companies == NULL)
    return FALSE;
  counts = count_live (module, principal->scope.tenant, principal->company, error);
  if (counts == NULL)
    return FALSE;
  for (guint i = 0; i < companies->len; i++)
    {
      CtCompany *record = record_of (cs_exchange_reader (exchange), principal->scope,
                                     companies->pdata[i], counts, error);

      if (record == NULL)
        return FALSE;
      g_ptr_array_add (list, record);
    }
  more = principal->company == CT_ID_NONE && companies->len == limit;
  cs_exchange_reply_list (exchange, g_steal_pointer (&list),
                          more ? ((CsCompany *) companies->pdata[limit - 1])->id : 0);
  return TRUE;
}
