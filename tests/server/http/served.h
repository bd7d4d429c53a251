/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One module of the server, served for a test: a store of its own in a folder of its own, users without
 * a database behind them, the API on a free port of loopback, and a client. */
#pragma once

#include "server/http/http.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#define SERVED_PASSWORD "pass"

/* Signs in by @name; the domain may be any. */
typedef struct {
  CtId id;
  const char *name;
  CtId tenant;
  guint roles;
  CtId company; /* CT_ID_NONE: staff */
} ServedUser;

typedef struct {
  char *folder;
  char *base; /* "http://127.0.0.1:PORT/api/v1" */
  char *hash;
  CtClock *clock; /* by hand */
  CsStore *store;
  CsHttp *http;
  SoupSession *client;
  const ServedUser *users;
  gsize n_users;
} Served;

/* The store, with the module's and the sessions' tables. */
void served_open (Served *served, gint64 utc_ms, const CsMigration *migrations, gsize n_migrations);
/* @users are borrowed. */
void served_start (Served *served, const ServedUser *users, gsize n_users, const CsModule *module,
                   gpointer data);
/* Ends HTTP; then what the module's data holds may be freed, and the rest be closed. */
void served_stop (Served *served);
void served_close (Served *served);

char *served_sign_in (Served *served, const char *user);
/* One request below the base; expects @status. @token, @body and @header ("Name: value") may be NULL. The
 * answer's object, empty when it is none. */
JsonObject *served_ask (Served *served, const char *method, const char *path, const char *token,
                        const char *body, const char *header, guint status);
