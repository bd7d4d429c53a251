/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "switch"

#include "server/switch/presence.h"

#include "server/switch/flow.h"

typedef struct {
  CsPresence presence;
  CtId call;
  gboolean registered;
} Shown;

CsPresence
cs_agent_get_presence (const CsAgent *agent)
{
  switch (agent->activity)
    {
    case CS_ACTIVITY_RINGING:
      return CS_PRESENCE_RINGING;
    case CS_ACTIVITY_TALKING:
      return CS_PRESENCE_TALKING;
    case CS_ACTIVITY_WRAP_UP:
      return CS_PRESENCE_WRAP_UP;
    case CS_ACTIVITY_NONE:
    case CS_ACTIVITY_ASKED:
    default:
      return agent->wish;
    }
}

void
cs_agent_view (const CsAgent *agent, CsPresenceView *view)
{
  gboolean shows_call = agent->call != NULL && agent->activity != CS_ACTIVITY_ASKED;

  *view = (CsPresenceView){
    .user = agent->user,
    .tenant = agent->tenant,
    .presence = cs_agent_get_presence (agent),
    .reason = agent->reason,
    .since_ms = agent->since_ms,
    .call = shows_call ? agent->call->id : CT_ID_NONE,
    .wish = agent->wish,
    .registered = agent->registered,
    .wrap_up_until_ms = agent->wrap_up_until_ms,
  };
}

static Shown
get_shown (const CsAgent *agent)
{
  CsPresenceView view;

  cs_agent_view (agent, &view);
  return (Shown){ view.presence, view.call, view.registered };
}

static void
mark (CsAgent *agent)
{
  CsEligibility *eligibility = agent->owner->eligibility;
  guint n_free;
  const struct {
    CsRule rule;
    gboolean refused;
  } rules[] = {
    { CS_RULE_UNREGISTERED, !agent->registered },
    { CS_RULE_PAUSED, agent->wish == CS_PRESENCE_PAUSED },
    { CS_RULE_OFFLINE, agent->wish == CS_PRESENCE_OFFLINE },
    { CS_RULE_RINGING,
      agent->activity == CS_ACTIVITY_RINGING || agent->activity == CS_ACTIVITY_ASKED },
    { CS_RULE_TALKING, agent->activity == CS_ACTIVITY_TALKING },
    { CS_RULE_WRAP_UP, agent->activity == CS_ACTIVITY_WRAP_UP },
  };

  if (agent->index < 0 || eligibility == NULL)
    return;
  n_free = cs_eligibility_count_free (eligibility);
  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    cs_eligibility_set_refused (eligibility, (guint) agent->index, rules[i].rule, rules[i].refused);
  cs_eligibility_set_idle (eligibility, (guint) agent->index, agent->idle_since_us);
  if (cs_eligibility_count_free (eligibility) > n_free)
    agent->owner->dispatch_wanted = TRUE;
}

/* After any change: bits, time stamp, log, note. */
static void
changed (CsAgent *agent, Shown old, gboolean wished)
{
  CsSwitch *self = agent->owner;
  Shown new = get_shown (agent);

  mark (agent);
  if (new.presence != old.presence)
    {
      agent->since_ms = cs_switch_now_ms (self);
      cs_info (CS_ABOUT (.tenant = agent->tenant, .user = agent->user,
                         .call = agent->call != NULL ? agent->call->id : CT_ID_NONE),
               "e-agent: %s to %s%s%s", cs_presence_name (old.presence),
               cs_presence_name (new.presence), agent->reason != NULL ? ": " : "",
               agent->reason != NULL ? agent->reason : "");
    }
  if (wished || new.presence != old.presence || new.call != old.call
      || new.registered != old.registered)
    {
      CsPresenceView view;
      CsNote note = { .kind = CS_NOTE_PRESENCE_CHANGED,
                      .at_ms = cs_switch_now_ms (self),
                      .presence = &view,
                      .user = agent->user,
                      .wished = wished };

      cs_agent_view (agent, &view);
      self->journal.emit (self->journal.self, &note);
    }
}

CsAgent *
cs_agent_find (CsSwitch *owner, CtId user)
{
  return g_hash_table_lookup (owner->agents, &user);
}

CsAgent *
cs_agent_get (CsSwitch *owner, CtId user)
{
  CsAgent *agent = cs_agent_find (owner, user);

  if (agent != NULL)
    return agent;
  agent = g_new0 (CsAgent, 1);
  agent->owner = owner;
  agent->user = user;
  agent->index = -1;
  agent->wish = CS_PRESENCE_OFFLINE;
  agent->since_ms = cs_switch_now_ms (owner);
  g_hash_table_insert (owner->agents, &agent->user, agent);
  return agent;
}

void
cs_agent_free (gpointer data)
{
  CsAgent *agent = data;

  cs_timers_cancel (agent->owner->timers, &agent->wrap_up_timer);
  g_free (agent->reason);
  g_free (agent);
}

void
cs_agent_set_registered (CsAgent *agent, gboolean registered)
{
  Shown old = get_shown (agent);

  agent->registered = registered;
  changed (agent, old, FALSE);
}

void
cs_agent_wish (CsAgent *agent, CsPresence wish, const char *reason)
{
  Shown old = get_shown (agent);

  if (wish == CS_PRESENCE_AVAILABLE && agent->wish != CS_PRESENCE_AVAILABLE)
    {
      agent->idle_since_us = cs_switch_now_us (agent->owner);
      agent->misses = 0;
    }
  agent->wish = wish;
  g_free (agent->reason);
  agent->reason = g_strdup (reason);
  changed (agent, old, TRUE);
}

void
cs_agent_do (CsAgent *agent, CsActivity activity, CsCall *call)
{
  Shown old = get_shown (agent);

  /* Who was asked and not taken keeps his place among the idle. */
  if (activity == CS_ACTIVITY_NONE
      && (agent->activity == CS_ACTIVITY_TALKING || agent->activity == CS_ACTIVITY_WRAP_UP))
    agent->idle_since_us = cs_switch_now_us (agent->owner);
  agent->activity = activity;
  agent->call = call;
  agent->has_new_phone = FALSE;
  changed (agent, old, FALSE);
}

static void
on_wrap_up_due (gpointer data)
{
  CsAgent *agent = data;
  CsSwitch *self = agent->owner;

  agent->wrap_up_timer = 0;
  cs_agent_end_wrap_up (agent, FALSE);
  cs_switch_rest (self);
}

void
cs_agent_start_wrap_up (CsAgent *agent, CsCall *call, guint seconds)
{
  CsSwitch *self = agent->owner;

  call->wrap_ups++;
  agent->wrap_up_until_ms = cs_switch_now_ms (self) + (gint64) seconds * 1000;
  agent->wrap_up_timer
      = cs_timers_add (self->timers, cs_switch_now_us (self) + (gint64) seconds * G_USEC_PER_SEC,
                       on_wrap_up_due, agent);
  cs_agent_do (agent, CS_ACTIVITY_WRAP_UP, call);
}

void
cs_agent_end_wrap_up (CsAgent *agent, gboolean finished)
{
  CsSwitch *self = agent->owner;
  CsCall *call = agent->call;
  CsNote note = { .kind = CS_NOTE_WRAP_UP_ENDED, .user = agent->user, .finished = finished };

  cs_timers_cancel (self->timers, &agent->wrap_up_timer);
  agent->wrap_up_until_ms = 0;
  cs_call_note_with (call, &note);
  cs_agent_do (agent, CS_ACTIVITY_NONE, NULL);
  call->wrap_ups--;
  cs_switch_reap_later (call);
}

static gboolean
is_forgotten (gpointer key, gpointer value, gpointer data)
{
  const CsAgent *agent = value;

  return agent->index < 0 && !agent->registered && agent->call == NULL;
}

void
cs_agents_replan (CsSwitch *owner)
{
  GHashTableIter iter;
  gpointer value;

  for (guint i = 0; i < owner->plan->agents->len; i++)
    cs_agent_get (owner, ((const CsPlanAgent *) owner->plan->agents->pdata[i])->id);
  g_hash_table_iter_init (&iter, owner->agents);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      CsAgent *agent = value;

      agent->index = cs_plan_find_agent (owner->plan, agent->user);
      if (agent->index >= 0)
        agent->tenant = ((const CsPlanAgent *) owner->plan->agents->pdata[agent->index])->tenant;
      else if (agent->wish != CS_PRESENCE_OFFLINE)
        cs_agent_wish (agent, CS_PRESENCE_OFFLINE, NULL); /* he works here no longer */
      mark (agent);
    }
  g_hash_table_foreach_remove (owner->agents, is_forgotten, NULL);
}
