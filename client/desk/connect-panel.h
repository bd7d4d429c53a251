/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connect step: to whom, at which rate (told before it is dialled, D28), and how it goes.
 *
 * Signals: connect (), cancelled () */
#pragma once

#include "common/records/call.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_CONNECT_PANEL (cd_connect_panel_get_type ())
G_DECLARE_FINAL_TYPE (CdConnectPanel, cd_connect_panel, CD, CONNECT_PANEL, AdwBin)

/* @name and @number: of the third party; either may be NULL. @call NULL: none that could be connected. */
void cd_connect_panel_show (CdConnectPanel *self, const char *name, const char *number,
                            const CtCall *call);
void cd_connect_panel_focus (CdConnectPanel *self);

G_END_DECLS
