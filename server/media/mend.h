/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After a crash: recordings that were being written are made whole as far as they got, and named as
 * finished ones are. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns how many were mended; a file that cannot be is left, with a warning. */
guint cs_recordings_mend (const char *spool);

G_END_DECLS
