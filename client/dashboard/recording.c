/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dashboard"

#include "client/dashboard/recording.h"

#include "client/sounds/sound-file.h"
#include "common/base/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define PIECE (512 * 1024)
/* Seven hours of two sides at 8 kHz; a longer one is no call. */
#define MOST (G_GUINT64_CONSTANT (400) * 1024 * 1024)

struct _CdRecording {
  GObject parent_instance;
  CdSession *session;
  CtId call;
  char *part; /* NULL: the conversation */
  char *path; /* NULL: no file yet */
  int file;   /* open while it is fetched; -1 */
  guint64 there, total;
  CdPeaks *peaks;
};

enum { PROP_PROGRESS = 1, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (CdRecording, cd_recording, G_TYPE_OBJECT)

static void fetch_piece (GTask *task);

static gboolean
write_piece (CdRecording *self, GBytes *bytes, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  while (size > 0)
    {
      gssize written = write (self->file, data, size);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return ct_fail (error, CT_ERROR_IO, "%s: %s", self->path, g_strerror (errno));
      data += written;
      size -= (gsize) written;
      self->there += (guint64) written;
    }
  return TRUE;
}

static gboolean
look (CdRecording *self, GError **error)
{
  g_autoptr (GMappedFile) mapped = g_mapped_file_new_from_fd (self->file, FALSE, error);

  if (mapped == NULL)
    return FALSE;
  self->peaks = cd_peaks_new ((const guint8 *) g_mapped_file_get_contents (mapped),
                              g_mapped_file_get_length (mapped), error);
  return self->peaks != NULL;
}

static void
on_piece_fetched (GObject *session, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  CdRecording *self = g_task_get_source_object (task);
  CdProblem *problem = NULL;
  GError *error = NULL;
  guint64 before = self->there;
  g_autoptr (GBytes) bytes
      = cd_session_download_finish (CD_SESSION (session), result, &self->total, &problem, &error);

  if (bytes == NULL)
    {
      g_task_set_task_data (task, problem, (GDestroyNotify) ct_problem_free);
      g_task_return_error (task, error);
      return;
    }
  if (!write_piece (self, bytes, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
  if (self->there < self->total && self->there > before && self->total <= MOST)
    fetch_piece (g_steal_pointer (&task));
  else if (look (self, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Takes @task. */
static void
fetch_piece (GTask *task)
{
  CdRecording *self = g_task_get_source_object (task);
  g_autofree char *path
      = g_strdup_printf ("/api/v1/calls/%s/recording%s%s", ct_id_text (self->call).text,
                         self->part != NULL ? "?part=" : "", self->part != NULL ? self->part : "");

  cd_session_download_async (self->session, path, self->there, PIECE, g_task_get_cancellable (task),
                             on_piece_fetched, task);
}

void
cd_recording_fetch_async (CdRecording *self, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  GError *error = NULL;

  self->file = cd_sound_file_open (&self->path, &error);
  if (self->file >= 0)
    fetch_piece (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

gboolean
cd_recording_fetch_finish (CdRecording *self, GAsyncResult *result, CdProblem **problem,
                           GError **error)
{
  const CdProblem *kept = g_task_get_task_data (G_TASK (result));

  if (g_task_propagate_boolean (G_TASK (result), error))
    return TRUE;
  if (problem != NULL)
    *problem = kept != NULL ? ct_problem_copy (kept) : NULL;
  return FALSE;
}

const char *
cd_recording_get_path (CdRecording *self)
{
  return self->path;
}

const CdPeaks *
cd_recording_get_peaks (CdRecording *self)
{
  return self->peaks;
}

static void
cd_recording_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  CdRecording *self = CD_RECORDING (object);

  if (id == PROP_PROGRESS)
    g_value_set_double (value, self->total > 0 ? (double) self->there / (double) self->total : 0.0);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
cd_recording_finalize (GObject *object)
{
  CdRecording *self = CD_RECORDING (object);

  if (self->file >= 0)
    close (self->file);
  if (self->path != NULL && g_unlink (self->path) != 0)
    g_warning ("%s: %s", self->path, g_strerror (errno));
  g_free (self->path);
  g_free (self->part);
  g_free (self->peaks);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (cd_recording_parent_class)->finalize (object);
}

static void
cd_recording_class_init (CdRecordingClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = cd_recording_get_property;
  object_class->finalize = cd_recording_finalize;
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
cd_recording_init (CdRecording *self)
{
  self->file = -1;
}

CdRecording *
cd_recording_new (CdSession *session, CtId call, const char *part)
{
  CdRecording *self = g_object_new (CD_TYPE_RECORDING, NULL);

  self->session = g_object_ref (session);
  self->call = call;
  self->part = g_strdup (part);
  return self;
}
