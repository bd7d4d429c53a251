/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our SQL for another database. Statements and schema are written so that few words differ between
 * SQLite and PostgreSQL; these functions change those few, outside of strings, quoted names and
 * comments:
 *
 *   ?1                     $1
 *   INTEGER                BIGINT      (a primary key too: the program makes the ids)
 *   BLOB                   BYTEA
 *   ) STRICT               )
 *   WITHOUT ROWID          (nothing)
 *   x'00ff'                '\x00ff'::bytea */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A statement or a schema step, for PostgreSQL. Caller frees. */
char *cs_dialect_postgres (const char *sql);

G_END_DECLS
