/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thing-store.h"

const CsMigration thing_store_migration
    = { 9000, "things",
        "CREATE TABLE thing (id INTEGER NOT NULL PRIMARY KEY, tenant INTEGER NOT NULL,"
        " name TEXT NOT NULL, value TEXT NOT NULL) STRICT;" };

CS_SQL (add_thing, "INSERT INTO thing (id, tenant, name, value) VALUES (?1, ?2, ?3, ?4)");
CS_SQL (find_thing, "SELECT name, value FROM thing WHERE tenant = ?1 AND id = ?2");

typedef struct {
  CsScope scope;
  CtId id;
} Thing;

static gboolean
write_thing (CsDb *db, gpointer data, GError **error)
{
  Thing *thing = data;
  g_autoptr (CsQuery) query = cs_query (db, &add_thing);

  cs_bind_id (query, 1, thing->id);
  cs_bind_id (query, 2, thing->scope.tenant);
  cs_bind_text (query, 3, "a thing");
  cs_bind_text (query, 4, "of some worth");
  return cs_query_run (query, NULL, error);
}

gboolean
thing_store_add (CsStore *store, CsScope scope, CtId id)
{
  Thing thing = { scope, id };

  return cs_store_write (store, write_thing, &thing, NULL);
}

gboolean
thing_store_find (CsDb *db, CsScope scope, CtId id, CtKeyed *thing, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &find_thing);
  CsRowResult result;

  cs_bind_id (query, 1, scope.tenant);
  cs_bind_id (query, 2, id);
  result = cs_query_step (query, error);
  if (result == CS_ROW_FAILED)
    return FALSE;
  if (result == CS_ROW_NONE)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no such thing");
  thing->name = cs_column_dup_text (query, "name");
  thing->value = cs_column_dup_text (query, "value");
  return TRUE;
}
