/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What those see who watch the server: figures for Prometheus, and whether all is well. Read on workers, from
 * counters that are made for it. */
#define G_LOG_DOMAIN "app"

#include <sys/statvfs.h>

#include "server/app/app-private.h"
#include "server/base/metrics.h"

#define MIB (1024 * 1024)
#define LEAST_MIB 64 /* some minutes of a busy house's recordings */

static gint64
count_calls (gpointer data)
{
  CsSipCounts counts;

  cs_sip_get_counts (((CsApp *) data)->sip, &counts);
  return counts.calls;
}

static gint64
count_registrations (gpointer data)
{
  CsSipCounts counts;

  cs_sip_get_counts (((CsApp *) data)->sip, &counts);
  return counts.registrations;
}

static gint64
count_down_trunks (gpointer data)
{
  CsSipCounts counts;

  cs_sip_get_counts (((CsApp *) data)->sip, &counts);
  return counts.trunks_down;
}

static gint64
count_lost_packets (gpointer data)
{
  CsMediaCounters counters;

  cs_media_get_counters (((CsApp *) data)->media, &counters);
  return (gint64) counters.lost;
}

static gint64
get_switch_depth (gpointer data)
{
  return cs_loop_get_depth (((CsApp *) data)->switch_loop);
}

static gint64
get_free_bytes (gpointer data)
{
  const CsApp *app = data;
  struct statvfs disk;

  return statvfs (app->config->data_folder, &disk) == 0
             ? (gint64) disk.f_bavail * (gint64) disk.f_frsize
             : 0;
}

/* What the companies are not told yet: the sign of a wrong password, or of a mail server that is gone. */
static void
get_mail (CsApp *app, CsMailerFigures *figures)
{
  CsDb *db = cs_store_acquire_reader (app->store);

  *figures = (CsMailerFigures){ 0 };
  if (!cs_mailer_get_figures (app->mailer, db, figures, NULL))
    g_warning ("the outbox cannot be read");
  cs_store_release_reader (app->store, db);
}

static gint64
count_mail_waiting (gpointer data)
{
  CsMailerFigures figures;

  get_mail (data, &figures);
  return figures.waiting;
}

static gint64
get_mail_age (gpointer data)
{
  const CsApp *app = data;
  CsMailerFigures figures;

  get_mail (data, &figures);
  return figures.waiting == 0
             ? 0
             : MAX (ct_clock_utc_ms (app->clock) - figures.oldest_waiting_ms, 0) / 1000;
}

static gint64
count_mail_failed (gpointer data)
{
  CsMailerFigures figures;

  get_mail (data, &figures);
  return (gint64) figures.failed;
}

static void
add_mail_metrics (CsApp *app)
{
  cs_metric_gauge_func ("centrale_mail_waiting", "Messages to companies not yet sent.",
                        count_mail_waiting, app);
  cs_metric_gauge_func ("centrale_mail_oldest_seconds", "Since when the oldest of them waits.",
                        get_mail_age, app);
  cs_metric_counter_func ("centrale_mail_failed_total", "Refused or given up since the start.",
                          count_mail_failed, app);
}

static void
add_metrics (CsApp *app)
{
  cs_metric_gauge_func ("centrale_disk_free_bytes", "Room for database and recordings.",
                        get_free_bytes, app);
  cs_metric_gauge_func ("centrale_sip_legs", "Call legs alive.", count_calls, app);
  cs_metric_gauge_func ("centrale_sip_registrations", "Registered contacts.", count_registrations,
                        app);
  cs_metric_gauge_func ("centrale_sip_trunks_down", "Trunks not registered, or without an answer.",
                        count_down_trunks, app);
  cs_metric_counter_func ("centrale_rtp_lost_packets_total", "RTP packets that never came.",
                          count_lost_packets, app);
  cs_metric_gauge_func ("centrale_switch_queue", "Messages waiting for the switch.",
                        get_switch_depth, app);
  if (app->mailer != NULL)
    add_mail_metrics (app);
}

static gboolean
is_switch_well (gpointer data, char **detail)
{
  guint depth = cs_loop_get_depth (((CsApp *) data)->switch_loop);

  *detail = g_strdup_printf ("%u messages wait", depth);
  return depth < CS_APP_SWITCH_CAPACITY / 2;
}

/* A trunk that is down is the carrier's trouble, or the network's: it is told, but whoever restarts what
 * is not well would only end the calls of the others. */
static gboolean
are_trunks_well (gpointer data, char **detail)
{
  CsApp *app = data;
  CsSipCounts counts;
  g_autofree char *down = cs_sip_dup_down_trunks (app->sip);

  cs_sip_get_counts (app->sip, &counts);
  *detail = counts.trunks_down == 0
                ? g_strdup_printf ("%u up", counts.trunks)
                : g_strdup_printf ("%u of %u down: %s", counts.trunks_down, counts.trunks, down);
  return TRUE;
}

/* Calls go on without a disk, for a while; whoever watches must know before. */
static gboolean
has_room (gpointer data, char **detail)
{
  gint64 free_mib = get_free_bytes (data) / MIB;

  *detail = g_strdup_printf ("%" G_GINT64_FORMAT " MiB free", free_mib);
  return free_mib >= LEAST_MIB;
}

void
cs_app_watch (CsApp *app)
{
  add_metrics (app);
  cs_http_add_health (app->http, "switch", is_switch_well, app);
  cs_http_add_health (app->http, "trunks", are_trunks_well, app);
  cs_http_add_health (app->http, "disk", has_room, app);
}
