/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "agent"

#include "client/session/agent-private.h"
#include "common/wire/record-json.h"

#include <string.h>

G_DEFINE_FINAL_TYPE (CdAgent, cd_agent, G_TYPE_OBJECT)

#define FIRST_RETRY_SECONDS 2
#define LAST_RETRY_SECONDS 60
#define MOST_EVENT 4096

enum {
  SIGNAL_PRESENCE_CHANGED,
  SIGNAL_CALL_CHANGED,
  SIGNAL_SCRIPT_CHANGED,
  SIGNAL_TICK,
  SIGNAL_CREDIT_WARNING,
  SIGNAL_PROBLEM,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

void
cd_agent_emit_presence_changed (CdAgent *self)
{
  g_signal_emit (self, signals[SIGNAL_PRESENCE_CHANGED], 0);
}

void
cd_agent_emit_call_changed (CdAgent *self)
{
  g_signal_emit (self, signals[SIGNAL_CALL_CHANGED], 0);
}

void
cd_agent_emit_script_changed (CdAgent *self)
{
  g_signal_emit (self, signals[SIGNAL_SCRIPT_CHANGED], 0);
}

void
cd_agent_emit_tick (CdAgent *self)
{
  g_signal_emit (self, signals[SIGNAL_TICK], 0);
}

void
cd_agent_emit_credit_warning (CdAgent *self, int seconds)
{
  g_signal_emit (self, signals[SIGNAL_CREDIT_WARNING], 0, seconds);
}

void
cd_agent_emit_problem (CdAgent *self, const CdProblem *problem, const char *doing)
{
  g_info ("%s refused: %u %s", doing, problem->status, problem->code);
  g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, problem, doing);
}

/* The phone */

static gboolean
on_device_retry (gpointer data)
{
  CdAgent *self = data;

  self->device_retry = 0;
  /* By now the server may know the phone after all: what it said then was on its way too long. */
  if (!cd_phone_get_registered (self->phone) || self->presence == NULL
      || !self->presence->registered)
    cd_agent_ask_device (self);
  return G_SOURCE_REMOVE;
}

void
cd_agent_ask_device_later (CdAgent *self)
{
  if (self->device_retry != 0 || !self->started || self->taken)
    return;
  self->device_seconds = CLAMP (self->device_seconds * 2, FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS);
  self->device_retry = g_timeout_add_seconds (self->device_seconds, on_device_retry, self);
}

/* A call that runs here goes on; its phone is left when it is over. */
static void
leave_phone (CdAgent *self)
{
  if (self->taken && !cd_phone_has_call (self->phone))
    cd_phone_clear_account (self->phone);
}

/* The ids of credentials are ordered by time: who has the newer ones has the phone. What was wished here
 * before is no wish any more, or two desks would contradict each other. */
static void
check_taken (CdAgent *self)
{
  if (self->taken || self->asking_device || self->device_serial == CT_ID_NONE
      || self->given_serial <= self->device_serial)
    return;
  g_info ("the phone is signed on at another desk");
  self->taken = TRUE;
  g_clear_handle_id (&self->device_retry, g_source_remove);
  g_clear_handle_id (&self->wish_retry, g_source_remove);
  g_clear_pointer (&self->wish, g_free);
  leave_phone (self);
  cd_agent_emit_presence_changed (self);
}

static void
on_event (CdAgent *self, const char *type, const char *topic, const char *json)
{
  g_autoptr (CtDeviceGiven) given = NULL;

  if (strcmp (type, "device") != 0)
    return;
  given = ct_record_from_bytes (&ct_device_given_type, json, strlen (json), MOST_EVENT,
                                CT_WIRE_REPLY, NULL);
  if (given == NULL)
    return;
  self->given_serial = MAX (self->given_serial, given->serial);
  check_taken (self);
}

gboolean
cd_agent_is_taken (CdAgent *self)
{
  return self->taken;
}

static void
on_device (GObject *session, GAsyncResult *result, gpointer data)
{
  CdAgent *self = data;
  g_autoptr (CdProblem) problem = NULL;
  g_autoptr (CtDevice) device = NULL;
  g_autoptr (CdPhoneAccount) account = NULL;
  gpointer reply = NULL;
  gboolean good = cd_session_call_finish (CD_SESSION (session), result, &reply, &problem, NULL);

  device = reply;
  if (cd_agent_is_cancelled (result))
    return;
  self->asking_device = FALSE;
  if (!good || device == NULL)
    {
      if (problem != NULL && !cd_problem_is_passing (problem))
        cd_agent_emit_problem (self, problem, "device");
      cd_agent_ask_device_later (self);
      return;
    }
  account = cd_phone_account_new (device->sip_user, device->secret, device->realm, device->host,
                                  (guint16) device->port, device->transport,
                                  (guint) device->expires_seconds);
  self->device_serial = device->serial;
  cd_phone_set_account (self->phone, account);
  check_taken (self);
}

void
cd_agent_ask_device (CdAgent *self)
{
  if (self->asking_device || !cd_session_is_signed_in (self->session))
    return;
  self->asking_device = TRUE;
  cd_session_call_async (self->session, "POST", "/api/v1/me/device", NULL, &ct_device_type,
                         self->cancellable, on_device, self);
}

/* Somebody else signed in as this user and has new credentials: so will we, not at once. */
static void
on_phone_problem (CdAgent *self)
{
  if (g_strcmp0 (cd_phone_get_problem (self->phone), "wrong-secret") == 0)
    cd_agent_ask_device_later (self);
}

static void
on_registered (CdAgent *self)
{
  if (cd_phone_get_registered (self->phone))
    self->device_seconds = 0;
}

/* A call rings of which no event has told: ask. */
static void
on_phone_state (CdAgent *self)
{
  CtId id = cd_phone_get_call_id (self->phone);

  leave_phone (self);
  if (cd_phone_get_state (self->phone) == CD_PHONE_RINGING && id != CT_ID_NONE
      && (self->call == NULL || self->call->id != id))
    cd_agent_ask_call (self);
}

/* What the server knows */

static void
refresh (CdAgent *self)
{
  cd_agent_ask_presence (self);
  cd_agent_ask_call (self);
  cd_agent_ensure_script (self, TRUE);
  cd_agent_tell_wish (self);
}

static gboolean
on_ask_retry (gpointer data)
{
  CdAgent *self = data;

  self->ask_retry = 0;
  refresh (self);
  return G_SOURCE_REMOVE;
}

void
cd_agent_ask_later (CdAgent *self, const CdProblem *problem)
{
  if (self->ask_retry != 0 || !self->started || !cd_problem_is_passing (problem))
    return;
  self->ask_seconds = CLAMP (self->ask_seconds * 2, FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS);
  self->ask_retry = g_timeout_add_seconds (self->ask_seconds, on_ask_retry, self);
}

void
cd_agent_was_told (CdAgent *self)
{
  self->ask_seconds = 0;
}

/* From start to stop */

static void
on_connection_changed (CdAgent *self)
{
  if (cd_session_get_connection (self->session) == CD_CONNECTION_ONLINE)
    cd_agent_tell_wish (self);
}

static void
on_signed_out (CdAgent *self)
{
  cd_phone_clear_account (self->phone);
}

void
cd_agent_start (CdAgent *self)
{
  if (self->started)
    return;
  self->started = TRUE;
  self->cancellable = g_cancellable_new ();
#define FOLLOW(object, signal, function)                                                           \
  g_signal_connect_object (object, signal, G_CALLBACK (function), self, G_CONNECT_SWAPPED)
  FOLLOW (self->session, "reset", refresh);
  FOLLOW (self->session, "connection-changed", on_connection_changed);
  FOLLOW (self->session, "signed-out", on_signed_out);
  FOLLOW (self->session, "event", on_event);
  FOLLOW (self->session, "presence-changed", cd_agent_on_presence_changed);
  FOLLOW (self->session, "call-changed", cd_agent_on_call_changed);
  FOLLOW (self->session, "meter", cd_agent_on_meter);
  FOLLOW (self->phone, "notify::problem", on_phone_problem);
  FOLLOW (self->phone, "notify::registered", on_registered);
  FOLLOW (self->phone, "notify::state", on_phone_state);
  FOLLOW (self->journal, "done", cd_agent_on_command_done);
#undef FOLLOW
  cd_agent_restore_snapshot (self);
  cd_journal_set_session (self->journal, self->session);
  cd_agent_ask_device (self);
  refresh (self);
}

void
cd_agent_stop (CdAgent *self)
{
  g_autoptr (CtPresenceChange) change = ct_presence_change_new ();

  if (!self->started)
    return;
  self->started = FALSE;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->device_retry, g_source_remove);
  g_clear_handle_id (&self->ask_retry, g_source_remove);
  g_clear_handle_id (&self->wish_retry, g_source_remove);
  g_clear_handle_id (&self->tick, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->session, self);
  g_signal_handlers_disconnect_by_data (self->phone, self);
  g_signal_handlers_disconnect_by_data (self->journal, self);
  self->asking_device = self->telling = FALSE;
  self->asking_call = self->ask_call_again = FALSE;
  self->asking_presence = self->ask_presence_again = FALSE;
  self->document_asked = self->state_asked = CT_ID_NONE;
  self->ask_state_again = FALSE;
  /* Where another desk has the phone, its user works on there. */
  if (cd_session_is_signed_in (self->session) && !self->taken)
    {
      change->state = g_strdup ("offline");
      cd_session_call_async (self->session, "PUT", "/api/v1/me/presence", change, NULL, NULL, NULL,
                             NULL);
    }
  cd_phone_clear_account (self->phone);
}

gboolean
cd_agent_answer (CdAgent *self)
{
  return cd_phone_answer (self->phone);
}

gboolean
cd_agent_hang_up (CdAgent *self)
{
  return cd_phone_hang_up (self->phone);
}

gboolean
cd_agent_hold (CdAgent *self, gboolean held)
{
  return cd_phone_hold (self->phone, held);
}

CdSession *
cd_agent_get_session (CdAgent *self)
{
  return self->session;
}

CdPhone *
cd_agent_get_phone (CdAgent *self)
{
  return self->phone;
}

CdJournal *
cd_agent_get_journal (CdAgent *self)
{
  return self->journal;
}

/* The type */

static CdJournal *
make_passing_journal (CtClock *clock)
{
  guint8 key[32];
  g_autoptr (GError) error = NULL;
  CdJournal *journal;

  for (guint i = 0; i < sizeof key; i++)
    key[i] = (guint8) g_random_int ();
  journal = cd_journal_new (":memory:", key, clock, &error);
  if (journal == NULL)
    g_error ("no memory for a journal: %s", error->message);
  return journal;
}

CdAgent *
cd_agent_new (CdSession *session, CdPhone *phone, CdJournal *journal)
{
  CdAgent *self = g_object_new (CD_TYPE_AGENT, NULL);

  self->session = g_object_ref (session);
  self->phone = g_object_ref (phone);
  self->clock = ct_clock_ref (cd_session_get_clock (session));
  self->journal = journal != NULL ? g_object_ref (journal) : make_passing_journal (self->clock);
  return self;
}

static void
cd_agent_dispose (GObject *object)
{
  CdAgent *self = CD_AGENT (object);

  if (self->session != NULL)
    cd_agent_stop (self);
  G_OBJECT_CLASS (cd_agent_parent_class)->dispose (object);
}

static void
cd_agent_finalize (GObject *object)
{
  CdAgent *self = CD_AGENT (object);

  cd_agent_drop_script (self);
  g_clear_pointer (&self->presence, ct_presence_free);
  g_clear_pointer (&self->call, ct_call_free);
  g_free (self->wish);
  g_free (self->wish_reason);
  g_free (self->saved);
  g_clear_object (&self->journal);
  g_clear_object (&self->phone);
  g_clear_object (&self->session);
  g_clear_pointer (&self->clock, ct_clock_unref);
  G_OBJECT_CLASS (cd_agent_parent_class)->finalize (object);
}

static guint
new_signal (const char *name, guint n_params, GType a, GType b)
{
  return g_signal_new (name, CD_TYPE_AGENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       n_params, a, b);
}

static void
cd_agent_class_init (CdAgentClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cd_agent_dispose;
  G_OBJECT_CLASS (klass)->finalize = cd_agent_finalize;
  signals[SIGNAL_PRESENCE_CHANGED] = new_signal ("presence-changed", 0, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_CALL_CHANGED] = new_signal ("call-changed", 0, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_SCRIPT_CHANGED] = new_signal ("script-changed", 0, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_TICK] = new_signal ("tick", 0, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_CREDIT_WARNING] = new_signal ("credit-warning", 1, G_TYPE_INT, G_TYPE_NONE);
  signals[SIGNAL_PROBLEM] = new_signal ("problem", 2, CD_TYPE_PROBLEM, G_TYPE_STRING);
}

static void
cd_agent_init (CdAgent *self)
{
}
