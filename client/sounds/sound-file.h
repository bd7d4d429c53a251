/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sound on its way to or from an ear: a file in the user's runtime folder that nobody else may read. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A new, empty WAV file, open for reading and writing; its path, to unlink when it was used. -1 and
 * CT_ERROR_IO when there can be none; @path is then untouched. */
int cd_sound_file_open (char **path, GError **error);

G_END_DECLS
