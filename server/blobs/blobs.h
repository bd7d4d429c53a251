/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files: recordings, prompts, logos, papers. A blob is a row (who, what kind, how large, how long to
 * keep) and a sealed file named by the keyed hash of its content, in a folder of its tenant; equal
 * contents of a tenant share one file. Each tenant has a key of its own, kept in the database
 * wrapped by the master key, which is a file apart: database and folder without it are noise, and a
 * tenant whose key is destroyed is forgotten in every backup too.
 *
 * The file: a header (magic, hash, size, 16 random bytes), then chunks of 64 KiB, each sealed with
 * XChaCha20-Poly1305 under the random bytes and its number, the header as additional data. So any range
 * can be read and verified without the rest, and a file that was cut, changed, swapped or lengthened
 * is refused (CT_ERROR_IO). Nothing is ever held in memory whole. */
#pragma once

#include "server/store/store.h"

G_BEGIN_DECLS

typedef struct _CsBlobs CsBlobs;

extern const CsMigration cs_blobs_migrations[];
extern const gsize cs_blobs_n_migrations;

typedef enum {
  CS_BLOB_RECORDING,
  CS_BLOB_PROMPT,
  CS_BLOB_LOGO,
  CS_BLOB_PAPER,
  CS_BLOB_ATTACHMENT,
  CS_BLOB_KINDS,
} CsBlobKind;

const char *cs_blob_kind_name (CsBlobKind kind);

/* Makes the master key (mode 0600); CT_ERROR_CONFLICT when the file exists: it is never replaced. */
gboolean cs_blobs_create_master_key (const char *path, GError **error);
/* Refuses a key file that others may read (CT_ERROR_DENIED). @folder is made when missing. */
CsBlobs *cs_blobs_open (const char *folder, const char *master_key_path, GError **error);
void cs_blobs_free (CsBlobs *blobs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsBlobs, cs_blobs_free)

/* Seals a file, or bytes, and writes the row; on a worker, never on a loop: it reads, writes and syncs.
 * @retain_until_ms 0: kept until deleted. CT_ERROR_LIMIT: the tenant's quota is used up. The
 * source file stays; the caller removes it once the id is safe. @use (@use_data; may be NULL) runs in the
 * transaction that writes the row, when @id is set: what names the blob stands or falls with it. */
gboolean cs_blobs_put_file (CsBlobs *blobs, CsStore *store, CsScope scope, CsBlobKind kind,
                            const char *path, gint64 retain_until_ms, CsWriteFunc use,
                            gpointer use_data, CtId *id, GError **error);
gboolean cs_blobs_put_bytes (CsBlobs *blobs, CsStore *store, CsScope scope, CsBlobKind kind,
                             gconstpointer bytes, gsize size, gint64 retain_until_ms, CtId *id,
                             GError **error);

/* A key of 32 bytes for another purpose ("scripts"), derived from the tenant's own; it is forgotten
 * with it. In a write closure the tenant's key is made when there is none; elsewhere that is
 * CT_ERROR_NOT_FOUND. */
gboolean cs_blobs_derive_key (CsBlobs *blobs, CsDb *db, CsScope scope, const char *purpose,
                              guint8 key[32], GError **error);

typedef struct {
  CtId id;
  CtId tenant;
  CsBlobKind kind;
  guint64 size;
  char hash[65];
  gint64 created_ms;
  gint64 retain_until_ms; /* 0: until deleted */
} CsBlobInfo;

gboolean cs_blobs_get_info (CsDb *db, CsScope scope, CtId id, CsBlobInfo *info, GError **error);

/* An open blob, for reading; @db is needed only now. Fits cs_exchange_reply_ranges(): size from
 * cs_blob_get_size, read = cs_blob_read_range, destroy = cs_blob_close. Thread-safe. */
typedef struct _CsBlob CsBlob;

CsBlob *cs_blobs_open_blob (CsBlobs *blobs, CsDb *db, CsScope scope, CtId id, GError **error);
guint64 cs_blob_get_size (CsBlob *blob);
/* @source is a CsBlob. At most @size bytes from @offset: fewer at the end, or when @size is more than a
 * megabyte; never none, for an offset within the file. */
GBytes *cs_blob_read_range (gpointer source, guint64 offset, gsize size, GError **error);
void cs_blob_close (gpointer source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsBlob, cs_blob_close)

/* In a write closure. The file goes after the commit, when no other row names it. */
gboolean cs_blobs_delete (CsBlobs *blobs, CsDb *db, CsScope scope, CtId id, GError **error);
/* Retention: deletes up to @limit blobs whose time is over, all tenants', and gives their CtIds, for those
 * who name them. In a write closure. NULL on error. */
GArray *
cs_blobs_delete_expired (CsBlobs *blobs, CsDb *db, gint64 now_ms, guint limit, GError **error);
/* In a write closure. 0: no limit. */
gboolean cs_blobs_set_quota (CsDb *db, CsScope scope, guint64 bytes, GError **error);
gboolean
cs_blobs_get_usage (CsDb *db, CsScope scope, guint64 *used, guint64 *quota, GError **error);

/* For `check`: rows without their file, files without a row (older than an hour: a put may be under
 * way), and with @deep every chunk of every file is opened. A line in @faults for each. */
gboolean
cs_blobs_check (CsBlobs *blobs, CsDb *db, gboolean deep, GPtrArray *faults, GError **error);
/* Removes files without a row that are older than an hour: leftovers of puts that a stop cut off. On a
 * worker. */
gboolean cs_blobs_sweep (CsBlobs *blobs, CsStore *store, guint *removed, GError **error);
/* For `backup`: the files' paths below the folder, as the rows of @db name them, sorted. Files never
 * change, so they may be copied or linked after the database. */
GPtrArray *cs_blobs_list_files (CsBlobs *blobs, CsDb *db, GError **error);
const char *cs_blobs_get_folder (CsBlobs *blobs);

G_END_DECLS
