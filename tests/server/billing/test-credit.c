/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The credit port, as the switch uses it: D3 as a table, two calls of one company with little credit, a
 * crash at each step, and a disk that does not answer. */
#include "../store/gate.h"
#include "fixture.h"

#include "server/billing/credit.h"

typedef struct {
  Fixture base;
  CsCredit *credit;
  CsCreditPort *port;
  GAsyncQueue *events;
} World;

#define CALL G_GINT64_CONSTANT (1001)
#define OTHER G_GINT64_CONSTANT (1002)
#define ONWARD G_GINT64_CONSTANT (2001)
#define ANNA G_GINT64_CONSTANT (3001)
#define BRAM G_GINT64_CONSTANT (3002)

static void
on_event (CsCreditEvent *event, gpointer data)
{
  g_async_queue_push (data, event);
}

static void
start (World *w)
{
  w->credit = cs_credit_new (w->base.store, w->base.billing, on_event, w->events);
  w->port = cs_credit_get_port (w->credit);
}

static void
set_up (World *w, gconstpointer data)
{
  fixture_set_up (&w->base, data);
  w->events = g_async_queue_new_full (g_free);
  start (w);
}

static void
tear_down (World *w, gconstpointer data)
{
  g_clear_pointer (&w->credit, cs_credit_free);
  g_assert_cmpint (g_async_queue_length (w->events), ==, 0);
  g_async_queue_unref (w->events);
  fixture_tear_down (&w->base, data);
}

/* As a crash: what the switch knew is gone, what was written stays. */
static void
crash (World *w)
{
  CsCreditEvent *event;

  g_clear_pointer (&w->credit, cs_credit_free);
  while ((event = g_async_queue_try_pop (w->events)) != NULL)
    g_free (event);
  fixture_reopen (&w->base);
}

static void
recover (World *w, guint expected)
{
  guint settled = 99;
  g_autoptr (GError) error = NULL;

  g_assert_true (cs_credit_recover (w->base.store, w->base.billing, &settled, &error));
  g_assert_cmpuint (settled, ==, expected);
  start (w);
}

static CsCreditEvent
next (World *w)
{
  g_autofree CsCreditEvent *event = g_async_queue_timeout_pop (w->events, 10 * G_USEC_PER_SEC);

  g_assert_nonnull (event);
  return *event;
}

static CsCreditEvent
expect (World *w, CsCreditEventKind kind, CtId call)
{
  CsCreditEvent event = next (w);

  g_assert_cmpint (event.kind, ==, kind);
  g_assert_cmpint (event.call, ==, call);
  return event;
}

static CsCreditEvent
reserve (World *w, CtId call, gboolean emergency, CsCreditEventKind answer)
{
  w->port->reserve (w->port->self, call, w->base.scope.tenant, w->base.company, emergency, 7);
  return expect (w, answer, call);
}

static void
settle (World *w, CtId call, gint64 seconds, CtId agent)
{
  CsCreditShare share = { .user = agent, .seconds = seconds };

  w->port->settle (w->port->self, call, seconds, &share, agent != CT_ID_NONE ? 1 : 0);
  expect (w, CS_CREDIT_SETTLED, call);
}

static void
top_up (World *w, gint64 seconds, const char *key)
{
  fixture_top_up (&w->base, seconds * RATE, key);
  g_assert_cmpint (expect (w, CS_CREDIT_TOPPED, CT_ID_NONE).company, ==, w->base.company);
}

/* What D3 says, in seconds of the tariff. Each call begins with `credit`, asks for its first block, renews
 * ten seconds before each end, and is settled at `talked` or where the credit ends. */
static const struct {
  gint64 credit;
  gint64 talked;
  gint64 first;  /* block */
  gint64 billed; /* -1: refused at the offer */
  gboolean last; /* the first block was all there was */
} d3[] = {
  { 0, 10, 0, -1, FALSE },       /* nothing at all */
  { 1, 10, 1, 1, TRUE },         /* the last second */
  { 29, 29, 29, 29, TRUE },      /* less than a block */
  { 30, 30, 30, 30, TRUE },      /* a block exactly */
  { 31, 31, 30, 31, FALSE },     /* and a second */
  { 100, 0, 30, 0, FALSE },      /* nobody answered: voided */
  { 100, 1, 30, 1, FALSE },      /* most is given back */
  { 100, 30, 30, 30, FALSE },    /* to the end of the block */
  { 100, 61, 30, 61, FALSE },    /* three blocks */
  { 100, 100, 30, 100, FALSE },  /* all of it */
  { 100, 5000, 30, 100, FALSE }, /* ends after the last paid second */
};

static void
test_d3 (gconstpointer data)
{
  gsize row = GPOINTER_TO_SIZE (data);
  World w = { 0 };
  CsCreditEvent event;
  CsCompanyCredit after;

  set_up (&w, NULL);
  if (d3[row].credit > 0)
    top_up (&w, d3[row].credit, "k");
  event = reserve (&w, CALL, FALSE, d3[row].billed < 0 ? CS_CREDIT_REFUSED : CS_CREDIT_GRANTED);
  g_assert_cmpint (event.until_second, ==, d3[row].first);
  g_assert_cmpint (event.last, ==, d3[row].last);
  g_assert_cmpuint (event.generation, ==, 7);
  if (d3[row].billed >= 0)
    {
      gint64 until = event.until_second;

      while (d3[row].talked > until - CS_CREDIT_RENEW_SECONDS)
        {
          w.port->renew (w.port->self, CALL, 8, until);
          event = next (&w);
          if (event.kind == CS_CREDIT_REFUSED)
            break;
          g_assert_cmpint (event.until_second, >, until);
          until = event.until_second;
        }
      settle (&w, CALL, MIN (d3[row].talked, until), ANNA);
    }
  after = fixture_credit (&w.base);
  g_assert_cmpint (after.reserved, ==, 0);
  g_assert_cmpint (after.credit, ==, (d3[row].credit - MAX (d3[row].billed, 0)) * RATE);
  g_assert_cmpint (fixture_earned (&w.base, ANNA), ==, MAX (d3[row].billed, 0) * PAY);
  tear_down (&w, NULL);
}

/* The block is kept over re-offers; settling twice bills once; late messages do nothing. */
static void
test_again (World *w, gconstpointer data)
{
  top_up (w, 100, "k");
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (reserve (w, CALL, FALSE, CS_CREDIT_GRANTED).until_second, ==, 30);
  g_assert_cmpint (fixture_credit (&w->base).reserved, ==, 30 * RATE);
  w->port->renew (w->port->self, CALL, 8, 30);
  w->port->renew (w->port->self, CALL, 9, 30);
  g_assert_cmpint (expect (w, CS_CREDIT_GRANTED, CALL).until_second, ==, 60);
  g_assert_cmpint (fixture_credit (&w->base).reserved, ==, 60 * RATE);
  expect (w, CS_CREDIT_GRANTED, CALL);
  settle (w, CALL, 40, ANNA);
  settle (w, CALL, 55, ANNA);
  w->port->note (w->port->self, CALL, 60, NULL, 0);
  reserve (w, CALL, FALSE, CS_CREDIT_REFUSED);
  g_assert_cmpint (fixture_credit (&w->base).credit, ==, 60 * RATE);
  g_assert_cmpint (fixture_earned (&w->base, ANNA), ==, 40 * PAY);
  /* Voided, and offered anew. */
  reserve (w, OTHER, FALSE, CS_CREDIT_GRANTED);
  settle (w, OTHER, 0, CT_ID_NONE);
  reserve (w, OTHER, FALSE, CS_CREDIT_GRANTED);
  settle (w, OTHER, 5, ANNA);
  g_assert_cmpint (fixture_credit (&w->base).credit, ==, 55 * RATE);
}

/* A top-up lets a call that was refused go on. */
static void
test_top_up (World *w, gconstpointer data)
{
  top_up (w, 30, "a");
  reserve (w, CALL, FALSE, CS_CREDIT_GRANTED);
  w->port->renew (w->port->self, CALL, 8, 30);
  g_assert_cmpint (expect (w, CS_CREDIT_REFUSED, CALL).until_second, ==, 30);
  top_up (w, 7, "b");
  w->port->renew (w->port->self, CALL, 9, 30);
  g_assert_cmpint (expect (w, CS_CREDIT_GRANTED, CALL).until_second, ==, 37);
  settle (w, CALL, 37, ANNA);
  g_assert_cmpint (fixture_credit (&w->base).credit, ==, 0);
}

static gboolean
grant (CsDb *db, gpointer data, GError **error)
{
  World *w = data;

  return cs_billing_grant_provisional (w->base.billing, db, w->base.scope, w->base.company,
                                       20 * RATE, "fax", "fax", error);
}

/* D29: only an emergency line draws what was granted, and only after what was paid. */
static void
test_emergency (World *w, gconstpointer data)
{
  CsCreditEvent event;

  top_up (w, 15, "k");
  fixture_write (&w->base, grant, w);
  expect (w, CS_CREDIT_TOPPED, CT_ID_NONE);
  event = reserve (w, CALL, FALSE, CS_CREDIT_GRANTED);
  g_assert_cmpint (event.until_second, ==, 15);
  g_assert_true (event.last);
  event = reserve (w, OTHER, TRUE, CS_CREDIT_GRANTED);
  g_assert_cmpint (event.until_second, ==, 20);
  settle (w, OTHER, 0, CT_ID_NONE);
  settle (w, CALL, 5, ANNA);
  event = reserve (w, OTHER, TRUE, CS_CREDIT_GRANTED);
  g_assert_cmpint (event.until_second, ==, 30);
  g_assert_true (event.last); /* granted in full but this is all */
  g_assert_cmpint (fixture_credit (&w->base).provisional_used, ==, 20 * RATE);
  settle (w, OTHER, 12, ANNA);
  g_assert_cmpint (fixture_credit (&w->base).credit, ==, 0);
  g_assert_cmpint (fixture_credit (&w->base).provisional, ==, 18 * RATE);
  g_assert_cmpint (fixture_credit (&w->base).provisional_used, ==, 2 * RATE);
  g_assert_cmpint (fixture_earned (&w->base, ANNA), ==, 17 * PAY);
}

/* D28: the e-agents share the bill's seconds; the outgoing leg is a bill of its own. */
static void
test_parties (World *w, gconstpointer data)
{
  CsCreditShare shares[] = { { ANNA, 12 }, { BRAM, 12 } };
  CsDb *db;
  CsBill bill;

  top_up (w, 100, "k");
  reserve (w, CALL, FALSE, CS_CREDIT_GRANTED);
  w->port->reserve_onward (w->port->self, ONWARD, CALL, w->base.scope.tenant, w->base.company, 1000,
                           3);
  g_assert_cmpint (expect (w, CS_CREDIT_GRANTED, ONWARD).until_second, ==, 30);
  w->port->settle (w->port->self, CALL, 20, shares, G_N_ELEMENTS (shares));
  expect (w, CS_CREDIT_SETTLED, CALL);
  db = cs_store_acquire_reader (w->base.store);
  g_assert_false (cs_billing_get_bill (db, w->base.scope, CALL, &bill, NULL)); /* runs on */
  settle (w, ONWARD, 25, ANNA); /* nobody is paid for it */
  g_assert_true (cs_billing_get_bill (db, w->base.scope, CALL, &bill, NULL));
  g_assert_false (cs_billing_get_bill (db, cs_scope_tenant (4711), CALL, &bill, NULL));
  cs_store_release_reader (w->base.store, db);
  g_assert_cmpint (bill.amount, ==, 20 * RATE);
  g_assert_cmpint (bill.onward_amount, ==, 25 * 1000);
  g_assert_cmpint (bill.pay, ==, 20 * PAY);
  g_assert_cmpint (fixture_earned (&w->base, ANNA), ==, 12 * PAY);
  g_assert_cmpint (fixture_earned (&w->base, BRAM), ==, 8 * PAY);
  g_assert_cmpint (fixture_credit (&w->base).credit, ==, 80 * RATE - 25000);
}

/* Two calls take turns with little credit: together never more than there is. */
static void
test_two_calls (World *w, gconstpointer data)
{
  gint64 until[2] = { 0, 0 };
  const CtId calls[2] = { CALL, OTHER };

  top_up (w, 97, "k");
  for (int i = 0; i < 2; i++)
    until[i] = reserve (w, calls[i], FALSE, CS_CREDIT_GRANTED).until_second;
  for (int round = 0; round < 6; round++)
    {
      for (int i = 0; i < 2; i++) /* both in one group of the writer */
        w->port->renew (w->port->self, calls[i], 10 + round, until[i]);
      for (int i = 0; i < 2; i++)
        {
          CsCreditEvent event = next (w);
          int which = event.call == OTHER;

          until[which] = MAX (until[which], event.until_second);
        }
      g_assert_cmpint (until[0] + until[1], <=, 97);
      g_assert_cmpint (fixture_credit (&w->base).credit, >=, 0);
    }
  g_assert_cmpint (until[0] + until[1], ==, 97);
  settle (w, CALL, until[0], ANNA);
  settle (w, OTHER, until[1] + 500, BRAM); /* a switch that overran is not paid for it */
  g_assert_cmpint (fixture_credit (&w->base).credit, ==, 0);
  g_assert_cmpint (fixture_earned (&w->base, BRAM), ==, until[1] * PAY);
}

static void
note (World *w, gint64 seconds)
{
  CsCreditShare share = { .user = ANNA, .seconds = seconds };

  w->port->note (w->port->self, CALL, seconds, &share, 1);
}

/* A crash after each step; never against the company, the e-agent paid to the same second. */
static void
test_crash (World *w, gconstpointer data)
{
  top_up (w, 100, "k");
  crash (w);
  recover (w, 0);

  reserve (w, CALL, FALSE, CS_CREDIT_GRANTED); /* offered */
  crash (w);
  recover (w, 1);
  g_assert_cmpint (fixture_credit (&w->base).credit, ==, 100 * RATE);
  g_assert_cmpint (fixture_credit (&w->base).reserved, ==, 0);

  reserve (w, CALL, FALSE, CS_CREDIT_GRANTED); /* talking, noted */
  note (w, 5);
  crash (w);
  recover (w, 1);
  g_assert_cmpint (fixture_credit (&w->base).credit, ==, 95 * RATE);
  g_assert_cmpint (fixture_earned (&w->base, ANNA), ==, 5 * PAY);
  crash (w); /* and once more: idempotent */
  recover (w, 0);
  settle (w, CALL, 9, ANNA); /* the old end comes late */
  g_assert_cmpint (fixture_credit (&w->base).credit, ==, 95 * RATE);

  reserve (w, OTHER, FALSE, CS_CREDIT_GRANTED); /* renewed, then settled, then down */
  w->port->renew (w->port->self, OTHER, 8, 30);
  expect (w, CS_CREDIT_GRANTED, OTHER);
  settle (w, OTHER, 44, ANNA);
  crash (w);
  recover (w, 0);
  g_assert_cmpint (fixture_credit (&w->base).credit, ==, 51 * RATE);
  g_assert_cmpint (fixture_earned (&w->base, ANNA), ==, 49 * PAY);
}

/* The disk is silent: the call goes on, on paper, as far as the credit last known reaches and no longer
 * than ten minutes; all of it is posted when the disk answers. */
static void
test_paper (World *w, gconstpointer data)
{
  Gate gate = { 0 };
  CsCreditEvent event;
  gint64 until = 30;

  top_up (w, 85, "k");
  reserve (w, CALL, FALSE, CS_CREDIT_GRANTED);
  close_gate (w->base.store, &gate);
  for (int i = 0; i < 3; i++)
    {
      w->port->renew (w->port->self, CALL, 20 + i, until);
      note (w, until - 9); /* too early to call it silence */
      g_assert_cmpint (g_async_queue_length (w->events), ==, 0);
      ct_clock_advance_us (w->base.clock, 5 * G_TIME_SPAN_SECOND);
      note (w, until - 4);
      event = expect (w, i < 2 ? CS_CREDIT_GRANTED : CS_CREDIT_REFUSED, CALL);
      g_assert_cmpuint (event.generation, ==, 20 + i);
      until = event.until_second;
    }
  g_assert_cmpint (until, ==, 85);
  open_gate (&gate);
  settle (w, CALL, 85, ANNA);
  g_assert_cmpint (fixture_credit (&w->base).credit, ==, 0);
  g_assert_cmpint (fixture_earned (&w->base, ANNA), ==, 85 * PAY);
  g_assert_cmpuint (cs_credit_retry (w->credit), ==, 0);
}

static void
test_unknown_company (World *w, gconstpointer data)
{
  w->base.company++;
  reserve (w, CALL, FALSE, CS_CREDIT_REFUSED);
  settle (w, CALL, 0, CT_ID_NONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  for (gsize i = 0; i < G_N_ELEMENTS (d3); i++)
    {
      g_autofree char *name = g_strdup_printf ("/credit/d3/%" G_GSIZE_FORMAT, i);

      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_d3);
    }
#define ADD(name, function) g_test_add (name, World, NULL, set_up, function, tear_down)
  ADD ("/credit/again", test_again);
  ADD ("/credit/top-up", test_top_up);
  ADD ("/credit/emergency", test_emergency);
  ADD ("/credit/parties", test_parties);
  ADD ("/credit/two-calls", test_two_calls);
  ADD ("/credit/crash", test_crash);
  ADD ("/credit/paper", test_paper);
  ADD ("/credit/unknown-company", test_unknown_company);
  return g_test_run ();
}
