/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of a tenant's things, for measuring what reading one over HTTP costs. */
#pragma once

#include "common/records/call.h"
#include "server/store/store.h"

extern const CsMigration thing_store_migration;

gboolean thing_store_add (CsStore *store, CsScope scope, CtId id);
gboolean thing_store_find (CsDb *db, CsScope scope, CtId id, CtKeyed *thing, GError **error);
