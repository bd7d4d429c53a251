/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a tenant's file words in several languages, in the user's. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* By the languages of the user's own session, as gettext would go through them ("nl_BE", "nl"), then English,
 * then any. @words: language code -> text, may be NULL. Borrowed from it; NULL: there is none. */
const char *cd_label_choose (GHashTable *words);

G_END_DECLS
