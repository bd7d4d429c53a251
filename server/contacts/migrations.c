/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema of server/contacts. A step is never edited after it landed. */
#include "server/contacts/contacts.h"

static const char contacts_1[]
    = "CREATE TABLE contact_call ("
      "  call INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, company INTEGER NOT NULL,"
      "  caller TEXT NOT NULL, at INTEGER NOT NULL, disposition TEXT, ticket TEXT, note TEXT,"
      "  agent_name TEXT) STRICT;"
      "CREATE INDEX contact_call_by_caller ON contact_call (tenant, company, caller, at);"
      "CREATE TABLE contact_answer ("
      "  call INTEGER NOT NULL REFERENCES contact_call (call), step TEXT NOT NULL,"
      "  value TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (call, step)) STRICT;"
      "CREATE TABLE shared_number ("
      "  tenant INTEGER NOT NULL, caller TEXT NOT NULL, PRIMARY KEY (tenant, caller)) STRICT;";

const CsMigration cs_contacts_migrations[] = { { 400, "contacts", contacts_1 } };
const gsize cs_contacts_n_migrations = G_N_ELEMENTS (cs_contacts_migrations);
