/* SPDX-License-Identifier: GPL-3.0-or-later */
/* To whom calls were offered, and why (S0-12, B07). */
#define G_LOG_DOMAIN "calls"

#include "server/calls/calls-store.h"

#include <string.h>

#include "common/base/error.h"
#include "server/calls/calls-private.h"

CS_SQL (put_offer,
        "INSERT INTO call_offer (call, winner, at, idle_seconds, candidates, refused, plan_version)"
        "  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (call, at, winner) DO NOTHING");
CS_SQL (put_miss, "UPDATE call_offer SET missed = ?3 WHERE call = ?1 AND winner = ?2"
                  "  AND missed IS NULL");

static char *
refusals_text (const CsOfferReason *reason)
{
  GString *text = g_string_new (NULL);

  /* How many work for other tenants is nobody's business here (S1-04). */
  for (int rule = CS_RULE_TENANT + 1; rule < CS_RULES; rule++)
    if (reason->refused[rule] > 0)
      g_string_append_printf (text, "%s%s=%u", text->len > 0 ? " " : "", cs_rule_name (rule),
                              reason->refused[rule]);
  return g_string_free (text, FALSE);
}

gboolean
cs_calls_put_offer (CsDb *db, CsScope scope, const CsCallView *view, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_offer);
  g_autofree char *refused = refusals_text (&view->reason);

  cs_bind_id (query, 1, view->id);
  cs_bind_id (query, 2, view->reason.winner);
  cs_bind_int (query, 3, view->reason.at_ms);
  cs_bind_int (query, 4, view->reason.idle_seconds);
  cs_bind_int (query, 5, view->reason.candidates);
  cs_bind_text (query, 6, refused);
  cs_bind_int (query, 7, (gint64) view->reason.plan_version);
  return cs_query_run (query, NULL, error);
}

gboolean
cs_calls_put_miss (CsDb *db, CsScope scope, const CsCallView *view, CtId user, const char *how,
                   GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &put_miss);

  cs_bind_id (query, 1, view->id);
  cs_bind_id (query, 2, user);
  cs_bind_text (query, 3, how);
  return cs_query_run (query, NULL, error);
}

CS_SQL (get_why,
        "SELECT o.call, o.winner, o.at, o.idle_seconds, o.candidates, o.refused, o.plan_version"
        "  FROM call_offer o JOIN call c ON c.id = o.call WHERE o.call = ?1 AND c.tenant = ?2"
        "  ORDER BY o.at DESC, o.winner LIMIT 1");

static GPtrArray *
refusals_of (const char *text)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (ct_record_free);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      char *equals = strchr (words[i], '=');
      CtRefusal *refusal;

      if (equals == NULL)
        continue;
      refusal = ct_refusal_new ();
      refusal->rule = g_strndup (words[i], (gsize) (equals - words[i]));
      refusal->count = g_ascii_strtoll (equals + 1, NULL, 10);
      g_ptr_array_add (list, refusal);
    }
  return list;
}

CtWhy *
cs_calls_get_why (CsDb *db, CsScope scope, CtId call, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &get_why);
  CsRowResult result;
  CtWhy *why;

  cs_bind_id (query, 1, call);
  cs_bind_id (query, 2, scope.tenant);
  result = cs_query_step (query, error);
  if (result == CS_ROW_NONE)
    ct_fail (error, CT_ERROR_NOT_FOUND, "call %s was never offered", ct_id_text (call).text);
  if (result != CS_ROW_READY)
    return NULL;
  why = ct_why_new ();
  why->call = call;
  why->user = cs_column_id (query, "winner");
  why->rule = g_strdup (cs_rule_name (CS_RULE_CHOSEN));
  why->at = cs_column_int (query, "at");
  why->idle_seconds = cs_column_int (query, "idle_seconds");
  why->candidates = cs_column_int (query, "candidates");
  why->plan_version = cs_column_int (query, "plan_version");
  why->refused = refusals_of (cs_column_text (query, "refused"));
  return why;
}

/* The calls of a person stand in no index of their own, which each offer would pay for: those of a day are
 * looked through, by the order of identifiers. */
CS_SQL (list_offered,
        "SELECT DISTINCT o.call AS call FROM call_offer o WHERE o.call >= ?1 AND o.winner = ?2"
        "  AND EXISTS (SELECT 1 FROM call c WHERE c.id = o.call AND c.tenant = ?3)"
        "  ORDER BY o.call");

GArray *
cs_calls_list_offered (CsDb *db, CsScope scope, CtId user, gint64 since_ms, GError **error)
{
  g_autoptr (CsQuery) query = cs_query (db, &list_offered);
  g_autoptr (GArray) calls = g_array_new (FALSE, FALSE, sizeof (CtId));
  CsRowResult result;

  cs_bind_id (query, 1, ct_id_first_at (since_ms));
  cs_bind_id (query, 2, user);
  cs_bind_id (query, 3, scope.tenant);
  while ((result = cs_query_step (query, error)) == CS_ROW_READY)
    {
      CtId call = cs_column_id (query, "call");

      g_array_append_val (calls, call);
    }
  return result == CS_ROW_NONE ? g_steal_pointer (&calls) : NULL;
}
