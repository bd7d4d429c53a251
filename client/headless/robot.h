/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The e-agent: reacts to what phone and agent tell, prints what happens. */
#pragma once

#include "client/headless/options.h"
#include "client/session/agent.h"

G_BEGIN_DECLS

typedef struct _CdRobot CdRobot;
/* @status: as in headless.h. */
typedef void (*CdRobotDone) (int status, gpointer data);

/* Everything is borrowed and outlives it; the agent is not started yet. */
CdRobot *cd_robot_new (const CdOptions *options, CdAgent *agent, CdRobotDone done, gpointer data);
void cd_robot_free (CdRobot *self);

/* {"event": EVENT, "at": "...", NAME: VALUE...} as one line; pairs of names and texts, NULL at the end; a
 * NULL text is left out. */
void cd_robot_print (const char *event, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
