/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/script/reader.h"

#include <math.h>
#include <string.h>

#include "common/script/script-private.h"

CtScriptReader *
ct_script_reader_new (void)
{
  CtScriptReader *reader = g_new0 (CtScriptReader, 1);

  reader->at = g_string_new (NULL);
  return reader;
}

void
ct_script_reader_free (CtScriptReader *reader)
{
  g_string_free (reader->at, TRUE);
  g_free (reader->culprit);
  g_clear_error (&reader->error);
  g_free (reader);
}

gboolean
ct_script_reader_fail (CtScriptReader *reader, CtErrorCode code, const char *format, ...)
{
  va_list args;
  g_autofree char *what = NULL;

  if (reader->error != NULL)
    return FALSE;
  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  reader->culprit = g_strdup (reader->at->str);
  return ct_fail (&reader->error, code, "%s: %s", reader->at->str, what);
}

gsize
ct_script_reader_enter (CtScriptReader *reader, const char *member)
{
  gsize before = reader->at->len;

  g_string_append_c (reader->at, '/');
  for (const char *c = member; *c != '\0'; c++)
    if (*c == '~' || *c == '/')
      g_string_append (reader->at, *c == '~' ? "~0" : "~1");
    else
      g_string_append_c (reader->at, *c);
  return before;
}

gsize
ct_script_reader_enter_index (CtScriptReader *reader, guint index)
{
  gsize before = reader->at->len;

  g_string_append_printf (reader->at, "/%u", index);
  return before;
}

void
ct_script_reader_leave (CtScriptReader *reader, gsize before)
{
  g_string_truncate (reader->at, before);
}

JsonObject *
ct_script_reader_object (CtScriptReader *reader, JsonNode *node, const char *const *known)
{
  g_autoptr (GList) members = NULL;
  JsonObject *object;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      ct_script_reader_fail (reader, CT_ERROR_INVALID, "an object is wanted");
      return NULL;
    }
  object = json_node_get_object (node);
  members = json_object_get_members (object);
  for (GList *l = members; known != NULL && l != NULL; l = l->next)
    if (!g_strv_contains (known, l->data))
      {
        gsize before = ct_script_reader_enter (reader, l->data);

        ct_script_reader_fail (reader, CT_ERROR_INVALID, "not known here");
        ct_script_reader_leave (reader, before);
        return NULL;
      }
  return object;
}

/* The member's node, or NULL; a required one that is absent is a failure of the object. */
static JsonNode *
member_of (CtScriptReader *reader, JsonObject *object, const char *member, gboolean required)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL && required)
    ct_script_reader_fail (reader, CT_ERROR_INVALID, "`%s` is missing", member);
  return node;
}

gboolean
ct_script_reader_array (CtScriptReader *reader, JsonObject *object, const char *member, guint max,
                        JsonArray **array)
{
  JsonNode *node = member_of (reader, object, member, FALSE);
  gsize before = ct_script_reader_enter (reader, member);
  gboolean good = TRUE;

  *array = NULL;
  if (node != NULL && !JSON_NODE_HOLDS_ARRAY (node))
    good = ct_script_reader_fail (reader, CT_ERROR_INVALID, "a list is wanted");
  else if (node != NULL)
    *array = json_node_get_array (node);
  if (*array != NULL && json_array_get_length (*array) > max)
    good = ct_script_reader_fail (reader, CT_ERROR_LIMIT, "at most %u are allowed", max);
  ct_script_reader_leave (reader, before);
  return good;
}

static gboolean
is_clean (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (((guchar) *c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7f)
      return FALSE;
  return g_utf8_validate (text, -1, NULL);
}

static gboolean
read_string_node (CtScriptReader *reader, JsonNode *node, guint max, char **out)
{
  const char *text
      = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
            ? json_node_get_string (node)
            : NULL;

  if (text == NULL)
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "a text is wanted");
  if (!is_clean (text))
    return ct_script_reader_fail (reader, CT_ERROR_INVALID, "control characters are not allowed");
  if (g_utf8_strlen (text, -1) > (glong) max)
    return ct_script_reader_fail (reader, CT_ERROR_LIMIT, "at most %u characters are allowed", max);
  g_free (*out);
  *out = g_strdup (text);
  return TRUE;
}

gboolean
ct_script_reader_string (CtScriptReader *reader, JsonObject *object, const char *member, guint max,
                         gboolean required, char **out)
{
  JsonNode *node = member_of (reader, object, member, required);
  gsize before;
  gboolean good;

  if (node == NULL)
    return !required;
  before = ct_script_reader_enter (reader, member);
  good = read_string_node (reader, node, max, out);
  if (good && required && **out == '\0')
    good = ct_script_reader_fail (reader, CT_ERROR_INVALID, "must not be empty");
  ct_script_reader_leave (reader, before);
  return good;
}

gboolean
ct_script_reader_name (CtScriptReader *reader, JsonObject *object, const char *member,
                       gboolean required, char **out)
{
  gsize before;
  gboolean good = TRUE;

  if (!ct_script_reader_string (reader, object, member, CT_SCRIPT_MAX_NAME, required, out))
    return FALSE;
  before = ct_script_reader_enter (reader, member);
  if (json_object_has_member (object, member) && !ct_script_name_is_valid (*out))
    good = ct_script_reader_fail (reader, CT_ERROR_INVALID,
                                  "a name is a letter, then letters, digits, '-' and '_', in "
                                  "lower case");
  ct_script_reader_leave (reader, before);
  return good;
}

gboolean
ct_script_reader_boolean (CtScriptReader *reader, JsonObject *object, const char *member,
                          gboolean *out)
{
  JsonNode *node = member_of (reader, object, member, FALSE);
  gsize before = ct_script_reader_enter (reader, member);
  gboolean good = TRUE;

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node)
      && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    *out = json_node_get_boolean (node);
  else if (node != NULL)
    good = ct_script_reader_fail (reader, CT_ERROR_INVALID, "true or false is wanted");
  ct_script_reader_leave (reader, before);
  return good;
}

static gboolean
is_number (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node)
         && (json_node_get_value_type (node) == G_TYPE_INT64
             || json_node_get_value_type (node) == G_TYPE_DOUBLE);
}

gboolean
ct_script_reader_number (CtScriptReader *reader, JsonObject *object, const char *member,
                         gboolean *present, double *out)
{
  JsonNode *node = member_of (reader, object, member, FALSE);
  gsize before = ct_script_reader_enter (reader, member);
  gboolean good = TRUE;

  if (node != NULL && is_number (node) && isfinite (json_node_get_double (node)))
    {
      *out = json_node_get_double (node);
      *present = TRUE;
    }
  else if (node != NULL)
    good = ct_script_reader_fail (reader, CT_ERROR_INVALID, "a number is wanted");
  ct_script_reader_leave (reader, before);
  return good;
}

gboolean
ct_script_reader_text_node (CtScriptReader *reader, JsonNode *node, CtScriptText *out)
{
  static const char *const languages[] = { "en", "nl", "it", "fr", "es", NULL };
  JsonObject *object = ct_script_reader_object (reader, node, languages);

  for (int i = 0; object != NULL && i < CT_SCRIPT_LANGUAGES; i++)
    if (!ct_script_reader_string (reader, object, languages[i], CT_SCRIPT_MAX_TEXT, FALSE,
                                  &out->in[i]))
      return FALSE;
  return object != NULL;
}

gboolean
ct_script_reader_text (CtScriptReader *reader, JsonObject *object, const char *member,
                       gboolean required, CtScriptText *out)
{
  JsonNode *node = member_of (reader, object, member, required);
  gsize before;
  gboolean good;

  if (node == NULL)
    return !required;
  before = ct_script_reader_enter (reader, member);
  good = ct_script_reader_text_node (reader, node, out);
  ct_script_reader_leave (reader, before);
  return good;
}

char *
ct_script_reader_scalar (CtScriptReader *reader, JsonNode *node)
{
  char *text = NULL;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_DOUBLE)
    {
      char buffer[G_ASCII_DTOSTR_BUF_SIZE];

      return g_strdup (g_ascii_dtostr (buffer, sizeof buffer, json_node_get_double (node)));
    }
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "yes" : "no");
  read_string_node (reader, node, CT_SCRIPT_MAX_TEXT, &text);
  return text;
}

gboolean
ct_script_reader_word (CtScriptReader *reader, JsonObject *object, const char *member,
                       const char *const *words, int *out)
{
  g_autofree char *word = NULL;
  gsize before;

  if (!ct_script_reader_string (reader, object, member, CT_SCRIPT_MAX_NAME, TRUE, &word))
    return FALSE;
  for (int i = 0; words[i] != NULL; i++)
    if (strcmp (words[i], word) == 0)
      {
        *out = i;
        return TRUE;
      }
  before = ct_script_reader_enter (reader, member);
  ct_script_reader_fail (reader, CT_ERROR_INVALID, "\"%s\" is not one of the words known here",
                         word);
  ct_script_reader_leave (reader, before);
  return FALSE;
}
