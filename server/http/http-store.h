/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the HTTP side keeps on disk: sessions (never a token, only its hash) and, for a day, the replies
 * to requests that bore an Idempotency-Key. Tokens come before tenants, so finding a session is of the
 * system scope; all else names its tenant. */
#pragma once

#include "server/store/store.h"

G_BEGIN_DECLS

#define CS_TOKEN_HASH_SIZE 32

typedef struct {
  CtId id;
  CtId tenant;
  CtId user;
  guint8 token_hash[CS_TOKEN_HASH_SIZE];
  gint64 created_ms;
  gint64 used_ms;    /* to within five minutes */
  gint64 expires_ms; /* absolute */
} CsStoredSession;

/* Write closures' bodies: call them inside cs_store_write(). */
gboolean cs_http_store_add_session (CsDb *db, const CsStoredSession *session, GError **error);
gboolean
cs_http_store_touch_session (CsDb *db, CsScope scope, CtId session, gint64 used_ms, GError **error);
gboolean cs_http_store_end_session (CsDb *db, CsScope scope, CtId session, GError **error);
gboolean cs_http_store_end_sessions_of (CsDb *db, CsScope scope, CtId user, GError **error);
/* Sessions that expired or were not used since @used_before_ms, replies older than @kept_before_ms. */
gboolean cs_http_store_forget_old (CsDb *db, gint64 now_ms, gint64 used_before_ms,
                                   gint64 kept_before_ms, GError **error);

/* CT_ERROR_NOT_FOUND when there is none. */
gboolean cs_http_store_find_session (CsDb *db, const guint8 *token_hash, CsStoredSession *session,
                                     GError **error);

typedef struct {
  CtId tenant; /* CT_ID_NONE: nobody was signed in */
  CtId user;
  const char *route;
  const char *key_hash; /* hex; the key itself opens the sealed reply */
} CsReplyName;

typedef struct {
  char *request_hash; /* hex */
  guint status;
  GBytes *sealed; /* the reply's body */
} CsKeptReply;

void cs_kept_reply_clear (CsKeptReply *reply);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CsKeptReply, cs_kept_reply_clear)

gboolean cs_http_store_keep_reply (CsDb *db, const CsReplyName *name, const CsKeptReply *reply,
                                   gint64 now_ms, GError **error);
/* CT_ERROR_NOT_FOUND when there is none since @kept_after_ms. */
gboolean cs_http_store_find_reply (CsDb *db, const CsReplyName *name, gint64 kept_after_ms,
                                   CsKeptReply *reply, GError **error);

extern const CsMigration cs_http_migrations[];
#define CS_HTTP_N_MIGRATIONS 2

G_END_DECLS
