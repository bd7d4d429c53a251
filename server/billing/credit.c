/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request of the switch is an Op: the closure's data, its answer, and what is needed to try again. What
 * is remembered of a running call (Live) serves only the case that the disk fails or stays silent:
 * then blocks are granted on paper out of the credit last known, and reserved later.
 *
 * Threads: the port is called on the switch's loop, answers come on the writer's thread; `lock` guards
 * all that both touch, and the sink is always called without it. */
#define G_LOG_DOMAIN "billing"

#include "server/billing/credit.h"
#include "server/base/log.h"

#include <string.h>

#include "server/billing/billing-store.h"
#include "server/billing/running.h"

#define PAPER_US (10 * G_TIME_SPAN_MINUTE) /* a running call goes on so long without the disk */
#define SILENT_US (2 * G_TIME_SPAN_SECOND) /* a renewal unanswered so long is answered on paper */

typedef enum { OP_RESERVE, OP_RENEW, OP_NOTE, OP_SETTLE } OpKind;

typedef struct {
  CtId id;
  CsAbout about;
  CtId company;
  CtMoney rate;
  gint64 until_second;
  gint64 paper_since_us; /* 0: the ledger is up to date */
  gboolean noting;       /* a note is on its way; the next ones wait for it */
  gboolean renewing;     /* a renewal is unanswered, */
  guint generation;      /* this one, */
  gint64 asked_us;       /* asked then */
  gint64 on_paper;       /* generation of the last one that was answered on paper, or -1 */
} Live;

struct _CsCredit {
  CsStore *store;
  CsBilling *billing;
  CsCreditSink sink;
  gpointer sink_data;
  CsCreditPort port;

  GMutex lock;
  GCond idle_changed;
  guint under_way;   /* ops that the writer holds */
  GHashTable *live;  /* CtId* -> Live */
  GHashTable *spare; /* company CtId* -> CtMoney*: what it could still reserve, as last known */
  GQueue unsettled;  /* of Op: settlements that the disk did not take */
};

typedef struct {
  CsCredit *credit;
  OpKind kind;
  CsRunningRequest request;
  CsAbout about; /* whose call, for the log */
  guint generation;
  gint64 seconds; /* of note and settle; until_second of renew */
  CsCreditShare *shares;
  guint n_shares;
  gboolean silent; /* a settlement that nobody asked for: of a reservation whose fate is unknown */

  CsGrant grant;
  CtId company; /* of what was settled */
} Op;

static void
op_free (Op *op)
{
  g_free (op->shares);
  g_free (op);
}

static void
emit (CsCredit *credit, const CsCreditEvent *event)
{
  CsCreditEvent *copy = g_new (CsCreditEvent, 1);

  *copy = *event;
  credit->sink (copy, credit->sink_data);
}

static Live *
find_live (CsCredit *credit, CtId id)
{
  return g_hash_table_lookup (credit->live, &id);
}

static void
remember_spare (CsCredit *credit, CtId company, CtMoney spare)
{
  CtMoney *known = g_hash_table_lookup (credit->spare, &company);

  if (known == NULL)
    {
      known = g_new (CtMoney, 1);
      g_hash_table_insert (credit->spare, g_memdup2 (&company, sizeof company), known);
    }
  *known = spare;
}

/* One more block without the ledger, as far as the credit last known reaches. Under the lock. */
static void
grant_on_paper (CsCredit *credit, Live *live, CsCreditEvent *event)
{
  gint64 now = ct_clock_monotonic_us (cs_store_get_clock (credit->store));
  CtMoney *spare = g_hash_table_lookup (credit->spare, &live->company);
  gint64 block = 0;

  if (live->paper_since_us == 0)
    live->paper_since_us = now;
  if (live->rate > 0 && spare != NULL && now - live->paper_since_us < PAPER_US)
    block = MIN (CS_CREDIT_BLOCK_SECONDS, *spare / live->rate);
  if (block > 0)
    *spare -= block * live->rate;
  live->until_second += block;
  live->renewing = FALSE;
  live->on_paper = live->generation;
  *event = (CsCreditEvent){
    .kind = block > 0 ? CS_CREDIT_GRANTED : CS_CREDIT_REFUSED,
    .call = live->id,
    .company = live->company,
    .generation = live->generation,
    .until_second = live->until_second,
    .last = block > 0 && *spare < live->rate,
  };
  cs_warning (live->about, "%s on paper", block > 0 ? "goes on" : "may not go on");
}

static gboolean
run_op (CsDb *db, gpointer data, GError **error)
{
  Op *op = data;
  CsBilling *billing = op->credit->billing;

  switch (op->kind)
    {
    case OP_RESERVE:
      return cs_running_reserve (billing, db, &op->request, &op->grant, error);
    case OP_RENEW:
      return cs_running_renew (billing, db, op->request.id, op->seconds, &op->grant, error);
    case OP_NOTE:
      return cs_running_note (db, op->request.id, op->seconds, op->shares, op->n_shares, error);
    case OP_SETTLE:
      return cs_running_settle (billing, db, op->request.id, op->seconds, op->shares, op->n_shares,
                                &op->company, error);
    }
  return ct_fail (error, CT_ERROR_INVALID, "no such request");
}

/* The disk's fault, not the request's: it is worth trying again. */
static gboolean
is_disk (const GError *error)
{
  return ct_error_is (error, CT_ERROR_UNKNOWN) || ct_error_is (error, CT_ERROR_IO)
         || ct_error_is (error, CT_ERROR_BUSY);
}

static void
answer_from_grant (const Op *op, CsCreditEvent *event)
{
  *event = (CsCreditEvent){
    .kind = op->grant.granted ? CS_CREDIT_GRANTED : CS_CREDIT_REFUSED,
    .call = op->request.id,
    .company = op->grant.company,
    .generation = op->generation,
    .until_second = op->grant.until_second,
    .last = op->grant.granted && op->grant.last,
  };
}

static Op *
op_new (CsCredit *credit, OpKind kind, CtId id)
{
  Op *op = g_new0 (Op, 1);

  op->credit = credit;
  op->kind = kind;
  op->request.id = op->request.call = op->about.call = id;
  return op;
}

/* The answers to each kind, under the lock; TRUE when @event is to be sent. */
static gboolean
reserve_answered (CsCredit *credit, Op *op, const GError *error, CsCreditEvent *event)
{
  Live *live = find_live (credit, op->request.id);

  if (error != NULL)
    {
      cs_warning (op->about, "no credit: %s", error->message);
      op->grant = (CsGrant){ .company = op->request.company };
    }
  answer_from_grant (op, event);
  if (ct_error_is (error, CT_ERROR_UNKNOWN) && live == NULL)
    {
      Op *undo = op_new (credit, OP_SETTLE, op->request.id);

      undo->silent = TRUE;
      g_queue_push_tail (&credit->unsettled, undo);
    }
  if (error != NULL)
    return TRUE;
  remember_spare (credit, op->grant.company, op->grant.spare);
  if (op->grant.granted && live == NULL)
    {
      live = g_new0 (Live, 1);
      live->id = op->request.id;
      live->about = op->about;
      live->company = op->grant.company;
      live->rate = op->grant.rate;
      live->on_paper = -1;
      g_hash_table_insert (credit->live, g_memdup2 (&live->id, sizeof live->id), live);
    }
  if (live != NULL)
    event->until_second = live->until_second = MAX (live->until_second, op->grant.until_second);
  return TRUE;
}

static gboolean
renew_answered (CsCredit *credit, Op *op, const GError *error, CsCreditEvent *event)
{
  Live *live = find_live (credit, op->request.id);

  if (live == NULL) /* settled meanwhile */
    return FALSE;
  if (error != NULL && is_disk (error))
    {
      if (!live->renewing || live->generation != op->generation)
        return FALSE; /* answered on paper already, or asked anew */
      grant_on_paper (credit, live, event);
      return TRUE;
    }
  if (error != NULL)
    {
      cs_warning (op->about, "%s", error->message);
      op->grant = (CsGrant){ .company = live->company, .until_second = live->until_second };
    }
  else
    remember_spare (credit, op->grant.company, op->grant.spare);
  answer_from_grant (op, event);
  if (op->grant.until_second >= live->until_second)
    live->paper_since_us = 0;
  event->until_second = live->until_second = MAX (live->until_second, op->grant.until_second);
  if (live->generation == op->generation)
    live->renewing = FALSE;
  return live->on_paper != op->generation; /* else the answer on paper stands */
}

static gboolean
settle_answered (CsCredit *credit, Op *op, const GError *error, CsCreditEvent *event)
{
  if (error != NULL && is_disk (error))
    {
      g_queue_push_tail (&credit->unsettled, op);
      return FALSE;
    }
  g_hash_table_remove (credit->live, &op->request.id);
  if (error != NULL) /* it stays in the table of running calls, and is settled at the next start */
    cs_critical (op->about, "could not be settled: %s", error->message);
  else
    cs_info (op->about, "settled at %" G_GINT64_FORMAT " s", op->seconds);
  *event = (CsCreditEvent){
    .kind = CS_CREDIT_SETTLED,
    .call = op->request.id,
    .company = op->company,
    .generation = op->generation,
    .until_second = op->seconds,
  };
  return !op->silent;
}

static gboolean
note_answered (CsCredit *credit, Op *op, const GError *error)
{
  Live *live = find_live (credit, op->request.id);

  if (live != NULL)
    live->noting = FALSE;
  if (error != NULL)
    cs_warning (op->about, "its second was not noted: %s", error->message);
  return FALSE;
}

static gboolean
answered (CsCredit *credit, Op *op, const GError *error, CsCreditEvent *event)
{
  switch (op->kind)
    {
    case OP_RESERVE:
      return reserve_answered (credit, op, error, event);
    case OP_RENEW:
      return renew_answered (credit, op, error, event);
    case OP_NOTE:
      return note_answered (credit, op, error);
    case OP_SETTLE:
      return settle_answered (credit, op, error, event);
    }
  return FALSE;
}

/* Where every op ends: on the writer, or at once when it took nothing. */
static void
on_answered (const GError *error, gpointer data)
{
  Op *op = data;
  CsCredit *credit = op->credit;
  CsCreditEvent event;
  gboolean send, again;

  g_mutex_lock (&credit->lock);
  send = answered (credit, op, error, &event);
  again = g_queue_peek_tail (&credit->unsettled) == op;
  g_mutex_unlock (&credit->lock);
  if (send)
    emit (credit, &event);
  if (!again)
    op_free (op);
  g_mutex_lock (&credit->lock);
  credit->under_way--;
  g_cond_signal (&credit->idle_changed);
  g_mutex_unlock (&credit->lock);
}

static void
submit (Op *op, gboolean urgent)
{
  CsCredit *credit = op->credit;
  g_autoptr (GError) error = NULL;
  gboolean taken;

  g_mutex_lock (&credit->lock);
  credit->under_way++;
  g_mutex_unlock (&credit->lock);
  if (urgent)
    taken = cs_store_write_urgent (credit->store, run_op, op, NULL, on_answered, NULL, &error);
  else
    taken = cs_store_write_async (credit->store, run_op, op, NULL, on_answered, NULL, &error);
  if (!taken)
    on_answered (error, op);
}

/* The call asks anew, so the reservation that may be there is wanted after all. */
static void
forget_undo (CsCredit *credit, CtId id)
{
  GList *next;

  g_mutex_lock (&credit->lock);
  for (GList *l = credit->unsettled.head; l != NULL; l = next)
    {
      Op *op = l->data;

      next = l->next;
      if (op->silent && op->request.id == id)
        {
          g_queue_delete_link (&credit->unsettled, l);
          op_free (op);
        }
    }
  g_mutex_unlock (&credit->lock);
}

static void
on_reserve (gpointer self, CtId call, CtId tenant, CtId company, gboolean emergency,
            guint generation)
{
  Op *op = op_new (self, OP_RESERVE, call);

  forget_undo (self, call);
  op->request.tenant = op->about.tenant = tenant;
  op->request.company = company;
  op->request.emergency = emergency;
  op->generation = generation;
  submit (op, FALSE);
}

static void
on_reserve_onward (gpointer self, CtId onward, CtId call, CtId tenant, CtId company, CtMoney rate,
                   guint generation)
{
  Op *op = op_new (self, OP_RESERVE, onward);

  op->request.call = op->about.call = call;
  op->request.tenant = op->about.tenant = tenant;
  op->request.company = company;
  op->request.onward = TRUE;
  op->request.rate = rate;
  op->generation = generation;
  submit (op, TRUE);
}

static void
on_renew (gpointer self, CtId call, guint generation, gint64 until_second)
{
  CsCredit *credit = self;
  Op *op = op_new (credit, OP_RENEW, call);
  Live *live;

  op->seconds = until_second;
  op->generation = generation;
  g_mutex_lock (&credit->lock);
  live = find_live (credit, call);
  if (live != NULL)
    {
      op->about = live->about;
      live->renewing = TRUE;
      live->generation = generation;
      live->asked_us = ct_clock_monotonic_us (cs_store_get_clock (credit->store));
    }
  g_mutex_unlock (&credit->lock);
  submit (op, TRUE);
}

/* Notes come every five seconds, so this is also where silence of the disk is noticed. */
static void
on_note (gpointer self, CtId call, gint64 seconds, const CsCreditShare *shares, guint n_shares)
{
  CsCredit *credit = self;
  gint64 now = ct_clock_monotonic_us (cs_store_get_clock (credit->store));
  CsCreditEvent event;
  gboolean paper = FALSE, write = TRUE;
  CsAbout about = { .call = call };
  Live *live;
  Op *op;

  g_mutex_lock (&credit->lock);
  live = find_live (credit, call);
  if (live != NULL)
    {
      paper = live->renewing && now - live->asked_us >= SILENT_US;
      if (paper)
        grant_on_paper (credit, live, &event);
      about = live->about;
      write = !live->noting;
      live->noting = TRUE;
    }
  g_mutex_unlock (&credit->lock);
  if (paper)
    emit (credit, &event);
  if (!write)
    return;
  op = op_new (credit, OP_NOTE, call);
  op->about = about;
  op->seconds = seconds;
  op->shares = g_memdup2 (shares, n_shares * sizeof *shares);
  op->n_shares = n_shares;
  submit (op, TRUE);
}

static void
on_settle (gpointer self, CtId call, gint64 seconds, const CsCreditShare *shares, guint n_shares)
{
  CsCredit *credit = self;
  Op *op = op_new (credit, OP_SETTLE, call);
  const Live *live;

  op->seconds = seconds;
  op->shares = g_memdup2 (shares, n_shares * sizeof *shares);
  op->n_shares = n_shares;
  g_mutex_lock (&credit->lock);
  live = find_live (credit, call);
  if (live != NULL)
    op->about = live->about;
  g_hash_table_remove (credit->live, &call);
  g_mutex_unlock (&credit->lock);
  submit (op, TRUE);
}

static void
on_balance_changed (const CsBalanceChange *change, gpointer data)
{
  CsCredit *credit = data;

  g_mutex_lock (&credit->lock);
  remember_spare (credit, change->company, change->now.credit);
  g_mutex_unlock (&credit->lock);
  if (change->rose)
    emit (credit, &(CsCreditEvent){ .kind = CS_CREDIT_TOPPED, .company = change->company });
}

CsCredit *
cs_credit_new (CsStore *store, CsBilling *billing, CsCreditSink sink, gpointer data)
{
  CsCredit *credit = g_new0 (CsCredit, 1);

  credit->store = store;
  credit->billing = billing;
  credit->sink = sink;
  credit->sink_data = data;
  g_mutex_init (&credit->lock);
  g_cond_init (&credit->idle_changed);
  g_queue_init (&credit->unsettled);
  credit->live = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  credit->spare = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  credit->port = (CsCreditPort){
    .self = credit,
    .reserve = on_reserve,
    .renew = on_renew,
    .note = on_note,
    .reserve_onward = on_reserve_onward,
    .settle = on_settle,
  };
  cs_billing_watch (billing, on_balance_changed, credit);
  return credit;
}

void
cs_credit_free (CsCredit *credit)
{
  Op *op;

  g_mutex_lock (&credit->lock);
  while (credit->under_way > 0)
    g_cond_wait (&credit->idle_changed, &credit->lock);
  g_mutex_unlock (&credit->lock);
  cs_billing_unwatch (credit->billing, credit);
  while ((op = g_queue_pop_head (&credit->unsettled)) != NULL)
    {
      cs_warning (op->about, "settled at the next start");
      op_free (op);
    }
  g_hash_table_unref (credit->live);
  g_hash_table_unref (credit->spare);
  g_mutex_clear (&credit->lock);
  g_cond_clear (&credit->idle_changed);
  g_free (credit);
}

CsCreditPort *
cs_credit_get_port (CsCredit *credit)
{
  return &credit->port;
}

guint
cs_credit_retry (CsCredit *credit)
{
  GQueue waiting = G_QUEUE_INIT;
  guint n;
  Op *op;

  g_mutex_lock (&credit->lock);
  waiting = credit->unsettled;
  g_queue_init (&credit->unsettled);
  n = waiting.length;
  g_mutex_unlock (&credit->lock);
  while ((op = g_queue_pop_head (&waiting)) != NULL)
    submit (op, TRUE);
  return n;
}

typedef struct {
  CsBilling *billing;
  CtId id;
} Recovery;

static gboolean
recover_one (CsDb *db, gpointer data, GError **error)
{
  Recovery *recovery = data;

  return cs_running_recover (recovery->billing, db, recovery->id, error);
}

gboolean
cs_credit_recover (CsStore *store, CsBilling *billing, guint *settled, GError **error)
{
  CsDb *db = cs_store_acquire_reader (store);
  g_autoptr (GArray) ids = cs_billing_store_list_running (db, error);

  cs_store_release_reader (store, db);
  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    {
      Recovery recovery = { billing, g_array_index (ids, CtId, i) };

      if (!cs_store_write (store, recover_one, &recovery, error))
        return FALSE;
    }
  if (ids->len > 0)
    g_info ("%u calls that a stop left open were settled at their last written second", ids->len);
  if (settled != NULL)
    *settled = ids->len;
  return TRUE;
}
