/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libyaml's events become a small tree of our own that remembers lines and whether a scalar was plain;
 * the tree becomes JSON when the wanted type is known. */
#include "server/tenants/yaml.h"

#include <string.h>
#include <yaml.h>

#include "common/base/error.h"

#define MAX_SIZE (1024 * 1024)
#define MAX_DEPTH 64

typedef struct _Node Node;
struct _Node {
  yaml_event_type_t
      kind; /* YAML_SCALAR_EVENT, YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT */
  guint line;
  gboolean plain;
  char *text;         /* scalar */
  GPtrArray *keys;    /* mapping: char* */
  GPtrArray *members; /* mapping, sequence: Node* */
};

struct _CsYaml {
  char *name;
  Node *root;
};

typedef struct {
  yaml_parser_t parser;
  const char *name;
  GError **error;
} Reader;

static void
node_free (gpointer data)
{
  Node *node = data;

  if (node == NULL)
    return;
  g_free (node->text);
  g_clear_pointer (&node->keys, g_ptr_array_unref);
  g_clear_pointer (&node->members, g_ptr_array_unref);
  g_free (node);
}

static gpointer
refuse (Reader *reader, guint line, const char *what)
{
  ct_fail (reader->error, CT_ERROR_INVALID, "%s:%u: %s", reader->name, line, what);
  return NULL;
}

static gboolean
next_event (Reader *reader, yaml_event_t *event)
{
  if (yaml_parser_parse (&reader->parser, event))
    return TRUE;
  refuse (reader, (guint) reader->parser.problem_mark.line + 1,
          reader->parser.problem != NULL ? reader->parser.problem : "cannot be read");
  return FALSE;
}

static Node *read_node (Reader *reader, yaml_event_t *event, guint depth);

static gboolean
has_key (Node *node, const char *key)
{
  return g_ptr_array_find_with_equal_func (node->keys, key, g_str_equal, NULL);
}

/* Reads the members of a sequence or mapping up to its end. */
static gboolean
read_members (Reader *reader, Node *node, guint depth)
{
  gboolean mapping = node->kind == YAML_MAPPING_START_EVENT;
  yaml_event_type_t end = mapping ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;

  while (TRUE)
    {
      yaml_event_t event;
      Node *member;

      if (!next_event (reader, &event))
        return FALSE;
      if (event.type == end)
        {
          yaml_event_delete (&event);
          return TRUE;
        }
      member = read_node (reader, &event, depth);
      if (member == NULL)
        return FALSE;
      if (mapping && node->keys->len == node->members->len)
        {
          gboolean good = member->kind == YAML_SCALAR_EVENT && !has_key (node, member->text)
                          && strcmp (member->text, "<<") != 0;

          if (good)
            g_ptr_array_add (node->keys, g_strdup (member->text));
          else
            refuse (reader, member->line, "a key must be a plain word, once in its mapping");
          node_free (member);
          if (!good)
            return FALSE;
        }
      else
        g_ptr_array_add (node->members, member);
    }
}

/* Takes over @event. */
static Node *
read_node (Reader *reader, yaml_event_t *event, guint depth)
{
  guint line = (guint) event->start_mark.line + 1;
  Node *node;

  if (event->type == YAML_ALIAS_EVENT
      || (event->type == YAML_SCALAR_EVENT && (event->data.scalar.anchor || event->data.scalar.tag))
      || (event->type == YAML_SEQUENCE_START_EVENT
          && (event->data.sequence_start.anchor || event->data.sequence_start.tag))
      || (event->type == YAML_MAPPING_START_EVENT
          && (event->data.mapping_start.anchor || event->data.mapping_start.tag)))
    {
      yaml_event_delete (event);
      return refuse (reader, line, "anchors, aliases and tags are not read here");
    }
  if (depth > MAX_DEPTH)
    {
      yaml_event_delete (event);
      return refuse (reader, line, "nested too deep");
    }
  node = g_new0 (Node, 1);
  node->kind = event->type;
  node->line = line;
  if (event->type == YAML_SCALAR_EVENT)
    {
      node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
      node->text = g_strndup ((const char *) event->data.scalar.value, event->data.scalar.length);
      if (strlen (node->text) != event->data.scalar.length
          || !g_utf8_validate (node->text, -1, NULL))
        {
          refuse (reader, line, "not a text");
          g_clear_pointer (&node, node_free);
        }
      yaml_event_delete (event);
      return node;
    }
  yaml_event_delete (event);
  node->keys = g_ptr_array_new_with_free_func (g_free);
  node->members = g_ptr_array_new_with_free_func (node_free);
  if (!read_members (reader, node, depth + 1))
    g_clear_pointer (&node, node_free);
  return node;
}

/* The one document: everything before and after its root node. */
static Node *
read_document (Reader *reader)
{
  Node *root = NULL;

  while (TRUE)
    {
      yaml_event_t event;

      if (!next_event (reader, &event))
        return node_free (root), NULL;
      switch (event.type)
        {
        case YAML_STREAM_END_EVENT:
          yaml_event_delete (&event);
          return root != NULL ? root : refuse (reader, 1, "the file is empty");
        case YAML_SCALAR_EVENT:
        case YAML_SEQUENCE_START_EVENT:
        case YAML_MAPPING_START_EVENT:
          root = read_node (reader, &event, 0);
          if (root == NULL)
            return NULL;
          break;
        case YAML_DOCUMENT_START_EVENT:
          if (root != NULL)
            {
              guint line = (guint) event.start_mark.line + 1;

              yaml_event_delete (&event);
              node_free (root);
              return refuse (reader, line, "a second document");
            }
          yaml_event_delete (&event);
          break;
        default:
          yaml_event_delete (&event);
          break;
        }
    }
}

CsYaml *
cs_yaml_parse (const char *name, const char *bytes, gsize size, GError **error)
{
  Reader reader = { .name = name, .error = error };
  CsYaml *yaml;
  Node *root;

  if (size > MAX_SIZE)
    return refuse (&reader, 1, "larger than 1 MiB");
  if (!yaml_parser_initialize (&reader.parser))
    return refuse (&reader, 1, "no memory");
  yaml_parser_set_encoding (&reader.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string (&reader.parser, (const unsigned char *) bytes, size);
  root = read_document (&reader);
  yaml_parser_delete (&reader.parser);
  if (root == NULL)
    return NULL;
  yaml = g_new0 (CsYaml, 1);
  yaml->name = g_strdup (name);
  yaml->root = root;
  return yaml;
}

void
cs_yaml_free (CsYaml *yaml)
{
  node_free (yaml->root);
  g_free (yaml->name);
  g_free (yaml);
}

const char *
cs_yaml_get_name (CsYaml *yaml)
{
  return yaml->name;
}

static gboolean
is_integer (const char *text)
{
  gint64 value;

  return g_ascii_string_to_signed (text, 10, -(G_GINT64_CONSTANT (1) << 53),
                                   G_GINT64_CONSTANT (1) << 53, &value, NULL)
         && (text[0] != '0' || text[1] == '\0') && text[0] != '+';
}

/* Without a table: plain true, false, null and integers are what they look like. */
static JsonNode *
guess_scalar (Node *node)
{
  JsonNode *out = json_node_alloc ();

  if (node->plain && (strcmp (node->text, "true") == 0 || strcmp (node->text, "false") == 0))
    return json_node_init_boolean (out, node->text[0] == 't');
  if (node->plain && (strcmp (node->text, "null") == 0 || *node->text == '\0'))
    return json_node_init_null (out);
  if (node->plain && is_integer (node->text))
    return json_node_init_int (out, g_ascii_strtoll (node->text, NULL, 10));
  return json_node_init_string (out, node->text);
}

static JsonNode *
scalar_as (Node *node, CtKind kind)
{
  gboolean typed = kind == CT_KIND_INT || kind == CT_KIND_BOOL || kind == CT_KIND_MONEY;

  if (node->plain && (strcmp (node->text, "null") == 0 || *node->text == '\0'))
    return json_node_init_null (json_node_alloc ());
  /* A wrong scalar stays a text, and the record's check says what was expected there. */
  return typed ? guess_scalar (node) : json_node_init_string (json_node_alloc (), node->text);
}

static JsonNode *to_json (Node *node, const CtRecordType *type);
static JsonNode *member_as (Node *node, const CtField *field);

static JsonNode *
list_as (Node *node, const CtField *field)
{
  JsonArray *array = json_array_new ();
  JsonNode *out;
  CtField element = { .kind = field->kind == CT_KIND_LIST    ? CT_KIND_RECORD
                              : field->kind == CT_KIND_TEXTS ? CT_KIND_TEXT
                                                             : CT_KIND_JSON,
                      .argument = field->argument };

  for (guint i = 0; i < node->members->len; i++)
    json_array_add_element (array, member_as (node->members->pdata[i], &element));
  out = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (out, array);
  return out;
}

static JsonNode *
pairs_of (Node *node)
{
  JsonObject *object = json_object_new ();
  JsonNode *out;

  for (guint i = 0; i < node->members->len; i++)
    {
      Node *member = node->members->pdata[i];

      json_object_set_member (object, node->keys->pdata[i],
                              member->kind == YAML_SCALAR_EVENT ? scalar_as (member, CT_KIND_TEXT)
                                                                : to_json (member, NULL));
    }
  out = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (out, object);
  return out;
}

static JsonNode *
member_as (Node *node, const CtField *field)
{
  if (field == NULL || field->kind == CT_KIND_JSON)
    return to_json (node, NULL);
  if (node->kind == YAML_SCALAR_EVENT)
    return scalar_as (node, field->kind);
  if (node->kind == YAML_SEQUENCE_START_EVENT
      && (field->kind == CT_KIND_LIST || field->kind == CT_KIND_TEXTS))
    return list_as (node, field);
  if (node->kind == YAML_MAPPING_START_EVENT
      && (field->kind == CT_KIND_WORDS || field->kind == CT_KIND_PAIRS))
    return pairs_of (node);
  return to_json (node, field->kind == CT_KIND_RECORD ? field->argument : NULL);
}

static JsonNode *
to_json (Node *node, const CtRecordType *type)
{
  JsonObject *object;
  JsonNode *out;

  if (node->kind == YAML_SCALAR_EVENT)
    return guess_scalar (node);
  if (node->kind == YAML_SEQUENCE_START_EVENT)
    return list_as (node, &(CtField){ .kind = CT_KIND_JSON });
  object = json_object_new ();
  for (guint i = 0; i < node->members->len; i++)
    {
      const char *key = node->keys->pdata[i];
      const CtField *field = type != NULL ? ct_record_type_find (type, key) : NULL;

      json_object_set_member (object, key, member_as (node->members->pdata[i], field));
    }
  out = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (out, object);
  return out;
}

JsonNode *
cs_yaml_to_json (CsYaml *yaml, const CtRecordType *type)
{
  return to_json (yaml->root, type);
}

static Node *
child_at (Node *node, const char *segment)
{
  guint index;

  if (node->kind == YAML_MAPPING_START_EVENT
      && g_ptr_array_find_with_equal_func (node->keys, segment, g_str_equal, &index))
    return node->members->pdata[index];
  if (node->kind == YAML_SEQUENCE_START_EVENT && is_integer (segment))
    {
      guint64 place = g_ascii_strtoull (segment, NULL, 10);

      return place < node->members->len ? node->members->pdata[place] : NULL;
    }
  return NULL;
}

guint
cs_yaml_find_line (CsYaml *yaml, const char *pointer)
{
  g_auto (GStrv) segments = g_strsplit (pointer, "/", -1);
  Node *node = yaml->root;

  for (guint i = 1; segments[0] != NULL && segments[i] != NULL; i++)
    {
      g_autoptr (GString) segment = g_string_new (segments[i]);
      Node *child;

      g_string_replace (segment, "~1", "/", 0);
      g_string_replace (segment, "~0", "~", 0);
      child = child_at (node, segment->str);
      if (child == NULL)
        break;
      node = child;
    }
  return node->line;
}
