/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records to JSON and back, by their field tables (common/records/record.h).
 *
 * Reading a request checks all that the table says and refuses what it does not know or what only
 * replies carry; the problem names the first offending place in the order of the document. Reading a
 * reply checks kinds and required members but neither limits nor words, and ignores what it does not
 * know, so that a desk can read a newer server. Writing leaves out what was never set (record.h says
 * when a member counts as set). */
#pragma once

#include "common/records/record.h"
#include "common/wire/json-check.h"
#include "common/wire/problem.h"

G_BEGIN_DECLS

typedef enum {
  CT_WIRE_REQUEST,
  CT_WIRE_REPLY,
} CtWireDirection;

/* Flags for writing; 0 is what a company's own people may see. */
enum {
  CT_WIRE_STAFF = 1 << 0, /* with the CT_STAFF members; a gboolean `staff` fits here */
  CT_WIRE_SECRETS
  = 1 << 1, /* with the CT_SECRET members: what is told once, and what a desk sends */
};

/* NULL and a problem (422, with pointer) when @node is not a @type. */
gpointer ct_record_from_json (const CtRecordType *type, JsonNode *node, CtWireDirection direction,
                              CtProblem **problem);
/* The same from untrusted bytes: check, parse, read. 400 when it is no JSON, 413 when too big. */
gpointer ct_record_from_bytes (const CtRecordType *type, const char *bytes, gsize size,
                               gsize max_size, CtWireDirection direction, CtProblem **problem);
/* An array of records, at most @max of them (0: no limit). */
GPtrArray *ct_records_from_json (const CtRecordType *type, JsonNode *node, guint max,
                                 CtWireDirection direction, CtProblem **problem);

JsonNode *ct_record_to_json_node (gconstpointer record, guint flags);
char *ct_record_to_json (gconstpointer record, guint flags);
JsonNode *ct_records_to_json_node (GPtrArray *records, guint flags);
char *ct_records_to_json (GPtrArray *records, guint flags);

G_END_DECLS
