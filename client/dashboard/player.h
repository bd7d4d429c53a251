/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays the recording of one call: a button that fetches it, then play and pause, the wave to seek in,
 * the time. The keys are those of the button and of the wave. */
#pragma once

#include "client/session/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CD_TYPE_PLAYER (cd_player_get_type ())
G_DECLARE_FINAL_TYPE (CdPlayer, cd_player, CD, PLAYER, GtkWidget)

/* Once. */
void cd_player_set_call (CdPlayer *self, CdSession *session, CtId call);

G_END_DECLS
