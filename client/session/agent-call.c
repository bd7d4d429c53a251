/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The call at hand. Events tell of every call of the house; ours is the one that names us. They leave out
 * what only GET /me/call tells, so a new call is asked for once, and what it brought is kept. */
#define G_LOG_DOMAIN "agent"

#include "client/session/agent-private.h"
#include "common/wire/record-json.h"

#include <string.h>

/* An event's time of measure is believed to lie this far back at most; clocks differ. */
#define MOST_LATE_MS 3000

gboolean
cd_agent_is_over (const CtCall *call)
{
  return strcmp (call->state, "ended") == 0 || strcmp (call->state, "onward") == 0
         || (strcmp (call->state, "ivr") == 0 && call->answered != 0);
}

static gboolean
is_mine (CdAgent *self, const CtCall *call)
{
  const CtSession *user = cd_session_get_user (self->session);

  return user != NULL && call->agent == user->user;
}

const CtCall *
cd_agent_get_call (CdAgent *self)
{
  return self->call;
}

/* Meter */

static void
set_meter (CdAgent *self, gint64 seconds, CtMoney cost, gint64 age_ms, gboolean runs)
{
  self->has_meter = TRUE;
  self->meter_runs = runs;
  self->meter_seconds = seconds;
  self->meter_cost = cost;
  self->meter_us = ct_clock_monotonic_us (self->clock) - age_ms * 1000;
}

static void
take_meter_of_call (CdAgent *self)
{
  const CtCall *call = self->call;
  gboolean fresh = call->metered_at == 0 && call->seconds == 0; /* no figure yet: from the answer */
  gint64 from_ms = fresh ? call->answered : call->metered_at;
  gint64 age_ms = cd_session_server_now_ms (self->session) - from_ms;

  self->has_meter = FALSE;
  self->credit_end = call->warn_seconds > 0 ? call->seconds + call->warn_seconds : 0;
  if (call->answered == 0)
    return;
  set_meter (self, call->seconds, call->cost, from_ms != 0 ? CLAMP (age_ms, 0, MOST_LATE_MS) : 0,
             from_ms != 0 && !cd_agent_is_over (call));
}

gboolean
cd_agent_get_meter (CdAgent *self, gint64 *seconds, CtMoney *cost)
{
  gint64 more = 0;
  CtMoney added;

  if (!self->has_meter || self->call == NULL)
    return FALSE;
  if (self->meter_runs)
    more = (ct_clock_monotonic_us (self->clock) - self->meter_us) / G_USEC_PER_SEC;
  *seconds = self->meter_seconds + more;
  if (!ct_money_times (self->call->rate, more, &added)
      || !ct_money_add (self->meter_cost, added, cost))
    *cost = self->meter_cost;
  return TRUE;
}

void
cd_agent_on_meter (CdAgent *self, const CtMeter *meter)
{
  gint64 warn_before;

  if (self->call == NULL || meter->call != self->call->id)
    return;
  set_meter (self, meter->seconds, meter->cost, 0, !cd_agent_is_over (self->call));
  warn_before = self->credit_end;
  self->credit_end = meter->warn_seconds > 0 ? meter->seconds + meter->warn_seconds : 0;
  self->call->warn_seconds = meter->warn_seconds;
  if (self->credit_end != warn_before)
    cd_agent_emit_credit_warning (self, (int) meter->warn_seconds);
  cd_agent_update_tick (self);
  cd_agent_emit_tick (self);
}

gint64
cd_agent_get_credit_left (CdAgent *self)
{
  gint64 seconds;
  CtMoney cost;

  if (self->credit_end == 0 || !cd_agent_get_meter (self, &seconds, &cost)
      || cd_agent_is_over (self->call))
    return -1;
  return MAX (self->credit_end - seconds, 0);
}

gint64
cd_agent_get_wrap_up_left (CdAgent *self)
{
  gint64 left_ms;

  if (self->presence == NULL || strcmp (self->presence->state, "wrap_up") != 0
      || self->presence->wrap_up_until == 0)
    return -1;
  left_ms = self->presence->wrap_up_until - cd_session_server_now_ms (self->session);
  return left_ms > 0 ? (left_ms + 999) / 1000 : 0;
}

static gboolean
on_tick (gpointer data)
{
  CdAgent *self = data;

  self->tick = 0;
  cd_agent_emit_tick (self);
  cd_agent_update_tick (self);
  return G_SOURCE_REMOVE;
}

/* The next tick is when the meter's (else the wrap-up's) next second begins. */
void
cd_agent_update_tick (CdAgent *self)
{
  gboolean meters = self->call != NULL && self->has_meter && self->meter_runs;
  gint64 past_ms = 0;

  g_clear_handle_id (&self->tick, g_source_remove);
  if (!self->started || (!meters && cd_agent_get_wrap_up_left (self) <= 0))
    return;
  if (meters)
    past_ms = (ct_clock_monotonic_us (self->clock) - self->meter_us) / 1000 % 1000;
  else
    past_ms
        = 999
          - (self->presence->wrap_up_until - cd_session_server_now_ms (self->session) + 999) % 1000;
  self->tick = g_timeout_add ((guint) CLAMP (1000 - past_ms, 10, 1000), on_tick, self);
}

/* The call */

/* What an event leaves out stays as it was. */
static void
keep_from (CtCall *call, CtCall *old)
{
#define KEEP(member)                                                                               \
  if (call->member == NULL)                                                                        \
  call->member = g_steal_pointer (&old->member)
  KEEP (earlier);
  KEEP (dispositions);
  KEEP (keyed);
  KEEP (why);
  KEEP (ticket);
#undef KEEP
  if (call->pay == 0)
    call->pay = old->pay;
}

void
cd_agent_clear_call (CdAgent *self)
{
  if (self->call == NULL)
    return;
  g_info ("call %s is no longer mine", ct_id_text (self->call->id).text);
  if (cd_agent_is_over (self->call))
    self->last_call = self->call->id;
  g_clear_pointer (&self->call, ct_call_free);
  self->has_meter = FALSE;
  cd_agent_drop_script (self);
  cd_agent_save_snapshot (self);
  cd_agent_update_tick (self);
  cd_agent_emit_call_changed (self);
  cd_agent_emit_script_changed (self);
}

/* One change comes as several events: to the e-agent, to his tenant, to the company. */
static gboolean
is_same (const CtCall *one, const CtCall *other)
{
  g_autofree char *a = ct_record_to_json (one, CT_WIRE_STAFF);
  g_autofree char *b = ct_record_to_json (other, CT_WIRE_STAFF);

  return strcmp (a, b) == 0;
}

void
cd_agent_take_call (CdAgent *self, CtCall *call, gboolean whole)
{
  gboolean is_new = self->call == NULL || self->call->id != call->id;

  if (is_new && self->call != NULL)
    cd_agent_clear_call (self);
  if (is_new)
    g_info ("call %s is mine: %s", ct_id_text (call->id).text, call->state);
  else if (!whole)
    {
      g_autoptr (CtCall) old = ct_record_copy (self->call);

      keep_from (call, self->call);
      if (is_same (old, call))
        {
          ct_call_free (self->call);
          self->call = call;
          return;
        }
    }
  g_clear_pointer (&self->call, ct_call_free);
  self->call = call;
  take_meter_of_call (self);
  cd_agent_save_snapshot (self);
  cd_agent_emit_call_changed (self);
  cd_agent_ensure_script (self, FALSE);
  cd_agent_update_tick (self);
  if (is_new && !whole)
    cd_agent_ask_call (self);
}

void
cd_agent_on_call_changed (CdAgent *self, const CtCall *call)
{
  /* What is being asked for may be older than this. */
  if (self->asking_call
      && (is_mine (self, call) || (self->call != NULL && call->id == self->call->id)))
    self->ask_call_again = TRUE;
  if (self->call != NULL && call->id == self->call->id)
    {
      if (is_mine (self, call))
        cd_agent_take_call (self, ct_record_copy (call), FALSE);
      else
        cd_agent_clear_call (self);
    }
  else if (is_mine (self, call) && !cd_agent_is_over (call))
    cd_agent_take_call (self, ct_record_copy (call), FALSE);
}

/* The wrap-up is over, whoever ended it. */
void
cd_agent_on_presence_for_call (CdAgent *self)
{
  const char *state = self->presence->state;

  if (self->call != NULL && cd_agent_is_over (self->call) && self->presence->call != self->call->id
      && strcmp (state, "wrap_up") != 0 && strcmp (state, "talking") != 0)
    cd_agent_clear_call (self);
}

/* The server was asked and knows nothing of the call that our phone still talks on, or, with @none, of any
 * that our phone could ring for: its own end of it went with a crash, and would never say good-bye. Until
 * then the phone could not sign on anew. */
static void
lose_call (CdAgent *self, gboolean none)
{
  gboolean here = self->call != NULL && cd_phone_has_call (self->phone)
                  && (none || cd_phone_get_state (self->phone) != CD_PHONE_RINGING)
                  && cd_phone_get_call_id (self->phone) == self->call->id;

  if (here)
    cd_phone_hang_up (self->phone);
  cd_agent_clear_call (self);
}

static void
on_call (GObject *session, GAsyncResult *result, gpointer data)
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
  self->asking_call = FALSE;
  if (self->ask_call_again)
    {
      /* Asked for again meanwhile: this answer may be older than an event. */
      ct_record_free (reply);
      self->ask_call_again = FALSE;
      cd_agent_ask_call (self);
      return;
    }
  if (!good)
    {
      cd_agent_ask_later (self, problem);
      return;
    }
  cd_agent_was_told (self);
  if (reply != NULL && ((CtCall *) reply)->id != self->last_call)
    cd_agent_take_call (self, reply, TRUE);
  else
    {
      lose_call (self, reply == NULL);
      ct_record_free (reply);
    }
}

void
cd_agent_ask_call (CdAgent *self)
{
  if (!cd_session_is_signed_in (self->session))
    return;
  if (self->asking_call)
    {
      self->ask_call_again = TRUE;
      return;
    }
  self->asking_call = TRUE;
  cd_session_call_async (self->session, "GET", "/api/v1/me/call", NULL, &ct_call_type,
                         self->cancellable, on_call, self);
}

/* Commands about the call */

static void
on_connected_through (GObject *session, GAsyncResult *result, gpointer data)
{
  CdAgent *self = data;
  g_autoptr (CdProblem) problem = NULL;
  gboolean good = cd_session_call_finish (CD_SESSION (session), result, NULL, &problem, NULL);

  if (!good && !cd_agent_is_cancelled (result))
    cd_agent_emit_problem (self, problem, "connect");
}

/* Not through the journal: sent later it would surprise everybody. */
void
cd_agent_connect_through (CdAgent *self, const char *step)
{
  g_autoptr (CtConnect) request = ct_connect_new ();
  g_autofree char *path = NULL;

  if (self->call == NULL)
    return;
  request->step = g_strdup (step);
  path = g_strdup_printf ("/api/v1/calls/%s/connect", ct_id_text (self->call->id).text);
  cd_session_call_async (self->session, "POST", path, request, NULL, self->cancellable,
                         on_connected_through, self);
}

void
cd_agent_finish (CdAgent *self, const char *disposition, const char *note, gboolean pause)
{
  CtId id = self->call != NULL ? self->call->id : self->last_call;
  g_autoptr (CtFinish) request = ct_finish_new ();
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  if (id == CT_ID_NONE || (self->call != NULL && !cd_agent_is_over (self->call)))
    return;
  request->disposition = g_strdup (disposition);
  request->note = note != NULL && *note != '\0' ? g_strdup (note) : NULL;
  request->pause = pause;
  path = g_strdup_printf ("/api/v1/calls/%s/finish", ct_id_text (id).text);
  if (cd_journal_add (self->journal, "POST", path, request, &error) == 0)
    {
      g_autoptr (CdProblem) problem = cd_problem_new_from_error (error);

      cd_agent_emit_problem (self, problem, "finish");
      return;
    }
  cd_agent_clear_call (self);
}
