/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two halves of the checker. */
#pragma once

#include "common/script/check.h"
#include "common/script/script-private.h"

G_BEGIN_DECLS

typedef struct {
  const CtScript *script;
  GPtrArray *findings;
} CtScriptCheck;

/* @param may be NULL; @format makes the pointer. */
void ct_script_report (CtScriptCheck *check, CtScriptSeverity severity, const char *code,
                       const char *param, const char *format, ...) G_GNUC_PRINTF (5, 6);
/* The script's start must be a step. */
void ct_script_check_graph (CtScriptCheck *check);

G_END_DECLS
