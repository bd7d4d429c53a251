/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The microphone into a WAV file of the user's own runtime folder, 16 kHz mono, which goes away with this
 * object. Which microphone: client/phone/media/audio-policy.h.
 *
 * Signals: level (double dbfs) ten times a second; done (gboolean good) once after stop, when the file
 * is whole, or when there is no microphone. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define CD_TYPE_RECORDER (cd_recorder_get_type ())
G_DECLARE_FINAL_TYPE (CdRecorder, cd_recorder, CD, RECORDER, GObject)

CdRecorder *cd_recorder_new (void);
/* Once. FALSE: there is nothing to record with. */
gboolean cd_recorder_start (CdRecorder *self);
void cd_recorder_stop (CdRecorder *self);
const char *cd_recorder_get_path (CdRecorder *self);
/* The file, after `done`. */
GBytes *cd_recorder_load (CdRecorder *self, GError **error);

G_END_DECLS
