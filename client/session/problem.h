/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server refused (common/wire/problem.h), or why it could not be reached, in the same form:
 * then `status` is 0 and `code` one of "offline", "timeout", "untrusted" (its certificate), "cancelled",
 * "protocol" (it said what we do not understand). Copy and free them with ct_problem_copy() and ct_problem_free(). */
#pragma once

#include "common/wire/problem.h"

#include <glib-object.h>

G_BEGIN_DECLS

typedef CtProblem CdProblem;

#define CD_TYPE_PROBLEM (cd_problem_get_type ())
GType cd_problem_get_type (void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CdProblem, ct_problem_free)

/* What happened to a request that got no answer. */
CdProblem *cd_problem_new_from_error (const GError *error);
/* TRUE when trying again later may help: the network was down, or the server was busy. */
gboolean cd_problem_is_passing (const CdProblem *problem);
/* A sentence for a person, translated. */
const char *cd_problem_text (const CdProblem *problem);

G_END_DECLS
