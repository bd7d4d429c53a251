/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What e-agents ask for (switch.h), and what others want to know. */
#define G_LOG_DOMAIN "switch"

#include "server/switch/flow.h"

/* The call, when @user is with it right now. */
static CsCall *
find_own (CsSwitch *self, CtId id, CtId user, GError **error)
{
  CsCall *call = g_hash_table_lookup (self->calls, &id);

  if (call != NULL && call->agent != NULL && call->agent->user == user
      && call->agent->activity != CS_ACTIVITY_ASKED)
    return call;
  ct_fail (error, CT_ERROR_NOT_FOUND, "no such call of this e-agent");
  return NULL;
}

static CsCall *
find_talking (CsSwitch *self, CtId id, CtId user, GError **error)
{
  CsCall *call = find_own (self, id, user, error);

  if (call == NULL || call->state == CS_CALL_TALKING || call->state == CS_CALL_HELD)
    return call;
  ct_fail (error, CT_ERROR_STATE, "the call is %s", cs_call_state_name (call->state));
  return NULL;
}

gboolean
cs_switch_set_presence (CsSwitch *self, CtId user, CsPresence presence, const char *reason,
                        GError **error)
{
  CsAgent *agent = cs_agent_find (self, user);

  if (agent == NULL || agent->index < 0)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no such e-agent");
  if (presence != CS_PRESENCE_AVAILABLE && presence != CS_PRESENCE_PAUSED
      && presence != CS_PRESENCE_OFFLINE)
    return ct_fail (error, CT_ERROR_INVALID, "not a presence to choose");
  if (presence == CS_PRESENCE_AVAILABLE && !agent->registered)
    return ct_fail (error, CT_ERROR_STATE, "no phone of his is registered");
  cs_agent_wish (agent, presence, presence == CS_PRESENCE_AVAILABLE ? NULL : reason);
  if (presence != CS_PRESENCE_AVAILABLE
      && (agent->activity == CS_ACTIVITY_ASKED || agent->activity == CS_ACTIVITY_RINGING))
    cs_offer_cancel (agent->call);
  cs_switch_rest (self);
  return TRUE;
}

gboolean
cs_switch_finish (CsSwitch *self, CtId call, CtId user, gboolean pause, GError **error)
{
  CsAgent *agent = cs_agent_find (self, user);

  if (agent == NULL || agent->call == NULL || agent->call->id != call)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no such call of this e-agent");
  if (agent->activity != CS_ACTIVITY_WRAP_UP)
    return ct_fail (error, CT_ERROR_STATE, "the call has not come to its wrap-up");
  if (pause)
    cs_agent_wish (agent, CS_PRESENCE_PAUSED, NULL);
  cs_agent_end_wrap_up (agent, TRUE);
  cs_switch_rest (self);
  return TRUE;
}

gboolean
cs_switch_mask (CsSwitch *self, CtId id, CtId user, gboolean masked, GError **error)
{
  CsCall *call = g_hash_table_lookup (self->calls, &id);
  const CsAgent *agent = cs_agent_find (self, user);

  /* The script may go on when the caller has gone: there is nothing left to mask. */
  if (call == NULL || call->state == CS_CALL_ENDED
      || (agent != NULL && agent->call == call && agent->activity == CS_ACTIVITY_WRAP_UP))
    return TRUE;
  /* In the park too: his phone was lost, his desk may not be. */
  if (call->state == CS_CALL_PARKED ? find_own (self, id, user, error) == NULL
                                    : find_talking (self, id, user, error) == NULL)
    return FALSE;
  if (!masked)
    {
      if (call->masked)
        cs_call_arm (call, CS_TIMER_UNMASK, CS_MASK_MARGIN_MS * G_TIME_SPAN_MILLISECOND);
      return TRUE;
    }
  cs_call_disarm (call, CS_TIMER_UNMASK);
  if (!call->masked)
    {
      call->masked = TRUE;
      self->media.mask (self->media.self, call->legs[CS_LEG_CALLER].id, TRUE);
      cs_call_note (call, CS_NOTE_CALL_MASKED);
    }
  return TRUE;
}

gboolean
cs_switch_connect_through (CsSwitch *self, CtId id, CtId user, const char *number, GError **error)
{
  CsCall *call = find_talking (self, id, user, error);
  gboolean dialled = call != NULL && cs_onward_dial (call, number, error);

  cs_switch_rest (self);
  return dialled;
}

gboolean
cs_switch_cancel_connect (CsSwitch *self, CtId id, CtId user, GError **error)
{
  CsCall *call = find_talking (self, id, user, error);

  if (call == NULL)
    return FALSE;
  if (call->onward != CS_ONWARD_DIALLING && call->onward != CS_ONWARD_ASKED)
    return ct_fail (error, CT_ERROR_STATE, "nobody is being dialled");
  cs_onward_cancel (call);
  cs_switch_rest (self);
  return TRUE;
}

gboolean
cs_switch_hang_up (CsSwitch *self, CtId id, CtId user, GError **error)
{
  CsCall *call = find_own (self, id, user, error);

  if (call == NULL)
    return FALSE;
  if (call->state == CS_CALL_OFFERED)
    cs_offer_missed (call, CS_MISS_REFUSED);
  else
    cs_call_end (call, CS_END_AGENT, "the e-agent ended it at the desk");
  cs_switch_rest (self);
  return TRUE;
}

/* Queries. */

guint
cs_switch_count_calls (CsSwitch *self)
{
  return self->n_running;
}

guint
cs_switch_count_waiting (CsSwitch *self)
{
  return (guint) g_sequence_get_length (self->waiting);
}

guint
cs_switch_count_recordings (CsSwitch *self)
{
  return g_hash_table_size (self->recordings);
}

static void
copy_call (CsCall *call, CsCallView *copy)
{
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (CsCreditShare));
  CsCallView view;

  cs_call_view (call, &view, shares);
  cs_call_view_copy (&view, copy);
}

gboolean
cs_switch_get_call (CsSwitch *self, CtId id, CsCallView *copy)
{
  CsCall *call = g_hash_table_lookup (self->calls, &id);

  if (call == NULL)
    return FALSE;
  copy_call (call, copy);
  return TRUE;
}

gboolean
cs_switch_get_call_of (CsSwitch *self, CtId user, CsCallView *copy)
{
  const CsAgent *agent = cs_agent_find (self, user);

  if (agent == NULL || agent->call == NULL || agent->activity == CS_ACTIVITY_ASKED)
    return FALSE;
  copy_call (agent->call, copy);
  return TRUE;
}

void
cs_switch_each_call (CsSwitch *self, CtId tenant, CsCallFunc function, gpointer data)
{
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (CsCreditShare));

  for (GList *l = self->order.head; l != NULL; l = l->next)
    {
      CsCall *call = l->data;
      CsCallView view;

      if (call->state == CS_CALL_ENDED || (tenant != CT_ID_NONE && call->line->tenant != tenant))
        continue;
      cs_call_view (call, &view, shares);
      function (&view, data);
    }
}

gboolean
cs_switch_get_presence (CsSwitch *self, CtId user, CsPresenceView *copy)
{
  const CsAgent *agent = cs_agent_find (self, user);

  if (agent == NULL)
    return FALSE;
  cs_agent_view (agent, copy);
  copy->reason = g_strdup (copy->reason);
  return TRUE;
}

void
cs_switch_each_presence (CsSwitch *self, CtId tenant, CsPresenceFunc function, gpointer data)
{
  for (guint i = 0; self->plan != NULL && i < self->plan->agents->len; i++)
    {
      const CsPlanAgent *planned = self->plan->agents->pdata[i];
      CsPresenceView view;

      if (tenant != CT_ID_NONE && planned->tenant != tenant)
        continue;
      cs_agent_view (cs_agent_find (self, planned->id), &view);
      function (&view, data);
    }
}

gboolean
cs_switch_why (CsSwitch *self, CtId id, CtId user, CsRule *rule, CsOfferReason *reason,
               GError **error)
{
  const CsCall *call = g_hash_table_lookup (self->calls, &id);

  if (call == NULL || call->verdict.reason.winner == CT_ID_NONE
      || !cs_verdict_of (&call->verdict, user, rule))
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no offer of such a call to judge him by");
  *reason = call->verdict.reason;
  return TRUE;
}
