/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking the switch from a worker: a question is a message to its loop that fills copies; the worker
 * waits, with a deadline. The question is shared by both sides and freed by the last, so that a late
 * answer finds its memory. */
#define G_LOG_DOMAIN "calls"

#include <string.h>

#include "common/base/error.h"
#include "server/calls/calls-private.h"

#define DEADLINE_MS 2000

typedef struct {
  CsCalls *calls;
  CtId id, company;
  gboolean found;
  CsCallView view;
  CsPresenceView presence;
  guint count;
  gint64 since_ms;
  GPtrArray *list;
  CsRule rule;
  CsOfferReason reason;
  CsCommandFunc command;
  gpointer arguments;
  GError *error;
} Question;

static void
question_clear (gpointer data)
{
  Question *question = data;

  cs_call_view_clear (&question->view);
  cs_presence_view_clear (&question->presence);
  g_clear_pointer (&question->list, g_ptr_array_unref);
  g_clear_error (&question->error);
  g_free (question->arguments);
}

static void
question_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, question_clear);
}

static Question *
question_new (CsCalls *calls, CtId id)
{
  Question *question = g_atomic_rc_box_new0 (Question);

  question->calls = calls;
  question->id = id;
  return question;
}

static gboolean
ask (Question *question, CsPostFunc function, GError **error)
{
  return cs_loop_call (question->calls->config.switch_loop, function,
                       g_atomic_rc_box_acquire (question), question_unref, DEADLINE_MS, error);
}

static void
get_call (gpointer data)
{
  Question *question = data;

  question->found = cs_switch_get_call (question->calls->self, question->id, &question->view);
}

static void
get_call_of (gpointer data)
{
  Question *question = data;

  question->found = cs_switch_get_call_of (question->calls->self, question->id, &question->view);
}

static gboolean
find_view (CsCalls *calls, CtId id, CsPostFunc function, CsCallView *view, GError **error)
{
  Question *question = question_new (calls, id);
  gboolean good = ask (question, function, error);

  if (good && !question->found)
    good = ct_fail (error, CT_ERROR_NOT_FOUND, "no running call");
  if (good)
    {
      *view = question->view;
      memset (&question->view, 0, sizeof question->view);
    }
  question_unref (question);
  return good;
}

gboolean
cs_calls_find_live (CsCalls *calls, CtId call, CsCallView *view, GError **error)
{
  return find_view (calls, call, get_call, view, error);
}

gboolean
cs_calls_find_live_of (CsCalls *calls, CtId user, CsCallView *view, GError **error)
{
  return find_view (calls, user, get_call_of, view, error);
}

static void
get_presence (gpointer data)
{
  Question *question = data;

  question->found
      = cs_switch_get_presence (question->calls->self, question->id, &question->presence);
}

gboolean
cs_calls_find_presence (CsCalls *calls, CtId user, CsPresenceView *view, GError **error)
{
  Question *question = question_new (calls, user);
  gboolean good = ask (question, get_presence, error);

  if (good && !question->found)
    good = ct_fail (error, CT_ERROR_NOT_FOUND, "not an e-agent");
  if (good)
    {
      *view = question->presence;
      memset (&question->presence, 0, sizeof question->presence);
    }
  question_unref (question);
  return good;
}

static void
count_waiting (gpointer data)
{
  Question *question = data;

  question->count
      = cs_switch_count_waiting_for (question->calls->self, question->id, &question->since_ms);
}

gboolean
cs_calls_count_waiting (CsCalls *calls, CtId user, gint64 *n, gint64 *since_ms, GError **error)
{
  Question *question = question_new (calls, user);
  gboolean good = ask (question, count_waiting, error);

  if (good)
    {
      *n = question->count;
      *since_ms = question->since_ms;
    }
  question_unref (question);
  return good;
}

static void
add_call (const CsCallView *view, gpointer data)
{
  Question *question = data;

  if (question->company == CT_ID_NONE || view->company->id == question->company)
    g_ptr_array_add (question->list, cs_calls_record_of_view (view));
}

static void
list_calls (gpointer data)
{
  Question *question = data;

  question->list = g_ptr_array_new_with_free_func (ct_record_free);
  cs_switch_each_call (question->calls->self, question->id, add_call, question);
}

static void
add_presence (const CsPresenceView *view, gpointer data)
{
  g_ptr_array_add (((Question *) data)->list, cs_calls_record_of_presence (view));
}

static void
list_presence (gpointer data)
{
  Question *question = data;

  question->list = g_ptr_array_new_with_free_func (ct_record_free);
  cs_switch_each_presence (question->calls->self, question->id, add_presence, question);
}

static GPtrArray *
get_list (CsCalls *calls, CtId tenant, CtId company, CsPostFunc function, GError **error)
{
  Question *question = question_new (calls, tenant);
  GPtrArray *list = NULL;

  question->company = company;
  if (ask (question, function, error))
    list = g_steal_pointer (&question->list);
  question_unref (question);
  return list;
}

GPtrArray *
cs_calls_list_live (CsCalls *calls, CtId tenant, CtId company, GError **error)
{
  return get_list (calls, tenant, company, list_calls, error);
}

GPtrArray *
cs_calls_list_presence (CsCalls *calls, CtId tenant, GError **error)
{
  return get_list (calls, tenant, CT_ID_NONE, list_presence, error);
}

static void
get_why (gpointer data)
{
  Question *question = data;

  question->found = cs_switch_why (question->calls->self, question->id, question->company,
                                   &question->rule, &question->reason, &question->error);
}

gboolean
cs_calls_ask_why (CsCalls *calls, CtId call, CtId user, CtWhy **why, GError **error)
{
  Question *question = question_new (calls, call);
  gboolean good;

  question->company = user;
  good = ask (question, get_why, error);
  if (good && !question->found)
    {
      g_propagate_error (error, g_steal_pointer (&question->error));
      good = FALSE;
    }
  if (good)
    {
      *why = ct_why_new ();
      (*why)->call = call;
      (*why)->user = user;
      (*why)->rule = g_strdup (cs_rule_name (question->rule));
      (*why)->at = question->reason.at_ms;
      (*why)->idle_seconds = question->reason.idle_seconds;
      (*why)->candidates = question->reason.candidates;
      (*why)->plan_version = (gint64) question->reason.plan_version;
    }
  question_unref (question);
  return good;
}

static void
run_command (gpointer data)
{
  Question *question = data;

  question->found
      = question->command (question->calls->self, question->arguments, &question->error);
}

gboolean
cs_calls_command (CsCalls *calls, CsCommandFunc function, gconstpointer arguments, gsize size,
                  GError **error)
{
  Question *question = question_new (calls, CT_ID_NONE);
  gboolean good;

  question->command = function;
  question->arguments = g_memdup2 (arguments, size);
  good = ask (question, run_command, error);
  if (good && !question->found)
    {
      g_propagate_error (error, g_steal_pointer (&question->error));
      good = FALSE;
    }
  question_unref (question);
  return good;
}
