/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server refused, or why it could not be reached: from an RFC 9457 problem report, or made
 * here for what never reached the server. `code` is a stable word ("not-found", "credit", "offline",
 * "untrusted"...); the windows word it (cd_problem_text), with the caller's language. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct {
  guint status;  /* HTTP, 0: no answer came */
  char *code;    /* never NULL */
  char *detail;  /* English, for the log; may be NULL */
  char *pointer; /* into the body that was sent ("/disposition"); may be NULL */
} CdProblem;

#define CD_TYPE_PROBLEM (cd_problem_get_type ())
GType cd_problem_get_type (void);
CdProblem *cd_problem_new (guint status, const char *code, const char *detail, const char *pointer);
CdProblem *cd_problem_copy (const CdProblem *problem);
void cd_problem_free (CdProblem *problem);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CdProblem, cd_problem_free)

/* TRUE when trying again later may help: the network was down, or the server was busy. */
gboolean cd_problem_is_passing (const CdProblem *problem);
/* A sentence for a person, translated. */
const char *cd_problem_text (const CdProblem *problem);

G_END_DECLS
