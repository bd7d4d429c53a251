/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hearing, replacing, taking away and bringing back one prompt of a line. Every change makes the plan
 * anew, so that the next caller hears it, and is told to the company's desks. */
#define G_LOG_DOMAIN "studio"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/error.h"
#include "server/studio/studio-private.h"

#define PIECE (256 * 1024)

CsStudio *
cs_studio_new (const CsStudioConfig *config)
{
  CsStudio *studio = g_new0 (CsStudio, 1);

  studio->config = *config;
  cs_studio_init_call_in (studio);
  return studio;
}

void
cs_studio_free (CsStudio *studio)
{
  cs_studio_clear_call_in (studio);
  g_free (studio);
}

/* After a change is on disk. */
static void
tell (CsStudio *studio, CsScope scope, CtId company, CtId line)
{
  g_autofree char *topic = g_strdup_printf ("company:%s", ct_id_text (company).text);
  g_autofree char *json = g_strdup_printf ("{\"line\":\"%s\"}", ct_id_text (line).text);

  studio->config.lines_changed (studio->config.data);
  cs_hub_publish (studio->config.hub, scope.tenant, topic, "prompts", json);
}

/* Hearing */

static GBytes *
read_range (gpointer source, guint64 offset, gsize size, GError **error)
{
  gsize left = g_bytes_get_size (source) - (gsize) offset;

  return g_bytes_new_from_bytes (source, (gsize) offset, MIN (MIN (size, left), PIECE));
}

static void
unref_bytes (gpointer source)
{
  g_bytes_unref (source);
}

gboolean
cs_studio_get_sound (CsExchange *exchange, gpointer module, GError **error)
{
  g_autoptr (CsLineView) view = cs_studio_open_line (exchange, error);
  CsHeard heard;
  GBytes *wav;

  if (view == NULL || !cs_studio_find_heard (exchange, view, &heard, error))
    return FALSE;
  if (heard.media == NULL)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "callers hear nothing there");
  wav = cs_studio_load_wav (module, heard.media, error);
  if (wav == NULL)
    return FALSE;
  cs_exchange_reply_ranges (exchange, g_bytes_get_size (wav), "audio/x-wav", read_range, wav,
                            unref_bytes);
  return TRUE;
}

/* Changing */

typedef struct {
  CsScope scope;
  const CsLinePromptRow *row;
  CtId person;
  gint64 version;
} Put;

static gboolean
write_put (CsDb *db, gpointer data, GError **error)
{
  Put *put = data;

  return cs_tenants_put_line_prompt (db, put->scope, put->row, put->person, put->version, error);
}

static gboolean
write_remove (CsDb *db, gpointer data, GError **error)
{
  Put *put = data;

  return cs_tenants_remove_line_prompt (db, put->scope, put->row->line, put->row->place,
                                        cs_language_code ((CsLanguage) put->row->language),
                                        put->version, error);
}

static gboolean
write_restore (CsDb *db, gpointer data, GError **error)
{
  Put *put = data;

  return cs_tenants_restore_line_prompt (db, put->scope, put->row->line, put->row->place,
                                         cs_language_code ((CsLanguage) put->row->language),
                                         put->version, error);
}

gboolean
cs_studio_keep (CsStudio *studio, CsScope scope, CtId company, CsLinePromptRow *row, CtId person,
                gint64 version, GError **error)
{
  Put put = { scope, row, person, version };

  row->samples = cs_studio_get_samples (studio, row->media);
  if (!cs_store_write (studio->config.store, write_put, &put, error))
    return FALSE;
  cs_info (CS_ABOUT (.tenant = scope.tenant, .user = person), "prompt %s (%s) of line %s: %s, %s",
           row->place, cs_language_code ((CsLanguage) row->language), ct_id_text (row->line).text,
           row->origin, row->media);
  tell (studio, scope, company, row->line);
  return TRUE;
}

/* The prompt as it is after the change. */
static gboolean
reply_prompt (CsExchange *exchange, CsStudio *studio, GError **error)
{
  g_autoptr (CsLineView) view = cs_studio_open_line (exchange, error);
  CtLinePrompt *record;
  CsHeard heard;

  if (view == NULL || !cs_studio_find_heard (exchange, view, &heard, error))
    return FALSE;
  record = cs_studio_prompt_record (studio, view, &heard);
  cs_exchange_set_version (exchange, record->version);
  cs_exchange_reply (exchange, record);
  return TRUE;
}

static gboolean
match_version (CsExchange *exchange, const CsLineView *view, const CsHeard *heard, gint64 *version,
               GError **error)
{
  return cs_tenants_get_prompt_version (
             cs_exchange_reader (exchange), view->scope, view->line->id, heard->place->name,
             cs_language_code ((CsLanguage) heard->language), version, error)
         && cs_exchange_match_version (exchange, *version, error);
}

/* In memory, as a file that the helper can be given. */
static int
file_of (GBytes *bytes, GError **error)
{
  int fd = memfd_create ("upload", MFD_CLOEXEC);
  gsize size;
  const char *at = g_bytes_get_data (bytes, &size);

  while (fd >= 0 && size > 0)
    {
      gssize n = write (fd, at, size);

      if (n <= 0)
        {
          close (fd);
          fd = -1;
          break;
        }
      at += n;
      size -= (gsize) n;
    }
  if (fd < 0)
    ct_fail (error, CT_ERROR_IO, "no memory for an upload");
  return fd;
}

/* What a person can do something about is worded for him. */
static gboolean
prepare (CsExchange *exchange, CsStudio *studio, const char *name, GError **error)
{
  GBytes *bytes = cs_exchange_upload (exchange);
  g_autoptr (GError) problem = NULL;
  g_autofree char *path = NULL;
  gboolean good;
  int fd;

  if (g_bytes_get_size (bytes) == 0)
    return cs_exchange_fail (exchange, CT_ERROR_INVALID, "not-a-sound", error, "the file is empty");
  fd = file_of (bytes, error);
  if (fd < 0)
    return FALSE;
  path = g_strdup_printf ("/proc/self/fd/%d", fd);
  good = cs_prompt_prepare_file (&studio->config.decode, path, name, &problem);
  close (fd);
  if (good)
    return TRUE;
  if (ct_error_is (problem, CT_ERROR_INVALID))
    return cs_exchange_fail (exchange, CT_ERROR_INVALID, "not-a-sound", error, "%s",
                             problem->message);
  if (ct_error_is (
          problem,
          CT_ERROR_TIMEOUT)) /* of the processor or the clock: it may be short all the same */
    return cs_exchange_fail (exchange, CT_ERROR_INVALID, "sound-not-readable", error, "%s",
                             problem->message);
  if (ct_error_is (problem, CT_ERROR_LIMIT))
    return cs_exchange_fail (exchange, CT_ERROR_LIMIT, "sound-too-long", error, "%s",
                             problem->message);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
cs_studio_put_sound (CsExchange *exchange, gpointer module, GError **error)
{
  CsStudio *studio = module;
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  gboolean desk = g_strcmp0 (cs_exchange_query (exchange, "origin"), "desk") == 0;
  g_autoptr (CsLineView) view = cs_studio_open_line (exchange, error);
  g_autofree char *name = cs_studio_new_name (studio);
  CsHeard heard;
  CsLinePromptRow row;
  gint64 version;

  if (view == NULL || !cs_studio_find_heard (exchange, view, &heard, error)
      || !match_version (exchange, view, &heard, &version, error)
      || !prepare (exchange, studio, name, error))
    return FALSE;
  row = (CsLinePromptRow){ .line = view->line->id,
                           .place = heard.place->name,
                           .language = heard.language,
                           .origin = (char *) (desk ? "desk" : "upload"),
                           .media = name };
  if (!cs_studio_keep (studio, view->scope, view->line->company, &row, principal->user, version,
                       error))
    {
      cs_prompt_remove (&studio->config.decode, name, NULL);
      return FALSE;
    }
  return reply_prompt (exchange, studio, error);
}

static gboolean
change (CsExchange *exchange, CsStudio *studio, CsWriteFunc function, const char *what,
        GError **error)
{
  g_autoptr (CsLineView) view = cs_studio_open_line (exchange, error);
  CsHeard heard;
  CsLinePromptRow row;
  Put put;
  gint64 version;

  if (view == NULL || !cs_studio_find_heard (exchange, view, &heard, error)
      || !match_version (exchange, view, &heard, &version, error))
    return FALSE;
  row = (CsLinePromptRow){ .line = view->line->id,
                           .place = heard.place->name,
                           .language = heard.language };
  put = (Put){ view->scope, &row, cs_exchange_principal (exchange)->user, version };
  if (!cs_store_write (cs_exchange_store (exchange), function, &put, error))
    return FALSE;
  cs_info (cs_exchange_about (exchange), "prompt %s (%s) of line %s: %s", row.place,
           cs_language_code ((CsLanguage) row.language), ct_id_text (row.line).text, what);
  tell (studio, view->scope, view->line->company, row.line);
  return reply_prompt (exchange, studio, error);
}

gboolean
cs_studio_delete_sound (CsExchange *exchange, gpointer module, GError **error)
{
  return change (exchange, module, write_remove, "taken away", error);
}

gboolean
cs_studio_post_restore (CsExchange *exchange, gpointer module, GError **error)
{
  return change (exchange, module, write_restore, "brought back", error);
}
