/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The switch's view of money (D1, D2, D3, D28, D29): it asks for blocks of seconds and says which were
 * used; the ledger decides. Requests are fire-and-forget messages; answers come as CsCreditEvent,
 * matched by call and generation. The switch counts seconds on its own monotonic clock and never
 * lets a call pass the second that was granted. */
#pragma once

#include "common/base/id.h"
#include "common/base/money.h"

G_BEGIN_DECLS

#define CS_CREDIT_BLOCK_SECONDS 30 /* D3 */
#define CS_CREDIT_RENEW_SECONDS 10 /* renew when so much of the block remains */
#define CS_CREDIT_WRITE_SECONDS 5  /* a running call's second is written this often */

typedef enum {
  CS_CREDIT_GRANTED, /* `until_second`: the call may run up to and including this billed second */
  CS_CREDIT_REFUSED, /* no block to be had; `until_second` stays what it was */
  CS_CREDIT_TOPPED,  /* the company's balance rose: ask again if you were refused (call is 0) */
  CS_CREDIT_SETTLED, /* posted and voided; the bill is final */
} CsCreditEventKind;

typedef struct {
  CsCreditEventKind kind;
  CtId call;
  CtId company;
  guint generation; /* of the request answered */
  gint64 until_second;
  gboolean last; /* the block granted was all that is left: warn 30 s before the end */
} CsCreditEvent;

typedef void (*CsCreditSink) (CsCreditEvent *event, gpointer data); /* g_free it */

/* Who was with the caller, for the e-agent's pay (D23, D28): truncated seconds. */
typedef struct {
  CtId user;
  gint64 seconds;
} CsCreditShare;

typedef struct _CsCreditPort CsCreditPort;
struct _CsCreditPort {
  gpointer self;
  /* First block, at the offer; again with the same call: kept (re-offers). @emergency lines may draw
   * on provisional credit (D29). */
  void (*reserve) (gpointer self, CtId call, CtId tenant, CtId company, gboolean emergency,
                   guint generation);
  /* One more block beyond @until_second. */
  void (*renew) (gpointer self, CtId call, guint generation, gint64 until_second);
  /* Every 5 s: this many seconds were used by now, by these e-agents. */
  void (*note) (gpointer self, CtId call, gint64 seconds, const CsCreditShare *shares,
                guint n_shares);
  /* A bill of its own for the outgoing leg after the e-agent has left (D28): first block at @rate a
   * second, under the id @onward; answers, renew, note and settle name @onward instead of the call.
   * Only asked when the line's rate is not zero. NULL is taken as refused. */
  void (*reserve_onward) (gpointer self, CtId onward, CtId call, CtId tenant, CtId company,
                          CtMoney rate, guint generation);
  /* The end: post @seconds, void the rest; 0 seconds voids all. Idempotent by call. */
  void (*settle) (gpointer self, CtId call, gint64 seconds, const CsCreditShare *shares,
                  guint n_shares);
};

G_END_DECLS
