/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One server a data folder, known by a lock on a file there. The lock goes with its process, so what a
 * crash left behind names nobody. The file's text, the process id, is for people. */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* The descriptor that holds it; closing it lets go. -1 and CT_ERROR_STATE while another server runs. */
int cs_lock_take (const char *path, GError **error);
/* The server that holds it; 0: none does. */
pid_t cs_lock_get_holder (const char *path);

G_END_DECLS
