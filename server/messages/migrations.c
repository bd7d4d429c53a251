/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema of server/messages. A step is never edited after it landed. */
#include "server/messages/messages.h"

static const char messages_1[]
    /* The outbox and its history: a row for each address, so that one bad address holds up nobody.
     * `uncertain`: it was handed over once and no answer came back, or none was noted (D31); `crashes`:
     * how often we died meanwhile. */
    = "CREATE TABLE message ("
      "  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, company INTEGER NOT NULL,"
      "  call INTEGER NOT NULL, recipient TEXT NOT NULL, recipients TEXT NOT NULL, sender TEXT,"
      "  language TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, message_id TEXT,"
      "  state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL,"
      "  next_at INTEGER NOT NULL, sent INTEGER, uncertain INTEGER NOT NULL DEFAULT 0,"
      "  crashes INTEGER NOT NULL DEFAULT 0,"
      "  last_error TEXT, UNIQUE (call, recipient)) STRICT;"
      "CREATE INDEX message_waiting ON message (next_at)"
      "  WHERE state = 'queued' OR state = 'sending';";

const CsMigration cs_messages_migrations[] = { { 300, "messages", messages_1 } };
const gsize cs_messages_n_migrations = G_N_ELEMENTS (cs_messages_migrations);
