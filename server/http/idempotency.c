/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A POST that creates may be sent again when its reply was lost: under the same Idempotency-Key it is
 * answered with the reply that was kept, for a day. The same key with another body is a mistake (422);
 * two at once: the second waits for nothing, it is told to come again (409).
 *
 * Only successes are kept: what failed changed nothing and may be tried again. The key is stored as a
 * hash and opens the reply, which is sealed with it, so that what a reply tells once (a device's
 * secret) does not lie about readable. Between the handler's commit and the keeping of the reply a crash
 * can fall; where that matters, the handler makes the effect itself unique by the same key. */
#define G_LOG_DOMAIN "http"
#include "server/http/exchange-private.h"

#include <sodium.h>
#include <string.h>

#define KEEP_MS (24 * G_GINT64_CONSTANT (3600000))
#define MAX_KEY 128
#define HASH_SIZE 32

static char *
hash_hex (const char *first, gconstpointer second, gsize size)
{
  crypto_generichash_state state;
  guint8 hash[HASH_SIZE];
  char *text = g_malloc (HASH_SIZE * 2 + 1);

  crypto_generichash_init (&state, NULL, 0, sizeof hash);
  crypto_generichash_update (&state, (const guint8 *) first, strlen (first) + 1);
  crypto_generichash_update (&state, second, size);
  crypto_generichash_final (&state, hash, sizeof hash);
  return sodium_bin2hex (text, HASH_SIZE * 2 + 1, hash, sizeof hash);
}

static void
seal_key (const char *key, guint8 *out)
{
  static const char purpose[] = "kept reply";

  crypto_generichash (out, crypto_secretbox_KEYBYTES, (const guint8 *) key, strlen (key),
                      (const guint8 *) purpose, sizeof purpose);
}

static GBytes *
seal (const char *key, GBytes *body)
{
  gsize size = 0;
  gconstpointer bytes = body != NULL ? g_bytes_get_data (body, &size) : "";
  guint8 secret[crypto_secretbox_KEYBYTES];
  guint8 *sealed = g_malloc (crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + size);

  seal_key (key, secret);
  randombytes_buf (sealed, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy (sealed + crypto_secretbox_NONCEBYTES, bytes, size, sealed, secret);
  return g_bytes_new_take (sealed, crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + size);
}

static GBytes *
open_sealed (const char *key, GBytes *sealed)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (sealed, &size);
  gsize overhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  guint8 secret[crypto_secretbox_KEYBYTES];
  guint8 *body;

  if (size < overhead)
    return NULL;
  seal_key (key, secret);
  body = g_malloc (size - overhead + 1);
  if (crypto_secretbox_open_easy (body, bytes + crypto_secretbox_NONCEBYTES,
                                  size - crypto_secretbox_NONCEBYTES, bytes, secret)
      != 0)
    {
      g_free (body);
      return NULL;
    }
  return g_bytes_new_take (body, size - overhead);
}

static char *
route_name (CsExchange *exchange)
{
  GString *name = g_string_new (exchange->match.row->route->method);

  g_string_append_printf (name, " %s", exchange->match.row->route->path);
  for (guint i = 0; i < exchange->match.n_values; i++)
    g_string_append_printf (name, " %s", exchange->match.values[i]);
  return g_string_free (name, FALSE);
}

/* Who, what and under which key: the parts of a stored reply's name, owned. */
typedef struct {
  CsReplyName name;
  char *route;
  char *key_hash;
  char *request_hash;
} Claim;

static void
claim_clear (Claim *claim)
{
  g_free (claim->route);
  g_free (claim->key_hash);
  g_free (claim->request_hash);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Claim, claim_clear)

static void
claim_init (Claim *claim, CsExchange *exchange)
{
  const CsPrincipal *principal = cs_exchange_principal (exchange);
  const char *key = exchange->idempotency_key;
  gsize size = 0;
  gconstpointer bytes = exchange->bytes != NULL ? g_bytes_get_data (exchange->bytes, &size) : "";

  claim->route = route_name (exchange);
  claim->key_hash = hash_hex ("key", key, strlen (key));
  claim->request_hash = hash_hex ("request", bytes, size);
  claim->name = (CsReplyName){ principal != NULL ? principal->scope.tenant : CT_ID_NONE,
                               principal != NULL ? principal->user : CT_ID_NONE, claim->route,
                               claim->key_hash };
}

/* The claim's name as a key of http->keys. */
static char *
claim_text (const Claim *claim)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s %s", claim->name.tenant,
                          claim->name.user, claim->route, claim->key_hash);
}

static gboolean
lock_key (CsHttp *http, const Claim *claim)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&http->keys_lock);

  return g_hash_table_add (http->keys, claim_text (claim));
}

static void
unlock_key (CsHttp *http, const Claim *claim)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&http->keys_lock);
  g_autofree char *text = claim_text (claim);

  g_hash_table_remove (http->keys, text);
}

static gboolean
is_key (const char *key)
{
  gsize length = key != NULL ? strlen (key) : 0;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph (key[i]))
      return FALSE;
  return length >= 1 && length <= MAX_KEY;
}

/* Replies from what was kept. FALSE when nothing was. */
static gboolean
reply_kept (CsExchange *exchange, const Claim *claim, GError **error)
{
  gint64 now = ct_clock_utc_ms (exchange->http->clock);
  g_auto (CsKeptReply) kept = { 0 };
  GBytes *body;

  if (!cs_http_store_find_reply (cs_exchange_reader (exchange), &claim->name, now - KEEP_MS, &kept,
                                 error))
    return FALSE;
  body = open_sealed (exchange->idempotency_key, kept.sealed);
  if (body == NULL || strcmp (kept.request_hash, claim->request_hash) != 0)
    {
      g_clear_pointer (&body, g_bytes_unref);
      cs_exchange_reply_problem (
          exchange,
          ct_problem_new (422, "key-reused", "this Idempotency-Key was used for another request"));
      return TRUE;
    }
  cs_exchange_set_status (exchange, kept.status);
  if (g_bytes_get_size (body) > 0)
    cs_exchange_reply_bytes (exchange, body, "application/json");
  else
    g_bytes_unref (body);
  cs_exchange_set_header (exchange, "Idempotency-Replayed", "true");
  return TRUE;
}

gboolean
cs_idempotency_begin (CsExchange *exchange, GError **error)
{
  const char *key = cs_exchange_header (exchange, "Idempotency-Key");
  g_autoptr (GError) local = NULL;
  g_auto (Claim) claim = { 0 };

  if (!is_key (key))
    {
      cs_exchange_reply_problem (
          exchange, ct_problem_new (400, "key-missing",
                                    "an Idempotency-Key of 1 to %d characters is needed", MAX_KEY));
      return TRUE;
    }
  exchange->idempotency_key = g_strdup (key);
  claim_init (&claim, exchange);
  if (!lock_key (exchange->http, &claim))
    {
      g_clear_pointer (&exchange->idempotency_key, g_free);
      cs_exchange_reply_later (exchange, 409, "key-in-use", 1);
      return TRUE;
    }
  if (reply_kept (exchange, &claim, &local))
    {
      unlock_key (exchange->http, &claim);
      g_clear_pointer (&exchange->idempotency_key, g_free);
      return TRUE;
    }
  if (!ct_error_is (local, CT_ERROR_NOT_FOUND))
    {
      unlock_key (exchange->http, &claim);
      g_clear_pointer (&exchange->idempotency_key, g_free);
      g_propagate_error (error, g_steal_pointer (&local));
    }
  return FALSE;
}

typedef struct {
  const Claim *claim;
  CsKeptReply reply;
  gint64 now_ms;
} Keeping;

static gboolean
write_reply (CsDb *db, gpointer data, GError **error)
{
  Keeping *keeping = data;

  return cs_http_store_keep_reply (db, &keeping->claim->name, &keeping->reply, keeping->now_ms,
                                   error);
}

void
cs_idempotency_finish (CsExchange *exchange)
{
  CsHttp *http = exchange->http;
  g_auto (Claim) claim = { 0 };
  g_autoptr (GError) error = NULL;

  if (exchange->idempotency_key == NULL)
    return;
  claim_init (&claim, exchange);
  if (exchange->reply.status < 300 && !exchange->reply.streamed)
    {
      Keeping keeping
          = { &claim, { NULL, exchange->reply.status, NULL }, ct_clock_utc_ms (http->clock) };

      keeping.reply.request_hash = g_strdup (claim.request_hash);
      keeping.reply.sealed = seal (exchange->idempotency_key, exchange->reply.body);
      if (!cs_store_write (http->store, write_reply, &keeping, &error))
        cs_warning (cs_exchange_about (exchange), "The reply to request %s was not kept: %s",
                    ct_id_text (exchange->request_id).text, error->message);
      cs_kept_reply_clear (&keeping.reply);
    }
  unlock_key (http, &claim);
}
