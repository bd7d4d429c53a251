/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An e-agent on a fake phone, a scripted server and a clock that the test moves. */
#pragma once

#include "client/phone/fake/fake-phone.h"
#include "client/session/agent.h"
#include "desk-server.h"

G_BEGIN_DECLS

#define NOON G_GINT64_CONSTANT (1795262400000) /* 2026-11-21T12:00:00Z */
#define ME "000000000000A"
#define CALL_ID "000000000001A"
#define SCRIPT_PATH "/api/v1/calls/" CALL_ID "/script"

typedef struct {
  DeskServer *server;
  CtClock *clock;
  CdSession *session;
  CdPhone *phone;
  CdJournal *journal;
  CdAgent *agent;
  GString *problems;
  gboolean signed_in;
} Fixture;

#define ANSWERED ",\"answered\":\"2026-11-21T11:59:50.000Z\""

#define CALL_STATE(f)                                                                              \
  (cd_agent_get_call ((f)->agent) != NULL ? cd_agent_get_call ((f)->agent)->state : "none")
#define WAIT_FOR_STATE(f, state) WAIT_UNTIL (strcmp (CALL_STATE (f), state) == 0)

/* The script: hello (say), name (required text), bye. */
extern const char document[];

char *call_json (const char *state, const char *more);
void set_call (Fixture *f, const char *state, const char *more);
void send_call (Fixture *f, const char *state, const char *more);
void set_presence (Fixture *f, const char *method, const char *state, const char *more);
void set_script_state (Fixture *f, const char *method, gint64 number, const char *step,
                       const char *more);
void make_agent (Fixture *f);
gboolean has_asked (Fixture *f, const char *what);
guint count_asked (Fixture *f, const char *what);
void set_up (Fixture *f, gconstpointer data);
void tear_down (Fixture *f, gconstpointer data);
void talk (Fixture *f);

G_END_DECLS
