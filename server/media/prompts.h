/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prompts, ready to be sent: NAME.pcma and NAME.pcmu in one folder, raw G.711 at 8000 Hz, mapped
 * once and shared. A NAME is 1 to 100 of a-z A-Z 0-9 _ - and inner dots. Files are only ever replaced by
 * rename (prepare.h does), never rewritten in place: what is playing keeps the old sound mapped until
 * it ends. The disk thread follows the folder, so that looking up never touches the disk. */
#pragma once

#include "server/media/g711.h"

G_BEGIN_DECLS

typedef struct _CsPrompts CsPrompts;
typedef struct _CsSound CsSound;

gboolean cs_prompt_name_is_valid (const char *name);

/* Maps what is there. */
CsPrompts *cs_prompts_new (const char *folder, GError **error);
void cs_prompts_free (CsPrompts *prompts);

/* Poll this for input; then cs_prompts_refresh() maps what was added or replaced and forgets what
 * went. */
int cs_prompts_get_fd (CsPrompts *prompts);
void cs_prompts_refresh (CsPrompts *prompts);

/* A reference, or NULL when there is no such prompt. Any thread; the disk is looked at only for a prompt
 * that is not mapped yet. */
CsSound *cs_prompts_get (CsPrompts *prompts, const char *name);
void cs_sound_unref (CsSound *sound);

/* One byte a sample. */
const guint8 *cs_sound_get_bytes (const CsSound *sound, CsLaw law);
gsize cs_sound_get_length (const CsSound *sound);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsPrompts, cs_prompts_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsSound, cs_sound_unref)

G_END_DECLS
