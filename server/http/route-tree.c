/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/http/route-tree.h"

#include <string.h>

#define MAX_SEGMENTS 12

typedef struct _Node Node;
struct _Node {
  char *name;           /* of a parameter, without braces; NULL for a fixed segment */
  GHashTable *children; /* char* -> Node*: what follows literally */
  Node *id_child;       /* what follows as {id} */
  Node *any_child;      /* what follows as {name} */
  GPtrArray *rows;      /* CsRow*, borrowed, one a method */
};

struct _CsRouteTree {
  Node *root;
  GPtrArray *rows; /* CsRow*, owned */
};

static void
node_free (gpointer data)
{
  Node *node = data;

  if (node == NULL)
    return;
  g_hash_table_unref (node->children);
  node_free (node->id_child);
  node_free (node->any_child);
  g_ptr_array_unref (node->rows);
  g_free (node->name);
  g_free (node);
}

static Node *
node_new (const char *name, gsize length)
{
  Node *node = g_new0 (Node, 1);

  node->name = name != NULL ? g_strndup (name, length) : NULL;
  node->children = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, node_free);
  node->rows = g_ptr_array_new ();
  return node;
}

CsRouteTree *
cs_route_tree_new (void)
{
  CsRouteTree *tree = g_new0 (CsRouteTree, 1);

  tree->root = node_new (NULL, 0);
  tree->rows = g_ptr_array_new_with_free_func (g_free);
  return tree;
}

void
cs_route_tree_free (CsRouteTree *tree)
{
  node_free (tree->root);
  g_ptr_array_unref (tree->rows);
  g_free (tree);
}

GPtrArray *
cs_route_tree_get_rows (CsRouteTree *tree)
{
  return tree->rows;
}

gboolean
cs_path_name_is_id (const char *name)
{
  return strcmp (name, "id") == 0 || g_str_has_suffix (name, "_id")
         || g_str_has_suffix (name, "-id");
}

/* The child that @segment of a row's path leads to, made when it is not there. Two rows that call one
 * parameter differently could not both be described: NULL. */
static Node *
child_for (Node *node, const char *segment)
{
  gsize length = strlen (segment);
  g_autofree char *name = NULL;
  Node **slot;
  Node *child;

  if (length > 2 && segment[0] == '{' && segment[length - 1] == '}')
    {
      name = g_strndup (segment + 1, length - 2);
      slot = cs_path_name_is_id (name) ? &node->id_child : &node->any_child;
      if (*slot == NULL)
        *slot = node_new (name, length - 2);
      return strcmp ((*slot)->name, name) == 0 ? *slot : NULL;
    }
  child = g_hash_table_lookup (node->children, segment);
  if (child == NULL)
    {
      child = node_new (NULL, 0);
      g_hash_table_insert (node->children, g_strdup (segment), child);
    }
  return child;
}

gboolean
cs_route_tree_add (CsRouteTree *tree, const CsRoute *route, gpointer module)
{
  g_auto (GStrv) segments = g_strsplit (route->path + 1, "/", -1);
  Node *node = tree->root;
  CsRow *row;

  if (route->path[0] != '/' || g_strv_length (segments) > MAX_SEGMENTS)
    return FALSE;
  for (guint i = 0; segments[i] != NULL; i++)
    {
      node = child_for (node, segments[i]);
      if (node == NULL)
        return FALSE;
    }
  for (guint i = 0; i < node->rows->len; i++)
    if (strcmp (((CsRow *) g_ptr_array_index (node->rows, i))->route->method, route->method) == 0)
      return FALSE;
  row = g_new (CsRow, 1);
  *row = (CsRow){ route, module };
  g_ptr_array_add (tree->rows, row);
  g_ptr_array_add (node->rows, row);
  return TRUE;
}

static gboolean
keep (CsMatch *match, Node *node, const char *value)
{
  if (match->n_values == CS_PATH_PARAMETERS)
    return FALSE;
  match->names[match->n_values] = node->name;
  match->values[match->n_values++] = g_strdup (value);
  return TRUE;
}

/* One step down; parameters on the way are kept in @match. */
static Node *
step (Node *node, const char *segment, CsMatch *match)
{
  Node *child = g_hash_table_lookup (node->children, segment);
  CtId id;

  if (child != NULL)
    return child;
  if (node->id_child != NULL && ct_id_parse (segment, &id))
    return keep (match, node->id_child, segment) ? node->id_child : NULL;
  if (node->any_child != NULL && *segment != '\0')
    return keep (match, node->any_child, segment) ? node->any_child : NULL;
  return NULL;
}

static Node *
walk (CsRouteTree *tree, const char *path, CsMatch *match)
{
  g_auto (GStrv) segments = NULL;
  Node *node = tree->root;

  if (path[0] != '/')
    return NULL;
  segments = g_strsplit (path + 1, "/", MAX_SEGMENTS + 1);
  for (guint i = 0; segments[i] != NULL && node != NULL; i++)
    {
      gboolean is_escaped = strchr (segments[i], '%') != NULL;
      /* NULL for a bad escape or an escaped NUL. */
      g_autofree char *plain = is_escaped ? g_uri_unescape_string (segments[i], NULL) : NULL;
      const char *segment = is_escaped ? plain : segments[i];

      node = i < MAX_SEGMENTS && segment != NULL && g_utf8_validate (segment, -1, NULL)
                 ? step (node, segment, match)
                 : NULL;
    }
  return node != NULL && node->rows->len > 0 ? node : NULL;
}

static const CsRow *
row_for (Node *node, const char *method)
{
  for (guint i = 0; i < node->rows->len; i++)
    {
      const CsRow *row = g_ptr_array_index (node->rows, i);

      if (strcmp (row->route->method, method) == 0)
        return row;
    }
  return NULL;
}

static char *
allowed (Node *node)
{
  GString *allow = g_string_new (NULL);

  for (guint i = 0; i < node->rows->len; i++)
    {
      const char *method = ((CsRow *) g_ptr_array_index (node->rows, i))->route->method;

      g_string_append_printf (allow, "%s%s", i > 0 ? ", " : "", method);
      if (strcmp (method, "GET") == 0)
        g_string_append (allow, ", HEAD");
    }
  return g_string_free (allow, FALSE);
}

CsMatchResult
cs_route_tree_find (CsRouteTree *tree, const char *method, const char *path, CsMatch *match,
                    char **allow)
{
  CsMatch found = { 0 };
  Node *node = walk (tree, path, &found);

  if (node == NULL)
    {
      cs_match_clear (&found);
      return CS_MATCH_NO_PATH;
    }
  found.row = row_for (node, strcmp (method, "HEAD") == 0 ? "GET" : method);
  if (found.row == NULL)
    {
      cs_match_clear (&found);
      *allow = allowed (node);
      return CS_MATCH_NO_METHOD;
    }
  *match = found;
  return CS_MATCH_FOUND;
}

void
cs_match_clear (CsMatch *match)
{
  for (guint i = 0; i < match->n_values; i++)
    g_free (match->values[i]);
  *match = (CsMatch){ 0 };
}
