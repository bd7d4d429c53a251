/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Before a byte of the stranger's file is read: limits on time, memory, output and files, and a list of
 * the few system calls that decoding needs. No network, no opening, no new programs, no memory that can
 * be executed. Any other call fails with EPERM. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CS_SANDBOX_CPU_SECONDS 15

gboolean cs_sandbox_enter (GError **error);

G_END_DECLS
