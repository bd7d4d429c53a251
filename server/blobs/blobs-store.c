/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "blobs"

#include "server/blobs/blobs-store.h"

const CsMigration cs_blobs_migrations[] = {
  { 800, "blob",
    "CREATE TABLE blob ("
    "  id INTEGER PRIMARY KEY,"
    "  tenant INTEGER NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  size INTEGER NOT NULL CHECK (size >= 0),"
    "  hash TEXT NOT NULL CHECK (length (hash) = 64),"
    "  created_ms INTEGER NOT NULL,"
    "  retain_until_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX blob_hash ON blob (tenant, hash);"
    "CREATE INDEX blob_retain ON blob (retain_until_ms) WHERE retain_until_ms > 0;"
    "CREATE TABLE blob_key ("
    "  tenant INTEGER PRIMARY KEY,"
    "  wrapped BLOB NOT NULL,"
    "  created_ms INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE blob_usage ("
    "  tenant INTEGER PRIMARY KEY,"
    "  used INTEGER NOT NULL CHECK (used >= 0),"
    "  quota INTEGER NOT NULL CHECK (quota >= 0)"
    ") STRICT;" },
};
const gsize cs_blobs_n_migrations = G_N_ELEMENTS (cs_blobs_migrations);

CS_SQL (get_blob, "SELECT id, tenant, kind, size, hash, created_ms, retain_until_ms FROM blob"
                  " WHERE id = ?1 AND (tenant = ?2 OR ?2 = 0)");
CS_SQL (add_blob, "INSERT INTO blob (id, tenant, kind, size, hash, created_ms, retain_until_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
CS_SQL (delete_blob, "DELETE FROM blob WHERE id = ?1");
CS_SQL (find_hash, "SELECT id FROM blob WHERE tenant = ?1 AND hash = ?2 ORDER BY id LIMIT 1");
CS_SQL (each_blob, "SELECT id, tenant, kind, size, hash, created_ms, retain_until_ms FROM blob"
                   " ORDER BY id");
CS_SQL (list_expired, "SELECT id FROM blob WHERE retain_until_ms > 0 AND retain_until_ms <= ?1"
                      " ORDER BY retain_until_ms, id LIMIT ?2");
CS_SQL (get_key, "SELECT wrapped FROM blob_key WHERE tenant = ?1");
CS_SQL (add_key, "INSERT INTO blob_key (tenant, wrapped, created_ms) VALUES (?1, ?2, ?3)"
                 " ON CONFLICT (tenant) DO NOTHING");
CS_SQL (get_usage, "SELECT used, quota FROM blob_usage WHERE tenant = ?1");
CS_SQL (add_usage, "INSERT INTO blob_usage (tenant, used, quota) VALUES (?1, ?2, 0)"
                   " ON CONFLICT (tenant) DO UPDATE SET used = blob_usage.used + excluded.used");
CS_SQL (less_usage, "UPDATE blob_usage SET used = used - ?2 WHERE tenant = ?1");
CS_SQL (set_quota, "INSERT INTO blob_usage (tenant, used, quota) VALUES (?1, 0, ?2)"
                   " ON CONFLICT (tenant) DO UPDATE SET quota = excluded.quota");

static const char *const kinds[CS_BLOB_KINDS] = {
  [CS_BLOB_RECORDING] = "recording", [CS_BLOB_PROMPT] = "prompt",         [CS_BLOB_LOGO] = "logo",
  [CS_BLOB_PAPER] = "paper",         [CS_BLOB_ATTACHMENT] = "attachment",
};

const char *
cs_blob_kind_name (CsBlobKind kind)
{
  return kinds[kind];
}

static void
read_info (CsQuery *query, CsBlobInfo *out)
{
  const char *kind = cs_column_text (query, "kind");

  *out = (CsBlobInfo){
    .id = cs_column_id (query, "id"),
    .tenant = cs_column_id (query, "tenant"),
    .size = (guint64) cs_column_int (query, "size"),
    .created_ms = cs_column_int (query, "created_ms"),
    .retain_until_ms = cs_column_int (query, "retain_until_ms"),
  };
  for (int i = 0; i < CS_BLOB_KINDS; i++)
    if (g_strcmp0 (kind, kinds[i]) == 0)
      out->kind = i;
  g_strlcpy (out->hash, cs_column_text (query, "hash"), sizeof out->hash);
}

CsRowResult
cs_blobs_store_get (CsDb *db, CsScope scope, CtId id, CsBlobInfo *out, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_blob);
  CsRowResult result;

  cs_bind_int (query, 1, id);
  cs_bind_int (query, 2, scope.tenant);
  result = cs_query_step (query, error);
  if (result == CS_ROW_READY)
    read_info (query, out);
  return result;
}

gboolean
cs_blobs_store_add (CsDb *db, const CsBlobInfo *info, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_blob);

  cs_bind_int (query, 1, info->id);
  cs_bind_int (query, 2, info->tenant);
  cs_bind_text (query, 3, kinds[info->kind]);
  cs_bind_int (query, 4, (gint64) info->size);
  cs_bind_text (query, 5, info->hash);
  cs_bind_int (query, 6, info->created_ms);
  cs_bind_int (query, 7, info->retain_until_ms);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_blobs_store_delete (CsDb *db, CtId id, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &delete_blob);

  cs_bind_int (query, 1, id);
  return cs_query_run (query, NULL, error);
}

CsRowResult
cs_blobs_store_find_hash (CsDb *db, CtId tenant, const char *hash, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_hash);

  cs_bind_int (query, 1, tenant);
  cs_bind_text (query, 2, hash);
  return cs_query_step (query, error);
}

gboolean
cs_blobs_store_each (CsDb *db, CsBlobInfoFunc each, gpointer data, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &each_blob);
  CsRowResult result;

  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CsBlobInfo info;

      read_info (query, &info);
      if (!each (&info, data, error))
        return FALSE;
    }
  return result == CS_ROW_NONE;
}

GArray *
cs_blobs_store_list_expired (CsDb *db, gint64 now_ms, guint limit, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_expired);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (CtId));
  CsRowResult result;

  cs_bind_int (query, 1, now_ms);
  cs_bind_int (query, 2, limit);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CtId id = cs_column_id (query, "id");

      g_array_append_val (ids, id);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&ids) : NULL;
}

GBytes *
cs_blobs_store_get_key (CsDb *db, CtId tenant, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_key);

  cs_bind_int (query, 1, tenant);
  return cs_query_step (query, error) == CS_ROW_READY ? cs_column_dup_blob (query, "wrapped")
                                                      : NULL;
}

gboolean
cs_blobs_store_add_key (CsDb *db, CtId tenant, GBytes *wrapped, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &add_key);
  gsize size;
  gconstpointer bytes = g_bytes_get_data (wrapped, &size);

  cs_bind_int (query, 1, tenant);
  cs_bind_blob (query, 2, bytes, size);
  cs_bind_int (query, 3, ct_clock_utc_ms (cs_db_get_clock (db)));
  return cs_query_run (query, NULL, error);
}

gboolean
cs_blobs_store_get_usage (CsDb *db, CtId tenant, guint64 *used, guint64 *quota, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_usage);
  CsRowResult result;

  cs_bind_int (query, 1, tenant);
  result = cs_query_step (query, error);
  if (result == CS_ROW_FAILED)
    return FALSE;
  *used = result == CS_ROW_READY ? (guint64) cs_column_int (query, "used") : 0;
  *quota = result == CS_ROW_READY ? (guint64) cs_column_int (query, "quota") : 0;
  return TRUE;
}

/* The upsert cannot go down: its row to insert would break the table's own rule. */
gboolean
cs_blobs_store_add_usage (CsDb *db, CtId tenant, gint64 more, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, more >= 0 ? &add_usage : &less_usage);

  cs_bind_int (query, 1, tenant);
  cs_bind_int (query, 2, ABS (more));
  return cs_query_run (query, NULL, error);
}

gboolean
cs_blobs_store_set_quota (CsDb *db, CtId tenant, guint64 quota, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &set_quota);

  cs_bind_int (query, 1, tenant);
  cs_bind_int (query, 2, (gint64) quota);
  return cs_query_run (query, NULL, error);
}
