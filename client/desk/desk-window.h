/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The e-agent's window: presence and meters above, the call in the middle, its caller beside it, the
 * phone below. It shows what CdAgent holds and passes on what the user does; it decides nothing.
 *
 * Actions (win.): available, pause(s), offline, answer, refuse, hold, mute, keypad, end, next, back,
 * answer-field, finish. */
#pragma once

#include "client/session/agent.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_DESK_WINDOW (cd_desk_window_get_type ())
G_DECLARE_FINAL_TYPE (CdDeskWindow, cd_desk_window, CD, DESK_WINDOW, AdwApplicationWindow)

CdDeskWindow *cd_desk_window_new (GtkApplication *application, CdAgent *agent);

void cd_desk_window_toast (CdDeskWindow *self, const char *text);
/* Somebody wanted to quit over a live call: says so, and offers app.end-call-and-quit. */
void cd_desk_window_refuse_to_quit (CdDeskWindow *self);

G_END_DECLS
