/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/http-store.h"

#include <string.h>

const CsMigration cs_http_migrations[CS_HTTP_N_MIGRATIONS] = {
  { 700, "sessions",
    "CREATE TABLE session ("
    " id INTEGER NOT NULL PRIMARY KEY,"
    " tenant INTEGER NOT NULL,"
    " user_id INTEGER NOT NULL,"
    " token_hash BLOB NOT NULL UNIQUE,"
    " created_ms INTEGER NOT NULL,"
    " used_ms INTEGER NOT NULL,"
    " expires_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX session_by_user ON session (tenant, user_id);" },
  { 701, "kept replies",
    "CREATE TABLE kept_reply ("
    " tenant INTEGER NOT NULL,"
    " user_id INTEGER NOT NULL,"
    " route TEXT NOT NULL,"
    " key_hash TEXT NOT NULL,"
    " request_hash TEXT NOT NULL,"
    " status INTEGER NOT NULL,"
    " sealed BLOB NOT NULL,"
    " kept_ms INTEGER NOT NULL,"
    " PRIMARY KEY (tenant, user_id, route, key_hash)"
    ") STRICT;"
    "CREATE INDEX kept_reply_by_age ON kept_reply (kept_ms);" },
};

CS_SQL (add_session,
        "INSERT INTO session (id, tenant, user_id, token_hash, created_ms, used_ms, expires_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
CS_SQL (find_session, "SELECT id, tenant, user_id, created_ms, used_ms, expires_ms FROM session"
                      " WHERE token_hash = ?1");
CS_SQL (touch_session, "UPDATE session SET used_ms = ?3"
                       " WHERE tenant = ?1 AND id = ?2 AND used_ms < ?3");
CS_SQL (end_session, "DELETE FROM session WHERE tenant = ?1 AND id = ?2");
CS_SQL (end_sessions_of, "DELETE FROM session WHERE tenant = ?1 AND user_id = ?2");
CS_SQL (forget_sessions, "DELETE FROM session WHERE expires_ms <= ?1 OR used_ms <= ?2");
CS_SQL (forget_replies, "DELETE FROM kept_reply WHERE kept_ms <= ?1");
CS_SQL (keep_reply,
        "INSERT INTO kept_reply (tenant, user_id, route, key_hash, request_hash, status, sealed,"
        " kept_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        " ON CONFLICT (tenant, user_id, route, key_hash) DO UPDATE SET"
        " request_hash = excluded.request_hash, status = excluded.status,"
        " sealed = excluded.sealed, kept_ms = excluded.kept_ms");
CS_SQL (find_reply, "SELECT request_hash, status, sealed FROM kept_reply"
                    " WHERE tenant = ?1 AND user_id = ?2 AND route = ?3 AND key_hash = ?4"
                    " AND kept_ms > ?5");

gboolean
cs_http_store_add_session (CsDb *db, const CsStoredSession *session, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_session);

  cs_bind_id (query, 1, session->id);
  cs_bind_id (query, 2, session->tenant);
  cs_bind_id (query, 3, session->user);
  cs_bind_blob (query, 4, session->token_hash, CS_TOKEN_HASH_SIZE);
  cs_bind_int (query, 5, session->created_ms);
  cs_bind_int (query, 6, session->used_ms);
  cs_bind_int (query, 7, session->expires_ms);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_http_store_touch_session (CsDb *db, CsScope scope, CtId session, gint64 used_ms, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &touch_session);

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, session);
  cs_bind_int (query, 3, used_ms);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_http_store_end_session (CsDb *db, CsScope scope, CtId session, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &end_session);

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, session);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_http_store_end_sessions_of (CsDb *db, CsScope scope, CtId user, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &end_sessions_of);

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, user);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_http_store_forget_old (CsDb *db, gint64 now_ms, gint64 used_before_ms, gint64 kept_before_ms,
                          GError **error)
{
  g_autoptr (CsQuery) sessions = cs_query (db, &forget_sessions);
  g_autoptr (CsQuery) replies = cs_query (db, &forget_replies);

  cs_bind_int (sessions, 1, now_ms);
  cs_bind_int (sessions, 2, used_before_ms);
  cs_bind_int (replies, 1, kept_before_ms);
  return cs_query_run (sessions, NULL, error) && cs_query_run (replies, NULL, error);
}

gboolean
cs_http_store_find_session (CsDb *db, const guint8 *token_hash, CsStoredSession *session,
                            GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_session);
  CsRowResult result;

  cs_bind_blob (query, 1, token_hash, CS_TOKEN_HASH_SIZE);
  result = cs_query_step (query, error);
  if (result == CS_ROW_FAILED)
    return FALSE;
  if (result == CS_ROW_NONE)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no such session");
  session->id = cs_column_id (query, "id");
  session->tenant = cs_column_id (query, "tenant");
  session->user = cs_column_id (query, "user_id");
  session->created_ms = cs_column_int (query, "created_ms");
  session->used_ms = cs_column_int (query, "used_ms");
  session->expires_ms = cs_column_int (query, "expires_ms");
  memcpy (session->token_hash, token_hash, CS_TOKEN_HASH_SIZE);
  return TRUE;
}

void
cs_kept_reply_clear (CsKeptReply *reply)
{
  g_clear_pointer (&reply->request_hash, g_free);
  g_clear_pointer (&reply->sealed, g_bytes_unref);
}

static void
bind_name (CsQuery *query, const CsReplyName *name)
{
  /* Zero, not NULL, for nobody: the columns are of the primary key. */
  cs_bind_int (query, 1, name->tenant);
  cs_bind_int (query, 2, name->user);
  cs_bind_text (query, 3, name->route);
  cs_bind_text (query, 4, name->key_hash);
}

gboolean
cs_http_store_keep_reply (CsDb *db, const CsReplyName *name, const CsKeptReply *reply,
                          gint64 now_ms, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &keep_reply);
  gsize size;
  gconstpointer bytes = g_bytes_get_data (reply->sealed, &size);

  bind_name (query, name);
  cs_bind_text (query, 5, reply->request_hash);
  cs_bind_int (query, 6, reply->status);
  cs_bind_blob (query, 7, bytes, size);
  cs_bind_int (query, 8, now_ms);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_http_store_find_reply (CsDb *db, const CsReplyName *name, gint64 kept_after_ms,
                          CsKeptReply *reply, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_reply);
  CsRowResult result;

  bind_name (query, name);
  cs_bind_int (query, 5, kept_after_ms);
  result = cs_query_step (query, error);
  if (result == CS_ROW_FAILED)
    return FALSE;
  if (result == CS_ROW_NONE)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no such reply was kept");
  reply->request_hash = cs_column_dup_text (query, "request_hash");
  reply->status = (guint) cs_column_int (query, "status");
  reply->sealed = cs_column_dup_blob (query, "sealed");
  return TRUE;
}
