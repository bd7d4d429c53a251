/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A company's dashboard, in one reading: credit and pace, the calls of now with their meter, the calls
 * of today (the company's day, D27), service quality with its three losses (S1-08 to S1-10). */
#define G_LOG_DOMAIN "calls"

#include "common/base/error.h"
#include "common/records/company.h"
#include "server/calls/routes.h"
#include "server/tenants/tenants.h"

#define TODAY_ROWS 100

gint64
cs_calls_start_of_day (gint64 now_ms, const char *time_zone)
{
  g_autoptr (GTimeZone) zone
      = time_zone != NULL ? g_time_zone_new_identifier (time_zone) : g_time_zone_new_utc ();
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (now_ms / 1000);
  g_autoptr (GDateTime) local = NULL;
  g_autoptr (GDateTime) midnight = NULL;
  int year, month, day, interval;
  gint64 wall;

  if (zone == NULL)
    zone = g_time_zone_new_utc ();
  local = g_date_time_to_timezone (utc, zone);
  g_date_time_get_ymd (local, &year, &month, &day);
  midnight = g_date_time_new_utc (year, month, day, 0, 0, 0);
  wall = g_date_time_to_unix (midnight);
  /* Where clocks go back over midnight it comes twice (the Azores): the day begins at the first. */
  interval = g_time_zone_find_interval (zone, G_TIME_TYPE_DAYLIGHT, wall);
  if (interval >= 0)
    return (wall - g_time_zone_get_offset (zone, interval)) * 1000;
  /* Where they go forward over it there is none: at the first moment after. */
  g_date_time_unref (midnight);
  midnight = g_date_time_new (zone, year, month, day, 0, 0, 0);
  return midnight != NULL ? g_date_time_to_unix (midnight) * 1000 : now_ms;
}

static CtQuality *
quality_of (const CtQualityCounts *counts, guint n)
{
  CtQuality *quality = ct_quality_new ();
  CtQualityFigure figure = ct_quality_figure (counts, n);

  for (guint i = 0; i < n; i++)
    {
      quality->received += counts[i].received;
      quality->unanswered += counts[i].unanswered;
      quality->late_seconds += counts[i].late_seconds;
      quality->early_seconds += counts[i].early_seconds;
      quality->beyond_limit += counts[i].beyond_limit;
      quality->within_reference += counts[i].within_reference;
      quality->answered += counts[i].answered;
      quality->waited_seconds += counts[i].waited_seconds;
      quality->reference_seconds = counts[i].settings.reference;
      quality->limit_seconds = counts[i].settings.limit;
    }
  if (figure.defined)
    {
      quality->quality = figure.quality;
      quality->lost_unanswered = figure.lost_unanswered;
      quality->lost_late = figure.lost_late;
      quality->lost_early = figure.lost_early;
      ct_record_mark (quality, "quality");
      ct_record_mark (quality, "lost_unanswered");
      ct_record_mark (quality, "lost_late");
      ct_record_mark (quality, "lost_early");
    }
  return quality;
}

static GPtrArray *
today_of (CsDb *db, CsScope scope, CtId company, gint64 since_ms, GError **error)
{
  g_autoptr (GPtrArray) rows
      = cs_calls_list (db, scope, company, CT_ID_NONE, since_ms, 0, TODAY_ROWS, error);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (ct_record_free);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const CsCallRow *row = rows->pdata[i];
      CtCall *call = row->ended != 0 ? cs_calls_record_of_row (db, scope, row, error) : NULL;

      if (row->ended != 0 && call == NULL)
        return NULL;
      if (call != NULL)
        g_ptr_array_add (list, call);
    }
  return rows != NULL ? g_steal_pointer (&list) : NULL;
}

static gboolean
fill_money (CsDb *db, CsScope scope, CtDashboard *dashboard, GError **error)
{
  CsCompanyCredit credit;
  CsTariff tariff;

  if (!cs_billing_get_credit (db, scope, dashboard->company, &credit, error)
      || !cs_billing_get_tariff (db, scope, dashboard->company, &tariff, error)
      || !cs_billing_pace (db, scope, dashboard->company, dashboard->at, &dashboard->lasts_until,
                           error))
    return FALSE;
  dashboard->currency = g_strdup (tariff.currency);
  dashboard->credit = credit.credit;
  dashboard->reserved = credit.reserved;
  dashboard->provisional = credit.provisional;
  dashboard->provisional_used = credit.provisional_used;
  if (credit.provisional != 0 || credit.provisional_used != 0)
    {
      ct_record_mark (dashboard, "provisional");
      ct_record_mark (dashboard, "provisional_used");
    }
  dashboard->rate = tariff.rate;
  return TRUE;
}

static gboolean
fill_calls (CsDb *db, CsScope scope, CsCalls *calls, CtDashboard *dashboard, gint64 since_ms,
            GError **error)
{
  CsDayFigures figures;
  g_autoptr (GArray) counts
      = cs_calls_list_quality (db, scope, dashboard->company, since_ms, error);

  if (counts == NULL || !cs_calls_sum (db, scope, dashboard->company, since_ms, &figures, error))
    return FALSE;
  dashboard->received_today = figures.received;
  dashboard->answered_today = figures.answered;
  dashboard->seconds_today = figures.seconds;
  dashboard->cost_today = figures.cost;
  dashboard->quality = quality_of ((const CtQualityCounts *) (gpointer) counts->data, counts->len);
  dashboard->live = cs_calls_list_live (calls, scope.tenant, dashboard->company, error);
  dashboard->today = today_of (db, scope, dashboard->company, since_ms, error);
  return dashboard->live != NULL && dashboard->today != NULL;
}

gboolean
cs_calls_get_dashboard (CsExchange *exchange, gpointer module, GError **error)
{
  CsCalls *calls = module;
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  CsDb *db = cs_exchange_reader (exchange);
  CtId id = cs_exchange_id (exchange, "id");
  g_autoptr (CsCompany) company = NULL;
  g_autoptr (CtDashboard) dashboard = ct_dashboard_new ();

  if (principal->company != CT_ID_NONE && principal->company != id)
    return ct_fail (error, CT_ERROR_NOT_FOUND, "no such company");
  company = cs_tenants_get_company (db, principal->scope, id, error);
  if (company == NULL)
    return FALSE;
  dashboard->company = id;
  dashboard->name = g_strdup (company->name);
  dashboard->colour = g_strdup (company->colour);
  dashboard->at = ct_clock_utc_ms (calls->config.clock);
  if (!fill_money (db, principal->scope, dashboard, error)
      || !fill_calls (db, principal->scope, calls, dashboard,
                      cs_calls_start_of_day (dashboard->at, company->time_zone), error))
    return FALSE;
  cs_exchange_reply (exchange, g_steal_pointer (&dashboard));
  return TRUE;
}
