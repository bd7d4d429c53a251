/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk remembers from one start to the next: a key file in the user's configuration folder
 * (centrale/desk.ini). Nothing secret. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CdSettings CdSettings;

/* Reads the file; one that cannot be read is as an empty one. */
CdSettings *cd_settings_new (void);
void cd_settings_free (CdSettings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CdSettings, cd_settings_free)

/* "" when not known. Caller frees. */
char *cd_settings_dup (CdSettings *self, const char *group, const char *key);
/* On disk at once; a failure is logged. NULL removes. */
void cd_settings_set (CdSettings *self, const char *group, const char *key, const char *value);

G_END_DECLS
