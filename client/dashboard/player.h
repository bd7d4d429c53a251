/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays the recording, or the voicemail, of one call: a button that fetches it, then play and pause, the
 * wave to seek in, the time, and a copy for who wants to keep it. The keys are those of the buttons and of
 * the wave. */
#pragma once

#include "client/session/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CD_TYPE_PLAYER (cd_player_get_type ())
G_DECLARE_FINAL_TYPE (CdPlayer, cd_player, CD, PLAYER, GtkWidget)

/* Once. @call is copied. @part: "voicemail", or NULL for the conversation. */
void cd_player_set_call (CdPlayer *self, CdSession *session, const CtCall *call, const char *part);

G_END_DECLS
