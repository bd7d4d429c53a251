/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message to the company about one call (S0-37, S3-06), as its history shows it. */
#pragma once

#include "common/records/record.h"

G_BEGIN_DECLS

/* queued: waits for its turn or its next attempt; sending: handed to the mail server just now; sent:
 * accepted; unknown: the server may have died between the acceptance and our note of it, sent once
 * more with the same Message-ID (D31); failed: refused for good, see `reason`. */
#define CT_MESSAGE_STATE_CHOICES "queued sending sent unknown failed"

/* GET /api/v1/calls/{id}/messages. */
#define CT_MESSAGE_FIELDS(F)                                                                       \
  F (ID, id, 0, 0, 0, CT_REQUIRED)                                                                 \
  F (ID, call, 0, 0, 0, CT_REQUIRED)                                                               \
  F (ENUM, state, CT_MESSAGE_STATE_CHOICES, 0, 0, CT_REQUIRED)                                     \
  F (TEXTS, to, 0, 1, 20, CT_REQUIRED)                                                             \
  F (TEXT, subject, 0, 0, 400, CT_REQUIRED)                                                        \
  F (TEXT, text, 0, 0, 65536, CT_REQUIRED)                                                         \
  F (TIME, created, 0, 0, 0, CT_REQUIRED)                                                          \
  F (TIME, sent, 0, 0, 0, 0)                                                                       \
  F (INT, attempts, 0, 0, 0, CT_REQUIRED)                                                          \
  F (TIME, next_attempt, 0, 0, 0, 0)                                                               \
  F (BOOL, repeated, 0, 0, 0, 0)                                                                   \
  F (TEXT, reason, 0, 0, 400, 0)
CT_RECORD_DECLARE (CtMessage, ct_message, CT_MESSAGE_FIELDS)

G_END_DECLS
