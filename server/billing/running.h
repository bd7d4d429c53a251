/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The money of a running call (D3, D28, D29), as steps that run in a write closure. A call holds at most
 * two reservations: one on the company's prepaid account and, on an emergency line, one on its
 * provisional credit, which is used after the other. One more block means: the old reservation is
 * voided and a greater one made, in one step, so at the end one transfer posts the whole bill. */
#pragma once

#include "server/billing/billing.h"
#include "server/ports/credit-port.h"

G_BEGIN_DECLS

/* What a call that costs nothing is granted. */
#define CS_RUNNING_FREE_SECONDS G_MAXINT32

typedef struct {
  CtId id; /* the call's, or of the outgoing leg that has a bill of its own */
  CtId call;
  CtId tenant;
  CtId company;
  gboolean onward;
  char currency[4];
  CtMoney rate;
  CtMoney pay_rate;
  gboolean emergency;
  CtId prepaid; /* reservations, or CT_ID_NONE */
  gint64 prepaid_seconds;
  CtId provisional;
  gint64 provisional_seconds;
  gint64 noted_seconds;
  gint64 reserved_ms;
} CsRunning;

/* Asked at the offer. @id and @call differ for an outgoing leg, which brings its own @rate. */
typedef struct {
  CtId id;
  CtId call;
  CtId tenant;
  CtId company;
  gboolean emergency;
  gboolean onward;
  CtMoney rate; /* of an outgoing leg */
} CsRunningRequest;

typedef struct {
  gboolean granted; /* at least one more second than before, or the block held already */
  gint64 until_second;
  gboolean last;
  CtId company;
  CtMoney rate;
  CtMoney spare; /* what the company could still reserve */
} CsGrant;

/* FALSE only when the database failed or the company is unknown; to be refused is an answer. */
gboolean cs_running_reserve (CsBilling *billing, CsDb *db, const CsRunningRequest *request,
                             CsGrant *grant, GError **error);
/* A block beyond @until_second, which may be more than was reserved (a call on paper). */
gboolean cs_running_renew (CsBilling *billing, CsDb *db, CtId id, gint64 until_second,
                           CsGrant *grant, GError **error);
gboolean cs_running_note (CsDb *db, CtId id, gint64 seconds, const CsCreditShare *shares,
                          guint n_shares, GError **error);
/* Posts @seconds, voids the rest, pays the e-agents. A call that is settled, or never was reserved, is
 * left as it is. */
gboolean cs_running_settle (CsBilling *billing, CsDb *db, CtId id, gint64 seconds,
                            const CsCreditShare *shares, guint n_shares, CtId *company,
                            GError **error);
/* Settles at the last noted second. */
gboolean cs_running_recover (CsBilling *billing, CsDb *db, CtId id, GError **error);

G_END_DECLS
