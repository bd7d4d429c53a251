/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of scripts, runs and tickets. What writes runs inside a write closure. */
#pragma once

#include "common/records/script.h"
#include "server/scripts/scripts.h"

G_BEGIN_DECLS

typedef struct {
  CtId id, script, company;
  gint64 number;
  guint difficulty;
  char *name;
  char *body;
  char *hash;
} CsVersionRow;

void cs_version_row_free (CsVersionRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsVersionRow, cs_version_row_free)

/* CT_ERROR_NOT_FOUND. */
CsVersionRow *cs_scripts_get_row (CsDb *db, CsScope scope, CtId version, GError **error);
CsVersionRow *cs_scripts_get_live_row (CsDb *db, CsScope scope, CtId script, GError **error);

/* Inserts, or renames; @id is the script's either way. */
gboolean cs_scripts_put_script (CsDb *db, CsScope scope, CtId company, const char *key,
                                const char *name, CtId *id, GError **error);
/* @row's script, number, difficulty, name, body, hash; sets its id. */
gboolean cs_scripts_add_version (CsDb *db, CsScope scope, CsVersionRow *row, GError **error);
gboolean cs_scripts_set_live (CsDb *db, CsScope scope, CtId script, CtId version, GError **error);

typedef struct {
  CtId call, company, version;
  char *facts; /* JSON */
  gint64 number;
} CsRunRow;

void cs_run_row_free (CsRunRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsRunRow, cs_run_row_free)

/* NULL without an error when the call has none yet. */
CsRunRow *cs_scripts_get_run (CsDb *db, CsScope scope, CtId call, GError **error);
gboolean cs_scripts_add_run (CsDb *db, CsScope scope, const CsRunRow *row, GError **error);
gboolean cs_scripts_set_number (CsDb *db, CsScope scope, CtId call, gint64 number, GError **error);

gboolean cs_scripts_add_prefill (CsDb *db, CtId call, const char *step, const char *value,
                                 gint64 at_ms, GError **error);
/* CtScriptAnswer* */
GPtrArray *cs_scripts_list_prefill (CsDb *db, CtId call, GError **error);

typedef struct {
  CtScriptCommand *command;
  CtId person;
  gint64 at_ms;
} CsCommandRow;

gboolean cs_scripts_add_command (CsDb *db, CtId call, const CtScriptCommand *command,
                                 const char *value, CtId person, gint64 at_ms, GError **error);
GPtrArray *cs_scripts_list_commands (CsDb *db, CtId call, GError **error); /* CsCommandRow* */

/* @sealed for a secret, else @value; both NULL: taken away. */
gboolean cs_scripts_put_answer (CsDb *db, CtId call, const char *step, const char *value,
                                GBytes *sealed, CtId person, gint64 at_ms, GError **error);

typedef struct {
  char *step;
  GBytes *sealed;
  gint64 at_ms;
} CsSealedRow;

/* Secrets of the call that @person typed; CT_ID_NONE: all. CsSealedRow* */
GPtrArray *cs_scripts_list_sealed (CsDb *db, CtId call, CtId person, GError **error);

gboolean cs_scripts_add_secret_read (CsDb *db, CsScope scope, CtId call, const char *step,
                                     CtId person, GError **error);
gboolean cs_scripts_add_reveal (CsDb *db, CsScope scope, CtId call, const CtScriptCommand *command,
                                CtId person, gint64 at_ms, GError **error);

gboolean
cs_scripts_count_ticket (CsDb *db, CsScope scope, CtId company, gint64 *count, GError **error);
/* @added FALSE: the tenant has that number already. */
gboolean cs_scripts_add_ticket (CsDb *db, CsScope scope, CtId company, CtId call,
                                const char *number, gboolean *added, GError **error);

G_END_DECLS
