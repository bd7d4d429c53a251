/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "app"

#include "client/app/workplace.h"

#include "client/app/devices.h"
#include "client/phone/sofia/sofia-phone.h"
#include "client/session/keyring.h"

#define GOODBYE_SECONDS 3

struct _CdWorkplace {
  GObject parent_instance;
  CdSession *session;
  CdSettings *settings;
  CtClock *clock;
  char *journal_path;
  /* Of who answers calls: */
  CdPhone *phone;
  CdJournal *journal;
  CdAgent *agent;
};

G_DEFINE_FINAL_TYPE (CdWorkplace, cd_workplace, G_TYPE_OBJECT)

static void
start_agent (CdWorkplace *self)
{
  self->phone = cd_sofia_phone_new ();
  cd_remember_devices (self->phone, self->settings);
  self->agent = cd_agent_new (self->session, self->phone, self->journal);
  cd_agent_start (self->agent);
}

static void
on_key_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  CdWorkplace *self = g_task_get_source_object (task);
  guint8 key[CD_KEY_SIZE];
  GError *error = NULL;

  if (cd_keyring_load_finish (g_task_get_task_data (task), result, key, &error))
    self->journal = cd_journal_new (self->journal_path, key, self->clock, &error);
  start_agent (self);
  if (self->journal == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

void
cd_workplace_open_async (CdWorkplace *self, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);
  const CtSession *user = cd_session_get_user (self->session);
  g_autofree char *folder = NULL;
  CdKeyring *keyring;

  if (!cd_session_may (self->session, "answer"))
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  self->journal_path = cd_journal_default_path (cd_session_get_server (self->session), user->domain,
                                                user->user_name);
  folder = g_path_get_dirname (self->journal_path);
  keyring = cd_keyring_new (folder);
  g_task_set_task_data (task, keyring, (GDestroyNotify) cd_keyring_unref);
  cd_keyring_load_async (keyring, self->journal_path, NULL, on_key_loaded, task);
}

gboolean
cd_workplace_open_finish (CdWorkplace *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_signed_out (GObject *session, GAsyncResult *result, gpointer data)
{
  gboolean *gone = data;

  cd_session_sign_out_finish (CD_SESSION (session), result, NULL);
  *gone = TRUE;
}

static gboolean
on_too_long (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_CONTINUE;
}

void
cd_workplace_close (CdWorkplace *self)
{
  g_autoptr (GCancellable) patience = g_cancellable_new ();
  gboolean gone = FALSE;
  guint alarm;

  if (self->agent != NULL)
    {
      cd_agent_stop (self->agent);
      cd_journal_set_session (cd_agent_get_journal (self->agent), NULL);
      cd_sofia_phone_shut_down (CD_SOFIA_PHONE (self->phone));
    }
  if (!cd_session_is_signed_in (self->session))
    return;
  alarm = g_timeout_add_seconds (GOODBYE_SECONDS, on_too_long, patience);
  cd_session_sign_out_async (self->session, patience, on_signed_out, &gone);
  while (!gone)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (alarm);
}

CdSession *
cd_workplace_get_session (CdWorkplace *self)
{
  return self->session;
}

CdAgent *
cd_workplace_get_agent (CdWorkplace *self)
{
  return self->agent;
}

gboolean
cd_workplace_has_call (CdWorkplace *self)
{
  return self->phone != NULL && cd_phone_has_call (self->phone);
}

static void
cd_workplace_finalize (GObject *object)
{
  CdWorkplace *self = CD_WORKPLACE (object);

  g_clear_object (&self->agent);
  g_clear_object (&self->journal);
  g_clear_object (&self->phone);
  g_clear_object (&self->session);
  g_free (self->journal_path);
  ct_clock_unref (self->clock);
  G_OBJECT_CLASS (cd_workplace_parent_class)->finalize (object);
}

static void
cd_workplace_class_init (CdWorkplaceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cd_workplace_finalize;
}

static void
cd_workplace_init (CdWorkplace *self)
{
}

CdWorkplace *
cd_workplace_new (CdSession *session, CdSettings *settings, CtClock *clock)
{
  CdWorkplace *self = g_object_new (CD_TYPE_WORKPLACE, NULL);

  self->session = g_object_ref (session);
  self->settings = settings;
  self->clock = ct_clock_ref (clock);
  return self;
}
