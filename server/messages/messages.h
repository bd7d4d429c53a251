/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The message to the company about a call (S0-37, S3-06, S4-05): worded in the company's language, put
 * into an outbox in the transaction that closes the call, sent from there by SMTP. D31: never lost; sent
 * twice at most once, only when the server's word was lost between its acceptance and our note of it,
 * and then with the same Message-ID and told so in the history.
 *
 * A message's states: queued -> sending -> sent | queued again (a temporary failure, with a pause that
 * doubles from a minute up to an hour, for 24 hours) | failed (refused for good, or given up). What was
 * perhaps accepted (found `sending` at the start, or handed over whole without an answer) is sent once
 * more and ends as unknown; when that happens twice, it ends as unknown at once. A row for each
 * address. */
#pragma once

#include "server/http/route.h"

G_BEGIN_DECLS

extern const CsMigration cs_messages_migrations[];
extern const gsize cs_messages_n_migrations;

/* One line of what the script gathered. */
typedef struct {
  const char *label;
  const char *value;
  gboolean secret; /* left out (D33); the company is told that it was taken */
} CsMessageLine;

typedef struct {
  CtId company;
  CtId call;
  const char *company_name;
  const char *const *to;  /* addresses */
  const char *from;       /* "Centrale <calls@example.org>" or a bare address; NULL: the mailer's */
  const char *language;   /* the company's */
  const char *time_zone;  /* the company's, IANA */
  const char *ticket;     /* may be NULL */
  const char *caller;     /* E.164; NULL: withheld */
  const char *line_label; /* may be NULL */
  const char *agent_name; /* may be NULL */
  const char *disposition; /* its label in the company's language; may be NULL */
  const char *note;        /* may be NULL */
  gint64 at_ms;            /* when the call came */
  gint64 seconds;          /* answered */
  const CsMessageLine *lines;
  guint n_lines;
} CsCallMessage;

typedef struct _CsMailer CsMailer;

/* In a write closure: words the message and puts it into the outbox; after the commit @mailer (may be
 * NULL: it looks by itself now and then) is woken. Once a call: again for the same call is TRUE and
 * changes nothing. Without addresses nothing is written. @id may be NULL. */
gboolean cs_messages_put (CsDb *db, CsScope scope, CsMailer *mailer, const CsCallMessage *message,
                          CtId *id, GError **error);
/* CtMessage*, oldest first. NULL on error. */
GPtrArray *cs_messages_list (CsDb *db, CsScope scope, CtId call, GError **error);

/* GET /calls/{id}/messages. The handler's module is a CsMessagesAccess. */
extern const CsModule cs_messages_module;

/* Who may read a call's messages; plugged in by server/app. */
typedef struct {
  gpointer data;
  gboolean (*may_see_call) (gpointer data, CsDb *db, const CsPrincipal *principal, CtId call,
                            GError **error);
} CsMessagesAccess;

/* The mailer */

typedef enum {
  CS_MAIL_PLAIN,    /* no TLS: loopback and trusted networks */
  CS_MAIL_STARTTLS, /* TLS is required after the greeting */
  CS_MAIL_TLS,      /* from the first byte (port 465) */
} CsMailSecurity;

typedef struct {
  const char *host;
  guint16 port;
  CsMailSecurity security;
  const char *ca_path; /* NULL: the system's authorities */
  const char *user;    /* NULL: no sign-in */
  const char *password;
  const char *from;      /* sender of tenants that have none of their own */
  const char *host_name; /* of ours: HELO and Message-ID */
  guint timeout_seconds; /* 0: 30 */
} CsMailConfig;

/* Everything is copied but the store, which outlives it. */
CsMailer *cs_mailer_new (CsStore *store, const CsMailConfig *config);
/* Sorts out what an earlier run left, then sends on a thread of its own. */
gboolean cs_mailer_start (CsMailer *mailer, GError **error);
/* Finishes the message under way. */
void cs_mailer_stop (CsMailer *mailer);
void cs_mailer_free (CsMailer *mailer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsMailer, cs_mailer_free)

/* Looks into the outbox now (a message was put, the clock was moved, the network is back). Any thread. */
void cs_mailer_wake (CsMailer *mailer);

/* For metrics and health. */
typedef struct {
  guint64 sent, failed, retried;
  gint64 waiting;           /* in the outbox now */
  gint64 oldest_waiting_ms; /* when that was put; 0: none */
} CsMailerFigures;

gboolean
cs_mailer_get_figures (CsMailer *mailer, CsDb *db, CsMailerFigures *figures, GError **error);

G_END_DECLS
