/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/messages/messages-store.h"

void
cs_message_row_free (CsMessageRow *row)
{
  if (row == NULL)
    return;
  g_free (row->recipient);
  g_strfreev (row->recipients);
  g_free (row->sender);
  g_free (row->language);
  g_free (row->subject);
  g_free (row->body);
  g_free (row->message_id);
  g_free (row);
}

CS_SQL (add_message,
        "INSERT INTO message (id, tenant, company, call, recipient, recipients, sender, language,"
        "  subject, body, state, created, next_at, last_error)"
        "  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13)"
        "  ON CONFLICT (call, recipient) DO NOTHING");

gboolean
cs_messages_add (CsDb *db, CsScope scope, const CsMessageRow *row, const char *error_text,
                 GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_message);
  g_autofree char *recipients = g_strjoinv ("\n", row->recipients);

  cs_bind_id (query, 1, row->id);
  cs_bind_id (query, 2, scope.tenant);
  cs_bind_id (query, 3, row->company);
  cs_bind_id (query, 4, row->call);
  cs_bind_text (query, 5, row->recipient);
  cs_bind_text (query, 6, recipients);
  cs_bind_text (query, 7, row->sender);
  cs_bind_text (query, 8, row->language);
  cs_bind_text (query, 9, row->subject);
  cs_bind_text (query, 10, row->body);
  cs_bind_text (query, 11, error_text != NULL ? "failed" : "queued");
  cs_bind_int (query, 12, row->created_ms);
  cs_bind_text (query, 13, error_text);
  return cs_query_run (query, NULL, error);
}

CS_SQL (list_messages,
        "SELECT id, call, recipient, subject, body, state, attempts, created, next_at, sent,"
        "  uncertain, last_error FROM message"
        "  WHERE call = ?1 AND (tenant = ?2 OR ?2 IS NULL) ORDER BY id");

static CtMessage *
record_of (CsQuery *query)
{
  CtMessage *message = ct_message_new ();

  message->id = cs_column_id (query, "id");
  message->call = cs_column_id (query, "call");
  message->to = g_new0 (char *, 2);
  message->to[0] = cs_column_dup_text (query, "recipient");
  message->subject = cs_column_dup_text (query, "subject");
  message->text = cs_column_dup_text (query, "body");
  message->state = cs_column_dup_text (query, "state");
  message->attempts = cs_column_int (query, "attempts");
  message->created = cs_column_int (query, "created");
  message->sent = cs_column_int (query, "sent");
  message->repeated = cs_column_int (query, "uncertain") != 0;
  message->reason = cs_column_dup_text (query, "last_error");
  if (g_strcmp0 (message->state, "queued") == 0)
    message->next_attempt = cs_column_int (query, "next_at");
  return message;
}

GPtrArray *
cs_messages_list_rows (CsDb *db, CsScope scope, CtId call, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_messages);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (ct_record_free);
  CsRowResult result;

  cs_bind_id (query, 1, call);
  cs_bind_id (query, 2, scope.tenant);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    g_ptr_array_add (list, record_of (query));
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

/* The mailer's */

CS_SQL (list_due,
        "SELECT id, tenant, company, call, recipient, recipients, sender, language, subject, body,"
        "  message_id, attempts, created, next_at, uncertain FROM message"
        "  WHERE state = 'queued' AND next_at <= ?1 ORDER BY next_at, id LIMIT ?2");

static CsMessageRow *
row_of (CsQuery *query)
{
  CsMessageRow *row = g_new0 (CsMessageRow, 1);

  row->id = cs_column_id (query, "id");
  row->tenant = cs_column_id (query, "tenant");
  row->company = cs_column_id (query, "company");
  row->call = cs_column_id (query, "call");
  row->recipient = cs_column_dup_text (query, "recipient");
  row->recipients = g_strsplit (cs_column_text (query, "recipients"), "\n", -1);
  row->sender = cs_column_dup_text (query, "sender");
  row->language = cs_column_dup_text (query, "language");
  row->subject = cs_column_dup_text (query, "subject");
  row->body = cs_column_dup_text (query, "body");
  row->message_id = cs_column_dup_text (query, "message_id");
  row->attempts = cs_column_int (query, "attempts");
  row->created_ms = cs_column_int (query, "created");
  row->next_ms = cs_column_int (query, "next_at");
  row->uncertain = cs_column_int (query, "uncertain") != 0;
  return row;
}

GPtrArray *
cs_messages_list_due (CsDb *db, gint64 now_ms, guint limit, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_due);
  g_autoptr (GPtrArray) list
      = g_ptr_array_new_with_free_func ((GDestroyNotify) cs_message_row_free);
  CsRowResult result;

  cs_bind_int (query, 1, now_ms);
  cs_bind_int (query, 2, limit);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    g_ptr_array_add (list, row_of (query));
  return result == CS_ROW_NONE ? g_steal_pointer (&list) : NULL;
}

CS_SQL (get_next, "SELECT min (next_at) AS next_at FROM message WHERE state = 'queued'");

gboolean
cs_messages_get_next (CsDb *db, gint64 *next_ms, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_next);

  if (cs_query_step (query, error) != CS_ROW_READY)
    return FALSE;
  *next_ms = cs_column_int (query, "next_at");
  return TRUE;
}

CS_SQL (set_sending, "UPDATE message SET state = 'sending', attempts = attempts + 1,"
                     "  message_id = ?2 WHERE id = ?1 AND state = 'queued'");

gboolean
cs_messages_set_sending (CsDb *db, CtId id, const char *message_id, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &set_sending);
  gint64 changed = 0;

  cs_bind_id (query, 1, id);
  cs_bind_text (query, 2, message_id);
  if (!cs_query_run (query, &changed, error))
    return FALSE;
  return changed == 1 || ct_fail (error, CT_ERROR_CONFLICT, "the message is not queued any more");
}

CS_SQL (set_done, "UPDATE message SET state = ?2, sent = ?3, last_error = ?4 WHERE id = ?1");

gboolean
cs_messages_set_done (CsDb *db, CtId id, const char *state, gint64 sent_ms, const char *error_text,
                      GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &set_done);

  cs_bind_id (query, 1, id);
  cs_bind_text (query, 2, state);
  if (sent_ms != 0)
    cs_bind_int (query, 3, sent_ms);
  else
    cs_bind_null (query, 3);
  cs_bind_text (query, 4, error_text);
  return cs_query_run (query, NULL, error);
}

CS_SQL (set_queued, "UPDATE message SET state = 'queued', next_at = ?2, last_error = ?4,"
                    "  uncertain = CASE WHEN ?3 = 1 THEN 1 ELSE uncertain END WHERE id = ?1");

gboolean
cs_messages_set_queued (CsDb *db, CtId id, gint64 next_ms, gboolean uncertain,
                        const char *error_text, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &set_queued);

  cs_bind_id (query, 1, id);
  cs_bind_int (query, 2, next_ms);
  cs_bind_int (query, 3, uncertain ? 1 : 0);
  cs_bind_text (query, 4, error_text);
  return cs_query_run (query, NULL, error);
}

CS_SQL (set_untried, "UPDATE message SET state = 'queued', attempts = attempts - 1"
                     "  WHERE id = ?1 AND state = 'sending'");

gboolean
cs_messages_set_untried (CsDb *db, CtId id, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &set_untried);

  cs_bind_id (query, 1, id);
  return cs_query_run (query, NULL, error);
}

CS_SQL (end_twice_lost, "UPDATE message SET state = 'unknown', crashes = crashes + 1,"
                        "  last_error = 'not sent a third time'"
                        "  WHERE state = 'sending' AND uncertain = 1");
CS_SQL (queue_lost, "UPDATE message SET state = 'queued', crashes = crashes + 1, uncertain = 1,"
                    "  next_at = ?1 WHERE state = 'sending'");

gboolean
cs_messages_recover (CsDb *db, gint64 now_ms, gint64 *again, gint64 *ended, GError **error)
{
  g_autoptr (CsQuery) end = cs_query (db, &end_twice_lost);
  g_autoptr (CsQuery) queue = cs_query (db, &queue_lost);

  cs_bind_int (queue, 1, now_ms);
  return cs_query_run (end, ended, error) && cs_query_run (queue, again, error);
}

CS_SQL (count_waiting, "SELECT count (*) AS n, min (created) AS oldest FROM message"
                       "  WHERE state = 'queued' OR state = 'sending'");

gboolean
cs_messages_count_waiting (CsDb *db, gint64 *waiting, gint64 *oldest_ms, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &count_waiting);

  if (cs_query_step (query, error) != CS_ROW_READY)
    return FALSE;
  *waiting = cs_column_int (query, "n");
  *oldest_ms = cs_column_int (query, "oldest");
  return TRUE;
}
