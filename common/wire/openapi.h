/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record type as a JSON Schema of OpenAPI 3.1, out of its field table. */
#pragma once

#include "common/records/record.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Adds the schema of @type, and of every type it holds, to @schemas (components.schemas) by name; one
 * that is there already stays. */
void ct_openapi_add (JsonObject *schemas, const CtRecordType *type);
/* {"$ref": "#/components/schemas/NAME"} */
JsonNode *ct_openapi_ref (const CtRecordType *type);
/* Adds "Problem", which is no record. */
void ct_openapi_add_problem (JsonObject *schemas);

G_END_DECLS
