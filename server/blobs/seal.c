/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "blobs"

#include "server/blobs/seal.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "CTRBLOB1"
#define MAGIC_SIZE 8
#define RANDOM_SIZE 16
#define HASH_AT MAGIC_SIZE
#define SIZE_AT (HASH_AT + CS_SEAL_HASH)
#define RANDOM_AT (SIZE_AT + 8)

G_STATIC_ASSERT (RANDOM_AT + RANDOM_SIZE == CS_SEAL_HEADER);
G_STATIC_ASSERT (RANDOM_SIZE + 8 == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
G_STATIC_ASSERT (CS_SEAL_TAG == crypto_aead_xchacha20poly1305_ietf_ABYTES);
G_STATIC_ASSERT (CS_SEAL_KEY == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

static void
put_u64 (guint8 *to, guint64 value)
{
  guint64 little = GUINT64_TO_LE (value);

  memcpy (to, &little, sizeof little);
}

static guint64
get_u64 (const guint8 *from)
{
  guint64 little;

  memcpy (&little, from, sizeof little);
  return GUINT64_FROM_LE (little);
}

/* One key for sealing and one for naming, out of the tenant's. */
static void
derive (const guint8 *key, guint64 purpose, guint8 out[CS_SEAL_KEY])
{
  crypto_kdf_derive_from_key (out, CS_SEAL_KEY, purpose, "ctrblobs", key);
}

enum { FOR_SEALING = 1, FOR_NAMING = 2 };

guint64
cs_seal_count_chunks (guint64 size)
{
  return size == 0 ? 1 : (size + CS_SEAL_CHUNK - 1) / CS_SEAL_CHUNK;
}

guint64
cs_seal_length (guint64 size)
{
  return CS_SEAL_HEADER + size + cs_seal_count_chunks (size) * CS_SEAL_TAG;
}

/* Fills @to as far as the file goes; -1 on error. */
static gssize
read_full (int file, guint8 *to, gsize size, guint64 at)
{
  gsize done = 0;

  while (done < size)
    {
      gssize n = pread (file, to + done, size - done, (off_t) (at + done));

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      done += (gsize) n;
    }
  return (gssize) done;
}

static gboolean
write_full (int file, const guint8 *from, gsize size, GError **error)
{
  for (gsize done = 0; done < size;)
    {
      gssize n = write (file, from + done, size - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return ct_fail (error, CT_ERROR_IO, "writing a blob: %s", g_strerror (errno));
      done += (gsize) n;
    }
  return TRUE;
}

static gboolean
read_input (const CsSealInput *input, guint64 at, guint8 *to, gsize *n, GError **error)
{
  gssize got;

  if (input->file < 0)
    {
      got = (gssize) MIN ((guint64) CS_SEAL_CHUNK, input->n_bytes - MIN (at, input->n_bytes));
      if (got > 0)
        memcpy (to, input->bytes + at, (gsize) got);
    }
  else
    got = read_full (input->file, to, CS_SEAL_CHUNK, at);
  if (got < 0)
    return ct_fail (error, CT_ERROR_IO, "reading what becomes a blob: %s", g_strerror (errno));
  *n = (gsize) got;
  return TRUE;
}

gboolean
cs_seal_digest (const CsSealInput *input, const guint8 *key, CsSealDigest *digest, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (CS_SEAL_CHUNK);
  guint8 naming[CS_SEAL_KEY];
  crypto_generichash_state state;
  gsize n;

  digest->size = 0;
  derive (key, FOR_NAMING, naming);
  crypto_generichash_init (&state, naming, sizeof naming, CS_SEAL_HASH);
  sodium_memzero (naming, sizeof naming);
  do
    {
      if (!read_input (input, digest->size, buffer, &n, error))
        return FALSE;
      crypto_generichash_update (&state, buffer, n);
      digest->size += n;
  } while (n == CS_SEAL_CHUNK);
  crypto_generichash_final (&state, digest->hash, CS_SEAL_HASH);
  sodium_memzero (buffer, CS_SEAL_CHUNK);
  return TRUE;
}

static void
make_nonce (const guint8 *header, guint64 number, guint8 *nonce)
{
  memcpy (nonce, header + RANDOM_AT, RANDOM_SIZE);
  put_u64 (nonce + RANDOM_SIZE, number);
}

static gsize
chunk_size (guint64 size, guint64 number)
{
  guint64 left = size - MIN (size, number * CS_SEAL_CHUNK);

  return (gsize) MIN (left, (guint64) CS_SEAL_CHUNK);
}

static gboolean
write_chunk (const guint8 *header, const guint8 *sealing, guint64 number, const guint8 *plain,
             gsize n, guint8 *out, int file, GError **error)
{
  guint8 nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];

  make_nonce (header, number, nonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt (out, NULL, plain, n, header, CS_SEAL_HEADER, NULL,
                                              nonce, sealing);
  return write_full (file, out, n + CS_SEAL_TAG, error);
}

gboolean
cs_seal_write (const CsSealInput *input, const guint8 *key, const CsSealDigest *digest, int file,
               GError **error)
{
  g_autofree guint8 *plain = g_malloc (CS_SEAL_CHUNK);
  g_autofree guint8 *out = g_malloc (CS_SEAL_CHUNK + CS_SEAL_TAG);
  guint8 header[CS_SEAL_HEADER];
  guint8 sealing[CS_SEAL_KEY];
  gboolean good;

  memcpy (header, MAGIC, MAGIC_SIZE);
  memcpy (header + HASH_AT, digest->hash, CS_SEAL_HASH);
  put_u64 (header + SIZE_AT, digest->size);
  randombytes_buf (header + RANDOM_AT, RANDOM_SIZE);
  derive (key, FOR_SEALING, sealing);
  good = write_full (file, header, sizeof header, error);
  for (guint64 i = 0; good && i < cs_seal_count_chunks (digest->size); i++)
    {
      gsize n = 0;

      good = read_input (input, i * CS_SEAL_CHUNK, plain, &n, error);
      if (good && n != chunk_size (digest->size, i))
        good = ct_fail (error, CT_ERROR_STATE, "a file changed while it became a blob");
      good = good && write_chunk (header, sealing, i, plain, n, out, file, error);
    }
  sodium_memzero (sealing, sizeof sealing);
  sodium_memzero (plain, CS_SEAL_CHUNK);
  return good;
}

gboolean
cs_seal_open (CsSealed *sealed, int file, const CsSealDigest *expected, GError **error)
{
  struct stat info;

  if (fstat (file, &info) != 0
      || read_full (file, sealed->header, CS_SEAL_HEADER, 0) != CS_SEAL_HEADER)
    return ct_fail (error, CT_ERROR_IO, "a blob's file is too short");
  if (memcmp (sealed->header, MAGIC, MAGIC_SIZE) != 0
      || memcmp (sealed->header + HASH_AT, expected->hash, CS_SEAL_HASH) != 0
      || get_u64 (sealed->header + SIZE_AT) != expected->size
      || (guint64) info.st_size != cs_seal_length (expected->size))
    return ct_fail (error, CT_ERROR_IO, "a blob's file is not the one its row names");
  sealed->digest = *expected;
  sealed->file = file;
  return TRUE;
}

gboolean
cs_seal_read_chunk (const CsSealed *sealed, const guint8 *key, guint64 number, guint8 *plain,
                    gsize *n, GError **error)
{
  g_autofree guint8 *in = g_malloc (CS_SEAL_CHUNK + CS_SEAL_TAG);
  guint8 nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
  guint8 sealing[CS_SEAL_KEY];
  gsize size = chunk_size (sealed->digest.size, number);
  guint64 at = CS_SEAL_HEADER + number * (CS_SEAL_CHUNK + CS_SEAL_TAG);
  int opened = -1;

  if (read_full (sealed->file, in, size + CS_SEAL_TAG, at) == (gssize) (size + CS_SEAL_TAG))
    {
      derive (key, FOR_SEALING, sealing);
      make_nonce (sealed->header, number, nonce);
      opened = crypto_aead_xchacha20poly1305_ietf_decrypt (plain, NULL, NULL, in,
                                                           size + CS_SEAL_TAG, sealed->header,
                                                           CS_SEAL_HEADER, nonce, sealing);
      sodium_memzero (sealing, sizeof sealing);
    }
  if (opened != 0)
    return ct_fail (error, CT_ERROR_IO, "chunk %" G_GUINT64_FORMAT " of a blob does not open",
                    number);
  *n = size;
  return TRUE;
}
