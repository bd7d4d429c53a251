/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What callers of a company hear (D35): a row for each prompt of each of its lines, with who made it, the
 * means to hear it, and for who may the means to replace it: by the microphone here, by phone, by a file;
 * and to take that away again. Follows the server's events, so that what is recorded by phone shows at
 * once. */
#pragma once

#include "client/session/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_SOUNDS_WINDOW (cd_sounds_window_get_type ())
G_DECLARE_FINAL_TYPE (CdSoundsWindow, cd_sounds_window, CD, SOUNDS_WINDOW, AdwWindow)

/* @company_name may be NULL. */
GtkWindow *cd_sounds_window_new (GtkWindow *parent, CdSession *session, CtId company,
                                 const char *company_name);

G_END_DECLS
