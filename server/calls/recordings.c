/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings leave the spool: sealed into a blob, named in the call's record, the plain file removed.
 * A few threads do it, since each waits for the disk most of the time; a file that could not be sealed
 * stays, and the next start takes it up. */
#define G_LOG_DOMAIN "calls"

#include <glib/gstdio.h>
#include <string.h>

#include "common/base/error.h"
#include "server/calls/calls-private.h"

#define DAY_MS G_GINT64_CONSTANT (86400000)

typedef struct {
  CsCalls *calls;
  CtId recording;
  char *path;
  gint64 samples;
  gboolean voicemail;
  CtId blob;
  CsAbout about; /* whose call, once it is known */
} Keep;

static void
keep_free (gpointer data)
{
  g_free (((Keep *) data)->path);
  g_free (data);
}

static gboolean
write_recording (CsDb *db, gpointer data, GError **error)
{
  Keep *keep = data;

  return cs_calls_set_recording (db, cs_scope_system (), keep->recording, keep->blob, keep->samples,
                                 keep->voicemail, error)
         && (!keep->voicemail || cs_calls_put_voicemail (keep->calls, db, keep->recording, error));
}

static CsCallRow *
find_call (CsCalls *calls, CtId recording, GError **error)
{
  CsDb *db = cs_store_acquire_reader (calls->config.store);
  CsCallRow *row = cs_calls_find_recording (db, cs_scope_system (), recording, error);

  cs_store_release_reader (calls->config.store, db);
  return row;
}

static gboolean
seal (Keep *keep, GError **error)
{
  const CsCallsConfig *config = &keep->calls->config;
  gint64 until = ct_clock_utc_ms (config->clock) + config->recording_days * DAY_MS;
  g_autoptr (CsCallRow) row = find_call (keep->calls, keep->recording, error);

  if (row == NULL)
    return FALSE;
  keep->about = CS_ABOUT (.tenant = row->tenant, .call = row->id);
  keep->voicemail = row->voicemail_recording == keep->recording;
  if ((keep->voicemail ? row->voicemail_blob : row->blob) == CT_ID_NONE
      && !cs_blobs_put_file (config->blobs, config->store, cs_scope_tenant (row->tenant),
                             CS_BLOB_RECORDING, keep->path, until, write_recording, keep,
                             &keep->blob, error))
    return FALSE;
  if (g_unlink (keep->path) != 0)
    cs_warning (keep->about, "recording %s is sealed, its spool file is not gone",
                ct_id_text (keep->recording).text);
  else
    cs_info (keep->about, "recording %s is sealed", ct_id_text (keep->recording).text);
  return TRUE;
}

static void
run (gpointer data)
{
  Keep *keep = data;
  g_autoptr (GError) error = NULL;

  if (!seal (keep, &error))
    cs_warning (keep->about, "recording %s stays in the spool: %s",
                ct_id_text (keep->recording).text, error->message);
}

void
cs_calls_keep_recording (CsCalls *calls, CtId recording, const char *path, gint64 samples)
{
  Keep *keep;

  if (path == NULL)
    {
      g_autoptr (CsCallRow) row = find_call (calls, recording, NULL);

      cs_warning (row != NULL ? CS_ABOUT (.tenant = row->tenant, .call = row->id) : (CsAbout){ 0 },
                  "recording %s failed", ct_id_text (recording).text);
      return;
    }
  keep = g_new0 (Keep, 1);
  *keep = (Keep){
    .calls = calls, .recording = recording, .path = g_strdup (path), .samples = samples
  };
  cs_workers_push (calls->sealers, run, keep, keep_free);
}

/* Samples a side of a stereo mu-law WAV, by its size; 0 for something else. */
static gint64
samples_of (const char *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 && info.st_size > 58 ? (info.st_size - 58) / 2 : 0;
}

void
cs_calls_recover_recordings (CsCalls *calls)
{
  g_autoptr (GDir) folder = g_dir_open (calls->config.spool_folder, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *stem = g_strndup (name, CT_ID_TEXT_LENGTH);
      g_autofree char *path = g_build_filename (calls->config.spool_folder, name, NULL);
      CtId recording;

      if (g_str_has_suffix (name, ".wav") && ct_id_parse (stem, &recording))
        cs_calls_keep_recording (calls, recording, path, samples_of (path));
    }
}
