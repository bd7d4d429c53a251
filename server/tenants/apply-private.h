/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The check of a tenant file, in its rooms. */
#pragma once

#include "server/tenants/apply.h"

G_BEGIN_DECLS

typedef struct {
  CsYaml *yaml;
  const CtTenantFile *file;
  const char *folder; /* of the files it names */
  CsDb *db;           /* NULL: there is none to ask */
  GPtrArray *findings;
  GPtrArray *warnings;
} CsApplyCheck;

/* What stands at @pointer cannot be; is probably not what was meant. */
void cs_apply_find (CsApplyCheck *check, const char *pointer, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void cs_apply_warn (CsApplyCheck *check, const char *pointer, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* All scripts of the file, and the numbers that they and the ends of lines dial. */
void cs_apply_check_dialled (CsApplyCheck *check);

G_END_DECLS
