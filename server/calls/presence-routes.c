/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "calls"

#include <string.h>

#include "server/calls/routes.h"
#include "server/tenants/tenants.h"

#define MOST_A_DAY 2000
#define DAY_MS (24 * G_GINT64_CONSTANT (3600000)) /* no call lasts longer */

typedef struct {
  CtId user;
  CsPresence presence;
  char reason[512];
} SetPresence;

/* What the ledger booked to him today, also of calls that another e-agent had after him. */
static gboolean
sum_earned (CsDb *db, CsScope scope, CtId user, gint64 since_ms, CtMoney *earned, GError **error)
{
  g_autoptr (GArray) calls = cs_calls_list_offered (db, scope, user, since_ms - DAY_MS, error);

  for (guint i = 0; calls != NULL && i < calls->len; i++)
    {
      CtMoney pay = 0;

      if (!cs_billing_get_pay (db, scope, g_array_index (calls, CtId, i), user, since_ms, &pay,
                               error))
        return FALSE;
      *earned += pay;
    }
  return calls != NULL;
}

/* How long the calls lasted that began today. */
static gboolean
sum_talked (CsDb *db, CsScope scope, CtId user, gint64 since_ms, CtPresence *presence,
            GError **error)
{
  g_autoptr (GPtrArray) rows
      = cs_calls_list (db, scope, CT_ID_NONE, user, since_ms, 0, MOST_A_DAY, error);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const CsCallRow *row = rows->pdata[i];

      if (row->answered != 0)
        presence->talked_seconds += row->seconds;
    }
  return rows != NULL;
}

/* With what the switch does not know: the name and the earnings. */
static CtPresence *
presence_of (CsExchange *exchange, CsCalls *calls, CtId user, GError **error)
{
  CsPresenceView view = { 0 };
  CsDb *db = cs_exchange_reader (exchange);
  CsScope scope = cs_exchange_scope (exchange);
  g_autoptr (CsTenant) tenant = cs_tenants_get (db, scope, error);
  g_autoptr (CsUser) person = cs_tenants_get_user (db, scope, user, error);
  g_autoptr (CtPresence) presence = NULL;
  gint64 midnight_ms;

  if (tenant == NULL || person == NULL || !cs_calls_find_presence (calls, user, &view, error))
    return NULL;
  presence = cs_calls_record_of_presence (&view);
  cs_presence_view_clear (&view);
  presence->name = g_strdup (person->name);
  presence->currency = g_strdup (tenant->currency);
  ct_record_mark (presence, "earned_today");
  midnight_ms = cs_calls_start_of_day (ct_clock_utc_ms (calls->config.clock),
                                       person->time_zone != NULL && *person->time_zone != '\0'
                                           ? person->time_zone
                                           : tenant->time_zone);
  if (!cs_billing_get_earned (db, scope, user, tenant->currency, &presence->earned, error)
      || !sum_earned (db, scope, user, midnight_ms, &presence->earned_today, error)
      || !sum_talked (db, scope, user, midnight_ms, presence, error))
    return NULL;
  return g_steal_pointer (&presence);
}

gboolean
cs_calls_get_my_presence (CsExchange *exchange, gpointer module, GError **error)
{
  CtPresence *presence
      = presence_of (exchange, module, cs_exchange_principal (exchange)->user, error);

  if (presence == NULL)
    return FALSE;
  cs_exchange_reply (exchange, presence);
  return TRUE;
}

gboolean
cs_calls_get_my_waiting (CsExchange *exchange, gpointer module, GError **error)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  g_autoptr (CtWaiting) waiting = ct_waiting_new ();

  cs_calls_follow_waiting (module, principal->user, principal->scope.tenant);
  if (!cs_calls_count_waiting (module, principal->user, &waiting->calls, &waiting->since, error))
    return FALSE;
  cs_exchange_reply (exchange, g_steal_pointer (&waiting));
  return TRUE;
}

static gboolean
set_presence (CsSwitch *self, gconstpointer arguments, GError **error)
{
  const SetPresence *set = arguments;

  return cs_switch_set_presence (self, set->user, set->presence,
                                 set->reason[0] != '\0' ? set->reason : NULL, error);
}

gboolean
cs_calls_put_my_presence (CsExchange *exchange, gpointer module, GError **error)
{
  const CtPresenceChange *change = cs_exchange_body (exchange);
  SetPresence set = { .user = cs_exchange_principal (exchange)->user };

  set.presence = strcmp (change->state, "available") == 0 ? CS_PRESENCE_AVAILABLE
                 : strcmp (change->state, "paused") == 0  ? CS_PRESENCE_PAUSED
                                                          : CS_PRESENCE_OFFLINE;
  if (change->reason != NULL)
    g_strlcpy (set.reason, change->reason, sizeof set.reason);
  return cs_calls_command (module, set_presence, &set, sizeof set, error)
         && cs_calls_wait_written (module, error)
         && cs_calls_get_my_presence (exchange, module, error);
}

gboolean
cs_calls_get_presences (CsExchange *exchange, gpointer module, GError **error)
{
  CsScope scope = cs_exchange_scope (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  GPtrArray *list = cs_calls_list_presence (module, scope.tenant, error);

  if (list == NULL)
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    {
      CtPresence *presence = list->pdata[i];
      g_autoptr (CsUser) person = cs_tenants_get_user (db, scope, presence->user, NULL);

      presence->name = person != NULL ? g_strdup (person->name) : NULL;
    }
  cs_exchange_reply_list (exchange, list, 0);
  return TRUE;
}
