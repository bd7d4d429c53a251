/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store of its own in a temporary folder, one tenant, one company with a tariff. */
#pragma once

#include "server/billing/billing.h"

#define RATE G_GINT64_CONSTANT (20000)
#define PAY G_GINT64_CONSTANT (7000)
#define EURO CT_MONEY_UNIT

typedef struct {
  char *folder;
  char *path;
  CtClock *clock;
  CsStore *store;
  CsBilling *billing;
  CsScope scope;
  CtId company;
} Fixture;

void fixture_set_up (Fixture *f, gconstpointer data);
void fixture_tear_down (Fixture *f, gconstpointer data);
/* Closes the store and opens it again, as after a stop. */
void fixture_reopen (Fixture *f);
/* Runs a closure and expects success. */
void fixture_write (Fixture *f, CsWriteFunc function, gpointer data);
void fixture_top_up (Fixture *f, CtMoney amount, const char *key);
CsCompanyCredit fixture_credit (Fixture *f);
CtMoney fixture_earned (Fixture *f, CtId user);
/* No fault in the ledger. */
void fixture_check (Fixture *f);
