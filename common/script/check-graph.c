/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What only the graph of steps shows. Edges are all that any answer could take. A few walks over at most
 * 200 steps each; nothing here recurses.
 *
 * "On every path" is asked by leaving a step out: if an end can still be reached, some path misses it. An
 * end that sends the company no message expects no outputs; a connect step may be where the e-agent's part
 * ends, so it counts as an end. */
#include <string.h>

#include "common/script/check-private.h"

typedef void (*EdgeFunc) (const CtScriptStep *from, const CtScriptStep *to, gpointer data);

static void
edge_to (const CtScript *script, const CtScriptStep *from, const char *name, EdgeFunc function,
         gpointer data)
{
  const CtScriptStep *to = ct_script_find (script, name);

  if (to != NULL)
    function (from, to, data);
}

static void
each_edge (const CtScript *script, const CtScriptStep *step, EdgeFunc function, gpointer data)
{
  edge_to (script, step, step->next, function, data);
  for (guint i = 0; step->choices != NULL && i < step->choices->len; i++)
    edge_to (script, step, ((CtScriptChoice *) g_ptr_array_index (step->choices, i))->next,
             function, data);
  for (guint i = 0; step->arms != NULL && i < step->arms->len; i++)
    edge_to (script, step, ((CtScriptArm *) g_ptr_array_index (step->arms, i))->next, function,
             data);
}

/* Reach */

typedef struct {
  gboolean *seen;
  GPtrArray *waiting;
} Reach;

static void
reach_to (const CtScriptStep *from, const CtScriptStep *to, gpointer data)
{
  Reach *reach = data;

  if (reach->seen[to->index])
    return;
  reach->seen[to->index] = TRUE;
  g_ptr_array_add (reach->waiting, (gpointer) to);
}

/* Which steps can be reached from the start; those marked in @left_out (may be NULL) are not entered. */
static gboolean *
reach_from_start (const CtScript *script, const gboolean *left_out)
{
  g_autoptr (GPtrArray) waiting = g_ptr_array_new ();
  Reach reach = { g_new0 (gboolean, script->steps->len), waiting };

  reach_to (NULL, ct_script_start (script), &reach);
  while (waiting->len > 0)
    {
      const CtScriptStep *step = g_ptr_array_steal_index (waiting, waiting->len - 1);

      if (left_out != NULL && left_out[step->index])
        reach.seen[step->index] = FALSE;
      else
        each_edge (script, step, reach_to, &reach);
    }
  for (guint i = 0; left_out != NULL && i < script->steps->len; i++)
    reach.seen[i] = reach.seen[i] && !left_out[i];
  return reach.seen;
}

static gboolean
expects_outputs (const CtScriptStep *step)
{
  return (step->kind == CT_SCRIPT_END && step->message) || step->kind == CT_SCRIPT_CONNECT;
}

/* Some path to where outputs are expected does not go over @step. */
static gboolean
can_miss (const CtScript *script, const CtScriptStep *step)
{
  g_autofree gboolean *left_out = g_new0 (gboolean, script->steps->len);
  g_autofree gboolean *seen = NULL;

  left_out[step->index] = TRUE;
  seen = reach_from_start (script, left_out);
  for (guint i = 0; i < script->steps->len; i++)
    if (seen[i] && expects_outputs (g_ptr_array_index (script->steps, i)))
      return TRUE;
  return FALSE;
}

/* Ends */

typedef struct {
  const gboolean *ends;
  gboolean found;
} Towards;

static void
towards_end (const CtScriptStep *from, const CtScriptStep *to, gpointer data)
{
  Towards *towards = data;

  towards->found = towards->found || towards->ends[to->index];
}

/* Which steps lead to an end at all. */
static gboolean *
find_ending (const CtScript *script)
{
  gboolean *ends = g_new0 (gboolean, script->steps->len);
  gboolean more = TRUE;

  for (guint i = 0; i < script->steps->len; i++)
    ends[i] = ((CtScriptStep *) g_ptr_array_index (script->steps, i))->kind == CT_SCRIPT_END;
  while (more)
    {
      more = FALSE;
      for (guint i = script->steps->len; i-- > 0;)
        {
          Towards towards = { ends, FALSE };

          if (!ends[i])
            each_edge (script, g_ptr_array_index (script->steps, i), towards_end, &towards);
          ends[i] = ends[i] || towards.found;
          more = more || towards.found;
        }
    }
  return ends;
}

/* Loops: steps that ask nothing, peeled off one by one as long as one of them has no unpeeled step
 * after it; what stays goes round. */

typedef struct {
  const gboolean *peeled;
  gboolean holds;
} Peel;

static void
peel_edge (const CtScriptStep *from, const CtScriptStep *to, gpointer data)
{
  Peel *peel = data;

  peel->holds = peel->holds || !peel->peeled[to->index];
}

static void
check_loops (CtScriptCheck *check)
{
  const CtScript *script = check->script;
  g_autofree gboolean *peeled = g_new0 (gboolean, script->steps->len);
  g_autoptr (GString) names = g_string_new (NULL);
  const CtScriptStep *first = NULL;
  gboolean more = TRUE;

  for (guint i = 0; i < script->steps->len; i++)
    peeled[i] = ((CtScriptStep *) g_ptr_array_index (script->steps, i))->kind == CT_SCRIPT_ASK;
  while (more)
    {
      more = FALSE;
      for (guint i = script->steps->len; i-- > 0;)
        {
          Peel peel = { peeled, FALSE };

          if (peeled[i])
            continue;
          each_edge (script, g_ptr_array_index (script->steps, i), peel_edge, &peel);
          peeled[i] = !peel.holds;
          more = more || !peel.holds;
        }
    }
  for (guint i = 0; i < script->steps->len; i++)
    {
      const CtScriptStep *step = g_ptr_array_index (script->steps, i);

      if (peeled[i])
        continue;
      if (first == NULL)
        first = step;
      g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", step->id);
    }
  if (first != NULL)
    ct_script_report (check, CT_SCRIPT_ERROR, "loop", names->str, "/steps/%s", first->id);
}

/* Outputs */

static void
check_output_step (CtScriptCheck *check, guint index, const CtScriptStep *step)
{
  if (step == NULL || step->kind != CT_SCRIPT_ASK)
    return; /* told already */
  if (!step->required || can_miss (check->script, step))
    ct_script_report (check, CT_SCRIPT_ERROR, "output-missed", step->id, "/outputs/%u", index);
}

static void
check_output_expression (CtScriptCheck *check, guint index, const char *text)
{
  while (text != NULL)
    {
      g_autofree char *literal = NULL;
      g_autofree char *name = NULL;

      text = ct_script_next_piece (text, &literal, &name);
      if (name != NULL && g_str_has_prefix (name, "answer."))
        check_output_step (check, index, ct_script_find (check->script, name + strlen ("answer.")));
    }
}

static void
check_outputs (CtScriptCheck *check)
{
  for (guint i = 0; i < check->script->outputs->len; i++)
    {
      const CtScriptOutput *output = g_ptr_array_index (check->script->outputs, i);

      if (output->optional)
        continue;
      if (output->expression != NULL)
        check_output_expression (check, i, output->expression);
      else
        check_output_step (check, i, ct_script_find (check->script, output->step));
    }
}

/* The caller hears the ticket number before any end that sends a message (S4-05, S4-08). */
static void
check_ticket (CtScriptCheck *check)
{
  const CtScript *script = check->script;
  g_autofree gboolean *tells = g_new0 (gboolean, script->steps->len);
  g_autofree gboolean *seen = NULL;

  for (guint i = 0; i < script->steps->len; i++)
    tells[i] = ct_script_text_mentions (
        &((CtScriptStep *) g_ptr_array_index (script->steps, i))->say, "ticket");
  seen = reach_from_start (script, tells);
  for (guint i = 0; i < script->steps->len; i++)
    {
      const CtScriptStep *step = g_ptr_array_index (script->steps, i);

      if (seen[i] && step->kind == CT_SCRIPT_END && step->message)
        ct_script_report (check, CT_SCRIPT_WARNING, "ticket-untold", NULL, "/steps/%s", step->id);
    }
}

void
ct_script_check_graph (CtScriptCheck *check)
{
  const CtScript *script = check->script;
  g_autofree gboolean *seen = reach_from_start (script, NULL);
  g_autofree gboolean *ends = find_ending (script);

  for (guint i = 0; i < script->steps->len; i++)
    {
      const CtScriptStep *step = g_ptr_array_index (script->steps, i);

      if (!seen[i])
        ct_script_report (check, CT_SCRIPT_ERROR, "unreachable", NULL, "/steps/%s", step->id);
      else if (!ends[i])
        ct_script_report (check, CT_SCRIPT_ERROR, "never-ends", NULL, "/steps/%s", step->id);
    }
  check_loops (check);
  check_outputs (check);
  check_ticket (check);
}
