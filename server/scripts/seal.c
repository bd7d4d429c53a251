/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/scripts/seal.h"

#include <sodium.h>
#include <string.h>

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES

G_STATIC_ASSERT (CS_SCRIPTS_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

static char *
bound_to (CtId call, const char *step)
{
  return g_strdup_printf ("answer %s %s", ct_id_text (call).text, step);
}

GBytes *
cs_scripts_seal (const guint8 key[CS_SCRIPTS_KEY_SIZE], CtId call, const char *step,
                 const char *secret)
{
  g_autofree char *bound = bound_to (call, step);
  gsize size = strlen (secret);
  guint8 *sealed = g_malloc (NONCE + size + TAG);

  randombytes_buf (sealed, NONCE);
  crypto_aead_xchacha20poly1305_ietf_encrypt (sealed + NONCE, NULL, (const guint8 *) secret, size,
                                              (const guint8 *) bound, strlen (bound), NULL, sealed,
                                              key);
  return g_bytes_new_take (sealed, NONCE + size + TAG);
}

char *
cs_scripts_unseal (const guint8 key[CS_SCRIPTS_KEY_SIZE], CtId call, const char *step,
                   GBytes *sealed, GError **error)
{
  g_autofree char *bound = bound_to (call, step);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (sealed, &size);
  g_autofree char *secret = NULL;

  if (size < NONCE + TAG)
    {
      ct_fail (error, CT_ERROR_IO, "a sealed answer was cut");
      return NULL;
    }
  secret = g_malloc0 (size - NONCE - TAG + 1);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt ((guint8 *) secret, NULL, NULL, bytes + NONCE,
                                                  size - NONCE, (const guint8 *) bound,
                                                  strlen (bound), bytes, key)
      != 0)
    {
      ct_fail (error, CT_ERROR_IO, "a sealed answer does not open");
      return NULL;
    }
  return g_steal_pointer (&secret);
}
