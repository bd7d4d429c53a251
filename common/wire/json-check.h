/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gate for JSON that a stranger wrote. json-glib accepts documents that are not JSON and falls over
 * deep ones, so every byte from outside passes here first: the grammar of RFC 8259 to the letter, valid
 * UTF-8 (RFC 3629), no lone surrogate, no U+0000 (a C string would end there), depth and size bounded,
 * numbers that a gint64 or a finite double can hold. No allocation, no recursion, one pass. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define CT_JSON_MAX_DEPTH 64

/* CT_ERROR_LIMIT for too big or too deep, else CT_ERROR_INVALID; the message names the byte. */
gboolean ct_json_check (const char *bytes, gsize size, gsize max_size, GError **error);

/* Check, then read. A name that stands twice in an object is refused too. The caller owns the node. */
JsonNode *ct_json_parse (const char *bytes, gsize size, gsize max_size, GError **error);

G_END_DECLS
