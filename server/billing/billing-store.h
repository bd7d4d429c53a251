/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tariffs, running calls, bills and the lists that the API shows, as rows. */
#pragma once

#include "server/billing/billing.h"
#include "server/billing/running.h"

G_BEGIN_DECLS

CsRowResult
cs_billing_store_get_tariff (CsDb *db, CsScope scope, CtId company, CsTariff *out, GError **error);
gboolean cs_billing_store_save_tariff (CsDb *db, const CsTariff *tariff, GError **error);
gboolean cs_billing_store_set_paused (CsDb *db, CsScope scope, CtId company, gboolean paused,
                                      GError **error);

CsRowResult cs_billing_store_get_running (CsDb *db, CtId id, CsRunning *out, GError **error);
gboolean cs_billing_store_add_running (CsDb *db, const CsRunning *run, GError **error);
gboolean cs_billing_store_save_running (CsDb *db, const CsRunning *run, GError **error);
gboolean cs_billing_store_delete_running (CsDb *db, CtId id, GError **error);
/* CtId of every running call and outgoing leg, all tenants. */
GArray *cs_billing_store_list_running (CsDb *db, GError **error);
gboolean
cs_billing_store_save_share (CsDb *db, CtId running, const CsCreditShare *share, GError **error);
/* CsCreditShare. */
GArray *cs_billing_store_list_shares (CsDb *db, CtId running, GError **error);

gboolean cs_billing_store_add_bill (CsDb *db, const CsRunning *run, gint64 seconds, CtMoney amount,
                                    CtMoney pay, gint64 settled_ms, GError **error);
/* Was @id settled, with something to bill? */
CsRowResult cs_billing_store_find_bill (CsDb *db, CtId id, GError **error);
/* What a company spent since @since_ms: on settled calls, of which only the seconds after it count;
 * and what its running calls have used and not posted. */
gboolean cs_billing_store_get_spent (CsDb *db, CsScope scope, CtId company, gint64 since_ms,
                                     CtMoney *settled, CtMoney *running, GError **error);

/* A row of the API's lists; called once a row, with the query on it (see module.c). */
typedef struct {
  CtId id;
  gint64 at_ms;
  const char *kind;
  const char *state;
  CtMoney amount;
  gint64 seconds;
  CtId call;
  const char *text;
} CsPostingRow;

typedef void (*CsPostingFunc) (const CsPostingRow *row, gpointer data);

/* Transfers of the company's own accounts, newest first, below id @before (0: from the newest): what was
 * posted, and reservations that are open. */
gboolean cs_billing_store_list_postings (CsDb *db, CsScope scope, CtId company, gint64 before,
                                         guint limit, CsPostingFunc each, gpointer data,
                                         GError **error);
/* Every transfer of a call on the company's side, oldest first. */
gboolean cs_billing_store_list_call (CsDb *db, CsScope scope, CtId call, CsPostingFunc each,
                                     gpointer data, GError **error);

G_END_DECLS
