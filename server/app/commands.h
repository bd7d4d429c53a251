/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The administrator's commands: everything that is not running the server. Each prints what it did on
 * standard output, errors on standard error, and returns an exit code of sysexits.h: 0; 64 usage; 65
 * the file given is wrong; 69 the server's data is not right; 70 something of ours; 74 the disk. */
#pragma once

#include "common/base/clock.h"
#include "server/app/config.h"

G_BEGIN_DECLS

int cs_command_init (const CsConfig *config, CtClock *clock, char **arguments);
int cs_command_apply (const CsConfig *config, CtClock *clock, char **arguments);
int cs_command_check (const CsConfig *config, CtClock *clock, char **arguments);
/* The same of what was just restored; without the key all but what it opens. */
int cs_command_check_restored (const CsConfig *config, CtClock *clock, gboolean has_key);
int cs_command_backup (const CsConfig *config, CtClock *clock, char **arguments);
int cs_command_restore (const CsConfig *config, CtClock *clock, char **arguments);

/* EX_... for an error, after printing it. */
int cs_command_fail (const GError *error);

G_END_DECLS
