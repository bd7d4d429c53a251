/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of blobs share. Not for others. */
#pragma once

#include "server/blobs/blobs-store.h"
#include "server/blobs/seal.h"

G_BEGIN_DECLS

struct _CsBlobs {
  char *folder;
  guint8 master[CS_SEAL_KEY];
  GMutex lock;        /* for the two below */
  GHashTable *keys;   /* tenant CtId* -> key of CS_SEAL_KEY bytes */
  GHashTable *doomed; /* paths that are being deleted: a put of the same content comes again */
};

/* The tenant's key, made when it has none and @store is given (else CT_ERROR_NOT_FOUND). */
gboolean cs_blobs_get_key (CsBlobs *blobs, CsStore *store, CsDb *db, CtId tenant,
                           guint8 key[CS_SEAL_KEY], GError **error);

/* "TENANT/ab/cdef..." below the folder. Caller frees. */
char *cs_blobs_relative_path (CtId tenant, const char *hash);
char *cs_blobs_path (CsBlobs *blobs, CtId tenant, const char *hash);
/* FALSE when @hash is not 64 hex digits. */
gboolean cs_blobs_parse_hash (const char *hash, guint8 out[CS_SEAL_HASH]);

G_END_DECLS
