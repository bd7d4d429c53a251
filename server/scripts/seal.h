/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A secret answer at rest (D33): XChaCha20-Poly1305 under the tenant's key, bound to its call and step, so
 * that no row can stand in for another. Layout: 24 random bytes, then the sealed text with its tag. */
#pragma once

#include "server/scripts/scripts.h"

G_BEGIN_DECLS

GBytes *cs_scripts_seal (const guint8 key[CS_SCRIPTS_KEY_SIZE], CtId call, const char *step,
                         const char *secret);
/* NULL and CT_ERROR_IO when it was not sealed so. Caller wipes and frees. */
char *cs_scripts_unseal (const guint8 key[CS_SCRIPTS_KEY_SIZE], CtId call, const char *step,
                         GBytes *sealed, GError **error);

G_END_DECLS
