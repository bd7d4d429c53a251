/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The API's view of money. A company's own people see their company only; another one is to them as if it
 * did not exist. */
#define G_LOG_DOMAIN "billing"

#include "server/billing/module.h"

#include "common/records/company.h"
#include "common/wire/record-json.h"
#include "server/billing/billing-store.h"

static gboolean
check_company (CsExchange *exchange, CtId company, CsTariff *tariff, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);

  if (!cs_principal_is_staff (principal) && principal->company != company)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no such company");
  return cs_billing_get_tariff (cs_exchange_reader (exchange), cs_exchange_scope (exchange),
                                company, tariff, error);
}

static CtCredit *
credit_record (CtId company, const CsCompanyCredit *now, gint64 at_ms)
{
  CtCredit *record = ct_credit_new ();

  record->company = company;
  record->credit = now->credit;
  record->reserved = now->reserved;
  record->provisional = now->provisional;
  record->provisional_used = now->provisional_used;
  record->at = at_ms;
  if (now->provisional != 0 || now->provisional_used != 0)
    {
      ct_record_mark (record, "provisional");
      ct_record_mark (record, "provisional_used");
    }
  return record;
}

void
cs_billing_publish (const CsBalanceChange *change, gpointer hub)
{
  g_autoptr (CtCredit) record = NULL;
  g_autofree char *json = NULL;
  g_autofree char *topic = NULL;

  if (!cs_hub_is_heard (hub, change->tenant))
    return;
  record = credit_record (change->company, &change->now, change->at_ms);
  json = ct_record_to_json (record, 0);
  topic = g_strconcat ("company:", ct_id_text (change->company).text, NULL);
  cs_hub_publish (hub, change->tenant, topic, "credit", json);
}

static gboolean
reply_credit (CsExchange *exchange, CtId company, GError **error)
{
  CsDb *db = cs_exchange_reader (exchange);
  CsCompanyCredit now;

  if (!cs_billing_get_credit (db, cs_exchange_scope (exchange), company, &now, error))
    return FALSE;
  cs_exchange_reply (exchange,
                     credit_record (company, &now, ct_clock_utc_ms (cs_db_get_clock (db))));
  return TRUE;
}

static gboolean
get_credit (CsExchange *exchange, gpointer module, GError **error)
{
  CtId company = cs_exchange_id (exchange, "id");
  CsTariff tariff;

  return check_company (exchange, company, &tariff, error)
         && reply_credit (exchange, company, error);
}

typedef struct {
  CsBilling *billing;
  CsScope scope;
  CtId company;
  const CtTopUp *body;
  const char *key;
} TopUp;

static gboolean
write_top_up (CsDb *db, gpointer data, GError **error)
{
  TopUp *t = data;

  return cs_billing_top_up (t->billing, db, t->scope, t->company, t->body->amount,
                            t->body->reference, t->key, NULL, error);
}

static gboolean
post_credit (CsExchange *exchange, gpointer module, GError **error)
{
  TopUp t = {
    .billing = module,
    .scope = cs_exchange_scope (exchange),
    .company = cs_exchange_id (exchange, "id"),
    .body = cs_exchange_body (exchange),
    .key = cs_exchange_idempotency_key (exchange),
  };
  g_autoptr (GError) unknown = NULL;
  CsTariff tariff;

  if (!check_company (exchange, t.company, &tariff, error))
    return FALSE;
  if (!cs_store_write (cs_exchange_store (exchange), write_top_up, &t, &unknown))
    {
      /* Whether it is on disk only the key can tell: the same again books it once. */
      if (!ct_error_is (unknown, CT_ERROR_UNKNOWN))
        {
          g_propagate_error (error, g_steal_pointer (&unknown));
          return FALSE;
        }
      if (!cs_store_write (cs_exchange_store (exchange), write_top_up, &t, error))
        return FALSE;
    }
  cs_info (cs_exchange_about (exchange), "company %s was topped up", ct_id_text (t.company).text);
  cs_exchange_set_status (exchange, 201);
  return reply_credit (exchange, t.company, error);
}

static void
add_posting (const CsPostingRow *row, gpointer data)
{
  CtPosting *record = ct_posting_new ();

  record->id = row->id;
  record->at = row->at_ms;
  record->kind = g_strdup (row->kind);
  record->state = g_strdup (row->state);
  record->amount = row->amount;
  record->seconds = row->seconds;
  record->call = row->call;
  record->text = g_strdup (row->text);
  g_ptr_array_add (data, record);
}

static GPtrArray *
postings_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) ct_posting_free);
}

static gboolean
list_postings (CsExchange *exchange, gpointer module, GError **error)
{
  CtId company = cs_exchange_id (exchange, "id");
  guint limit = cs_exchange_limit (exchange);
  g_autoptr (GPtrArray) postings = postings_new ();
  CsTariff tariff;
  gint64 next = 0;

  if (!check_company (exchange, company, &tariff, error)
      || !cs_billing_store_list_postings (
          cs_exchange_reader (exchange), cs_exchange_scope (exchange), company,
          cs_exchange_cursor (exchange), limit + 1, add_posting, postings, error))
    return FALSE;
  if (postings->len > limit)
    {
      g_ptr_array_set_size (postings, (gint) limit);
      next = ((CtPosting *) g_ptr_array_index (postings, limit - 1))->id;
    }
  cs_exchange_reply_list (exchange, g_steal_pointer (&postings), next);
  return TRUE;
}

GPtrArray *
cs_billing_list_call_postings (CsDb *db, CsScope scope, CtId call, GError **error)
{
  g_autoptr (GPtrArray) postings = postings_new ();

  return cs_billing_store_list_call (db, scope, call, add_posting, postings, error)
             ? g_steal_pointer (&postings)
             : NULL;
}

static const CsRoute routes[] = {
  { "POST", "/api/v1/companies/{id}/credit", CS_ALLOW_MANAGE_MONEY, &ct_top_up_type,
    &ct_credit_type, CS_ROUTE_IDEMPOTENT, post_credit,
    "Book money that was received for a company" },
  { "GET", "/api/v1/companies/{id}/credit", CS_ALLOW_SEE_COMPANY, NULL, &ct_credit_type, 0,
    get_credit, "What a company can spend, and what its running calls hold" },
  { "GET", "/api/v1/companies/{id}/postings", CS_ALLOW_SEE_COMPANY, NULL, &ct_posting_type,
    CS_ROUTE_PAGED, list_postings, "Every movement of a company's credit, newest first" },
};

const CsModule cs_billing_module = {
  .name = "billing",
  .migrations = cs_billing_migrations,
  .n_migrations = CS_BILLING_MIGRATIONS,
  .routes = routes,
  .n_routes = G_N_ELEMENTS (routes),
};
