/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durable postings a second through the whole of store and ledger (queue, SAVEPOINT, idempotency key, both
 * accounts read and checked, transfer, sums) beside a bare SQLite loop that writes two entries and
 * two balances in groups of 100 and does nothing else. Both move money from one of 10,000 companies to
 * one of 100 tenants, on the same disk, WAL, synchronous=FULL; best of three. At least 0.6. A calibration
 * loop, which only multiplies, stands beside. */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <time.h>

#include "server/billing/billing.h"

#define N_ACCOUNTS 10000
#define N_TENANTS 100 /* the first accounts: those that receive */
#define N_POSTINGS 60000
#define ROUNDS 3
#define TARGET 0.6
#define TENANT 7

static double
seconds_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

/* Of all threads of this process: what is comparable while others use the machine. */
static double
cpu_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

typedef struct {
  double rate; /* postings a second */
  double cpu;  /* microseconds a posting */
} Figure;

static Figure
better (Figure a, Figure b)
{
  return (Figure){ MAX (a.rate, b.rate), a.cpu == 0 ? b.cpu : MIN (a.cpu, b.cpu) };
}

static Figure
figure (double took, double cpu)
{
  return (Figure){ N_POSTINGS / took, cpu / N_POSTINGS * 1e6 };
}

static double
calibrate (void)
{
  gint64 start = g_get_monotonic_time ();
  volatile guint64 value = 1;

  for (int i = 0; i < 100000000; i++)
    value = value * 6364136223846793005u + 1;
  return seconds_since (start);
}

static void
check (sqlite3 *db, int result)
{
  if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW)
    return;
  g_printerr ("sqlite: %s\n", sqlite3_errmsg (db));
  exit (1);
}

static sqlite3_stmt *
prepare (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement;

  check (db, sqlite3_prepare_v2 (db, sql, -1, &statement, NULL));
  return statement;
}

static void
step (sqlite3 *db, sqlite3_stmt *statement)
{
  check (db, sqlite3_step (statement));
  sqlite3_reset (statement);
}

static void
bare_entry (sqlite3 *db, sqlite3_stmt *entry, sqlite3_stmt *balance, int number, int account,
            int amount)
{
  sqlite3_bind_int (entry, 1, number);
  sqlite3_bind_int (entry, 2, account);
  sqlite3_bind_int (entry, 3, amount);
  sqlite3_bind_int64 (entry, 4, G_GINT64_CONSTANT (1700000000000) + number);
  sqlite3_bind_text (entry, 5, "call second", -1, SQLITE_STATIC);
  step (db, entry);
  sqlite3_bind_int (balance, 1, amount);
  sqlite3_bind_int (balance, 2, account);
  step (db, balance);
}

/* The peer: what an expert would write by hand who needs nothing but the sums. */
static Figure
run_bare (const char *path)
{
  sqlite3 *db;
  sqlite3_stmt *entry, *balance, *begin, *commit;
  gint64 start;
  double took, cpu;

  check (NULL, sqlite3_open (path, &db));
  check (db, sqlite3_exec (db,
                           "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                           "PRAGMA wal_autocheckpoint=4000;"
                           "CREATE TABLE acct (id INTEGER PRIMARY KEY, tenant INT NOT NULL,"
                           " balance INT NOT NULL) STRICT;"
                           "CREATE TABLE entry (id INTEGER PRIMARY KEY, tx INT NOT NULL,"
                           " acct INT NOT NULL, amount INT NOT NULL, ts INT NOT NULL, memo TEXT)"
                           " STRICT; CREATE INDEX entry_acct ON entry (acct, ts);"
                           "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                           " WHERE i < 10000) INSERT INTO acct SELECT i, 1, 1000000 FROM n;",
                           NULL, NULL, NULL));
  entry = prepare (db, "INSERT INTO entry (tx, acct, amount, ts, memo) VALUES (?, ?, ?, ?, ?)");
  balance = prepare (db, "UPDATE acct SET balance = balance + ? WHERE id = ?");
  begin = prepare (db, "BEGIN IMMEDIATE");
  commit = prepare (db, "COMMIT");
  cpu = cpu_seconds ();
  start = g_get_monotonic_time ();
  for (int i = 0; i < N_POSTINGS; i++)
    {
      int amount = g_random_int_range (1, 100);

      if (i % 100 == 0)
        step (db, begin);
      bare_entry (db, entry, balance, i, g_random_int_range (N_TENANTS + 1, N_ACCOUNTS + 1),
                  -amount);
      bare_entry (db, entry, balance, i, g_random_int_range (1, N_TENANTS + 1), amount);
      if (i % 100 == 99)
        step (db, commit);
    }
  took = seconds_since (start);
  cpu = cpu_seconds () - cpu;
  sqlite3_finalize (entry);
  sqlite3_finalize (balance);
  sqlite3_finalize (begin);
  sqlite3_finalize (commit);
  check (db, sqlite3_close (db));
  return figure (took, cpu);
}

typedef struct {
  CtId accounts[N_ACCOUNTS];
  int written;
  int failed;
} Ours;

static gboolean
open_accounts (CsDb *db, gpointer data, GError **error)
{
  Ours *ours = data;

  for (int i = 0; i < N_ACCOUNTS; i++)
    if (!cs_ledger_open_account (db, cs_scope_tenant (TENANT), CS_ACCOUNT_PAY_PAYABLE, i + 1, "EUR",
                                 &ours->accounts[i], error))
      return FALSE;
  return TRUE;
}

typedef struct {
  Ours *ours;
  int number;
} Posting;

static gboolean
post (CsDb *db, gpointer data, GError **error)
{
  Posting *posting = data;
  char key[32];
  int company = g_random_int_range (N_TENANTS, N_ACCOUNTS);
  CsTransferRequest request = {
    .debit = posting->ours->accounts[company],
    .company = company,
    .credit = posting->ours->accounts[g_random_int_range (0, N_TENANTS)],
    .amount = g_random_int_range (1, 100),
    .kind = CS_TRANSFER_CALL,
    .key = key,
    .seconds = 1,
    .text = "call second",
  };

  g_snprintf (key, sizeof key, "load:%d", posting->number);
  return cs_ledger_transfer (db, cs_scope_tenant (TENANT), &request, NULL, error);
}

static void
on_wrote (const GError *error, gpointer data)
{
  Ours *ours = ((Posting *) data)->ours;

  if (error != NULL)
    g_atomic_int_inc (&ours->failed);
  g_atomic_int_inc (&ours->written);
}

static Figure
run_ours (const char *path)
{
  g_autoptr (CtClock) clock = ct_clock_new ();
  g_autoptr (GError) error = NULL;
  g_autofree Ours *ours = g_new0 (Ours, 1);
  g_autofree Posting *postings = g_new (Posting, N_POSTINGS);
  CsStore *store;
  gint64 start;
  double took, cpu;

  store = cs_store_open (path, clock, cs_billing_migrations, 1, &error);
  if (store == NULL || !cs_store_write (store, open_accounts, ours, &error))
    g_error ("%s", error->message);
  cpu = cpu_seconds ();
  start = g_get_monotonic_time ();
  for (int i = 0; i < N_POSTINGS; i++)
    {
      postings[i] = (Posting){ ours, i };
      while (!cs_store_write_async (store, post, &postings[i], NULL, on_wrote, NULL, NULL))
        g_usleep (200); /* the queue is full */
    }
  cs_store_close (store); /* returns when all is on disk */
  took = seconds_since (start);
  cpu = cpu_seconds () - cpu;
  if (ours->written != N_POSTINGS || ours->failed > 0)
    g_error ("%d of %d postings failed", ours->failed, N_POSTINGS);
  return figure (took, cpu);
}

static void
remove_database (const char *path)
{
  const char *const ends[] = { "", "-wal", "-shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *file = g_strconcat (path, ends[i], NULL);

      g_unlink (file);
    }
}

int
main (void)
{
  g_autofree char *folder = g_dir_make_tmp ("load-ledger-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.db", NULL);
  Figure bare = { 0 }, ours = { 0 };

  for (int i = 0; i < ROUNDS; i++)
    {
      bare = better (bare, run_bare (path));
      remove_database (path);
      ours = better (ours, run_ours (path));
      remove_database (path);
    }
  g_rmdir (folder);
  g_print ("calibration: 100 million multiplications in %.3f s\n", calibrate ());
  g_print ("bare SQLite, groups of 100: %.0f postings/s, %.1f us of CPU each\n", bare.rate,
           bare.cpu);
  g_print ("store and ledger:           %.0f postings/s, %.1f us of CPU each\n", ours.rate,
           ours.cpu);
  g_print ("ratio %.2f, at least %.2f\n", ours.rate / bare.rate, TARGET);
  return ours.rate / bare.rate >= TARGET ? 0 : 1;
}
