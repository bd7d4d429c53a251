/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What went wrong, as the API says it (RFC 9457, application/problem+json). The code is a stable word;
 * the desk words it for people in their language from the code and the parameters. `detail` is English
 * for whoever reads a log. `pointer` (RFC 6901) names the place in the request body. */
#pragma once

#include "common/base/error.h"

G_BEGIN_DECLS

#define CT_PROBLEM_CONTENT_TYPE "application/problem+json"

typedef struct {
  guint status;  /* HTTP */
  char *code;    /* "too-long", "not-found"...; type is "urn:centrale:CODE"; NULL: about:blank */
  char *title;   /* English, the same for each problem of this code */
  char *detail;  /* English, of this one; may be NULL */
  char *pointer; /* "" is the whole body; NULL: not about a place */
  GHashTable *params; /* char* -> char*, what the wording needs ("maximum" -> "120"); may be NULL */
} CtProblem;

CtProblem *ct_problem_new (guint status, const char *code, const char *detail, ...)
    G_GNUC_PRINTF (3, 4);
/* 422 at a place of the request. */
CtProblem *ct_problem_new_at (const char *pointer, const char *code, const char *detail, ...)
    G_GNUC_PRINTF (3, 4);
/* Status and code from CtErrorCode; an error of another domain is a 500 whose message stays inside. */
CtProblem *ct_problem_new_from_error (const GError *error);
CtProblem *ct_problem_copy (const CtProblem *problem);
void ct_problem_free (CtProblem *problem);
void ct_problem_set_param (CtProblem *problem, const char *name, const char *value);

char *ct_problem_to_json (const CtProblem *problem);
/* Never NULL: a body that is no problem (a proxy's page) gives one made from @status alone. */
CtProblem *ct_problem_new_from_json (const char *bytes, gsize size, guint status);

/* The HTTP status of an error code, and back (a status without a code of its own: by its hundred). */
guint ct_problem_status_of (CtErrorCode code);
CtErrorCode ct_problem_error_code (const CtProblem *problem);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CtProblem, ct_problem_free)

G_END_DECLS
