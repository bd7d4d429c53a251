/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checking passwords, argon2id. On a worker: each check is slow, and is meant to be. */
#pragma once

#include "server/http/http.h"

G_BEGIN_DECLS

/* Takes as long as the hash says. */
gboolean cs_password_matches (const char *hash, const char *password);
/* The hash of no password, at random: checked when there is no such user, so that the answer takes as
 * long. Making it costs nothing. */
char *cs_password_dummy (const CsHashCost *cost);

G_END_DECLS
