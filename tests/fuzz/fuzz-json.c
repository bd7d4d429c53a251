/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the body of any request or reply: what a record takes, it writes as JSON that it takes
 * again, and that is then the same. */
#include "common/records/call.h"
#include "common/records/company.h"
#include "common/records/presence.h"
#include "common/records/script.h"
#include "common/records/session.h"
#include "common/wire/record-json.h"
#include "fuzz.h"

#include <string.h>

#define MAX_SIZE (256 * 1024)
#define ALL (CT_WIRE_STAFF | CT_WIRE_SECRETS)

static const CtRecordType *const types[]
    = { &ct_call_type,           &ct_dashboard_type,      &ct_bill_type,         &ct_top_up_type,
        &ct_presence_type,       &ct_finish_type,         &ct_script_state_type, &ct_sign_in_type,
        &ct_script_command_type, &ct_script_document_type };

static void
read_and_write (const CtRecordType *type, JsonNode *node, CtWireDirection direction)
{
  g_autoptr (CtProblem) problem = NULL;
  gpointer record = ct_record_from_json (type, node, direction, &problem);
  gpointer again;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_assert_true ((record == NULL) == (problem != NULL));
  if (record == NULL)
    {
      g_free (ct_problem_to_json (problem));
      return;
    }
  first = ct_record_to_json (record, ALL);
  ct_record_free (record);
  again = ct_record_from_bytes (type, first, strlen (first), G_MAXSIZE, CT_WIRE_REPLY, NULL);
  g_assert_nonnull (again);
  second = ct_record_to_json (again, ALL);
  g_assert_cmpstr (first, ==, second);
  ct_record_free (again);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (CtProblem) problem = ct_problem_new_from_json ((const char *) data, size, 500);
  g_autoptr (JsonNode) node = ct_json_parse ((const char *) data, size, MAX_SIZE, NULL);

  for (gsize i = 0; node != NULL && i < G_N_ELEMENTS (types); i++)
    {
      read_and_write (types[i], node, CT_WIRE_REQUEST);
      read_and_write (types[i], node, CT_WIRE_REPLY);
    }
  return 0;
}
