/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a program to its end, from any thread: descriptors in, exit status and one line of complaint
 * out, killed at the deadline. No shell, no inherited descriptors, an almost empty environment. */
#pragma once

#include "common/base/clock.h"

G_BEGIN_DECLS

#define CS_CHILD_FDS 6

typedef struct {
  const char *const *argv; /* argv[0] is looked up in PATH */
  /* fds[n] becomes the child's descriptor n; -1 for none. 1 and 2 must be -1: output goes nowhere,
   * complaints to `complaint`. */
  int fds[CS_CHILD_FDS];
  CtClock *clock;     /* the machine's: processes do not follow a manual one */
  gint64 deadline_us; /* of it */
} CsChild;

typedef struct {
  int status;          /* exit status, or -1 */
  int signal;          /* that ended it, or 0 */
  char complaint[256]; /* the first line of standard error */
} CsChildEnd;

/* FALSE: could not be started (CT_ERROR_IO), or was killed at the deadline (CT_ERROR_TIMEOUT). */
gboolean cs_child_run (const CsChild *child, CsChildEnd *end, GError **error);

G_END_DECLS
