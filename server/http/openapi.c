/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OpenAPI 3.1 from the route table and the records' field tables, made once at the start. */
#include "server/http/exchange-private.h"

#include <string.h>

static JsonObject *
add_object (JsonObject *parent, const char *name)
{
  JsonObject *object = json_object_new ();

  json_object_set_object_member (parent, name, object);
  return object;
}

static void
add_content (JsonObject *parent, const char *type, JsonNode *schema)
{
  JsonObject *content = add_object (parent, "content");

  json_object_set_member (add_object (content, type), "schema", schema);
}

static JsonNode *
plain_schema (const char *type, const char *pattern)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *schema = json_object_new ();

  json_object_set_string_member (schema, "type", type);
  if (pattern != NULL)
    json_object_set_string_member (schema, "pattern", pattern);
  json_node_take_object (node, schema);
  return node;
}

static JsonNode *
list_schema (const CtRecordType *type)
{
  JsonNode *node = plain_schema ("object", NULL);
  JsonObject *properties = add_object (json_node_get_object (node), "properties");
  JsonObject *items = add_object (properties, "items");

  json_object_set_string_member (items, "type", "array");
  json_object_set_member (items, "items", ct_openapi_ref (type));
  json_object_set_member (properties, "next", plain_schema ("string", NULL));
  return node;
}

static void
add_parameter (JsonArray *parameters, const char *name, const char *place, gboolean required,
               JsonNode *schema)
{
  JsonObject *parameter = json_object_new ();

  json_object_set_string_member (parameter, "name", name);
  json_object_set_string_member (parameter, "in", place);
  json_object_set_boolean_member (parameter, "required", required);
  json_object_set_member (parameter, "schema", schema);
  json_array_add_object_element (parameters, parameter);
}

static void
add_path_parameters (JsonArray *parameters, const char *path)
{
  g_auto (GStrv) segments = g_strsplit (path, "/", -1);

  for (guint i = 0; segments[i] != NULL; i++)
    if (segments[i][0] == '{')
      {
        g_autofree char *name = g_strndup (segments[i] + 1, strlen (segments[i]) - 2);
        gboolean id = cs_path_name_is_id (name);

        add_parameter (
            parameters, name, "path", TRUE,
            plain_schema ("string", id ? "^[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{13}$" : NULL));
      }
}

static void
add_reply (JsonObject *operation, const CsRoute *route)
{
  JsonObject *responses = add_object (operation, "responses");
  gboolean created = (route->flags & CS_ROUTE_IDEMPOTENT) != 0;
  gboolean empty = route->reply == NULL && (route->flags & CS_ROUTE_RAW) == 0;
  JsonObject *success = add_object (responses, empty ? "204" : created ? "2XX" : "200");
  JsonObject *failure = add_object (responses, "default");
  JsonNode *problem = json_node_new (JSON_NODE_OBJECT);
  JsonObject *reference = json_object_new ();

  json_object_set_string_member (success, "description", empty ? "Done" : "The reply");
  if (route->reply != NULL)
    add_content (success, "application/json",
                 (route->flags & CS_ROUTE_PAGED) != 0 ? list_schema (route->reply)
                                                      : ct_openapi_ref (route->reply));
  else if (!empty)
    add_content (success, "*/*", plain_schema ("string", NULL));
  json_object_set_string_member (failure, "description", "A problem (RFC 9457)");
  json_object_set_string_member (reference, "$ref", "#/components/schemas/Problem");
  json_node_take_object (problem, reference);
  add_content (failure, CT_PROBLEM_CONTENT_TYPE, problem);
}

static void
add_security (JsonObject *operation, const CsRoute *route)
{
  JsonArray *security = json_array_new ();

  if (route->permission != CS_ALLOW_ANYONE)
    {
      JsonObject *bearer = json_object_new ();

      json_object_set_array_member (bearer, "bearer", json_array_new ());
      json_array_add_object_element (security, bearer);
    }
  json_object_set_array_member (operation, "security", security);
  json_object_set_string_member (operation, "x-permission", cs_permission_name (route->permission));
}

static JsonObject *
describe_route (const CsRoute *route, JsonObject *schemas)
{
  JsonObject *operation = json_object_new ();
  JsonArray *parameters = json_array_new ();

  json_object_set_string_member (operation, "summary", route->summary);
  add_path_parameters (parameters, route->path);
  if ((route->flags & CS_ROUTE_PAGED) != 0)
    {
      add_parameter (parameters, "cursor", "query", FALSE, plain_schema ("string", "^[0-9]+$"));
      add_parameter (parameters, "limit", "query", FALSE, plain_schema ("integer", NULL));
    }
  if ((route->flags & CS_ROUTE_IDEMPOTENT) != 0)
    add_parameter (parameters, "Idempotency-Key", "header", TRUE, plain_schema ("string", NULL));
  json_object_set_array_member (operation, "parameters", parameters);
  if (route->request != NULL)
    {
      JsonObject *body = add_object (operation, "requestBody");

      ct_openapi_add (schemas, route->request);
      json_object_set_boolean_member (body, "required", TRUE);
      add_content (body, "application/json", ct_openapi_ref (route->request));
    }
  if ((route->flags & CS_ROUTE_UPLOAD) != 0)
    {
      JsonObject *body = add_object (operation, "requestBody");

      json_object_set_boolean_member (body, "required", TRUE);
      add_content (body, "*/*", plain_schema ("string", NULL));
    }
  if (route->reply != NULL)
    ct_openapi_add (schemas, route->reply);
  add_reply (operation, route);
  add_security (operation, route);
  return operation;
}

static void
add_components (JsonObject *root, JsonObject *schemas)
{
  JsonObject *components = add_object (root, "components");
  JsonObject *bearer = add_object (add_object (components, "securitySchemes"), "bearer");

  json_object_set_object_member (components, "schemas", schemas);
  json_object_set_string_member (bearer, "type", "http");
  json_object_set_string_member (bearer, "scheme", "bearer");
}

GBytes *
cs_http_describe (CsHttp *http)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *root = json_object_new ();
  JsonObject *info = add_object (root, "info");
  JsonObject *paths = add_object (root, "paths");
  JsonObject *schemas = json_object_new ();
  GPtrArray *rows = cs_route_tree_get_rows (http->routes);
  char *text;

  json_node_take_object (node, root);
  json_object_set_string_member (root, "openapi", "3.1.0");
  json_object_set_string_member (info, "title", "Centrale");
  json_object_set_string_member (info, "version", CENTRALE_VERSION);
  ct_openapi_add_problem (schemas);
  for (guint i = 0; i < rows->len; i++)
    {
      const CsRoute *route = ((CsRow *) g_ptr_array_index (rows, i))->route;
      g_autofree char *method = g_ascii_strdown (route->method, -1);
      JsonObject *path = json_object_has_member (paths, route->path)
                             ? json_object_get_object_member (paths, route->path)
                             : add_object (paths, route->path);

      json_object_set_object_member (path, method, describe_route (route, schemas));
    }
  add_components (root, schemas);
  text = json_to_string (node, FALSE);
  return g_bytes_new_take (text, strlen (text));
}
