/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wrap-up: its note and outcome are kept sealed on disk while they are typed (beside the snapshot of
 * the call), and are sent even when the wrap-up ran out before "Finish". */
#define G_LOG_DOMAIN "desk"

#include "client/desk/desk-private.h"

#include "client/desk/words.h"

#include <glib/gi18n.h>
#include <string.h>

#define DRAFT "note"
#define PAUSE_MS 500

/* "ID\nDISPOSITION\nNOTE" */
static gboolean
on_draft_due (gpointer data)
{
  CdDeskWindow *self = data;
  CdJournal *journal = cd_agent_get_journal (self->agent);
  const char *disposition = cd_wrap_up_page_get_disposition (self->wrap_up_page);
  g_autofree char *note = cd_wrap_up_page_dup_note (self->wrap_up_page);
  g_autofree char *text = g_strconcat (ct_id_text (self->wrapping).text, "\n",
                                       disposition != NULL ? disposition : "", "\n", note, NULL);
  g_autoptr (GError) error = NULL;

  self->draft = 0;
  if (journal != NULL && !cd_journal_save_snapshot (journal, DRAFT, text, &error))
    g_warning ("the note is not kept: %s", error->message);
  return G_SOURCE_REMOVE;
}

void
cd_desk_keep_draft (CdDeskWindow *self)
{
  if (self->draft == 0 && self->wrapping != CT_ID_NONE)
    self->draft = g_timeout_add (PAUSE_MS, on_draft_due, self);
}

static void
forget_draft (CdDeskWindow *self)
{
  CdJournal *journal = cd_agent_get_journal (self->agent);

  g_clear_handle_id (&self->draft, g_source_remove);
  self->wrapping = CT_ID_NONE;
  if (journal != NULL)
    cd_journal_save_snapshot (journal, DRAFT, NULL, NULL);
}

static void
restore_draft (CdDeskWindow *self, const CtCall *call)
{
  CdJournal *journal = cd_agent_get_journal (self->agent);
  g_autofree char *text = journal != NULL ? cd_journal_load_snapshot (journal, DRAFT, NULL) : NULL;
  g_auto (GStrv) parts = text != NULL ? g_strsplit (text, "\n", 3) : NULL;

  if (parts == NULL || g_strv_length (parts) != 3
      || strcmp (parts[0], ct_id_text (call->id).text) != 0)
    return;
  cd_wrap_up_page_set_note (self->wrap_up_page, parts[2]);
  for (guint i = 0; call->dispositions != NULL && i < call->dispositions->len; i++)
    if (strcmp (((CtDisposition *) g_ptr_array_index (call->dispositions, i))->code, parts[1]) == 0)
      cd_wrap_up_page_choose (self->wrap_up_page, i + 1);
}

/* What the script's end proposes. */
static const char *
get_suggestion (CdDeskWindow *self)
{
  CtScriptRun *run = cd_agent_get_run (self->agent);
  const CtScriptStep *step = run != NULL ? ct_script_run_current (run) : NULL;

  return step != NULL && step->kind == CT_SCRIPT_END ? step->disposition : NULL;
}

void
cd_desk_begin_wrap_up (CdDeskWindow *self, const CtCall *call)
{
  const CtDisposition *first = call->dispositions != NULL && call->dispositions->len > 0
                                   ? g_ptr_array_index (call->dispositions, 0)
                                   : NULL;

  self->wrapping = call->id;
  self->show_form = FALSE;
  g_free (self->suggested);
  self->suggested = g_strdup (get_suggestion (self));
  g_free (self->fallback);
  self->fallback = g_strdup (self->suggested != NULL ? self->suggested
                             : first != NULL         ? first->code
                                                     : NULL);
  cd_wrap_up_page_begin (self->wrap_up_page, call, self->suggested,
                         cd_agent_get_run (self->agent) != NULL);
  restore_draft (self, call);
}

void
cd_desk_end_wrap_up (CdDeskWindow *self)
{
  const char *disposition = cd_wrap_up_page_get_disposition (self->wrap_up_page);
  g_autofree char *note = cd_wrap_up_page_dup_note (self->wrap_up_page);
  g_autofree char *kept = g_strdup (disposition != NULL ? disposition : self->fallback);

  if (self->wrapping == CT_ID_NONE)
    return;
  forget_draft (self);
  if (kept == NULL || (disposition == NULL && *note == '\0'))
    return;
  cd_agent_finish (self->agent, kept, note, FALSE);
  cd_desk_window_toast (self, _ ("The wrap-up ran out. What you entered was kept."));
}

void
cd_desk_finish_wrap_up (CdDeskWindow *self, const char *disposition, const char *note,
                        gboolean pause)
{
  forget_draft (self);
  cd_agent_finish (self->agent, disposition, note, pause);
}
