/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a user does with one prompt: listen, record, upload, record by phone, remove, take back. Each is
 * one request about one row; changes are made by the server at once and can be undone for as long as the
 * toast is there. */
#define G_LOG_DOMAIN "sounds"

#include "client/sounds/sounds-private.h"

#include "client/sounds/call-in-window.h"
#include "client/sounds/record-window.h"
#include "client/widgets/compat.h"

#include <glib/gi18n.h>
#include <string.h>

#define UNDO_SECONDS 10
#define MAX_FILE (16 * 1024 * 1024)

/* One request about one row. */
typedef struct {
  CdSoundsWindow *self;
  CdSoundRow *row;
  const char *toast; /* said when it is done; NULL: nothing */
} Work;

static Work *
work_new (CdSoundsWindow *self, CdSoundRow *row, const char *toast)
{
  Work *work = g_new (Work, 1);

  *work = (Work){ g_object_ref (self), g_object_ref (row), toast };
  return work;
}

static void
work_free (Work *work)
{
  g_object_unref (work->self);
  g_object_unref (work->row);
  g_free (work);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)

static char *
path_of (CdSoundRow *row, const char *what)
{
  const CtLinePrompt *prompt = cd_sound_row_get_prompt (row);
  g_autofree char *place = g_uri_escape_string (prompt->place, NULL, FALSE);

  return g_strdup_printf ("/api/v1/lines/%s/prompts/%s/%s/%s",
                          ct_id_text (cd_sound_row_get_line (row)).text, place, prompt->language,
                          what);
}

/* The last word is the one that holds: what was said before goes. */
static void
say (CdSoundsWindow *self, AdwToast *toast)
{
  if (self->said != NULL)
    adw_toast_dismiss (self->said);
  g_set_weak_pointer (&self->said, toast);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

void
cd_sounds_say (CdSoundsWindow *self, const char *text)
{
  say (self, adw_toast_new (text));
}

/* Changing */

static void change (CdSoundsWindow *self, CdSoundRow *row, const char *method, const char *what,
                    GBytes *sound, const char *text);

static void
on_undo (AdwToast *toasted, gpointer data)
{
  Work *work = data;

  change (work->self, work->row, "POST", "restore", NULL, NULL);
}

static void
offer_undo (Work *work)
{
  AdwToast *done = adw_toast_new (work->toast);

  adw_toast_set_timeout (done, UNDO_SECONDS);
  adw_toast_set_button_label (done, _ ("_Undo"));
  g_signal_connect_data (done, "button-clicked", G_CALLBACK (on_undo),
                         work_new (work->self, work->row, NULL), (GClosureNotify) work_free, 0);
  say (work->self, done);
}

static void
on_changed (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (Work) work = data;
  g_autoptr (CdProblem) problem = NULL;
  g_autoptr (CtLinePrompt) prompt = NULL;
  gboolean good
      = cd_session_call_finish (CD_SESSION (session), result, (gpointer *) &prompt, &problem, NULL);

  if (g_cancellable_is_cancelled (work->self->cancellable))
    return;
  if (good && prompt != NULL)
    {
      cd_sounds_show_prompt (work->self, work->row, prompt);
      if (work->toast != NULL && prompt->restorable)
        offer_undo (work);
      else if (work->toast != NULL)
        cd_sounds_say (work->self, work->toast);
    }
  else if (!good)
    {
      cd_sounds_say (work->self, cd_problem_text (problem));
      cd_sounds_read_anew (work->self);
    }
}

/* @sound: NULL for what has no body. */
static void
change (CdSoundsWindow *self, CdSoundRow *row, const char *method, const char *what, GBytes *sound,
        const char *text)
{
  g_autofree char *path = path_of (row, what);

  if (self->playing == row)
    cd_listener_stop (self->listener);
  cd_session_change_async (self->session, method, path, sound, "audio/x-wav",
                           cd_sound_row_get_prompt (row)->version, &ct_line_prompt_type,
                           self->cancellable, on_changed, work_new (self, row, text));
}

/* Playing */

static void
on_sound_read (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (Work) work = data;
  g_autoptr (CdProblem) problem = NULL;
  g_autoptr (GBytes) wav
      = cd_session_download_finish (CD_SESSION (session), result, NULL, &problem, NULL);

  if (g_cancellable_is_cancelled (work->self->cancellable))
    return;
  if (wav == NULL)
    cd_sounds_say (work->self, cd_problem_text (problem));
  else if (!cd_listener_play_bytes (work->self->listener, wav))
    cd_sounds_say (work->self, _ ("There is nothing here to play sound with."));
  else
    {
      work->self->playing = work->row;
      cd_sound_row_set_playing (work->row, TRUE);
    }
}

static void
play (CdSoundsWindow *self, CdSoundRow *row)
{
  g_autofree char *path = path_of (row, "sound");
  gboolean stop = self->playing == row;

  cd_listener_stop (self->listener);
  if (!stop)
    cd_session_download_async (self->session, path, 0, 0, self->cancellable, on_sound_read,
                               work_new (self, row, NULL));
}

/* Recording, uploading, by phone */

static void
on_kept (GtkWindow *window, GBytes *wav, gpointer data)
{
  Work *work = data;

  change (work->self, work->row, "PUT", "sound?origin=desk", wav,
          _ ("Your callers hear the new recording."));
}

static void
record (CdSoundsWindow *self, CdSoundRow *row)
{
  GtkWindow *window;

  cd_listener_stop (self->listener);
  window = cd_record_window_new (GTK_WINDOW (self), cd_sound_row_get_title (row),
                                 cd_sound_row_get_prompt (row)->text,
                                 cd_session_get_clock (self->session));
  g_signal_connect_data (window, "kept", G_CALLBACK (on_kept), work_new (self, row, NULL),
                         (GClosureNotify) work_free, 0);
  gtk_window_present (window);
}

static void
on_file_read (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Work) work = data;
  g_autoptr (GBytes) bytes = NULL;
  char *contents = NULL;
  gsize size;

  if (g_cancellable_is_cancelled (work->self->cancellable))
    return;
  if (!g_file_load_contents_finish (G_FILE (object), result, &contents, &size, NULL, NULL))
    {
      cd_sounds_say (work->self, _ ("The file could not be read."));
      return;
    }
  bytes = g_bytes_new_take (contents, size);
  if (size > MAX_FILE)
    cd_sounds_say (work->self, _ ("The file is too big: a prompt has at most 16 megabytes."));
  else
    change (work->self, work->row, "PUT", "sound", bytes, _ ("Your callers hear the new sound."));
}

static void
on_file_chosen (GFile *file, gpointer data)
{
  Work *work = data;

  if (file != NULL)
    g_file_load_contents_async (file, work->self->cancellable, on_file_read,
                                work_new (work->self, work->row, NULL));
  work_free (work);
}

static void
upload (CdSoundsWindow *self, CdSoundRow *row)
{
  static const char *const types[]
      = { "audio/x-wav",      "audio/wav",  "audio/vnd.wave", "audio/mpeg",         "audio/ogg",
          "audio/x-opus+ogg", "audio/opus", "audio/flac",     "audio/x-vorbis+ogg", NULL };

  cd_choose_file (GTK_WINDOW (self), _ ("Choose a Sound"), _ ("Sounds (WAV, Opus, MP3)"), types,
                  on_file_chosen, work_new (self, row, NULL));
}

static void
on_call_in (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (Work) work = data;
  CdSoundsWindow *self = work->self;
  g_autoptr (CdProblem) problem = NULL;
  g_autoptr (CtCallIn) call_in = NULL;
  gboolean good = cd_session_call_finish (CD_SESSION (session), result, (gpointer *) &call_in,
                                          &problem, NULL);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (!good || call_in == NULL)
    {
      if (problem != NULL)
        cd_sounds_say (self, cd_problem_text (problem));
      return;
    }
  g_clear_weak_pointer (&self->call_in);
  g_clear_weak_pointer (&self->said);
  self->called_in = work->row;
  self->called_in_version = cd_sound_row_get_prompt (work->row)->version;
  g_set_weak_pointer (
      &self->call_in,
      cd_call_in_window_new (GTK_WINDOW (self), cd_sound_row_get_title (work->row), call_in,
                             (call_in->expires - cd_session_server_now_ms (self->session)) / 1000,
                             cd_session_get_clock (self->session)));
  gtk_window_present (self->call_in);
}

static void
record_by_phone (CdSoundsWindow *self, CdSoundRow *row)
{
  g_autofree char *path = path_of (row, "call-in");

  cd_session_call_async (self->session, "POST", path, NULL, &ct_call_in_type, self->cancellable,
                         on_call_in, work_new (self, row, NULL));
}

void
cd_sounds_on_asked (CdSoundRow *row, const char *what, gpointer data)
{
  CdSoundsWindow *self = data;

  if (strcmp (what, "play") == 0)
    play (self, row);
  else if (strcmp (what, "record") == 0)
    record (self, row);
  else if (strcmp (what, "upload") == 0)
    upload (self, row);
  else if (strcmp (what, "phone") == 0)
    record_by_phone (self, row);
  else
    change (self, row, "DELETE", "sound", NULL, _ ("The recording was removed."));
}
