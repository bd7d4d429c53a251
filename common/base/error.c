/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/base/error.h"

/* clang-format off */
G_DEFINE_QUARK (ct-error-quark, ct_error)
/* clang-format on */

const char *
ct_error_code_name (CtErrorCode code)
{
  static const char *const names[] = {
    [CT_ERROR_INVALID] = "invalid",   [CT_ERROR_NOT_FOUND] = "not-found",
    [CT_ERROR_DENIED] = "denied",     [CT_ERROR_UNAUTHENTIC] = "unauthentic",
    [CT_ERROR_CONFLICT] = "conflict", [CT_ERROR_LIMIT] = "limit",
    [CT_ERROR_CREDIT] = "credit",     [CT_ERROR_STATE] = "state",
    [CT_ERROR_BUSY] = "busy",         [CT_ERROR_TIMEOUT] = "timeout",
    [CT_ERROR_UNKNOWN] = "unknown",   [CT_ERROR_IO] = "io",
  };

  return (gsize) code < G_N_ELEMENTS (names) ? names[code] : "unknown";
}

gboolean
ct_fail (GError **error, CtErrorCode code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL && *error == NULL)
    *error = g_error_new_valist (CT_ERROR, (gint) code, format, arguments);
  va_end (arguments);
  return FALSE;
}
