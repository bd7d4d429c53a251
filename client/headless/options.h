/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *server, *ca_file, *domain, *user, *password;
  char *journal;             /* file; NULL: nothing survives */
  double answer_after, talk; /* seconds; talk < 0: until the caller ends */
  double hold;               /* seconds that the caller is held, once; < 0: not */
  gboolean walk;             /* the script */
  char **answers;            /* "step=value" */
  char *disposition;         /* NULL: what the script suggests, else its first */
  char *note;
  int calls;   /* then quit; 0: go on */
  int timeout; /* seconds; 0: none */
  double tone;
  char *sink;
  gboolean log;
} CdOptions;

/* FALSE with a message for the user. */
gboolean cd_options_parse (CdOptions *options, int *argc, char ***argv, GError **error);
void cd_options_clear (CdOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CdOptions, cd_options_clear)

/* The value of --answer STEP=VALUE; NULL: none. */
const char *cd_options_get_answer (const CdOptions *options, const char *step);

G_END_DECLS
