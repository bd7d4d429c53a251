/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing records. A member travels when it was set or is required (record.h), and when the reader may
 * see it: the two questions stand in travels(), the kinds in member_to_json(). */
#define G_LOG_DOMAIN "wire"

#include "common/wire/record-json.h"

#include <string.h>

static gpointer
pointer_at (gconstpointer member)
{
  return *(gpointer const *) member;
}

static gboolean
is_zero (const CtField *field, gconstpointer member)
{
  switch (field->kind)
    {
    case CT_KIND_ID:
    case CT_KIND_INT:
    case CT_KIND_MONEY:
    case CT_KIND_TIME:
      return *(const gint64 *) member == 0;
    case CT_KIND_BOOL:
      return !*(const gboolean *) member;
    default:
      return pointer_at (member) == NULL;
    }
}

static gboolean
travels (const CtRecord *record, guint index, guint flags)
{
  const CtField *field = &record->type->fields[index];

  if ((field->flags & CT_SECRET) != 0 && (flags & CT_WIRE_SECRETS) == 0)
    return FALSE;
  if ((field->flags & CT_STAFF) != 0 && (flags & CT_WIRE_STAFF) == 0)
    return FALSE;
  return (field->flags & CT_REQUIRED) != 0 || (record->set & G_GUINT64_CONSTANT (1) << index) != 0
         || !is_zero (field, (const char *) record + field->offset);
}

/* Whatever a trunk or an old file put into a record, what goes out is UTF-8. */
static JsonNode *
string_node (const char *text)
{
  g_autofree char *valid = NULL;

  if (text == NULL)
    text = "";
  else if (!g_utf8_validate (text, -1, NULL))
    text = valid = g_utf8_make_valid (text, -1);
  return json_node_init_string (json_node_alloc (), text);
}

static JsonNode *
null_node (void)
{
  return json_node_init_null (json_node_alloc ());
}

static JsonNode *
take_object (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

static JsonNode *
take_array (JsonArray *array)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  json_node_take_array (node, array);
  return node;
}

static JsonNode *
time_node (gint64 utc_ms)
{
  g_autofree char *text = ct_time_format (utc_ms);

  return string_node (text);
}

static JsonNode *
texts_node (char **texts)
{
  JsonArray *array = json_array_new ();

  for (; texts != NULL && *texts != NULL; texts++)
    json_array_add_string_element (array, *texts);
  return take_array (array);
}

/* Sorted, so that the same record is always the same text. */
static JsonNode *
pairs_node (GHashTable *pairs)
{
  JsonObject *object = json_object_new ();

  if (pairs != NULL)
    {
      g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (pairs), (GCompareFunc) strcmp);

      for (GList *l = names; l != NULL; l = l->next)
        json_object_set_string_member (object, l->data, g_hash_table_lookup (pairs, l->data));
    }
  return take_object (object);
}

static JsonNode *
json_text_node (const CtField *field, const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  if (text == NULL)
    return null_node ();
  node = ct_json_parse (text, strlen (text), G_MAXSSIZE, &error);
  if (node == NULL)
    {
      g_warning ("%s holds no JSON: %s", field->name, error->message);
      return null_node ();
    }
  return node;
}

static JsonNode *
member_to_json (const CtField *field, gconstpointer member, guint flags)
{
  switch (field->kind)
    {
    case CT_KIND_ID:
      if (*(const CtId *) member == CT_ID_NONE)
        return null_node ();
      return string_node (ct_id_text (*(const CtId *) member).text);
    case CT_KIND_TEXT:
    case CT_KIND_ENUM:
      return string_node (pointer_at (member));
    case CT_KIND_INT:
    case CT_KIND_MONEY:
      return json_node_init_int (json_node_alloc (), *(const gint64 *) member);
    case CT_KIND_BOOL:
      return json_node_init_boolean (json_node_alloc (), *(const gboolean *) member);
    case CT_KIND_TIME:
      return time_node (*(const gint64 *) member);
    case CT_KIND_TEXTS:
      return texts_node (pointer_at (member));
    case CT_KIND_WORDS:
    case CT_KIND_PAIRS:
      return pairs_node (pointer_at (member));
    case CT_KIND_RECORD:
      if (pointer_at (member) == NULL)
        return null_node ();
      return ct_record_to_json_node (pointer_at (member), flags);
    case CT_KIND_LIST:
      return ct_records_to_json_node (pointer_at (member), flags);
    case CT_KIND_JSON:
      return json_text_node (field, pointer_at (member));
    }
  return null_node ();
}

JsonNode *
ct_record_to_json_node (gconstpointer record, guint flags)
{
  const CtRecord *self = record;
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < self->type->n_fields; i++)
    {
      const CtField *field = &self->type->fields[i];
      gconstpointer member = (const char *) record + field->offset;

      if (!travels (self, i, flags))
        continue;
      /* A value that was assigned after the record had come with a null wins over the null. */
      if ((self->null & G_GUINT64_CONSTANT (1) << i) != 0 && is_zero (field, member))
        json_object_set_null_member (object, field->name);
      else
        json_object_set_member (object, field->name, member_to_json (field, member, flags));
    }
  return take_object (object);
}

JsonNode *
ct_records_to_json_node (GPtrArray *records, guint flags)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; records != NULL && i < records->len; i++)
    json_array_add_element (array, ct_record_to_json_node (records->pdata[i], flags));
  return take_array (array);
}

char *
ct_record_to_json (gconstpointer record, guint flags)
{
  g_autoptr (JsonNode) node = ct_record_to_json_node (record, flags);

  return json_to_string (node, FALSE);
}

char *
ct_records_to_json (GPtrArray *records, guint flags)
{
  g_autoptr (JsonNode) node = ct_records_to_json_node (records, flags);

  return json_to_string (node, FALSE);
}
