/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger's rows. Only ledger.c writes them; a transfer is inserted and never changed. */
#pragma once

#include "server/billing/ledger.h"

G_BEGIN_DECLS

typedef enum {
  CS_TRANSFER_PENDING,
  CS_TRANSFER_POSTED,
  CS_TRANSFER_VOIDED,
} CsTransferState;

/* A row; texts are borrowed from whoever filled it in. */
typedef struct {
  CtId id;
  CtId tenant;
  CtId debit, credit;
  CtMoney amount;
  CsTransferKind kind;
  CsTransferState state;
  CtId pending; /* the reservation that this row resolves */
  const char *key;
  CtId company;
  CtId call;
  gint64 seconds;
  gint64 at_ms;
  const char *text;
} CsTransfer;

const char *cs_transfer_state_name (CsTransferState state);

gboolean cs_ledger_store_add_account (CsDb *db, const CsAccount *account, GError **error);
CsRowResult cs_ledger_store_get_account (CsDb *db, CtId id, CsAccount *out, GError **error);
/* Leaves one that is not there as it was. */
gboolean cs_ledger_store_get_pair (CsDb *db, CtId first_id, CtId second_id, CsAccount *first,
                                   CsAccount *second, GError **error);
CsRowResult cs_ledger_store_find_account (CsDb *db, CtId tenant, CsAccountKind kind, CtId owner,
                                          const char *currency, CsAccount *out, GError **error);
/* Writes the four sums. */
gboolean cs_ledger_store_save_sums (CsDb *db, const CsAccount *account, GError **error);

/* CT_ERROR_CONFLICT, and no row, when the tenant has used the key. */
gboolean cs_ledger_store_add_transfer (CsDb *db, const CsTransfer *transfer, GError **error);
/* Without its texts. */
CsRowResult cs_ledger_store_get_transfer (CsDb *db, CtId id, CsTransfer *out, GError **error);
/* The row of @wanted's tenant and key: its id, and whether it says what @wanted says. */
CsRowResult cs_ledger_store_find_key (CsDb *db, const CsTransfer *wanted, CtId *id, gboolean *same,
                                      GError **error);
/* Is @pending posted or voided already? */
CsRowResult cs_ledger_store_find_resolution (CsDb *db, CtId pending, GError **error);

G_END_DECLS
