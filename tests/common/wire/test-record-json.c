/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records through JSON, with a record of the test's own that has every kind of field. */
#include "common/wire/openapi.h"
#include "common/wire/record-json.h"

#include "common/records/call.h"
#include "common/records/session.h"

#include <string.h>

#define PART_FIELDS(F)                                                                             \
  F (TEXT, name, 0, 1, 5, CT_REQUIRED)                                                             \
  F (INT, count, 0, 0, 0, 0)
CT_RECORD_DECLARE (Part, part, PART_FIELDS)
#define CT_RECORD_FIELD_Part(k, m, a, lo, hi, f) CT_FIELD (Part, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (Part, part, "Part", PART_FIELDS);

#define WHOLE_FIELDS(F)                                                                            \
  F (ID, id, 0, 0, 0, CT_READ_ONLY)                                                                \
  F (TEXT, text, 0, 0, 10, CT_REQUIRED)                                                            \
  F (ENUM, word, "red green blue", 0, 0, 0)                                                        \
  F (INT, number, 0, 1, 100, 0)                                                                    \
  F (INT, free_number, 0, 0, 0, 0)                                                                 \
  F (BOOL, flag, 0, 0, 0, 0)                                                                       \
  F (MONEY, money, 0, 0, 0, 0)                                                                     \
  F (TIME, time, 0, 0, 0, 0)                                                                       \
  F (TEXTS, texts, 0, 1, 3, 0)                                                                     \
  F (WORDS, words, 0, 0, 5, 0)                                                                     \
  F (PAIRS, pairs, 0, 0, 5, 0)                                                                     \
  F (RECORD, part, &part_type, 0, 0, 0)                                                            \
  F (LIST, parts, &part_type, 0, 3, 0)                                                             \
  F (JSON, json, 0, 0, 40, 0)                                                                      \
  F (TEXT, secret, 0, 0, 0, CT_SECRET)                                                             \
  F (INT, pay, 0, 0, 0, CT_STAFF)
CT_RECORD_DECLARE (Whole, whole, WHOLE_FIELDS)
#define CT_RECORD_FIELD_Whole(k, m, a, lo, hi, f) CT_FIELD (Whole, k, m, a, lo, hi, f)
CT_RECORD_DEFINE (Whole, whole, "Whole", WHOLE_FIELDS);

static const char everything[]
    = "{\"text\":\"h\xc3\xa9llo\",\"word\":\"green\",\"number\":7,\"free_number\":-5,\"flag\":true,"
      "\"money\":20000,\"time\":\"2026-11-21T12:00:00.007Z\",\"texts\":[\"a\",\"b\"],"
      "\"words\":{\"it\":\"ciao\",\"nl\":\"hallo\"},\"pairs\":{\"x/y\":\"1\"},"
      "\"part\":{\"name\":\"one\",\"count\":1},\"parts\":[{\"name\":\"two\"},{\"name\":\"three\"}],"
      "\"json\":{\"a\":[1,null]},\"secret\":\"hush\",\"pay\":9}";

static Whole *
read_whole (const char *json, CtWireDirection direction, CtProblem **problem)
{
  return ct_record_from_bytes (&whole_type, json, strlen (json), 100000, direction, problem);
}

static void
test_there_and_back (void)
{
  g_autoptr (CtProblem) problem = NULL;
  g_autoptr (Whole) whole = read_whole (everything, CT_WIRE_REQUEST, &problem);
  g_autofree char *json = NULL;

  g_assert_null (problem);
  g_assert_cmpint (whole->money, ==, 20000);
  g_assert_cmpint (whole->time % 1000, ==, 7);
  g_assert_cmpuint (whole->parts->len, ==, 2);
  g_assert_cmpstr (((Part *) whole->part)->name, ==, "one");
  g_assert_cmpstr (g_hash_table_lookup (whole->words, "nl"), ==, "hallo");
  json = ct_record_to_json (whole, CT_WIRE_STAFF | CT_WIRE_SECRETS);
  g_assert_cmpstr (json, ==, everything);
}

static void
test_copy (void)
{
  g_autoptr (Whole) whole = read_whole (everything, CT_WIRE_REQUEST, NULL);
  g_autoptr (Whole) copy = ct_record_copy (whole);
  g_autofree char *json = NULL;

  ct_record_clear (whole);
  json = ct_record_to_json (copy, CT_WIRE_STAFF | CT_WIRE_SECRETS);
  g_assert_cmpstr (json, ==, everything);
}

/* Request, code and pointer of the first place that is wrong; NULL: it is right. */
static const struct {
  const char *json;
  const char *code;
  const char *pointer;
} requests[] = {
  { "{\"text\":\"\"}", NULL, NULL },
  { "{\"text\":\"a\\nb\\tc\"}", NULL, NULL },
  { "{\"text\":"
    "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"}",
    NULL, NULL }, /* ten characters */
  { "{\"text\":\"12345678901\"}", "too-long", "/text" },
  { "{\"text\":\"a\\u0007\"}", "bad-text", "/text" },
  { "{\"text\":\"a\\u0085\"}", "bad-text", "/text" },
  { "{\"text\":7}", "wrong-kind", "/text" },
  { "{\"text\":null}", "required", "/text" },
  { "{}", "required", "/text" },
  { "[]", "wrong-kind", "" },
  { "\"text\"", "wrong-kind", "" },
  { "null", "wrong-kind", "" },
  { "{\"text\":\"\",\"id\":\"000000000001A\"}", "read-only", "/id" },
  { "{\"text\":\"\",\"te~xt/\":1}", "unknown-member", "/te~0xt~1" },
  { "{\"oops\":1,\"text\":7}", "unknown-member", "/oops" },
  { "{\"text\":7,\"oops\":1}", "wrong-kind", "/text" },
  { "{\"text\":\"\",\"word\":\"red green\"}", "not-a-choice", "/word" },
  { "{\"text\":\"\",\"word\":\"gree\"}", "not-a-choice", "/word" },
  { "{\"text\":\"\",\"word\":\"reen\"}", "not-a-choice", "/word" },
  { "{\"text\":\"\",\"word\":\"\"}", "not-a-choice", "/word" },
  { "{\"text\":\"\",\"word\":\"blue\"}", NULL, NULL },
  { "{\"text\":\"\",\"number\":0}", "too-small", "/number" },
  { "{\"text\":\"\",\"number\":101}", "too-big", "/number" },
  { "{\"text\":\"\",\"number\":1.0}", "wrong-kind", "/number" },
  { "{\"text\":\"\",\"number\":\"1\"}", "wrong-kind", "/number" },
  { "{\"text\":\"\",\"number\":true}", "wrong-kind", "/number" },
  { "{\"text\":\"\",\"number\":null}", NULL, NULL },
  { "{\"text\":\"\",\"free_number\":9007199254740992}", NULL, NULL },
  { "{\"text\":\"\",\"free_number\":9007199254740993}", "too-big", "/free_number" },
  { "{\"text\":\"\",\"free_number\":-9007199254740993}", "too-small", "/free_number" },
  { "{\"text\":\"\",\"flag\":1}", "wrong-kind", "/flag" },
  { "{\"text\":\"\",\"flag\":\"true\"}", "wrong-kind", "/flag" },
  { "{\"text\":\"\",\"money\":0.02}", "wrong-kind", "/money" },
  { "{\"text\":\"\",\"time\":\"yesterday\"}", "bad-time", "/time" },
  { "{\"text\":\"\",\"time\":1795262400000}", "wrong-kind", "/time" },
  { "{\"text\":\"\",\"texts\":[]}", "too-short", "/texts" },
  { "{\"text\":\"\",\"texts\":[\"\",\"\",\"\",\"\"]}", "too-long", "/texts" },
  { "{\"text\":\"\",\"texts\":[\"a\",null]}", "wrong-kind", "/texts/1" },
  { "{\"text\":\"\",\"texts\":\"a\"}", "wrong-kind", "/texts" },
  { "{\"text\":\"\",\"words\":{\"dutch\":\"a\"}}", "unknown-member", "/words/dutch" },
  { "{\"text\":\"\",\"words\":{\"pt_BR\":\"a\"}}", NULL, NULL },
  { "{\"text\":\"\",\"words\":{\"nl\":1}}", "wrong-kind", "/words/nl" },
  { "{\"text\":\"\",\"words\":[]}", "wrong-kind", "/words" },
  { "{\"text\":\"\",\"pairs\":{\"\":\"a\"}}", "too-long", "/pairs/" },
  { "{\"text\":\"\",\"pairs\":{\"a\":{}}}", "wrong-kind", "/pairs/a" },
  { "{\"text\":\"\",\"part\":{\"name\":\"\"}}", "too-short", "/part/name" },
  { "{\"text\":\"\",\"part\":[]}", "wrong-kind", "/part" },
  { "{\"text\":\"\",\"parts\":[{\"name\":\"a\"},{\"name\":\"a\",\"x\":1}]}", "unknown-member",
    "/parts/1/x" },
  { "{\"text\":\"\",\"parts\":[{\"name\":\"a\"},{}]}", "required", "/parts/1/name" },
  { "{\"text\":\"\",\"parts\":[null]}", "wrong-kind", "/parts/0" },
  { "{\"text\":\"\",\"parts\":[{},{},{},{}]}", "too-long", "/parts" },
  { "{\"text\":\"\",\"json\":\"0123456789012345678901234567890123456789\"}", "too-long", "/json" },
  { "{\"text\":\"\",\"json\":[{\"any\":\"thing\"}]}", NULL, NULL },
  { "{\"text\":\"\"", "not-json", NULL },
};

static void
test_requests (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (CtProblem) problem = NULL;
      g_autoptr (Whole) whole = read_whole (requests[i].json, CT_WIRE_REQUEST, &problem);

      g_test_message ("%s", requests[i].json);
      g_assert_cmpstr (problem != NULL ? problem->code : NULL, ==, requests[i].code);
      g_assert_cmpstr (problem != NULL ? problem->pointer : NULL, ==, requests[i].pointer);
      g_assert_true ((whole == NULL) == (problem != NULL));
      g_clear_pointer (&whole, whole_free);
      whole = read_whole (requests[i].json, CT_WIRE_REQUEST, NULL); /* nobody asks why */
      g_assert_true ((whole == NULL) == (problem != NULL));
    }
}

static void
test_limit_params (void)
{
  g_autoptr (CtProblem) problem = NULL;

  g_assert_null (read_whole ("{\"text\":\"12345678901\"}", CT_WIRE_REQUEST, &problem));
  g_assert_cmpuint (problem->status, ==, 422);
  g_assert_cmpstr (g_hash_table_lookup (problem->params, "maximum"), ==, "10");
}

/* A desk reads what a newer server says, but no nonsense. */
static void
test_replies (void)
{
  g_autoptr (Whole) whole
      = read_whole ("{\"text\":\"more than ten characters\",\"word\":\"violet\",\"new\":{},"
                    "\"id\":\"000000000001A\",\"number\":1000}",
                    CT_WIRE_REPLY, NULL);
  g_autoptr (CtProblem) problem = NULL;

  g_assert_nonnull (whole);
  g_assert_cmpint (whole->id, ==, 42);
  g_assert_cmpstr (whole->word, ==, "violet");
  g_assert_null (read_whole ("{\"text\":7}", CT_WIRE_REPLY, NULL));
  g_assert_null (read_whole ("{\"word\":\"red\"}", CT_WIRE_REPLY, &problem));
  g_assert_cmpstr (problem->code, ==, "required");
}

static void
test_absent_and_null (void)
{
  g_autoptr (Whole) whole
      = read_whole ("{\"text\":\"\",\"number\":null,\"flag\":false}", CT_WIRE_REQUEST, NULL);
  g_autofree char *json = ct_record_to_json (whole, 0);
  g_autofree char *changed = NULL;

  g_assert_cmpstr (json, ==, "{\"text\":\"\",\"number\":null,\"flag\":false}");
  g_assert_false (ct_record_has (whole, "number"));
  g_assert_true (ct_record_has (whole, "flag"));
  g_assert_false (ct_record_has (whole, "money"));
  whole->number = 3; /* an assignment wins over the null it came with */
  changed = ct_record_to_json (whole, 0);
  g_assert_cmpstr (changed, ==, "{\"text\":\"\",\"number\":3,\"flag\":false}");
}

static void
test_plain_assignment (void)
{
  g_autoptr (Whole) whole = whole_new ();
  g_autofree char *empty = ct_record_to_json (whole, 0);
  g_autofree char *marked = NULL;

  g_assert_cmpstr (empty, ==, "{\"text\":\"\"}");
  whole->id = 42;
  whole->text = g_strdup ("a");
  ct_record_mark (whole, "money");
  ct_record_mark_null (whole, "word");
  marked = ct_record_to_json (whole, 0);
  g_assert_cmpstr (marked, ==,
                   "{\"id\":\"000000000001A\",\"text\":\"a\",\"word\":null,\"money\":0}");
}

static void
test_who_sees (void)
{
  g_autoptr (Whole) whole = whole_new ();
  g_autofree char *company = NULL;
  g_autofree char *staff = NULL;
  g_autofree char *once = NULL;

  whole->text = g_strdup ("a");
  whole->secret = g_strdup ("hush");
  whole->pay = 9;
  company = ct_record_to_json (whole, 0);
  staff = ct_record_to_json (whole, CT_WIRE_STAFF);
  once = ct_record_to_json (whole, CT_WIRE_SECRETS);
  g_assert_cmpstr (company, ==, "{\"text\":\"a\"}");
  g_assert_cmpstr (staff, ==, "{\"text\":\"a\",\"pay\":9}");
  g_assert_cmpstr (once, ==, "{\"text\":\"a\",\"secret\":\"hush\"}");
}

/* What a trunk wrote into a name must not break the stream to the desks. */
static void
test_not_utf8 (void)
{
  g_autoptr (Whole) whole = whole_new ();
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK); /* it warns */
  g_autofree char *json = NULL;

  whole->text = g_strdup ("a\xff");
  whole->json = g_strdup ("{broken");
  json = ct_record_to_json (whole, 0);
  g_log_set_always_fatal (fatal);
  g_assert_cmpstr (json, ==, "{\"text\":\"a\xef\xbf\xbd\",\"json\":null}");
  g_assert_true (ct_json_check (json, strlen (json), 1000, NULL));
}

static void
test_list (void)
{
  static const char text[] = "[{\"name\":\"a\"},{\"name\":\"b\",\"count\":2}]";
  g_autoptr (JsonNode) node = ct_json_parse (text, sizeof text - 1, 1000, NULL);
  g_autoptr (CtProblem) problem = NULL;
  g_autoptr (GPtrArray) parts
      = ct_records_from_json (&part_type, node, 2, CT_WIRE_REQUEST, &problem);
  g_autofree char *json = NULL;

  g_assert_nonnull (parts);
  json = ct_records_to_json (parts, 0);
  g_assert_cmpstr (json, ==, text);
  g_assert_null (ct_records_from_json (&part_type, node, 1, CT_WIRE_REQUEST, &problem));
  g_assert_cmpstr (problem->code, ==, "too-long");
}

/* The real ones: a call with all its parts. */
static void
test_call (void)
{
  g_autoptr (CtCall) call = ct_call_new ();
  g_autoptr (CtCall) back = NULL;
  g_autoptr (CtProblem) problem = NULL;
  g_autofree char *json = NULL;
  CtEarlier *earlier = ct_earlier_new ();

  call->id = 5;
  call->company = 6;
  call->state = g_strdup ("talking");
  call->company_name = g_strdup ("Bakkerij");
  call->language = g_strdup ("nl");
  call->pay = 100;
  earlier->call = 7;
  call->earlier = g_ptr_array_new_with_free_func (ct_record_free);
  g_ptr_array_add (call->earlier, earlier);
  json = ct_record_to_json (call, 0);
  g_assert_null (strstr (json, "\"pay\""));
  back = ct_record_from_bytes (&ct_call_type, json, strlen (json), 10000, CT_WIRE_REPLY, &problem);
  g_assert_null (problem);
  g_assert_cmpint (((CtEarlier *) back->earlier->pdata[0])->call, ==, 7);
}

/* Null is among what an optional member may be, and only there. */
static void
check_null (const CtField *field, JsonObject *property)
{
  gboolean optional = (field->flags & CT_REQUIRED) == 0;
  JsonNode *type = json_object_get_member (property, "type");

  if (json_object_has_member (property, "anyOf"))
    {
      JsonArray *both = json_object_get_array_member (property, "anyOf");

      g_assert_true (optional);
      g_assert_cmpstr (
          json_object_get_string_member (json_array_get_object_element (both, 0), "$ref"), ==,
          "#/components/schemas/Part");
      g_assert_cmpstr (
          json_object_get_string_member (json_array_get_object_element (both, 1), "type"), ==,
          "null");
    }
  else if (type != NULL)
    {
      g_assert_cmpint (JSON_NODE_HOLDS_ARRAY (type), ==, optional);
      if (optional)
        g_assert_cmpstr (json_array_get_string_element (json_node_get_array (type), 1), ==, "null");
    }
}

static void
test_openapi (void)
{
  g_autoptr (JsonObject) schemas = json_object_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  JsonObject *properties;

  ct_openapi_add (schemas, &ct_call_type);
  ct_openapi_add (schemas, &whole_type);
  ct_openapi_add (schemas, &whole_type);
  ct_openapi_add_problem (schemas);
  g_assert_true (json_object_has_member (schemas, "Part"));
  properties = json_object_get_object_member (json_object_get_object_member (schemas, "Whole"),
                                              "properties");
  g_assert_cmpuint (json_object_get_size (properties), ==, whole_type.n_fields);
  for (guint i = 0; i < whole_type.n_fields; i++)
    check_null (&whole_type.fields[i],
                json_object_get_object_member (properties, whole_type.fields[i].name));
  json_node_set_object (root, schemas);
  text = json_to_string (root, FALSE);
  g_assert_true (ct_json_check (text, strlen (text), G_MAXSIZE, NULL));
  /* Every $ref leads somewhere. */
  for (const char *at = text; (at = strstr (at, "schemas/")) != NULL;)
    {
      g_autofree char *name = NULL;

      at += strlen ("schemas/");
      name = g_strndup (at, strcspn (at, "\""));
      g_assert_true (json_object_has_member (schemas, name));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record-json/there-and-back", test_there_and_back);
  g_test_add_func ("/record-json/copy", test_copy);
  g_test_add_func ("/record-json/requests", test_requests);
  g_test_add_func ("/record-json/limit-params", test_limit_params);
  g_test_add_func ("/record-json/replies", test_replies);
  g_test_add_func ("/record-json/absent-and-null", test_absent_and_null);
  g_test_add_func ("/record-json/plain-assignment", test_plain_assignment);
  g_test_add_func ("/record-json/who-sees", test_who_sees);
  g_test_add_func ("/record-json/not-utf8", test_not_utf8);
  g_test_add_func ("/record-json/list", test_list);
  g_test_add_func ("/record-json/call", test_call);
  g_test_add_func ("/record-json/openapi", test_openapi);
  return g_test_run ();
}
