/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A running server on a free port of loopback, with a store of its own in a folder of its own, three
 * users, a few routes to try things on, and a client. Handlers of `/api/v1/test/wait` stop until the
 * test lets them go. */
#pragma once

#include "common/records/company.h"
#include "common/records/session.h"
#include "server/http/http.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#define TENANT ((CtId) 1001)
#define COMPANY ((CtId) 2001)
#define DOMAIN_NAME "north.example"
#define PASSWORD "correct horse"

/* Users, by name: "anna" (e-agent), "bas" (administrator), "carla" (owner of COMPANY), "dirk"
 * (disabled). Their ids: */
#define ANNA ((CtId) 11)
#define BAS ((CtId) 12)
#define CARLA ((CtId) 13)
#define DIRK ((CtId) 14)

typedef struct {
  char *folder;
  CtClock *clock;
  CsStore *store;
  CsHttpConfig config;
  CsHttp *http;
  SoupSession *client;
  char *base; /* "http://127.0.0.1:PORT" */

  GMutex lock;
  GCond changed;
  guint waiting; /* handlers in /test/wait */
  gboolean go_on;
  guint created; /* by POST /test/things */
  guint anna_roles;
  gboolean anna_disabled;
  gint64 version; /* of what PUT /test/things/{id} changes */
} Fixture;

/* The fixture's configuration may be changed between the two. */
Fixture *fixture_new (CtClock *clock);
void fixture_start (Fixture *fixture);
void fixture_free (Fixture *fixture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

void fixture_wait_for_waiting (Fixture *fixture, guint n);
void fixture_let_go (Fixture *fixture);

typedef struct {
  guint status;
  char *text;
  JsonObject *json; /* NULL when it is no object */
  SoupMessage *message;
} Answer;

void answer_free (Answer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

/* One request; @headers: "Name: value" lines or NULL. Blocks. */
Answer *ask (Fixture *fixture, const char *method, const char *path, const char *token,
             const char *body, const char *headers);
const char *answer_header (Answer *answer, const char *name);
/* A member of the answer's object, "" when it is not there. */
const char *answer_text (Answer *answer, const char *name);
/* Signs in and returns the token. */
char *sign_in_as (Fixture *fixture, const char *user);

extern const CsRoute fixture_routes[];
extern const gsize fixture_n_routes;
