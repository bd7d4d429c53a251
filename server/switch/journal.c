/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/switch/journal.h"

/* The words are those of common/records/words.h. */
static const char *const states[]
    = { "ivr", "queued", "offered", "talking", "held", "parked", "onward", "ended" };
static const char *const rules[]
    = { "tenant",  "pool",    "skill",   "badge",   "level",  "language", "unregistered", "paused",
        "offline", "ringing", "talking", "wrap_up", "missed", "idler",    "chosen" };
static const char *const causes[]
    = { "caller",      "agent", "abandoned", "no_agent", "closed", "no_credit",
        "unreachable", "lost",  "restart",   "onward",   "studio" };
static const char *const presences[]
    = { "offline", "available", "ringing", "talking", "wrap_up", "paused" };
static const char *const kinds[]
    = { "call-started",    "call-keyed",    "call-queued", "call-offered",
        "offer-missed",    "call-answered", "call-held",   "call-resumed",
        "call-parked",     "call-returned", "call-onward", "call-credit-warning",
        "call-meter",      "call-masked",   "call-path",   "call-ended",
        "quality",         "recorded",      "voicemail",   "wrap-up-ended",
        "presence-changed" };

G_STATIC_ASSERT (G_N_ELEMENTS (states) == CS_CALL_STATES);
G_STATIC_ASSERT (G_N_ELEMENTS (rules) == CS_RULE_CHOSEN + 1);
G_STATIC_ASSERT (G_N_ELEMENTS (causes) == CS_END_CAUSES);
G_STATIC_ASSERT (G_N_ELEMENTS (presences) == CS_PRESENCES);
G_STATIC_ASSERT (G_N_ELEMENTS (kinds) == CS_NOTES);

const char *
cs_call_state_name (CsCallState state)
{
  return states[state];
}

const char *
cs_rule_name (CsRule rule)
{
  return rules[rule];
}

const char *
cs_end_cause_name (CsEndCause cause)
{
  return causes[cause];
}

const char *
cs_presence_name (CsPresence presence)
{
  return presences[presence];
}

const char *
cs_note_kind_name (CsNoteKind kind)
{
  return kinds[kind];
}

void
cs_call_view_copy (const CsCallView *view, CsCallView *copy)
{
  *copy = *view;
  copy->plan = cs_plan_ref (view->plan);
  copy->caller = g_strdup (view->caller);
  copy->called = g_strdup (view->called);
  copy->onward_number = g_strdup (view->onward_number);
  copy->keyed = g_new0 (CsKeyed, view->n_keyed);
  for (guint i = 0; i < view->n_keyed; i++)
    copy->keyed[i] = (CsKeyed){ g_strdup (view->keyed[i].name), g_strdup (view->keyed[i].value) };
  copy->shares = g_memdup2 (view->shares, view->n_shares * sizeof (CsCreditShare));
}

void
cs_call_view_clear (CsCallView *view)
{
  g_clear_pointer (&view->plan, cs_plan_unref);
  g_clear_pointer (&view->caller, g_free);
  g_clear_pointer (&view->called, g_free);
  g_clear_pointer (&view->onward_number, g_free);
  for (guint i = 0; i < view->n_keyed; i++)
    {
      g_free (view->keyed[i].name);
      g_free (view->keyed[i].value);
    }
  g_clear_pointer (&view->keyed, g_free);
  g_clear_pointer (&view->shares, g_free);
  *view = (CsCallView){ 0 };
}

void
cs_presence_view_clear (CsPresenceView *view)
{
  g_free (view->reason);
  *view = (CsPresenceView){ 0 };
}

CsNote *
cs_note_copy (const CsNote *note)
{
  CsNote *copy = g_memdup2 (note, sizeof *note);

  if (note->call != NULL)
    {
      copy->call = g_new (CsCallView, 1);
      cs_call_view_copy (note->call, copy->call);
    }
  if (note->presence != NULL)
    {
      copy->presence = g_memdup2 (note->presence, sizeof *note->presence);
      copy->presence->reason = g_strdup (note->presence->reason);
    }
  copy->path = g_strdup (note->path);
  return copy;
}

void
cs_note_free (CsNote *note)
{
  if (note->call != NULL)
    cs_call_view_clear (note->call);
  if (note->presence != NULL)
    cs_presence_view_clear (note->presence);
  g_free (note->call);
  g_free (note->presence);
  g_free (note->path);
  g_free (note);
}
