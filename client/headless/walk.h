/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks a call's script as a patient e-agent would: says, asks, and answers for the caller. */
#pragma once

#include "client/headless/options.h"
#include "client/session/agent.h"

G_BEGIN_DECLS

typedef enum {
  CD_WALK_MOVED, /* one command was given; more to do */
  CD_WALK_DONE,  /* the script stands at its end */
  CD_WALK_STUCK, /* no value fits, or the interpreter refuses */
} CdWalk;

/* One command. */
CdWalk cd_walk_step (CdAgent *agent, const CdOptions *options, GError **error);
/* What the end of the script suggests; NULL: it does not stand at an end, or suggests nothing. */
const char *cd_walk_get_disposition (CdAgent *agent);

G_END_DECLS
