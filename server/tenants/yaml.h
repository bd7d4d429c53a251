/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML as tenant files use it: mappings, sequences and scalars of one document; no anchors, aliases,
 * tags, merge keys or duplicate keys, at most 64 deep and 1 MiB. Read into JSON with the record's field
 * table as the guide, so that a client code 0427 stays a text and a port is a number; where there is no
 * table (scripts) a plain scalar is typed as JSON would. Lines are kept: every finding names one. */
#pragma once

#include <json-glib/json-glib.h>

#include "common/records/record.h"

G_BEGIN_DECLS

typedef struct _CsYaml CsYaml;

/* @name is for messages ("demo.yaml"). CT_ERROR_INVALID says "name:line: what". */
CsYaml *cs_yaml_parse (const char *name, const char *bytes, gsize size, GError **error);
void cs_yaml_free (CsYaml *yaml);
JsonNode *cs_yaml_to_json (CsYaml *yaml, const CtRecordType *type);
/* The line of the node at a JSON pointer, or of its nearest ancestor there is. */
guint cs_yaml_find_line (CsYaml *yaml, const char *pointer);
const char *cs_yaml_get_name (CsYaml *yaml);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsYaml, cs_yaml_free)

G_END_DECLS
