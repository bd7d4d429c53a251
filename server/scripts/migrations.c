/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema of server/scripts. A step is never edited after it landed. */
#include "server/scripts/scripts.h"

static const char scripts_1[]
    = "CREATE TABLE script ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, company INTEGER NOT NULL,"
      "  key TEXT NOT NULL, name TEXT NOT NULL, live INTEGER, created INTEGER NOT NULL,"
      "  UNIQUE (tenant, company, key)) STRICT;"
      /* Never changed, never deleted while a call names it. */
      "CREATE TABLE script_version ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL,"
      "  script INTEGER NOT NULL REFERENCES script (id), number INTEGER NOT NULL,"
      "  name TEXT NOT NULL, difficulty INTEGER NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL,"
      "  created INTEGER NOT NULL, UNIQUE (script, number)) STRICT;"
      /* A run: what was frozen at its start, and how far it is. */
      "CREATE TABLE call_script ("
      "  call INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, company INTEGER NOT NULL,"
      "  version INTEGER NOT NULL REFERENCES script_version (id), facts TEXT NOT NULL,"
      "  number INTEGER NOT NULL, started INTEGER NOT NULL) STRICT;"
      "CREATE TABLE call_prefill ("
      "  call INTEGER NOT NULL REFERENCES call_script (call), step TEXT NOT NULL,"
      "  value TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (call, step)) STRICT;"
      /* What was typed last, for the record; a secret's value only sealed. */
      "CREATE TABLE call_answer ("
      "  call INTEGER NOT NULL REFERENCES call_script (call), step TEXT NOT NULL,"
      "  value TEXT, sealed BLOB, person INTEGER NOT NULL, at INTEGER NOT NULL,"
      "  PRIMARY KEY (call, step)) STRICT;"
      "CREATE TABLE call_command ("
      "  call INTEGER NOT NULL REFERENCES call_script (call), number INTEGER NOT NULL,"
      "  kind TEXT NOT NULL, step TEXT NOT NULL, value TEXT, reason TEXT, person INTEGER NOT NULL,"
      "  at INTEGER NOT NULL, PRIMARY KEY (call, number)) STRICT;"
      /* Who saw protected text, and why (S4-07). */
      "CREATE TABLE reveal ("
      "  call INTEGER NOT NULL REFERENCES call_script (call), number INTEGER NOT NULL,"
      "  tenant INTEGER NOT NULL, person INTEGER NOT NULL, step TEXT NOT NULL,"
      "  reason TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (call, number)) STRICT;"
      "CREATE INDEX reveal_by_person ON reveal (tenant, person, at);"
      "CREATE TABLE ticket ("
      "  call INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, company INTEGER NOT NULL,"
      "  number TEXT NOT NULL, created INTEGER NOT NULL, UNIQUE (tenant, number)) STRICT;"
      "CREATE TABLE ticket_counter ("
      "  company INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;";

/* Who read a secret that somebody else had typed (D33). */
static const char scripts_2[]
    = "CREATE TABLE secret_read ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL,"
      "  call INTEGER NOT NULL REFERENCES call_script (call), step TEXT NOT NULL,"
      "  person INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;"
      "CREATE INDEX secret_read_by_call ON secret_read (call, at);";

const CsMigration cs_scripts_migrations[]
    = { { 500, "scripts", scripts_1 }, { 501, "secret readings", scripts_2 } };
const gsize cs_scripts_n_migrations = G_N_ELEMENTS (cs_scripts_migrations);
