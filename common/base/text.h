/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text catalogue: words for people in many languages at once, in one process, without a locale
 * (gettext's own functions know one language a process, and a server may have no locale installed).
 * It reads the compiled catalogues that gettext reads, DIR/LANGUAGE/LC_MESSAGES/centrale.mo, maps them
 * and keeps them. What is not translated comes back as the English of the source.
 *
 * Answers live as long as the process. Thread-safe after ct_text_init(). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Says where the catalogues are; drops those of an earlier call (tests). Call it before the threads. */
void ct_text_init (const char *folder);

/* @language: "nl", or "nl_BE", which falls back to "nl". NULL, "en" or an unknown one: English. */
const char *ct_text (const char *language, const char *msgid) G_GNUC_FORMAT (2);
const char *ct_text_context (const char *language, const char *context, const char *msgid)
    G_GNUC_FORMAT (3);
const char *ct_text_plural (const char *language, const char *msgid, const char *plural, gulong n)
    G_GNUC_FORMAT (2) G_GNUC_FORMAT (3);

/* One compiled catalogue, for those who hold one themselves (tests, fuzzing). */
typedef struct _CtCatalogue CtCatalogue;

/* CT_ERROR_INVALID when @bytes are not a catalogue; any lie in it about a length or a place is found
 * here, so that look-ups cannot fail. */
CtCatalogue *ct_catalogue_new (GBytes *bytes, GError **error);
void ct_catalogue_free (CtCatalogue *catalogue);
/* NULL when it has no such text. @context may be NULL. */
const char *
ct_catalogue_find (const CtCatalogue *catalogue, const char *context, const char *msgid);
const char *ct_catalogue_find_plural (const CtCatalogue *catalogue, const char *msgid, gulong n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CtCatalogue, ct_catalogue_free)

G_END_DECLS
