/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blobs, tenants' wrapped keys and quotas, as rows. */
#pragma once

#include "server/blobs/blobs.h"

G_BEGIN_DECLS

CsRowResult cs_blobs_store_get (CsDb *db, CsScope scope, CtId id, CsBlobInfo *out, GError **error);
gboolean cs_blobs_store_add (CsDb *db, const CsBlobInfo *info, GError **error);
gboolean cs_blobs_store_delete (CsDb *db, CtId id, GError **error);
/* Is there a row of @tenant with that hash? */
CsRowResult cs_blobs_store_find_hash (CsDb *db, CtId tenant, const char *hash, GError **error);
/* CsBlobInfo, by id; all tenants. */
typedef gboolean (*CsBlobInfoFunc) (const CsBlobInfo *info, gpointer data, GError **error);
gboolean cs_blobs_store_each (CsDb *db, CsBlobInfoFunc each, gpointer data, GError **error);
/* CtIds whose time is over. */
GArray *cs_blobs_store_list_expired (CsDb *db, gint64 now_ms, guint limit, GError **error);

/* NULL with @error unset when the tenant has no key yet. */
GBytes *cs_blobs_store_get_key (CsDb *db, CtId tenant, GError **error);
/* Keeps the one that is there. */
gboolean cs_blobs_store_add_key (CsDb *db, CtId tenant, GBytes *wrapped, GError **error);

/* Both zero for a tenant without a row. */
gboolean
cs_blobs_store_get_usage (CsDb *db, CtId tenant, guint64 *used, guint64 *quota, GError **error);
gboolean cs_blobs_store_add_usage (CsDb *db, CtId tenant, gint64 more, GError **error);
gboolean cs_blobs_store_set_quota (CsDb *db, CtId tenant, guint64 quota, GError **error);

G_END_DECLS
