/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `centrale-server apply FILE`: a tenant described in one file, checked whole before anything is
 * written, then written in one transaction; applied again it changes only what differs. What the file
 * no longer names stays as it is. */
#pragma once

#include "server/tenants/tenants.h"
#include "server/tenants/yaml.h"

G_BEGIN_DECLS

/* What lies in the hands of others, plugged in by server/app. */
typedef struct {
  gpointer data;
  const char *realm; /* of the devices' digest */
  /* Makes or finds the prompt's sound; returns the name media knows it by. */
  char *(*prompt_from_file) (gpointer data, CsScope scope, const char *path, GError **error);
  char *(*prompt_from_text) (gpointer data, CsScope scope, const char *language, const char *text,
                             GError **error);
  char *(*prompt_builtin) (gpointer data, const char *name, GError **error);
  char *(*hash_password) (gpointer data, const char *password, GError **error);
  gboolean (*verify_password) (gpointer data, const char *hash, const char *password);
  /* Inside the transaction. */
  gboolean (*publish_script) (gpointer data, CsDb *db, CsScope scope, CtId company,
                              const CtScriptSpec *script, CtId *script_id, GError **error);
  gboolean (*set_tariff) (gpointer data, CsDb *db, CsScope scope, CtId company, CtMoney rate,
                          CtMoney pay_rate, CtMoney onward_rate, const char *currency,
                          GError **error);
  /* D32: these numbers, of those there are, are several people's; no others. */
  gboolean (*set_shared_numbers) (gpointer data, CsDb *db, CsScope scope, char **numbers,
                                  GError **error);
  gboolean (*opening_credit) (gpointer data, CsDb *db, CsScope scope, CtId company, CtMoney amount,
                              gboolean provisional, GError **error);
} CsApplyHands;

/* Reads and checks only; with @store (it may be NULL) also whether a number is another tenant's. All
 * @findings, each "name:line: place: what" (NULL-terminated, empty when sound); the same of @warnings,
 * "name:line: warning: place: what", which do not stop an apply. NULL record when it could not be read. */
CtTenantFile *cs_tenant_file_load (CsStore *store, const char *path, CsYaml **yaml,
                                   char ***findings, char ***warnings);
/* @folder is what relative paths in the file are relative to. */
gboolean cs_tenant_file_apply (CsStore *store, const CtTenantFile *file, const char *folder,
                               const CsApplyHands *hands, GError **error);

G_END_DECLS
