/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must be on disk before something else says that it is there. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Waits until the file, or the names in the folder, are on disk. FALSE (CT_ERROR_IO) names the path. */
gboolean cs_sync_path (const char *path, GError **error);

G_END_DECLS
