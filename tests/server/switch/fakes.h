/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A world around the switch: the ports as fakes that remember what they were told and hold the switch
 * to their contracts (nothing is said of a dead leg, a bill is settled once, no second is billed that
 * was not granted), a purse a company, a journal that is kept, a manual clock. Answers of the ports
 * are queued as in life and delivered by world_pump(). */
#pragma once

#include "server/switch/switch.h"

typedef struct {
  CsLegId id;
  gboolean incoming;
  /* SIP */
  gboolean invited; /* outgoing: rings */
  gboolean answered;
  gboolean over; /* refused, hung up, or ended by the peer */
  int refused;   /* status we gave */
  CsCause hung_up;
  CsSipTargetKind target;
  CtId user;
  char *number;
  CtId call;
  gboolean reoffer_accepted;
  /* Media */
  gboolean open;
  char *playing; /* names joined by '+', NULL: nothing */
  guint times, tag;
  CsLegId peer;
  gboolean held;
  CtId recording;
  gboolean expected;
  gboolean masked;
  gboolean bared; /* the last unmasking was of a recording that ran */
} FakeLeg;

typedef struct {
  CtId id;
  CtId company;
  gint64 granted;
  gint64 noted;
  gint64 seconds; /* settled */
  gint64 pay;     /* sum of the shares settled */
  guint settled;  /* times */
  gboolean onward;
  guint generation;
} FakeBill;

typedef struct {
  CtClock *clock;
  CsTimers *timers;
  CsSwitch *sw;
  CsPlan *plan;
  GHashTable *legs;   /* FakeLeg */
  GPtrArray *live;    /* those of them that SIP or media still has open, oldest first */
  GHashTable *bills;  /* FakeBill */
  GHashTable *purses; /* company -> gint64* seconds left */
  GQueue events;      /* Posted, to be delivered */
  GPtrArray *notes;   /* CsNote */
  gboolean keep_notes;
  gboolean credit_is_dead; /* does not answer */
  gboolean no_media;       /* open() fails */
  gboolean bad_sdp;        /* answer() and accept() fail */
  gint64 next_id;
  CtId trunk, tenant; /* where INVITEs come from: TRUNK, shared by all tenants */
  guint counts[CS_NOTES];
  CtQualityCounts quality; /* sums */
  guint n_queued;          /* calls that entered the queue for the first time */
} World;

/* Ids of the plan that world_new() makes: one tenant, one company, one line with a menu. */
#define TENANT 100
#define COMPANY 200
#define LINE 300
#define TRUNK 400
#define POOL 500
#define SKILL 600
#define BADGE 700
#define AGENT(n) (1000 + (n))

World *world_new (void);
void world_free (World *world);
CsPlan *world_plan (guint64 version, guint n_agents); /* not sealed */
void world_set_plan (World *world, CsPlan *plan);     /* takes it */
CsPlanLine *world_line (CsPlan *plan);

/* Delivers what waits, and what that sets off, until all is quiet. */
void world_pump (World *world);
/* Moves the clock in steps, so that every timer runs at its time; pumps. */
void world_wait (World *world, double seconds);

/* Events from outside. They are delivered at once. */
CsLegId world_rings (World *world, const char *caller, const char *called);
/* One of our own outgoing legs, come back over the trunk. */
CsLegId world_rings_back (World *world, const char *caller, const char *called, CtId from_call);
void world_sip (World *world, CsSipEventKind kind, CsLegId leg, CsCause cause);
void world_answers (World *world, CsLegId leg);
void world_key (World *world, CsLegId leg, char digit);
void world_media (World *world, CsMediaEventKind kind, CsLegId leg);
/* What the leg plays ends. */
void world_played (World *world, CsLegId leg);
void world_register (World *world, CtId user, gboolean registered);
/* The phone holds or resumes. */
void world_hold (World *world, CsLegId leg, gboolean held);
/* Registered and available. */
void world_ready (World *world, CtId user);
void world_purse (World *world, CtId company, gint64 seconds);
void world_top_up (World *world, CtId company, gint64 seconds);

/* What is. */
FakeLeg *world_leg (World *world, CsLegId leg);
/* The leg that rings or talks at the user's phone, or goes to the number; 0: none. */
CsLegId world_phone (World *world, CtId user);
CsLegId world_dialled (World *world, const char *number);
/* The one call that has not ended. */
CtId world_call (World *world);
CsCallState world_state (World *world, CtId call);
CsPresence world_presence (World *world, CtId user);
FakeBill *world_bill (World *world, CtId call);
/* The last note of the kind, or NULL. */
const CsNote *world_note (World *world, CsNoteKind kind);
/* Forgets in `live` what is closed on both sides; returns how many are left. */
guint world_open_legs (World *world);

/* Between fakes.c (the ports) and world.c (plan, events, questions). */
void fakes_plug (World *world); /* makes the switch */
void fakes_unplug (World *world);
FakeLeg *fakes_make_leg (World *world, CsLegId id, gboolean incoming);
