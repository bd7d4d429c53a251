/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which blob holds the sound of a call, and whether calls and blobs name each other. What writes runs inside
 * a write closure. */
#include "common/base/error.h"
#include "server/calls/calls-store.h"
#include "server/calls/calls.h"

CS_SQL (set_recording, "UPDATE call SET blob = ?2, recording_samples = ?3"
                       "  WHERE recording = ?1 AND (tenant = ?4 OR ?4 IS NULL)");
CS_SQL (set_voicemail, "UPDATE call SET voicemail = 1, voicemail_blob = ?2, voicemail_samples = ?3"
                       "  WHERE voicemail_recording = ?1 AND (tenant = ?4 OR ?4 IS NULL)");

gboolean
cs_calls_set_recording (CsDb *db, CsScope scope, CtId recording, CtId blob, gint64 samples,
                        gboolean voicemail, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, voicemail ? &set_voicemail : &set_recording);
  gint64 changed;

  cs_bind_id (query, 1, recording);
  cs_bind_id (query, 2, blob);
  cs_bind_int (query, 3, samples);
  cs_bind_id (query, 4, scope.tenant);
  if (!cs_query_run (query, &changed, error))
    return FALSE;
  return changed == 1
         || ct_fail (error, CT_ERROR_NOT_FOUND, "no call has recording %s",
                     ct_id_text (recording).text);
}

CS_SQL (drop_recording, "UPDATE call SET blob = NULL WHERE blob = ?1");
CS_SQL (drop_voicemail, "UPDATE call SET voicemail_blob = NULL WHERE voicemail_blob = ?1");

gboolean
cs_calls_drop_recording (CsDb *db, CtId blob, GError **error)
{
  g_autoptr (CsQuery) recording = cs_query (db, &drop_recording);
  g_autoptr (CsQuery) voicemail = cs_query (db, &drop_voicemail);

  cs_bind_id (recording, 1, blob);
  cs_bind_id (voicemail, 1, blob);
  return cs_query_run (recording, NULL, error) && cs_query_run (voicemail, NULL, error);
}

CS_SQL (list_soundless, "SELECT c.id AS id FROM call AS c LEFT JOIN blob AS b ON b.id = c.blob"
                        "  WHERE c.blob IS NOT NULL AND b.id IS NULL"
                        " UNION SELECT c.id FROM call AS c LEFT JOIN blob AS b"
                        "  ON b.id = c.voicemail_blob"
                        "  WHERE c.voicemail_blob IS NOT NULL AND b.id IS NULL ORDER BY id");
/* One is put a moment before its call names it. */
CS_SQL (list_callless, "SELECT b.id AS id FROM blob AS b WHERE b.kind = 'recording'"
                       "  AND b.created_ms < ?1"
                       "  AND NOT EXISTS (SELECT 1 FROM call AS c WHERE c.blob = b.id)"
                       "  AND NOT EXISTS (SELECT 1 FROM call AS c WHERE c.voicemail_blob = b.id)"
                       "  ORDER BY b.id");

static gboolean
add_faults (CsQuery *query, const char *what, GPtrArray *faults, GError **error)
{
  CsRowResult result;

  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CtIdText id = ct_id_text (cs_column_id (query, "id"));

      g_ptr_array_add (faults, g_strconcat (id.text, what, NULL));
    }
  return result == CS_ROW_NONE;
}

gboolean
cs_calls_check (CsDb *db, GPtrArray *faults, GError **error)
{
  g_autoptr (CsQuery) soundless = cs_query (db, &list_soundless);
  g_autoptr (CsQuery) callless = cs_query (db, &list_callless);

  cs_bind_int (callless, 1, ct_clock_utc_ms (cs_db_get_clock (db)) - G_TIME_SPAN_HOUR / 1000);
  return add_faults (soundless, ": this call names a recording that is not there", faults, error)
         && add_faults (callless, ": this blob is a recording of no call", faults, error);
}
