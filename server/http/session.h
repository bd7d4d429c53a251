/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions. A token is 32 random bytes, told once; memory and disk know only its BLAKE2b hash. A session
 * ends 12 hours after its last use and 30 days after sign-in. Used sessions are kept in memory; who the
 * user is is read anew each minute, or at once after cs_sessions_forget_user(). Thread-safe. */
#pragma once

#include "server/http/http.h"
#include "server/http/http-store.h"

G_BEGIN_DECLS

#define CS_SESSION_IDLE_MS (12 * G_GINT64_CONSTANT (3600000))
#define CS_SESSION_LIFE_MS (30 * 24 * G_GINT64_CONSTANT (3600000))

/* A session as a request sees it: immutable but for the time it was used, and counted. */
typedef struct _CsSession CsSession;
struct _CsSession {
  gatomicrefcount references;
  CsPrincipal principal;
  CsStoredSession stored; /* used_ms as it was when read; see `used_ms` */
  gint64 checked_us;      /* when the user was read */
  gint64 used_ms;         /* atomic */
  gint64 written_ms;      /* atomic: the used_ms on disk */
};

CsSession *cs_session_ref (CsSession *session);
void cs_session_unref (CsSession *session);
/* When it will end if it is not used again. */
gint64 cs_session_get_expiry_ms (const CsSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsSession, cs_session_unref)

typedef struct _CsSessions CsSessions;

CsSessions *cs_sessions_new (CsStore *store, const CsAuthenticator *authenticator);
void cs_sessions_free (CsSessions *sessions);

/* Makes a session, on disk when this returns. @token: what the client shall send. */
CsSession *
cs_sessions_begin (CsSessions *sessions, const CsUserRecord *user, char **token, GError **error);
/* NULL and CT_ERROR_UNAUTHENTIC when there is no such session any more. On a worker. */
CsSession *cs_sessions_find (CsSessions *sessions, CsDb *db, const char *token, GError **error);
/* @session as it is now, without counting as a use; NULL and CT_ERROR_UNAUTHENTIC when it has ended. */
CsSession *
cs_sessions_look_again (CsSessions *sessions, CsDb *db, CsSession *session, GError **error);
/* On disk when this returns. */
gboolean cs_sessions_end (CsSessions *sessions, CsSession *session, GError **error);
void cs_sessions_forget_user (CsSessions *sessions, CtId tenant, CtId user, gboolean end);
/* Memory only: sessions and users are read anew on their next use. */
void cs_sessions_forget_all (CsSessions *sessions);
/* Forgets what expired, in memory and on disk; every few minutes. */
void cs_sessions_sweep (CsSessions *sessions);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsSessions, cs_sessions_free)

G_END_DECLS
