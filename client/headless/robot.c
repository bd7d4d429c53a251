/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "headless"

#include "client/headless/robot.h"

#include "client/headless/headless.h"
#include "client/headless/walk.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define WALK_MS 50
#define HOLD_AFTER_MS 1000

struct _CdRobot {
  const CdOptions *options;
  CdAgent *agent;
  CdPhone *phone;
  CdRobotDone done;
  gpointer data;
  guint answer_timer, talk_timer, walk_timer, hold_timer;
  gboolean has_held; /* in this call */
  char *printed;     /* the last state of call and presence that was printed */
  char *printed_presence;
  double loudest_in, loudest_out; /* dBFS in this call */
  CtId finished;                  /* the call that was closed last */
  int n_finished;
};

void
cd_robot_print (const char *event, ...)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (CtClock) clock = ct_clock_new ();
  g_autofree char *at = ct_time_format (ct_clock_utc_ms (clock));
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) root = NULL;
  const char *name;
  va_list pairs;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, event);
  json_builder_set_member_name (builder, "at");
  json_builder_add_string_value (builder, at);
  va_start (pairs, event);
  while ((name = va_arg (pairs, const char *)) != NULL)
    {
      const char *value = va_arg (pairs, const char *);

      if (value == NULL)
        continue;
      json_builder_set_member_name (builder, name);
      json_builder_add_string_value (builder, value);
    }
  va_end (pairs);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  puts (text);
  fflush (stdout);
}

/* Walking the script */

static gboolean
on_walk (gpointer data)
{
  CdRobot *self = data;
  g_autoptr (GError) error = NULL;
  CtScriptRun *run = cd_agent_get_run (self->agent);
  const CtScriptStep *step = run != NULL ? ct_script_run_current (run) : NULL;
  g_autofree char *name = step != NULL ? g_strdup (step->id) : NULL;

  self->walk_timer = 0;
  switch (cd_walk_step (self->agent, self->options, &error))
    {
    case CD_WALK_MOVED:
      break; /* script-changed goes on */
    case CD_WALK_DONE:
      cd_robot_print ("script", "step", name, "done", "yes", NULL);
      break;
    case CD_WALK_STUCK:
      cd_robot_print ("script", "step", name, "stuck", error->message, NULL);
      break;
    }
  return G_SOURCE_REMOVE;
}

static void
on_script_changed (CdRobot *self)
{
  CdPhoneState state = cd_phone_get_state (self->phone);

  if (self->options->walk && self->walk_timer == 0 && cd_agent_get_run (self->agent) != NULL
      && (state == CD_PHONE_TALKING || state == CD_PHONE_HELD_BY_PEER))
    self->walk_timer = g_timeout_add (WALK_MS, on_walk, self);
}

/* The phone */

static gboolean
on_answer_due (gpointer data)
{
  CdRobot *self = data;

  self->answer_timer = 0;
  cd_agent_answer (self->agent);
  return G_SOURCE_REMOVE;
}

static gboolean
on_talk_over (gpointer data)
{
  CdRobot *self = data;

  self->talk_timer = 0;
  cd_agent_hang_up (self->agent);
  return G_SOURCE_REMOVE;
}

/* Holds when talking, takes back when holding. */
static gboolean
on_hold_due (gpointer data)
{
  CdRobot *self = data;

  self->hold_timer = 0;
  cd_agent_hold (self->agent, cd_phone_get_state (self->phone) == CD_PHONE_TALKING);
  return G_SOURCE_REMOVE;
}

static void
hold_later (CdRobot *self, guint ms)
{
  if (self->options->hold >= 0 && self->hold_timer == 0)
    self->hold_timer = g_timeout_add (ms, on_hold_due, self);
}

static void
on_ringing (CdRobot *self)
{
  self->has_held = FALSE;
  self->loudest_in = self->loudest_out = -INFINITY;
  self->answer_timer
      = g_timeout_add ((guint) (MAX (self->options->answer_after, 0) * 1000), on_answer_due, self);
}

static void
on_talking (CdRobot *self)
{
  if (self->options->talk >= 0 && self->talk_timer == 0)
    self->talk_timer = g_timeout_add ((guint) (self->options->talk * 1000), on_talk_over, self);
  if (!self->has_held)
    hold_later (self, HOLD_AFTER_MS);
  on_script_changed (self);
}

static void
on_ended (CdRobot *self)
{
  g_autofree char *in = g_strdup_printf ("%.1f", self->loudest_in);
  g_autofree char *out = g_strdup_printf ("%.1f", self->loudest_out);

  g_clear_handle_id (&self->answer_timer, g_source_remove);
  g_clear_handle_id (&self->talk_timer, g_source_remove);
  g_clear_handle_id (&self->hold_timer, g_source_remove);
  cd_robot_print ("heard", "in_dbfs", in, "out_dbfs", out, "end",
                  cd_phone_end_name (cd_phone_get_end (self->phone)), NULL);
}

static void
on_phone_state (CdRobot *self)
{
  CdPhoneState state = cd_phone_get_state (self->phone);
  CtId id = cd_phone_get_call_id (self->phone);

  cd_robot_print ("phone", "state", cd_phone_state_name (state), "call",
                  cd_phone_has_call (self->phone) && id != CT_ID_NONE ? ct_id_text (id).text : NULL,
                  "problem", cd_phone_get_problem (self->phone), NULL);
  if (state == CD_PHONE_RINGING)
    on_ringing (self);
  else if (state == CD_PHONE_TALKING)
    on_talking (self);
  else if (state == CD_PHONE_HELD_BY_ME)
    {
      self->has_held = TRUE;
      hold_later (self, (guint) (self->options->hold * 1000));
    }
  else if (state == CD_PHONE_ENDED)
    on_ended (self);
}

static void
on_level (CdRobot *self, double in, double out)
{
  self->loudest_in = MAX (self->loudest_in, in);
  self->loudest_out = MAX (self->loudest_out, out);
}

static void
on_digit (CdRobot *self, int digit)
{
  const char text[2] = { (char) digit, '\0' };

  cd_robot_print ("digit", "digit", text, NULL);
}

/* The call */

static const char *
choose_disposition (CdRobot *self)
{
  const CtCall *call = cd_agent_get_call (self->agent);
  const char *suggested = cd_walk_get_disposition (self->agent);

  if (self->options->disposition != NULL)
    return self->options->disposition;
  if (suggested != NULL)
    return suggested;
  if (call->dispositions != NULL && call->dispositions->len > 0)
    return ((CtDisposition *) call->dispositions->pdata[0])->code;
  return "done";
}

static void
finish (CdRobot *self, const CtCall *call)
{
  g_autofree char *disposition = g_strdup (choose_disposition (self));
  CtIdText id = ct_id_text (call->id);

  self->finished = call->id;
  g_clear_handle_id (&self->walk_timer, g_source_remove);
  cd_agent_finish (self->agent, disposition, self->options->note, FALSE);
  cd_robot_print ("finish", "call", id.text, "disposition", disposition, NULL);
}

static void
print_call (CdRobot *self, const CtCall *call)
{
  g_autofree char *seconds
      = call != NULL ? g_strdup_printf ("%" G_GINT64_FORMAT, call->seconds) : NULL;
  g_autofree char *cost = call != NULL ? ct_money_to_text (call->cost) : NULL;
  g_autofree char *key = call != NULL
                             ? g_strdup_printf ("%s %s", ct_id_text (call->id).text, call->state)
                             : g_strdup ("");

  if (g_strcmp0 (key, self->printed) == 0)
    return;
  g_free (self->printed);
  self->printed = g_steal_pointer (&key);
  if (call == NULL)
    cd_robot_print ("call", "state", "none", NULL);
  else
    cd_robot_print ("call", "id", ct_id_text (call->id).text, "state", call->state, "company",
                    call->company_name, "caller", call->caller, "language", call->language,
                    "seconds", seconds, "cost", cost, "ticket", call->ticket, "cause", call->cause,
                    NULL);
}

static void
on_call_changed (CdRobot *self)
{
  const CtCall *call = cd_agent_get_call (self->agent);

  print_call (self, call);
  /* Its dispositions come with the whole call, perhaps a moment later. */
  if (call != NULL && cd_agent_is_over (call) && call->id != self->finished
      && call->dispositions != NULL && !cd_phone_has_call (self->phone))
    finish (self, call);
}

/* A call counts when the server has it closed. */
static void
on_command_done (CdRobot *self, guint64 number, const char *path, const char *reply,
                 const CdProblem *problem)
{
  if (problem != NULL)
    {
      cd_robot_print ("refused", "path", path, "code", problem->code, "detail", problem->detail,
                      NULL);
      if (g_str_has_suffix (path, "/finish"))
        self->done (CD_HEADLESS_REFUSED, self->data);
      return;
    }
  if (!g_str_has_suffix (path, "/finish"))
    return;
  cd_robot_print ("closed", "path", path, NULL);
  if (++self->n_finished == self->options->calls)
    self->done (CD_HEADLESS_GOOD, self->data);
}

static void
on_presence_changed (CdRobot *self)
{
  const CtPresence *presence = cd_agent_get_presence (self->agent);

  if (g_strcmp0 (presence->state, self->printed_presence) == 0)
    return;
  g_free (self->printed_presence);
  self->printed_presence = g_strdup (presence->state);
  cd_robot_print ("presence", "state", presence->state, "reason", presence->reason, NULL);
}

static void
on_problem (CdRobot *self, const CdProblem *problem, const char *doing)
{
  cd_robot_print ("problem", "doing", doing, "code", problem->code, "detail", problem->detail,
                  NULL);
}

static void
on_connection_changed (CdRobot *self)
{
  static const char *const words[] = { "offline", "online", "reconnecting" };

  cd_robot_print ("connection", "state",
                  words[cd_session_get_connection (cd_agent_get_session (self->agent))], NULL);
}

/* Life */

static void
follow (CdRobot *self, gpointer object, const char *signal, GCallback function)
{
  g_signal_connect_data (object, signal, function, self, NULL, G_CONNECT_SWAPPED);
}

CdRobot *
cd_robot_new (const CdOptions *options, CdAgent *agent, CdRobotDone done, gpointer data)
{
  CdRobot *self = g_new0 (CdRobot, 1);

  self->options = options;
  self->agent = agent;
  self->phone = cd_agent_get_phone (agent);
  self->done = done;
  self->data = data;
  self->loudest_in = self->loudest_out = -INFINITY;
  follow (self, agent, "presence-changed", G_CALLBACK (on_presence_changed));
  follow (self, agent, "call-changed", G_CALLBACK (on_call_changed));
  follow (self, agent, "script-changed", G_CALLBACK (on_script_changed));
  follow (self, agent, "problem", G_CALLBACK (on_problem));
  follow (self, self->phone, "notify::state", G_CALLBACK (on_phone_state));
  follow (self, self->phone, "level", G_CALLBACK (on_level));
  follow (self, self->phone, "digit", G_CALLBACK (on_digit));
  follow (self, cd_agent_get_session (agent), "connection-changed",
          G_CALLBACK (on_connection_changed));
  follow (self, cd_agent_get_journal (agent), "done", G_CALLBACK (on_command_done));
  return self;
}

void
cd_robot_free (CdRobot *self)
{
  if (self == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->agent, self);
  g_signal_handlers_disconnect_by_data (self->phone, self);
  g_signal_handlers_disconnect_by_data (cd_agent_get_session (self->agent), self);
  g_signal_handlers_disconnect_by_data (cd_agent_get_journal (self->agent), self);
  g_clear_handle_id (&self->answer_timer, g_source_remove);
  g_clear_handle_id (&self->talk_timer, g_source_remove);
  g_clear_handle_id (&self->walk_timer, g_source_remove);
  g_clear_handle_id (&self->hold_timer, g_source_remove);
  g_free (self->printed);
  g_free (self->printed_presence);
  g_free (self);
}
