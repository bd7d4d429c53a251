/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema of server/tenants. A migration is never edited after it landed. */
#include "server/tenants/tenants.h"

static const char tenants_1[]
    = "CREATE TABLE tenant ("
      "  id INTEGER PRIMARY KEY, domain TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
      "  language TEXT NOT NULL, time_zone TEXT NOT NULL, currency TEXT NOT NULL,"
      "  country_prefix TEXT NOT NULL, mail_from TEXT, created INTEGER NOT NULL) STRICT;"
      "CREATE TABLE company ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL REFERENCES tenant (id),"
      "  key TEXT NOT NULL, name TEXT NOT NULL, client_code TEXT NOT NULL, colour TEXT NOT NULL,"
      "  language TEXT NOT NULL, time_zone TEXT NOT NULL, mail TEXT NOT NULL,"
      "  paused INTEGER NOT NULL DEFAULT 0,"
      "  UNIQUE (tenant, key), UNIQUE (tenant, client_code)) STRICT;"
      "CREATE TABLE person ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL REFERENCES tenant (id),"
      "  company INTEGER REFERENCES company (id), user_name TEXT NOT NULL, name TEXT NOT NULL,"
      "  password_hash TEXT NOT NULL, roles INTEGER NOT NULL, language TEXT NOT NULL,"
      "  time_zone TEXT NOT NULL, spoken INTEGER NOT NULL, level INTEGER NOT NULL,"
      "  disabled INTEGER NOT NULL DEFAULT 0, UNIQUE (tenant, user_name)) STRICT;"
      /* Pools, skills and badges: things that are only named, and held by people. */
      "CREATE TABLE token ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL REFERENCES tenant (id),"
      "  kind TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,"
      "  UNIQUE (tenant, kind, key)) STRICT;"
      "CREATE TABLE person_token ("
      "  person INTEGER NOT NULL REFERENCES person (id),"
      "  token INTEGER NOT NULL REFERENCES token (id), level INTEGER NOT NULL,"
      "  valid_until INTEGER NOT NULL, PRIMARY KEY (person, token)) STRICT;"
      "CREATE TABLE trunk ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL REFERENCES tenant (id),"
      "  key TEXT NOT NULL, spec TEXT NOT NULL, UNIQUE (tenant, key)) STRICT;"
      "CREATE TABLE prompt ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL REFERENCES tenant (id),"
      "  key TEXT NOT NULL, language TEXT NOT NULL, media TEXT NOT NULL, spoken TEXT,"
      "  UNIQUE (tenant, key, language)) STRICT;"
      "CREATE TABLE line ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL REFERENCES tenant (id),"
      "  company INTEGER NOT NULL REFERENCES company (id), number TEXT NOT NULL UNIQUE,"
      "  script INTEGER NOT NULL, spec TEXT NOT NULL) STRICT;"
      "CREATE TABLE device ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL REFERENCES tenant (id),"
      "  person INTEGER NOT NULL REFERENCES person (id), label TEXT NOT NULL,"
      "  sip_user TEXT NOT NULL UNIQUE, ha1 TEXT NOT NULL, created INTEGER NOT NULL,"
      "  UNIQUE (person, label)) STRICT;";

static const char tenants_2[]
    = "CREATE TABLE registration ("
      "  device INTEGER NOT NULL REFERENCES device (id), contact TEXT NOT NULL,"
      "  flow TEXT NOT NULL, call_id TEXT NOT NULL, cseq INTEGER NOT NULL, user_agent TEXT,"
      "  expires INTEGER NOT NULL, PRIMARY KEY (device, contact)) STRICT;";

/* What a person made of a prompt of a line (D35); removed: when it was taken away or replaced. */
static const char tenants_3[]
    = "CREATE TABLE line_prompt ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL REFERENCES tenant (id),"
      "  line INTEGER NOT NULL REFERENCES line (id), place TEXT NOT NULL, language TEXT NOT NULL,"
      "  version INTEGER NOT NULL, origin TEXT NOT NULL,"
      "  person INTEGER NOT NULL REFERENCES person (id), at INTEGER NOT NULL,"
      "  media TEXT NOT NULL, samples INTEGER NOT NULL, removed INTEGER) STRICT;"
      "CREATE UNIQUE INDEX line_prompt_in_force ON line_prompt (line, place, language)"
      "  WHERE removed IS NULL;";

const CsMigration cs_tenants_migrations[] = { { 100, "tenants", tenants_1 },
                                              { 101, "registrations", tenants_2 },
                                              { 102, "line-prompts", tenants_3 } };
const gsize cs_tenants_n_migrations = G_N_ELEMENTS (cs_tenants_migrations);
