/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changes on the way to PostgreSQL, and what must not. */
#include "server/store/dialect.h"

static const struct {
  const char *ours;
  const char *theirs;
} cases[] = {
  { "SELECT a FROM t WHERE b = ?1 AND c > ?12", "SELECT a FROM t WHERE b = $1 AND c > $12" },
  { "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB NOT NULL) STRICT",
    "CREATE TABLE t (id BIGINT PRIMARY KEY, b BYTEA NOT NULL)" },
  { "CREATE TABLE t (a TEXT)\n  STRICT, WITHOUT ROWID;", "CREATE TABLE t (a TEXT);" },
  { "CREATE TABLE t (a TEXT) without rowid, strict", "CREATE TABLE t (a TEXT)" },
  { "SELECT 'integer ?1 it''s BLOB', \"INTEGER\"", "SELECT 'integer ?1 it''s BLOB', \"INTEGER\"" },
  { "SELECT 1 -- BLOB ?1\n, ?1 /* ?2 */", "SELECT 1 -- BLOB ?1\n, $1 /* ?2 */" },
  { "SELECT x'00Ff', max (x)", "SELECT '\\x00Ff'::bytea, max (x)" },
  { "SELECT integers, strict, blob_id FROM t", "SELECT integers, strict, blob_id FROM t" },
  { "CAST (a AS integer)", "CAST (a AS BIGINT)" },
  { "", "" },
  { "SELECT 'open", "SELECT 'open" },
  { "/* open", "/* open" },
};

static void
test_dialect (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *out = cs_dialect_postgres (cases[i].ours);

      g_assert_cmpstr (out, ==, cases[i].theirs);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dialect/postgres", test_dialect);
  return g_test_run ();
}
