/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of a prompt: its place in the line, who made it. Strings that are not const are for the
 * caller to free. */
#pragma once

#include "common/records/line.h"

G_BEGIN_DECLS

/* "Greeting", "Question: reason". */
char *cd_sounds_word_place (const CtLinePrompt *prompt);
/* "Spoken by the machine" */
const char *cd_sounds_word_origin (const CtLinePrompt *prompt);
/* "0:07 · Jan de Vries, today 14:05"; "" when there is nothing to say. */
char *cd_sounds_word_details (const CtLinePrompt *prompt, gint64 now_ms);
/* One of the ten digits of a place in the queue. */
gboolean cd_sounds_is_digit (const CtLinePrompt *prompt);
/* Somebody made it for this place: it can be taken away. */
gboolean cd_sounds_is_made (const CtLinePrompt *prompt);

G_END_DECLS
