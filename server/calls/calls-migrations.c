/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema of server/calls. A migration is never edited after it landed. */
#include "server/calls/calls.h"

static const char calls_1[]
    = "CREATE TABLE call ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, company INTEGER NOT NULL,"
      "  line INTEGER NOT NULL, called TEXT NOT NULL, caller TEXT, language TEXT NOT NULL,"
      "  state TEXT NOT NULL, started INTEGER NOT NULL, queued INTEGER, offered INTEGER,"
      "  answered INTEGER, ended INTEGER, waited_us INTEGER NOT NULL, agent INTEGER,"
      "  seconds INTEGER NOT NULL, onward_seconds INTEGER NOT NULL, rate INTEGER NOT NULL,"
      "  pay_rate INTEGER NOT NULL, script INTEGER, script_version INTEGER, cause TEXT,"
      "  plan_version INTEGER NOT NULL, voicemail INTEGER NOT NULL DEFAULT 0, counted INTEGER NOT "
      "NULL DEFAULT 0,"
      "  recording INTEGER, blob INTEGER, recording_samples INTEGER,"
      "  disposition TEXT, note TEXT, finished INTEGER) STRICT;"
      "CREATE INDEX call_by_company ON call (tenant, company, started);"
      "CREATE INDEX call_by_agent ON call (tenant, agent, started);"
      "CREATE INDEX call_open ON call (finished) WHERE finished IS NULL;"
      "CREATE INDEX call_by_recording ON call (recording) WHERE recording IS NOT NULL;"
      "CREATE TABLE call_key ("
      "  call INTEGER NOT NULL REFERENCES call (id), place INTEGER NOT NULL, name TEXT NOT NULL,"
      "  value TEXT NOT NULL, PRIMARY KEY (call, place)) STRICT;"
      /* Each offer with its reason (S0-12, B07); refused: "pool=12 badge=3". */
      "CREATE TABLE call_offer ("
      "  call INTEGER NOT NULL REFERENCES call (id), winner INTEGER NOT NULL, at INTEGER NOT NULL,"
      "  idle_seconds INTEGER NOT NULL, candidates INTEGER NOT NULL, refused TEXT NOT NULL,"
      "  plan_version INTEGER NOT NULL, missed TEXT, PRIMARY KEY (call, at, winner)) STRICT;"
      "CREATE TABLE quality ("
      "  tenant INTEGER NOT NULL, company INTEGER NOT NULL, line INTEGER NOT NULL,"
      "  quarter INTEGER NOT NULL, reference INTEGER NOT NULL, wait_limit INTEGER NOT NULL,"
      "  early_numerator INTEGER NOT NULL, early_denominator INTEGER NOT NULL,"
      "  received INTEGER NOT NULL, unanswered INTEGER NOT NULL, late_seconds INTEGER NOT NULL,"
      "  early_seconds INTEGER NOT NULL, beyond_limit INTEGER NOT NULL,"
      "  within_reference INTEGER NOT NULL, answered INTEGER NOT NULL,"
      "  waited_seconds INTEGER NOT NULL,"
      "  PRIMARY KEY (line, quarter, reference, wait_limit, early_numerator, early_denominator))"
      "  STRICT;"
      "CREATE INDEX quality_by_company ON quality (tenant, company, quarter);"
      "CREATE TABLE presence_log ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, person INTEGER NOT NULL,"
      "  state TEXT NOT NULL, reason TEXT, since INTEGER NOT NULL) STRICT;"
      "CREATE INDEX presence_by_person ON presence_log (tenant, person, since);";

/* A call may have both: the conversation until credit ended, then a voicemail. */
static const char calls_2[] = "ALTER TABLE call ADD COLUMN voicemail_recording INTEGER;"
                              "ALTER TABLE call ADD COLUMN voicemail_blob INTEGER;"
                              "ALTER TABLE call ADD COLUMN voicemail_samples INTEGER;"
                              "CREATE INDEX call_by_voicemail ON call (voicemail_recording)"
                              "  WHERE voicemail_recording IS NOT NULL;";

/* As they were when the call came: a line is renamed, a menu changed. `words`: a CtKeyed, in JSON. */
static const char calls_3[] = "ALTER TABLE call ADD COLUMN line_label TEXT;"
                              "ALTER TABLE call_key ADD COLUMN words TEXT;";

/* By which the call of a recording that goes (retention) is found. */
static const char calls_4[] = "CREATE INDEX call_by_blob ON call (blob) WHERE blob IS NOT NULL;"
                              "CREATE INDEX call_by_voicemail_blob ON call (voicemail_blob)"
                              "  WHERE voicemail_blob IS NOT NULL;";

const CsMigration cs_calls_migrations[] = { { 600, "calls", calls_1 },
                                            { 601, "voicemails", calls_2 },
                                            { 602, "words of lines and keys", calls_3 },
                                            { 603, "calls by recording", calls_4 } };
const gsize cs_calls_n_migrations = G_N_ELEMENTS (cs_calls_migrations);
