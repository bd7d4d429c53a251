/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The switch itself, for its own files only. */
#pragma once

#include "server/switch/call.h"
#include "server/switch/eligibility.h"
#include "server/switch/presence.h"

G_BEGIN_DECLS

struct _CsSwitch {
  /* Borrowed. */
  CtClock *clock;
  CsTimers *timers;
  /* Copies of the vtables. */
  CsSipPort sip;
  CsMediaPort media;
  CsCreditPort credit;
  CsJournal journal;
  CsStudioPort studio; /* zero: no prompts are recorded by phone */

  CsPlan *plan; /* a reference, NULL before the first */
  CsEligibility *eligibility;
  GHashTable *calls;       /* &call->id -> CsCall, owned */
  GQueue order;            /* CsCall, oldest first */
  GHashTable *legs;        /* &leg->id -> CsLeg, inside a call */
  GHashTable *recordings;  /* &id -> CsCall; owns the key */
  GHashTable *bills;       /* &meter->bill of outgoing legs -> CsCall */
  GHashTable *agents;      /* &agent->user -> CsAgent, owned */
  GSequence *waiting;      /* CsCall, in the order they are served */
  GHashTable *line_queues; /* &line id (owned) -> GSequence of those of the line */
  GHashTable *broke;  /* &company id (owned) -> gint64* until when we believe its last refusal */
  guint n_running;    /* calls that have not ended */
  guint n_dialling;   /* connect-throughs and forwards that are not through: may come back to us */
  guint mark;         /* for the walk over the queue */
  GPtrArray *tickets; /* CsTicket, of prompts to be recorded by phone */
  gboolean draining;
  gboolean dispatch_wanted; /* somebody became free: all who wait are looked at */
  GPtrArray *
      fresh; /* CsCall that wait, or wait again, since a moment: they alone are, when nobody became free */
  GPtrArray *reap; /* CsCall that may be done */
};

static inline gint64
cs_switch_now_us (const CsSwitch *self)
{
  return ct_clock_monotonic_us (self->clock);
}

static inline gint64
cs_switch_now_ms (const CsSwitch *self)
{
  return ct_clock_utc_ms (self->clock);
}

/* The last thing every entry into the switch does (event, command, timer): offers what can be
 * offered, frees what is done. */
void cs_switch_rest (CsSwitch *self);

void cs_switch_reap_later (CsCall *call);

/* Whether the company's credit was refused a moment ago. */
gboolean cs_switch_is_broke (CsSwitch *self, CtId company);
void cs_switch_set_broke (CsSwitch *self, CtId company, gboolean broke);

G_END_DECLS
