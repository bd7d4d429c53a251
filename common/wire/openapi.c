/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/wire/openapi.h"

static JsonObject *
object_of_type (const char *type)
{
  JsonObject *schema = json_object_new ();

  json_object_set_string_member (schema, "type", type);
  return schema;
}

static JsonObject *
string_schema (const char *format)
{
  JsonObject *schema = object_of_type ("string");

  if (format != NULL)
    json_object_set_string_member (schema, "format", format);
  return schema;
}

static JsonNode *
take (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

static JsonArray *
words_to_array (const char *words)
{
  JsonArray *array = json_array_new ();
  g_auto (GStrv) split = g_strsplit (words, " ", -1);

  for (char **word = split; *word != NULL; word++)
    if (**word != '\0')
      json_array_add_string_element (array, *word);
  return array;
}

/* @minimum and @maximum are the names of the limits in JSON Schema. */
static void
set_limits (JsonObject *schema, const CtField *field, const char *minimum, const char *maximum)
{
  if (field->minimum != 0 || field->maximum != 0)
    json_object_set_int_member (schema, minimum, field->minimum);
  if (field->maximum != 0)
    json_object_set_int_member (schema, maximum, field->maximum);
}

static JsonObject *
list_schema (const CtField *field, JsonNode *items)
{
  JsonObject *schema = object_of_type ("array");

  json_object_set_member (schema, "items", items);
  set_limits (schema, field, "minItems", "maxItems");
  return schema;
}

static JsonObject *
pairs_schema (const char *description)
{
  JsonObject *schema = object_of_type ("object");

  json_object_set_string_member (schema, "description", description);
  json_object_set_object_member (schema, "additionalProperties", object_of_type ("string"));
  return schema;
}

static JsonObject *
id_schema (void)
{
  JsonObject *schema = object_of_type ("string");

  json_object_set_string_member (schema, "pattern", "^[0-7][0-9A-HJKMNP-TV-Z]{12}$");
  return schema;
}

static JsonObject *
integer_schema (const CtField *field)
{
  JsonObject *schema = object_of_type ("integer");

  json_object_set_string_member (schema, "format", "int64");
  if (field->kind == CT_KIND_MONEY)
    json_object_set_string_member (schema, "description", "micro-units of the currency");
  set_limits (schema, field, "minimum", "maximum");
  return schema;
}

static JsonObject *
ref_object (const CtRecordType *type)
{
  JsonObject *object = json_object_new ();
  g_autofree char *path = g_strconcat ("#/components/schemas/", type->name, NULL);

  json_object_set_string_member (object, "$ref", path);
  return object;
}

static JsonObject *
field_schema (const CtField *field)
{
  JsonObject *schema;

  switch (field->kind)
    {
    case CT_KIND_ID:
      return id_schema ();
    case CT_KIND_TEXT:
      schema = string_schema (NULL);
      set_limits (schema, field, "minLength", "maxLength");
      return schema;
    case CT_KIND_ENUM:
      schema = string_schema (NULL);
      json_object_set_array_member (schema, "enum", words_to_array (field->argument));
      return schema;
    case CT_KIND_INT:
    case CT_KIND_MONEY:
      return integer_schema (field);
    case CT_KIND_BOOL:
      return object_of_type ("boolean");
    case CT_KIND_TIME:
      return string_schema ("date-time");
    case CT_KIND_TEXTS:
      return list_schema (field, take (object_of_type ("string")));
    case CT_KIND_WORDS:
      return pairs_schema ("language code to text");
    case CT_KIND_PAIRS:
      return pairs_schema ("name to text");
    case CT_KIND_RECORD:
      return ref_object (field->argument);
    case CT_KIND_LIST:
      return list_schema (field, ct_openapi_ref (field->argument));
    case CT_KIND_JSON:
      break;
    }
  return json_object_new (); /* anything */
}

/* An optional member may be null: it then has no value, which a change can say, and a reader meets. JSON
 * Schema 2020-12, which OpenAPI 3.1 speaks, has no "nullable": null is one more type. Takes @schema. */
static JsonObject *
or_null (JsonObject *schema)
{
  const char *type = json_object_get_string_member_with_default (schema, "type", NULL);
  JsonArray *both;

  if (type != NULL)
    {
      both = json_array_new ();
      json_array_add_string_element (both, type);
      json_array_add_string_element (both, "null");
      json_object_set_array_member (schema, "type", both);
      if (json_object_has_member (schema, "enum"))
        json_array_add_null_element (json_object_get_array_member (schema, "enum"));
      return schema;
    }
  if (!json_object_has_member (schema, "$ref"))
    return schema; /* anything */
  both = json_array_new ();
  json_array_add_object_element (both, schema);
  json_array_add_object_element (both, object_of_type ("null"));
  schema = json_object_new ();
  json_object_set_array_member (schema, "anyOf", both);
  return schema;
}

JsonNode *
ct_openapi_ref (const CtRecordType *type)
{
  return take (ref_object (type));
}

void
ct_openapi_add (JsonObject *schemas, const CtRecordType *type)
{
  JsonObject *schema, *properties;
  JsonArray *required;

  if (json_object_has_member (schemas, type->name))
    return;
  schema = object_of_type ("object");
  json_object_set_object_member (schemas, type->name,
                                 schema); /* before its parts: they may name it */
  properties = json_object_new ();
  json_object_set_object_member (schema, "properties", properties);
  required = json_array_new ();
  for (guint i = 0; i < type->n_fields; i++)
    {
      const CtField *field = &type->fields[i];
      JsonObject *property = field_schema (field);

      if ((field->flags & CT_REQUIRED) == 0)
        property = or_null (property);
      if ((field->flags & CT_READ_ONLY) != 0)
        json_object_set_boolean_member (property, "readOnly", TRUE);
      if ((field->flags & CT_REQUIRED) != 0)
        json_array_add_string_element (required, field->name);
      json_object_set_object_member (properties, field->name, property);
      if (field->kind == CT_KIND_RECORD || field->kind == CT_KIND_LIST)
        ct_openapi_add (schemas, field->argument);
    }
  if (json_array_get_length (required) > 0)
    json_object_set_array_member (schema, "required", required);
  else
    json_array_unref (required);
}

void
ct_openapi_add_problem (JsonObject *schemas)
{
  JsonObject *schema, *properties;

  if (json_object_has_member (schemas, "Problem"))
    return;
  schema = object_of_type ("object");
  properties = json_object_new ();
  json_object_set_object_member (properties, "type", string_schema ("uri-reference"));
  json_object_set_object_member (properties, "title", string_schema (NULL));
  json_object_set_object_member (properties, "status", object_of_type ("integer"));
  json_object_set_object_member (properties, "code", string_schema (NULL));
  json_object_set_object_member (properties, "detail", string_schema (NULL));
  json_object_set_object_member (properties, "pointer", string_schema ("json-pointer"));
  json_object_set_object_member (properties, "params", pairs_schema ("name to text"));
  json_object_set_object_member (schema, "properties", properties);
  json_object_set_array_member (schema, "required", words_to_array ("type title status"));
  json_object_set_object_member (schemas, "Problem", schema);
}
