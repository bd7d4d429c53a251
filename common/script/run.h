/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A script being run in a call: pure state, moved only by numbered commands (common/records/script.h),
 * so that desk and server, given the same script, facts, prefill and commands, stand at the same step.
 *
 * What is kept: facts, answers by step, which steps were gone past, where the e-agent stands. The *path*
 * is worked out of them: from the start over every step that was gone past, until one that was not. So
 * changing an early answer changes the path at once; answers typed in steps that fell off it are kept
 * aside and are there again when the path comes back. A step is on the path at most once: a loop leads
 * back to where it stands.
 *
 * Commands (`step` names the step that the command is about):
 *   answer  sets the answer of an ask on the path ("" takes it away); does not move. A prefilled
 *           value stands as an unconfirmed answer until then.
 *   go      goes on from the current step; a required answer must be there. Confirms a prefilled value.
 *   back    stands at `step`, which is on the path: back or forth.
 *   reveal  shows the protected text of the current step; needs `reason`.
 *   enter, leave   a secret step is on the screen, or no more (D33). Moving away leaves it too.
 *
 * Facts (free names, text values): caller (absent when withheld), called, language, company, agent,
 * open ("yes"/"no"), earlier ("yes"/"no"), key.NAME (what the caller keyed in the IVR). `ticket` may be
 * set later: it is told, never decided on. Not thread-safe. */
#pragma once

#include "common/records/script.h"
#include "common/script/script.h"

G_BEGIN_DECLS

typedef struct _CtScriptRun CtScriptRun;

typedef enum {
  CT_SCRIPT_TYPED,
  CT_SCRIPT_LAST_CALL, /* D32 */
  CT_SCRIPT_KEYED,
  CT_SCRIPT_CALLER,
} CtScriptOrigin;

typedef struct {
  const char *value; /* NULL: a secret whose value is not here */
  CtScriptOrigin origin;
  gint64 at_ms;       /* when it was given; 0 when not known */
  gboolean confirmed; /* typed, or gone past */
} CtScriptValue;

/* @facts: char* -> char*, copied; may be NULL. Steps with `from` are prefilled out of them. */
CtScriptRun *ct_script_run_new (CtScript *script, GHashTable *facts);
/* Where a state (GET /api/v1/calls/{id}/script) left it. CT_ERROR_INVALID when it is not of this script. */
CtScriptRun *
ct_script_run_new_from_state (CtScript *script, const CtScriptState *state, GError **error);
void ct_script_run_free (CtScriptRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CtScriptRun, ct_script_run_free)

/* Offers a default value; before the first command. FALSE (and nothing) when the script has no such
 * question, does not want it remembered, it is secret, or the value is not valid there any more. */
gboolean ct_script_run_prefill (CtScriptRun *run, const char *step, const char *value,
                                CtScriptOrigin origin, gint64 at_ms);
void ct_script_run_set_fact (CtScriptRun *run, const char *name, const char *value);
const char *ct_script_run_fact (const CtScriptRun *run, const char *name);

/* Applies the next command (number + 1). One with a known number that is identical is TRUE and changes
 * nothing; a different one is CT_ERROR_CONFLICT; a gap is CT_ERROR_STATE; a value that the step does not
 * take, CT_ERROR_INVALID; a command that is not possible here, CT_ERROR_STATE. On failure nothing has
 * changed. */
gboolean ct_script_run_apply (CtScriptRun *run, const CtScriptCommand *command, gint64 at_ms,
                              GError **error);
/* The same for a command read back from a log, in which the value of a secret is left out. */
gboolean ct_script_run_replay (CtScriptRun *run, const CtScriptCommand *command, gint64 at_ms,
                               GError **error);

gint64 ct_script_run_number (const CtScriptRun *run); /* of the last command; 0 at the start */
CtScript *ct_script_run_script (const CtScriptRun *run);
/* Where the e-agent stands; NULL only for a script that failed the check. */
const CtScriptStep *ct_script_run_current (const CtScriptRun *run);
/* const CtScriptStep*, in order, from the start to the first step not gone past; branches left out.
 * Borrowed, until the next command. */
GPtrArray *ct_script_run_path (const CtScriptRun *run);
gboolean ct_script_run_on_path (const CtScriptRun *run, const char *step);
/* NULL: no answer. Borrowed, until the next command. Off the path too (answers kept aside). */
const CtScriptValue *ct_script_run_answer (const CtScriptRun *run, const char *step);
gboolean ct_script_run_is_revealed (const CtScriptRun *run, const char *step);
/* The secret step on the screen, or NULL. */
const char *ct_script_run_entered (const CtScriptRun *run);
/* TRUE when `go` from the current step would be taken (before an end: always false). */
gboolean ct_script_run_can_go (const CtScriptRun *run, GError **error);
/* At an end or a connect step, with every required answer of the path (S3-05). */
gboolean ct_script_run_is_complete (const CtScriptRun *run);
/* TRUE once a step on the path tells the ticket number, and the `ticket` fact is not set (S4-05). */
gboolean ct_script_run_needs_ticket (const CtScriptRun *run);

/* Is @value an answer to @step? On TRUE *@normal (may be NULL) is the form that is kept: trimmed, a
 * phone number as E.164, a national one read as of the script's country. */
gboolean ct_script_step_accepts (const CtScript *script, const CtScriptStep *step,
                                 const char *value, char **normal, GError **error);

/* Texts, with placeholders filled in; what is not known yet reads "…". Caller frees. @language: a code;
 * `say` in the caller's, `direction` and `conduct` in the e-agent's. */
char *ct_script_step_say (const CtScriptStep *step, const char *language, const CtScriptRun *run);
char *
ct_script_step_direction (const CtScriptStep *step, const char *language, const CtScriptRun *run);
char *
ct_script_step_conduct (const CtScriptStep *step, const char *language, const CtScriptRun *run);
/* NULL while it is not revealed. */
char *
ct_script_step_protected (const CtScriptStep *step, const char *language, const CtScriptRun *run);
const char *
ct_script_step_label (const CtScriptStep *step, const char *language, const CtScriptRun *run);
/* An answer as people read it: the label of a choice, dots for a secret. Caller frees. */
char *ct_script_step_show (const CtScriptStep *step, const char *language, const CtScriptRun *run);

/* What the company expects back, as it stands: confirmed answers on the path only. */
typedef struct {
  char *name;
  char *label;
  char *value; /* as people read it; dots for a secret */
  gboolean secret;
} CtScriptResult;

void ct_script_result_free (CtScriptResult *result);
GPtrArray *ct_script_run_outputs (const CtScriptRun *run, const char *language);

/* The snapshot; the caller sets `call` and `version`. Values of secrets only when @with_secrets. */
CtScriptState *ct_script_run_to_state (const CtScriptRun *run, gboolean with_secrets);

const char *ct_script_origin_name (CtScriptOrigin origin); /* as in CtScriptAnswer */

G_END_DECLS
