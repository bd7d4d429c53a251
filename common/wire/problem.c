/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/wire/problem.h"

#include "common/wire/json-check.h"

#define TYPE_PREFIX "urn:centrale:"
#define PROBLEM_MAX_SIZE (64 * 1024)

/* Each error code's status, and its title where code and title are all there is to say. */
static const struct {
  guint status;
  const char *title;
} errors[] = {
  [CT_ERROR_INVALID] = { 422, "The request is not valid" },
  [CT_ERROR_NOT_FOUND] = { 404, "There is no such thing" },
  [CT_ERROR_DENIED] = { 403, "Not allowed" },
  [CT_ERROR_UNAUTHENTIC] = { 401, "Not signed in" },
  [CT_ERROR_CONFLICT] = { 409, "It exists, or somebody was faster" },
  [CT_ERROR_LIMIT] = { 413, "A limit was exceeded" },
  [CT_ERROR_CREDIT] = { 402, "Not enough credit" },
  [CT_ERROR_STATE] = { 409, "Not possible in this state" },
  [CT_ERROR_BUSY] = { 503, "Busy, try again" },
  [CT_ERROR_TIMEOUT] = { 504, "No answer in time" },
  [CT_ERROR_UNKNOWN] = { 500, "The outcome is unknown" },
  [CT_ERROR_IO] = { 500, "Something failed inside" },
};

/* Titles of codes that are no error code: what a place in a request can be, and what a route refuses. */
static const struct {
  const char *code;
  const char *title;
} titles[] = {
  { "not-json", "The body is not JSON" },
  { "wrong-kind", "A value of another kind is expected" },
  { "unknown-member", "There is no such member" },
  { "read-only", "This member is only in replies" },
  { "required", "A required member is missing" },
  { "too-short", "Too short" },
  { "too-long", "Too long" },
  { "too-small", "Too small" },
  { "too-big", "Too big" },
  { "not-a-choice", "Not one of the choices" },
  { "bad-text", "The text holds characters that are not allowed" },
  { "bad-id", "Not an identifier" },
  { "bad-time", "Not a time with its offset" },
  { "answer-invalid", "Not an answer to this question" },
  { "bad-cursor", "Not a cursor" },
  { "bad-handshake", "Not a WebSocket's handshake" },
  { "bad-length", "Not the length of a body" },
  { "bad-limit", "Not a number of items" },
  { "call-closed", "The call is closed already" },
  { "call-running", "The call runs still" },
  { "headers-too-big", "The headers are too big" },
  { "key-in-use", "The request with this key is still running" },
  { "key-missing", "An Idempotency-Key is needed" },
  { "key-reused", "This Idempotency-Key was used for another request" },
  { "no-body-expected", "No body is expected" },
  { "no-such-disposition", "There is no such disposition" },
  { "no-such-method", "There is no such method here" },
  { "no-such-range", "There is no such range" },
  { "not-a-sound", "Not a sound file that we read" },
  { "sign-in-refused", "The sign-in is refused" },
  { "sound-not-readable", "The sound could not be read" },
  { "sound-too-long", "The sound is too long" },
  { "stopping", "The server stops" },
  { "too-many-requests", "Too many requests" },
  { "too-many-tries", "Too many tries" },
  { "upgrade-required", "A WebSocket is needed" },
  { "version-differs", "Somebody else has changed it" },
  { "version-missing", "If-Match is needed" },
};

guint
ct_problem_status_of (CtErrorCode code)
{
  return (gsize) code < G_N_ELEMENTS (errors) ? errors[code].status : 500;
}

static gboolean
error_code_find (const char *name, CtErrorCode *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    if (g_strcmp0 (name, ct_error_code_name ((CtErrorCode) i)) == 0)
      {
        *code = (CtErrorCode) i;
        return TRUE;
      }
  return FALSE;
}

static const char *
title_of (const char *name)
{
  CtErrorCode code;

  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_strcmp0 (name, titles[i].code) == 0)
      return titles[i].title;
  return error_code_find (name, &code) ? errors[code].title : "The request failed";
}

static CtProblem *
problem_new (guint status, const char *code, char *detail)
{
  CtProblem *problem = g_new0 (CtProblem, 1);

  problem->status = status;
  problem->code = g_strdup (code);
  problem->title = g_strdup (title_of (code));
  problem->detail = detail;
  return problem;
}

CtProblem *
ct_problem_new (guint status, const char *code, const char *detail, ...)
{
  CtProblem *problem;
  va_list arguments;

  va_start (arguments, detail);
  problem = problem_new (status, code, g_strdup_vprintf (detail, arguments));
  va_end (arguments);
  return problem;
}

CtProblem *
ct_problem_new_at (const char *pointer, const char *code, const char *detail, ...)
{
  CtProblem *problem;
  va_list arguments;

  va_start (arguments, detail);
  problem = problem_new (422, code, g_strdup_vprintf (detail, arguments));
  va_end (arguments);
  problem->pointer = g_strdup (pointer);
  return problem;
}

CtProblem *
ct_problem_new_from_error (const GError *error)
{
  CtErrorCode code = CT_ERROR_IO;
  gboolean inside = TRUE;

  if (error != NULL && error->domain == CT_ERROR)
    {
      code = (CtErrorCode) error->code;
      inside = ct_problem_status_of (code) == 500;
    }
  /* What failed inside is for the log, not for a stranger. */
  return problem_new (ct_problem_status_of (code), ct_error_code_name (code),
                      inside ? NULL : g_strdup (error->message));
}

CtProblem *
ct_problem_copy (const CtProblem *problem)
{
  CtProblem *copy = g_memdup2 (problem, sizeof *problem);

  copy->code = g_strdup (problem->code);
  copy->title = g_strdup (problem->title);
  copy->detail = g_strdup (problem->detail);
  copy->pointer = g_strdup (problem->pointer);
  copy->params = NULL;
  if (problem->params != NULL)
    {
      GHashTableIter iter;
      gpointer name, value;

      g_hash_table_iter_init (&iter, problem->params);
      while (g_hash_table_iter_next (&iter, &name, &value))
        ct_problem_set_param (copy, name, value);
    }
  return copy;
}

void
ct_problem_free (CtProblem *problem)
{
  if (problem == NULL)
    return;
  g_free (problem->code);
  g_free (problem->title);
  g_free (problem->detail);
  g_free (problem->pointer);
  g_clear_pointer (&problem->params, g_hash_table_unref);
  g_free (problem);
}

void
ct_problem_set_param (CtProblem *problem, const char *name, const char *value)
{
  if (problem->params == NULL)
    problem->params = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_replace (problem->params, g_strdup (name), g_strdup (value));
}

static void
set_string (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
}

static JsonObject *
params_to_json (GHashTable *params)
{
  JsonObject *object = json_object_new ();
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (params), (GCompareFunc) strcmp);

  for (GList *l = names; l != NULL; l = l->next)
    json_object_set_string_member (object, l->data, g_hash_table_lookup (params, l->data));
  return object;
}

char *
ct_problem_to_json (const CtProblem *problem)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *type = g_strconcat (TYPE_PREFIX, problem->code, NULL);

  set_string (object, "type", problem->code != NULL ? type : "about:blank");
  set_string (object, "title", problem->title);
  json_object_set_int_member (object, "status", problem->status);
  set_string (object, "code", problem->code);
  set_string (object, "detail", problem->detail);
  set_string (object, "pointer", problem->pointer);
  if (problem->params != NULL)
    json_object_set_object_member (object, "params", params_to_json (problem->params));
  json_node_set_object (node, object);
  return json_to_string (node, FALSE);
}

static char *
dup_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_dup_string (node) : NULL;
}

static void
read_params (CtProblem *problem, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "params");
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &value))
    if (JSON_NODE_HOLDS_VALUE (value) && json_node_get_string (value) != NULL)
      ct_problem_set_param (problem, name, json_node_get_string (value));
}

CtProblem *
ct_problem_new_from_json (const char *bytes, gsize size, guint status)
{
  g_autoptr (JsonNode) node = ct_json_parse (bytes, size, PROBLEM_MAX_SIZE, NULL);
  JsonObject *object;
  CtProblem *problem;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return problem_new (status, NULL, NULL);
  object = json_node_get_object (node);
  problem = g_new0 (CtProblem, 1);
  problem->status = status; /* the transport's word, whatever the body says */
  problem->code = dup_string (object, "code");
  problem->title = dup_string (object, "title");
  problem->detail = dup_string (object, "detail");
  problem->pointer = dup_string (object, "pointer");
  if (problem->title == NULL)
    problem->title = g_strdup (title_of (problem->code));
  read_params (problem, object);
  return problem;
}

CtErrorCode
ct_problem_error_code (const CtProblem *problem)
{
  CtErrorCode code;

  if (error_code_find (problem->code, &code))
    return code;
  if (problem->status == 429)
    return CT_ERROR_LIMIT;
  if (problem->status == 412)
    return CT_ERROR_CONFLICT;
  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    if (errors[i].status == problem->status && problem->status != 500)
      return (CtErrorCode) i;
  return problem->status >= 500 ? CT_ERROR_IO : CT_ERROR_INVALID;
}
