/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a script unambiguous (S0-39)? The checker follows every arm and choice, whatever the answers may
 * be. A script without an error among its findings always leads to an end, in every language it speaks;
 * publishing anything else is refused (D8). */
#pragma once

#include "common/script/script.h"

G_BEGIN_DECLS

typedef enum {
  CT_SCRIPT_ERROR,   /* may not be published */
  CT_SCRIPT_WARNING, /* probably not what was meant */
} CtScriptSeverity;

/* Codes are stable; the desk words them, with the parameters in the order given here:
 *   start-unknown      the script starts at a step that is not there; name
 *   step-unknown       something leads to a step that is not there; name
 *   dead-end           a step has nothing after it
 *   unreachable        nothing leads to this step
 *   never-ends         from here no end can be reached
 *   loop               steps that go round without asking anything; the steps' names
 *   arms-none          a branch without arms
 *   else-missing       the last arm of a branch is not `else`
 *   else-early         arms after `else` are never reached
 *   choices-none       a choice without choices
 *   choice-double      two choices, dispositions, outputs or entries share a code; code
 *   language-missing   a text lacks a language the script speaks; language
 *   placeholder        a placeholder that does not exist; its text
 *   answer-unknown     refers to an answer of a step that does not ask; name
 *   fact-unknown       refers to a fact that does not exist; name
 *   secret-told        a secret is used in a text, a condition or an expression; step
 *   disposition-unknown  an end suggests a disposition that is not declared; code
 *   entry-unknown      connects to an entry that is not in the directory; name
 *   output-unknown     an output of a step that does not ask; name
 *   output-missed      an output that is not optional is not asked on every path; name
 *   ticket-untold      (warning) an end with a message, where no text tells the ticket (S4-05)
 *   disposition-none   (warning) an end suggests no disposition
 *   value-never        (warning) a condition compares with a value that the choice does not offer; value */
typedef struct {
  char *pointer; /* JSON pointer into the document */
  char *code;
  CtScriptSeverity severity;
  char **params; /* in the order above; never NULL */
} CtScriptFinding;

void ct_script_finding_free (CtScriptFinding *finding);

/* Findings in the order of the document; an empty list when all is well. */
GPtrArray *ct_script_check (const CtScript *script);
/* TRUE when @findings hold no error. */
gboolean ct_script_findings_pass (GPtrArray *findings);
/* One line of English for logs and `apply`: "/steps/route/arms/1: else-missing". Caller frees. */
char *ct_script_finding_to_text (const CtScriptFinding *finding);

G_END_DECLS
