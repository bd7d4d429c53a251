/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cache is a table from token hash to session under one lock, which is never held while the
 * database is asked. A change that arrives while a session is being read would be lost if the reader
 * then cached what it read before: a generation, counted up by each change, tells him not to. */
#define G_LOG_DOMAIN "http"
#include "server/http/session.h"
#include "server/base/log.h"

#include <sodium.h>
#include <string.h>

#define TOKEN_SIZE 32
#define TOKEN_LENGTH 43 /* base64url, without padding */
#define CHECK_US (60 * G_USEC_PER_SEC)
#define TOUCH_MS (5 * 60 * 1000)
#define REPLY_LIFE_MS (24 * G_GINT64_CONSTANT (3600000))
#define MAX_CACHED 50000

struct _CsSessions {
  CsStore *store; /* borrowed */
  CtClock *clock;
  CsAuthenticator authenticator;
  GMutex lock;
  GHashTable *cache; /* guint8[32] of the session -> CsSession* */
  guint64 generation;
};

static guint
hash_hash (gconstpointer key)
{
  guint hash;

  memcpy (&hash, key, sizeof hash);
  return hash;
}

static gboolean
hash_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, CS_TOKEN_HASH_SIZE) == 0;
}

CsSession *
cs_session_ref (CsSession *session)
{
  g_atomic_ref_count_inc (&session->references);
  return session;
}

void
cs_session_unref (CsSession *session)
{
  if (!g_atomic_ref_count_dec (&session->references))
    return;
  g_free (session->principal.language);
  g_free (session);
}

static gint64
load (const gint64 *value)
{
  return __atomic_load_n (value, __ATOMIC_RELAXED);
}

gint64
cs_session_get_expiry_ms (const CsSession *session)
{
  return MIN (load (&session->used_ms) + CS_SESSION_IDLE_MS, session->stored.expires_ms);
}

CsSessions *
cs_sessions_new (CsStore *store, const CsAuthenticator *authenticator)
{
  CsSessions *sessions = g_new0 (CsSessions, 1);

  sessions->store = store;
  sessions->clock = ct_clock_ref (cs_store_get_clock (store));
  sessions->authenticator = *authenticator;
  g_mutex_init (&sessions->lock);
  sessions->cache
      = g_hash_table_new_full (hash_hash, hash_equal, NULL, (GDestroyNotify) cs_session_unref);
  return sessions;
}

void
cs_sessions_free (CsSessions *sessions)
{
  g_hash_table_unref (sessions->cache);
  g_mutex_clear (&sessions->lock);
  ct_clock_unref (sessions->clock);
  g_free (sessions);
}

static CsSession *
session_new (CsSessions *sessions, const CsStoredSession *stored, const CsUserRecord *user)
{
  CsSession *session = g_new0 (CsSession, 1);

  g_atomic_ref_count_init (&session->references);
  session->stored = *stored;
  session->used_ms = session->written_ms = stored->used_ms;
  session->checked_us = ct_clock_monotonic_us (sessions->clock);
  session->principal.scope = cs_scope_tenant (stored->tenant);
  session->principal.user = stored->user;
  session->principal.session = stored->id;
  session->principal.company = user->company;
  session->principal.roles = user->roles;
  session->principal.language = g_strdup (user->language != NULL ? user->language : "en");
  return session;
}

static void
keep (CsSessions *sessions, CsSession *session, guint64 generation)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&sessions->lock);

  if (generation != sessions->generation || g_hash_table_size (sessions->cache) >= MAX_CACHED)
    return;
  g_hash_table_replace (sessions->cache, session->stored.token_hash, cs_session_ref (session));
}

static guint64
read_generation (CsSessions *sessions)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&sessions->lock);

  return sessions->generation;
}

static gboolean
write_begin (CsDb *db, gpointer data, GError **error)
{
  return cs_http_store_add_session (db, data, error);
}

CsSession *
cs_sessions_begin (CsSessions *sessions, const CsUserRecord *user, char **token, GError **error)
{
  guint64 generation = read_generation (sessions);
  guint8 bytes[TOKEN_SIZE];
  char text[TOKEN_LENGTH + 1];
  CsStoredSession stored = { 0 };
  CsSession *session;

  randombytes_buf (bytes, sizeof bytes);
  sodium_bin2base64 (text, sizeof text, bytes, sizeof bytes,
                     sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  crypto_generichash (stored.token_hash, sizeof stored.token_hash, bytes, sizeof bytes, NULL, 0);
  stored.id = ct_id_new (sessions->clock);
  stored.tenant = user->tenant;
  stored.user = user->id;
  stored.created_ms = stored.used_ms = ct_clock_utc_ms (sessions->clock);
  stored.expires_ms = stored.created_ms + CS_SESSION_LIFE_MS;
  if (!cs_store_write (sessions->store, write_begin, &stored, error))
    return NULL;
  session = session_new (sessions, &stored, user);
  keep (sessions, session, generation);
  *token = g_strdup (text);
  return session;
}

static gboolean
hash_token (const char *token, guint8 *hash)
{
  guint8 bytes[TOKEN_SIZE];
  size_t size;

  if (strlen (token) != TOKEN_LENGTH
      || sodium_base642bin (bytes, sizeof bytes, token, TOKEN_LENGTH, NULL, &size, NULL,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING)
             != 0
      || size != TOKEN_SIZE)
    return FALSE;
  crypto_generichash (hash, CS_TOKEN_HASH_SIZE, bytes, sizeof bytes, NULL, 0);
  return TRUE;
}

typedef struct {
  CsScope scope;
  CtId session;
  gint64 used_ms;
} Touch;

static gboolean
write_touch (CsDb *db, gpointer data, GError **error)
{
  Touch *touch = data;

  return cs_http_store_touch_session (db, touch->scope, touch->session, touch->used_ms, error);
}

/* Notes the use; on disk at most every five minutes, and without waiting for it. */
static void
use (CsSessions *sessions, CsSession *session, gint64 now)
{
  gint64 written = load (&session->written_ms);
  Touch *touch;

  __atomic_store_n (&session->used_ms, now, __ATOMIC_RELAXED);
  if (now - written < TOUCH_MS
      || !__atomic_compare_exchange_n (&session->written_ms, &written, now, FALSE, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED))
    return;
  touch = g_new (Touch, 1);
  *touch = (Touch){ session->principal.scope, session->stored.id, now };
  cs_store_write_async (sessions->store, write_touch, touch, NULL, NULL, g_free, NULL);
}

static CsSession *
find_cached (CsSessions *sessions, const guint8 *hash, gint64 *used_ms)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&sessions->lock);
  CsSession *session = g_hash_table_lookup (sessions->cache, hash);

  if (session == NULL)
    return NULL;
  *used_ms = load (&session->used_ms);
  if (ct_clock_monotonic_us (sessions->clock) - session->checked_us > CHECK_US)
    return NULL;
  return cs_session_ref (session);
}

/* Reads session and user from disk. @used_ms: of the cached one, newer than the disk's, or 0. */
static CsSession *
read_session (CsSessions *sessions, CsDb *db, const guint8 *hash, gint64 used_ms, GError **error)
{
  const CsAuthenticator *authenticator = &sessions->authenticator;
  g_auto (CsUserRecord) user = { 0 };
  CsStoredSession stored;
  CsSession *session;

  if (!cs_http_store_find_session (db, hash, &stored, error)
      || !authenticator->read_user (authenticator->self, db, stored.tenant, stored.user, &user,
                                    error))
    return NULL;
  if (user.disabled)
    {
      ct_fail (error, CT_ERROR_NOT_FOUND, "the user is disabled");
      return NULL;
    }
  session = session_new (sessions, &stored, &user);
  session->used_ms = MAX (used_ms, stored.used_ms);
  return session;
}

static void
drop (CsSessions *sessions, const guint8 *hash)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&sessions->lock);

  g_hash_table_remove (sessions->cache, hash);
}

/* From memory, else from disk. */
static CsSession *
find (CsSessions *sessions, CsDb *db, const guint8 *hash, GError **error)
{
  guint64 generation = read_generation (sessions);
  g_autoptr (GError) local = NULL;
  gint64 used_ms = 0;
  g_autoptr (CsSession) session = find_cached (sessions, hash, &used_ms);

  if (session == NULL)
    {
      session = read_session (sessions, db, hash, used_ms, &local);
      if (session != NULL)
        keep (sessions, session, generation);
    }
  if (session == NULL && !ct_error_is (local, CT_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (session == NULL || cs_session_get_expiry_ms (session) <= ct_clock_utc_ms (sessions->clock))
    {
      drop (sessions, hash);
      ct_fail (error, CT_ERROR_UNAUTHENTIC, "the session has ended");
      return NULL;
    }
  return g_steal_pointer (&session);
}

CsSession *
cs_sessions_find (CsSessions *sessions, CsDb *db, const char *token, GError **error)
{
  guint8 hash[CS_TOKEN_HASH_SIZE];
  CsSession *session;

  if (!hash_token (token, hash))
    {
      ct_fail (error, CT_ERROR_UNAUTHENTIC, "no such session");
      return NULL;
    }
  session = find (sessions, db, hash, error);
  if (session != NULL)
    use (sessions, session, ct_clock_utc_ms (sessions->clock));
  return session;
}

CsSession *
cs_sessions_look_again (CsSessions *sessions, CsDb *db, CsSession *session, GError **error)
{
  return find (sessions, db, session->stored.token_hash, error);
}

static gboolean
write_end (CsDb *db, gpointer data, GError **error)
{
  CsSession *session = data;

  return cs_http_store_end_session (db, session->principal.scope, session->stored.id, error);
}

gboolean
cs_sessions_end (CsSessions *sessions, CsSession *session, GError **error)
{
  /* The disk first: who reads the row before it goes does so under the old generation. */
  if (!cs_store_write (sessions->store, write_end, session, error))
    return FALSE;
  g_mutex_lock (&sessions->lock);
  sessions->generation++;
  g_hash_table_remove (sessions->cache, session->stored.token_hash);
  g_mutex_unlock (&sessions->lock);
  return TRUE;
}

static gboolean
is_of_user (gpointer key, gpointer value, gpointer data)
{
  const CsPrincipal *principal = &((CsSession *) value)->principal;
  const CsPrincipal *who = data;

  return principal->user == who->user && principal->scope.tenant == who->scope.tenant;
}

static gboolean
write_end_all (CsDb *db, gpointer data, GError **error)
{
  const CsPrincipal *who = data;

  return cs_http_store_end_sessions_of (db, who->scope, who->user, error);
}

void
cs_sessions_forget_user (CsSessions *sessions, CtId tenant, CtId user, gboolean end)
{
  CsPrincipal who = { .scope = cs_scope_tenant (tenant), .user = user };
  g_autoptr (GError) error = NULL;

  if (end && !cs_store_write (sessions->store, write_end_all, &who, &error))
    cs_warning (CS_ABOUT (.tenant = tenant, .user = user), "the sessions did not end: %s",
                error->message);
  g_mutex_lock (&sessions->lock);
  sessions->generation++;
  g_hash_table_foreach_remove (sessions->cache, is_of_user, &who);
  g_mutex_unlock (&sessions->lock);
}

void
cs_sessions_forget_all (CsSessions *sessions)
{
  g_mutex_lock (&sessions->lock);
  sessions->generation++;
  g_hash_table_remove_all (sessions->cache);
  g_mutex_unlock (&sessions->lock);
}

/* What nobody used for a while need not stay in memory; the disk knows it to five minutes. */
static gboolean
is_unused (gpointer key, gpointer value, gpointer data)
{
  return *(gint64 *) data - load (&((CsSession *) value)->used_ms) > 2 * TOUCH_MS;
}

static gboolean
write_forget (CsDb *db, gpointer data, GError **error)
{
  gint64 now = *(gint64 *) data;

  return cs_http_store_forget_old (db, now, now - CS_SESSION_IDLE_MS - TOUCH_MS,
                                   now - REPLY_LIFE_MS, error);
}

void
cs_sessions_sweep (CsSessions *sessions)
{
  gint64 now = ct_clock_utc_ms (sessions->clock);

  g_mutex_lock (&sessions->lock);
  g_hash_table_foreach_remove (sessions->cache, is_unused, &now);
  g_mutex_unlock (&sessions->lock);
  cs_store_write_async (sessions->store, write_forget, g_memdup2 (&now, sizeof now), NULL, NULL,
                        g_free, NULL);
}
