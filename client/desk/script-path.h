/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of the script so far, with their answers: a list to jump in.
 *
 * Signals: chosen (char *step) */
#pragma once

#include "common/script/run.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CD_TYPE_SCRIPT_PATH (cd_script_path_get_type ())
G_DECLARE_FINAL_TYPE (CdScriptPath, cd_script_path, CD, SCRIPT_PATH, AdwBin)

/* @run NULL: empty. @language: the e-agent's. */
void cd_script_path_show (CdScriptPath *self, const CtScriptRun *run, const char *language);

G_END_DECLS
