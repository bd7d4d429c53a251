/* SPDX-License-Identifier: GPL-3.0-or-later */
/* At start: what an earlier run left. Money is settled by then; a call that had not ended is ended at
 * the second it was billed to, each open record is closed, recordings in the spool are sealed. */
#define G_LOG_DOMAIN "calls"

#include "common/base/error.h"
#include "server/calls/calls-private.h"

typedef struct {
  CsCalls *calls;
  GPtrArray *rows;
} Recovery;

static gboolean
close_all (CsDb *db, gpointer data, GError **error)
{
  Recovery *recovery = data;

  for (guint i = 0; i < recovery->rows->len; i++)
    {
      const CsCallRow *row = recovery->rows->pdata[i];
      CsScope scope = cs_scope_tenant (row->tenant);
      g_autoptr (GError) none = NULL;
      CsBill bill = { 0 };

      if (!cs_billing_get_bill (db, scope, row->id, &bill, &none)
          && !ct_error_is (none, CT_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&none));
          return FALSE;
        }
      if ((row->ended == 0 && !cs_calls_end_restarted (db, scope, row->id, bill.seconds, error))
          || !cs_calls_finish (recovery->calls, db, scope, row->id, NULL, NULL, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
cs_calls_recover (CsCalls *calls, GError **error)
{
  CsDb *db = cs_store_acquire_reader (calls->config.store);
  g_autoptr (GPtrArray) rows = cs_calls_list_open (db, cs_scope_system (), error);
  Recovery recovery = { calls, rows };

  cs_store_release_reader (calls->config.store, db);
  if (rows == NULL)
    return FALSE;
  if (rows->len > 0)
    {
      g_message ("%u calls of an earlier run are closed", rows->len);
      if (!cs_store_write (calls->config.store, close_all, &recovery, error))
        return FALSE;
    }
  cs_calls_recover_recordings (calls);
  return TRUE;
}
