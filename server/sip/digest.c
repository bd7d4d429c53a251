/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/sip/digest.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <sofia-sip/msg_parser.h>

#define NONCE_LIFE_US (300 * G_USEC_PER_SEC)
#define NONCE_BORN 16 /* hex digits of the birth time */
#define NONCE_SEAL 32 /* hex digits of the HMAC */

typedef struct {
  gint64 expires_us;
  guint64 count;
} Used;

struct _CsSipDigest {
  char *realm;
  CtClock *clock; /* borrowed */
  guint8 key[32];
  GHashTable *used; /* nonce -> Used */
};

typedef struct {
  char *user, *realm, *nonce, *uri, *response, *qop, *nc, *cnonce;
} Answer;

static void
answer_clear (Answer *answer)
{
  g_free (answer->user);
  g_free (answer->realm);
  g_free (answer->nonce);
  g_free (answer->uri);
  g_free (answer->response);
  g_free (answer->qop);
  g_free (answer->nc);
  g_free (answer->cnonce);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

CsSipDigest *
cs_sip_digest_new (const char *realm, CtClock *clock)
{
  CsSipDigest *digest = g_new0 (CsSipDigest, 1);

  digest->realm = g_strdup (realm);
  digest->clock = clock;
  if (getrandom (digest->key, sizeof digest->key, 0) != sizeof digest->key)
    g_error ("No randomness: %s", g_strerror (errno));
  digest->used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return digest;
}

void
cs_sip_digest_free (CsSipDigest *digest)
{
  g_hash_table_unref (digest->used);
  g_free (digest->realm);
  g_free (digest);
}

static char *
nonce_make (CsSipDigest *digest, guint64 born)
{
  char text[NONCE_BORN + 1];
  g_autofree char *seal = NULL;

  g_snprintf (text, sizeof text, "%016" G_GINT64_MODIFIER "x", born);
  seal = g_compute_hmac_for_string (G_CHECKSUM_SHA256, digest->key, sizeof digest->key, text,
                                    NONCE_BORN);
  seal[NONCE_SEAL] = '\0';
  return g_strconcat (text, seal, NULL);
}

/* Ours at all? Then @age_us. */
static gboolean
nonce_read (CsSipDigest *digest, const char *nonce, gint64 *age_us)
{
  char text[NONCE_BORN + 1];
  guint64 born = 0;
  g_autofree char *ours = NULL;

  if (strlen (nonce) != NONCE_BORN + NONCE_SEAL)
    return FALSE;
  g_strlcpy (text, nonce, sizeof text);
  if (!g_ascii_string_to_unsigned (text, 16, 0, G_MAXINT64, &born, NULL))
    return FALSE;
  ours = nonce_make (digest, born);
  if (strcmp (ours, nonce) != 0)
    return FALSE;
  *age_us = ct_clock_monotonic_us (digest->clock) - (gint64) born;
  return TRUE;
}

char *
cs_sip_digest_challenge (CsSipDigest *digest, gboolean stale)
{
  g_autofree char *nonce = nonce_make (digest, (guint64) ct_clock_monotonic_us (digest->clock));

  return g_strdup_printf ("Digest realm=\"%s\", nonce=\"%s\", algorithm=MD5, qop=\"auth\"%s",
                          digest->realm, nonce, stale ? ", stale=true" : "");
}

static char *
param_dup (const msg_auth_t *header, const char *name)
{
  const char *value = msg_params_find ((msg_param_t const *) header->au_params, name);
  size_t length = value != NULL ? strlen (value) : 0;

  if (value == NULL)
    return NULL;
  if (length >= 2 && value[0] == '"' && value[length - 1] == '"')
    return g_strndup (value + 1, length - 2);
  return g_strndup (value, length);
}

static gboolean
answer_find (CsSipDigest *digest, const msg_auth_t *answers, Answer *found)
{
  for (; answers != NULL; answers = answers->au_next)
    {
      g_autofree char *realm = NULL;

      if (answers->au_scheme == NULL || g_ascii_strcasecmp (answers->au_scheme, "Digest") != 0
          || answers->au_params == NULL)
        continue;
      realm = param_dup (answers, "realm=");
      if (g_strcmp0 (realm, digest->realm) != 0)
        continue;
      *found = (Answer){
        .user = param_dup (answers, "username="),
        .realm = g_steal_pointer (&realm),
        .nonce = param_dup (answers, "nonce="),
        .uri = param_dup (answers, "uri="),
        .response = param_dup (answers, "response="),
        .qop = param_dup (answers, "qop="),
        .nc = param_dup (answers, "nc="),
        .cnonce = param_dup (answers, "cnonce="),
      };
      return TRUE;
    }
  return FALSE;
}

char *
cs_sip_digest_dup_user (CsSipDigest *digest, const msg_auth_t *answers)
{
  g_auto (Answer) answer = { 0 };

  if (!answer_find (digest, answers, &answer))
    return NULL;
  return g_steal_pointer (&answer.user);
}

/* RFC 2617 3.2.2.1; without qop as RFC 2069 had it. */
static gboolean
response_is_right (const Answer *answer, const char *method, const char *ha1)
{
  g_autofree char *a2 = g_strdup_printf ("%s:%s", method, answer->uri);
  g_autofree char *ha2 = g_compute_checksum_for_string (G_CHECKSUM_MD5, a2, -1);
  g_autofree char *whole = answer->qop != NULL ? g_strjoin (":", ha1, answer->nonce, answer->nc,
                                                            answer->cnonce, answer->qop, ha2, NULL)
                                               : g_strjoin (":", ha1, answer->nonce, ha2, NULL);
  g_autofree char *expected = g_compute_checksum_for_string (G_CHECKSUM_MD5, whole, -1);

  return g_ascii_strcasecmp (expected, answer->response) == 0;
}

/* Each count of a nonce is good once; without qop there is one count. */
static gboolean
count_is_fresh (CsSipDigest *digest, const Answer *answer, gint64 age_us)
{
  guint64 count = 1;
  Used *used = g_hash_table_lookup (digest->used, answer->nonce);

  if (answer->qop != NULL
      && !g_ascii_string_to_unsigned (answer->nc, 16, 1, G_MAXUINT32, &count, NULL))
    return FALSE;
  if (used == NULL)
    {
      used = g_new0 (Used, 1);
      used->expires_us = ct_clock_monotonic_us (digest->clock) - age_us + NONCE_LIFE_US;
      g_hash_table_insert (digest->used, g_strdup (answer->nonce), used);
    }
  if (count <= used->count)
    return FALSE;
  used->count = count;
  return TRUE;
}

CsSipDigestVerdict
cs_sip_digest_verify (CsSipDigest *digest, const msg_auth_t *answers, const char *method,
                      const char *ha1)
{
  g_auto (Answer) answer = { 0 };
  gint64 age_us = 0;

  if (!answer_find (digest, answers, &answer))
    return CS_SIP_DIGEST_MISSING;
  if (answer.user == NULL || answer.nonce == NULL || answer.uri == NULL || answer.response == NULL)
    return CS_SIP_DIGEST_WRONG;
  if (answer.qop != NULL
      && (g_ascii_strcasecmp (answer.qop, "auth") != 0 || answer.nc == NULL
          || answer.cnonce == NULL))
    return CS_SIP_DIGEST_WRONG;
  /* An unknown user's answer is computed too, so that time does not tell who exists. */
  if (!response_is_right (&answer, method, ha1 != NULL ? ha1 : "-") || ha1 == NULL)
    return CS_SIP_DIGEST_WRONG;
  /* A nonce of an earlier process is not ours to verify, but the phone did nothing wrong. */
  if (!nonce_read (digest, answer.nonce, &age_us) || age_us < 0 || age_us > NONCE_LIFE_US
      || !count_is_fresh (digest, &answer, age_us))
    return CS_SIP_DIGEST_STALE;
  return CS_SIP_DIGEST_RIGHT;
}

static gboolean
is_expired (gpointer key, gpointer value, gpointer data)
{
  const Used *used = value;
  const gint64 *now = data;

  return used->expires_us < *now;
}

void
cs_sip_digest_sweep (CsSipDigest *digest)
{
  gint64 now = ct_clock_monotonic_us (digest->clock);

  g_hash_table_foreach_remove (digest->used, is_expired, &now);
}
