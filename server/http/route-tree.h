/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a path to a row of the route table: a tree of segments. A fixed segment wins over {id}, {id}
 * (which takes ids only) over {name}. Built before the start, then only read, by any thread. */
#pragma once

#include "server/http/route.h"

G_BEGIN_DECLS

#define CS_PATH_PARAMETERS 4 /* at most, of one path */

typedef struct {
  const CsRoute *route;
  gpointer module;
} CsRow;

typedef struct {
  const CsRow *row;
  const char *names[CS_PATH_PARAMETERS]; /* borrowed from the tree */
  char *values[CS_PATH_PARAMETERS];      /* decoded */
  guint n_values;
} CsMatch;

typedef enum {
  CS_MATCH_FOUND,
  CS_MATCH_NO_PATH,
  CS_MATCH_NO_METHOD, /* @allow says which there are */
} CsMatchResult;

typedef struct _CsRouteTree CsRouteTree;

CsRouteTree *cs_route_tree_new (void);
void cs_route_tree_free (CsRouteTree *tree);
/* FALSE when the method and path were there already, or the path is not one. */
gboolean cs_route_tree_add (CsRouteTree *tree, const CsRoute *route, gpointer module);
/* All rows in the order added. */
GPtrArray *cs_route_tree_get_rows (CsRouteTree *tree);
/* @path as it came, percent-encoded. HEAD finds GET. @match is filled only when found. */
CsMatchResult cs_route_tree_find (CsRouteTree *tree, const char *method, const char *path,
                                  CsMatch *match, char **allow);
void cs_match_clear (CsMatch *match);

/* TRUE when @name is "id" or ends in "_id" or "-id": such a segment is a CtId. */
gboolean cs_path_name_is_id (const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsRouteTree, cs_route_tree_free)

G_END_DECLS
