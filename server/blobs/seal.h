/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sealed file: a header of 64 bytes (magic, keyed hash of the content, size, random), then chunks of
 * 64 KiB of content, each with a tag of 16. A chunk's nonce is the random bytes and its number, the
 * header is its additional data, so nothing of it can be changed, moved or left out unnoticed. An
 * empty content has one empty chunk. */
#pragma once

#include "common/base/error.h"

G_BEGIN_DECLS

#define CS_SEAL_KEY 32
#define CS_SEAL_HASH 32
#define CS_SEAL_CHUNK 65536
#define CS_SEAL_TAG 16
#define CS_SEAL_HEADER 64

/* Where plain bytes come from: a file, or memory when `file` is -1. */
typedef struct {
  int file;
  const guint8 *bytes;
  gsize n_bytes;
} CsSealInput;

typedef struct {
  guint8 hash[CS_SEAL_HASH];
  guint64 size;
} CsSealDigest;

/* Reads all of @input once. */
gboolean
cs_seal_digest (const CsSealInput *input, const guint8 *key, CsSealDigest *digest, GError **error);
/* Length of the sealed file. */
guint64 cs_seal_length (guint64 size);
/* Reads @input again and writes the sealed file, not synced. CT_ERROR_STATE when it is no longer what
 * @digest was made of. */
gboolean cs_seal_write (const CsSealInput *input, const guint8 *key, const CsSealDigest *digest,
                        int file, GError **error);

typedef struct {
  guint8 header[CS_SEAL_HEADER];
  CsSealDigest digest;
  int file; /* borrowed */
} CsSealed;

/* Reads the header and compares it and the file's length with what is expected. */
gboolean cs_seal_open (CsSealed *sealed, int file, const CsSealDigest *expected, GError **error);
/* Opens chunk @number into @plain (CS_SEAL_CHUNK bytes); *@n is its length. Thread-safe. */
gboolean cs_seal_read_chunk (const CsSealed *sealed, const guint8 *key, guint64 number,
                             guint8 *plain, gsize *n, GError **error);
guint64 cs_seal_count_chunks (guint64 size);

G_END_DECLS
