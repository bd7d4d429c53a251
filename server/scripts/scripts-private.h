/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this folder share. */
#pragma once

#include "server/scripts/scripts-store.h"

G_BEGIN_DECLS

struct _CsScripts {
  CsStore *store;
  CsScriptsHands hands;
  GMutex lock;
  GHashTable *versions; /* CtId -> Cached*; guarded by `lock` */
};

/* The call's run as its log tells it. NULL without an error when it has not begun. */
CtScriptRun *
cs_scripts_load_run (CsScripts *scripts, CsDb *db, CsScope scope, CtId call, GError **error);
/* In a write closure: begins a call's run, unless it has begun. @prefill: CtScriptAnswer*. */
gboolean cs_scripts_begin_run (CsScripts *scripts, CsDb *db, CsScope scope,
                               const CsScriptCall *call, GPtrArray *prefill, GError **error);
/* In a write closure: applies the next command, or knows a repeated one, and writes what it did. The
 * caller frees @run, which is as after it. */
gboolean cs_scripts_apply (CsScripts *scripts, CsDb *db, CsScope scope, const CsScriptCall *call,
                           CtId user, const CtScriptCommand *command, CtScriptRun **run,
                           GError **error);

/* Secrets that @person typed (CT_ID_NONE: whoever did), into the answers of @state. */
gboolean cs_scripts_open_secrets (CsScripts *scripts, CsDb *db, CsScope scope, CtId person,
                                  CtScriptState *state, GError **error);
/* GET /api/v1/calls/{id}/secrets */
gboolean cs_scripts_get_secrets (CsExchange *exchange, gpointer module, GError **error);

G_END_DECLS
