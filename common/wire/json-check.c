/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A checker in one pass: a loop over values with the open brackets in a 64-bit word (1 an object, 0
 * an array), which is also why the depth ends at 64. It builds nothing; json-glib reads again what
 * passed. To find a name that stands twice without keeping names, the members are counted here and
 * once more in the tree, where the later of two has replaced the earlier. */
#include "common/wire/json-check.h"

#include "common/base/error.h"

#include <math.h>
#include <string.h>

typedef struct {
  const char *start;
  const char *at;
  const char *end;
  guint64 objects; /* the bracket at each depth */
  guint depth;
  gsize members;
  GError **error;
} Scan;

static gboolean
refuse (const Scan *scan, const char *at, CtErrorCode code, const char *what)
{
  return ct_fail (scan->error, code, "JSON: %s at byte %" G_GSIZE_FORMAT, what,
                  (gsize) (at - scan->start));
}

static gboolean
invalid (const Scan *scan, const char *what)
{
  return refuse (scan, scan->at, CT_ERROR_INVALID, scan->at < scan->end ? what : "unexpected end");
}

static void
skip_space (Scan *scan)
{
  while (scan->at < scan->end
         && (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
    scan->at++;
}

static gboolean
next_is (const Scan *scan, char wanted)
{
  return scan->at < scan->end && *scan->at == wanted;
}

static gboolean
take (Scan *scan, char wanted)
{
  if (!next_is (scan, wanted))
    return FALSE;
  scan->at++;
  return TRUE;
}

/* Four hexadecimal digits; -1 when they are not. */
static int
hex_unit (Scan *scan)
{
  int unit = 0;

  for (int i = 0; i < 4; i++, scan->at++)
    {
      int digit = scan->at < scan->end ? g_ascii_xdigit_value (*scan->at) : -1;

      if (digit < 0)
        return -1;
      unit = unit << 4 | digit;
    }
  return unit;
}

static gboolean
check_escape (Scan *scan)
{
  int unit;

  scan->at++; /* the backslash */
  if (scan->at == scan->end)
    return invalid (scan, "");
  if (*scan->at != 'u')
    {
      if (strchr ("\"\\/bfnrt", *scan->at) == NULL || *scan->at == '\0')
        return invalid (scan, "unknown escape");
      scan->at++;
      return TRUE;
    }
  scan->at++;
  unit = hex_unit (scan);
  if (unit < 0)
    return invalid (scan, "bad \\u escape");
  if (unit == 0)
    return invalid (scan, "U+0000");
  if (unit >= 0xdc00 && unit <= 0xdfff)
    return invalid (scan, "lone surrogate");
  if (unit < 0xd800 || unit > 0xdbff)
    return TRUE;
  if (!take (scan, '\\') || !take (scan, 'u'))
    return invalid (scan, "lone surrogate");
  unit = hex_unit (scan);
  if (unit < 0xdc00 || unit > 0xdfff)
    return invalid (scan, "lone surrogate");
  return TRUE;
}

static gboolean
check_string (Scan *scan)
{
  if (!take (scan, '"'))
    return invalid (scan, "expected a string");
  while (scan->at < scan->end)
    {
      guchar c = (guchar) *scan->at;

      if (c == '"')
        {
          scan->at++;
          return TRUE;
        }
      if (c < 0x20)
        return invalid (scan, "control character");
      if (c != '\\')
        scan->at++;
      else if (!check_escape (scan))
        return FALSE;
    }
  return invalid (scan, "");
}

static gboolean
check_digits (Scan *scan)
{
  if (scan->at == scan->end || !g_ascii_isdigit (*scan->at))
    return invalid (scan, "expected a digit");
  while (scan->at < scan->end && g_ascii_isdigit (*scan->at))
    scan->at++;
  return TRUE;
}

/* An integer must fit a gint64, anything else a finite double: json-glib would bend them silently. */
static gboolean
check_number (Scan *scan)
{
  const char *from = scan->at;
  gboolean integer = TRUE;
  char text[64];
  gsize length;

  take (scan, '-');
  if (!take (scan, '0') && !check_digits (scan))
    return FALSE;
  if (take (scan, '.'))
    {
      integer = FALSE;
      if (!check_digits (scan))
        return FALSE;
    }
  if (take (scan, 'e') || take (scan, 'E'))
    {
      integer = FALSE;
      if (!take (scan, '+'))
        take (scan, '-');
      if (!check_digits (scan))
        return FALSE;
    }
  length = (gsize) (scan->at - from);
  if (length >= sizeof text)
    return refuse (scan, from, CT_ERROR_LIMIT, "number too long");
  memcpy (text, from, length);
  text[length] = '\0';
  if (integer ? !g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, NULL, NULL)
              : !isfinite (g_ascii_strtod (text, NULL)))
    return refuse (scan, from, CT_ERROR_LIMIT, "number too big");
  return TRUE;
}

static gboolean
check_word (Scan *scan, const char *word)
{
  for (; *word != '\0'; word++)
    if (!take (scan, *word))
      return invalid (scan, "unexpected character");
  return TRUE;
}

static gboolean
check_name (Scan *scan)
{
  skip_space (scan);
  if (!check_string (scan))
    return FALSE;
  skip_space (scan);
  if (!take (scan, ':'))
    return invalid (scan, "expected a colon");
  scan->members++;
  return TRUE;
}

/* Opens a bracket; @closed tells that it was closed at once, so a value is complete. */
static gboolean
open_bracket (Scan *scan, gboolean object, gboolean *closed)
{
  if (scan->depth == CT_JSON_MAX_DEPTH)
    return refuse (scan, scan->at, CT_ERROR_LIMIT, "nested too deep");
  scan->at++;
  skip_space (scan);
  if (take (scan, object ? '}' : ']'))
    {
      *closed = TRUE;
      return TRUE;
    }
  *closed = FALSE;
  scan->objects = scan->objects << 1 | (object ? 1 : 0);
  scan->depth++;
  return !object || check_name (scan);
}

/* A value has ended: closes what closes here, and stops where the next value begins. */
static gboolean
after_value (Scan *scan)
{
  while (scan->depth > 0)
    {
      gboolean object = scan->objects & 1;

      skip_space (scan);
      if (take (scan, ','))
        return !object || check_name (scan);
      if (!take (scan, object ? '}' : ']'))
        return invalid (scan, "expected a comma or the closing bracket");
      scan->objects >>= 1;
      scan->depth--;
    }
  return TRUE;
}

static gboolean
check_scalar (Scan *scan)
{
  switch (*scan->at)
    {
    case '"':
      return check_string (scan);
    case 't':
      return check_word (scan, "true");
    case 'f':
      return check_word (scan, "false");
    case 'n':
      return check_word (scan, "null");
    case '-':
      return check_number (scan);
    default:
      return g_ascii_isdigit (*scan->at) ? check_number (scan)
                                         : invalid (scan, "unexpected character");
    }
}

static gboolean
check_document (Scan *scan)
{
  do
    {
      gboolean complete = TRUE;
      gboolean good;

      skip_space (scan);
      if (scan->at == scan->end)
        return invalid (scan, "");
      if (*scan->at == '{' || *scan->at == '[')
        good = open_bracket (scan, *scan->at == '{', &complete);
      else
        good = check_scalar (scan);
      if (!good || (complete && !after_value (scan)))
        return FALSE;
  } while (scan->depth > 0);
  skip_space (scan);
  return scan->at == scan->end || invalid (scan, "something after the end");
}

static gboolean
check (const char *bytes, gsize size, gsize max_size, gsize *members, GError **error)
{
  Scan scan = { bytes, bytes, bytes + size, 0, 0, 0, error };
  const char *bad;

  if (size > max_size)
    return ct_fail (error, CT_ERROR_LIMIT, "JSON: more than %" G_GSIZE_FORMAT " bytes", max_size);
  if (size == 0)
    return ct_fail (error, CT_ERROR_INVALID, "JSON: empty");
  if (!g_utf8_validate_len (bytes, size, &bad))
    return refuse (&scan, bad, CT_ERROR_INVALID, "not UTF-8");
  if (!check_document (&scan))
    return FALSE;
  *members = scan.members;
  return TRUE;
}

gboolean
ct_json_check (const char *bytes, gsize size, gsize max_size, GError **error)
{
  gsize members;

  return check (bytes, size, max_size, &members, error);
}

/* Recursion is safe: the depth was checked. */
static gsize
count_members (JsonNode *node)
{
  gsize count = 0;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObjectIter iter;
      const char *name;
      JsonNode *member;

      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, &name, &member))
        count += 1 + count_members (member);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        count += count_members (json_array_get_element (array, i));
    }
  return count;
}

JsonNode *
ct_json_parse (const char *bytes, gsize size, gsize max_size, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) parse_error = NULL;
  gsize members;

  if (!check (bytes, size, max_size, &members, error))
    return NULL;
  if (size > G_MAXSSIZE)
    {
      ct_fail (error, CT_ERROR_LIMIT, "JSON: too big");
      return NULL;
    }
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, bytes, (gssize) size, &parse_error))
    {
      ct_fail (error, CT_ERROR_INVALID, "JSON: %s", parse_error->message);
      return NULL;
    }
  root = json_parser_steal_root (parser);
  if (root == NULL || count_members (root) != members)
    {
      ct_fail (error, CT_ERROR_INVALID, "JSON: a name stands twice in one object");
      return NULL;
    }
  return g_steal_pointer (&root);
}
