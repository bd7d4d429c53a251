/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept no longer: recordings whose days are over go, and their calls forget them in the same
 * transaction; then the files that a stop in the middle of sealing left over. On the thread that seals, so
 * that both never meet. */
#define G_LOG_DOMAIN "calls"

#include "common/base/error.h"
#include "server/calls/calls-private.h"

#define AT_ONCE 100 /* a transaction: short, others wait behind it */

typedef struct {
  const CsCallsConfig *config;
  guint deleted;
} Expire;

static gboolean
write_expired (CsDb *db, gpointer data, GError **error)
{
  Expire *expire = data;
  g_autoptr (GArray) ids = cs_blobs_delete_expired (
      expire->config->blobs, db, ct_clock_utc_ms (expire->config->clock), AT_ONCE, error);

  for (guint i = 0; ids != NULL && i < ids->len; i++)
    if (!cs_calls_drop_recording (db, g_array_index (ids, CtId, i), error))
      return FALSE;
  expire->deleted = ids != NULL ? ids->len : 0;
  return ids != NULL;
}

static void
run (gpointer data)
{
  const CsCallsConfig *config = &((CsCalls *) data)->config;
  Expire expire = { .config = config };
  g_autoptr (GError) error = NULL;
  guint deleted = 0;
  guint swept = 0;
  gboolean good;

  do
    {
      good = cs_store_write (config->store, write_expired, &expire, &error);
      deleted += good ? expire.deleted : 0;
  } while (good && expire.deleted == AT_ONCE);
  if (!good || !cs_blobs_sweep (config->blobs, config->store, &swept, &error))
    g_warning ("what is kept no longer stays for now: %s", error->message);
  if (deleted > 0 || swept > 0)
    g_message ("%u recordings were kept long enough; %u files without a record are gone", deleted,
               swept);
}

void
cs_calls_expire (CsCalls *calls)
{
  cs_workers_push (calls->sealers, run, calls, NULL);
}
