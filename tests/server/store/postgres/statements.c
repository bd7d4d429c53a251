/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints, as a script for psql, every schema step and every statement of the whole server in
 * PostgreSQL's words; run.py feeds it to a cluster of its own. */
#include <stdio.h>

#include "server/app/app-private.h"
#include "server/billing/ledger.h"
#include "server/store/dialect.h"

static const char base_schema[]
    = "CREATE TABLE schema_step (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
      " checksum TEXT NOT NULL, applied_ms INTEGER NOT NULL) STRICT;";

/* Named, so that the linker takes in what only commands use, and its statements with it. */
static gboolean (*const volatile check) (CsDb *, GPtrArray *, GError **) = cs_ledger_check;

static void
print_sql (const char *kind, const char *name, const char *before, const char *sql)
{
  g_autofree char *theirs = cs_dialect_postgres (sql);

  printf ("\\warn @ %s %s\n%s%s\n;\n", kind, name, before, theirs);
}

int
main (void)
{
  g_autoptr (GArray) migrations = cs_app_migrations ();
  gsize n;
  const CsSql *const *statements = cs_sql_all (&n);

  if (check == NULL)
    return 1;
  print_sql ("step", "schema_step", "", base_schema);
  for (guint i = 0; i < migrations->len; i++)
    {
      const CsMigration *step = &g_array_index (migrations, CsMigration, i);

      print_sql ("step", step->name, "", step->sql);
    }
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *prepare = g_strdup_printf ("PREPARE s%" G_GSIZE_FORMAT " AS ", i);

      print_sql ("statement", statements[i]->name, prepare, statements[i]->text);
    }
  return 0;
}
