/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One prompt: what it is, who made it, and what can be done with it. It does nothing itself: the signal
 * asked (char *what) says what is wanted, "play" (or stop), "record", "upload", "phone" or "remove". */
#pragma once

#include "common/base/id.h"
#include "common/records/line.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_SOUND_ROW (cd_sound_row_get_type ())
G_DECLARE_FINAL_TYPE (CdSoundRow, cd_sound_row, CD, SOUND_ROW, AdwPreferencesRow)

/* @may_change: who looks may also replace it. @many_languages: its language is worth telling. */
CdSoundRow *cd_sound_row_new (CtId line, gboolean may_change, gboolean many_languages);
void cd_sound_row_set_prompt (CdSoundRow *self, const CtLinePrompt *prompt, gint64 now_ms);
void cd_sound_row_set_playing (CdSoundRow *self, gboolean playing);
CtId cd_sound_row_get_line (CdSoundRow *self);
const CtLinePrompt *cd_sound_row_get_prompt (CdSoundRow *self);
/* "Greeting"; borrowed. */
const char *cd_sound_row_get_title (CdSoundRow *self);

G_END_DECLS
