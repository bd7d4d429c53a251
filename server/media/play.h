/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is being played to a leg: sounds and silences in order, some times over, read sample by sample
 * so that nothing gaps between them. Made by the switch, read by a relay thread. */
#pragma once

#include "server/media/prompts.h"
#include "server/ports/media-port.h"

G_BEGIN_DECLS

typedef struct _CsPlay CsPlay;

/* A prompt that is missing is left out, with a warning. @prompts may be NULL: all are missing. */
CsPlay *
cs_play_new (CsPrompts *prompts, const CsMediaItem *items, guint n_items, guint times, guint tag);
void cs_play_free (CsPlay *play);

/* Fills @samples bytes in @law; past the end it fills silence. FALSE when it was over before this
 * call, and nothing is filled. */
gboolean cs_play_read (CsPlay *play, CsLaw law, guint8 *bytes, guint samples);
/* TRUE once the last sample was read. */
gboolean cs_play_is_over (const CsPlay *play);
gboolean cs_play_is_endless (const CsPlay *play);
guint cs_play_get_tag (const CsPlay *play);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsPlay, cs_play_free)

G_END_DECLS
