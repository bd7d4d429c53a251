/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a tenant file: as the free JSON of a script, and guided by a record's table. */
#include "common/records/call.h"
#include "common/wire/record-json.h"
#include "fuzz.h"
#include "server/tenants/yaml.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (CsYaml) yaml = cs_yaml_parse ("t.yaml", (const char *) data, size, NULL);
  g_autoptr (JsonNode) free_form = yaml != NULL ? cs_yaml_to_json (yaml, NULL) : NULL;
  g_autoptr (JsonNode) guided = yaml != NULL ? cs_yaml_to_json (yaml, &ct_call_type) : NULL;
  g_autoptr (CtProblem) problem = NULL;

  if (free_form != NULL)
    g_free (json_to_string (free_form, FALSE));
  if (guided == NULL)
    return 0;
  ct_record_free (ct_record_from_json (&ct_call_type, guided, CT_WIRE_REQUEST, &problem));
  if (problem != NULL && problem->pointer != NULL)
    g_assert_cmpuint (cs_yaml_find_line (yaml, problem->pointer), >, 0);
  return 0;
}
