/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An agent's presence: what the server says of it, and what the user wishes it to be.
 *
 * A wish is told until the server has taken it: again when the line is back, when the server was
 * restarted, and, for available, as soon as the server knows the phone. */
#define G_LOG_DOMAIN "agent"

#include "client/session/agent-private.h"

#include <string.h>

#define WISH_RETRY_SECONDS 2
#define MOST_REFUSALS 3

/* Whether a phone is registered is the server's to say; it tells as soon as it is. */
static gboolean
is_wish_possible (CdAgent *self)
{
  return strcmp (self->wish, "available") != 0
         || (self->presence != NULL && self->presence->registered);
}

/* An answer that an event has overtaken, or the other way round. */
static gboolean
is_overtaken (CdAgent *self, const CtPresence *presence)
{
  return self->presence != NULL && presence->since < self->presence->since;
}

static void
take_presence (CdAgent *self, CtPresence *presence)
{
  if (is_overtaken (self, presence))
    {
      ct_presence_free (presence);
      return;
    }
  /* What only GET tells is kept. */
  if (self->presence != NULL && presence->name == NULL)
    {
      presence->name = g_steal_pointer (&self->presence->name);
      presence->currency = g_steal_pointer (&self->presence->currency);
      presence->earned = self->presence->earned;
      presence->earned_today = self->presence->earned_today;
      presence->talked_seconds = self->presence->talked_seconds;
    }
  g_clear_pointer (&self->presence, ct_presence_free);
  self->presence = presence;
  cd_agent_emit_presence_changed (self);
  cd_agent_on_presence_for_call (self);
  cd_agent_update_tick (self);
  /* The server has forgotten us (it was restarted): phone and wish are told again. */
  if (!presence->registered && cd_phone_get_registered (self->phone))
    cd_agent_ask_device_later (self);
  if (self->wish_sent && !self->telling && g_strcmp0 (self->wish, "offline") != 0
      && strcmp (presence->state, "offline") == 0)
    self->wish_sent = FALSE;
  cd_agent_tell_wish (self);
}

static gboolean
on_wish_retry (gpointer data)
{
  CdAgent *self = data;

  self->wish_retry = 0;
  cd_agent_tell_wish (self);
  return G_SOURCE_REMOVE;
}

/* Available is refused while the server knows no phone of ours: what we believed of that was old (a
 * registration of before, which a new one just replaced). It is asked anew, and the wish is told again as
 * soon as there is a phone; a server that says both yes and no is not asked for ever. */
static gboolean
wait_for_phone (CdAgent *self, const CdProblem *problem)
{
  if (problem->status != 409 || g_strcmp0 (self->wish, "available") != 0
      || ++self->wish_refusals >= MOST_REFUSALS)
    return FALSE;
  self->wish_sent = FALSE;
  if (self->presence != NULL)
    self->presence->registered = FALSE;
  cd_agent_ask_presence (self);
  return TRUE;
}

static void
on_wish_told (GObject *session, GAsyncResult *result, gpointer data)
{
  CdAgent *self = data;
  g_autoptr (CdProblem) problem = NULL;
  gpointer reply = NULL;
  gboolean good = cd_session_call_finish (CD_SESSION (session), result, &reply, &problem, NULL);

  if (cd_agent_is_cancelled (result))
    {
      ct_record_free (reply);
      return;
    }
  self->telling = FALSE;
  if (good && reply != NULL)
    take_presence (self, reply);
  if (good)
    self->wish_refusals = 0;
  if (!good && cd_problem_is_passing (problem))
    {
      /* Told when the line is back, or, where it was never away, in a while. */
      self->wish_sent = FALSE;
      if (self->wish_retry == 0)
        self->wish_retry = g_timeout_add_seconds (WISH_RETRY_SECONDS, on_wish_retry, self);
      return;
    }
  if (!good && self->wish_sent && !wait_for_phone (self, problem))
    {
      self->wish_refusals = 0;
      cd_agent_emit_problem (self, problem, "presence");
    }
  if (!self->wish_sent)
    cd_agent_tell_wish (self); /* it changed meanwhile */
}

void
cd_agent_tell_wish (CdAgent *self)
{
  g_autoptr (CtPresenceChange) change = ct_presence_change_new ();

  if (!self->started || self->wish == NULL || self->wish_sent || self->telling
      || !cd_session_is_signed_in (self->session) || !is_wish_possible (self))
    return;
  change->state = g_strdup (self->wish);
  change->reason = g_strdup (self->wish_reason);
  self->telling = self->wish_sent = TRUE;
  cd_session_call_async (self->session, "PUT", "/api/v1/me/presence", change, &ct_presence_type,
                         self->cancellable, on_wish_told, self);
}

void
cd_agent_set_presence (CdAgent *self, const char *state, const char *reason)
{
  g_free (self->wish);
  self->wish = g_strdup (state);
  g_free (self->wish_reason);
  self->wish_reason = g_strdup (reason);
  self->wish_sent = FALSE;
  self->wish_refusals = 0;
  if (self->taken && strcmp (state, "available") == 0)
    {
      self->taken = FALSE;
      cd_agent_ask_device (self);
    }
  cd_agent_tell_wish (self);
}

static void
on_presence (GObject *session, GAsyncResult *result, gpointer data)
{
  CdAgent *self = data;
  g_autoptr (CdProblem) problem = NULL;
  gpointer reply = NULL;
  gboolean good = cd_session_call_finish (CD_SESSION (session), result, &reply, &problem, NULL);

  if (cd_agent_is_cancelled (result))
    {
      ct_record_free (reply);
      return;
    }
  self->asking_presence = FALSE;
  if (self->ask_presence_again)
    {
      /* An event came meanwhile: this answer may be older. */
      ct_record_free (reply);
      cd_agent_ask_presence (self);
    }
  else if (!good)
    cd_agent_ask_later (self, problem);
  else if (reply != NULL)
    {
      cd_agent_was_told (self);
      take_presence (self, reply);
    }
}

void
cd_agent_ask_presence (CdAgent *self)
{
  if (self->asking_presence)
    {
      self->ask_presence_again = TRUE;
      return;
    }
  self->asking_presence = TRUE;
  self->ask_presence_again = FALSE;
  cd_session_call_async (self->session, "GET", "/api/v1/me/presence", NULL, &ct_presence_type,
                         self->cancellable, on_presence, self);
}

void
cd_agent_on_presence_changed (CdAgent *self, const CtPresence *presence)
{
  const CtSession *user = cd_session_get_user (self->session);

  if (user == NULL || presence->user != user->user)
    return;
  self->ask_presence_again = self->asking_presence;
  if (is_overtaken (self, presence))
    return;
  /* A pause that the server decided (missed calls) is not to be undone by us. */
  if (strcmp (presence->state, "paused") == 0 && self->wish_sent && !self->telling
      && g_strcmp0 (self->wish, "available") == 0)
    {
      g_free (self->wish);
      self->wish = g_strdup ("paused");
    }
  take_presence (self, ct_record_copy (presence));
}

const CtPresence *
cd_agent_get_presence (CdAgent *self)
{
  return self->presence;
}
