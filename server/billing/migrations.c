/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Billing's schema. A step that has landed is never edited: a new one follows it. */
#include "server/billing/billing.h"

/* Every index costs each posting a page, so there is one for `company` (whose list shows the transfer)
 * instead of one for each side; choices are compared one by one, since an IN list of three builds a
 * table for every row. The index on `pending` makes a reservation resolvable once only, whatever the
 * program does. */
static const char ledger[]
    = "CREATE TABLE account ("
      "  id INTEGER PRIMARY KEY,"
      "  tenant INTEGER NOT NULL,"
      "  owner INTEGER NOT NULL,"
      "  kind TEXT NOT NULL,"
      "  currency TEXT NOT NULL CHECK (length (currency) = 3),"
      "  limited INTEGER NOT NULL CHECK (limited IN (0, 1)),"
      "  debits_posted INTEGER NOT NULL CHECK (debits_posted >= 0),"
      "  credits_posted INTEGER NOT NULL CHECK (credits_posted >= 0),"
      "  debits_pending INTEGER NOT NULL CHECK (debits_pending >= 0),"
      "  credits_pending INTEGER NOT NULL CHECK (credits_pending >= 0),"
      "  CHECK (limited = 0 OR debits_posted + debits_pending <= credits_posted),"
      "  UNIQUE (tenant, owner, kind, currency)"
      ") STRICT;"
      "CREATE TABLE transfer ("
      "  id INTEGER PRIMARY KEY,"
      "  tenant INTEGER NOT NULL,"
      "  debit INTEGER NOT NULL REFERENCES account (id),"
      "  credit INTEGER NOT NULL REFERENCES account (id),"
      "  company INTEGER,"
      "  amount INTEGER NOT NULL CHECK (amount > 0),"
      "  kind TEXT NOT NULL,"
      "  state TEXT NOT NULL CHECK (state = 'pending' OR state = 'posted' OR state = 'voided'),"
      "  pending INTEGER REFERENCES transfer (id),"
      "  key TEXT NOT NULL,"
      "  call INTEGER,"
      "  seconds INTEGER NOT NULL,"
      "  at_ms INTEGER NOT NULL,"
      "  text TEXT,"
      "  CHECK (debit <> credit),"
      "  CHECK (pending IS NULL OR state <> 'pending'),"
      "  CHECK (pending IS NOT NULL OR state <> 'voided'),"
      "  UNIQUE (tenant, key)"
      ") STRICT;"
      "CREATE UNIQUE INDEX transfer_pending ON transfer (pending) WHERE pending IS NOT NULL;"
      "CREATE INDEX transfer_company ON transfer (company, id) WHERE company IS NOT NULL;"
      "CREATE INDEX transfer_call ON transfer (call, id) WHERE call IS NOT NULL;";

static const char tariffs[] = "CREATE TABLE tariff ("
                              "  company INTEGER PRIMARY KEY,"
                              "  tenant INTEGER NOT NULL,"
                              "  currency TEXT NOT NULL,"
                              "  rate INTEGER NOT NULL CHECK (rate >= 0),"
                              "  pay_rate INTEGER NOT NULL CHECK (pay_rate >= 0),"
                              "  onward_rate INTEGER NOT NULL CHECK (onward_rate >= 0),"
                              "  paused INTEGER NOT NULL CHECK (paused IN (0, 1))"
                              ") STRICT;";

/* `id` is the call's, or the outgoing leg's that has a bill of its own (D28); `call` the call's. */
static const char calls[]
    = "CREATE TABLE running_call ("
      "  id INTEGER PRIMARY KEY,"
      "  call INTEGER NOT NULL,"
      "  tenant INTEGER NOT NULL,"
      "  company INTEGER NOT NULL,"
      "  kind TEXT NOT NULL CHECK (kind IN ('call', 'onward')),"
      "  currency TEXT NOT NULL,"
      "  rate INTEGER NOT NULL,"
      "  pay_rate INTEGER NOT NULL,"
      "  emergency INTEGER NOT NULL,"
      "  prepaid INTEGER REFERENCES transfer (id),"
      "  prepaid_seconds INTEGER NOT NULL,"
      "  provisional INTEGER REFERENCES transfer (id),"
      "  provisional_seconds INTEGER NOT NULL,"
      "  noted_seconds INTEGER NOT NULL,"
      "  reserved_ms INTEGER NOT NULL"
      ") STRICT;"
      "CREATE INDEX running_call_company ON running_call (company);"
      "CREATE TABLE running_share ("
      "  running INTEGER NOT NULL REFERENCES running_call (id) ON DELETE CASCADE,"
      "  agent INTEGER NOT NULL,"
      "  consulted INTEGER NOT NULL,"
      "  seconds INTEGER NOT NULL,"
      "  PRIMARY KEY (running, agent, consulted)"
      ") STRICT;"
      "CREATE TABLE bill ("
      "  id INTEGER PRIMARY KEY,"
      "  call INTEGER NOT NULL,"
      "  tenant INTEGER NOT NULL,"
      "  company INTEGER NOT NULL,"
      "  kind TEXT NOT NULL CHECK (kind IN ('call', 'onward')),"
      "  currency TEXT NOT NULL,"
      "  rate INTEGER NOT NULL,"
      "  seconds INTEGER NOT NULL,"
      "  amount INTEGER NOT NULL,"
      "  pay INTEGER NOT NULL,"
      "  reserved_ms INTEGER NOT NULL,"
      "  settled_ms INTEGER NOT NULL"
      ") STRICT;"
      "CREATE INDEX bill_call ON bill (call);"
      "CREATE INDEX bill_company ON bill (company, settled_ms);";

const CsMigration cs_billing_migrations[CS_BILLING_MIGRATIONS] = {
  { 200, "ledger", ledger },
  { 201, "tariff", tariffs },
  { 202, "running-call", calls },
};
const gsize cs_billing_n_migrations = CS_BILLING_MIGRATIONS;
