/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays one sound at a time: bytes of a WAV, or a file. Which loudspeaker:
 * client/phone/media/audio-policy.h. Signal: ended (), when it has been heard, was stopped, or could not be
 * played. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define CD_TYPE_LISTENER (cd_listener_get_type ())
G_DECLARE_FINAL_TYPE (CdListener, cd_listener, CD, LISTENER, GObject)

CdListener *cd_listener_new (void);
/* What was playing is stopped. FALSE: there is nothing to play with. */
gboolean cd_listener_play_bytes (CdListener *self, GBytes *wav);
gboolean cd_listener_play_file (CdListener *self, const char *path);
void cd_listener_stop (CdListener *self);

G_END_DECLS
