/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes prompts (D35). What a stranger uploaded is decoded by centrale-decode, one process a job with
 * limits and a system call filter; a text is spoken by espeak-ng; music and beep are computed. All of
 * it blocks, up to the deadline: call it from a worker. The result is renamed into the prompt folder,
 * where media sees it by itself. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *helper;        /* path of centrale-decode */
  const char *espeak;        /* NULL: "espeak-ng" of the PATH */
  const char *prompt_folder; /* made when missing */
  guint timeout_ms;          /* for one prompt; 0 means 20000 */
  gboolean wav;              /* leave NAME.wav there too, for the desk to play */
} CsDecodeConfig;

/* CT_ERROR_INVALID: not a sound we read, or broken (the message says what, in English); CT_ERROR_LIMIT:
 * longer than 10 minutes, bigger than 64 MiB, or more work than allowed; CT_ERROR_TIMEOUT; CT_ERROR_IO. */
gboolean cs_prompt_prepare_file (const CsDecodeConfig *config, const char *input_path,
                                 const char *name, GError **error);
/* @language as "nl" or "en"; at most 2000 bytes of text. CT_ERROR_INVALID for an unknown language. */
gboolean cs_prompt_prepare_text (const CsDecodeConfig *config, const char *language,
                                 const char *text, const char *name, GError **error);
/* "music" (20 s, made to be looped), CS_PROMPT_BEEP (0.4 s, 1000 Hz) and CS_PROMPT_RINGING (a period of
 * the European ringing tone), unless they are there already. */
gboolean cs_prompt_prepare_builtin (const CsDecodeConfig *config, GError **error);
/* Removes the prompt; none is no error. */
gboolean cs_prompt_remove (const CsDecodeConfig *config, const char *name, GError **error);

G_END_DECLS
