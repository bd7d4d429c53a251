/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/wire/problem.h"

#include <string.h>

static void
test_there_and_back (void)
{
  g_autoptr (CtProblem) problem = ct_problem_new_at ("/lines/0", "too-long", "%d characters", 130);
  g_autofree char *json = NULL;
  g_autoptr (CtProblem) back = NULL;

  ct_problem_set_param (problem, "maximum", "120");
  ct_problem_set_param (problem, "count", "130");
  json = ct_problem_to_json (problem);
  g_assert_cmpstr (json, ==,
                   "{\"type\":\"urn:centrale:too-long\",\"title\":\"Too long\",\"status\":422,"
                   "\"code\":\"too-long\",\"detail\":\"130 characters\",\"pointer\":\"/lines/0\","
                   "\"params\":{\"count\":\"130\",\"maximum\":\"120\"}}");
  back = ct_problem_new_from_json (json, strlen (json), 422);
  g_assert_cmpstr (back->code, ==, "too-long");
  g_assert_cmpstr (back->pointer, ==, "/lines/0");
  g_assert_cmpstr (g_hash_table_lookup (back->params, "maximum"), ==, "120");
  g_assert_cmpint (ct_problem_error_code (back), ==, CT_ERROR_INVALID);
}

static void
test_from_error (void)
{
  for (int code = CT_ERROR_INVALID; code <= CT_ERROR_IO; code++)
    {
      g_autoptr (GError) error = g_error_new (CT_ERROR, code, "the detail");
      g_autoptr (CtProblem) problem = ct_problem_new_from_error (error);

      g_assert_cmpuint (problem->status, ==, ct_problem_status_of ((CtErrorCode) code));
      g_assert_cmpuint (problem->status, >=, 400);
      g_assert_cmpint (ct_problem_error_code (problem), ==, code);
      g_assert_cmpstr (problem->detail, ==, problem->status == 500 ? NULL : "the detail");
    }
}

/* What happened inside stays inside. */
static void
test_from_strange_error (void)
{
  g_autoptr (GError) error = g_error_new (G_FILE_ERROR, G_FILE_ERROR_IO, "/etc/secret: cannot");
  g_autoptr (CtProblem) problem = ct_problem_new_from_error (error);
  g_autofree char *json = ct_problem_to_json (problem);

  g_assert_cmpuint (problem->status, ==, 500);
  g_assert_null (strstr (json, "secret"));
}

static void
test_no_problem (void)
{
  static const char *const bodies[] = {
    "<html>502</html>",
    "",
    "[]",
    "null",
    "{\"code\":7,\"params\":[1],\"pointer\":{}}",
    "{\"status\":200,\"code\":null}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (CtProblem) problem = ct_problem_new_from_json (bodies[i], strlen (bodies[i]), 502);
      g_autofree char *json = ct_problem_to_json (problem);

      g_assert_cmpuint (problem->status, ==, 502);
      g_assert_nonnull (problem->title);
      g_assert_null (problem->pointer);
      g_assert_cmpint (ct_problem_error_code (problem), ==, CT_ERROR_IO);
      g_assert_nonnull (strstr (json, "about:blank"));
    }
}

static void
test_by_status (void)
{
  static const struct {
    guint status;
    CtErrorCode code;
  } cases[] = {
    { 400, CT_ERROR_INVALID },  { 401, CT_ERROR_UNAUTHENTIC }, { 402, CT_ERROR_CREDIT },
    { 403, CT_ERROR_DENIED },   { 404, CT_ERROR_NOT_FOUND },   { 409, CT_ERROR_CONFLICT },
    { 412, CT_ERROR_CONFLICT }, { 429, CT_ERROR_LIMIT },       { 500, CT_ERROR_IO },
    { 503, CT_ERROR_BUSY },     { 418, CT_ERROR_INVALID },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CtProblem) problem = ct_problem_new_from_json ("", 0, cases[i].status);

      g_assert_cmpint (ct_problem_error_code (problem), ==, cases[i].code);
    }
}

static void
test_copy (void)
{
  g_autoptr (CtProblem) problem = ct_problem_new (404, "not-found", "no call %d", 3);
  g_autoptr (CtProblem) copy = NULL;

  ct_problem_set_param (problem, "id", "3");
  copy = ct_problem_copy (problem);
  g_assert_cmpstr (copy->detail, ==, "no call 3");
  g_assert_cmpstr (g_hash_table_lookup (copy->params, "id"), ==, "3");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/problem/there-and-back", test_there_and_back);
  g_test_add_func ("/problem/from-error", test_from_error);
  g_test_add_func ("/problem/from-strange-error", test_from_strange_error);
  g_test_add_func ("/problem/no-problem", test_no_problem);
  g_test_add_func ("/problem/by-status", test_by_status);
  g_test_add_func ("/problem/copy", test_copy);
  return g_test_run ();
}
