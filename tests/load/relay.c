/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What 100 bridged G.711 calls cost in CPU: ours, ours with recording, and rtpengine in user space,
 * turn by turn in one run, since only figures of one run compare. Relaying is to cost no more than
 * rtpengine (ratio at most 1.0). Arguments: calls, seconds a turn, turns. */
#include "../tools/tree.h"
#include "common/base/clock.h"
#include "relay-phones.h"
#include "relay-rtpengine.h"
#include "server/media/media.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct {
  guint calls, seconds, turns;
  char *spool;
  gboolean record;
} Plan;

typedef struct {
  const char *name;
  double cpu_ms, arrived;
} Result;

static void
on_event (CsMediaEvent *event, gpointer data)
{
  cs_media_event_free (event);
}

static guint16
open_leg (CsMediaPort *port, CsLegId leg, guint16 phone)
{
  g_autofree char *offer
      = g_strdup_printf ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                         "m=audio %u RTP/AVP 8\r\n",
                         phone);
  g_autofree char *answer = NULL;
  g_autoptr (GError) error = NULL;

  if (port->open (port->self, leg, &error))
    answer = port->answer (port->self, leg, offer, &error);
  if (answer == NULL)
    g_error ("%s", error->message);
  return (guint16) atoi (strstr (answer, "m=audio ") + 8);
}

static void
host (const guint16 *phones, guint n, int in, int out, gpointer data)
{
  const Plan *plan = data;
  g_autoptr (CtClock) clock = ct_clock_new ();
  g_autoptr (GError) error = NULL;
  CsMediaConfig config = {
    .bind_address = "127.0.0.1", .port_min = 46002, .port_max = 60001, .spool_folder = plan->spool
  };
  g_autoptr (CsMedia) media = cs_media_new (&config, clock, on_event, NULL, &error);
  CsMediaPort *port;
  char end;

  if (media == NULL)
    g_error ("%s", error->message);
  port = cs_media_get_port (media);
  for (guint i = 0; i < n; i++)
    {
      guint16 ours = open_leg (port, i + 1, phones[i]);

      if (write (out, &ours, sizeof ours) != sizeof ours)
        g_error ("nobody listens");
      if (i % 2 == 1)
        port->bridge (port->self, i, i + 1);
      if (i % 2 == 1 && plan->record)
        port->record (port->self, i, i);
    }
  while (read (in, &end, 1) > 0)
    ;
}

static void
measure (const Plan *plan, Phones *phones, GPid pid, Result *result)
{
  double before, cpu_ms;

  phones_run (phones, 1); /* everybody has learned where everybody is */
  before = cpu_of (pid);
  result->arrived += phones_run (phones, plan->seconds) / plan->turns;
  cpu_ms = cpu_of (pid) - before;
  result->cpu_ms += cpu_ms;
  printf ("  %-18s %7.1f ms\n", result->name, cpu_ms);
}

static void
run_ours (Plan *plan, gboolean record, Result *result)
{
  Phones *phones = phones_new (2 * plan->calls);
  Relay relay;

  plan->record = record;
  relay = relay_start (phones, 2 * plan->calls, host, plan);
  measure (plan, phones, relay.pid, result);
  relay_stop (relay);
  phones_free (phones);
}

static gboolean
run_rtpengine (const Plan *plan, Result *result)
{
  GPid pid = rtpengine_start ();
  Phones *phones;

  if (pid == 0)
    return FALSE;
  phones = phones_new (2 * plan->calls);
  rtpengine_connect (phones, plan->calls);
  measure (plan, phones, pid, result);
  rtpengine_stop (pid);
  phones_free (phones);
  return TRUE;
}

/* How fast this machine is now: a fixed piece of arithmetic, in CPU milliseconds. */
static double
calibrate (void)
{
  struct rusage before, after;
  volatile guint64 value = 1;

  getrusage (RUSAGE_SELF, &before);
  for (guint i = 0; i < 100 * 1000 * 1000; i++)
    value = value * 6364136223846793005u + 1442695040888963407u;
  getrusage (RUSAGE_SELF, &after);
  return (double) (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1e3
         + (double) (after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e3;
}

static void
print_result (const Plan *plan, const Result *result)
{
  printf ("%-20s %5.2f %% of a core, %5.2f us a packet, %6.2f %% arrived\n", result->name,
          result->cpu_ms / (plan->turns * plan->seconds) / 10,
          result->cpu_ms * 1e3 / (plan->calls * 100.0 * plan->seconds * plan->turns),
          100 * result->arrived);
}

int
main (int argc, char **argv)
{
  Plan plan = { .calls = argc > 1 ? (guint) atoi (argv[1]) : 100,
                .seconds = argc > 2 ? (guint) atoi (argv[2]) : 5,
                .turns = argc > 3 ? (guint) atoi (argv[3]) : 2 };
  Result ours = { .name = "ours" }, recorded = { .name = "ours, recorded" };
  Result rtpengine = { .name = "rtpengine" };
  gboolean compared = TRUE;
  double ratio;

  setvbuf (stdout, NULL, _IOLBF, 0);
  raise_file_limit ();
  plan.spool = g_dir_make_tmp ("centrale-load-XXXXXX", NULL);
  printf ("calibration loop: %.0f ms\n", calibrate ());
  for (guint turn = 0; turn < plan.turns; turn++)
    {
      run_ours (&plan, FALSE, &ours);
      compared = compared && run_rtpengine (&plan, &rtpengine);
      run_ours (&plan, TRUE, &recorded);
    }
  remove_tree (plan.spool);
  g_free (plan.spool);
  print_result (&plan, &ours);
  print_result (&plan, &recorded);
  printf ("recorded to plain: %.2f\n", recorded.cpu_ms / ours.cpu_ms);
  if (!compared)
    {
      printf ("rtpengine is not installed: nothing to compare with\n");
      return 77;
    }
  print_result (&plan, &rtpengine);
  ratio = ours.cpu_ms / rtpengine.cpu_ms;
  printf ("ours to rtpengine: %.2f (at most 1.00)\n", ratio);
  return ratio <= 1.0 && ours.arrived > 0.99 ? 0 : 1;
}
