/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading records. Each kind has a small function that checks one JSON value and puts it into one
 * member; the reader carries the path to where it stands, so that a refusal can name its place. Limits
 * hold for requests only: a desk must be able to show what a newer server sends. */
#include "common/wire/record-json.h"

#include <string.h>

/* What holds where a field's row gives no maximum. */
#define TEXT_DEFAULT_MAXIMUM 1000
#define ITEMS_DEFAULT_MAXIMUM 200
#define JSON_DEFAULT_MAXIMUM 65536
/* In lists of texts and in objects of texts, of each. */
#define PART_MAXIMUM 4000
#define NAME_MAXIMUM 64
#define INTEGER_MAXIMUM (G_GINT64_CONSTANT (1) << 53) /* what every JSON reader holds exactly */

typedef struct {
  gboolean request;
  GString *path; /* RFC 6901 */
  CtProblem **problem;
} Reader;

static gboolean
read_record (Reader *reader, const CtRecordType *type, JsonNode *node, gpointer record);

static gboolean
refuse (Reader *reader, const char *code, const char *what)
{
  if (reader->problem != NULL && *reader->problem == NULL)
    *reader->problem = ct_problem_new_at (reader->path->str, code, "%s: %s",
                                          reader->path->len > 0 ? reader->path->str : "body", what);
  return FALSE;
}

/* With the limit that was passed, for the wording. */
static gboolean
refuse_limit (Reader *reader, const char *code, const char *name, gint64 limit)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, limit);
  g_autofree char *what = g_strdup_printf ("%s is %s", name, number);

  refuse (reader, code, what);
  if (reader->problem != NULL)
    ct_problem_set_param (*reader->problem, name, number);
  return FALSE;
}

/* Goes one step down the path; returns where to come back to. */
static gsize
enter (Reader *reader, const char *name)
{
  gsize back = reader->path->len;

  g_string_append_c (reader->path, '/');
  for (; *name != '\0'; name++)
    if (*name == '~')
      g_string_append (reader->path, "~0");
    else if (*name == '/')
      g_string_append (reader->path, "~1");
    else
      g_string_append_c (reader->path, *name);
  return back;
}

static gsize
enter_item (Reader *reader, guint index)
{
  gsize back = reader->path->len;

  g_string_append_printf (reader->path, "/%u", index);
  return back;
}

static void
leave (Reader *reader, gsize back)
{
  g_string_truncate (reader->path, back);
}

static gboolean
check_count (Reader *reader, const CtField *field, gsize count, gint64 default_maximum)
{
  gint64 maximum = field->maximum > 0 ? field->maximum : default_maximum;

  if (!reader->request)
    return TRUE;
  if ((gint64) count < field->minimum)
    return refuse_limit (reader, "too-short", "minimum", field->minimum);
  if ((gint64) count > maximum)
    return refuse_limit (reader, "too-long", "maximum", maximum);
  return TRUE;
}

static gboolean
check_characters (Reader *reader, const char *text)
{
  if (!reader->request)
    return TRUE;
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_iscntrl (g_utf8_get_char (text)) && *text != '\n' && *text != '\t')
      return refuse (reader, "bad-text", "control character");
  return TRUE;
}

/* The string in @node; NULL after a refusal. */
static const char *
string_of (Reader *reader, JsonNode *node)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    {
      refuse (reader, "wrong-kind", "expected text");
      return NULL;
    }
  return json_node_get_string (node);
}

static gboolean
read_text (Reader *reader, const CtField *field, JsonNode *node, char **member)
{
  const char *text = string_of (reader, node);

  if (text == NULL || !check_characters (reader, text)
      || !check_count (reader, field, (gsize) g_utf8_strlen (text, -1), TEXT_DEFAULT_MAXIMUM))
    return FALSE;
  *member = g_strdup (text);
  return TRUE;
}

static gboolean
is_choice (const char *choices, const char *word)
{
  gsize length = strlen (word);

  if (length == 0 || strchr (word, ' ') != NULL)
    return FALSE;
  for (const char *at = choices; (at = strstr (at, word)) != NULL; at++)
    if ((at == choices || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
      return TRUE;
  return FALSE;
}

static gboolean
read_enum (Reader *reader, const CtField *field, JsonNode *node, char **member)
{
  const char *word = string_of (reader, node);

  if (word == NULL)
    return FALSE;
  if (reader->request && !is_choice (field->argument, word))
    {
      refuse (reader, "not-a-choice", field->argument);
      if (reader->problem != NULL)
        ct_problem_set_param (*reader->problem, "choices", field->argument);
      return FALSE;
    }
  *member = g_strdup (word);
  return TRUE;
}

static gboolean
read_integer (Reader *reader, const CtField *field, JsonNode *node, gint64 *member)
{
  gboolean limited = field->minimum != 0 || field->maximum != 0;
  gint64 minimum = limited ? field->minimum : -INTEGER_MAXIMUM;
  gint64 maximum = field->maximum != 0 ? field->maximum : INTEGER_MAXIMUM;
  gint64 value;

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return refuse (reader, "wrong-kind", "expected an integer");
  value = json_node_get_int (node);
  if (reader->request && value < minimum)
    return refuse_limit (reader, "too-small", "minimum", minimum);
  if (reader->request && value > maximum)
    return refuse_limit (reader, "too-big", "maximum", maximum);
  *member = value;
  return TRUE;
}

static gboolean
read_bool (Reader *reader, JsonNode *node, gboolean *member)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return refuse (reader, "wrong-kind", "expected true or false");
  *member = json_node_get_boolean (node);
  return TRUE;
}

static gboolean
read_id (Reader *reader, JsonNode *node, CtId *member)
{
  const char *text = string_of (reader, node);

  if (text == NULL)
    return FALSE;
  return ct_id_parse (text, member) || refuse (reader, "bad-id", "not an identifier");
}

static gboolean
read_time (Reader *reader, JsonNode *node, gint64 *member)
{
  const char *text = string_of (reader, node);

  if (text == NULL)
    return FALSE;
  return ct_time_parse (text, member) || refuse (reader, "bad-time", "not an RFC 3339 time");
}

static gboolean
check_part (Reader *reader, const char *text)
{
  if (reader->request && g_utf8_strlen (text, -1) > PART_MAXIMUM)
    return refuse_limit (reader, "too-long", "maximum", PART_MAXIMUM);
  return check_characters (reader, text);
}

static gboolean
read_texts (Reader *reader, const CtField *field, JsonNode *node, char ***member)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (reader, "wrong-kind", "expected a list");
  array = json_node_get_array (node);
  if (!check_count (reader, field, json_array_get_length (array), ITEMS_DEFAULT_MAXIMUM))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      gsize back = enter_item (reader, i);
      const char *text = string_of (reader, json_array_get_element (array, i));

      if (text == NULL || !check_part (reader, text))
        return FALSE;
      leave (reader, back);
      g_ptr_array_add (texts, g_strdup (text));
    }
  g_ptr_array_add (texts, NULL);
  *member = (char **) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
  return TRUE;
}

/* "nl", "pt_BR", "gsw" */
static gboolean
is_language (const char *name)
{
  gsize letters = strspn (name, "abcdefghijklmnopqrstuvwxyz");

  if (letters < 2 || letters > 3)
    return FALSE;
  return name[letters] == '\0'
         || (name[letters] == '_' && strlen (name + letters) == 3
             && g_ascii_isupper (name[letters + 1]) && g_ascii_isupper (name[letters + 2]));
}

static gboolean
check_member_name (Reader *reader, const CtField *field, const char *name)
{
  if (!reader->request)
    return TRUE;
  if (field->kind == CT_KIND_WORDS)
    return is_language (name) || refuse (reader, "unknown-member", "not a language");
  if (*name == '\0' || g_utf8_strlen (name, -1) > NAME_MAXIMUM)
    return refuse_limit (reader, "too-long", "maximum", NAME_MAXIMUM);
  return check_characters (reader, name);
}

/* WORDS and PAIRS. */
static gboolean
read_pairs (Reader *reader, const CtField *field, JsonNode *node, GHashTable **member)
{
  g_autoptr (GHashTable) pairs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (reader, "wrong-kind", "expected an object");
  if (!check_count (reader, field, json_object_get_size (json_node_get_object (node)),
                    ITEMS_DEFAULT_MAXIMUM))
    return FALSE;
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      gsize back = enter (reader, name);
      const char *text;

      if (!check_member_name (reader, field, name))
        return FALSE;
      text = string_of (reader, value);
      if (text == NULL || !check_part (reader, text))
        return FALSE;
      leave (reader, back);
      g_hash_table_replace (pairs, g_strdup (name), g_strdup (text));
    }
  *member = g_steal_pointer (&pairs);
  return TRUE;
}

static gboolean
read_sub_record (Reader *reader, const CtRecordType *type, JsonNode *node, gpointer *member)
{
  gpointer record = ct_record_new (type);

  if (!read_record (reader, type, node, record))
    {
      ct_record_free (record);
      return FALSE;
    }
  *member = record;
  return TRUE;
}

static gboolean
read_items (Reader *reader, const CtRecordType *type, JsonArray *array, GPtrArray *records)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      gsize back = enter_item (reader, i);
      gpointer record = NULL;

      if (!read_sub_record (reader, type, json_array_get_element (array, i), &record))
        return FALSE;
      leave (reader, back);
      g_ptr_array_add (records, record);
    }
  return TRUE;
}

static gboolean
read_list (Reader *reader, const CtField *field, JsonNode *node, GPtrArray **member)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (ct_record_free);

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (reader, "wrong-kind", "expected a list");
  if (!check_count (reader, field, json_array_get_length (json_node_get_array (node)),
                    ITEMS_DEFAULT_MAXIMUM)
      || !read_items (reader, field->argument, json_node_get_array (node), records))
    return FALSE;
  *member = g_steal_pointer (&records);
  return TRUE;
}

static gboolean
read_json (Reader *reader, const CtField *field, JsonNode *node, char **member)
{
  g_autofree char *text = json_to_string (node, FALSE);

  if (!check_count (reader, field, strlen (text), JSON_DEFAULT_MAXIMUM))
    return FALSE;
  *member = g_steal_pointer (&text);
  return TRUE;
}

static gboolean
read_member (Reader *reader, const CtField *field, JsonNode *node, gpointer member)
{
  switch (field->kind)
    {
    case CT_KIND_ID:
      return read_id (reader, node, member);
    case CT_KIND_TEXT:
      return read_text (reader, field, node, member);
    case CT_KIND_ENUM:
      return read_enum (reader, field, node, member);
    case CT_KIND_INT:
    case CT_KIND_MONEY:
      return read_integer (reader, field, node, member);
    case CT_KIND_BOOL:
      return read_bool (reader, node, member);
    case CT_KIND_TIME:
      return read_time (reader, node, member);
    case CT_KIND_TEXTS:
      return read_texts (reader, field, node, member);
    case CT_KIND_WORDS:
    case CT_KIND_PAIRS:
      return read_pairs (reader, field, node, member);
    case CT_KIND_RECORD:
      return read_sub_record (reader, field->argument, node, member);
    case CT_KIND_LIST:
      return read_list (reader, field, node, member);
    case CT_KIND_JSON:
      return read_json (reader, field, node, member);
    }
  return FALSE;
}

static gboolean
read_field (Reader *reader, const CtRecordType *type, const char *name, JsonNode *node,
            CtRecord *record)
{
  const CtField *field = ct_record_type_find (type, name);
  guint64 bit;

  if (field == NULL)
    return !reader->request || refuse (reader, "unknown-member", "there is no such member");
  if (reader->request && (field->flags & CT_READ_ONLY) != 0)
    return refuse (reader, "read-only", "only in replies");
  bit = G_GUINT64_CONSTANT (1) << (field - type->fields);
  if (JSON_NODE_HOLDS_NULL (node))
    {
      if ((field->flags & CT_REQUIRED) != 0)
        return refuse (reader, "required", "must not be null");
      record->set |= bit;
      record->null |= bit;
      return TRUE;
    }
  if (!read_member (reader, field, node, (char *) record + field->offset))
    return FALSE;
  record->set |= bit;
  return TRUE;
}

/* On failure the members read so far stay in @record, which the caller frees. */
static gboolean
read_record (Reader *reader, const CtRecordType *type, JsonNode *node, gpointer record)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (reader, "wrong-kind", "expected an object");
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      gsize back = enter (reader, name);

      if (!read_field (reader, type, name, member, record))
        return FALSE;
      leave (reader, back);
    }
  for (guint i = 0; i < type->n_fields; i++)
    if ((type->fields[i].flags & CT_REQUIRED) != 0
        && (((CtRecord *) record)->set & G_GUINT64_CONSTANT (1) << i) == 0
        && !(reader->request && (type->fields[i].flags & CT_READ_ONLY) != 0))
      {
        enter (reader, type->fields[i].name);
        return refuse (reader, "required", "is missing");
      }
  return TRUE;
}

gpointer
ct_record_from_json (const CtRecordType *type, JsonNode *node, CtWireDirection direction,
                     CtProblem **problem)
{
  g_autoptr (GString) path = g_string_new (NULL);
  Reader reader = { direction == CT_WIRE_REQUEST, path, problem };
  gpointer record = NULL;

  read_sub_record (&reader, type, node, &record);
  return record;
}

gpointer
ct_record_from_bytes (const CtRecordType *type, const char *bytes, gsize size, gsize max_size,
                      CtWireDirection direction, CtProblem **problem)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = ct_json_parse (bytes, size, max_size, &error);

  if (node != NULL)
    return ct_record_from_json (type, node, direction, problem);
  if (problem != NULL && ct_error_is (error, CT_ERROR_LIMIT))
    *problem = ct_problem_new_from_error (error);
  else if (problem != NULL)
    *problem = ct_problem_new (400, "not-json", "%s", error->message);
  return NULL;
}

GPtrArray *
ct_records_from_json (const CtRecordType *type, JsonNode *node, guint max,
                      CtWireDirection direction, CtProblem **problem)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (ct_record_free);
  Reader reader = { direction == CT_WIRE_REQUEST, path, problem };

  if (!JSON_NODE_HOLDS_ARRAY (node))
    refuse (&reader, "wrong-kind", "expected a list");
  else if (max > 0 && json_array_get_length (json_node_get_array (node)) > max)
    refuse_limit (&reader, "too-long", "maximum", max);
  else if (read_items (&reader, type, json_node_get_array (node), records))
    return g_steal_pointer (&records);
  return NULL;
}
