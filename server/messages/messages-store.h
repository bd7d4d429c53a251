/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the outbox. What writes runs inside a write closure. */
#pragma once

#include "common/records/message.h"
#include "server/messages/messages.h"

G_BEGIN_DECLS

typedef struct {
  CtId id, tenant, company, call;
  char *recipient;
  char **recipients;
  char *sender;
  char *language;
  char *subject;
  char *body;
  char *message_id;
  gint64 attempts;
  gint64 created_ms;
  gint64 next_ms;
  gboolean uncertain;
} CsMessageRow;

void cs_message_row_free (CsMessageRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsMessageRow, cs_message_row_free)

/* @error_text: the row is failed from the start; NULL: queued. Does nothing when it is there. */
gboolean cs_messages_add (CsDb *db, CsScope scope, const CsMessageRow *row, const char *error_text,
                          GError **error);
/* CtMessage* */
GPtrArray *cs_messages_list_rows (CsDb *db, CsScope scope, CtId call, GError **error);

/* The mailer's, in system scope. */

/* CsMessageRow*: those due, the one that waited longest first. NULL on error. */
GPtrArray *cs_messages_list_due (CsDb *db, gint64 now_ms, guint limit, GError **error);
/* When the next is due; 0 for none. */
gboolean cs_messages_get_next (CsDb *db, gint64 *next_ms, GError **error);
gboolean cs_messages_set_sending (CsDb *db, CtId id, const char *message_id, GError **error);
gboolean cs_messages_set_done (CsDb *db, CtId id, const char *state, gint64 sent_ms,
                               const char *error_text, GError **error);
gboolean cs_messages_set_queued (CsDb *db, CtId id, gint64 next_ms, gboolean uncertain,
                                 const char *error_text, GError **error);
/* One marked `sending` that nobody tried to send: queued as it was. */
gboolean cs_messages_set_untried (CsDb *db, CtId id, GError **error);
/* What an earlier run left as sending: queued again, or unknown. */
gboolean
cs_messages_recover (CsDb *db, gint64 now_ms, gint64 *again, gint64 *ended, GError **error);
gboolean cs_messages_count_waiting (CsDb *db, gint64 *waiting, gint64 *oldest_ms, GError **error);

G_END_DECLS
