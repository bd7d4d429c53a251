/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/http.h"

#include <sodium.h>
#include <string.h>

#define MAX_PASSWORD 1024

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
