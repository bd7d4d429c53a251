/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "journal"

#include "client/session/journal.h"

#include "client/session/journal-file.h"
#include "client/session/session-private.h"
#include "common/wire/record-json.h"

#include <string.h>

#define FIRST_RETRY_SECONDS 1
#define LAST_RETRY_SECONDS 30

struct _CdJournal {
  GObject parent_instance;
  CtClock *clock;
  CdJournalFile *file;
  GPtrArray *commands;   /* CdCommand*, as in the file, oldest first */
  CdSession *session;    /* NULL: not sending */
  GCancellable *sending; /* the oldest command is under way */
  guint retry, retry_seconds;
};

G_DEFINE_FINAL_TYPE (CdJournal, cd_journal, G_TYPE_OBJECT)

enum {
  PROP_WAITING = 1,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];
static guint signal_done;

static void send_next (CdJournal *self);

CdJournal *
cd_journal_new (const char *path, const guint8 key[32], CtClock *clock, GError **error)
{
  g_autoptr (CdJournalFile) file = cd_journal_file_open (path, key, error);
  GPtrArray *commands = file != NULL ? cd_journal_file_list (file, error) : NULL;
  CdJournal *self;

  if (commands == NULL)
    return NULL;
  self = g_object_new (CD_TYPE_JOURNAL, NULL);
  self->clock = ct_clock_ref (clock);
  self->file = g_steal_pointer (&file);
  self->commands = commands;
  if (commands->len > 0)
    g_info ("%u commands wait from before", commands->len);
  return self;
}

/* Sending */

static gboolean
on_retry (gpointer data)
{
  CdJournal *self = data;

  self->retry = 0;
  send_next (self);
  return G_SOURCE_REMOVE;
}

static void
pause_sending (CdJournal *self)
{
  guint ms;

  self->retry_seconds = CLAMP (self->retry_seconds * 2, FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS);
  ms = self->retry_seconds * 1000;
  self->retry
      = g_timeout_add (ms + (guint) g_random_int_range (0, (gint32) (ms / 4)), on_retry, self);
}

/* The oldest command has its answer: it leaves the file before anybody hears of it. */
static void
settle (CdJournal *self, const char *reply, const CdProblem *problem)
{
  g_autoptr (CdCommand) command = g_ptr_array_steal_index (self->commands, 0);
  g_autoptr (GError) error = NULL;

  if (!cd_journal_file_remove (self->file, command->number, &error))
    g_warning ("answered command stays: %s", error->message); /* sent again, it is answered alike */
  if (problem != NULL)
    g_info ("%s %s refused: %u %s", command->method, command->path, problem->status, problem->code);
  self->retry_seconds = 0;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_WAITING]);
  g_signal_emit (self, signal_done, 0, command->number, command->path, reply, problem);
}

/* A request under way must not keep a journal alive that its owner let go. */
static GWeakRef *
make_weak (CdJournal *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  return weak;
}

static CdJournal *
take_weak (GWeakRef *weak)
{
  CdJournal *self = g_weak_ref_get (weak);

  g_weak_ref_clear (weak);
  g_free (weak);
  return self;
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CdJournal) self = take_weak (data);
  g_autoptr (CdProblem) problem = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes
      = cd_session_download_finish (CD_SESSION (source), result, NULL, &problem, &error);

  if (self == NULL || g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return; /* the end, or another session */
  g_clear_object (&self->sending);
  if (bytes != NULL)
    {
      gsize size;
      const char *text = g_bytes_get_data (bytes, &size);
      g_autofree char *reply = size > 0 ? g_strndup (text, size) : NULL;

      settle (self, reply, NULL);
    }
  else if (problem->status == 401)
    return; /* the next sign-in goes on */
  else if (cd_problem_is_passing (problem))
    {
      g_info ("not sent now: %s", error->message);
      pause_sending (self);
      return;
    }
  else
    settle (self, NULL, problem);
  send_next (self);
}

static void
send_next (CdJournal *self)
{
  const CdCommand *command;

  if (self->sending != NULL || self->retry != 0 || self->commands->len == 0 || self->session == NULL
      || !cd_session_is_signed_in (self->session))
    return;
  command = self->commands->pdata[0];
  self->sending = g_cancellable_new ();
  cd_session_send_raw_async (self->session, command->method, command->path, command->body,
                             command->id, self->sending, on_sent, make_weak (self));
}

/* Online again: now, not after the pause. */
static void
on_connection_changed (CdJournal *self)
{
  if (cd_session_get_connection (self->session) != CD_CONNECTION_ONLINE)
    return;
  g_clear_handle_id (&self->retry, g_source_remove);
  self->retry_seconds = 0;
  send_next (self);
}

void
cd_journal_set_session (CdJournal *self, CdSession *session)
{
  if (self->session == session)
    return;
  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      if (self->sending != NULL)
        g_cancellable_cancel (self->sending);
      g_clear_object (&self->sending);
      g_clear_handle_id (&self->retry, g_source_remove);
    }
  g_set_object (&self->session, session);
  if (session == NULL)
    return;
  g_signal_connect_object (session, "connection-changed", G_CALLBACK (on_connection_changed), self,
                           G_CONNECT_SWAPPED);
  send_next (self);
}

guint64
cd_journal_add (CdJournal *self, const char *method, const char *path, gconstpointer request,
                GError **error)
{
  g_autoptr (CdCommand) command = g_new0 (CdCommand, 1);
  guint64 number;

  command->id = g_uuid_string_random ();
  command->method = g_strdup (method);
  command->path = g_strdup (path);
  command->body
      = request != NULL ? ct_record_to_json (request, CT_WIRE_STAFF | CT_WIRE_SECRETS) : NULL;
  if (!cd_journal_file_add (self->file, command, ct_clock_utc_ms (self->clock), error))
    return 0;
  number = command->number;
  g_ptr_array_add (self->commands, g_steal_pointer (&command));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_WAITING]);
  send_next (self);
  return number;
}

guint
cd_journal_get_waiting (CdJournal *self)
{
  return self->commands->len;
}

guint
cd_journal_count_waiting (CdJournal *self, const char *prefix)
{
  guint count = 0;

  for (guint i = 0; i < self->commands->len; i++)
    count += g_str_has_prefix (((CdCommand *) self->commands->pdata[i])->path, prefix);
  return count;
}

gboolean
cd_journal_save_snapshot (CdJournal *self, const char *name, const char *text, GError **error)
{
  return cd_journal_file_save (self->file, name, text, error);
}

char *
cd_journal_load_snapshot (CdJournal *self, const char *name, GError **error)
{
  return cd_journal_file_load (self->file, name, error);
}

char *
cd_journal_default_path (const char *server, const char *domain, const char *user)
{
  g_autofree char *whose = g_strdup_printf ("%s\n%s\n%s", server, domain, user);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, whose, -1);
  g_autofree char *base = g_strdup_printf ("%.16s.journal", hash);

  return g_build_filename (g_get_user_state_dir (), "centrale", base, NULL);
}

/* The type */

static void
cd_journal_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_WAITING)
    g_value_set_uint (value, cd_journal_get_waiting (CD_JOURNAL (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cd_journal_dispose (GObject *object)
{
  cd_journal_set_session (CD_JOURNAL (object), NULL);
  G_OBJECT_CLASS (cd_journal_parent_class)->dispose (object);
}

static void
cd_journal_finalize (GObject *object)
{
  CdJournal *self = CD_JOURNAL (object);

  g_clear_pointer (&self->commands, g_ptr_array_unref);
  g_clear_pointer (&self->file, cd_journal_file_close);
  g_clear_pointer (&self->clock, ct_clock_unref);
  G_OBJECT_CLASS (cd_journal_parent_class)->finalize (object);
}

static void
cd_journal_class_init (CdJournalClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = cd_journal_get_property;
  object_class->dispose = cd_journal_dispose;
  object_class->finalize = cd_journal_finalize;
  props[PROP_WAITING]
      = g_param_spec_uint ("waiting", NULL, NULL, 0, G_MAXUINT, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signal_done
      = g_signal_new ("done", CD_TYPE_JOURNAL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                      4, G_TYPE_UINT64, G_TYPE_STRING, G_TYPE_STRING, CD_TYPE_PROBLEM);
}

static void
cd_journal_init (CdJournal *self)
{
}
