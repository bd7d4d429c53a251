/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An e-agent as the switch sees him (S1-07, S1-15): what he wishes (offline, paused, available), what
 * he is doing for us (ringing, talking, wrap-up), whether a phone of his is registered. One function
 * changes any of it, keeps the eligibility's bits in step and tells. */
#pragma once

#include "server/switch/switch.h"

G_BEGIN_DECLS

typedef struct _CsCall CsCall;
typedef struct _CsAgent CsAgent;

typedef enum {
  CS_ACTIVITY_NONE,
  CS_ACTIVITY_ASKED, /* picked; credit is being reserved, his phone does not ring yet */
  CS_ACTIVITY_RINGING,
  CS_ACTIVITY_TALKING,
  CS_ACTIVITY_WRAP_UP,
} CsActivity;

struct _CsAgent {
  CsSwitch *owner;
  CtId user;
  int index; /* in the plan; -1: not in it */
  CtId tenant;
  gboolean registered;
  gboolean has_new_phone; /* one registered while he talked on another */
  CsPresence wish;        /* OFFLINE, PAUSED or AVAILABLE */
  char *reason;
  CsActivity activity;
  CsCall *call; /* of the activity */
  gint64 since_ms;
  gint64 idle_since_us;
  guint misses; /* in a row */
  guint64 wrap_up_timer;
  gint64 wrap_up_until_ms;
};

/* Finds or makes; never NULL. */
CsAgent *cs_agent_get (CsSwitch *owner, CtId user);
CsAgent *cs_agent_find (CsSwitch *owner, CtId user);
void cs_agent_free (gpointer agent);
CsPresence cs_agent_get_presence (const CsAgent *agent);
void cs_agent_view (const CsAgent *agent, CsPresenceView *view);

void cs_agent_set_registered (CsAgent *agent, gboolean registered);
void cs_agent_wish (CsAgent *agent, CsPresence wish, const char *reason);
/* @call NULL with NONE only. */
void cs_agent_do (CsAgent *agent, CsActivity activity, CsCall *call);
void cs_agent_start_wrap_up (CsAgent *agent, CsCall *call, guint seconds);
/* @finished: by himself. */
void cs_agent_end_wrap_up (CsAgent *agent, gboolean finished);

/* The plan changed: numbers, tenants, bits. */
void cs_agents_replan (CsSwitch *owner);

G_END_DECLS
