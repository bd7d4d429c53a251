/* SPDX-License-Identifier: GPL-3.0-or-later */
/* argon2id by libsodium. A hash says itself what it cost, so costs can change under running accounts. */
#include "server/http/password.h"

#include <sodium.h>
#include <string.h>

#define MAX_PASSWORD 1024
#define SALT_SIZE 16
#define HASH_SIZE 32

char *
cs_http_hash_password (const char *password, const CsHashCost *cost, GError **error)
{
  char hash[crypto_pwhash_STRBYTES];
  gsize length = strlen (password);

  if (sodium_init () < 0)
    {
      ct_fail (error, CT_ERROR_IO, "libsodium did not start");
      return NULL;
    }
  if (length == 0 || length > MAX_PASSWORD)
    {
      ct_fail (error, CT_ERROR_INVALID, "a password has 1 to %d bytes", MAX_PASSWORD);
      return NULL;
    }
  if (crypto_pwhash_str_alg (hash, password, length, cost->passes, cost->memory,
                             crypto_pwhash_ALG_ARGON2ID13)
      != 0)
    {
      ct_fail (error, CT_ERROR_IO, "not enough memory to hash a password");
      return NULL;
    }
  return g_strdup (hash);
}

char *
cs_password_dummy (const CsHashCost *cost)
{
  guint8 bytes[SALT_SIZE + HASH_SIZE];
  char salt[sodium_base64_ENCODED_LEN (SALT_SIZE, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)];
  char hash[sodium_base64_ENCODED_LEN (HASH_SIZE, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)];

  randombytes_buf (bytes, sizeof bytes);
  sodium_bin2base64 (salt, sizeof salt, bytes, SALT_SIZE,
                     sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  sodium_bin2base64 (hash, sizeof hash, bytes + SALT_SIZE, HASH_SIZE,
                     sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  return g_strdup_printf ("$argon2id$v=19$m=%" G_GSIZE_FORMAT ",t=%u,p=1$%s$%s",
                          cost->memory / 1024, cost->passes, salt, hash);
}

gboolean
cs_password_matches (const char *hash, const char *password)
{
  return crypto_pwhash_str_verify (hash, password, strlen (password)) == 0;
}
