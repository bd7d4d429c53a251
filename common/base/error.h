/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One small error domain for the whole house. The code says what the caller can do about it; the
 * message says what happened, in English, for the log. What a person reads is worded by the desk
 * from the problem's code (common/wire/problem.h). Add context once on the way up (g_prefix_error),
 * log once at the top. Out-parameters are untouched on failure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CT_ERROR (ct_error_quark ())

typedef enum {
  CT_ERROR_INVALID,     /* the input is wrong and stays wrong: 400/422, SIP 4xx */
  CT_ERROR_NOT_FOUND,   /* no such thing in this scope: 404 */
  CT_ERROR_DENIED,      /* known, but not allowed: 403 */
  CT_ERROR_UNAUTHENTIC, /* who are you: 401 */
  CT_ERROR_CONFLICT,    /* somebody was faster, or it exists: 409/412 */
  CT_ERROR_LIMIT,       /* too big, too deep, too many, too fast: 413/429 */
  CT_ERROR_CREDIT,      /* the prepaid account cannot bear it: 402 */
  CT_ERROR_STATE,       /* not in this state: 409 */
  CT_ERROR_BUSY,        /* a bounded queue is full, try later: 503 */
  CT_ERROR_TIMEOUT,     /* no answer before the deadline: 504 */
  CT_ERROR_UNKNOWN,     /* the outcome of a commit is unknown; reconcile by idempotency key */
  CT_ERROR_IO,          /* disk, socket, library */
} CtErrorCode;

GQuark ct_error_quark (void);

/* The stable word for a code ("not-found"), as problems and log lines carry it. */
const char *ct_error_code_name (CtErrorCode code);

static inline gboolean
ct_error_is (const GError *error, CtErrorCode code)
{
  return error != NULL && g_error_matches (error, CT_ERROR, (gint) code);
}

/* Sets @error to CT_ERROR @code and returns FALSE: `return ct_fail (error, CT_ERROR_INVALID, ...)`. */
gboolean ct_fail (GError **error, CtErrorCode code, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
