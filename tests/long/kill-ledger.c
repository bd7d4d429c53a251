/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger under kill -9, the part that is killed and the part that looks afterwards:
 *
 *   kill-ledger DATABASE run SEED     32 threads top up and make calls until killed; says on standard
 *                                     output what it tries, what was used, what was acknowledged
 *   kill-ledger DATABASE check LOG    settles what is open as a start does, repeats what was tried and
 *                                     not acknowledged, and compares all of LOG with the ledger
 *
 * Lines: "try t KEY AMOUNT", "ack t KEY AMOUNT"; "try c CALL", "used c CALL SECONDS", "ack c CALL SECONDS". */
#include "server/billing/credit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RATE G_GINT64_CONSTANT (20000)
#define PAY G_GINT64_CONSTANT (7000)
#define TENANT 11
#define COMPANY 12
#define AGENT 13
#define THREADS 32

static const CsScope scope = { .tenant = TENANT };

typedef struct {
  CsStore *store;
  CsBilling *billing;
  CtClock *clock;
  guint64 seed;
} World;

/* One write, so that a line is whole or not there. */
static void G_GNUC_PRINTF (1, 2) say (const char *format, ...)
{
  char line[160];
  va_list arguments;
  int n;

  va_start (arguments, format);
  n = vsnprintf (line, sizeof line, format, arguments);
  va_end (arguments);
  if (write (STDOUT_FILENO, line, (gsize) n) != n)
    exit (3);
}

static void G_GNUC_NORETURN
die (const char *what, const GError *error)
{
  fprintf (stderr, "kill-ledger: %s: %s\n", what, error != NULL ? error->message : "");
  exit (1);
}

static gboolean
set_tariff (CsDb *db, gpointer data, GError **error)
{
  CsTariff tariff = { .company = COMPANY, .currency = "EUR", .rate = RATE, .pay_rate = PAY };

  return cs_billing_set_tariff (db, scope, &tariff, error);
}

static World
open_world (const char *path)
{
  World w = { .clock = ct_clock_new (), .billing = cs_billing_new () };
  g_autoptr (GError) error = NULL;

  w.store = cs_store_open (path, w.clock, cs_billing_migrations, cs_billing_n_migrations, &error);
  if (w.store == NULL || !cs_credit_recover (w.store, w.billing, NULL, &error)
      || !cs_store_write (w.store, set_tariff, NULL, &error))
    die ("opening", error);
  return w;
}

typedef struct {
  World *w;
  const char *key;
  CtMoney amount;
} TopUp;

static gboolean
write_top_up (CsDb *db, gpointer data, GError **error)
{
  TopUp *t = data;

  return cs_billing_top_up (t->w->billing, db, scope, COMPANY, t->amount, "kill", t->key, NULL,
                            error);
}

static void
top_up (World *w, const char *key, CtMoney amount)
{
  TopUp t = { w, key, amount };
  g_autoptr (GError) error = NULL;

  if (!cs_store_write (w->store, write_top_up, &t, &error))
    die (key, error);
}

static void
on_event (CsCreditEvent *event, gpointer data)
{
  if (event->kind == CS_CREDIT_TOPPED)
    g_free (event);
  else
    g_async_queue_push (data, event);
}

static CsCreditEvent
wait_event (GAsyncQueue *events)
{
  g_autofree CsCreditEvent *event = g_async_queue_pop (events);

  return *event;
}

/* A call that talks as fast as the ledger allows, a second a step. */
static void
make_call (World *w, CsCreditPort *port, GAsyncQueue *events, GRand *random)
{
  CtId call = ct_id_new (w->clock);
  gint64 length = g_rand_int_range (random, 0, 90);
  gint64 used = 0;
  CsCreditShare share = { .user = AGENT };
  CsCreditEvent event;

  say ("try c %" G_GINT64_FORMAT "\n", call);
  port->reserve (port->self, call, TENANT, COMPANY, FALSE, 1);
  event = wait_event (events);
  while (event.kind == CS_CREDIT_GRANTED && used < MIN (length, event.until_second))
    {
      used++;
      share.seconds = used;
      if (used % CS_CREDIT_WRITE_SECONDS == 0)
        {
          say ("used c %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", call, used);
          port->note (port->self, call, used, &share, 1);
        }
      if (used == event.until_second - CS_CREDIT_RENEW_SECONDS)
        {
          port->renew (port->self, call, 2, event.until_second);
          event = wait_event (events);
        }
    }
  share.seconds = used;
  say ("used c %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", call, used);
  port->settle (port->self, call, used, &share, 1);
  wait_event (events);
  say ("ack c %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", call, used);
}

typedef struct {
  World *w;
  int number;
} Worker;

static gpointer
run_worker (gpointer data)
{
  Worker *worker = data;
  World *w = worker->w;
  GAsyncQueue *events = g_async_queue_new ();
  CsCredit *credit = cs_credit_new (w->store, w->billing, on_event, events);
  GRand *random = g_rand_new_with_seed ((guint32) (w->seed * THREADS + (guint) worker->number));

  for (int i = 0;; i++)
    if (g_rand_int_range (random, 0, 4) == 0)
      {
        g_autofree char *key
            = g_strdup_printf ("%" G_GUINT64_FORMAT ".%d.%d", w->seed, worker->number, i);
        CtMoney amount = RATE * g_rand_int_range (random, 1, 200);

        say ("try t %s %" G_GINT64_FORMAT "\n", key, amount);
        top_up (w, key, amount);
        say ("ack t %s %" G_GINT64_FORMAT "\n", key, amount);
      }
    else
      make_call (w, cs_credit_get_port (credit), events, random);
  return NULL;
}

static void
run (World *w)
{
  Worker workers[THREADS];

  for (int i = 0; i < THREADS; i++)
    {
      workers[i] = (Worker){ w, i };
      g_thread_unref (g_thread_new ("worker", run_worker, &workers[i]));
    }
  pause ();
}

/* What the log says of one top-up or call. */
typedef struct {
  gboolean acknowledged;
  gint64 number; /* amount, or seconds: acknowledged, or the most that was used */
} Entry;

static GHashTable *
read_log (const char *path)
{
  GHashTable *entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (path, &text, NULL, &error))
    die ("log", error);
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    {
      char verb[8], kind[2], name[64];
      gint64 number = 0;
      g_autofree char *key = NULL;
      Entry *entry;

      if (sscanf (*line, "%7s %1s %63s %" G_GINT64_FORMAT, verb, kind, name, &number) < 3)
        continue;
      key = g_strconcat (kind, " ", name, NULL);
      entry = g_hash_table_lookup (entries, key);
      if (entry == NULL)
        {
          entry = g_new0 (Entry, 1);
          g_hash_table_insert (entries, g_steal_pointer (&key), entry);
        }
      entry->acknowledged = entry->acknowledged || strcmp (verb, "ack") == 0;
      entry->number = MAX (entry->number, number);
    }
  return entries;
}

typedef struct {
  gint64 acknowledged, repeated, calls, seconds;
  CtMoney paid_in;
} Totals;

static void
check_call (CsDb *db, CtId call, const Entry *entry, Totals *totals)
{
  CsBill bill = { 0 };
  gboolean billed = cs_billing_get_bill (db, scope, call, &bill, NULL);

  if (entry->acknowledged && (billed ? bill.seconds : 0) != entry->number)
    die ("an acknowledged call is not as it was acknowledged", NULL);
  if (billed && (bill.seconds > entry->number || bill.amount != bill.seconds * RATE))
    die ("a call was billed more than was used", NULL);
  totals->calls++;
  totals->acknowledged += entry->acknowledged;
  totals->seconds += bill.seconds;
}

/* What was not acknowledged is sent again: the same key is booked once. A lost one that was
 * acknowledged shows in the sums. */
static void
check_top_up (World *w, const char *key, const Entry *entry, Totals *totals)
{
  if (!entry->acknowledged)
    top_up (w, key, entry->number);
  totals->acknowledged += entry->acknowledged;
  totals->repeated += !entry->acknowledged;
  totals->paid_in += entry->number;
}

static void
check_sums (CsDb *db, const Totals *totals)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  CsCompanyCredit credit;
  CtMoney earned;

  if (!cs_ledger_check (db, faults, &error)
      || !cs_billing_get_credit (db, scope, COMPANY, &credit, &error)
      || !cs_billing_get_earned (db, scope, AGENT, "EUR", &earned, &error))
    die ("reading", error);
  for (guint i = 0; i < faults->len; i++)
    fprintf (stderr, "kill-ledger: %s\n", (char *) g_ptr_array_index (faults, i));
  if (faults->len > 0 || credit.reserved != 0
      || credit.credit != totals->paid_in - totals->seconds * RATE
      || earned != totals->seconds * PAY)
    die ("the sums are not those of the log", NULL);
}

static void
check (World *w, const char *log)
{
  g_autoptr (GHashTable) entries = read_log (log);
  CsDb *db = cs_store_acquire_reader (w->store);
  Totals totals = { 0 };
  GHashTableIter iter;
  gpointer key, entry;

  g_hash_table_iter_init (&iter, entries);
  while (g_hash_table_iter_next (&iter, &key, &entry))
    if (*(char *) key == 't')
      check_top_up (w, (char *) key + 2, entry, &totals);
    else
      check_call (db, g_ascii_strtoll ((char *) key + 2, NULL, 10), entry, &totals);
  check_sums (db, &totals);
  cs_store_release_reader (w->store, db);
  printf ("acknowledged %" G_GINT64_FORMAT ", repeated %" G_GINT64_FORMAT
          ", calls %" G_GINT64_FORMAT ", seconds %" G_GINT64_FORMAT "\n",
          totals.acknowledged, totals.repeated, totals.calls, totals.seconds);
}

int
main (int argc, char **argv)
{
  World w;

  if (argc != 4)
    return 2;
  w = open_world (argv[1]);
  w.seed = g_ascii_strtoull (argv[3], NULL, 10);
  if (strcmp (argv[2], "run") == 0)
    run (&w);
  else
    check (&w, argv[3]);
  cs_store_close (w.store);
  cs_billing_free (w.billing);
  ct_clock_unref (w.clock);
  return 0;
}
